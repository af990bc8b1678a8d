// Fluctuating branches of several populations in continuous time or with leak, and of a fixed in-degree: curves in the
// few numbers that fix the lag functions.
#include <Eigen/LU>
#include <algorithm>
#include <cmath>
#include <memory>
#include <numbers>

#include "limes/rate/theory/continuation/branches.hpp"
#include "limes/rate/theory/continuation/solved_nearby.hpp"
#include "limes/rate/theory/populations/collective_modes.hpp"
#include "limes/rate/theory/populations/exponents.hpp"
#include "limes/rate/theory/populations/flow_fluctuations.hpp"
#include "limes/rate/theory/populations/lag_reduction.hpp"
#include "limes/rate/theory/populations/lag_search.hpp"
#include "limes/rate/theory/populations/static_states.hpp"

namespace limes::rate::theory {
namespace {

using Eigen::Index;
using Eigen::MatrixXd;
using Eigen::VectorXd;
using math::CurveEvent;

constexpr int kScans = 5;
constexpr double kKnownSpacing = 0.01;   // scaled distance between the lag functions that are kept
constexpr double kLeastVariance = 1e-6;  // of the largest v found
constexpr double kSearchShare = 1e-5;    // a seed with a smaller share is the static state

/// Curves in the numbers (mu, v, q, c_anchor) of every population.
class PopulationLagCurves {
 public:
  PopulationLagCurves(EnsembleFamily family, LagReduction reduction, Journal* journal)
      : family_(std::move(family)), reduction_(std::move(reduction)), questions_(journal) {}

  [[nodiscard]] const LagReduction& reduction() const { return reduction_; }
  [[nodiscard]] JournaledQuestions& questions() { return questions_; }

  [[nodiscard]] const PopulationEnsemble* ensemble(double p) {
    if (!asked_ || p != value_) {
      asked_ = true;
      value_ = p;
      ensemble_ = family_(p);
      if (ensemble_ && reduction_.step() != 0.0) ensemble_ = without_leaks(*std::move(ensemble_));
      solved_ = false;
    }
    return ensemble_ ? &*ensemble_ : nullptr;
  }

  /// To be called within a question.
  [[nodiscard]] const LagReduction::Solution& at(const VectorXd& x, double p) {
    const PopulationEnsemble* here = ensemble(p);
    if (solved_ && x == x_) return solution_;
    solved_ = true;
    x_ = x;
    solution_ = {};
    const std::vector<double>* nearest = questions_.shapes().nearest();
    if (here == nullptr || nearest == nullptr || !x.allFinite()) return solution_;
    const Index count = static_cast<Index>(here->size());
    const MatrixXd shape =
        Eigen::Map<const MatrixXd>(nearest->data(), count, static_cast<Index>(nearest->size()) / count);
    solution_ = reduction_.solve(*here, ReducedLags::unpacked(x), shape);
    if (solution_.found) questions_.shapes().offer(flattened(solution_.lags.connected));
    return solution_;
  }

  [[nodiscard]] static std::vector<double> flattened(const MatrixXd& connected) {
    return {connected.data(), connected.data() + connected.size()};
  }

  [[nodiscard]] double exponent(const PopulationEnsemble& ensemble, const LagReduction::Solution& solution) const {
    if (reduction_.step() == 0.0) return map_exponent(ensemble, solution.at.gains);
    return flow_exponent(ensemble, reduction_.step(), solution.at.gains, gain_kinks(ensemble, solution.lags));
  }

 private:
  EnsembleFamily family_;
  LagReduction reduction_;
  JournaledQuestions questions_;
  bool asked_ = false, solved_ = false;
  double value_ = 0.0;
  std::optional<PopulationEnsemble> ensemble_;
  VectorXd x_;
  LagReduction::Solution solution_;
};

struct Seed {
  PopulationLags lags;
  double parameter = 0.0;
};

/// All states at one value on the grid of `coarse`, and the grid step that they need.
std::vector<PopulationLags> states_at(const PopulationEnsemble& ensemble, double coarse, const StopToken& stop) {
  const LagFilter filter = coarse == 0.0 ? map_filter(ensemble) : flow_filter(ensemble, coarse);
  std::vector<PopulationLags> states = search_lags(ensemble, filter, stop, nullptr);
  std::erase_if(states, [](const PopulationLags& state) { return !fluctuates(state, kSearchShare); });
  return states;
}

// For the journal: the number of lags, (mu, q) and the connected parts of every state.
std::vector<double> packed(const std::vector<PopulationLags>& states) {
  std::vector<double> values;
  for (const PopulationLags& state : states) {
    values.push_back(static_cast<double>(state.connected.cols()));
    values.insert(values.end(), state.mean.begin(), state.mean.end());
    values.insert(values.end(), state.frozen.begin(), state.frozen.end());
    values.insert(values.end(), state.connected.data(), state.connected.data() + state.connected.size());
  }
  return values;
}
std::vector<PopulationLags> unpacked(const std::vector<double>& values, Index count) {
  std::vector<PopulationLags> states;
  for (const double* at = values.data(); at < values.data() + values.size();) {
    const auto lags = static_cast<Index>(*at++);
    states.push_back({Eigen::Map<const VectorXd>(at, count), Eigen::Map<const VectorXd>(at + count, count),
                      Eigen::Map<const MatrixXd>(at + 2 * count, count, lags)});
    at += (2 + lags) * count;
  }
  return states;
}

/// All states at several values; those of a flow on one grid, whose step is returned.
double find_seeds(const EnsembleFamily& family, const BranchOptions& options, std::vector<Seed>& seeds) {
  JournaledQuestions questions(options.journal);
  std::vector<double> steps;
  double finest = INFINITY;
  for (int i = 0; i < kScans; ++i) {
    const double p = scanned_value(options, i, kScans);
    auto ensemble = family(p);
    if (!ensemble) continue;
    if (options.continuous_time) ensemble = without_leaks(*std::move(ensemble));
    const double coarse = options.continuous_time ? search_step(*ensemble) : 0.0;
    const double question[] = {p};
    const auto values = questions.answer(question, [&] { return packed(states_at(*ensemble, coarse, options.stop)); });
    for (PopulationLags& state : unpacked(values, static_cast<Index>(ensemble->size()))) {
      const VectorXd v = state.variance();
      if (options.continuous_time) {
        finest = std::min(finest, resolving_step(*ensemble, {v.data(), v.data() + v.size()}));
      }
      seeds.push_back({std::move(state), p});
      steps.push_back(coarse);
    }
  }
  if (!options.continuous_time) return 0.0;
  for (std::size_t i = 0; i < seeds.size(); ++i) seeds[i].lags = resampled(seeds[i].lags, steps[i], finest);
  return finest;
}

std::optional<BranchState> state_of(PopulationLagCurves& curves, const math::CurvePoint& point,
                                    const BranchOptions& options) {
  const LagReduction::Solution& solution = curves.at(point.x, point.parameter);
  if (!solution.found) return std::nullopt;
  const PopulationEnsemble& ensemble = *curves.ensemble(point.parameter);
  const auto values = [](const VectorXd& x) { return std::vector<double>(x.data(), x.data() + x.size()); };
  BranchState state;
  state.parameter = point.parameter;
  state.mean = values(solution.lags.mean);
  state.variance = values(solution.lags.variance());
  state.frozen = values(solution.lags.frozen);
  for (const transfer::Moments& moments : solution.at.moments) state.mean_output.push_back(moments.f);
  state.jacobian_radius = bulk_radius(ensemble, solution.at.moments);
  state.residual = point.residual;
  state.lyapunov_exponent = curves.exponent(ensemble, solution);
  const auto partials = sensitivities(ensemble, solution.lags, solution.at, Accuracy::kExact);
  const auto judge = [&](const CollectiveModes& modes, double margin) {
    state.stable =
        modes.count_beyond(0.0) == 0 && holds_frozen_parts(ensemble, curves.reduction().filter(ensemble), solution.at);
    if (const auto rate = modes.leading_beyond(state.lyapunov_exponent + margin)) {
      state.lyapunov_exponent = rate->real();
    }
  };
  if (options.continuous_time) {
    judge(FlowModes(ensemble, curves.reduction().step(), solution.at, partials), 1e-6);
  } else {
    judge(MapModes(ensemble, solution.at, partials), 1e-9);
  }
  return state;
}

}  // namespace

std::vector<StateBranch> population_lag_branches(const EnsembleFamily& family, const BranchOptions& options) {
  std::vector<Seed> found;
  const double step = find_seeds(family, options, found);
  if (found.empty()) return {};
  const auto middle = family((options.lower + options.upper) / 2.0);
  if (!middle) return {};
  std::vector<MatrixXd> typical;
  for (const Seed& seed : found) typical.push_back(seed.lags.connected);
  const auto curves = std::make_shared<PopulationLagCurves>(family, LagReduction(step, typical), options.journal);
  const Index count = found.front().lags.mean.size();

  math::ContinuationProblem problem;
  problem.lower = options.lower;
  problem.upper = options.upper;
  double mean = 0.0, variance = 0.0;
  for (const Seed& seed : found) {
    mean = std::max(mean, seed.lags.mean.cwiseAbs().maxCoeff());
    variance = std::max(variance, seed.lags.variance().maxCoeff());
  }
  mean = std::max(mean, std::sqrt(variance));
  problem.scale.resize(4 * count);
  problem.scale << VectorXd::Constant(count, mean), VectorXd::Constant(3 * count, variance);
  problem.difference = 1e-5;
  curves->questions().set_shapes({problem.scale, options.upper - options.lower, kKnownSpacing});
  std::vector<math::CurveSeed> seeds;
  for (const Seed& seed : found) {
    const VectorXd x = curves->reduction().reduced(seed.lags).packed();
    curves->questions().shapes().add(x, seed.parameter, PopulationLagCurves::flattened(seed.lags.connected));
    seeds.push_back({x, seed.parameter});
  }
  enum Kind { kResidual, kJacobian, kTests, kState };
  problem.residual = [curves](const VectorXd& x, double p) -> VectorXd {
    const auto values = curves->questions().answer(kResidual, x, p, [&]() -> std::vector<double> {
      const LagReduction::Solution& solution = curves->at(x, p);
      if (!solution.found) return std::vector<double>(static_cast<std::size_t>(x.size()), NAN);
      return {solution.residual.begin(), solution.residual.end()};
    });
    return Eigen::Map<const VectorXd>(values.data(), x.size());
  };
  // Where f has kinks the partial derivatives of C are known badly: then differences of whole solutions.
  const bool kinked = std::any_of(middle->populations.begin(), middle->populations.end(),
                                  [](const Population& a) { return transfer::has_kink(a.transfer); });
  if (!kinked) {
    problem.jacobian = [curves](const VectorXd& x, double p) -> MatrixXd {
      const auto values = curves->questions().answer(kJacobian, x, p, [&]() -> std::vector<double> {
        const LagReduction::Solution& solution = curves->at(x, p);
        if (!solution.found) return std::vector<double>(static_cast<std::size_t>(x.size() * x.size()), NAN);
        return PopulationLagCurves::flattened(curves->reduction().jacobian(*curves->ensemble(p), solution));
      });
      return Eigen::Map<const MatrixXd>(values.data(), x.size(), x.size());
    };
  }
  const double least_variance = kLeastVariance * variance;
  problem.admissible = [least_variance](const VectorXd& x, double) {
    const ReducedLags at = ReducedLags::unpacked(x);
    return at.variance.minCoeff() > 0.0 && at.variance.maxCoeff() > least_variance &&
           (at.variance - at.frozen).maxCoeff() > 0.0;
  };
  problem.tests = [curves](const VectorXd& x, double p) -> std::vector<double> {
    return curves->questions().answer(kTests, x, p, [&]() -> std::vector<double> {
      const LagReduction::Solution& solution = curves->at(x, p);
      if (!solution.found) return {NAN, NAN};
      const PopulationEnsemble& ensemble = *curves->ensemble(p);
      std::vector<double> values{curves->exponent(ensemble, solution)};
      if (curves->reduction().step() == 0.0) {
        const MapModes modes(ensemble, solution.at,
                             sensitivities(ensemble, solution.lags, solution.at, Accuracy::kExact));
        const CollectiveModes::Determinant value = modes.determinant({0.0, std::numbers::pi});
        values.push_back(value.phase.real() * std::exp(std::clamp(value.log_modulus, -600.0, 600.0)));
      }
      return values;
    });
  };
  math::ContinuationOptions steps;
  steps.stop = options.stop;
  steps.tolerance = 1e-10;
  steps.smallest_step = 1e-6;
  steps.first_step = 0.01;
  steps.largest_step = 0.05;

  std::vector<StateBranch> branches;
  for (const math::SolutionCurve& curve : math::solution_curves(problem, seeds, steps)) {
    StateBranch branch = branch_along(curve, options, [&](const math::CurvePoint& point) {
      return journaled_state(curves->questions(), kState, point.x, point.parameter, count,
                             [&] { return state_of(*curves, point, options); });
    });
    if (branch.states.empty()) continue;
    branch.lost = ends_lost(curve);
    branches.push_back(std::move(branch));
  }
  return branches;
}

}  // namespace limes::rate::theory

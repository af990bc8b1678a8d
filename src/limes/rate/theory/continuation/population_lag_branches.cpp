// Fluctuating branches of several populations in continuous time or with leak, and of a fixed in-degree: curves in the
// few numbers that fix the lag functions.
#include <Eigen/LU>
#include <algorithm>
#include <cmath>
#include <memory>
#include <numbers>

#include "limes/rate/theory/continuation/branches.hpp"
#include "limes/rate/theory/continuation/onsets.hpp"
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
constexpr double kKnownSpacing = 0.01;  // scaled distance between the lag functions that are kept
constexpr double kLeastShare = 0.03;    // without noise, (v - q)/v: the correlation time diverges towards the onset
constexpr double kLeastVariance = 2e-3;
constexpr double kLeastBend = 2e-3;    // of the connected part, up to the anchor
constexpr double kSearchShare = 1e-5;  // a seed with a smaller share is the static state

/// The unknowns of the curves: (mu, v, q, c_anchor), without noise (mu, v, q, u) with c_anchor = (v - q)(1 - u^2):
/// towards an onset u vanishes with the rate of the lag functions, and the equations change on that scale.
class Unknowns {
 public:
  explicit Unknowns(bool by_bend) : by_bend_(by_bend) {}

  [[nodiscard]] VectorXd packed(const ReducedLags& lags) const {
    VectorXd x = lags.packed();
    const VectorXd start = lags.variance - lags.frozen;
    if (by_bend_) x.tail(start.size()) = (1.0 - lags.anchored.array() / start.array()).max(0.0).sqrt();
    return x;
  }
  [[nodiscard]] ReducedLags unpacked(const VectorXd& x) const {
    ReducedLags lags = ReducedLags::unpacked(x);
    if (by_bend_) {
      lags.anchored = (lags.variance - lags.frozen).array() * (1.0 - lags.anchored.array().square());
    }
    return lags;
  }
  /// The Jacobian by (mu, v, q, c_anchor) turned into that by x.
  [[nodiscard]] MatrixXd jacobian(MatrixXd by_lags, const VectorXd& x) const {
    if (!by_bend_) return by_lags;
    const Index count = x.size() / 4;
    const VectorXd u = x.tail(count), start = x.segment(count, count) - x.segment(2 * count, count);
    const MatrixXd by_anchor = by_lags.rightCols(count);
    const MatrixXd by_start = by_anchor * (1.0 - u.array().square()).matrix().asDiagonal();
    by_lags.middleCols(count, count) += by_start;
    by_lags.middleCols(2 * count, count) -= by_start;
    by_lags.rightCols(count) = by_anchor * (-2.0 * start.cwiseProduct(u)).asDiagonal();
    return by_lags;
  }

 private:
  bool by_bend_;
};

class PopulationLagCurves {
 public:
  PopulationLagCurves(EnsembleFamily family, LagReduction reduction, Unknowns unknowns, Journal* journal)
      : family_(std::move(family)), reduction_(std::move(reduction)), unknowns_(unknowns), questions_(journal) {}

  [[nodiscard]] const LagReduction& reduction() const { return reduction_; }
  [[nodiscard]] const Unknowns& unknowns() const { return unknowns_; }
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
    solution_ = reduction_.solve(*here, unknowns_.unpacked(x), shape);
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
  Unknowns unknowns_;
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

bool has_noise(const PopulationEnsemble& ensemble) {
  return std::any_of(ensemble.populations.begin(), ensemble.populations.end(), [](const Population& population) {
    return population.noise_deviation != 0.0 || population.noise_intensity != 0.0;
  });
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

std::vector<StateBranch> population_lag_branches(const EnsembleFamily& family, const BranchOptions& options,
                                                 const std::vector<StateBranch>& static_ones) {
  std::vector<Seed> found;
  const double step = find_seeds(family, options, found);
  if (found.empty()) return {};
  const auto middle = family((options.lower + options.upper) / 2.0);
  if (!middle) return {};
  const bool noisy = has_noise(*middle);
  std::vector<MatrixXd> typical;
  bool by_bend = !noisy;
  for (const Seed& seed : found) {
    typical.push_back(seed.lags.connected);
    const VectorXd start = seed.lags.connected.col(0);
    by_bend = by_bend && start.minCoeff() > 1e-4 * start.maxCoeff();  // of every population, then
  }
  const auto curves =
      std::make_shared<PopulationLagCurves>(family, LagReduction(step, typical), Unknowns(by_bend), options.journal);
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
  if (by_bend) problem.scale.tail(count).setOnes();
  problem.difference = 1e-5;
  curves->questions().set_shapes({problem.scale, options.upper - options.lower, kKnownSpacing});
  std::vector<math::CurveSeed> seeds;
  for (const Seed& seed : found) {
    const VectorXd x = curves->unknowns().packed(curves->reduction().reduced(seed.lags));
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
        return PopulationLagCurves::flattened(
            curves->unknowns().jacobian(curves->reduction().jacobian(*curves->ensemble(p), solution), x));
      });
      return Eigen::Map<const MatrixXd>(values.data(), x.size(), x.size());
    };
  }
  const double least_share = noisy ? 0.0 : kLeastShare;
  const double least_variance = (noisy ? 1e-6 : kLeastVariance) * variance;
  // The numbers at lag 0 and at the anchor tell slow lag functions apart no more.
  const double least_bend = noisy ? -INFINITY : kLeastBend;
  problem.admissible = [curves, least_share, least_variance, least_bend](const VectorXd& x, double) {
    const ReducedLags at = curves->unknowns().unpacked(x);
    const VectorXd start = at.variance - at.frozen;
    return at.variance.minCoeff() > 0.0 && at.variance.maxCoeff() > least_variance &&
           start.cwiseQuotient(at.variance).maxCoeff() > least_share &&
           (start - at.anchored).maxCoeff() > least_bend * start.cwiseAbs().maxCoeff();
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
  steps.tolerance = noisy ? 1e-10 : 1e-8;     // the last step; towards an onset rounding leaves no smaller ones
  steps.smallest_step = noisy ? 1e-6 : 2e-3;  // close to an onset Newton converges within ever smaller steps only
  steps.first_step = 0.01;
  steps.largest_step = 0.05;

  std::vector<StateBranch> branches;
  for (const math::SolutionCurve& curve : math::solution_curves(problem, seeds, steps)) {
    StateBranch branch;
    using End = math::SolutionCurve::End;
    branch.lost = noisy && (curve.front == End::kLost || curve.back == End::kLost);
    for (std::size_t i = 0; i < curve.points.size(); ++i) {
      options.stop.check();
      const math::CurvePoint& point = curve.points[i];
      const auto state = journaled_state(curves->questions(), kState, point.x, point.parameter, count,
                                         [&] { return state_of(*curves, point, options); });
      if (!state) continue;
      for (const CurveEvent& event : curve.events) {
        if (event.index != i || !event.admissible) continue;
        branch.special_points.push_back(special_point_of(event, options.continuous_time, branch.states.size()));
      }
      branch.states.push_back(*state);
    }
    if (branch.states.empty()) continue;
    if (!noisy) {
      branch.lost = !attach_onsets(branch, curve, static_ones, mean, variance, options.upper - options.lower);
    }
    branches.push_back(std::move(branch));
  }
  return branches;
}

}  // namespace limes::rate::theory

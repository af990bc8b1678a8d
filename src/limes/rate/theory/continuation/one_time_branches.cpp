// Branches whose states obey the closed one-time equations of (mu_a, v_a).
#include <algorithm>
#include <cmath>
#include <memory>

#include "limes/math/journaled_problem.hpp"
#include "limes/rate/theory/continuation/branches.hpp"
#include "limes/rate/theory/one_time_states.hpp"
#include "limes/rate/theory/populations/frozen_parts.hpp"
#include "limes/rate/theory/populations/one_time_equations.hpp"
#include "limes/rate/theory/populations/static_states.hpp"
#include "limes/rate/theory/populations/white_fluctuations.hpp"

namespace limes::rate::theory {
namespace {

using Eigen::Index;
using Eigen::MatrixXd;
using Eigen::VectorXd;
using math::CurveEvent;

constexpr int kScans = 9;              // values of one population at which all states are sought
constexpr int kPopulationScans = 7;    // of several
constexpr double kSilentShare = 1e-7;  // of the natural size of v: below it a variance is that of a silent state

/// The equations at the last value of the parameter that was asked for.
class EquationsAt {
 public:
  EquationsAt(EnsembleFamily family, bool noisy) : family_(std::move(family)), noisy_(noisy) {}

  /// Null where the value is not admissible.
  [[nodiscard]] const PopulationEquations* at(double p) {
    if (p != value_ || !asked_) {
      asked_ = true;
      value_ = p;
      equations_.reset();
      ensemble_ = family_(p);
      if (ensemble_) equations_ = std::make_unique<PopulationEquations>(*ensemble_, noise());
    }
    return equations_.get();
  }
  [[nodiscard]] const PopulationEnsemble& ensemble() const { return *ensemble_; }

  [[nodiscard]] std::vector<double> noise() const {
    std::vector<double> noise(ensemble_->size(), 0.0);
    for (std::size_t a = 0; noisy_ && a < noise.size(); ++a) {
      noise[a] = ensemble_->populations[a].noise_deviation * ensemble_->populations[a].noise_deviation;
    }
    return noise;
  }

 private:
  EnsembleFamily family_;
  bool noisy_;
  bool asked_ = false;
  double value_ = 0.0;
  std::optional<PopulationEnsemble> ensemble_;
  std::unique_ptr<PopulationEquations> equations_;
};

VectorXd vector_of(const PopulationOneTimeState& state) {
  const auto count = static_cast<Index>(state.mean.size());
  VectorXd x(2 * count);
  x << Eigen::Map<const VectorXd>(state.mean.data(), count), Eigen::Map<const VectorXd>(state.variance.data(), count);
  return x;
}

std::vector<math::CurveSeed> seeds_of(EquationsAt& equations, const BranchOptions& options) {
  std::vector<math::CurveSeed> seeds;
  int scans = kScans;
  for (int i = 0; i < scans; ++i) {
    const double p = scanned_value(options, i, scans);
    if (equations.at(p) == nullptr) continue;
    const PopulationEnsemble& ensemble = equations.ensemble();
    if (ensemble.size() > 1) scans = kPopulationScans;
    const auto found = math::journaled_seeds(options.journal, p, [&] {
      const std::vector<double> noise = equations.noise();
      std::vector<VectorXd> states;
      if (const auto single = single_of(ensemble)) {  // the search on a grid is exhaustive
        for (const OneTimeState& state : one_time_states(*single, noise[0])) {
          states.emplace_back(Eigen::Vector2d(state.mean, state.variance));
        }
      } else {
        for (const PopulationOneTimeState& state : one_time_states(ensemble, noise, options.stop)) {
          states.push_back(vector_of(state));
        }
      }
      return states;
    });
    seeds.insert(seeds.end(), found.begin(), found.end());
  }
  return seeds;
}

/// Natural sizes of (mu_a, v_a): those of the states found.
VectorXd scale_of(const std::vector<math::CurveSeed>& seeds) {
  const Index count = seeds.front().x.size() / 2;
  double variance = 0.0, mean = 0.0;
  for (const math::CurveSeed& seed : seeds) {
    mean = std::max(mean, seed.x.head(count).cwiseAbs().maxCoeff());
    variance = std::max(variance, seed.x.tail(count).maxCoeff());
  }
  if (variance < 1e-6) variance = std::max(mean * mean, 1.0);
  mean = std::max(mean, std::sqrt(variance));
  VectorXd scale(2 * count);
  scale << VectorXd::Constant(count, mean), VectorXd::Constant(count, variance);
  return scale;
}

BranchState state_of(EquationsAt& equations, const math::CurvePoint& point, bool continuous_time) {
  const PopulationOneTimeState solution = equations.at(point.parameter)->state_near(point.x);
  const PopulationStaticState known = static_state(equations.ensemble(), solution, continuous_time);
  BranchState state;
  state.parameter = point.parameter;
  state.mean = solution.mean;
  state.variance = state.frozen = solution.variance;
  state.mean_output = known.mean_output;
  state.lyapunov_exponent = known.lyapunov_exponent;
  state.jacobian_radius = known.bulk_radius;
  state.outlier = known.outlier;
  state.stable = known.stable;
  state.residual = solution.residual;
  return state;
}

/// Where a silent state (v = 0) meets a branch with v > 0 the bulk crosses 1: that is its `chaos` point. Branches that
/// have v < 0 on both sides are none.
bool is_birth_of_variance(const CurveEvent& event, const math::CurvePoint& point, const VectorXd& scale) {
  if (event.kind != CurveEvent::Kind::kPitchfork && event.kind != CurveEvent::Kind::kTranscritical) return false;
  if (!event.admissible) return true;
  const Index count = scale.size() / 2;
  const bool silent = (point.x.tail(count).array() < kSilentShare * scale.tail(count).array()).any();
  if (!silent || event.direction.size() == 0) return false;
  return event.direction.segment(count, count).norm() > 0.1 * event.direction.norm();
}

struct TracedStates {
  std::vector<math::SolutionCurve> curves;
  VectorXd scale;
};

TracedStates traced(const std::shared_ptr<EquationsAt>& equations, const BranchOptions& options) {
  const std::vector<math::CurveSeed> seeds = seeds_of(*equations, options);
  if (seeds.empty()) return {};
  math::ContinuationProblem problem;
  problem.lower = options.lower;
  problem.upper = options.upper;
  problem.scale = scale_of(seeds);
  const Index count = problem.scale.size() / 2;
  const double variance = problem.scale(count);
  problem.residual = [equations](const VectorXd& x, double p) -> VectorXd {
    const PopulationEquations* at = equations->at(p);
    if (at == nullptr || !x.allFinite()) return VectorXd::Constant(x.size(), NAN);
    return at->linearised(x).residual;
  };
  problem.jacobian = [equations](const VectorXd& x, double p) -> MatrixXd {
    const PopulationEquations* at = equations->at(p);
    if (at == nullptr || !x.allFinite()) return MatrixXd::Constant(x.size(), x.size(), NAN);
    return at->linearised(x).jacobian;
  };
  problem.admissible = [count, variance](const VectorXd& x, double) {
    return x.tail(count).minCoeff() >= -1e-12 * variance;
  };
  problem.tests = [equations](const VectorXd& x, double p) -> std::vector<double> {
    const PopulationEquations* at = equations->at(p);
    if (at == nullptr) return {NAN};
    return {bulk_edge(equations->ensemble(), at->state_near(x).moments) - 1.0};
  };
  problem.spectrum = [equations](const VectorXd& x, double p) -> std::vector<std::complex<double>> {
    const PopulationEquations* at = equations->at(p);
    if (at == nullptr) return {};
    return mean_field_eigenvalues(equations->ensemble(), at->state_near(x).moments);
  };
  const bool flow = options.continuous_time;
  problem.criticality = [flow](std::complex<double> z) { return (flow ? z.real() : std::abs(z)) - 1.0; };
  math::ContinuationOptions steps;
  steps.stop = options.stop;
  return {math::solution_curves(math::journaled(problem, options.journal, true), seeds, steps), problem.scale};
}

bool is_silent(const math::CurvePoint& point, const VectorXd& scale) {
  const Index count = scale.size() / 2;
  return (point.x.tail(count).array() < kSilentShare * scale.tail(count).array()).all();
}

bool is_noisy(const EnsembleFamily& family, const BranchOptions& options) {
  const auto ensemble = family((options.lower + options.upper) / 2.0);
  return ensemble && std::any_of(ensemble->populations.begin(), ensemble->populations.end(), [](const Population& p) {
           return p.noise_deviation != 0.0 || p.noise_intensity != 0.0;
         });
}

/// An end of a curve where its variance vanishes.
bool ends_silent(const math::SolutionCurve& curve, std::size_t index, const VectorXd& scale) {
  using End = math::SolutionCurve::End;
  const auto at = [&](std::size_t end_index, End end) {
    return index == end_index && (end == End::kBranchPoint || end == End::kDomain);
  };
  const std::size_t last = curve.points.size() - 1;
  return (at(0, curve.front) || at(last, curve.back)) && is_silent(curve.points[index], scale) &&
         !is_silent(curve.points[index == 0 ? std::min<std::size_t>(2, last) : last - std::min<std::size_t>(2, last)],
                    scale);
}

bool is_lost(const math::SolutionCurve& curve) {
  using End = math::SolutionCurve::End;
  return curve.front == End::kLost || curve.back == End::kLost;
}

/// A state that exists at one end of the range only.
bool is_a_point(const StateBranch& branch, const BranchOptions& options) {
  const auto [low, high] = std::minmax_element(branch.states.begin(), branch.states.end(),
                                               [](const auto& a, const auto& b) { return a.parameter < b.parameter; });
  return high->parameter - low->parameter < 1e-5 * (options.upper - options.lower) && branch.states.size() < 20;
}

/// Frozen parts, exponent and stability of a fluctuating state with these means and variances; false where none of its
/// populations fluctuates.
bool make_fluctuating(EquationsAt& equations, BranchState& state, std::span<const transfer::Moments> moments) {
  const PopulationEnsemble& ensemble = equations.ensemble();
  const auto frozen = least_frozen_parts(ensemble, state.mean, state.variance, state.mean_output);
  if (!frozen) return false;
  state.frozen = *frozen;
  bool fluctuates = false;
  for (std::size_t a = 0; a < frozen->size(); ++a) {
    fluctuates = fluctuates || state.variance[a] - (*frozen)[a] > kSmallestConnectedPart * state.variance[a];
  }
  double fastest = bulk_edge(ensemble, moments);
  state.stable = true;
  state.outlier.reset();
  for (const std::complex<double> z : mean_field_eigenvalues(ensemble, moments)) {
    fastest = std::max(fastest, std::abs(z));
    state.stable = state.stable && std::abs(z) < 1.0;
  }
  state.lyapunov_exponent = std::log(fastest);
  return fluctuates;
}

}  // namespace

std::optional<Ensemble> single_of(const PopulationEnsemble& ensemble) {
  if (ensemble.size() != 1 || ensemble.centred(0, 0) != 0.0) return std::nullopt;
  const Population& population = ensemble.populations.front();
  return Ensemble{.transfer = population.transfer,
                  .leak = population.leak,
                  .coupling_mean = ensemble.coupling_mean(0, 0),
                  .coupling_deviation = std::sqrt(ensemble.second_moment(0, 0)),
                  .threshold_mean = population.threshold_mean,
                  .threshold_deviation = population.threshold_deviation,
                  .noise_deviation = population.noise_deviation,
                  .noise_intensity = population.noise_intensity};
}

SpecialType type_of(const CurveEvent& event, bool continuous_time) {
  switch (event.kind) {
    case CurveEvent::Kind::kFold:
      return SpecialType::kFold;
    case CurveEvent::Kind::kPitchfork:
      return SpecialType::kPitchfork;
    case CurveEvent::Kind::kTranscritical:
      return SpecialType::kTranscritical;
    case CurveEvent::Kind::kTest:
      return SpecialType::kChaos;
    case CurveEvent::Kind::kCrossing:
      break;
  }
  if (continuous_time) return SpecialType::kHopf;
  const bool real = std::abs(event.eigenvalue.imag()) <= 1e-9 * std::abs(event.eigenvalue);
  return real ? SpecialType::kFlip : SpecialType::kNeimarkSacker;
}

BranchSpecialPoint special_point_of(const CurveEvent& event, bool continuous_time, std::size_t index) {
  if (event.kind == CurveEvent::Kind::kTest && event.test == 1) return {SpecialType::kFlip, index, -1.0};
  return {type_of(event, continuous_time), index, 1.0};
}

std::vector<StateBranch> static_branches(const EnsembleFamily& family, const BranchOptions& options) {
  if (is_noisy(family, options)) return {};
  const auto equations = std::make_shared<EquationsAt>(family, false);
  const TracedStates all = traced(equations, options);
  std::vector<StateBranch> branches;
  for (const math::SolutionCurve& curve : all.curves) {
    StateBranch& branch = branches.emplace_back();
    branch.lost = is_lost(curve);
    for (const math::CurvePoint& point : curve.points) {
      branch.states.push_back(state_of(*equations, point, options.continuous_time));
    }
    for (const CurveEvent& event : curve.events) {
      const math::CurvePoint& point = curve.points[event.index];
      if (is_birth_of_variance(event, point, all.scale)) continue;
      const auto moments = equations->at(point.parameter)->state_near(point.x).moments;
      if (event.kind == CurveEvent::Kind::kCrossing &&
          !lies_outside_bulk(equations->ensemble(), moments, event.eigenvalue)) {
        continue;
      }
      branch.special_points.push_back({type_of(event, options.continuous_time), event.index, event.eigenvalue});
    }
  }
  return branches;
}

std::vector<StateBranch> white_branches(const EnsembleFamily& family, const BranchOptions& options) {
  const bool noisy = is_noisy(family, options);
  const auto equations = std::make_shared<EquationsAt>(family, true);
  const TracedStates all = traced(equations, options);
  std::vector<StateBranch> branches;
  for (const math::SolutionCurve& curve : all.curves) {
    StateBranch branch;
    const auto finish = [&] {
      if (branch.states.size() > 1 && !is_a_point(branch, options)) branches.push_back(std::move(branch));
      branch = {};
    };
    for (std::size_t i = 0; i < curve.points.size(); ++i) {
      const math::CurvePoint& point = curve.points[i];
      BranchState state = state_of(*equations, point, false);
      const auto moments = equations->at(point.parameter)->state_near(point.x).moments;
      const bool fluctuates = make_fluctuating(*equations, state, moments);
      // Without noise a fluctuating branch begins and ends at the points where the bulk crosses 1.
      bool edge = false;
      std::vector<BranchSpecialPoint> here;
      for (const CurveEvent& event : curve.events) {
        if (event.index != i || is_birth_of_variance(event, point, all.scale)) continue;
        edge = edge || event.kind == CurveEvent::Kind::kTest;
        here.push_back({type_of(event, false), 0, event.eigenvalue});
      }
      if (!noisy && !edge && ends_silent(curve, i, all.scale)) {
        edge = true;
        here.push_back({SpecialType::kChaos, 0, 1.0});
      }
      const bool belongs = noisy || fluctuates || (edge && !branch.states.empty());
      if (edge && !noisy && branch.states.empty() && !fluctuates) {
        // The state at the onset itself: the first of a branch if the next one fluctuates.
        branch.states.push_back(state);
        for (BranchSpecialPoint& special : here) branch.special_points.push_back(special);
        continue;
      }
      if (!belongs) {
        finish();
        continue;
      }
      for (BranchSpecialPoint& special : here) {
        special.index = branch.states.size();
        branch.special_points.push_back(special);
      }
      branch.states.push_back(std::move(state));
      if (edge && !noisy && !fluctuates) finish();
    }
    branch.lost = is_lost(curve);
    finish();
  }
  return branches;
}

}  // namespace limes::rate::theory

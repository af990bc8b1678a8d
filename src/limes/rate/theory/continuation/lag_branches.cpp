// Fluctuating branches of flows and of maps with leak, one population: curves (mu, v) whose lag functions follow.
#include <algorithm>
#include <cmath>
#include <memory>

#include "limes/math/quadrature.hpp"
#include "limes/math/tridiagonal.hpp"
#include "limes/rate/theory/continuation/branches.hpp"
#include "limes/rate/theory/flow_fluctuations.hpp"
#include "limes/rate/theory/fluctuation_scan.hpp"
#include "limes/rate/theory/lag_equations.hpp"
#include "limes/rate/theory/lyapunov.hpp"
#include "limes/rate/theory/map_fluctuations.hpp"
#include "limes/transfer/pair_moments.hpp"

namespace limes::rate::theory {
namespace {

using Eigen::VectorXd;
using math::CurveEvent;

constexpr int kScans = 9;
constexpr double kLongestWindow = 400.0;  // in 1/(1 - gamma) steps
constexpr std::size_t kMostShapes = 400;
constexpr double kShapeSpacing = 0.02;  // scaled distance between the lag functions that are kept
// Without noise the equations become singular towards the onset, where v - q vanishes and the correlation time
// diverges: branches are followed to this share (v - q)/v, and end at the static state's `chaos` point.
constexpr double kLeastShare = 0.03;
constexpr double kLeastVariance = 2e-3;  // without noise, of the largest v found: where v itself vanishes
constexpr double kOnsetDistance = 0.2;   // scaled, from the last state to that point

struct LagSolution {
  double mean_residual = NAN;
  double variance_residual = NAN;
  double frozen = 0.0;
  double bulk = NAN;              ///< flow: has the sign of the bulk's exponent
  std::vector<double> gains;      ///< C'(D(k)) of a map, k = 0, 1, ..., infinity
  std::vector<double> connected;  ///< c(1), c(2), ... of a map
  bool found = false;
};

class LagProblem {
 public:
  LagProblem(bool flow, bool noisy) : flow_(flow), noisy_(noisy) {}

  /// The residuals of (mu, v), not finite where they have no meaning.
  [[nodiscard]] LagSolution solve(const Ensemble& ensemble, double mean, double variance) {
    LagSolution solution;
    if (!(variance > 0.0) || !std::isfinite(mean) || !std::isfinite(variance)) return solution;
    const transfer::PairMoments pair(ensemble.transfer, mean, variance);
    const transfer::Moments moments = transfer::moments(ensemble.transfer, mean, variance);
    const auto frozen = frozen_part(ensemble, variance, pair);
    if (!frozen) return solution;
    solution.frozen = *frozen;
    const double mean_residual =
        (1.0 - ensemble.leak) * mean - ensemble.coupling_mean * moments.f + ensemble.threshold_mean;
    if (flow_) {
      solution.found = true;
      solution.variance_residual = energy(ensemble, variance, *frozen, pair);
      solution.bulk = (ensemble.coupling_variance() * moments.ff + ensemble.threshold_variance() - variance) / variance;
    } else if (!solve_lags(ensemble, variance, pair, moments, solution)) {
      return solution;
    }
    solution.mean_residual = mean_residual;
    return solution;
  }

  /// Where the next solutions are: x in scaled coordinates.
  void set_place(const Eigen::Vector3d& place) { place_ = place; }

  /// Keeps c(k)/c(0) as a start of Newton's method near the present place.
  void remember(std::vector<double> connected, double start) {
    const bool near = std::any_of(shapes_.begin(), shapes_.end(),
                                  [&](const Shape& shape) { return (shape.place - place_).norm() < kShapeSpacing; });
    if (near || shapes_.size() >= kMostShapes) return;
    for (double& c : connected) c /= start;
    while (connected.size() > 2 && std::abs(connected.back()) < 1e-9) connected.pop_back();
    shapes_.push_back({place_, std::move(connected)});
  }

 private:
  /// [P(v) - P(q) - D^2/2]/v^2, without noise divided by ((v - q)/v)^2: the static state v = q is no solution then.
  [[nodiscard]] double energy(const Ensemble& ensemble, double variance, double frozen,
                              const transfer::PairMoments& pair) const {
    const double start = variance - frozen;
    if (!(start > 0.0)) return NAN;
    if (!noisy_ && start < 0.1 * variance) {
      // Differences over a short interval: the force is integrated rather than P.
      static const math::QuadratureRule rule = math::gauss_legendre(24);
      const double at_frozen = pair.output(frozen);
      double sum = 0.0;
      for (std::size_t n = 0; n < rule.nodes.size(); ++n) {
        const double s = (1.0 + rule.nodes[n]) / 2.0;
        const double gained = pair.output(frozen + s * start) - at_frozen;
        sum += rule.weights[n] / 2.0 * (s - ensemble.coupling_variance() * gained / start);
      }
      return sum;
    }
    const double raw = energy_residual(ensemble, 0.0, variance, 0.0, pair).variance;
    return raw / (noisy_ ? variance * variance : start * start);
  }

  /// The decaying even solution of (1+gamma^2) c(k) - gamma [c(k-1) + c(k+1)] = J^2 [C(q + c(k)) - C(q)]
  /// + sigma^2 delta_k0 by Newton's method. With noise c(0) = v - q is prescribed, and what that leaves of the equation
  /// of lag 0 is the residual. Without noise that would have no solution on one side of a state, whose c(0) is the
  /// largest of all decaying ones: there all equations are solved, and the residual is q + c(0) - v.
  [[nodiscard]] bool solve_lags(const Ensemble& ensemble, double variance, const transfer::PairMoments& pair,
                                const transfer::Moments& moments, LagSolution& solution) {
    const double leak = ensemble.leak, onsite = 1.0 + leak * leak, coupling = ensemble.coupling_variance();
    const double frozen = solution.frozen, start = variance - frozen;
    if (!(start > 0.0)) return false;
    const double at_frozen = pair.output(frozen), gain_frozen = pair.gain(frozen), gain_start = pair.gain(variance);
    const double sum = (onsite - coupling * gain_frozen) / leak;
    if (sum <= 2.0) return false;
    const double ratio = 2.0 / (sum + std::sqrt(sum * sum - 4.0));
    const double window = 30.0 / -std::log(std::max(ratio, leak));
    if (window > kLongestWindow / (1.0 - leak)) return false;
    const std::size_t count = std::max<std::size_t>(40, static_cast<std::size_t>(window));
    const std::vector<double>& shape = nearest_shape();
    std::vector<double> c(count);
    for (std::size_t k = 0; k < count; ++k) {
      c[k] = k < shape.size() ? start * shape[k] : (k == 0 ? start : c[k - 1] * std::max(ratio, leak));
    }
    std::vector<double> outputs(count), gains(count), covariances(count), residual(count), diagonal(count);
    std::vector<double> lower(count - 1, -leak), upper(count - 1, -leak);
    upper[0] = noisy_ ? 0.0 : -2.0 * leak;
    const auto evaluate_at = [&](const std::vector<double>& at) {
      for (std::size_t k = 0; k < count; ++k) covariances[k] = std::clamp(frozen + at[k], -variance, variance);
      pair.outputs(covariances, outputs);
      double largest = 0.0;
      for (std::size_t k = 0; k < count; ++k) {
        // Beyond v, where C is not defined, its tangent.
        const double output = outputs[k] + gain_start * std::max(0.0, frozen + at[k] - variance);
        const double before = k == 0 ? at[1] : at[k - 1];
        const double after = k + 1 < count ? at[k + 1] : ratio * at[k];
        residual[k] = onsite * at[k] - leak * (before + after) - coupling * (output - at_frozen);
        if (k == 0 && noisy_) residual[k] = at[0] - start;
        largest = std::max(largest, std::abs(residual[k]));
      }
      return largest / start;
    };
    double size = evaluate_at(c);
    for (int iteration = 0; iteration < 30 && size > 1e-15; ++iteration) {
      pair.gains(covariances, gains);
      for (std::size_t k = 0; k < count; ++k) diagonal[k] = onsite - coupling * gains[k];
      diagonal[count - 1] -= leak * ratio;
      if (noisy_) diagonal[0] = 1.0;
      const std::vector<double> step = math::solve_tridiagonal(lower, diagonal, upper, residual);
      double next_size = INFINITY;
      std::vector<double> next(count);
      for (double fraction = 1.0; fraction > 1e-3; fraction /= 2.0) {
        for (std::size_t k = 0; k < count; ++k) next[k] = c[k] - fraction * step[k];
        next_size = evaluate_at(next);
        if (next_size < size) break;
      }
      if (!(next_size < size)) break;
      const bool slow = next_size > 0.5 * size && next_size < 1e-13;
      c = next;
      size = next_size;
      if (slow) break;
    }
    if (!(size < 1e-10) || !(c[0] > 1e-6 * start)) return false;  // the static state is no fluctuating one
    (void)evaluate_at(c);
    pair.gains(covariances, gains);
    solution.variance_residual = (frozen + c[0] - variance) / variance;
    if (noisy_) {
      const double left = onsite * start - 2.0 * leak * c[1] - coupling * (moments.ff - at_frozen);
      solution.variance_residual = (left - ensemble.noise_variance()) / variance;
    }
    solution.gains = {moments.dfdf};
    solution.gains.insert(solution.gains.end(), gains.begin() + 1, gains.end());
    solution.gains.push_back(gain_frozen);
    remember(c, c[0]);
    solution.found = true;
    solution.connected.assign(c.begin() + 1, c.end());
    return true;
  }

  struct Shape {
    Eigen::Vector3d place;
    std::vector<double> values;
  };
  [[nodiscard]] const std::vector<double>& nearest_shape() const {
    static const std::vector<double> none;
    const auto nearest = std::min_element(shapes_.begin(), shapes_.end(), [&](const Shape& a, const Shape& b) {
      return (a.place - place_).norm() < (b.place - place_).norm();
    });
    return nearest == shapes_.end() ? none : nearest->values;
  }

  bool flow_, noisy_;
  Eigen::Vector3d place_ = Eigen::Vector3d::Zero();
  std::vector<Shape> shapes_;
};

struct Seed {
  math::CurveSeed point;
  std::vector<double> connected;  ///< c(0), c(1), ... of a map
};

/// The last solution that was asked for, with the ensemble that it belongs to.
class LagCurves {
 public:
  LagCurves(EnsembleFamily family, bool flow, bool noisy, bool fixed_mean)
      : family_(std::move(family)), problem_(flow, noisy), fixed_mean_(fixed_mean) {}

  /// (mu, v) of the unknowns: without a mean coupling v alone, since mu = -thetabar/(1 - gamma).
  [[nodiscard]] Eigen::Vector2d state(const VectorXd& x, double p) {
    if (!fixed_mean_) return x;
    const Ensemble* here = ensemble(p);
    return {here == nullptr ? NAN : -here->threshold_mean / (1.0 - here->leak), x(0)};
  }
  [[nodiscard]] VectorXd unknowns(const Eigen::Vector2d& state) const { return state.tail(fixed_mean_ ? 1 : 2); }

  [[nodiscard]] const Ensemble* ensemble(double p) {
    if (!asked_ || p != value_) {
      asked_ = true;
      value_ = p;
      const auto whole = family_(p);
      ensemble_ = whole ? single_of(*whole) : std::nullopt;
      solved_ = false;
    }
    return ensemble_ ? &*ensemble_ : nullptr;
  }
  [[nodiscard]] const LagSolution& at(const VectorXd& x, double p) {
    const Ensemble* here = ensemble(p);
    if (solved_ && x == x_) return solution_;
    solved_ = true;
    x_ = x;
    const Eigen::Vector2d place = state(x, p);
    problem_.set_place(place_of(place, p));
    solution_ = here == nullptr ? LagSolution{} : problem_.solve(*here, place(0), place(1));
    return solution_;
  }
  void set_scale(const Eigen::Vector3d& scale) { scale_ = scale; }
  void remember(const Seed& seed) {
    problem_.set_place(place_of(seed.point.x, seed.point.parameter));
    if (!seed.connected.empty()) problem_.remember(seed.connected, seed.connected.front());
  }

 private:
  [[nodiscard]] Eigen::Vector3d place_of(const VectorXd& x, double p) const {
    return Eigen::Vector3d(x(0), x(1), p).cwiseQuotient(scale_);
  }

  EnsembleFamily family_;
  LagProblem problem_;
  bool fixed_mean_;
  Eigen::Vector3d scale_ = Eigen::Vector3d::Ones();
  bool asked_ = false, solved_ = false;
  double value_ = 0.0;
  std::optional<Ensemble> ensemble_;
  VectorXd x_;
  LagSolution solution_;
};

std::vector<Seed> seeds_of(LagCurves& curves, const BranchOptions& options) {
  std::vector<Seed> seeds;
  for (int i = 0; i < kScans; ++i) {
    const double p = scanned_value(options, i, kScans);
    const Ensemble* ensemble = curves.ensemble(p);
    if (ensemble == nullptr) continue;
    if (options.continuous_time) {
      for (const FlowFluctuation& state : flow_fluctuations(*ensemble, options.stop)) {
        seeds.push_back({{Eigen::Vector2d(state.mean, state.variance), p}, {}});
      }
      continue;
    }
    for (const MapFluctuation& state : map_fluctuations(*ensemble, options.stop)) {
      seeds.push_back({{Eigen::Vector2d(state.mean, state.variance), p}, state.autocovariance});
      for (double& c : seeds.back().connected) c -= state.frozen;
    }
  }
  return seeds;
}

std::optional<BranchState> state_of(LagCurves& curves, const math::CurvePoint& point, const BranchOptions& options) {
  const LagSolution solution = curves.at(point.x, point.parameter);
  if (!solution.found) return std::nullopt;
  const Ensemble& ensemble = *curves.ensemble(point.parameter);
  const Eigen::Vector2d x = curves.state(point.x, point.parameter);
  BranchState state;
  state.parameter = point.parameter;
  state.mean = {x(0)};
  state.variance = {x(1)};
  state.frozen = {solution.frozen};
  const transfer::Moments moments = transfer::moments(ensemble.transfer, x(0), x(1));
  state.mean_output = {moments.f};
  state.jacobian_radius = ensemble.coupling_deviation * std::sqrt(moments.dfdf);
  state.residual = point.residual;
  if (options.continuous_time) {
    const FlowFluctuation known = flow_fluctuation_at(ensemble, x(0), x(1), solution.frozen);
    state.lyapunov_exponent = known.lyapunov_exponent;
    state.stable = known.stable;
  } else {
    const MapFluctuation known =
        map_fluctuation_near(ensemble, x(0), x(1), solution.frozen, solution.connected, options.stop);
    state.lyapunov_exponent = known.lyapunov_exponent;
    state.stable = known.stable;
  }
  return state;
}

/// Without noise: the `chaos` point of a static branch at which this end of a branch is born.
std::optional<BranchState> onset_near(const BranchState& end, const std::vector<StateBranch>& static_ones,
                                      const VectorXd& scale, double range) {
  std::optional<BranchState> nearest;
  double least = kOnsetDistance;
  for (const StateBranch& branch : static_ones) {
    for (const BranchSpecialPoint& special : branch.special_points) {
      if (special.type != SpecialType::kChaos) continue;
      const BranchState& state = branch.states[special.index];
      const double distance =
          std::hypot((state.mean[0] - end.mean[0]) / scale(0), (state.variance[0] - end.variance[0]) / scale(1),
                     (state.parameter - end.parameter) / range);
      if (distance >= least) continue;
      least = distance;
      nearest = state;
    }
  }
  if (nearest) nearest->lyapunov_exponent = 0.0;
  return nearest;
}

void attach_onsets(StateBranch& branch, const math::SolutionCurve& curve, const std::vector<StateBranch>& static_ones,
                   const VectorXd& scale, double range) {
  using End = math::SolutionCurve::End;
  const auto stops = [](End end) { return end == End::kDomain || end == End::kLost; };
  if (stops(curve.back)) {
    if (auto onset = onset_near(branch.states.back(), static_ones, scale, range)) {
      branch.special_points.push_back({SpecialType::kChaos, branch.states.size(), 1.0});
      branch.states.push_back(std::move(*onset));
    }
  }
  if (stops(curve.front)) {
    if (auto onset = onset_near(branch.states.front(), static_ones, scale, range)) {
      for (BranchSpecialPoint& special : branch.special_points) ++special.index;
      branch.special_points.insert(branch.special_points.begin(), {SpecialType::kChaos, 0, 1.0});
      branch.states.insert(branch.states.begin(), std::move(*onset));
    }
  }
}

}  // namespace

bool has_lag_branches(const PopulationEnsemble& ensemble) { return single_of(ensemble).has_value(); }

std::vector<StateBranch> lag_branches(const EnsembleFamily& family, const BranchOptions& options,
                                      const std::vector<StateBranch>& static_ones) {
  const auto middle = family((options.lower + options.upper) / 2.0);
  if (!middle || !has_lag_branches(*middle)) return {};
  const Population& population = middle->populations.front();
  const bool noisy = population.noise_deviation != 0.0 || population.noise_intensity != 0.0;
  const auto at_lower = family(options.lower), at_upper = family(options.upper);
  const auto without_mean = [](const std::optional<PopulationEnsemble>& ensemble) {
    return ensemble && ensemble->coupling_mean(0, 0) == 0.0;
  };
  const bool fixed_mean = without_mean(at_lower) && without_mean(at_upper) && without_mean(middle);
  const auto curves = std::make_shared<LagCurves>(family, options.continuous_time, noisy, fixed_mean);
  const std::vector<Seed> found = seeds_of(*curves, options);
  if (found.empty()) return {};

  math::ContinuationProblem problem;
  problem.lower = options.lower;
  problem.upper = options.upper;
  double mean = 0.0, variance = 0.0;
  std::vector<math::CurveSeed> seeds;
  for (const Seed& seed : found) {
    mean = std::max(mean, std::abs(seed.point.x(0)));
    variance = std::max(variance, seed.point.x(1));
    seeds.push_back({curves->unknowns(seed.point.x), seed.point.parameter});
  }
  const Eigen::Vector2d scale(std::max(mean, std::sqrt(variance)), variance);
  problem.scale = curves->unknowns(scale);
  problem.difference = 1e-5;
  curves->set_scale({scale(0), scale(1), options.upper - options.lower});
  for (const Seed& seed : found) curves->remember(seed);
  problem.residual = [curves](const VectorXd& x, double p) -> VectorXd {
    const LagSolution& solution = curves->at(x, p);
    return curves->unknowns({solution.mean_residual, solution.variance_residual});
  };
  const double least_share = noisy ? 0.0 : kLeastShare;
  const double least_variance = (noisy ? 1e-6 : kLeastVariance) * variance;
  problem.admissible = [curves, least_share, least_variance](const VectorXd& x, double p) {
    const double v = curves->state(x, p)(1);
    return v > least_variance && v - curves->at(x, p).frozen > least_share * v;
  };
  problem.tests = [curves](const VectorXd& x, double p) -> std::vector<double> {
    const LagSolution& solution = curves->at(x, p);
    if (solution.gains.empty()) return {solution.bulk};
    const Ensemble& ensemble = *curves->ensemble(p);
    return {discrete_lyapunov_exponent(ensemble.coupling_variance(), ensemble.leak, solution.gains)};
  };
  math::ContinuationOptions steps;
  steps.stop = options.stop;
  steps.tolerance = 1e-11;
  steps.smallest_step = 1e-6;

  std::vector<StateBranch> branches;
  for (const math::SolutionCurve& curve : math::solution_curves(problem, seeds, steps)) {
    StateBranch branch;
    using End = math::SolutionCurve::End;
    branch.lost = noisy && (curve.front == End::kLost || curve.back == End::kLost);
    for (std::size_t i = 0; i < curve.points.size(); ++i) {
      auto state = state_of(*curves, curve.points[i], options);
      if (!state) continue;
      for (const CurveEvent& event : curve.events) {
        if (event.index != i || !event.admissible) continue;
        branch.special_points.push_back({type_of(event, options.continuous_time), branch.states.size(), 1.0});
      }
      branch.states.push_back(*std::move(state));
    }
    if (branch.states.empty()) continue;
    if (!noisy) attach_onsets(branch, curve, static_ones, scale, options.upper - options.lower);
    branches.push_back(std::move(branch));
  }
  return branches;
}

}  // namespace limes::rate::theory

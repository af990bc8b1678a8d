// Fluctuating branches of flows and of maps with leak, one population: curves (mu, v, q) whose lag functions follow.
#include <algorithm>
#include <cmath>
#include <memory>

#include "limes/math/quadrature.hpp"
#include "limes/math/tridiagonal.hpp"
#include "limes/rate/theory/continuation/branches.hpp"
#include "limes/rate/theory/continuation/onsets.hpp"
#include "limes/rate/theory/continuation/solved_nearby.hpp"
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
constexpr double kLargestWindow = 8000;  // lags: a correlation time of some 270 steps
constexpr double kShapeSpacing = 0.02;   // scaled distance between the lag functions that are kept
// Without noise branches are followed to this share (v - q)/v and end at the `chaos` point of a static state. In the
// unknowns (mu, v, q) the equations stay regular at v = q, where the correlation time diverges as (v - q)^(-1/2). Not
// where f has kinks: C' has a root singularity at v then.
constexpr double kLeastShare = 1e-3;
constexpr double kLeastShareKinked = 0.03;
constexpr double kLeastVariance = 1e-3;  // without noise, of the largest v found: where v itself vanishes
constexpr double kShortShare = 0.1;      // below it differences over [q, v] come from C'

struct LagSolution {
  double mean_residual = NAN;
  double variance_residual = NAN;
  double frozen_residual = NAN;
  double bulk = NAN;              ///< flow: has the sign of the bulk's exponent
  std::vector<double> gains;      ///< C'(D(k)) of a map, k = 0, 1, ..., infinity
  std::vector<double> connected;  ///< c(0), c(1), ... of a map
  bool found = false;
};

class LagProblem {
 public:
  LagProblem(bool flow, bool noisy) : flow_(flow), noisy_(noisy) {}

  /// The residuals of (mu, v, q), not finite where they have no meaning. `nearby`: c(k)/c(0) of a map near by, or null.
  [[nodiscard]] LagSolution solve(const Ensemble& ensemble, const Eigen::Vector3d& x,
                                  const std::vector<double>* nearby) const {
    LagSolution solution;
    const double mean = x(0), variance = x(1), frozen = x(2), kept = 1.0 - ensemble.leak;
    if (!x.allFinite() || !(variance > 0.0) || !(frozen < variance) || !(frozen >= -variance)) return solution;
    const transfer::PairMoments pair(ensemble.transfer, mean, variance);
    const transfer::Moments moments = transfer::moments(ensemble.transfer, mean, variance);
    const double coupling = ensemble.coupling_variance();
    // Covariances between distant times decay.
    if (!(coupling * pair.gain(frozen) < kept * kept)) return solution;
    const double frozen_residual =
        kept * kept * frozen - coupling * pair.output(frozen) - ensemble.threshold_variance();
    if (flow_) {
      solution.found = true;
      solution.variance_residual = energy(ensemble, variance, frozen, frozen_residual, pair);
      solution.bulk = (coupling * moments.ff + ensemble.threshold_variance() - variance) / variance;
    } else if (!solve_lags(ensemble, variance, frozen, pair, moments, nearby, solution)) {
      return solution;
    }
    solution.mean_residual = kept * mean - ensemble.coupling_mean * moments.f + ensemble.threshold_mean;
    solution.frozen_residual = frozen_residual;
    return solution;
  }

 private:
  /// [P(v) - P(q) - D^2/2]/v^2, without noise divided by ((v - q)/v)^2: the static state v = q is no solution then.
  [[nodiscard]] double energy(const Ensemble& ensemble, double variance, double frozen, double frozen_residual,
                              const transfer::PairMoments& pair) const {
    const double start = variance - frozen, coupling = ensemble.coupling_variance();
    if (!noisy_ && start < kShortShare * variance) {
      // int_0^1 [s - J^2 (C(q + s start) - C(q))/start] ds, the difference by C'.
      static const math::QuadratureRule rule = math::gauss_legendre(24);
      double sum = 0.5;
      for (std::size_t n = 0; n < rule.nodes.size(); ++n) {
        const double s = (1.0 + rule.nodes[n]) / 2.0;
        sum -= rule.weights[n] / 2.0 * coupling * (1.0 - s) * pair.gain(frozen + s * start);
      }
      return sum;
    }
    const double noise = ensemble.noise_intensity * ensemble.noise_intensity / 2.0;
    const double raw = start * ((variance + frozen) / 2.0 - ensemble.threshold_variance()) -
                       coupling * (pair.output_integral(variance) - pair.output_integral(frozen)) - noise;
    return noisy_ ? raw / (variance * variance) : (raw - start * frozen_residual) / (start * start);
  }

  /// The decaying even solution of (1+gamma^2) c(k) - gamma [c(k-1) + c(k+1)] = J^2 [C(q + c(k)) - C(q)]
  /// + sigma^2 delta_k0 by Newton's method. With noise c(0) = v - q is prescribed, and what that leaves of the equation
  /// of lag 0 is the residual. Without noise that would have no solution on one side of a state, whose c(0) is the
  /// largest of all decaying ones: there all equations are solved, and the residual is q + c(0) - v.
  [[nodiscard]] bool solve_lags(const Ensemble& ensemble, double variance, double frozen,
                                const transfer::PairMoments& pair, const transfer::Moments& moments,
                                const std::vector<double>* nearby, LagSolution& solution) const {
    const double leak = ensemble.leak, onsite = 1.0 + leak * leak, coupling = ensemble.coupling_variance();
    const double start = variance - frozen;
    const double at_frozen = pair.output(frozen), gain_frozen = pair.gain(frozen), gain_start = pair.gain(variance);
    const double sum = (onsite - coupling * gain_frozen) / leak;
    if (sum <= 2.0) return false;
    const double ratio = 2.0 / (sum + std::sqrt(sum * sum - 4.0));
    const double window = 30.0 / -std::log(std::max(ratio, leak));
    if (window > kLargestWindow) return false;
    const std::size_t count = std::max<std::size_t>(40, static_cast<std::size_t>(window));
    std::vector<double> c(count);
    for (std::size_t k = 0; k < count; ++k) {
      c[k] = k == 0 ? start : c[k - 1] * std::max(ratio, leak);
      if (nearby == nullptr || nearby->size() < 2) continue;
      // The shape near by in its own windows: the correlation time may be another one.
      const double at = static_cast<double>(k) * static_cast<double>(nearby->size()) / static_cast<double>(count);
      const auto i = static_cast<std::size_t>(at);
      if (i + 1 < nearby->size()) {
        const double share = at - static_cast<double>(i);
        c[k] = start * ((1.0 - share) * (*nearby)[i] + share * (*nearby)[i + 1]);
      }
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
    // The equations of a slow lag function are small by its decay per lag, squared.
    const double slow = (1.0 - leak) * (1.0 - leak) - coupling * gain_frozen;
    if (!(size < 1e-10 + 1e-8 * slow) || !(c[0] > 1e-3 * start)) return false;  // the static state is no fluctuation
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
    solution.found = true;
    solution.connected = std::move(c);
    return true;
  }

  bool flow_, noisy_;
};

/// c(k)/c(0) without what has decayed.
std::vector<double> shape_of(std::vector<double> connected) {
  const double start = connected.front();
  for (double& c : connected) c /= start;
  return connected;
}

struct Seed {
  math::CurveSeed point;
  std::vector<double> connected;  ///< c(0), c(1), ... of a map
};

/// The last solution that was asked for, with the ensemble that it belongs to.
class LagCurves {
 public:
  LagCurves(EnsembleFamily family, bool flow, bool noisy, bool fixed_mean, Journal* journal)
      : family_(std::move(family)), problem_(flow, noisy), fixed_mean_(fixed_mean), questions_(journal) {}

  [[nodiscard]] JournaledQuestions& questions() { return questions_; }

  /// (mu, v, q) of the unknowns: without a mean coupling (v, q), since mu = -thetabar/(1 - gamma).
  [[nodiscard]] Eigen::Vector3d state(const VectorXd& x, double p) {
    if (!fixed_mean_) return x;
    const Ensemble* here = ensemble(p);
    return {here == nullptr ? NAN : -here->threshold_mean / (1.0 - here->leak), x(0), x(1)};
  }
  [[nodiscard]] VectorXd unknowns(const Eigen::Vector3d& state) const { return state.tail(fixed_mean_ ? 2 : 3); }

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
  /// To be called within a question.
  [[nodiscard]] const LagSolution& at(const VectorXd& x, double p) {
    const Ensemble* here = ensemble(p);
    if (solved_ && x == x_) return solution_;
    solved_ = true;
    x_ = x;
    solution_ = here == nullptr ? LagSolution{} : problem_.solve(*here, state(x, p), questions_.shapes().nearest());
    if (!solution_.connected.empty()) questions_.shapes().offer(shape_of(solution_.connected));
    return solution_;
  }

 private:
  EnsembleFamily family_;
  LagProblem problem_;
  bool fixed_mean_;
  JournaledQuestions questions_;
  bool asked_ = false, solved_ = false;
  double value_ = 0.0;
  std::optional<Ensemble> ensemble_;
  VectorXd x_;
  LagSolution solution_;
};

/// (mu, v, q), the number of lags and c(0), c(1), ... of every state at one value.
std::vector<double> states_at(const Ensemble& ensemble, const BranchOptions& options) {
  std::vector<double> values;
  if (options.continuous_time) {
    for (const FlowFluctuation& state : flow_fluctuations(ensemble, options.stop)) {
      values.insert(values.end(), {state.mean, state.variance, state.frozen, 0.0});
    }
    return values;
  }
  for (const MapFluctuation& state : map_fluctuations(ensemble, options.stop)) {
    values.insert(values.end(),
                  {state.mean, state.variance, state.frozen, static_cast<double>(state.autocovariance.size())});
    for (const double covariance : state.autocovariance) values.push_back(covariance - state.frozen);
  }
  return values;
}

std::vector<Seed> seeds_of(LagCurves& curves, const BranchOptions& options) {
  std::vector<Seed> seeds;
  for (int i = 0; i < kScans; ++i) {
    const double p = scanned_value(options, i, kScans);
    const Ensemble* ensemble = curves.ensemble(p);
    if (ensemble == nullptr) continue;
    const double question[] = {p};
    const std::vector<double> values =
        curves.questions().answer(question, [&] { return states_at(*ensemble, options); });
    for (std::size_t at = 0; at < values.size();) {
      const auto lags = static_cast<std::size_t>(values[at + 3]);
      const auto begin = values.begin() + static_cast<std::ptrdiff_t>(at + 4);
      seeds.push_back({{Eigen::Vector3d(values[at], values[at + 1], values[at + 2]), p},
                       {begin, begin + static_cast<std::ptrdiff_t>(lags)}});
      at += 4 + lags;
    }
  }
  return seeds;
}

std::optional<BranchState> state_of(LagCurves& curves, const math::CurvePoint& point, const BranchOptions& options) {
  const LagSolution& solution = curves.at(point.x, point.parameter);
  if (!solution.found) return std::nullopt;
  const Ensemble& ensemble = *curves.ensemble(point.parameter);
  const Eigen::Vector3d x = curves.state(point.x, point.parameter);
  BranchState state;
  state.parameter = point.parameter;
  state.mean = {x(0)};
  state.variance = {x(1)};
  state.frozen = {x(2)};
  const transfer::Moments moments = transfer::moments(ensemble.transfer, x(0), x(1));
  state.mean_output = {moments.f};
  state.jacobian_radius = ensemble.coupling_deviation * std::sqrt(moments.dfdf);
  state.residual = point.residual;
  if (options.continuous_time) {
    const FlowFluctuation known = flow_fluctuation_at(ensemble, x(0), x(1), x(2));
    state.lyapunov_exponent = known.lyapunov_exponent;
    state.stable = known.stable;
  } else {
    const MapFluctuation known = map_fluctuation_at(ensemble, x(0), x(1), x(2), solution.connected);
    state.lyapunov_exponent = known.lyapunov_exponent;
    state.stable = known.stable;
  }
  return state;
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
  const auto curves = std::make_shared<LagCurves>(family, options.continuous_time, noisy, fixed_mean, options.journal);
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
  const Eigen::Vector3d scale(std::max(mean, std::sqrt(variance)), variance, variance);
  problem.scale = curves->unknowns(scale);
  problem.difference = noisy ? 1e-5 : 1e-6;
  curves->questions().set_shapes({problem.scale, options.upper - options.lower, kShapeSpacing});
  for (const Seed& seed : found) {
    if (seed.connected.empty()) continue;
    curves->questions().shapes().add(curves->unknowns(seed.point.x), seed.point.parameter, shape_of(seed.connected));
  }
  enum Kind { kResidual, kTests, kState };
  problem.residual = [curves](const VectorXd& x, double p) -> VectorXd {
    const auto values = curves->questions().answer(kResidual, x, p, [&]() -> std::vector<double> {
      const LagSolution& solution = curves->at(x, p);
      const VectorXd all =
          curves->unknowns({solution.mean_residual, solution.variance_residual, solution.frozen_residual});
      return {all.begin(), all.end()};
    });
    return Eigen::Map<const VectorXd>(values.data(), x.size());
  };
  const bool kinked = transfer::has_kink(population.transfer);
  const double least_share = noisy ? 0.0 : kinked ? kLeastShareKinked : kLeastShare;
  const double least_variance = (noisy ? 1e-6 : kLeastVariance) * variance;
  problem.admissible = [curves, least_share, least_variance](const VectorXd& x, double p) {
    const Eigen::Vector3d at = curves->state(x, p);
    return at(1) > least_variance && at(1) - at(2) > least_share * at(1);
  };
  const bool flow = options.continuous_time;
  problem.tests = [curves, flow](const VectorXd& x, double p) -> std::vector<double> {
    return curves->questions().answer(kTests, x, p, [&]() -> std::vector<double> {
      const LagSolution& solution = curves->at(x, p);
      if (flow) return {solution.bulk};
      if (!solution.found) return {NAN, NAN};
      const Ensemble& ensemble = *curves->ensemble(p);
      const Eigen::Vector3d at = curves->state(x, p);
      return {discrete_lyapunov_exponent(ensemble.coupling_variance(), ensemble.leak, solution.gains),
              static_cast<double>(flip_sign(ensemble, at(0), at(1), at(2), solution.connected))};
    });
  };
  math::ContinuationOptions steps;
  steps.stop = options.stop;
  steps.tolerance = 1e-11;
  steps.smallest_step = noisy ? 1e-6 : 1e-5;

  std::vector<StateBranch> branches;
  for (const math::SolutionCurve& curve : math::solution_curves(problem, seeds, steps)) {
    StateBranch branch = branch_along(curve, options, [&](const math::CurvePoint& point) {
      return journaled_state(curves->questions(), kState, point.x, point.parameter, 1,
                             [&] { return state_of(*curves, point, options); });
    });
    if (branch.states.empty()) continue;
    branch.lost = noisy ? ends_lost(curve)
                        : !attach_onsets(branch, curve, static_ones, scale(0), scale(1), options.upper - options.lower);
    branches.push_back(std::move(branch));
  }
  return branches;
}

}  // namespace limes::rate::theory

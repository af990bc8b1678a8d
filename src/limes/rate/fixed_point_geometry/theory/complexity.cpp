#include "limes/rate/fixed_point_geometry/theory/complexity.hpp"

#include <fmt/format.h>

#include <Eigen/LU>
#include <algorithm>
#include <cmath>
#include <numbers>
#include <optional>

#include "limes/base/errors.hpp"
#include "limes/math/quadrature.hpp"
#include "limes/math/roots.hpp"

namespace limes::rate::fixed_points {

namespace {

constexpr std::size_t kNodes = 400, kFineNodes = 600;
// Where the solution at g = 1.5, D = 0 lies (note, section 4).
constexpr double kKnownDeviation = 1.5;
constexpr OrderParameters kKnownTanh{0.25417619, -0.364455, 0.22878681};
constexpr OrderParameters kKnownErf{0.29224795, -0.312941, 0.23212476};
// Steps of the continuation: factor of g - 1, share of the largest D.
constexpr double kLargestFactor = 1.5, kLargestShare = 1.0 / 40.0;
constexpr double kAcceptedResidual = 1e-9;
// Near g = 1 the equations differ in order e^2 only: below this e = g - 1 they are lost to rounding.
constexpr double kSmallestDistance = 1e-4;
constexpr int kNewtonSteps = 40;

void check(transfer::Kind transfer, double deviation) {
  if (transfer != transfer::Kind::kTanh && transfer != transfer::Kind::kErf) {
    throw InputError(fmt::format("the theory of fixed points is for odd sigmoids of slope 1, not {}", name(transfer)),
                     "use tanh or erf");
  }
  if (!(deviation >= 0.0) || !std::isfinite(deviation)) {
    throw InputError("the deviation of the couplings must be a number of at least 0");
  }
}

/// phi = x - (k/3) x^3 + ...
double cubic(transfer::Kind transfer) { return transfer == transfer::Kind::kTanh ? 1.0 : std::numbers::pi / 4.0; }

/// The unknowns c and q and the equations are of order e near g = 1: scaled by it they stay of order 1.
double scale_of(const Ensemble& ensemble) { return std::min(1.0, std::max(ensemble.deviation - 1.0, 1e-12)); }

bool admissible(const OrderParameters& order) { return order.c > 0.0 && order.c < 1.0 && order.q > -1e-9; }

/// Newton's method from a nearby solution; none where it leads elsewhere.
std::optional<OrderParameters> correct(const Ensemble& ensemble, const OrderParameters& start,
                                       std::size_t nodes = kNodes) {
  const double scale = scale_of(ensemble);
  const Eigen::Vector3d unit(scale, 1.0, scale);
  Eigen::Vector3d v(start.c / scale, start.h, start.q / scale);
  const Eigen::Vector3d first = v;
  const auto order_of = [&](const Eigen::Vector3d& w) { return OrderParameters{w(0) * scale, w(1), w(2) * scale}; };
  if (!admissible(order_of(v))) return std::nullopt;
  double last = INFINITY;
  for (int k = 0; k < kNewtonSteps; ++k) {
    const ComponentLaw law(ensemble, order_of(v), nodes);
    const Eigen::Matrix3d slope = law.residual_slope() * unit.asDiagonal();
    const Eigen::Vector3d step = slope.partialPivLu().solve(law.residual());
    if (!step.allFinite()) return std::nullopt;
    const double length = step.cwiseAbs().maxCoeff();
    double factor = 1.0;
    while (factor > 1e-3 && !admissible(order_of(v - factor * step))) factor /= 2.0;
    if (factor <= 1e-3) return std::nullopt;
    v -= factor * step;
    if ((v - first).cwiseAbs().maxCoeff() > 0.5) return std::nullopt;  // onto another branch
    // Rounding ends the convergence: steps no longer shrink.
    const double rounding = std::max(1e-8, 1e-15 / (scale * scale));
    if (length < 1e-13 || (length < rounding && length > 0.5 * last)) return order_of(v);
    last = length;
  }
  return std::nullopt;
}

/// Follows the solution to parameter `stop` of `at`, from `start` at parameter `from`, by secant prediction; steps are
/// halved where Newton's method fails.
template <typename At>
OrderParameters follow(const At& at, double from, double to, double largest, OrderParameters order,
                       const StopToken& stop) {
  std::optional<std::pair<double, OrderParameters>> before;
  double place = from, step = largest;
  while (place != to) {
    stop.check();
    const double next = std::abs(to - place) <= step ? to : place + std::copysign(step, to - place);
    OrderParameters guess = order;
    if (before) {
      const double ratio = (next - place) / (place - before->first);
      // In the scaled unknowns, which hardly change.
      const double s0 = scale_of(at(before->first)), s1 = scale_of(at(place)), s2 = scale_of(at(next));
      guess.c = s2 * (order.c / s1 + ratio * (order.c / s1 - before->second.c / s0));
      guess.h = order.h + ratio * (order.h - before->second.h);
      guess.q = s2 * (order.q / s1 + ratio * (order.q / s1 - before->second.q / s0));
    } else {
      const double ratio = scale_of(at(next)) / scale_of(at(place));
      guess.c *= ratio;
      guess.q *= ratio;
    }
    guess.q = std::max(guess.q, 0.0);
    const auto found = correct(at(next), guess);
    if (!found) {
      step /= 2.0;
      if (step < 1e-6 * largest) {
        throw ConvergenceError("the order parameters of the fixed points could not be followed", step);
      }
      continue;
    }
    before = {place, order};
    order = *found;
    place = next;
    step = std::min(largest, 1.5 * step);
  }
  return order;
}

/// The solution at D = 0.
OrderParameters without_input(const Ensemble& ensemble, const StopToken& stop) {
  const bool tanh = ensemble.transfer == transfer::Kind::kTanh;
  const auto at = [&](double log_distance) { return Ensemble{ensemble.transfer, 1.0 + std::exp(log_distance), 0.0}; };
  const double from = std::log(kKnownDeviation - 1.0);
  const auto known = correct(at(from), tanh ? kKnownTanh : kKnownErf);
  if (!known) throw ConvergenceError("the known solution at g = 1.5 was not found", INFINITY);
  return follow(at, from, std::log(ensemble.deviation - 1.0), std::log(kLargestFactor), *known, stop);
}

/// Everything that follows from the order parameters.
Geometry described(const Ensemble& ensemble, Phase phase, const OrderParameters& order, std::size_t nodes) {
  const ComponentLaw law(ensemble, order, nodes);
  Geometry result;
  result.phase = phase;
  result.order = order;
  result.complexity = phase == Phase::kMany ? -order.h * order.c - order.q / 2.0 + law.log_normaliser() : 0.0;
  result.field_variance = law.field_variance();
  result.state_second_moment = law.average([](double x, double, double) { return x * x; });
  result.jacobian_radius = std::sqrt(law.average([](double, double, double gain) { return gain; }));
  const Eigen::Vector3d residual = law.residual();
  result.residual = phase == Phase::kMany ? residual.cwiseAbs().maxCoeff() : std::abs(residual(0));
  return result;
}

/// <phi^2> and <g^2 phi'^2> over N(0, variance), at any variance.
struct GaussianMoments {
  double output = 0.0, gain = 0.0;
};

GaussianMoments gaussian_moments(transfer::Kind transfer, double deviation, double variance) {
  const ComponentLaw law({transfer, deviation, variance}, {}, kFineNodes);
  return {law.average([](double, double output, double) { return output * output; }),
          law.average([](double, double, double gain) { return gain; })};
}

double relative(double a, double b) { return std::abs(a - b) / std::max(std::abs(b), 1e-300); }

Geometry unique_state(const Ensemble& ensemble) {
  const double variance = static_variance(ensemble);
  const OrderParameters order{gaussian_moments(ensemble.transfer, ensemble.deviation, variance).output, 0.0, 0.0};
  Geometry result = described(ensemble, Phase::kUnique, order, kFineNodes);
  result.error = 1e-10 + result.residual;
  return result;
}

}  // namespace

double static_variance(const Ensemble& ensemble) {
  const double g2 = ensemble.deviation * ensemble.deviation, d = ensemble.field_variance;
  if (d == 0.0 && g2 <= 1.0) return 0.0;
  const auto excess = [&](double log_variance) {
    const double variance = std::exp(log_variance);
    return (g2 * gaussian_moments(ensemble.transfer, ensemble.deviation, variance).output + d) / variance - 1.0;
  };
  // <phi^2>/variance falls from 1 to 0: one root, between (almost) D or the onset and g^2 + D.
  const double low = d > 0.0 ? d : (1.0 - 1.0 / g2) * 1e-3;
  const double high = g2 + d;
  return std::exp(math::brent(excess, std::log(low * (1.0 - 1e-9)), std::log(high * (1.0 + 1e-9))));
}

Transition topological_transition(transfer::Kind transfer, double deviation) {
  check(transfer, deviation);
  if (deviation <= 1.0) return {};
  const double g2 = deviation * deviation, e = deviation - 1.0;
  // From sigma^2 = e/k near g = 1; <phi'^2> ~ 1/sigma far from it.
  const auto gain = [&](double log_variance) {
    return gaussian_moments(transfer, deviation, std::exp(log_variance)).gain - 1.0;
  };
  const double start = std::log(std::min(e, 1.0) * 0.1), end = std::log(g2 * g2 * 10.0 + 10.0);
  Transition transition;
  transition.variance = std::exp(math::brent(gain, start, end));
  transition.field_variance =
      transition.variance - g2 * gaussian_moments(transfer, deviation, transition.variance).output;
  return transition;
}

Geometry solve_geometry(const Ensemble& ensemble, const StopToken& stop) {
  check(ensemble.transfer, ensemble.deviation);
  const double d = ensemble.field_variance;
  if (!(d >= 0.0) || !std::isfinite(d)) throw InputError("the variance of the input must not be negative");
  if (ensemble.deviation <= 1.0 && d == 0.0) {
    Geometry origin;
    origin.phase = Phase::kOrigin;
    origin.jacobian_radius = ensemble.deviation;
    return origin;
  }
  if (ensemble.deviation <= 1.0) return unique_state(ensemble);
  const Transition transition = topological_transition(ensemble.transfer, ensemble.deviation);
  if (d > 0.0 && d >= transition.field_variance) return unique_state(ensemble);
  if (ensemble.deviation - 1.0 < kSmallestDistance) return small_gain(ensemble);

  OrderParameters order = without_input({ensemble.transfer, ensemble.deviation, 0.0}, stop);
  if (d > 0.0) {
    const auto at = [&](double share) {
      return Ensemble{ensemble.transfer, ensemble.deviation, share == 1.0 ? d : share * d};
    };
    order = follow(at, 0.0, 1.0, kLargestShare * transition.field_variance / d, order, stop);
  }
  Geometry result = described(ensemble, Phase::kMany, order, kNodes);
  const auto finer = correct(ensemble, order, kFineNodes);
  if (!(result.residual < kAcceptedResidual) || !finer) {
    throw ConvergenceError("the equations of the fixed points' order parameters were not solved", result.residual);
  }
  const Geometry fine = described(ensemble, Phase::kMany, *finer, kFineNodes);
  const double scale = scale_of(ensemble);
  result.error = std::max({relative(result.order.c, fine.order.c), std::abs(result.order.h - fine.order.h),
                           std::abs(result.order.q - fine.order.q) / scale,
                           relative(result.state_second_moment, fine.state_second_moment),
                           relative(result.jacobian_radius, fine.jacobian_radius)}) +
                 result.residual / scale + 1e-14;
  return result;
}

Geometry small_gain(const Ensemble& ensemble) {
  const double e = ensemble.deviation - 1.0, k = cubic(ensemble.transfer);
  Geometry result;
  result.order = {2.0 * e / (3.0 * k), -k / 2.0, 2.0 * e / 3.0};
  result.complexity = 16.0 / 81.0 * e * e * e;
  result.field_variance = ensemble.deviation * ensemble.deviation * result.order.c + ensemble.field_variance;
  result.state_second_moment = result.order.c;
  result.jacobian_radius = 1.0 + e / 3.0;
  result.error = 10.0 * e;
  result.expanded = true;
  return result;
}

InfiniteGain infinite_gain() {
  // Unknowns c, h, q of (9); A_k by Gauss-Legendre, which is exact to rounding here.
  const math::QuadratureRule rule = math::gauss_legendre(40);
  const auto moment = [&](double h, int k) {
    double sum = 0.0;
    for (std::size_t i = 0; i < rule.nodes.size(); ++i) {
      const double p = rule.nodes[i];
      sum += rule.weights[i] * std::pow(p, k) * std::exp(h * p * p);
    }
    return sum;
  };
  const auto evaluate = [&](const Eigen::Vector3d& v) -> Eigen::Vector3d {
    const double c = v(0), h = v(1), q = v(2), r = std::sqrt(q / (2.0 * std::numbers::pi * c));
    const double a0 = moment(h, 0), z = std::exp(h) + r * a0;
    return {(std::exp(h) + r * moment(h, 2)) / z - c, r * a0 / z - q, -r * a0 / (2.0 * c * z) - h};
  };
  Eigen::Vector3d v(0.6935, -0.3183, 0.4415);
  for (int k = 0; k < 20; ++k) {
    const Eigen::Vector3d residual = evaluate(v);
    Eigen::Matrix3d slope;
    for (int j = 0; j < 3; ++j) {
      const Eigen::Vector3d shift = 1e-6 * Eigen::Vector3d::Unit(j);
      slope.col(j) = (evaluate(v + shift) - evaluate(v - shift)) / 2e-6;
    }
    const Eigen::Vector3d step = slope.partialPivLu().solve(residual);
    v -= step;
    if (step.cwiseAbs().maxCoeff() < 1e-14) break;
  }
  InfiniteGain result;
  result.order = {v(0), v(1), v(2)};
  const double r = std::sqrt(v(2) / (2.0 * std::numbers::pi * v(0)));
  const double z = std::exp(v(1)) + r * moment(v(1), 0);
  result.complexity = -v(1) * v(0) - v(2) / 2.0 + std::log(z);
  // Only saturated units count at this order: <x^2> = g^2 c e^h/Z.
  result.state_second_moment_over_g2 = v(0) * std::exp(v(1)) / z;
  return result;
}

double origin_only_complexity(double deviation) {
  const double g2 = deviation * deviation;
  return g2 <= 1.0 ? 0.0 : 0.5 * (std::log(g2) - 1.0 + 1.0 / g2);
}

}  // namespace limes::rate::fixed_points

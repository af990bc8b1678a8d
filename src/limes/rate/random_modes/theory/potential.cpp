#include "limes/rate/random_modes/theory/potential.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numbers>
#include <vector>

#include "limes/base/errors.hpp"
#include "limes/math/quadrature.hpp"
#include "limes/math/roots.hpp"
#include "limes/transfer/moments.hpp"
#include "limes/transfer/pair_moments.hpp"

namespace limes::rate::random_modes {

namespace {

double strength_of(const TwoPointProblem& problem) {
  return problem.coupling * problem.coupling * problem.right_square;
}

double mean_square_left(const TwoPointProblem& problem) {
  double sum = 0.0;
  for (const NeuronClass& one : problem.classes) sum += one.weight * one.left * one.left;
  return sum;
}

/// int_0^v f(u; v) du = E F(x)^2 - (E F(x))^2, x ~ N(0, v), F the primitive of f.
double whole_integral(const transfer::Transfer& transfer, double variance) {
  if (transfer.kind == transfer::Kind::kTanh || transfer.kind == transfer::Kind::kErf) {
    // ln cosh has the poles of tanh, at distance pi/2 of g x; the primitive of erf is entire but bends as sharply.
    const double deviation = std::sqrt(variance);
    const double step = math::gaussian_trapezoid_step(std::numbers::pi / 2.0 / (transfer.gain * deviation), 36.0);
    const math::QuadratureRule rule = math::gaussian_trapezoid(std::min(step, 0.35), -9.0, 9.0);
    double mean = 0.0;
    for (std::size_t k = 0; k < rule.nodes.size(); ++k) {
      mean += rule.weights[k] * transfer::primitive(transfer, deviation * rule.nodes[k]);
    }
    double sum = 0.0;
    for (std::size_t k = 0; k < rule.nodes.size(); ++k) {
      const double part = transfer::primitive(transfer, deviation * rule.nodes[k]) - mean;
      sum += rule.weights[k] * part * part;
    }
    return sum;
  }
  return transfer::PairMoments(transfer, 0.0, variance).output_integral(variance);
}

/// W(C0)/C0^2.
double relative_potential(const TwoPointProblem& problem, double variance) {
  double work = 0.0;
  for (const NeuronClass& one : problem.classes) {
    const double square = one.left * one.left;
    work += one.weight / square * whole_integral(problem.transfer, square * variance);
  }
  return 1.0 - 2.0 * strength_of(problem) * work / (variance * variance);
}

/// g^2 <r^2> sup f^2, infinite for a function without bound.
double largest_variance(const TwoPointProblem& problem) {
  if (!transfer::is_bounded(problem.transfer)) return std::numeric_limits<double>::infinity();
  return strength_of(problem) * transfer::output_range(problem.transfer).square();
}

}  // namespace

std::optional<double> chaotic_variance(const TwoPointProblem& problem) {
  const double slope = transfer::derivative(problem.transfer, 0.0);
  const double edge = strength_of(problem) * mean_square_left(problem) * slope * slope;
  const double largest = largest_variance(problem);
  if (!std::isfinite(largest)) {
    if (edge < 1.0) return std::nullopt;
    throw ConvergenceError("x = 0 is unstable and the transfer function has no bound: no stationary state is known",
                           edge);
  }
  if (largest == 0.0) return std::nullopt;
  // Beyond the edge W < 0 at small C0, on the scale (edge - 1)/steepness^2.
  const double steep = transfer::steepness(problem.transfer);
  double left_scale = 1.0;
  for (const NeuronClass& one : problem.classes) {
    if (one.weight > 1e-14) left_scale = std::max(left_scale, one.left * one.left);
  }
  const double smallest =
      edge > 1.0 ? std::min(1e-4 * largest, 1e-3 * (edge - 1.0) / (steep * steep * left_scale * edge)) : 1e-4 * largest;
  constexpr int kPoints = 48;
  const auto place = [&](int k) { return largest * std::pow(smallest / largest, k / (kPoints - 1.0)); };
  double above = place(0);
  for (int k = 1; k < kPoints; ++k) {
    const double below = place(k);
    if (relative_potential(problem, below) < 0.0) {
      const double root =
          math::brent([&](double logarithm) { return relative_potential(problem, std::exp(logarithm)); },
                      std::log(below), std::log(above * (1.0 + 1e-12)), 1e-15);
      return std::exp(root);
    }
    above = below;
  }
  return std::nullopt;
}

Eigen::VectorXd descend(const TwoPointProblem& problem, double variance, double decay, const Eigen::VectorXd& lags) {
  std::vector<transfer::PairMoments> pairs;
  for (const NeuronClass& one : problem.classes)
    pairs.emplace_back(problem.transfer, 0.0, one.left * one.left * variance);
  const double strength = strength_of(problem);
  const auto speed = [&](double c) {  // sqrt(W)
    if (c < 1e-3 * variance) return decay * c;
    double work = 0.0;
    for (std::size_t k = 0; k < pairs.size(); ++k) {
      const double square = problem.classes[k].left * problem.classes[k].left;
      work += problem.classes[k].weight / square * pairs[k].output_integral(std::min(c, variance) * square);
    }
    return std::sqrt(std::max(0.0, c * c - 2.0 * strength * work));
  };
  double bend = variance;  // C''(0) = C0 - g^2 <r^2 f(C0)> < 0
  for (std::size_t k = 0; k < pairs.size(); ++k) {
    const double square = problem.classes[k].left * problem.classes[k].left;
    bend -= strength * problem.classes[k].weight * pairs[k].output(square * variance);
  }
  Eigen::VectorXd values(lags.size());
  double c = variance;
  bool started = false;
  for (Eigen::Index i = 0; i < lags.size(); ++i) {
    const double fallen = -bend * lags(i) * lags(i) / (2.0 * variance);
    if (!started && fallen < 0.02) {
      c = variance * (1.0 - fallen);
    } else {
      started = true;
      const double step = lags(i) - lags(i - 1);
      const double k1 = speed(c), k2 = speed(std::max(0.0, c - step / 2.0 * k1));
      const double k3 = speed(std::max(0.0, c - step / 2.0 * k2)), k4 = speed(std::max(0.0, c - step * k3));
      c = std::max(1e-300, c - step / 6.0 * (k1 + 2.0 * k2 + 2.0 * k3 + k4));
    }
    values(i) = c;
  }
  return values;
}

double noisy_start(const TwoPointProblem& problem) {
  const double largest = largest_variance(problem);
  if (std::isfinite(largest)) return std::max(largest, 1e-12);
  const double slope = transfer::derivative(problem.transfer, 0.0);
  const double edge = strength_of(problem) * mean_square_left(problem) * slope * slope;
  if (!(edge < 1.0)) {
    throw ConvergenceError("x = 0 is unstable and the transfer function has no bound: no stationary state is known",
                           edge);
  }
  return std::max(1e-12, problem.noise_intensity * strength_of(problem) * slope * slope / (1.0 - edge));
}

}  // namespace limes::rate::random_modes

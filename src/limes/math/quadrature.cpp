#include "limes/math/quadrature.hpp"

#include <Eigen/Core>
#include <algorithm>
#include <cmath>
#include <numbers>

#include "limes/base/errors.hpp"

namespace limes::math {

QuadratureRule gauss_legendre(std::size_t order) {
  if (order == 0) throw InputError("a Gauss-Legendre rule needs at least one node");
  QuadratureRule rule{std::vector<double>(order), std::vector<double>(order)};
  const double n = static_cast<double>(order);
  for (std::size_t i = 0; i < (order + 1) / 2; ++i) {
    // Tricomi's start, then Newton; P_n and P_{n-1} from the recurrence, P_n' = n (x P_n - P_{n-1})/(x^2 - 1).
    double x = std::cos(std::numbers::pi * (static_cast<double>(i) + 0.75) / (n + 0.5));
    if (2 * i + 1 == order) x = 0;
    double slope = 1;
    for (int iteration = 0; iteration < 100; ++iteration) {
      double previous = 1;
      double current = x;
      for (std::size_t k = 2; k <= order; ++k) {
        const double index = static_cast<double>(k);
        const double next = ((2 * index - 1) * x * current - (index - 1) * previous) / index;
        previous = current;
        current = next;
      }
      slope = n * (x * current - previous) / (x * x - 1);
      const double change = current / slope;
      x -= change;
      if (std::abs(change) < 4e-16) break;
    }
    if (2 * i + 1 == order) x = 0;
    const double weight = 2 / ((1 - x * x) * slope * slope);
    rule.nodes[i] = -x;
    rule.nodes[order - 1 - i] = x;
    rule.weights[i] = rule.weights[order - 1 - i] = weight;
  }
  return rule;
}

QuadratureRule gaussian_trapezoid(double step, double lower, double upper) {
  if (!(step > 0) || !(lower <= 0) || !(upper >= 0))
    throw InputError("a Gaussian trapezoid rule needs a step > 0 and limits on both sides of 0");
  const auto first = static_cast<std::ptrdiff_t>(std::ceil(lower / step));
  const auto last = static_cast<std::ptrdiff_t>(std::floor(upper / step));
  const auto count = static_cast<std::size_t>(last - first + 1);
  QuadratureRule rule{std::vector<double>(count), std::vector<double>(count)};
  for (std::size_t i = 0; i < count; ++i)
    rule.nodes[i] = static_cast<double>(first + static_cast<std::ptrdiff_t>(i)) * step;
  Eigen::Map<Eigen::ArrayXd> weights(rule.weights.data(), last - first + 1);
  weights = (-0.5 * Eigen::Map<const Eigen::ArrayXd>(rule.nodes.data(), last - first + 1).square()).exp();
  double total = 0;
  for (const double weight : rule.weights) total += weight;
  for (double& weight : rule.weights) weight /= total;
  return rule;
}

double gaussian_trapezoid_step(double pole, double digits) {
  const double reach = std::min(pole, std::sqrt(2 * digits));  // beyond it the Gaussian itself limits the step
  return 2 * std::numbers::pi * reach / (digits + 0.5 * reach * reach);
}

}  // namespace limes::math

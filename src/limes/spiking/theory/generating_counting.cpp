#include <array>
#include <cmath>
#include <cstddef>

#include "limes/spiking/theory/generating_equation.hpp"

namespace limes::spiking {
namespace {

constexpr std::size_t kTerms = 4;
using Jet = std::array<double, kTerms>;  ///< Taylor coefficients about an integer u, divided by e^{S(u)}

Jet quotient(const Jet& numerator, const Jet& denominator) {
  Jet result{};
  for (std::size_t k = 0; k < kTerms; ++k) {
    double rest = numerator[k];
    for (std::size_t i = 0; i < k; ++i) rest -= result[i] * denominator[k - i];
    result[k] = rest / denominator[0];
  }
  return result;
}

Jet product(const Jet& x, const Jet& y) {
  Jet result{};
  for (std::size_t k = 0; k < kTerms; ++k)
    for (std::size_t i = 0; i <= k; ++i) result[k] += x[i] * y[k - i];
  return result;
}

/// e^{x eps}, and e^{x eps + y eps^2}.
Jet exponential(double x, double y = 0) { return {1, x, 0.5 * x * x + y, x * x * x / 6 + x * y}; }

Jet combination(double a, const Jet& x, double b, const Jet& y) {
  Jet result{};
  for (std::size_t k = 0; k < kTerms; ++k) result[k] = a * x[k] + b * y[k];
  return result;
}

/// V(u + eps) e^{-uw}/nu: of order one at every u.
Jet scaled_cumulant(const GeneratingProblem& problem, double u) {
  Jet result{};
  for (const ExternalInput& input : problem.inputs) {
    const double share = input.rate / problem.largest_rate;
    const Jet growth = exponential(input.weight);
    const double factor = share * std::exp(u * (input.weight - problem.largest));
    for (std::size_t k = 0; k < kTerms; ++k) result[k] += factor * growth[k];
    result[0] -= share * std::exp(-u * problem.largest);
  }
  return result;
}

/// Y(0 + eps) = (Lam Y(1 + eps) - f(eps))/V(eps), numerator and denominator both without constant term; one order less.
Jet at_zero(const GeneratingProblem& problem, const Jet& one, const Jet& forcing) {
  const double rise = problem.base_rate * std::exp(problem.scale(1));
  Jet numerator{}, denominator{};
  const Jet cumulant = {0, problem.cumulant(0, 1), problem.cumulant(0, 2) / 2, problem.cumulant(0, 3) / 6};
  for (std::size_t k = 0; k + 1 < kTerms; ++k) {
    numerator[k] = rise * one[k + 1] - forcing[k + 1];
    denominator[k] = cumulant[k + 1];
  }
  return quotient(numerator, denominator);
}

}  // namespace

GeneratingMoments counting_moments(const GeneratingProblem& problem, const GeneratingResolution& options) {
  // High enough that the largest weight alone is left of V.
  double gap = problem.largest;
  for (const ExternalInput& input : problem.inputs)
    if (input.weight < problem.largest) gap = std::min(gap, problem.largest - input.weight);
  const double high = std::min(1e6, std::max(10.0, 1.6 * options.top_exponent / gap));
  const auto top = static_cast<std::size_t>(std::ceil(high));
  // From u + 1 to u: Lam e^{S(u+1) - S(u)} = nu e^{uw}, so that v Y(u) = Y(u + 1) - f e^{-S - uw}/nu.
  const Jet start = exponential(problem.scale_slope(static_cast<double>(top + 1)), 0.5 * problem.largest);
  Jet homogeneous = start;
  Jet particular{};
  std::vector<Jet> homogeneous_at(top + 1), particular_at(top + 1);
  for (std::size_t step = top; step >= 1; --step) {
    const double u = static_cast<double>(step);
    const Jet cumulant = scaled_cumulant(problem, u);
    const double force = std::exp(u * problem.reset - problem.scale(u) - u * problem.largest) / problem.largest_rate;
    homogeneous = quotient(homogeneous, cumulant);
    particular = quotient(combination(1, particular, -force, exponential(problem.reset)), cumulant);
    homogeneous_at[step] = homogeneous;
    particular_at[step] = particular;
  }
  const double lam = problem.base_rate;
  const double rise = lam * std::exp(problem.scale(1));
  GeneratingMoments moments;
  moments.amplification = 1 + rise * std::abs(particular[0]);
  const double share = (1 / rise - particular[0]) / homogeneous[0];
  const Jet reset = exponential(problem.reset);
  const Jet low = at_zero(problem, combination(1, particular, share, homogeneous), reset);
  moments.interval = low[0];
  moments.slope = low[1];
  moments.curvature = 2 * low[2];

  Jet second{};
  for (std::size_t step = top; step >= 1; --step) {
    const double u = static_cast<double>(step);
    const Jet solution = combination(1, particular_at[step], share, homogeneous_at[step]);
    const double force = std::exp(-u * problem.largest) / problem.largest_rate;
    second = quotient(combination(1, second, -force, solution), scaled_cumulant(problem, u));
  }
  second = combination(1, second, (moments.interval / rise - second[0]) / homogeneous[0], homogeneous);
  moments.square_interval = at_zero(problem, second, low)[0];

  for (const ExternalInput& input : problem.inputs) {
    const bool leading = input.weight == problem.largest;
    Jet change{};
    if (leading)  // dS/d nu = u/nu at the top, where the rest of the branch no longer depends on nu
      change = product(
          start, {share * static_cast<double>(top + 1) / problem.largest_rate, share / problem.largest_rate, 0, 0});
    for (std::size_t step = top; step >= 1; --step) {
      const double u = static_cast<double>(step);
      const Jet solution = combination(1, particular_at[step], share, homogeneous_at[step]);
      const double decay = std::exp(-u * problem.largest) / problem.largest_rate;
      const double growth = std::exp(u * (input.weight - problem.largest)) / problem.largest_rate;
      const Jet forcing = combination(growth, exponential(input.weight), -decay, {1, 0, 0, 0});
      change = quotient(combination(1, change, -1, product(forcing, solution)), scaled_cumulant(problem, u));
    }
    change = combination(1, change, -change[0] / homogeneous[0], homogeneous);
    const Jet forcing = combination(1, exponential(input.weight), -1, {1, 0, 0, 0});
    moments.interval_sensitivity.push_back(at_zero(problem, change, product(forcing, low))[0]);
  }
  return moments;
}

}  // namespace limes::spiking

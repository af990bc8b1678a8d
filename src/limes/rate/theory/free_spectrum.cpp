#include <algorithm>
#include <cmath>
#include <vector>

#include "limes/rate/theory/lyapunov.hpp"

namespace limes::rate::theory {
namespace {

/// Weighted values of f'(u)^2 for u ~ N(mean, variance): a rule fine enough for the ratio s f'^2/(1 + s f'^2), whose
/// poles come closer to the axis than those of f by the logarithm of s.
struct SquaredSlopes {
  std::vector<double> weights;
  std::vector<double> squares;
};

SquaredSlopes squared_slopes(const transfer::Transfer& transfer, double mean, double variance) {
  const double deviation = std::sqrt(variance);
  const int nodes = 2001 + 200 * static_cast<int>(std::min(500.0, transfer.gain * deviation));
  const double reach = 9.5;
  SquaredSlopes slopes;
  double total = 0.0;
  for (int i = 0; i < nodes; ++i) {
    const double h = -reach + 2.0 * reach * i / (nodes - 1);
    const double slope = transfer::derivative(transfer, mean + deviation * h);
    slopes.weights.push_back(std::exp(-h * h / 2.0));
    slopes.squares.push_back(slope * slope);
    total += slopes.weights.back();
  }
  for (double& weight : slopes.weights) weight /= total;
  return slopes;
}

double exponent_at(const SquaredSlopes& slopes, double coupling_variance, double x) {
  // E[s f'^2/(1 + s f'^2)] grows with s: bisection in ln s.
  double low = -80.0;
  double high = 80.0;
  for (int i = 0; i < 100 && high - low > 1e-13; ++i) {
    const double middle = (low + high) / 2.0;
    const double s = std::exp(middle);
    double sum = 0.0;
    for (std::size_t n = 0; n < slopes.weights.size(); ++n) {
      const double product = s * slopes.squares[n];
      sum += slopes.weights[n] * product / (1.0 + product);
    }
    (sum < x ? low : high) = middle;
  }
  return (std::log(coupling_variance * x) - (low + high) / 2.0) / 2.0;
}

}  // namespace

std::vector<double> free_lyapunov_spectrum(const Ensemble& ensemble, double mean, double variance,
                                           std::span<const double> x) {
  const SquaredSlopes slopes = squared_slopes(ensemble.transfer, mean, variance);
  std::vector<double> spectrum;
  for (const double place : x) spectrum.push_back(exponent_at(slopes, ensemble.coupling_variance(), place));
  return spectrum;
}

SpectrumSummary free_spectrum_summary(const Ensemble& ensemble, double mean, double variance) {
  const SquaredSlopes slopes = squared_slopes(ensemble.transfer, mean, variance);
  const auto exponent = [&](double x) { return exponent_at(slopes, ensemble.coupling_variance(), x); };
  SpectrumSummary summary;
  if (exponent(1e-9) <= 0.0) return summary;
  double low = 1e-9;
  double high = 1.0 - 1e-9;
  for (int i = 0; i < 60; ++i) {
    const double middle = (low + high) / 2.0;
    (exponent(middle) > 0.0 ? low : high) = middle;
  }
  const double zero = low;
  // Gauss-Legendre on panels; the exponent is smooth inside (0, 1).
  constexpr double kNodes[] = {-0.9061798459386640, -0.5384693101056831, 0.0, 0.5384693101056831, 0.9061798459386640};
  constexpr double kWeights[] = {0.2369268850561891, 0.4786286704993665, 0.5688888888888889, 0.4786286704993665,
                                 0.2369268850561891};
  const auto integral = [&](double from, double to) {
    double sum = 0.0;
    for (int i = 0; i < 5; ++i) {
      sum += kWeights[i] * exponent((from + to) / 2.0 + (to - from) / 2.0 * kNodes[i]) * (to - from) / 2.0;
    }
    return sum;
  };
  constexpr int kPanels = 6;
  for (int i = 0; i < kPanels; ++i) {
    summary.entropy_rate += integral(zero * i / kPanels, zero * (i + 1) / kPanels);
  }
  // int_zero^x lambda = -entropy, by Newton in x (lambda is the derivative).
  double x = std::min(0.999, 2.0 * zero);
  for (int i = 0; i < 50; ++i) {
    double sum = summary.entropy_rate;
    for (int p = 0; p < kPanels; ++p) {
      sum += integral(zero + (x - zero) * p / kPanels, zero + (x - zero) * (p + 1) / kPanels);
    }
    const double step = -sum / exponent(x);
    x = std::clamp(x + step, zero * 1.0001, 1.0 - 1e-6);
    if (std::abs(step) < 1e-12) break;
  }
  summary.kaplan_yorke_dimension = x;
  return summary;
}

}  // namespace limes::rate::theory

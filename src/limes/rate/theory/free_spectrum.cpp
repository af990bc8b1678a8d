#include <algorithm>
#include <cmath>
#include <limits>
#include <numbers>
#include <vector>

#include "limes/rate/theory/lyapunov.hpp"
#include "limes/transfer/expression.hpp"

namespace limes::rate::theory {
namespace {

// Gaussian averages reach this many standard deviations: 1e-20 of the weight is beyond.
constexpr double kReach = 9.5;
// Gauss-Legendre, five points.
constexpr double kNodes[] = {-0.9061798459386640, -0.5384693101056831, 0.0, 0.5384693101056831, 0.9061798459386640};
constexpr double kWeights[] = {0.2369268850561891, 0.4786286704993665, 0.5688888888888889, 0.4786286704993665,
                               0.2369268850561891};

/// Weighted values of f'(u)^2 for u ~ N(mean, variance), f' != 0; the weights sum to P(f' != 0).
struct SquaredSlopes {
  std::vector<double> weights;
  std::vector<double> squares;
};

/// A rule on equal steps, fine enough for the ratio s f'^2/(1 + s f'^2), whose poles come closer to the axis than those
/// of f by the logarithm of s.
SquaredSlopes smooth_slopes(const transfer::Transfer& transfer, double mean, double deviation) {
  const int nodes = 2001 + 200 * static_cast<int>(std::min(500.0, transfer.gain * deviation));
  SquaredSlopes slopes;
  double total = 0.0;
  for (int i = 0; i < nodes; ++i) {
    const double h = -kReach + 2.0 * kReach * i / (nodes - 1);
    const double slope = transfer::derivative(transfer, mean + deviation * h);
    slopes.weights.push_back(std::exp(-h * h / 2.0));
    slopes.squares.push_back(slope * slope);
    total += slopes.weights.back();
  }
  for (double& weight : slopes.weights) weight /= total;
  return slopes;
}

/// Gauss-Legendre panels where u lies between `first` and `last`, outside of which f' is zero.
SquaredSlopes slopes_between(const transfer::Transfer& transfer, double mean, double deviation, double first,
                             double last) {
  constexpr int kPanels = 400;
  const double low = std::clamp((first - mean) / deviation, -kReach, kReach);
  const double high = std::clamp((last - mean) / deviation, -kReach, kReach);
  const double half = (high - low) / (2 * kPanels);
  SquaredSlopes slopes;
  for (int panel = 0; panel < kPanels; ++panel) {
    for (int i = 0; i < 5; ++i) {
      const double h = low + half * (2 * panel + 1 + kNodes[i]);
      const double slope = transfer::derivative(transfer, mean + deviation * h);
      slopes.weights.push_back(kWeights[i] * half * std::exp(-h * h / 2.0) / std::sqrt(2.0 * std::numbers::pi));
      slopes.squares.push_back(slope * slope);
    }
  }
  return slopes;
}

/// The same on the cells of an expression.
SquaredSlopes slopes_on_cells(const transfer::Transfer& transfer, double mean, double deviation) {
  constexpr double kLongest = 0.05;
  SquaredSlopes slopes;
  const auto cells = transfer.expression->cells();
  for (std::size_t n = 0; n < cells.size(); ++n) {
    const auto place = [&](double x) { return std::clamp((x / transfer.gain - mean) / deviation, -kReach, kReach); };
    const double low = n == 0 ? -kReach : place(cells[n].lower);
    const double high = n + 1 == cells.size() ? kReach : place(cells[n].upper);
    const int panels = static_cast<int>(std::ceil((high - low) / kLongest));
    const double half = (high - low) / (2 * std::max(1, panels));
    for (int panel = 0; panel < panels; ++panel) {
      for (int i = 0; i < 5; ++i) {
        const double h = low + half * (2 * panel + 1 + kNodes[i]);
        const double slope = transfer::derivative(transfer, mean + deviation * h);
        slopes.weights.push_back(kWeights[i] * half * std::exp(-h * h / 2.0) / std::sqrt(2.0 * std::numbers::pi));
        slopes.squares.push_back(slope * slope);
      }
    }
  }
  return slopes;
}

SquaredSlopes squared_slopes(const transfer::Transfer& transfer, double mean, double variance) {
  const double deviation = std::sqrt(variance);
  if (deviation > 0.0 && transfer.kind == transfer::Kind::kRelu) {
    return slopes_between(transfer, mean, deviation, 0.0, std::numeric_limits<double>::infinity());
  }
  if (deviation > 0.0 && transfer.kind == transfer::Kind::kClippedTan) {
    const double edge = std::numbers::pi / 4.0 / transfer.gain;
    return slopes_between(transfer, mean, deviation, -edge, edge);
  }
  if (deviation > 0.0 && transfer.kind == transfer::Kind::kExpression) {
    return slopes_on_cells(transfer, mean, deviation);
  }
  return smooth_slopes(transfer, mean, deviation);
}

/// Solves E[s f'^2/(1 + s f'^2)] = x for ln s by Newton's method inside a shrinking bracket, from `start` (the solution
/// at a neighbouring x); +infinity where x is beyond the share of neurons with a slope.
double log_scale(const SquaredSlopes& slopes, double x, double start) {
  double low = -700.0, high = 700.0, t = start;
  for (int i = 0; i < 200 && high - low > 1e-13; ++i) {
    const double s = std::exp(t);
    double sum = 0.0, derivative = 0.0;
    for (std::size_t n = 0; n < slopes.weights.size(); ++n) {
      const double product = s * slopes.squares[n];
      const double share = 1.0 / (1.0 + product);
      sum += slopes.weights[n] * product * share;
      derivative += slopes.weights[n] * product * share * share;
    }
    (sum < x ? low : high) = t;
    const double next = t + (x - sum) / derivative;
    const double former = t;
    t = next > low && next < high ? next : (low + high) / 2.0;
    if (std::abs(t - former) < 1e-13 * std::max(1.0, std::abs(t))) break;
  }
  return t > 699.0 ? std::numeric_limits<double>::infinity() : t;
}

double exponent_at(const SquaredSlopes& slopes, double coupling_variance, double x) {
  return (std::log(coupling_variance * x) - log_scale(slopes, x, 0.0)) / 2.0;
}

}  // namespace

std::vector<double> free_lyapunov_spectrum(const Ensemble& ensemble, double mean, double variance,
                                           std::span<const double> x) {
  const SquaredSlopes slopes = squared_slopes(ensemble.transfer, mean, variance);
  std::vector<double> spectrum;
  double start = 0.0;
  for (const double place : x) {
    const double scale = log_scale(slopes, place, start);
    if (std::isfinite(scale)) start = scale;
    spectrum.push_back((std::log(ensemble.coupling_variance() * place) - scale) / 2.0);
  }
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

#include <algorithm>
#include <cmath>
#include <numbers>

#include "limes/rate/theory/populations/collective_modes.hpp"

namespace limes::rate::theory {
namespace {

using Complex = std::complex<double>;

/// The change of the phase of F along `path` between two parameters, split until no part exceeds one radian.
template <typename Path>
double phase_change(const CollectiveModes& modes, const Path& path, double from, Complex at_from, double to,
                    Complex at_to, int depth) {
  const double change = std::arg(at_to / at_from);
  if (std::abs(change) < 1.0 || depth == 0) return change;
  const double middle = (from + to) / 2.0;
  const Complex at_middle = modes.determinant(path(middle)).phase;
  return phase_change(modes, path, from, at_from, middle, at_middle, depth - 1) +
         phase_change(modes, path, middle, at_middle, to, at_to, depth - 1);
}

template <typename Path>
double phase_along(const CollectiveModes& modes, const Path& path, int points) {
  double change = 0.0;
  Complex at_from = modes.determinant(path(0.0)).phase;
  for (int i = 1; i <= points; ++i) {
    const double from = (i - 1.0) / points;
    const double to = static_cast<double>(i) / points;
    const Complex at_to = modes.determinant(path(to)).phase;
    change += phase_change(modes, path, from, at_from, to, at_to, 40);
    at_from = at_to;
  }
  return change;
}

}  // namespace

int CollectiveModes::count_beyond(double rate) const {
  // F(conj rate) = conj F(rate): the upper half of the contour is enough. Slow modes crowd near the real axis.
  const auto upwards = [&](double x) { return Complex(rate, top_ * x * x); };
  double change = phase_along(*this, upwards, 24);
  if (!periodic_) {
    const auto arc = [&](double x) { return rate + std::polar(top_, std::numbers::pi / 2.0 * (1.0 - x)); };
    change += phase_along(*this, arc, 8);
  }
  return static_cast<int>(std::lround(-change / std::numbers::pi));
}

std::optional<Complex> CollectiveModes::mode_near(Complex start) const {
  const double reference = determinant(start).log_modulus;
  const auto value = [&](Complex x) {
    const Determinant d = determinant(x);
    return std::exp(std::clamp(d.log_modulus - reference, -600.0, 600.0)) * d.phase;
  };
  const double scale = std::abs(start) + 1e-3;
  Complex rate = start;
  Complex previous = start + Complex(1e-4, start.imag() == 0.0 ? 0.0 : 1e-4) * scale;
  Complex at_previous = value(previous);
  Complex at = value(rate);
  for (int i = 0; i < 60; ++i) {
    const Complex step = -at * (rate - previous) / (at - at_previous);
    if (!std::isfinite(step.real()) || !std::isfinite(step.imag())) {
      // Two equal values: at rounding where the last step was small.
      return std::abs(rate - previous) < 1e-9 * scale ? std::optional(rate) : std::nullopt;
    }
    previous = rate;
    at_previous = at;
    rate += std::min(1.0, 0.2 * scale / std::max(std::abs(step), 1e-300)) * step;
    at = value(rate);
    if (std::abs(step) < 1e-13 * scale) return rate;
  }
  return std::abs(rate - previous) < 1e-9 * scale ? std::optional(rate) : std::nullopt;
}

std::optional<Complex> CollectiveModes::leading_beyond(double rate) const {
  if (count_beyond(rate) <= 0) return std::nullopt;
  double low = rate;
  double width = 0.5;
  while (count_beyond(low + width) > 0 && width < 64.0) {
    low += width;
    width *= 2.0;
  }
  double high = low + width;
  for (int i = 0; i < 48; ++i) {
    if (i % 3 == 0) {
      // From where |F| is smallest in the strip that holds the mode.
      Complex best = high;
      double least = INFINITY;
      for (int j = 0; j <= 64; ++j) {
        const double x = j / 64.0;
        const Complex point((low + high) / 2.0, top_ * x * x);
        const double modulus = determinant(point).log_modulus;
        if (modulus < least) {
          least = modulus;
          best = point;
        }
      }
      const auto mode = mode_near(best);
      const double margin = 1e-9 * (1.0 + std::abs(high));
      if (mode && mode->real() > low - margin && mode->real() < high + margin) {
        // The strip may hold slower modes as well.
        const double beyond = mode->real() + 1e-7 * (1.0 + std::abs(mode->real()));
        if (beyond >= high || count_beyond(beyond) <= 0) {
          const double imaginary = std::abs(mode->imag());
          return Complex(mode->real(), imaginary < 1e-9 * (1.0 + std::abs(*mode)) ? 0.0 : imaginary);
        }
        low = beyond;
      }
    }
    const double middle = (low + high) / 2.0;
    (count_beyond(middle) > 0 ? low : high) = middle;
  }
  return std::nullopt;
}

}  // namespace limes::rate::theory

#pragma once
// A second way to the loop theory that shares no equation, grid or moment with the first: damped iteration of equations
// (2)-(7) of the note as they stand, in frequency, on a periodic grid, with the closed form of erf.

#include <cmath>
#include <complex>
#include <numbers>
#include <vector>

#include "limes/math/fft.hpp"

namespace limes::rate::renormalized {

struct GridModel {
  double g, gbar, noise, size;      // <xi xi'> = noise delta: twice noise.intensity
  bool cross, spread, own = false;  // equations (6), (7), (6')
};

struct GridSolution {
  std::vector<double> c_x, c_phi, a;
  double gain = 0.0;
  double change = 1.0;
};

inline GridSolution grid_solution(const GridModel& model, double step, std::size_t points, int rounds) {
  using Complex = std::complex<double>;
  math::FourierTransform fourier;
  const auto output = [](double c, double c0) {
    return 2.0 / std::numbers::pi * std::asin(std::numbers::pi / 2 * c / (1.0 + std::numbers::pi / 2 * c0));
  };
  std::vector<double> lag(points), c_n(points), b_x(points, 0.0);
  GridSolution s;
  s.c_x.resize(points);
  for (std::size_t k = 0; k < points; ++k) {
    lag[k] = step * static_cast<double>(std::min(k, points - k));
    c_n[k] = model.noise / 2 * std::exp(-lag[k]);
    s.c_x[k] = c_n[k] + (std::max(model.g * model.g - 1.0, 0.0) + 0.05) * std::exp(-lag[k] / 2);
  }
  s.c_phi = s.c_x;
  s.a = s.c_x;
  std::vector<double> independent(points);
  for (int round = 0; round < rounds && s.change > 1e-13; ++round) {
    const double c0 = s.c_x[0];
    s.gain = 1.0 / std::sqrt(1.0 + std::numbers::pi * c0 / 2);
    for (std::size_t k = 0; k < points; ++k) {
      s.c_phi[k] = output(s.c_x[k], c0);
      independent[k] = s.c_phi[k] - output(b_x[k], c0);
    }
    const auto phi = fourier.forward_real(s.c_phi), ind = fourier.forward_real(independent);
    std::vector<Complex> smooth(phi.size()), shared(phi.size()), population(phi.size());
    for (std::size_t k = 0; k < phi.size(); ++k) {
      const double w = 2 * std::numbers::pi * static_cast<double>(k) / (step * static_cast<double>(points));
      const Complex response = s.gain / Complex(1.0, w), loop = 1.0 - model.gbar * response;
      double factor = 1.0;
      if (model.spread) {
        const Complex ratio = model.gbar * response / loop, g2s2 = model.g * model.g * response * response;
        const double g2s = model.g * model.g * std::norm(response);
        factor +=
            (2 * std::real(ratio * ratio * g2s2 / (1.0 - g2s2)) + std::norm(ratio) * g2s / (1 - g2s)) / model.size;
      }
      population[k] = ind[k] / std::norm(loop) / model.size * factor;
      const Complex beta = model.gbar * model.gbar * population[k];
      const Complex cross =
          model.cross ? 2 * model.gbar * model.g * model.g / model.size * ind[k] * std::real(response / loop) : 0.0;
      // The transform of the grid is that of a density per step.
      const Complex own =
          model.own ? 2 * model.gbar * model.noise / model.size * std::real(response / loop) / step : 0.0;
      smooth[k] = (model.g * model.g * phi[k] + beta + cross + own) / (1 + w * w);
      // With (6') what two neurons share is the covariance of a pair.
      shared[k] = (beta + (model.own ? cross + own : 0.0)) / (1 + w * w);
    }
    const auto next = fourier.inverse_real(smooth, points), next_shared = fourier.inverse_real(shared, points);
    s.a = fourier.inverse_real(population, points);
    s.change = 0.0;
    for (std::size_t k = 0; k < points; ++k) {
      const double moved = (c_n[k] + next[k] - s.c_x[k]) / 2;
      s.change = std::max(s.change, std::abs(moved));
      s.c_x[k] += moved;
      b_x[k] += (next_shared[k] - b_x[k]) / 2;
    }
  }
  return s;
}

/// Values at lag 0 and at the lag of `index` coarse steps, in the limit of zero step: the kink at 0 costs an error of
/// step^2 (and step^4).
struct GridValues {
  double c0, c, a0, a, gain;
};
inline GridValues extrapolated_grid(const GridModel& model, double step, std::size_t points, std::size_t index,
                                    int rounds) {
  const auto value = [&](std::size_t halvings) {
    const std::size_t scale = std::size_t{1} << halvings;
    const GridSolution s = grid_solution(model, step / static_cast<double>(scale), points * scale, rounds);
    return std::vector<double>{s.c_x[0], s.c_x[index * scale], s.a[0], s.a[index * scale], s.gain};
  };
  const auto one = value(0), two = value(1), four = value(2);
  std::vector<double> result;
  for (std::size_t i = 0; i < one.size(); ++i) {
    const double first = (4 * two[i] - one[i]) / 3, second = (4 * four[i] - two[i]) / 3;
    result.push_back((16 * second - first) / 15);
  }
  return {result[0], result[1], result[2], result[3], result[4]};
}

}  // namespace limes::rate::renormalized

// The second method for fluctuating states of the flow: iteration of the lag function on a grid.

#include <algorithm>
#include <cmath>
#include <optional>

#include "limes/math/anderson.hpp"
#include "limes/math/tridiagonal.hpp"
#include "limes/rate/theory/flow_fluctuations.hpp"
#include "limes/rate/theory/fluctuation_scan.hpp"
#include "limes/rate/theory/frozen_part.hpp"
#include "limes/transfer/pair_moments.hpp"

namespace limes::rate::theory {
namespace {

/// Mean, frozen part and connected lag function on a grid of `step`: x = (mu, q, c(0), c(1), ...).
using Point = std::vector<double>;

struct Grid {
  double step;
  std::size_t lags;
};

Point packed(double mean, double frozen, const std::vector<double>& connected) {
  Point x{mean, frozen};
  x.insert(x.end(), connected.begin(), connected.end());
  return x;
}

/// One sweep: moments of the present state, then the field filtered by 1/(1 - d^2/dtau^2) with kernel exp(-|tau|)/2.
/// The source is taken as linear between grid points, so that the recursion integrates the kernel exactly (second
/// order).
Point swept(const Ensemble& ensemble, const Grid& grid, const Point& x) {
  const double mean = x[0];
  const std::size_t lags = grid.lags;
  const double variance = x[1] + x[2];
  if (!(variance > 1e-14) || !std::isfinite(variance)) return Point(x.size(), std::nan(""));
  const double frozen = std::clamp(x[1], -variance, variance);
  const double coupling = ensemble.coupling_variance();
  const transfer::PairMoments pair(ensemble.transfer, mean, variance);
  const double output_frozen = pair.output(frozen);

  std::vector<double> source(lags);
  for (std::size_t k = 0; k < lags; ++k) {
    source[k] = coupling * (pair.output(std::clamp(frozen + x[2 + k], -variance, variance)) - output_frozen);
  }
  const double h = grid.step;
  const double decay = std::exp(-h);
  // int_0^h exp(-s) [a (1 - s/h) + b s/h] ds = a near + b far
  const double near = 1.0 - (1.0 - decay) / h;
  const double far = (1.0 - decay) / h - decay;
  std::vector<double> future(lags), connected(lags);
  double carried = 0.0;  // int_t^inf exp(-(s - t)) source(s) ds
  for (std::size_t k = lags; k-- > 0;) {
    if (k + 1 < lags) carried = decay * carried + near * source[k] + far * source[k + 1];
    future[k] = carried;
  }
  double past = future[0];  // the source is even
  for (std::size_t k = 0; k < lags; ++k) {
    if (k > 0) past = decay * past + near * source[k] + far * source[k - 1];
    connected[k] = (past + future[k]) / 2.0 + ensemble.noise_intensity * std::exp(-h * static_cast<double>(k));
  }
  const double new_mean =
      ensemble.coupling_mean * transfer::moments(ensemble.transfer, mean, variance).f - ensemble.threshold_mean;
  return packed(new_mean, coupling * output_frozen + ensemble.threshold_variance(), connected);
}

/// Exponent by central differences and Sturm bisection (extrapolated by the caller).
double exponent_by_differences(const Ensemble& ensemble, const Grid& grid, const Point& x) {
  const double variance = x[1] + x[2];
  const transfer::PairMoments pair(ensemble.transfer, x[0], variance);
  const double inverse = 1.0 / (grid.step * grid.step);
  std::vector<double> diagonal(grid.lags), off(grid.lags - 1, -inverse);
  for (std::size_t k = 0; k < grid.lags; ++k) {
    const double gain = pair.gain(std::clamp(x[1] + x[2 + k], -variance, variance));
    diagonal[k] = 2.0 * inverse + 1.0 - ensemble.coupling_variance() * gain;
  }
  off[0] *= std::sqrt(2.0);
  diagonal.back() -= inverse;  // flat continuation: exact where psi has decayed, the band edge where it has not
  const double energy = math::tridiagonal_eigenvalue(diagonal, off, 0);
  return -1.0 + std::sqrt(std::max(0.0, 1.0 - energy));
}

struct Solved {
  Point x;
  double residual;
  double exponent;
};

std::optional<Solved> solve(const Ensemble& ensemble, const Grid& grid, const Point& start,
                            const IterationOptions& options, const StopToken& stop) {
  math::AndersonOptions anderson;
  anderson.depth = 8;
  anderson.damping = 0.6;
  anderson.tolerance = options.tolerance;
  anderson.max_iterations = options.largest_iterations;
  const auto result = math::anderson(
      [&](const Point& x) {
        stop.check();
        return swept(ensemble, grid, x);
      },
      start, anderson);
  if (!result.converged) return std::nullopt;
  return Solved{result.x, result.residual, exponent_by_differences(ensemble, grid, result.x)};
}

Point refined(const Point& x, std::size_t lags) {
  Point fine{x[0], x[1]};
  for (std::size_t k = 0; k < lags; ++k) {
    const std::size_t left = 2 + k / 2;
    const double right = left + 1 < x.size() ? x[left + 1] : x[left];
    fine.push_back(k % 2 == 0 ? x[left] : (x[left] + right) / 2.0);
  }
  return fine;
}

/// Solution in the limit of zero step: both the state and the exponent err by h^2 on a grid of step h.
std::optional<FlowFluctuation> extrapolated(const Ensemble& ensemble, double mean, double variance, double window,
                                            const IterationOptions& options, const StopToken& stop) {
  constexpr double kStep = 0.05;
  const Grid coarse{kStep, static_cast<std::size_t>(window / kStep) + 2};
  const Grid fine{kStep / 2.0, 2 * coarse.lags};
  std::vector<double> connected(coarse.lags);
  for (std::size_t k = 0; k < coarse.lags; ++k)
    connected[k] = variance * std::exp(-0.2 * kStep * static_cast<double>(k));
  const auto rough = solve(ensemble, coarse, packed(mean, 0.0, connected), options, stop);
  if (!rough) return std::nullopt;
  const auto smooth = solve(ensemble, fine, refined(rough->x, fine.lags), options, stop);
  if (!smooth) return std::nullopt;

  FlowFluctuation state;
  const auto limit = [](double at_h, double at_half) { return (4.0 * at_half - at_h) / 3.0; };
  state.mean = limit(rough->x[0], smooth->x[0]);
  state.frozen = limit(rough->x[1], smooth->x[1]);
  state.step = coarse.step;
  for (std::size_t k = 0; k < coarse.lags; ++k) {
    state.autocovariance.push_back(state.frozen + limit(rough->x[2 + k], smooth->x[2 + 2 * k]));
  }
  state.variance = state.autocovariance[0];
  state.moments = transfer::moments(ensemble.transfer, state.mean, state.variance);
  state.lyapunov_exponent = limit(rough->exponent, smooth->exponent);
  state.lyapunov_error = std::abs(smooth->exponent - rough->exponent) / 15.0;
  state.residual = smooth->residual;
  state.converged = true;
  state.stable = true;  // plain iteration leads only to attracting states
  return state;
}

}  // namespace

std::vector<FlowFluctuation> flow_fluctuations_by_iteration(const Ensemble& ensemble, const IterationOptions& options,
                                                            const StopToken& stop) {
  const double largest = largest_variance(ensemble);
  std::vector<double> means{-ensemble.threshold_mean};
  if (ensemble.coupling_mean != 0.0) {
    for (const double side : {-1.0, 1.0})
      means.push_back(side * std::abs(ensemble.coupling_mean) - ensemble.threshold_mean);
  }
  std::vector<FlowFluctuation> states;
  for (const double mean : means) {
    for (const double share : {0.5, 0.01}) {
      // The window doubles until the connected part has left it.
      for (double window = 100.0; window <= 1600.0; window *= 2.0) {
        const auto state = extrapolated(ensemble, mean, share * largest, window, options, stop);
        if (!state) break;
        const double start = state->variance - state->frozen;
        if (std::abs(state->autocovariance.back() - state->frozen) > 1e-8 * start && start > 1e-6 * state->variance)
          continue;
        const bool still = start <= 1e-5 * state->variance || state->variance <= 1e-9 * largest;
        if (ensemble.noise_intensity == 0.0 && still) break;  // a static state
        const bool known = std::any_of(states.begin(), states.end(), [&](const FlowFluctuation& s) {
          const double scale = std::sqrt(s.variance) + std::abs(s.mean);
          return std::abs(s.mean - state->mean) < 1e-4 * scale &&
                 std::abs(s.variance - state->variance) < 1e-4 * scale * scale;
        });
        if (!known) states.push_back(*state);
        break;
      }
    }
  }
  std::sort(states.begin(), states.end(), [](const FlowFluctuation& a, const FlowFluctuation& b) {
    return std::abs(a.mean - b.mean) > 1e-6 * (1.0 + std::abs(a.mean)) ? a.mean < b.mean : a.variance < b.variance;
  });
  return states;
}

}  // namespace limes::rate::theory

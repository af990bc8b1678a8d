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

constexpr double kDamping = 0.6;
// The smallest kappa (see `swept`): from afar the variance overshoots where kappa is small.
constexpr double kFar = 0.5;
constexpr double kClose = 1e-3;

struct Grid {
  double step;
  std::size_t lags;
};

Point packed(double mean, double frozen, const std::vector<double>& connected) {
  Point x{mean, frozen};
  x.insert(x.end(), connected.begin(), connected.end());
  return x;
}

/// One sweep. The connected part obeys, for any kappa,
///   (kappa^2 - d^2/dtau^2) c = J^2 [C(q + c) - C(q)] - (1 - kappa^2) c + 2 D delta.
/// With kappa = 1 the long modes of a slow state hardly move from sweep to sweep; with the state's own decay rate,
/// kappa^2 = 1 - J^2 C'(q), the right-hand side vanishes to first order in the tail and only the short lags are left to
/// be iterated. The source is taken as linear between grid points, so that the recursion integrates the kernel
/// exp(-kappa |tau|)/(2 kappa) exactly (second order in the step).
Point swept(const Ensemble& ensemble, const Grid& grid, const Point& x, double least) {
  const double mean = x[0];
  const std::size_t lags = grid.lags;
  const double variance = x[1] + x[2];
  if (!(variance > 1e-14) || !std::isfinite(variance)) return Point(x.size(), std::nan(""));
  const double frozen = std::clamp(x[1], -variance, variance);
  const double coupling = ensemble.coupling_variance();
  const transfer::PairMoments pair(ensemble.transfer, mean, variance);
  const double output_frozen = pair.output(frozen);
  const double kappa = std::sqrt(std::clamp(1.0 - coupling * pair.gain(frozen), least * least, 1.0));

  std::vector<double> source(lags);
  for (std::size_t k = 0; k < lags; ++k) source[k] = std::clamp(frozen + x[2 + k], -variance, variance);
  pair.outputs(source, source);
  for (std::size_t k = 0; k < lags; ++k) {
    source[k] = coupling * (source[k] - output_frozen) - (1.0 - kappa * kappa) * x[2 + k];
  }
  const double h = grid.step;
  const double decay = std::exp(-kappa * h);
  // int_0^h exp(-kappa s) [a (1 - s/h) + b s/h] ds = a near + b far
  const double near = (1.0 - (1.0 - decay) / (kappa * h)) / kappa;
  const double far = ((1.0 - decay) / (kappa * h) - decay) / kappa;
  std::vector<double> future(lags), connected(lags);
  double carried = 0.0;  // int_t^inf exp(-kappa (s - t)) source(s) ds
  for (std::size_t k = lags; k-- > 0;) {
    if (k + 1 < lags) carried = decay * carried + near * source[k] + far * source[k + 1];
    future[k] = carried;
  }
  double past = future[0];  // the source is even
  for (std::size_t k = 0; k < lags; ++k) {
    if (k > 0) past = decay * past + near * source[k] + far * source[k - 1];
    const double noise = ensemble.noise_intensity * std::exp(-kappa * h * static_cast<double>(k));
    connected[k] = ((past + future[k]) / 2.0 + noise) / kappa;
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

/// Plain sweeps at first, which lead to what attracts; an acceleration from afar may jump to a state that repels.
Point relaxed(const Ensemble& ensemble, const Grid& grid, Point x, const StopToken& stop) {
  constexpr int kSweeps = 300;
  constexpr double kNear = 1e-3;
  for (int sweep = 0; sweep < kSweeps; ++sweep) {
    stop.check();
    const Point image = swept(ensemble, grid, x, kFar);
    double change = 0.0;
    for (std::size_t k = 0; k < x.size(); ++k) {
      change = std::max(change, std::abs(image[k] - x[k]));
      x[k] += kDamping * (image[k] - x[k]);
    }
    if (!(change > kNear * (std::abs(x[1]) + std::abs(x[2])))) break;
  }
  return x;
}

/// `failed`: the relative residual at the end.
std::optional<Solved> solve(const Ensemble& ensemble, const Grid& grid, const Point& start, double least,
                            const IterationOptions& options, const StopToken& stop, double& failed) {
  math::AndersonOptions anderson;
  anderson.depth = 8;
  anderson.damping = kDamping;
  anderson.tolerance = options.tolerance;
  anderson.max_iterations = options.largest_iterations;
  const auto result = math::anderson(
      [&](const Point& x) {
        stop.check();
        return swept(ensemble, grid, x, least);
      },
      start, anderson);
  // The tolerance is absolute: a point that shrinks towards a state that repels falls below it on its way.
  constexpr double kRelative = 1e-6;
  const double variance = std::abs(result.x[1]) + std::abs(result.x[2]);
  failed = variance > 0.0 ? result.residual / variance : 1.0;
  if (!result.converged || !(failed <= kRelative)) return std::nullopt;
  return Solved{result.x, result.residual, exponent_by_differences(ensemble, grid, result.x)};
}

/// The same state on another grid: linear between the points, 0 beyond the last one.
Point moved(const Point& x, const Grid& from, const Grid& to) {
  Point result{x[0], x[1]};
  for (std::size_t k = 0; k < to.lags; ++k) {
    const double place = static_cast<double>(k) * to.step / from.step;
    const auto left = static_cast<std::size_t>(place);
    const double share = place - static_cast<double>(left);
    const auto at = [&](std::size_t lag) { return lag < from.lags ? x[2 + lag] : 0.0; };
    result.push_back((1.0 - share) * at(left) + share * at(left + 1));
  }
  return result;
}

Grid grid_over(double window, double step) { return {step, static_cast<std::size_t>(window / step) + 2}; }

/// Nothing left that fluctuates: a static state.
bool is_still(const Point& x, double largest) {
  const double variance = x[1] + x[2];
  return x[2] <= 1e-5 * variance || variance <= 1e-9 * largest;
}

struct Rough {
  Point x;
  Grid grid;
  double window;
};

/// Fluctuations about the static state that the point has come to grow: it can't be where the iteration leads.
bool repels(const Ensemble& ensemble, const Point& x) {
  return ensemble.coupling_variance() * transfer::moments(ensemble.transfer, x[0], std::abs(x[1] + x[2])).dfdf >= 1.0;
}

/// The state on a rough grid whose window doubles until the connected part has left it. Empty where the iteration leads
/// to a static state (`failed` is 0), or does not converge (`failed`: the relative residual).
std::optional<Rough> rough_solution(const Ensemble& ensemble, double mean, double variance, double largest,
                                    const IterationOptions& options, const StopToken& stop, double& failed) {
  constexpr double kStep = 0.2;
  constexpr double kPoints = 500.0;
  constexpr double kLongest = 12800.0;
  double window = 50.0;
  Grid grid = grid_over(window, kStep);
  std::vector<double> connected(grid.lags);
  for (std::size_t k = 0; k < grid.lags; ++k) {
    connected[k] = variance * std::exp(-0.2 * kStep * static_cast<double>(k));
  }
  Point x = relaxed(ensemble, grid, packed(mean, 0.0, connected), stop);
  for (;;) {
    // A window that is much too short shows it long before the solution has all its digits.
    IterationOptions loose = options;
    loose.tolerance = std::max(options.tolerance, 1e-6 * std::abs(x[2]));
    auto found = solve(ensemble, grid, x, kFar, loose, stop, failed);
    if (found && std::abs(found->x.back()) <= 1e-4 * found->x[2]) {
      found = solve(ensemble, grid, found->x, kFar, options, stop, failed);
    }
    if (!found) return std::nullopt;
    if (ensemble.noise_intensity == 0.0 && is_still(found->x, largest)) {
      failed = repels(ensemble, found->x) ? 1.0 : 0.0;
      return std::nullopt;
    }
    if (std::abs(found->x.back()) <= 1e-9 * found->x[2] + 50.0 * options.tolerance) {
      return Rough{found->x, grid, window};
    }
    window *= 2.0;
    if (window > kLongest) {
      failed = std::abs(found->x.back()) / found->x[2];
      return std::nullopt;
    }
    const Grid longer = grid_over(window, std::max(kStep, window / kPoints));
    x = relaxed(ensemble, longer, moved(found->x, grid, longer), stop);
    grid = longer;
  }
}

/// The solution in the limit of zero step: both the state and the exponent err by h^2 on a grid of step h. From grid to
/// grid the step is halved: each starts so near its solution that a few sweeps do.
std::optional<FlowFluctuation> extrapolated(const Ensemble& ensemble, const Rough& start,
                                            const IterationOptions& options, const StopToken& stop, double& failed) {
  // The filter is exact: a step need only resolve the connected part, twenty of whose correlation times fill the
  // window.
  const double step = std::max(0.05, start.window / 32000.0);
  Grid grid = start.grid;
  Point x = start.x;
  std::optional<Solved> rough;
  while (grid.step > step) {
    const Grid finer = grid_over(start.window, std::max(step, grid.step / 2.0));
    rough = solve(ensemble, finer, moved(x, grid, finer), kClose, options, stop, failed);
    if (!rough) return std::nullopt;
    x = rough->x;
    grid = finer;
  }
  const Grid coarse = grid;
  const Grid fine{step / 2.0, 2 * coarse.lags};
  const auto smooth = solve(ensemble, fine, moved(x, coarse, fine), kClose, options, stop, failed);
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
  state.stable = true;  // plain sweeps lead only to attracting states
  return state;
}

/// Whether every fluctuation dies out: without noise |c| <= J^2 max|f'|^2 |c| for the connected part in the largest
/// norm, because C' = E f' f' <= max|f'|^2 and the filter 1/(1 - d^2/dtau^2) does not raise the norm. At equality E
/// f'f' is smaller than that for every f but a straight line.
bool every_fluctuation_dies(const Ensemble& ensemble) {
  if (ensemble.noise_intensity > 0.0) return false;
  const double slope = transfer::largest_slope(ensemble.transfer);
  const double growth = ensemble.coupling_variance() * slope * slope;
  return growth < 1.0 || (growth == 1.0 && ensemble.transfer.kind != transfer::Kind::kLinear);
}

}  // namespace

std::vector<FlowFluctuation> flow_fluctuations_by_iteration(const Ensemble& ensemble, const IterationOptions& options,
                                                            const StopToken& stop, std::vector<double>* unconverged) {
  if (every_fluctuation_dies(ensemble)) return {};
  const double largest = largest_variance(ensemble);
  std::vector<double> means{-ensemble.threshold_mean};
  if (ensemble.coupling_mean != 0.0) {
    for (const double side : {-1.0, 1.0})
      means.push_back(side * std::abs(ensemble.coupling_mean) - ensemble.threshold_mean);
  }
  std::vector<FlowFluctuation> states;
  std::vector<Point> found;  // on rough grids
  for (const double mean : means) {
    for (const double share : {0.5, 0.01}) {
      double failed = 0.0;
      const auto fail = [&] {
        if (unconverged != nullptr && failed > 0.0) unconverged->push_back(failed);
      };
      const auto rough = rough_solution(ensemble, mean, share * largest, largest, options, stop, failed);
      if (!rough) {
        fail();
        continue;
      }
      const bool known = std::any_of(found.begin(), found.end(), [&](const Point& x) {
        const double scale = std::sqrt(x[1] + x[2]) + std::abs(x[0]);
        return std::abs(x[0] - rough->x[0]) < 1e-4 * scale &&
               std::abs(x[1] + x[2] - rough->x[1] - rough->x[2]) < 1e-4 * scale * scale;
      });
      if (known) continue;
      found.push_back(rough->x);
      if (auto state = extrapolated(ensemble, *rough, options, stop, failed)) {
        states.push_back(std::move(*state));
      } else {
        fail();
      }
    }
  }
  std::sort(states.begin(), states.end(), [](const FlowFluctuation& a, const FlowFluctuation& b) {
    return std::abs(a.mean - b.mean) > 1e-6 * (1.0 + std::abs(a.mean)) ? a.mean < b.mean : a.variance < b.variance;
  });
  return states;
}

}  // namespace limes::rate::theory

#pragma once
// Where fluctuating states may lie: candidates (mu, v, q) for the exact solvers.

#include <functional>
#include <optional>
#include <vector>

#include "limes/rate/theory/ensemble.hpp"

namespace limes::rate::theory {

struct FluctuationCandidate {
  double mean = 0.0;
  double variance = 0.0;  ///< v = D(0)
  double frozen = 0.0;    ///< q = D(infinity)
};

/// The two self-consistency residuals at a trial (mean, variance), and the frozen part found there.
/// The sign of `variance` is that of a stable crossing: negative below a stable solution, positive above it.
struct FluctuationResidual {
  double mean = 0.0;
  double variance = 0.0;
  double frozen = 0.0;
};

using ResidualFunction = std::function<FluctuationResidual(double mean, double variance)>;

/// `residual` evaluated with a pair-moment provider (SeriesMoments or transfer::PairMoments with E f beside it):
/// energy conservation of the flow (note 6.1), `P(v) - P(q) = D^2/2` with P' = x - J^2 C(x) - sigma_theta^2.
template <typename Pair>
[[nodiscard]] FluctuationResidual energy_residual(const Ensemble& ensemble, double mean, double variance,
                                                  double mean_output, const Pair& pair);

/// The same for a map whose field is white around its frozen part (exact at gamma = 0):
/// (1-gamma^2)(v - q) = J^2 (C(v) - C(q)) + sigma^2.
template <typename Pair>
[[nodiscard]] FluctuationResidual white_residual(const Ensemble& ensemble, double mean, double variance,
                                                 double mean_output, const Pair& pair);

/// All sign changes of the residual over (mean, variance), each refined with the same residual. The scan is dense near
/// v = 0.
[[nodiscard]] std::vector<FluctuationCandidate> scan_fluctuations(const Ensemble& ensemble, double largest_variance,
                                                                  const ResidualFunction& residual);

/// Refines one candidate to |step| <= tolerance (secant in v alone where Jbar = 0, else Newton with differences in
/// both).
[[nodiscard]] std::optional<FluctuationCandidate> refine_fluctuation(const Ensemble& ensemble,
                                                                     FluctuationCandidate start, double tolerance,
                                                                     const ResidualFunction& residual);

/// The flow whose Euler map with step 1 - gamma is the given map (note 1.2), for gamma > 0.
[[nodiscard]] Ensemble flow_of_map(const Ensemble& map);

/// Upper bound of v for a bounded transfer; several decades of the natural scale otherwise.
[[nodiscard]] double largest_variance(const Ensemble& ensemble);

}  // namespace limes::rate::theory

#include "limes/rate/theory/fluctuation_residuals.ipp"

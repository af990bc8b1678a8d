#pragma once
#include <cstddef>
#include <span>
#include <vector>

#include "limes/base/interruption.hpp"
#include "limes/rate/theory/output_history.hpp"
#include "limes/rate/theory/population_ensemble.hpp"

namespace limes::rate::theory {

/// A symmetric function of two times 0 .. points - 1, its lower triangle packed row by row.
class TwoTimeFunction {
 public:
  TwoTimeFunction() = default;
  explicit TwoTimeFunction(std::size_t points) : points_(points), values_(points * (points + 1) / 2, 0.0) {}

  [[nodiscard]] std::size_t points() const { return points_; }
  [[nodiscard]] double operator()(std::size_t t, std::size_t s) const { return t < s ? row(s)[t] : row(t)[s]; }
  /// The values at (t, 0) .. (t, t).
  [[nodiscard]] std::span<const double> row(std::size_t t) const { return {values_.data() + t * (t + 1) / 2, t + 1}; }
  [[nodiscard]] std::span<double> row(std::size_t t) { return {values_.data() + t * (t + 1) / 2, t + 1}; }

 private:
  std::size_t points_ = 0;
  std::vector<double> values_;
};

/// The Gaussian law of one population's neurons from u(0) on.
struct TwoTimePopulation {
  std::vector<double> mean;         ///< mu(t) = E u(t)
  std::vector<double> variance;     ///< v(t) = D(t,t)
  std::vector<double> mean_output;  ///< m(t) = E f(u(t))
  TwoTimeFunction covariance;       ///< D(t,s)
};

struct TwoTimeSolution {
  std::vector<TwoTimePopulation> populations;
  SeriesWork work;  ///< of the inner loops (maps only)
};

/// Per population a deterministic input I_a(t), added to the field that leads from t to t + 1; empty: none. A given
/// realisation of common noise is one: the law is then conditional on it.
using InputSeries = std::vector<std::vector<double>>;

/// The two-time dynamic mean-field theory of the map u(t+1) = gamma u(t) + J f(u(t)) - theta + I(t) + sigma B(t) for
/// t = 0 .. horizon (note 4.1 to 4.3), causal and in one pass:
///   mu_a(t+1) = gamma_a mu_a(t) + M_a(t) + I_a(t),
///   U(s+1,t) = gamma U(s,t) + Gam(s,t),  U(0,t) = 0  (U(s,t) = Cov(u(s), field(t)), s <= t),
///   D(t+1,s) = gamma D(t,s) + U(s,t) for s <= t,  D(t+1,t+1) = gamma^2 D(t,t) + 2 gamma U(t,t) + Gam(t,t).
/// O(P horizon^2) time and horizon^2/2 doubles per population. Each average is right to 1e-12 of its scale (1e-10 for
/// the few near |rho| = 1 that need a nested quadrature).
/// Throws InputError for a bad ensemble or an input of another shape than P x horizon, DivergenceError where a mean
/// passes 1e8 or a variance 1e16, InterruptedError.
[[nodiscard]] TwoTimeSolution two_time_map(const PopulationEnsemble& ensemble, std::size_t horizon,
                                           const InputSeries& input = {}, const StopToken& stop = {});

}  // namespace limes::rate::theory

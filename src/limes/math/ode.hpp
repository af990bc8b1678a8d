#pragma once
// Ordinary differential equations dx/dt = f(t, x): Dormand-Prince 5(4) with error control and dense output, and the
// classical fourth-order Runge-Kutta method with a fixed step.

#include <functional>
#include <span>
#include <vector>

namespace limes::math {

/// Writes f(t, x) into `rate`; x and rate have the dimension of the system.
using RateFunction = std::function<void(double t, std::span<const double> x, std::span<double> rate)>;

struct OdeOptions {
  double relative_tolerance = 1e-10;
  double absolute_tolerance = 1e-12;
  double first_step = 0.0;    ///< 0: chosen from the scales of x and f (Hairer, Norsett & Wanner, II.4)
  double largest_step = 0.0;  ///< 0: the whole interval
  int max_steps = 1'000'000;
  /// Called after each accepted step; false ends the integration there (an event; locate it on the dense output).
  std::function<bool(double t, std::span<const double> x)> proceed;
};

/// A solution that can be evaluated anywhere between `start()` and `end()`, to the order of the method (dense output
/// of fourth order: Hairer, Norsett & Wanner, Solving ODEs I, II.6).
class OdeSolution {
 public:
  [[nodiscard]] double start() const { return times_.front(); }
  [[nodiscard]] double end() const { return times_.back(); }
  [[nodiscard]] const std::vector<double>& times() const { return times_; }  ///< the accepted steps, start included
  [[nodiscard]] std::size_t dimension() const { return dimension_; }
  [[nodiscard]] std::size_t evaluations() const { return evaluations_; }  ///< of f
  [[nodiscard]] std::vector<double> final_state() const;
  /// x(t); t outside the interval is a std::out_of_range.
  [[nodiscard]] std::vector<double> operator()(double t) const;
  [[nodiscard]] double operator()(double t, std::size_t component) const;

 private:
  friend OdeSolution dormand_prince(const RateFunction&, double, std::vector<double>, double, const OdeOptions&);
  [[nodiscard]] std::size_t step_of(double t) const;
  std::size_t dimension_ = 0;
  std::size_t evaluations_ = 0;
  std::vector<double> times_;
  std::vector<double> coefficients_;  // per step 5 vectors: the interpolant's coefficients
  std::vector<double> final_;
};

/// Integrates from `start` to `end` (either direction) with local errors below
/// absolute_tolerance + relative_tolerance |x|. Throws ConvergenceError where the step shrinks to rounding or
/// `max_steps` is passed, DivergenceError where f is not finite at the start.
[[nodiscard]] OdeSolution dormand_prince(const RateFunction& f, double start, std::vector<double> x, double end,
                                         const OdeOptions& options = {});

/// Memory for rk4_step, so that a loop allocates nothing.
struct Rk4Workspace {
  std::vector<double> k1, k2, k3, k4, trial;
};

/// One classical Runge-Kutta step of size h, in place.
void rk4_step(const RateFunction& f, double t, double h, std::span<double> x, Rk4Workspace& workspace);

/// `steps` equal Runge-Kutta steps from `start` to `end`; the state after each, the initial one first
/// ((steps + 1) x dimension, row-major).
[[nodiscard]] std::vector<double> rk4(const RateFunction& f, double start, std::vector<double> x, double end,
                                      std::size_t steps);

}  // namespace limes::math

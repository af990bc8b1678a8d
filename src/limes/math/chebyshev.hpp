#pragma once
// Chebyshev series: interpolation of a smooth function, its derivative and integral.

#include <array>
#include <cmath>
#include <cstddef>
#include <functional>
#include <span>
#include <vector>

namespace limes::math {

/// sum_k a_k T_k(t), t = (2 x - lower - upper)/(upper - lower), for x in [lower, upper]. Empty: the zero function.
class ChebyshevSeries {
 public:
  ChebyshevSeries() = default;
  /// Throws InputError unless lower < upper.
  ChebyshevSeries(double lower, double upper, std::vector<double> coefficients);

  [[nodiscard]] double lower() const { return lower_; }
  [[nodiscard]] double upper() const { return upper_; }
  [[nodiscard]] std::vector<double> coefficients() const;

  /// The value at x, by Clenshaw's recurrence. Not clamped: outside of [lower, upper] the series extrapolates badly.
  [[nodiscard]] double operator()(double x) const;
  /// The values at many x, several at a time; both spans have one length and may be the same.
  void evaluate(std::span<const double> x, std::span<double> result) const;

  /// d/dx.
  [[nodiscard]] ChebyshevSeries derivative() const;
  /// The integral from `origin` to x.
  [[nodiscard]] ChebyshevSeries integral_from(double origin) const;

 private:
  double lower_ = -1;
  double upper_ = 1;
  // The even and the odd coefficients apart: two short recurrences in T_2(t) run side by side, and the odd part keeps
  // its relative accuracy at t = 0.
  std::vector<double> even_;
  std::vector<double> odd_;
};

/// Symmetry of a function about the middle of its interval, imposed on the series.
enum class Parity { kNone, kEven, kOdd };

/// How far an adaptive fit goes.
struct ChebyshevFit {
  double tolerance = 1e-13;           ///< of the last coefficients relative to the largest
  std::vector<double> noise;          ///< per function: last coefficients below it are rounding errors (default 0)
  double acceptable = 1e-11;          ///< ... which is as good where doubling the degree no longer lowers it
  std::size_t first_degree = 16;      ///< doubled until the coefficients have fallen; even
  std::size_t highest_degree = 1024;  ///< ConvergenceError beyond
};

/// Nodes cos(pi k/degree), k = 0..degree (Chebyshev-Lobatto: descending, the ends included), degree >= 1.
[[nodiscard]] std::vector<double> chebyshev_nodes(std::size_t degree);

/// Coefficients a_0..a_degree of the interpolant through `values` at `chebyshev_nodes(values.size() - 1)`.
[[nodiscard]] std::vector<double> chebyshev_coefficients(std::span<const double> values);

/// Interpolants of `count` functions that are computed together: f(x, values) fills `values` (length `count`), on
/// [lower, upper]. The degree doubles (old nodes are kept) until the last eighth of the coefficients of every function
/// is below `tolerance` (or its noise, or has come to rest below `acceptable`); trailing coefficients below a rounding
/// error are cut. If no parity is kNone, f is called in the upper half only. Throws ConvergenceError (its residual: the
/// last coefficients relative to the largest).
[[nodiscard]] std::vector<ChebyshevSeries> fit_chebyshev(const std::function<void(double, std::span<double>)>& f,
                                                         double lower, double upper, std::span<const Parity> parities,
                                                         const ChebyshevFit& options = {});

/// The same for one function of one argument.
[[nodiscard]] ChebyshevSeries fit_chebyshev(const std::function<double(double)>& f, double lower, double upper,
                                            Parity parity = Parity::kNone, const ChebyshevFit& options = {});

}  // namespace limes::math

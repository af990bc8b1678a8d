#pragma once
// One test for a whole curve: do n independent, noisy curves have the predicted mean?

#include <Eigen/Core>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace limes::stats {

/// The points of a curve are far more than its realisations, and neighbours are correlated, so their covariance cannot
/// be inverted. The curve is therefore projected on a few smooth modes whose p x p covariance the n realisations do
/// determine: p = min(5, (n-1)/3).
struct CurveModes {
  Eigen::MatrixXd projection;  ///< points x p; mode amplitudes of a curve y are projection^T y
  [[nodiscard]] Eigen::Index count() const { return projection.cols(); }
};

/// How many modes n realisations carry: min(5, (n-1)/3), 0 for n < 4.
[[nodiscard]] int mode_count(std::size_t realisations);

/// Legendre polynomials P_0 .. P_{count-1} in the coordinate s in [-1, 1] that advances by the measure
/// (point spacing) x (emphasis), each point divided by its `spread` (floored at a tenth of the largest spread, so that
/// a point that happens to vary little does not dominate). `positions` ascending; `emphasis` >= 0 (empty: 1): where the
/// curve is worth looking at, e.g. |theory| of a covariance whose tail is noise. Throws std::invalid_argument on sizes
/// that do not fit.
[[nodiscard]] CurveModes curve_modes(std::span<const double> positions, std::span<const double> spread,
                                     std::span<const double> emphasis, int count);

struct CurveTest {
  double statistic = 0.0;            ///< Hotelling's T^2 = n d^T S^-1 d
  double f = 0.0;                    ///< T^2 (n-p) / (p (n-1)), Fisher F(p, n-p) if the mean is the predicted one
  double numerator_degrees = 0.0;    ///< p
  double denominator_degrees = 0.0;  ///< n - p
  std::optional<double> p_value;     ///< none: the test could not be made
  std::string reason;                ///< why not
};

/// Hotelling's one-sample test that the rows of `amplitudes` (n x p) have mean zero. Exact for Gaussian rows;
/// needs n - p >= 1.
[[nodiscard]] CurveTest hotelling(const Eigen::MatrixXd& amplitudes);

/// The whole chain: residuals (n x points, realisation minus prediction) -> modes -> T^2. Where n < 4, or the curves do
/// not vary between realisations, p_value is empty and `reason` says so.
[[nodiscard]] CurveTest curve_test(const Eigen::MatrixXd& residuals, std::span<const double> positions,
                                   std::span<const double> emphasis = {});

}  // namespace limes::stats

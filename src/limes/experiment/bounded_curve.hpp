#pragma once
// A curve of an approximate theory against a simulation: is it off by more than the error that the theory states?

#include <cstddef>
#include <vector>

namespace limes::experiment {

/// K points of a curve, measured in n realisations or repeats.
struct BoundedCurve {
  std::vector<double> residuals;        ///< simulation - theory: point k, realisation r at k n + r
  std::vector<double> bounds;           ///< stated error of approximation of each point
  std::vector<double> standard_errors;  ///< of each point's mean; of time batches where n = 1
};

struct BoundedCurveTest {
  double difference = 0.0;  ///< root mean square over points of simulation - theory, chance taken off
  double bound = 0.0;       ///< root mean square of the stated errors
  double p_value = 1.0;     ///< one-sided: the difference exceeds the bound
};

/// An error of approximation is right on average over points, not at each: a curve of N neurons would be called wrong
/// for its worst one. So the whole is judged, by X = sum_k (d_k^2 - s_k^2 - e_k^2): d_k the mean residual, s_k its
/// standard error, e_k the stated error. E X <= 0 where the bias is within the stated error as a whole, and
///   Var X = 4 d^T C d + 2 |C|_F^2    (Gaussian d of covariance C),
/// where d^T C d is the squared standard error of the residuals along d, and |C|_F that of the sample covariance, which
/// overestimates it. Student's t with n - 1 degrees of freedom. For n = 1 the covariance between points is not known:
/// they are taken as moving together, the largest that it can be, with the 19 degrees of freedom of time batches.
/// Throws std::invalid_argument on lengths that do not fit, or no point.
[[nodiscard]] BoundedCurveTest test_bounded_curve(const BoundedCurve& curve, std::size_t realisations);

}  // namespace limes::experiment

#pragma once
#include <span>

namespace limes::stats {

struct LineFit {
  double intercept = 0.0;
  double intercept_error = 0.0;
  double slope = 0.0;
  double slope_error = 0.0;
  double covariance = 0.0;  ///< of intercept and slope
  double chi_square = 0.0;
  int degrees_of_freedom = 0;
  double p_value = 1.0;  ///< of chi_square; 1 where no degree of freedom is left
};

/// y = intercept + slope x by least squares with known errors of y (>= 2 points at different x). The errors of the
/// result follow from the errors given, not from the scatter. Throws std::invalid_argument.
[[nodiscard]] LineFit weighted_line(std::span<const double> x, std::span<const double> y,
                                    std::span<const double> errors);

/// A finite-size law: difference = limit + slope / size, the signed difference of a network of `size` from its limit
/// theory (`intercept` is the limit, in which a right theory has zero). A power law fitted to the absolute difference
/// would return size^-1/2 for an exact theory: that is noise.
[[nodiscard]] LineFit inverse_size_law(std::span<const double> sizes, std::span<const double> differences,
                                       std::span<const double> errors);

struct PowerLaw {
  double exponent = 0.0;  ///< y ~ size^exponent
  double exponent_error = 0.0;
  double prefactor = 0.0;
};

/// The law of a positive quantity such as the spread between networks, by a line through its logarithms.
[[nodiscard]] PowerLaw power_law(std::span<const double> sizes, std::span<const double> values,
                                 std::span<const double> errors);

}  // namespace limes::stats

#include "limes/stats/fits.hpp"

#include <cmath>
#include <stdexcept>
#include <vector>

#include "limes/stats/student_t.hpp"

namespace limes::stats {

LineFit weighted_line(std::span<const double> x, std::span<const double> y, std::span<const double> errors) {
  const std::size_t n = x.size();
  if (n < 2 || y.size() != n || errors.size() != n) {
    throw std::invalid_argument("weighted_line: at least two points, each with an error, are needed");
  }
  double weights = 0.0;
  double x_mean = 0.0;
  double y_mean = 0.0;
  for (std::size_t i = 0; i < n; ++i) {
    if (!(errors[i] > 0.0) || !std::isfinite(errors[i] + x[i] + y[i])) {
      throw std::invalid_argument("weighted_line: points must be finite and errors positive");
    }
    const double w = 1.0 / (errors[i] * errors[i]);
    weights += w;
    x_mean += w * x[i];
    y_mean += w * y[i];
  }
  x_mean /= weights;
  y_mean /= weights;
  double xx = 0.0;
  double xy = 0.0;
  for (std::size_t i = 0; i < n; ++i) {
    const double w = 1.0 / (errors[i] * errors[i]);
    xx += w * (x[i] - x_mean) * (x[i] - x_mean);
    xy += w * (x[i] - x_mean) * (y[i] - y_mean);
  }
  if (!(xx > 0.0)) throw std::invalid_argument("weighted_line: all points lie at one x");
  LineFit fit;
  fit.slope = xy / xx;
  fit.intercept = y_mean - fit.slope * x_mean;
  fit.slope_error = 1.0 / std::sqrt(xx);
  fit.intercept_error = std::sqrt(1.0 / weights + x_mean * x_mean / xx);
  fit.covariance = -x_mean / xx;
  for (std::size_t i = 0; i < n; ++i) {
    fit.chi_square += std::pow((y[i] - fit.intercept - fit.slope * x[i]) / errors[i], 2);
  }
  fit.degrees_of_freedom = static_cast<int>(n) - 2;
  if (fit.degrees_of_freedom > 0) fit.p_value = chi_square_upper_p(fit.chi_square, fit.degrees_of_freedom);
  return fit;
}

LineFit inverse_size_law(std::span<const double> sizes, std::span<const double> differences,
                         std::span<const double> errors) {
  std::vector<double> inverse;
  for (const double size : sizes) {
    if (!(size > 0.0)) throw std::invalid_argument("inverse_size_law: sizes must be positive");
    inverse.push_back(1.0 / size);
  }
  return weighted_line(inverse, differences, errors);
}

PowerLaw power_law(std::span<const double> sizes, std::span<const double> values, std::span<const double> errors) {
  if (sizes.size() != values.size() || errors.size() != values.size()) {
    throw std::invalid_argument("power_law: sizes, values and errors must be equally many");
  }
  std::vector<double> x;
  std::vector<double> y;
  std::vector<double> e;
  for (std::size_t i = 0; i < sizes.size(); ++i) {
    if (!(sizes[i] > 0.0 && values[i] > 0.0))
      throw std::invalid_argument("power_law: sizes and values must be positive");
    x.push_back(std::log(sizes[i]));
    y.push_back(std::log(values[i]));
    e.push_back(errors[i] / values[i]);
  }
  const LineFit line = weighted_line(x, y, e);
  return {line.slope, line.slope_error, std::exp(line.intercept)};
}

}  // namespace limes::stats

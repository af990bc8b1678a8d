#include "limes/stats/finite_size.hpp"

#include <algorithm>
#include <boost/math/special_functions/digamma.hpp>
#include <boost/math/special_functions/trigamma.hpp>
#include <cmath>
#include <set>
#include <vector>

#include "limes/stats/fits.hpp"
#include "limes/stats/student_t.hpp"

namespace limes::stats {

namespace {

using Points = std::span<const SizedDifference>;

double degrees_of(const SizedDifference& point) { return static_cast<double>(point.samples - 1); }

/// Line through log of the deviation between networks: log s has mean log sigma + (psi(f/2) - log(f/2))/2 and variance
/// psi'(f/2)/4 where f s^2/sigma^2 is a chi-square with f degrees of freedom.
LineFit spread_law(Points points) {
  std::vector<double> x, y, errors;
  for (const SizedDifference& point : points) {
    const double half = degrees_of(point) / 2.0;
    const double deviation = point.standard_error * std::sqrt(static_cast<double>(point.samples));
    x.push_back(std::log(point.size));
    y.push_back(std::log(deviation) - 0.5 * (boost::math::digamma(half) - std::log(half)));
    errors.push_back(0.5 * std::sqrt(boost::math::trigamma(half)));
  }
  return weighted_line(x, y, errors);
}

/// Coefficients c of the two parts of a weighted line: intercept = sum c_i d_i, likewise the slope.
struct LineCoefficients {
  std::vector<double> intercept, slope;
};

LineCoefficients line_coefficients(const std::vector<double>& x, const std::vector<double>& weights) {
  double total = 0.0, mean = 0.0, xx = 0.0;
  for (std::size_t i = 0; i < x.size(); ++i) total += weights[i];
  for (std::size_t i = 0; i < x.size(); ++i) mean += weights[i] * x[i] / total;
  for (std::size_t i = 0; i < x.size(); ++i) xx += weights[i] * (x[i] - mean) * (x[i] - mean);
  LineCoefficients result;
  for (std::size_t i = 0; i < x.size(); ++i) {
    result.slope.push_back(weights[i] * (x[i] - mean) / xx);
    result.intercept.push_back(weights[i] / total - mean * result.slope.back());
  }
  return result;
}

struct Combination {
  double value = 0.0, error = 0.0, degrees = 0.0, p = 1.0;
};

Combination combination(Points points, const std::vector<double>& coefficients) {
  Combination result;
  double variance = 0.0, spread = 0.0;
  for (std::size_t i = 0; i < points.size(); ++i) {
    const double part = std::pow(coefficients[i] * points[i].standard_error, 2);
    result.value += coefficients[i] * points[i].difference;
    variance += part;
    spread += part * part / degrees_of(points[i]);
  }
  result.error = std::sqrt(variance);
  result.degrees = variance * variance / spread;
  result.p = student_t_two_sided_p(result.value / result.error, result.degrees);
  return result;
}

/// Johansen's test of residuals with weights 1/s^2: T/c has about Fisher's F distribution with (q, q(q+2)/(3A)) degrees
/// of freedom, where A = sum (1 - h_i)^2/f_i, h_i the leverage, and c = q + 2A - 6A/(q+2).
double residual_p(double statistic, double degrees, double a) {
  if (degrees < 1.0) return 1.0;
  if (!(a > 0.0)) return chi_square_upper_p(statistic, degrees);
  const double scale = degrees + 2.0 * a - 6.0 * a / (degrees + 2.0);
  return fisher_f_upper_p(statistic / scale, degrees, degrees * (degrees + 2.0) / (3.0 * a));
}

std::vector<double> inverse_variances(Points points) {
  std::vector<double> weights;
  for (const SizedDifference& point : points) weights.push_back(std::pow(point.standard_error, -2));
  return weights;
}

void test_line(Points points, const std::vector<double>& x, FiniteSizeFit& fit) {
  const std::vector<double> weights = inverse_variances(points);
  const LineCoefficients line = line_coefficients(x, weights);
  const double intercept = combination(points, line.intercept).value, slope = combination(points, line.slope).value;
  double a = 0.0;
  for (std::size_t i = 0; i < points.size(); ++i) {
    const double leverage = line.intercept[i] + line.slope[i] * x[i];  // of point i on its own fitted value
    fit.law_statistic += weights[i] * std::pow(points[i].difference - intercept - slope * x[i], 2);
    a += std::pow(1.0 - leverage, 2) / degrees_of(points[i]);
  }
  fit.law_degrees = static_cast<int>(points.size()) - 2;
  fit.law_p = residual_p(fit.law_statistic, fit.law_degrees, a);
}

/// difference = b x, through the origin.
double through_origin_p(Points points, const std::vector<double>& x) {
  const std::vector<double> weights = inverse_variances(points);
  double xx = 0.0, xy = 0.0, statistic = 0.0, a = 0.0;
  for (std::size_t i = 0; i < points.size(); ++i) {
    xx += weights[i] * x[i] * x[i];
    xy += weights[i] * x[i] * points[i].difference;
  }
  for (std::size_t i = 0; i < points.size(); ++i) {
    statistic += weights[i] * std::pow(points[i].difference - xy / xx * x[i], 2);
    a += std::pow(1.0 - weights[i] * x[i] * x[i] / xx, 2) / degrees_of(points[i]);
  }
  return residual_p(statistic, static_cast<double>(points.size()) - 1.0, a);
}

/// 1 / variance of log(value), smoothed by a line through its logarithm.
std::vector<double> smooth_weights(Points points) {
  std::vector<double> x, y, errors, weights;
  for (const SizedDifference& point : points) {
    const double half = degrees_of(point) / 2.0;
    x.push_back(point.size);
    y.push_back(std::log(point.standard_error) - 0.5 * (boost::math::digamma(half) - std::log(half)));
    errors.push_back(0.5 * std::sqrt(boost::math::trigamma(half)));
  }
  const LineFit line = weighted_line(x, y, errors);
  for (const double size : x) weights.push_back(std::exp(-2.0 * line.slope * (size - x.front())));
  return weights;
}

ExponentialLaw exponential_law(Points logarithms) {
  std::vector<double> x;
  for (const SizedDifference& point : logarithms) x.push_back(point.size);
  const LineCoefficients line = line_coefficients(x, smooth_weights(logarithms));
  const Combination slope = combination(logarithms, line.slope), intercept = combination(logarithms, line.intercept);
  FiniteSizeFit test;
  test_line(logarithms, x, test);
  return {slope.value,     slope.error, slope.degrees, intercept.value,
          intercept.error, test.law_p,  x.front(),     test.law_p >= 0.01};
}

bool usable(Points points) {
  std::set<double> sizes;
  for (const SizedDifference& point : points) {
    if (!(point.size > 0.0) || !(point.standard_error > 0.0) || point.samples < 2) return false;
    if (!std::isfinite(point.size + point.difference + point.standard_error)) return false;
    sizes.insert(point.size);
  }
  return sizes.size() >= 2;
}

}  // namespace

std::optional<FiniteSizeFit> fit_finite_size(Points points) {
  if (!usable(points)) return std::nullopt;
  const LineFit spread = spread_law(points);
  std::vector<double> weights, inverse, root;
  for (const SizedDifference& point : points) {
    weights.push_back(point.samples * point.size);  // the variance of a mean is that of a network over their number
    inverse.push_back(1.0 / point.size);
    root.push_back(1.0 / std::sqrt(point.size));
  }
  const LineCoefficients line = line_coefficients(inverse, weights);
  const Combination limit = combination(points, line.intercept), slope = combination(points, line.slope);
  FiniteSizeFit fit;
  fit.limit = limit.value;
  fit.limit_error = limit.error;
  fit.limit_degrees = limit.degrees;
  fit.limit_p = limit.p;
  fit.slope = slope.value;
  fit.slope_error = slope.error;
  fit.slope_p = slope.p;
  fit.spread_power = spread.slope;
  fit.spread_power_error = spread.slope_error;
  test_line(points, inverse, fit);
  fit.root_law_p = through_origin_p(points, root);
  return fit;
}

std::optional<ExponentialLaw> fit_exponential_law(Points points) {
  if (!usable(points)) return std::nullopt;
  std::vector<SizedDifference> logarithms;
  for (const SizedDifference& point : points) {
    if (!(point.difference > 0.0)) return std::nullopt;
    logarithms.push_back(
        {point.size, std::log(point.difference), point.standard_error / point.difference, point.samples});
  }
  std::stable_sort(logarithms.begin(), logarithms.end(),
                   [](const SizedDifference& a, const SizedDifference& b) { return a.size < b.size; });
  Points used = logarithms;
  ExponentialLaw law = exponential_law(used);
  while (!law.all_follow && used.size() > 3) law = exponential_law(used = used.subspan(1));
  // Where no part of the sizes follows the law, the line through all is no better and no worse a description.
  if (!law.all_follow) law = exponential_law(logarithms);
  return law;
}

}  // namespace limes::stats

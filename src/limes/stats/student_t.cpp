#include "limes/stats/student_t.hpp"

#include <boost/math/distributions/chi_squared.hpp>
#include <boost/math/distributions/fisher_f.hpp>
#include <boost/math/distributions/students_t.hpp>
#include <cmath>
#include <stdexcept>

namespace limes::stats {
namespace {

void check(double statistic, double degrees) {
  if (std::isnan(statistic) || !(degrees > 0.0)) {
    throw std::domain_error("a test statistic must be a number and its degrees of freedom positive");
  }
}

}  // namespace

double student_t_upper_p(double t, double degrees) {
  check(t, degrees);
  if (std::isinf(t)) return t > 0.0 ? 0.0 : 1.0;
  return boost::math::cdf(boost::math::complement(boost::math::students_t(degrees), t));
}

double student_t_two_sided_p(double t, double degrees) { return 2.0 * student_t_upper_p(std::abs(t), degrees); }

double student_t_quantile(double probability, double degrees) {
  check(probability, degrees);
  if (!(probability > 0.0 && probability < 1.0)) throw std::domain_error("a quantile needs a probability in (0, 1)");
  return boost::math::quantile(boost::math::students_t(degrees), probability);
}

double fisher_f_upper_p(double f, double numerator, double denominator) {
  check(f, numerator);
  check(f, denominator);
  if (f <= 0.0) return 1.0;
  if (std::isinf(f)) return 0.0;
  return boost::math::cdf(boost::math::complement(boost::math::fisher_f(numerator, denominator), f));
}

double chi_square_upper_p(double chi_square, double degrees) {
  check(chi_square, degrees);
  if (chi_square <= 0.0) return 1.0;
  if (std::isinf(chi_square)) return 0.0;
  return boost::math::cdf(boost::math::complement(boost::math::chi_squared(degrees), chi_square));
}

}  // namespace limes::stats

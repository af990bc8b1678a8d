#include "limes/experiment/verdict.hpp"

#include <fmt/format.h>

#include <cmath>
#include <stdexcept>

#include "limes/stats/student_t.hpp"

namespace limes::experiment {
namespace {

// A term of a linear combination: its squared error and the degrees of freedom of that.
struct Term {
  double square;
  double degrees;
};

double welch_degrees(Term a, Term b) {
  const double total = a.square + b.square;
  if (!(total > 0.0)) return a.degrees + b.degrees;
  return total * total / (a.square * a.square / a.degrees + b.square * b.square / b.degrees);
}

// P(T >= value / error); a difference without any error is certain.
double upper_p(double value, double error, double degrees) {
  if (!(error > 0.0)) return value > 0.0 ? 0.0 : 1.0;
  return stats::student_t_upper_p(value / error, degrees);
}

}  // namespace

std::string_view name(Verdict verdict) {
  switch (verdict) {
    case Verdict::kAgree:
      return "agree";
    case Verdict::kFiniteSize:
      return "finite_size";
    case Verdict::kDisagree:
      return "disagree";
    case Verdict::kNotApplicable:
      return "not_applicable";
  }
  return "not_applicable";
}

Verdict worse(Verdict a, Verdict b) {
  const auto rank = [](Verdict verdict) {
    return verdict == Verdict::kDisagree ? 3 : verdict == Verdict::kFiniteSize ? 2 : verdict == Verdict::kAgree ? 1 : 0;
  };
  return rank(a) >= rank(b) ? a : b;
}

Shrinkage measure_shrinkage(const Shift& larger, const Shift& smaller, double ratio, double theory_error) {
  if (!(ratio > 1.0)) throw std::invalid_argument("measure_shrinkage: the ratio of sizes must exceed one");
  // Oriented so that the difference at the larger size is positive.
  const double sign = larger.difference < 0.0 ? -1.0 : 1.0;
  const double d = sign * larger.difference;
  const double d_small = sign * smaller.difference;
  // Error of d_small - c d for an oriented contrast; the theory's error enters both differences alike.
  const auto contrast = [&](double c) {
    const Term first{c * c * larger.error * larger.error, larger.degrees};
    const Term second{smaller.error * smaller.error, smaller.degrees};
    const double shared = (c - 1.0) * theory_error;
    return std::pair(std::sqrt(first.square + second.square + shared * shared), welch_degrees(first, second));
  };
  Shrinkage result;
  const auto [limit_error, limit_degrees] = contrast(ratio);
  result.limit = sign * (ratio * d - d_small) / (ratio - 1.0);
  result.limit_error = limit_error / (ratio - 1.0);
  result.zero_limit_p = upper_p(ratio * d - d_small, limit_error, limit_degrees);
  const auto [constant_error, constant_degrees] = contrast(1.0);
  result.constant_p = upper_p(d_small - d, constant_error, constant_degrees);
  const double root = std::sqrt(ratio);
  const auto [root_error, root_degrees] = contrast(root);
  result.root_law_p = upper_p(root * d - d_small, root_error, root_degrees);
  if (d > 0.0 && d_small > 0.0) {
    result.exponent = std::log(d_small / d) / std::log(ratio);
    result.exponent_error = std::hypot(larger.error / d, smaller.error / d_small) / std::log(ratio);
  }
  return result;
}

bool shrinks_with_size(const Shrinkage& shrinkage, const Levels& levels) {
  const bool inverse_law = shrinkage.zero_limit_p > levels.law;
  const bool steep = shrinkage.exponent && *shrinkage.exponent >= 0.5;
  const bool slow_law = shrinkage.constant_p <= levels.difference && shrinkage.root_law_p > levels.law;
  return inverse_law || steep || slow_law;
}

FiniteSizeLaw finite_size_law(const Shift& larger, const Shift& smaller, const Shrinkage& shrinkage, double ratio,
                              std::optional<double> larger_size) {
  FiniteSizeLaw law;
  law.differences = {smaller.difference, larger.difference};
  law.standard_errors = {smaller.error, larger.error};
  law.limit = shrinkage.limit;
  law.limit_error = shrinkage.limit_error;
  law.exponent = shrinkage.exponent;
  law.exponent_error = shrinkage.exponent_error;
  if (!larger_size) return law;
  const double size = *larger_size;
  law.sizes = {size / ratio, size};
  if (larger.error > 0.0 && smaller.error > 0.0) {
    // Least squares of d = b/N over the two sizes.
    double weight = 0.0;
    double product = 0.0;
    for (std::size_t i = 0; i < 2; ++i) {
      const double w = 1.0 / (law.sizes[i] * law.sizes[i] * law.standard_errors[i] * law.standard_errors[i]);
      weight += w;
      product += w * law.differences[i] * law.sizes[i];
    }
    law.slope = product / weight;
    law.slope_error = 1.0 / std::sqrt(weight);
    if (shrinkage.exponent && *shrinkage.exponent > 0.1) {
      law.size_needed = size * std::pow(std::abs(larger.difference) / larger.error, 1.0 / *shrinkage.exponent);
    }
  }
  return law;
}

std::string sentence(const FiniteSizeLaw& law) {
  const bool resolved = law.exponent && law.exponent_error && *law.exponent >= 2.0 * *law.exponent_error;
  std::string text =
      resolved ? fmt::format("the shift falls as N^{:.2g} (\xC2\xB1 {:.1g})", -*law.exponent, *law.exponent_error)
               : "the law of the shift is not resolved";
  if (law.sizes.size() == 2) text += fmt::format(" between N = {:.0f} and {:.0f}", law.sizes[0], law.sizes[1]);
  if (!resolved) {
    return text + fmt::format("; by 1/N the limit is off by {:.2g} \xC2\xB1 {:.1g}", law.limit, law.limit_error);
  }
  if (law.size_needed)
    text += fmt::format("; below one standard error from N \xE2\x89\x88 {:.2g} on", *law.size_needed);
  return text;
}

}  // namespace limes::experiment

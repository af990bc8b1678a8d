#pragma once
// The operations of expressions with their derivatives. Not for use outside of expression_program.cpp.

#include <cmath>
#include <numbers>

#include "limes/transfer/expression_program.hpp"

namespace limes::transfer::operations {

/// a^n for an integer n >= 0, by squaring.
inline double integer_power(double a, int n) {
  double result = 1;
  for (; n > 0; n >>= 1) {
    if (n & 1) result *= a;
    a *= a;
  }
  return result;
}

/// a^n for any integer n; n of a derivative's factor 0 gives 0 even where a = 0.
inline double power_term(double factor, double a, int n) {
  if (factor == 0) return 0;
  return factor * (n >= 0 ? integer_power(a, n) : 1 / integer_power(a, -n));
}

/// g(a) with g', g'' at a: the chain rule up to `kOrder`.
template <int kOrder>
inline Jet chain(const Jet& a, double g, double slope, double bend) {
  Jet result{g, 0, 0};
  if constexpr (kOrder >= 1) result.slope = slope * a.slope;
  if constexpr (kOrder >= 2) result.bend = bend * a.slope * a.slope + slope * a.bend;
  return result;
}

/// The flatter of two sides that meet at a kink.
inline const Jet& flatter(const Jet& a, const Jet& b) { return std::abs(a.slope) <= std::abs(b.slope) ? a : b; }

template <int kOrder>
inline Jet divided(const Jet& a, const Jet& b) {
  // q = a/b from q b = a: no square of b, which could overflow where q does not.
  Jet q{a.value / b.value, 0, 0};
  if constexpr (kOrder >= 1) q.slope = (a.slope - q.value * b.slope) / b.value;
  if constexpr (kOrder >= 2) q.bend = (a.bend - 2 * q.slope * b.slope - q.value * b.bend) / b.value;
  return q;
}

template <int kOrder>
inline Jet raised(const Jet& a, const Jet& b) {
  const double value = std::pow(a.value, b.value);
  if constexpr (kOrder == 0) return {value, 0, 0};
  const double log = std::log(a.value);
  const double along = b.slope * log + b.value * a.slope / a.value;
  const double relative = a.slope / a.value;
  const double turn = b.bend * log + 2 * b.slope * relative + b.value * (a.bend / a.value - relative * relative);
  return {value, value * along, kOrder >= 2 ? value * (along * along + turn) : 0.0};
}

/// One operation as a type, so that the loop over a block holds nothing else.
template <Operation kOperation, int kOrder>
inline Jet operate(const Jet& a, const Jet& b, const Jet& c, double constant) {
  using enum Operation;
  constexpr bool kFirst = kOrder >= 1;
  if constexpr (kOperation == kConstant) {
    return {constant, 0, 0};
  } else if constexpr (kOperation == kVariable) {
    return {a.value, 1, 0};
  } else if constexpr (kOperation == kAdd) {
    return {a.value + b.value, a.slope + b.slope, a.bend + b.bend};
  } else if constexpr (kOperation == kSubtract) {
    return {a.value - b.value, a.slope - b.slope, a.bend - b.bend};
  } else if constexpr (kOperation == kMultiply) {
    return {a.value * b.value, kFirst ? a.slope * b.value + a.value * b.slope : 0.0,
            kOrder >= 2 ? a.bend * b.value + 2 * a.slope * b.slope + a.value * b.bend : 0.0};
  } else if constexpr (kOperation == kDivide) {
    return divided<kOrder>(a, b);
  } else if constexpr (kOperation == kNegate) {
    return {-a.value, -a.slope, -a.bend};
  } else if constexpr (kOperation == kSquare) {
    return chain<kOrder>(a, a.value * a.value, 2 * a.value, 2);
  } else if constexpr (kOperation == kIntegerPower) {
    const int n = static_cast<int>(constant);
    return chain<kOrder>(a, power_term(1, a.value, n), kFirst ? power_term(constant, a.value, n - 1) : 0.0,
                         kOrder >= 2 ? power_term(constant * (constant - 1), a.value, n - 2) : 0.0);
  } else if constexpr (kOperation == kConstantPower) {
    return chain<kOrder>(a, std::pow(a.value, constant), kFirst ? constant * std::pow(a.value, constant - 1) : 0.0,
                         kOrder >= 2 ? constant * (constant - 1) * std::pow(a.value, constant - 2) : 0.0);
  } else if constexpr (kOperation == kPower) {
    return raised<kOrder>(a, b);
  } else if constexpr (kOperation == kMinimum || kOperation == kMaximum) {
    if (a.value == b.value) {
      const Jet& side = flatter(a, b);
      return {a.value, side.slope, side.bend};  // of two zeros of different sign always the first
    }
    if (std::isnan(a.value)) return a;
    if (std::isnan(b.value)) return b;
    return (kOperation == kMinimum) == (a.value < b.value) ? a : b;
  } else if constexpr (kOperation == kAbsolute) {
    const double sign = a.value > 0 ? 1.0 : a.value < 0 ? -1.0 : 0.0;
    return chain<kOrder>(a, std::abs(a.value), sign, 0);
  } else if constexpr (kOperation == kSign) {
    return {a.value > 0 ? 1.0 : a.value < 0 ? -1.0 : a.value, 0, 0};
  } else if constexpr (kOperation == kStep) {
    return {a.value >= 0 ? 1.0 : a.value < 0 ? 0.0 : a.value, 0, 0};
  } else if constexpr (kOperation == kLess) {
    return {a.value < b.value ? 1.0 : a.value >= b.value ? 0.0 : a.value + b.value, 0, 0};
  } else if constexpr (kOperation == kSelect) {
    return a.value > 0 ? b : a.value <= 0 ? c : Jet{a.value, a.value, a.value};
  } else if constexpr (kOperation == kSquareRoot) {
    const double root = std::sqrt(a.value);
    return chain<kOrder>(a, root, kFirst ? 0.5 / root : 0.0, kOrder >= 2 ? -0.25 / (root * a.value) : 0.0);
  } else if constexpr (kOperation == kExponential) {
    const double e = std::exp(a.value);
    return chain<kOrder>(a, e, e, e);
  } else if constexpr (kOperation == kLogarithm) {
    const double relative = kFirst ? a.slope / a.value : 0.0;  // its square, not that of a: which could overflow
    return {std::log(a.value), relative, kOrder >= 2 ? a.bend / a.value - relative * relative : 0.0};
  } else if constexpr (kOperation == kSine || kOperation == kCosine) {
    const bool sine = kOperation == kSine;
    const double f = sine ? std::sin(a.value) : std::cos(a.value);
    return chain<kOrder>(a, f, !kFirst ? 0.0 : sine ? std::cos(a.value) : -std::sin(a.value), -f);
  } else if constexpr (kOperation == kTangent) {
    const double t = std::tan(a.value);
    return chain<kOrder>(a, t, 1 + t * t, 2 * t * (1 + t * t));
  } else if constexpr (kOperation == kArcSine || kOperation == kArcCosine) {
    const double sign = kOperation == kArcSine ? 1.0 : -1.0;
    const double left = (1 - a.value) * (1 + a.value);
    const double slope = kFirst ? sign / std::sqrt(left) : 0.0;
    return chain<kOrder>(a, kOperation == kArcSine ? std::asin(a.value) : std::acos(a.value), slope,
                         kOrder >= 2 ? slope * a.value / left : 0.0);
  } else if constexpr (kOperation == kArcTangent) {
    const double slope = 1 / (1 + a.value * a.value);
    return chain<kOrder>(a, std::atan(a.value), slope, -2 * a.value * slope * slope);
  } else if constexpr (kOperation == kHyperbolicSine || kOperation == kHyperbolicCosine) {
    const bool sine = kOperation == kHyperbolicSine;
    const double f = sine ? std::sinh(a.value) : std::cosh(a.value);
    return chain<kOrder>(a, f, !kFirst ? 0.0 : sine ? std::cosh(a.value) : std::sinh(a.value), f);
  } else if constexpr (kOperation == kHyperbolicTangent) {
    const double t = std::tanh(a.value);
    if constexpr (kOrder == 0) return {t, 0, 0};
    const double decay = std::exp(-2 * std::abs(a.value));  // 1 - tanh^2 without cancellation
    const double slope = 4 * decay / ((1 + decay) * (1 + decay));
    return chain<kOrder>(a, t, slope, -2 * t * slope);
  } else {
    const double sign = kOperation == kErrorFunction ? 1.0 : -1.0;
    const double f = kOperation == kErrorFunction ? std::erf(a.value) : std::erfc(a.value);
    const double slope = kFirst ? sign * 2 * std::numbers::inv_sqrtpi * std::exp(-a.value * a.value) : 0.0;
    return chain<kOrder>(a, f, slope, -2 * a.value * slope);
  }
}

}  // namespace limes::transfer::operations

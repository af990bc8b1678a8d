#pragma once
// Expressions built by hand: this floor knows no parser.

#include <cmath>
#include <cstdint>
#include <memory>
#include <numbers>
#include <utility>
#include <vector>

#include "limes/transfer/expression.hpp"
#include "limes/transfer/transfer.hpp"

namespace limes::transfer::expressions {

/// Appends steps and returns their indices.
class Builder {
 public:
  std::uint32_t add(Operation operation, std::uint32_t a = 0, std::uint32_t b = 0, std::uint32_t c = 0) {
    steps_.push_back({operation, {a, b, c}, 0});
    return static_cast<std::uint32_t>(steps_.size() - 1);
  }
  std::uint32_t number(double value) {
    steps_.push_back({Operation::kConstant, {}, value});
    return static_cast<std::uint32_t>(steps_.size() - 1);
  }
  std::uint32_t x() { return add(Operation::kVariable); }
  [[nodiscard]] Transfer finish(double gain = 1) const {
    return {Kind::kExpression, gain, std::make_shared<const Expression>(ExpressionProgram(steps_), "by hand")};
  }

 private:
  std::vector<ExpressionStep> steps_;
};

inline Transfer hyperbolic_tangent() {
  Builder b;
  b.add(Operation::kHyperbolicTangent, b.x());
  return b.finish();
}

/// erf(sqrt(pi) x/2)
inline Transfer error_function() {
  Builder b;
  const auto x = b.x();
  b.add(Operation::kErrorFunction, b.add(Operation::kMultiply, x, b.number(std::sqrt(std::numbers::pi) / 2)));
  return b.finish();
}

/// 1/(1 + exp(-2 x))
inline Transfer logistic() {
  Builder b;
  const auto x = b.x();
  const auto e = b.add(Operation::kExponential, b.add(Operation::kMultiply, x, b.number(-2)));
  const auto one = b.number(1);
  const auto sum = b.add(Operation::kAdd, one, e);
  b.add(Operation::kDivide, one, sum);
  return b.finish();
}

/// max(x, 0)
inline Transfer rectifier() {
  Builder b;
  const auto x = b.x();
  b.add(Operation::kMaximum, x, b.number(0));
  return b.finish();
}

/// tan(min(max(x, -pi/4), pi/4))
inline Transfer clipped_tangent() {
  Builder b;
  const auto x = b.x();
  const auto above = b.add(Operation::kMaximum, x, b.number(-std::numbers::pi / 4));
  b.add(Operation::kTangent, b.add(Operation::kMinimum, above, b.number(std::numbers::pi / 4)));
  return b.finish();
}

/// min(max(x, -1), 1)
inline Transfer clipped_line() {
  Builder b;
  const auto x = b.x();
  const auto above = b.add(Operation::kMaximum, x, b.number(-1));
  b.add(Operation::kMinimum, above, b.number(1));
  return b.finish();
}

/// max(x, 0)^2/(1 + x^2)
inline Transfer saturating_square() {
  Builder b;
  const auto x = b.x();
  const auto above = b.add(Operation::kSquare, b.add(Operation::kMaximum, x, b.number(0)));
  const auto below = b.add(Operation::kAdd, b.number(1), b.add(Operation::kSquare, x));
  b.add(Operation::kDivide, above, below);
  return b.finish();
}

/// Each named function with the expression that says the same.
inline std::vector<std::pair<Transfer, Transfer>> twins() {
  return {{{Kind::kTanh, 1}, hyperbolic_tangent()},
          {{Kind::kErf, 1}, error_function()},
          {{Kind::kLogistic, 1}, logistic()},
          {{Kind::kRelu, 1}, rectifier()},
          {{Kind::kClippedTan, 1}, clipped_tangent()}};
}

}  // namespace limes::transfer::expressions

#pragma once
// The user's own transfer function as a flat program: one operation after the other on a few slots, without a parser.

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace limes::transfer {

enum class Operation : std::uint8_t {
  kConstant,
  kVariable,
  kAdd,
  kSubtract,
  kMultiply,
  kDivide,
  kNegate,
  kSquare,
  kIntegerPower,   ///< a^constant, |constant| <= 1024
  kConstantPower,  ///< a^constant
  kPower,          ///< a^b = exp(b ln a)
  kMinimum,
  kMaximum,
  kAbsolute,
  kSign,    ///< -1, 0, 1
  kStep,    ///< 1 for a >= 0, else 0
  kLess,    ///< 1 for a < b, else 0
  kSelect,  ///< b where a > 0, c elsewhere
  kSquareRoot,
  kExponential,
  kLogarithm,
  kSine,
  kCosine,
  kTangent,
  kArcSine,
  kArcCosine,
  kArcTangent,
  kHyperbolicSine,
  kHyperbolicCosine,
  kHyperbolicTangent,
  kErrorFunction,
  kComplementaryErrorFunction,
};

/// How many arguments an operation takes: 0 to 3.
[[nodiscard]] int argument_count(Operation operation);

/// One operation; its arguments are earlier steps of the list.
struct ExpressionStep {
  Operation operation = Operation::kConstant;
  std::array<std::uint32_t, 3> arguments{};
  double constant = 0;
};

/// A value with its first and second derivative by x.
struct Jet {
  double value = 0;
  double slope = 0;
  double bend = 0;
};

/// h(x) as a list of steps; the last is the result. Derivatives are those of the operations by the chain rule (forward
/// mode): exact up to rounding. At a kink (abs, min, max, select) the slope is that of the flatter side.
///
/// A plain value: evaluation changes nothing, so that any number of threads may share one. An element's result does not
/// depend on its place in a span.
class ExpressionProgram {
 public:
  /// The identity.
  ExpressionProgram();
  /// Throws InputError for an empty list, an argument that is not an earlier step, more than `kMostSteps` steps, or
  /// more than `kMostSlots` intermediate results that are alive at the same time.
  explicit ExpressionProgram(std::vector<ExpressionStep> steps);

  static constexpr std::size_t kMostSteps = 1000;
  static constexpr std::size_t kMostSlots = 64;

  [[nodiscard]] const std::vector<ExpressionStep>& steps() const { return steps_; }

  [[nodiscard]] Jet jet(double x) const;
  /// All spans have one length; a result may be x itself. `slope` and `bend` may be empty: not wanted.
  void evaluate(std::span<const double> x, std::span<double> value, std::span<double> slope = {},
                std::span<double> bend = {}) const;
  /// The jets of all steps at x: what an analysis of the expression looks at.
  [[nodiscard]] std::vector<Jet> trace(double x) const;

 private:
  std::vector<ExpressionStep> steps_;
  std::vector<std::uint8_t> slots_;  ///< where each step leaves its result
  std::size_t slot_count_ = 1;
};

/// One operation on jets: what the program does, for whoever folds constants.
[[nodiscard]] Jet apply(const ExpressionStep& step, const Jet& a, const Jet& b, const Jet& c);

}  // namespace limes::transfer

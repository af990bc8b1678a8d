#include "limes/transfer/expression_program.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "limes/base/errors.hpp"
#include "limes/transfer/expression_operations.hpp"

namespace limes::transfer {
namespace {

constexpr std::size_t kBlock = 128;  // elements of a span that one operation treats before the next

/// Calls function.template operator()<operation>() with the operation as a constant.
template <typename Function>
void with_operation(Operation operation, Function&& function) {
  using enum Operation;
  switch (operation) {
#define LIMES_CASE(NAME) \
  case NAME:             \
    return function.template operator()<NAME>();
    LIMES_CASE(kConstant)
    LIMES_CASE(kVariable)
    LIMES_CASE(kAdd)
    LIMES_CASE(kSubtract)
    LIMES_CASE(kMultiply)
    LIMES_CASE(kDivide)
    LIMES_CASE(kNegate)
    LIMES_CASE(kSquare)
    LIMES_CASE(kIntegerPower)
    LIMES_CASE(kConstantPower)
    LIMES_CASE(kPower)
    LIMES_CASE(kMinimum)
    LIMES_CASE(kMaximum)
    LIMES_CASE(kAbsolute)
    LIMES_CASE(kSign)
    LIMES_CASE(kStep)
    LIMES_CASE(kLess)
    LIMES_CASE(kSelect)
    LIMES_CASE(kSquareRoot)
    LIMES_CASE(kExponential)
    LIMES_CASE(kLogarithm)
    LIMES_CASE(kSine)
    LIMES_CASE(kCosine)
    LIMES_CASE(kTangent)
    LIMES_CASE(kArcSine)
    LIMES_CASE(kArcCosine)
    LIMES_CASE(kArcTangent)
    LIMES_CASE(kHyperbolicSine)
    LIMES_CASE(kHyperbolicCosine)
    LIMES_CASE(kHyperbolicTangent)
    LIMES_CASE(kErrorFunction)
    LIMES_CASE(kComplementaryErrorFunction)
#undef LIMES_CASE
  }
}

/// The intermediate results of a block: value, slope and bend of each slot.
template <int kOrder>
struct Slot {
  std::array<std::array<double, kBlock>, kOrder + 1> parts;

  [[nodiscard]] Jet at(std::size_t i) const {
    Jet jet{parts[0][i], 0, 0};
    if constexpr (kOrder >= 1) jet.slope = parts[1][i];
    if constexpr (kOrder >= 2) jet.bend = parts[2][i];
    return jet;
  }
  void set(std::size_t i, const Jet& jet) {
    parts[0][i] = jet.value;
    if constexpr (kOrder >= 1) parts[1][i] = jet.slope;
    if constexpr (kOrder >= 2) parts[2][i] = jet.bend;
  }
};

/// One operation on a block. Without derivatives nothing tells the sides of a kink apart, and nothing has to.
template <int kOrder>
void step_block(const ExpressionStep& step, const Slot<kOrder>& a, const Slot<kOrder>& b, const Slot<kOrder>& c,
                std::size_t count, Slot<kOrder>& result) {
  with_operation(step.operation, [&]<Operation kOperation>() {
    for (std::size_t i = 0; i < count; ++i)
      result.set(i, operations::operate<kOperation, kOrder>(a.at(i), b.at(i), c.at(i), step.constant));
  });
}

template <int kOrder>
void run(const std::vector<ExpressionStep>& steps, const std::vector<std::uint8_t>& slots, std::size_t slot_count,
         std::span<const double> x, std::span<double> value, std::span<double> slope, std::span<double> bend) {
  std::vector<Slot<kOrder>> memory(slot_count + 1);  // the last holds x
  Slot<kOrder>& argument = memory.back();
  argument = {};
  for (std::size_t begin = 0; begin < x.size(); begin += kBlock) {
    const std::size_t count = std::min(kBlock, x.size() - begin);
    std::copy_n(x.begin() + static_cast<std::ptrdiff_t>(begin), count, argument.parts[0].begin());
    for (std::size_t n = 0; n < steps.size(); ++n) {
      const ExpressionStep& step = steps[n];
      const int arguments = argument_count(step.operation);
      const auto slot = [&](int i) -> const Slot<kOrder>& {
        return i < arguments ? memory[slots[step.arguments[static_cast<std::size_t>(i)]]] : argument;
      };
      step_block(step, slot(0), slot(1), slot(2), count, memory[slots[n]]);
    }
    const Slot<kOrder>& result = memory[slots.back()];
    const auto copy = [&](std::size_t part, std::span<double> to) {
      std::copy_n(result.parts[part].begin(), count, to.begin() + static_cast<std::ptrdiff_t>(begin));
    };
    copy(0, value);
    if constexpr (kOrder >= 1) copy(1, slope);
    if constexpr (kOrder >= 2) copy(2, bend);
  }
}

}  // namespace

int argument_count(Operation operation) {
  using enum Operation;
  switch (operation) {
    case kConstant:
    case kVariable:
      return 0;
    case kAdd:
    case kSubtract:
    case kMultiply:
    case kDivide:
    case kPower:
    case kMinimum:
    case kMaximum:
    case kLess:
      return 2;
    case kSelect:
      return 3;
    default:
      return 1;
  }
}

ExpressionProgram::ExpressionProgram() : ExpressionProgram({{Operation::kVariable, {}, 0}}) {}

ExpressionProgram::ExpressionProgram(std::vector<ExpressionStep> steps) : steps_(std::move(steps)) {
  if (steps_.empty()) throw InputError("the expression is empty");
  if (steps_.size() > kMostSteps)
    throw InputError(fmt::format("the expression has {} operations, more than {}", steps_.size(), kMostSteps));
  std::vector<std::size_t> last_use(steps_.size(), 0);
  for (std::size_t n = 0; n < steps_.size(); ++n)
    for (int i = 0; i < argument_count(steps_[n].operation); ++i) {
      const std::size_t argument = steps_[n].arguments[static_cast<std::size_t>(i)];
      if (argument >= n) throw InputError("an expression refers to a step that is not there yet");
      last_use[argument] = n;
    }
  // The first free slot for each result; its arguments' slots are free only afterwards, so that a result may be written
  // while they are read.
  std::vector<std::size_t> busy_until;
  for (std::size_t n = 0; n < steps_.size(); ++n) {
    const auto free = std::find_if(busy_until.begin(), busy_until.end(), [&](std::size_t end) { return end < n; });
    const auto slot = static_cast<std::size_t>(free - busy_until.begin());
    if (free == busy_until.end()) busy_until.push_back(0);
    if (busy_until.size() > kMostSlots)
      throw InputError(fmt::format("the expression needs more than {} intermediate results at a time", kMostSlots));
    busy_until[slot] = n + 1 == steps_.size() ? steps_.size() : std::max(last_use[n], n);
    slots_.push_back(static_cast<std::uint8_t>(slot));
  }
  slot_count_ = busy_until.size();
}

Jet ExpressionProgram::jet(double x) const { return trace(x).back(); }

void ExpressionProgram::evaluate(std::span<const double> x, std::span<double> value, std::span<double> slope,
                                 std::span<double> bend) const {
  if (!bend.empty()) {
    run<2>(steps_, slots_, slot_count_, x, value, slope, bend);
  } else if (!slope.empty()) {
    run<1>(steps_, slots_, slot_count_, x, value, slope, bend);
  } else {
    run<0>(steps_, slots_, slot_count_, x, value, slope, bend);
  }
}

std::vector<Jet> ExpressionProgram::trace(double x) const {
  std::vector<Jet> jets(steps_.size());
  for (std::size_t n = 0; n < steps_.size(); ++n) {
    const ExpressionStep& step = steps_[n];
    const int arguments = argument_count(step.operation);
    const auto jet = [&](int i) {
      return i < arguments ? jets[step.arguments[static_cast<std::size_t>(i)]] : Jet{x, 0, 0};
    };
    jets[n] = apply(step, jet(0), jet(1), jet(2));
  }
  return jets;
}

Jet apply(const ExpressionStep& step, const Jet& a, const Jet& b, const Jet& c) {
  Jet result;
  with_operation(step.operation,
                 [&]<Operation kOperation>() { result = operations::operate<kOperation, 2>(a, b, c, step.constant); });
  return result;
}

}  // namespace limes::transfer

#include "limes/rate/expression_parser.hpp"

#include <fmt/format.h>
#include <muParserBase.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <limits>
#include <numbers>
#include <utility>
#include <vector>

#include "limes/base/errors.hpp"
#include "limes/base/suggestion.hpp"

namespace limes::rate {
namespace {

using transfer::ExpressionStep;
using transfer::Jet;
using transfer::Operation;

constexpr std::size_t kLongestText = 4000;
constexpr int kDeepest = 200;  // nested parentheses

/// Writes down what the parser computes. The parser's numbers are not values but the indices of steps: its "evaluation"
/// of an expression calls every operation once, with the indices of the arguments, in an order in which they are known.
class Recorder {
 public:
  double constant(double value) { return add({Operation::kConstant, {}, value}); }
  double variable() { return add({Operation::kVariable, {}, 0}); }

  double operation(Operation operation, double a, double b = 0, double c = 0) {
    ExpressionStep step{operation, {}, 0};
    const std::array<double, 3> given = {a, b, c};
    for (int i = 0; i < transfer::argument_count(operation); ++i)
      step.arguments[i] = static_cast<std::uint32_t>(given[i]);
    if (operation == Operation::kPower) return power(step);
    return add(step);
  }

  /// The steps that the result needs, the result last.
  [[nodiscard]] std::vector<ExpressionStep> steps(double result) const {
    const auto last = static_cast<std::size_t>(result);
    std::vector<bool> needed(last + 1, false);
    needed[last] = true;
    for (std::size_t n = last + 1; n-- > 0;)
      for (int i = 0; needed[n] && i < transfer::argument_count(steps_[n].operation); ++i)
        needed[steps_[n].arguments[i]] = true;
    std::vector<std::uint32_t> place(last + 1, 0);
    std::vector<ExpressionStep> kept;
    for (std::size_t n = 0; n <= last; ++n) {
      if (!needed[n]) continue;
      ExpressionStep step = steps_[n];
      for (int i = 0; i < transfer::argument_count(step.operation); ++i) step.arguments[i] = place[step.arguments[i]];
      place[n] = static_cast<std::uint32_t>(kept.size());
      kept.push_back(step);
    }
    return kept;
  }

 private:
  [[nodiscard]] bool is_constant(std::uint32_t n) const { return steps_[n].operation == Operation::kConstant; }

  /// a^b by the kind of its exponent.
  double power(ExpressionStep step) {
    if (!is_constant(step.arguments[1]) || is_constant(step.arguments[0])) return add(step);
    const double exponent = steps_[step.arguments[1]].constant;
    step.arguments[1] = 0;
    step.constant = exponent;
    const bool whole = exponent == std::round(exponent) && std::abs(exponent) <= 1024;
    step.operation = exponent == 2 ? Operation::kSquare : whole ? Operation::kIntegerPower : Operation::kConstantPower;
    if (exponent == 0.5) step.operation = Operation::kSquareRoot;
    if (exponent == 1) return step.arguments[0];
    return add(step);
  }

  /// Constants are folded, and a step that is there already is not repeated.
  double add(ExpressionStep step) {
    const int arguments = transfer::argument_count(step.operation);
    bool constant = arguments > 0;
    std::array<Jet, 3> values{};
    for (int i = 0; i < arguments; ++i) {
      constant = constant && is_constant(step.arguments[i]);
      if (constant) values[i].value = steps_[step.arguments[i]].constant;
    }
    if (constant) step = {Operation::kConstant, {}, transfer::apply(step, values[0], values[1], values[2]).value};
    for (std::size_t n = 0; n < steps_.size(); ++n) {
      const ExpressionStep& other = steps_[n];
      const bool same_constant =
          other.constant == step.constant && std::signbit(other.constant) == std::signbit(step.constant);
      if (other.operation == step.operation && other.arguments == step.arguments && same_constant)
        return static_cast<double>(n);
    }
    if (steps_.size() >= 4 * transfer::ExpressionProgram::kMostSteps) throw InputError("the expression is too long");
    steps_.push_back(step);
    return static_cast<double>(steps_.size() - 1);
  }

  std::vector<ExpressionStep> steps_;
};

// The library's operators and readers of numbers carry no user data: the recorder of the expression that this thread is
// reading.
thread_local Recorder* recorder = nullptr;

class Recording {
 public:
  explicit Recording(Recorder& mine) { recorder = &mine; }
  ~Recording() { recorder = nullptr; }
  Recording(const Recording&) = delete;
  Recording& operator=(const Recording&) = delete;
};

template <Operation kOperation>
double unary(double a) {
  return recorder->operation(kOperation, a);
}
template <Operation kOperation>
double binary(double a, double b) {
  return recorder->operation(kOperation, a, b);
}
double greater(double a, double b) { return recorder->operation(Operation::kLess, b, a); }
double at_least(double a, double b) {
  return recorder->operation(Operation::kStep, recorder->operation(Operation::kSubtract, a, b));
}
double at_most(double a, double b) { return at_least(b, a); }
double select(double condition, double a, double b) { return recorder->operation(Operation::kSelect, condition, a, b); }
double same(double a) { return a; }
template <int kBase>
double logarithm(double a) {
  const double natural = recorder->operation(Operation::kLogarithm, a);
  return recorder->operation(Operation::kMultiply, natural, recorder->constant(1 / std::log(double{kBase})));
}

/// A number at the head of `text`, as a constant.
int read_number(const char* text, int* position, double* index) {
  if (!(*text >= '0' && *text <= '9') && *text != '.') return 0;
  const char* end = text;
  while (*end != '\0') ++end;
  double value = 0;
  const auto [rest, error] = std::from_chars(text, end, value);
  if (error != std::errc()) return 0;
  *position += static_cast<int>(rest - text);
  *index = recorder->constant(value);
  return 1;
}

class Parser : public mu::ParserBase {
 public:
  explicit Parser(Recorder& mine) : x_(mine.variable()) {
    EnableBuiltInOprt(false);
    EnableOptimizer(false);
    AddValIdent(read_number);
    Parser::InitCharSets();
    Parser::InitFun();
    Parser::InitOprt();
    DefineVar("x", &x_);
    DefineConst("pi", mine.constant(std::numbers::pi));
    DefineConst("e", mine.constant(std::numbers::e));
  }

  void InitCharSets() override {
    const std::string letters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";
    DefineNameChars((letters + "0123456789_").c_str());
    DefineOprtChars("+-*^/<>=");
    DefineInfixOprtChars("+-");
  }
  void InitConst() override {}
  void InitFun() override {
    using enum Operation;
    const std::pair<const char*, mu::fun_type1> functions[] = {
        {"abs", unary<kAbsolute>},
        {"sign", unary<kSign>},
        {"step", unary<kStep>},
        {"sqrt", unary<kSquareRoot>},
        {"exp", unary<kExponential>},
        {"ln", unary<kLogarithm>},
        {"log", unary<kLogarithm>},
        {"log2", logarithm<2>},
        {"log10", logarithm<10>},
        {"sin", unary<kSine>},
        {"cos", unary<kCosine>},
        {"tan", unary<kTangent>},
        {"asin", unary<kArcSine>},
        {"acos", unary<kArcCosine>},
        {"atan", unary<kArcTangent>},
        {"sinh", unary<kHyperbolicSine>},
        {"cosh", unary<kHyperbolicCosine>},
        {"tanh", unary<kHyperbolicTangent>},
        {"erf", unary<kErrorFunction>},
        {"erfc", unary<kComplementaryErrorFunction>},
    };
    for (const auto& [name, function] : functions) {
      DefineFun(name, function, false);
      names_.emplace_back(name);
    }
    DefineFun("min", static_cast<mu::fun_type2>(binary<kMinimum>), false);
    DefineFun("max", static_cast<mu::fun_type2>(binary<kMaximum>), false);
    DefineFun("select", static_cast<mu::fun_type3>(select), false);
    names_.insert(names_.end(), {"min", "max", "select", "pi"});
  }
  void InitOprt() override {
    using enum Operation;
    DefineOprt("<=", at_most, mu::prCMP);
    DefineOprt(">=", at_least, mu::prCMP);
    DefineOprt("<", binary<kLess>, mu::prCMP);
    DefineOprt(">", greater, mu::prCMP);
    DefineOprt("+", binary<kAdd>, mu::prADD_SUB);
    DefineOprt("-", binary<kSubtract>, mu::prADD_SUB);
    DefineOprt("*", binary<kMultiply>, mu::prMUL_DIV);
    DefineOprt("/", binary<kDivide>, mu::prMUL_DIV);
    DefineOprt("^", binary<kPower>, mu::prPOW, mu::oaRIGHT);
    DefineInfixOprt("-", unary<kNegate>, mu::prINFIX, false);
    DefineInfixOprt("+", same, mu::prINFIX, false);
  }

  [[nodiscard]] const std::vector<std::string>& names() const { return names_; }

 private:
  double x_;
  std::vector<std::string> names_;
};

/// The text around a place, for a message.
std::string excerpt(const std::string& text, std::size_t position) {
  const std::size_t begin = position > 20 ? position - 20 : 0;
  return (begin > 0 ? "..." : "") + text.substr(begin, 40) + (begin + 40 < text.size() ? "..." : "");
}

InputError at_character(const std::string& text, std::size_t position, const std::string& what, std::string mend = {}) {
  return InputError(fmt::format("{} at character {} of \"{}\"", what, position + 1, excerpt(text, position)),
                    std::move(mend));
}

/// What the library would take to mean something else, or could take long over.
void require_plain(const std::string& text) {
  if (text.find_first_not_of(" \t\n\r") == std::string::npos) throw InputError("the expression is empty");
  if (text.size() > kLongestText)
    throw InputError(fmt::format("the expression has {} characters, more than {}", text.size(), kLongestText));
  int depth = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    const bool known = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                       std::string_view(" \t\n\r+-*/^<>=(),._").find(c) != std::string_view::npos;
    if (!known) {
      const bool printable = c > ' ' && c < '\x7f';
      throw at_character(text, i, printable ? fmt::format("unknown character '{}'", c) : "unknown character");
    }
    depth += c == '(' ? 1 : c == ')' ? -1 : 0;
    if (depth > kDeepest) throw at_character(text, i, fmt::format("more than {} nested parentheses", kDeepest));
  }
}

InputError explain(const std::string& text, const mu::ParserError& error, const std::vector<std::string>& names) {
  const std::size_t position =
      std::min(static_cast<std::size_t>(std::max(0, static_cast<int>(error.GetPos()))), text.size());
  const std::string& token = error.GetToken();
  switch (error.GetCode()) {
    case mu::ecUNASSIGNABLE_TOKEN: {
      if (token != "pi" && std::find(names.begin(), names.end(), token) != names.end())
        return at_character(text, position, fmt::format("the function '{}' wants its argument in parentheses", token));
      const std::string nearest = nearest_name(token, names);
      return at_character(text, position, fmt::format("unknown name '{}'", token),
                          nearest.empty() ? "known are x, pi, e and the functions that the manual lists"
                                          : "did you mean '" + nearest + "'?");
    }
    case mu::ecUNEXPECTED_EOF:
      return at_character(text, text.size(), "the expression ends too early");
    case mu::ecMISSING_PARENS:
      return at_character(text, text.size(), "a parenthesis is not closed");
    case mu::ecTOO_MANY_PARAMS:
      return at_character(text, position, "too many arguments");
    case mu::ecTOO_FEW_PARAMS:
      return at_character(text, position, "too few arguments");
    case mu::ecEMPTY_EXPRESSION:
      return InputError("the expression is empty");
    default:
      return at_character(text, position, token.empty() ? "syntax error" : fmt::format("unexpected '{}'", token));
  }
}

}  // namespace

transfer::Expression parse_expression(const std::string& text) {
  require_plain(text);
  Recorder mine;
  const Recording recording(mine);
  Parser parser(mine);
  double result = 0;
  try {
    parser.SetExpr(text);
    result = parser.Eval();
    if (parser.GetNumResults() != 1) throw InputError("one expression is wanted, not several with commas");
  } catch (const mu::ParserError& error) {
    throw explain(text, error, parser.names());
  }
  return transfer::Expression(transfer::ExpressionProgram(mine.steps(result)), text);
}

}  // namespace limes::rate

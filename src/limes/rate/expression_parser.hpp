#pragma once
// The text of a transfer function, read by the parser library into a flat program.

#include <string>

#include "limes/transfer/expression.hpp"

namespace limes::rate {

/// The function h(x) that `text` describes: numbers, x, pi, e; + - * / ^, comparisons < > <= >= (1 or 0), parentheses;
/// abs, sign, step, min, max, select(c, a, b) (a where c > 0, else b), sqrt, exp, ln, log (natural), log2, log10, sin,
/// cos, tan, asin, acos, atan, sinh, cosh, tanh, erf, erfc. Throws InputError: what is wrong and at which character;
/// and as `transfer::Expression`.
[[nodiscard]] transfer::Expression parse_expression(const std::string& text);

}  // namespace limes::rate

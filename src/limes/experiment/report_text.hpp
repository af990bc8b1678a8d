#pragma once
// Text for people: escaped, rounded to what its error allows, equations typeset.

#include <nlohmann/json.hpp>
#include <string>

namespace limes::experiment {

/// Text that may stand in HTML and SVG, in elements and in quoted attributes.
[[nodiscard]] std::string escaped(const std::string& text);

/// JSON that may stand inside a <script> element: no `<`, `>`, `&` and no line separators in it.
[[nodiscard]] std::string json_for_script(const nlohmann::ordered_json& value);

/// `1.234`, `1.2×10⁻⁹`, `∞`, `–` for NaN; at most `digits` significant digits; HTML.
[[nodiscard]] std::string number_html(double value, int digits = 5);

/// `1.210 ± 0.012`: the error with two digits, the value to the same place. A value whose error is below its eighth
/// digit is given to seven digits; one below a thousandth of its error is 0. NaN error: the value alone. HTML.
[[nodiscard]] std::string with_error_html(double value, double error);

/// A scalar, a complex pair or an array, each component with its error; `–` where there is no number. HTML.
[[nodiscard]] std::string values_html(const nlohmann::ordered_json& value, const nlohmann::ordered_json& error,
                                      bool complex);

/// A parameter's value as TOML has it. HTML.
[[nodiscard]] std::string parameter_html(const nlohmann::ordered_json& value);

/// A line of equations in plain text, as `limes show` prints it, with Greek letters, sub- and superscripts, sums and
/// italic one-letter variables: `tau du_i/dt = -u_i + sum_j J_ij f(u_j)`. Words of two and more letters that are no
/// symbol stay upright, so that prose in between stays readable. HTML.
[[nodiscard]] std::string equation_html(const std::string& line);

}  // namespace limes::experiment

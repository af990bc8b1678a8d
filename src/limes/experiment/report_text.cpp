#include "limes/experiment/report_text.hpp"

#include <fmt/format.h>
#include <algorithm>
#include <cmath>
#include <limits>

namespace limes::experiment {

namespace {

constexpr double kMissing = std::numeric_limits<double>::quiet_NaN();
constexpr std::size_t kMostComponents = 6;

double component(const nlohmann::ordered_json& value) { return value.is_number() ? value.get<double>() : kMissing; }

/// Error of component `i`: arrays go along with the value, one number holds for all.
double component_error(const nlohmann::ordered_json& error, std::size_t i) {
  if (error.is_number()) return error.get<double>();
  return error.is_array() && i < error.size() ? component(error[i]) : kMissing;
}

std::string with_true_minus(std::string text) {
  if (!text.empty() && text[0] == '-') text.replace(0, 1, "−");
  return text;
}

}  // namespace

std::string escaped(const std::string& text) {
  std::string result;
  result.reserve(text.size());
  for (const char c : text) {
    switch (c) {
      case '&':
        result += "&amp;";
        break;
      case '<':
        result += "&lt;";
        break;
      case '>':
        result += "&gt;";
        break;
      case '"':
        result += "&quot;";
        break;
      case '\'':
        result += "&#39;";
        break;
      default:
        // Control characters are not allowed in XML, and would make an SVG unreadable.
        if (static_cast<unsigned char>(c) >= 0x20 || c == '\n' || c == '\t') result += c;
    }
  }
  return result;
}

std::string json_for_script(const nlohmann::ordered_json& value) {
  const auto text = value.dump(-1, ' ', /*ensure_ascii=*/true, nlohmann::ordered_json::error_handler_t::replace);
  std::string result;
  result.reserve(text.size());
  for (const char c : text) {
    if (c == '<' || c == '>' || c == '&') {
      result += fmt::format("\\u{:04x}", static_cast<unsigned>(c));
    } else {
      result += c;
    }
  }
  return result;
}

std::string number_html(double value, int digits) {
  if (std::isnan(value)) return "–";
  if (std::isinf(value)) return value > 0 ? "∞" : "−∞";
  auto text = fmt::format("{:.{}g}", value, digits);
  const auto at = text.find('e');
  if (at == std::string::npos) return with_true_minus(text);
  const int exponent = std::stoi(text.substr(at + 1));
  text = with_true_minus(text.substr(0, at));
  return fmt::format("{}×10<sup>{}</sup>", text, with_true_minus(std::to_string(exponent)));
}

std::string with_error_html(double value, double error) {
  if (!std::isfinite(value)) return "–";
  if (!std::isfinite(error) || error < 0.0) return number_html(value, 6);
  if (error == 0.0) return number_html(value, 7);
  if (std::abs(value) < 1e-3 * error) value = 0.0;  // digits that the error leaves nothing of
  const int decimals = 1 - static_cast<int>(std::floor(std::log10(error)));
  const bool precise = error < 1e-7 * std::abs(value) || decimals > 8;
  if (precise) return fmt::format("{} <span class=\"error\">± {}</span>", number_html(value, 7), number_html(error, 1));
  if (std::abs(value) >= 1e6 || decimals < 0) {
    return fmt::format("{} <span class=\"error\">± {}</span>", number_html(value, 4), number_html(error, 2));
  }
  return fmt::format("{} <span class=\"error\">± {:.{}f}</span>",
                     with_true_minus(fmt::format("{:.{}f}", value, decimals)), error, decimals);
}

std::string values_html(const nlohmann::ordered_json& value, const nlohmann::ordered_json& error, bool complex) {
  if (value.is_number()) return with_error_html(component(value), component_error(error, 0));
  if (!value.is_array() || value.empty()) return "–";
  if (complex && value.size() == 2 && (value[0].is_number() || value[0].is_null())) {
    const double imaginary = component(value[1]);
    return with_error_html(component(value[0]), component_error(error, 0)) + (imaginary < 0 ? " − " : " + ") +
           with_error_html(std::abs(imaginary), component_error(error, 1)) + " <i>i</i>";
  }
  std::string list;
  for (std::size_t i = 0; i < std::min(value.size(), kMostComponents); ++i) {
    if (i > 0) list += "<br>";
    const auto inner_error = error.is_array() && i < error.size() ? error[i] : error;
    list += value[i].is_array() ? values_html(value[i], inner_error, complex)
                                : with_error_html(component(value[i]), component_error(error, i));
  }
  if (value.size() > kMostComponents) list += fmt::format("<br>… ({} values)", value.size());
  return list;
}

std::string parameter_html(const nlohmann::ordered_json& value) {
  auto text = value.dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace);
  constexpr std::size_t kLongest = 160;
  if (text.size() > kLongest && value.is_array()) {
    text = text.substr(0, kLongest - 20);
    text = text.substr(0, text.rfind(',')) + fmt::format(", … ({} entries)", value.size());
  }
  return escaped(text);
}

}  // namespace limes::experiment

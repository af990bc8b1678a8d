// The tables of a finite-size study and of the laws in size of a sweep.
#include <fmt/format.h>

#include <cmath>

#include "limes/experiment/figure_reading.hpp"
#include "limes/experiment/report_sections.hpp"
#include "limes/experiment/report_text.hpp"
#include "limes/experiment/report_verdict.hpp"

namespace limes::experiment {

std::string convergence_section(const nlohmann::ordered_json& result) {
  std::string rows;
  for (const auto& entry : list_of(result, "convergence")) {
    const auto number = [&](const char* key) { return entry.contains(key) ? number_of(entry[key]) : NAN; };
    std::string name = escaped(text_of(entry, "name"));
    if (entry.contains("component")) name += fmt::format("[{}]", number("component"));
    if (const auto part = text_of(entry, "part"); !part.empty()) name += ", " + escaped(part);
    rows += fmt::format(
        "<tr><th scope=\"row\">{}</th><td>{}</td><td class=\"n\">{}</td><td class=\"n\">{}</td>"
        "<td class=\"n\">{}</td><td>{}</td><td>{}</td></tr>",
        name, escaped(text_of(entry, "branch")), with_error_html(number("limit"), number("limit_error")),
        with_error_html(number("slope"), number("slope_error")),
        with_error_html(number("spread_power"), number("spread_power_error")), verdict_pill(text_of(entry, "verdict")),
        escaped(text_of(entry, "note")));
  }
  if (rows.empty()) return {};
  return "<section id=\"convergence\"><h2>Simulation − theory = a + b/N</h2><div class=\"scroll\"><table><thead><tr>"
         "<th>quantity</th><th>branch</th><th class=\"n\">limit a</th><th class=\"n\">slope b</th><th "
         "class=\"n\">spread ~ N to the</th><th>verdict</th>"
         "<th>note</th></tr></thead><tbody>" +
         rows + "</tbody></table></div></section>\n";
}

std::string law_section(const nlohmann::ordered_json& result) {
  std::string rows;
  for (const auto& entry : list_of(result, "laws")) {
    const auto number = [&](const char* key) { return entry.contains(key) ? number_of(entry[key]) : NAN; };
    std::string branch = text_of(entry, "branch");
    if (entry.contains("at"))
      branch += fmt::format(" at {} = {}", text_of(entry["at"], "key"), entry["at"]["value"].dump());
    rows += fmt::format(
        "<tr><th scope=\"row\">{}</th><td>{}</td><td>{}</td><td class=\"n\">{}</td><td class=\"n\">{}</td>"
        "<td class=\"n\">{}</td><td>{}</td></tr>",
        escaped(text_of(entry, "name")), escaped(branch), escaped(text_of(entry, "key")),
        with_error_html(number("slope"), number("slope_error")),
        with_error_html(number("intercept"), number("intercept_error")), number_html(number("p_value"), 2),
        escaped(text_of(entry, "note")));
  }
  if (rows.empty()) return {};
  return "<section id=\"laws\"><h2>Laws in size: value = exp(a + b size)</h2><div class=\"scroll\"><table><thead><tr>"
         "<th>quantity</th><th>branch</th><th>size</th><th class=\"n\">slope b</th><th class=\"n\">a</th>"
         "<th class=\"n\">p of the law</th><th>note</th></tr></thead><tbody>" +
         rows + "</tbody></table></div></section>\n";
}

}  // namespace limes::experiment

// The table of a finite-size study.
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

}  // namespace limes::experiment

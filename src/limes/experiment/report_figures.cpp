// The figures of the page. Each holds its static drawing; a script puts the interactive one in its place.
#include <fmt/format.h>

#include <cmath>

#include "limes/experiment/figure_reading.hpp"
#include "limes/experiment/figure_svg.hpp"
#include "limes/experiment/report_sections.hpp"
#include "limes/experiment/report_text.hpp"
#include "limes/experiment/report_verdict.hpp"

namespace limes::experiment {

namespace {

/// Verdicts of the curve that a figure shows, one per branch that has one.
std::string curve_verdicts(const std::string& quantity, const nlohmann::ordered_json& result) {
  std::string html;
  for (const auto& curve : list_of(result, "curves")) {
    const auto pill = verdict_pill(text_of(curve, "verdict"));
    if (text_of(curve, "name") != quantity || pill.empty()) continue;
    const auto note = text_of(curve, "note");
    const double p_value = curve.contains("p_value") ? number_of(curve["p_value"]) : NAN;
    html += fmt::format("<p class=\"curve-verdict\">{} <span class=\"branch\">{}{}</span></p>", pill,
                        escaped(text_of(curve, "branch")),
                        std::isfinite(p_value) ? ", p = " + number_html(p_value, 2) : "");
    if (!note.empty()) html += fmt::format("<p class=\"note\">{}</p>", escaped(note));
  }
  return html;
}

}  // namespace

std::string figure_section(const std::vector<Figure>& figures, const nlohmann::ordered_json& result) {
  if (figures.empty()) return {};
  std::string html = "<section id=\"figures\"><h2>Figures</h2><div class=\"figures\">";
  for (const auto& figure : figures) {
    html += fmt::format(
        "<figure data-figure=\"{}\"{}><figcaption><h3>{}</h3>{}</figcaption><div class=\"drawing\">{}</div>",
        escaped(figure.id),
        figure.map               ? " data-drawn=\"map\""
        : !figure.panels.empty() ? " data-drawn=\"panels\""
        : figure.is_still()      ? " data-drawn=\"still\""
                                 : "",
        escaped(figure.title), curve_verdicts(figure.quantity, result), figure_svg(figure, SvgUse::kPage));
    if (!figure.note.empty()) html += fmt::format("<p class=\"note\">{}</p>", escaped(figure.note));
    html += "</figure>";
  }
  return html + "</div></section>\n";
}

}  // namespace limes::experiment

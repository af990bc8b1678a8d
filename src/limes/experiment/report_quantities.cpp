// Headline, warnings, cards and the table: the comparison in numbers.
#include <fmt/format.h>
#include <algorithm>
#include <array>
#include <cmath>

#include "limes/experiment/figure_reading.hpp"
#include "limes/experiment/report_sections.hpp"
#include "limes/experiment/report_text.hpp"
#include "limes/experiment/report_verdict.hpp"

namespace limes::experiment {

namespace {

const nlohmann::ordered_json kNothing;

const nlohmann::ordered_json& member(const nlohmann::ordered_json& object, const char* key) {
  if (!object.is_object()) return kNothing;
  const auto found = object.find(key);
  return found == object.end() ? kNothing : *found;
}

/// The contract gives a complex number as a pair, which looks like one value for each of two populations.
bool is_complex(const nlohmann::ordered_json& entry) {
  const auto& flag = member(entry, "complex");
  if (flag.is_boolean()) return flag.get<bool>();
  const auto name = text_of(entry, "name");
  return name == "jacobian_outlier" || name == "resonances";
}

std::string unit_html(const nlohmann::ordered_json& entry) {
  const auto unit = label_with_unit("", text_of(entry, "unit"));
  return unit.empty() ? "" : " <span class=\"unit\">" + escaped(unit) + "</span>";
}

std::string side_html(const nlohmann::ordered_json& entry, const char* side, const char* error) {
  const auto& values = object_of(entry, side);
  if (values.empty()) return {};
  return values_html(member(values, "value"), member(values, error), is_complex(entry));
}

/// z of an entry, the largest of its components; NaN where there is none.
double z_of(const nlohmann::ordered_json& entry) {
  const auto& z = member(entry, "z");
  double largest = number_of(z);
  for (const double component : flattened(z)) {
    if (std::isfinite(component) && !(std::abs(component) <= std::abs(largest))) largest = component;
  }
  return largest;
}

std::string z_text(double z) {
  const char* sign = z < 0 ? "−" : "+";
  return std::abs(z) < 100.0 ? fmt::format("{}{:.1f}", sign, std::abs(z)) : fmt::format("{}{:.0f}", sign, std::abs(z));
}

/// Where the simulation lies from the theory, in standard errors, on a ruler from -5 to 5.
std::string gauge(double z, const std::string& verdict) {
  if (!std::isfinite(z)) return {};
  constexpr double kReach = 5.0;
  const auto at = [](double value) { return 100.0 + 18.0 * value; };
  const double place = at(std::clamp(z, -kReach, kReach));
  const auto mark = std::abs(z) <= kReach
                        ? fmt::format("<circle cx=\"{:.1f}\" cy=\"12\" r=\"5\"/>", place)
                        : fmt::format("<path class=\"beyond\" d=\"M{:.1f} 6v12l{} -6Z\"/>", place, z < 0 ? -9 : 9);
  std::string ruler;
  for (int i = -4; i <= 4; i += 2) {
    ruler += fmt::format("<path d=\"M{:.0f} 9v6\"/><text x=\"{:.0f}\" y=\"27\">{}</text>", at(i), at(i),
                         i == 0 ? "theory" : fmt::format("{}{}", i < 0 ? "−" : "+", std::abs(i)));
  }
  return fmt::format(
      "<svg class=\"gauge v-{}\" viewBox=\"0 0 200 30\" role=\"img\" aria-label=\"simulation {:.1f} standard errors "
      "from theory\">"
      "<rect x=\"64\" y=\"8\" width=\"72\" height=\"8\" rx=\"4\"/><path d=\"M10 12h180\"/>{}{}</svg>",
      verdict, z, ruler, mark);
}

/// Further members that an entry may carry: finite-size law, place among surrogates.
std::string details_of(const nlohmann::ordered_json& entry) {
  static constexpr std::array kKnown = {"name",       "unit", "meaning", "branch", "stable",  "theory",
                                        "simulation", "z",    "verdict", "note",   "complex", "p_value"};
  std::string html;
  const auto note = text_of(entry, "note");
  if (!note.empty()) html += fmt::format("<p>{}</p>", escaped(note));
  const auto reason = text_of(object_of(entry, "theory"), "reason");
  if (!reason.empty() && note.find(reason) == std::string::npos) html += fmt::format("<p>{}</p>", escaped(reason));
  for (const auto& [key, value] : entry.items()) {
    if (std::find(kKnown.begin(), kKnown.end(), key) != kKnown.end() || value.is_null()) continue;
    std::string name = key;
    std::replace(name.begin(), name.end(), '_', ' ');
    html += fmt::format("<details><summary>{}</summary><dl>", escaped(name));
    if (value.is_object()) {
      for (const auto& [inner, content] : value.items()) {
        std::string label = inner;
        std::replace(label.begin(), label.end(), '_', ' ');
        const auto text = content.is_number()   ? number_html(content.get<double>())
                          : content.is_string() ? escaped(content.get<std::string>())
                          : content.is_array()  ? values_html(content, nullptr, false)
                                                : parameter_html(content);
        html += fmt::format("<dt>{}</dt><dd>{}</dd>", escaped(label), text);
      }
    } else {
      html += fmt::format("<dd>{}</dd>", value.is_number()   ? number_html(value.get<double>())
                                         : value.is_string() ? escaped(value.get<std::string>())
                                                             : parameter_html(value));
    }
    html += "</dl></details>";
  }
  return html;
}

std::string meaning_of(const nlohmann::ordered_json& entry, const system::System* system) {
  const auto meaning = text_of(entry, "meaning");
  if (!meaning.empty() || system == nullptr) return meaning;
  for (const auto& info : system->schema.quantities) {
    if (info.name == text_of(entry, "name")) return info.meaning;
  }
  return {};
}

std::string card_row(const nlohmann::ordered_json& entry) {
  const auto verdict = text_of(entry, "verdict");
  const auto branch = text_of(entry, "branch");
  std::string html = fmt::format("<div class=\"row\"><p class=\"top\">{}<span class=\"branch\">{}</span></p><dl>",
                                 verdict_pill(verdict), escaped(branch));
  const auto theory = side_html(entry, "theory", "error"),
             simulation = side_html(entry, "simulation", "standard_error");
  if (!theory.empty()) html += "<dt>theory</dt><dd>" + theory + unit_html(entry) + "</dd>";
  if (!simulation.empty()) html += "<dt>simulation</dt><dd>" + simulation + unit_html(entry) + "</dd>";
  const double z = z_of(entry);
  if (std::isfinite(z)) html += "<dt>difference</dt><dd>" + z_text(z) + " standard errors</dd>";
  html += "</dl>" + gauge(z, verdict);
  const auto note = text_of(entry, "note");
  if (!note.empty()) html += fmt::format("<p class=\"note\">{}</p>", escaped(note));
  return html + "</div>";
}

}  // namespace

std::string headline_section(const nlohmann::ordered_json& result) {
  const auto headline = headline_of(result);
  std::string details;
  for (const auto& line : headline.details) details += fmt::format("<li>{}</li>", escaped(line));
  return fmt::format("<section class=\"headline v-{}\" id=\"verdict\"><p class=\"words\">{}</p><ul>{}</ul></section>\n",
                     headline.verdict, escaped(headline.words), details);
}

std::string branch_section(const nlohmann::ordered_json& result) {
  std::string rows;
  for (const auto& branch : list_of(result, "branches")) {
    const auto& stable = member(branch, "stable");
    const auto& share = member(branch, "realisations");
    rows +=
        fmt::format("<tbody><tr><th scope=\"row\">{}</th><td>{}</td><td class=\"n\">{}</td><td>{}</td></tr></tbody>",
                    escaped(text_of(branch, "branch")),
                    !stable.is_boolean() ? ""
                    : stable.get<bool>() ? "stable"
                                         : "unstable",
                    share.is_number() ? parameter_html(share) : "", escaped(text_of(branch, "description")));
  }
  if (rows.empty()) return {};
  return "<section id=\"branches\"><h2>Branches of the theory</h2><div "
         "class=\"scroll\"><table><thead><tr><th>branch</th>"
         "<th></th><th class=\"n\">realisations there</th><th>what it is</th></tr></thead>" +
         rows + "</table></div></section>\n";
}

std::string warning_section(const nlohmann::ordered_json& result) {
  std::string lines;
  for (const auto& warning : list_of(result, "warnings")) {
    if (warning.is_string()) lines += fmt::format("<li>{}</li>", escaped(warning.get<std::string>()));
  }
  return lines.empty()
             ? ""
             : "<section class=\"warnings\" id=\"warnings\"><h2>Warnings</h2><ul>" + lines + "</ul></section>\n";
}

std::string card_section(const nlohmann::ordered_json& result, const system::System* system) {
  std::vector<std::string> names;
  for (const auto& entry : list_of(result, "quantities")) {
    const auto name = text_of(entry, "name");
    const bool judged = severity(text_of(entry, "verdict")) > 0;
    if (judged && std::find(names.begin(), names.end(), name) == names.end()) names.push_back(name);
  }
  if (names.empty()) return {};
  std::string html = "<section id=\"verdicts\"><h2>Verdicts</h2><div class=\"cards\">";
  for (const auto& name : names) {
    std::string rows, meaning, worst;
    for (const auto& entry : list_of(result, "quantities")) {
      const auto verdict = text_of(entry, "verdict");
      if (text_of(entry, "name") != name || severity(verdict) == 0) continue;
      if (meaning.empty()) meaning = meaning_of(entry, system);
      if (worst.empty()) worst = verdict;  // the first entry is the branch that the simulation realises
      rows += card_row(entry);
    }
    html += fmt::format("<article class=\"card v-{}\"><h3>{}</h3>{}{}</article>", worst, escaped(title_of_name(name)),
                        meaning.empty() ? "" : "<p class=\"meaning\">" + escaped(meaning) + "</p>", rows);
  }
  return html + "</div></section>\n";
}

std::string table_section(const nlohmann::ordered_json& result) {
  const auto& quantities = list_of(result, "quantities");
  if (quantities.empty()) return {};
  std::string html =
      "<section id=\"table\"><h2>All quantities</h2><p class=\"note\">Theory ± numerical error; simulation ± standard "
      "error "
      "over n samples; z is their difference in standard errors.</p><div "
      "class=\"scroll\"><table><thead><tr><th>quantity</th>"
      "<th>branch</th><th class=\"n\">theory</th><th class=\"n\">simulation</th><th class=\"n\">n</th><th "
      "class=\"n\">z</th>"
      "<th>verdict</th></tr></thead>";
  std::string previous;
  for (const auto& entry : quantities) {
    const auto name = text_of(entry, "name");
    const auto& stable = member(entry, "stable");
    const bool unstable = stable.is_boolean() && !stable.get<bool>();
    const auto& samples = member(object_of(entry, "simulation"), "samples");
    const double z = z_of(entry);
    html += fmt::format("<tbody{}><tr><th scope=\"row\">{}{}</th><td class=\"name\">{}{}</td>",
                        name == previous ? " class=\"more\"" : "", escaped(name), unit_html(entry),
                        escaped(text_of(entry, "branch")), unstable ? " <span class=\"unstable\">unstable</span>" : "");
    html += fmt::format(
        "<td class=\"n\">{}</td><td class=\"n\">{}</td><td class=\"n\">{}</td><td class=\"n\">{}</td><td>{}</td></tr>",
        side_html(entry, "theory", "error"), side_html(entry, "simulation", "standard_error"),
        samples.is_number() ? parameter_html(samples) : "", std::isfinite(z) ? z_text(z) : "",
        verdict_pill(text_of(entry, "verdict")));
    const auto details = details_of(entry);
    if (!details.empty()) html += "<tr class=\"notes\"><td></td><td colspan=\"6\">" + details + "</td></tr>";
    html += "</tbody>";
    previous = name;
  }
  return html + "</table></div></section>\n";
}

namespace {

std::string eigenvalue_html(const std::vector<double>& parts) {
  if (parts.size() != 2) return {};
  if (parts[1] == 0.0) return number_html(parts[0]);
  return fmt::format("{} ± {} i", number_html(parts[0]), number_html(std::abs(parts[1])));
}

}  // namespace

std::string special_point_section(const nlohmann::ordered_json& result) {
  const auto& points = list_of(result, "special_points");
  if (points.empty()) return {};
  std::string html =
      "<section id=\"special-points\"><h2>Special points</h2><div "
      "class=\"scroll\"><table><thead><tr><th>type</th><th>parameter</th>"
      "<th class=\"n\">value</th><th>branch</th><th>state</th><th>eigenvalue</th></tr></thead><tbody>";
  for (const auto& point : points) {
    std::string state;
    for (const auto& [name, value] : object_of(point, "state").items()) {
      state += fmt::format("{} {} ", escaped(name),
                           value.is_number() ? number_html(value.get<double>()) : parameter_html(value));
    }
    html += fmt::format(
        "<tr><th scope=\"row\">{}</th><td>{}</td><td class=\"n\">{}</td><td>{}</td><td>{}</td><td>{}</td></tr>",
        escaped(text_of(point, "type")), escaped(text_of(point, "parameter")),
        number_html(number_of(member(point, "value")), 10), escaped(text_of(point, "branch")), state,
        eigenvalue_html(flattened(member(point, "eigenvalue"))));
  }
  return html + "</tbody></table></div></section>\n";
}

}  // namespace limes::experiment

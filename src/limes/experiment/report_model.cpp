// The lower part of the page: what was computed, with which parameters, by what, and how to do it again.
#include <fmt/format.h>

#include "limes/experiment/figure_reading.hpp"
#include "limes/experiment/report_assets.hpp"
#include "limes/experiment/report_sections.hpp"
#include "limes/experiment/report_text.hpp"

namespace limes::experiment {

namespace {

std::vector<std::string> lines_of(const nlohmann::ordered_json& result, const char* key,
                                  const std::vector<std::string>* otherwise) {
  std::vector<std::string> lines;
  for (const auto& line : list_of(result, key)) {
    if (line.is_string()) lines.push_back(line.get<std::string>());
  }
  return lines.empty() && otherwise != nullptr ? *otherwise : lines;
}

std::string list_html(const char* heading, const std::vector<std::string>& lines) {
  if (lines.empty()) return {};
  std::string html = fmt::format("<h3>{}</h3><ul>", heading);
  for (const auto& line : lines) html += fmt::format("<li>{}</li>", escaped(line));
  return html + "</ul>";
}

std::string word_of(const std::string& key) {
  std::string word = key;
  for (char& c : word) c = c == '_' ? ' ' : c;
  return escaped(word);
}

/// Objects inside objects give one row for each leaf: `limes version`.
void add_rows(std::string& rows, const std::string& name, const nlohmann::ordered_json& value) {
  if (value.is_object()) {
    for (const auto& [key, inner] : value.items()) add_rows(rows, name.empty() ? key : name + " " + key, inner);
  } else if (!value.is_null()) {
    const auto html = value.is_string()         ? escaped(value.get<std::string>())
                      : value.is_number_float() ? number_html(value.get<double>(), 4)
                                                : parameter_html(value);
    rows += fmt::format("<dt>{}</dt><dd>{}</dd>", word_of(name), html);
  }
}

}  // namespace

std::string model_section(const nlohmann::ordered_json& result, const system::System* system) {
  const auto equations = lines_of(result, "equations", system == nullptr ? nullptr : &system->equations);
  const auto conventions = lines_of(result, "conventions", system == nullptr ? nullptr : &system->conventions);
  const auto limits =
      lines_of(result, "when_not_to_believe", system == nullptr ? nullptr : &system->when_not_to_believe);
  const auto references = lines_of(result, "references", system == nullptr ? nullptr : &system->references);
  if (equations.empty() && conventions.empty() && limits.empty() && references.empty()) return {};
  std::string html = "<section id=\"model\"><h2>The model and its theory</h2>";
  if (!equations.empty()) {
    html += "<div class=\"equations\">";
    for (const auto& line : equations) html += fmt::format("<p>{}</p>", equation_html(line));
    html += "</div>";
  }
  html += list_html("Conventions", conventions);
  html += list_html("When not to believe it", limits);
  html += list_html("References", references);
  return html + "</section>\n";
}

std::string parameter_section(const nlohmann::ordered_json& result, const system::System* system) {
  std::string tables;
  for (const auto& [table, values] : object_of(result, "parameters").items()) {
    if (!values.is_object() || values.empty()) continue;
    std::string rows;
    for (const auto& [key, value] : values.items()) {
      const auto* parameter = system == nullptr ? nullptr : system->schema.find(table + "." + key);
      std::string meaning;
      if (parameter != nullptr) {
        const auto unit = label_with_unit("", parameter->unit);
        meaning =
            escaped(parameter->meaning) + (unit.empty() ? "" : " <span class=\"unit\">" + escaped(unit) + "</span>");
      }
      rows += fmt::format("<tr><th scope=\"row\">{}</th><td class=\"value\">{}</td><td class=\"meaning\">{}</td></tr>",
                          escaped(key), parameter_html(value), meaning);
    }
    tables += fmt::format("<div class=\"parameters\"><h3>[{}]</h3><table><tbody>{}</tbody></table></div>",
                          escaped(table), rows);
  }
  if (tables.empty()) return {};
  return "<section id=\"parameters\"><h2>Parameters</h2><p>Every default made explicit.</p><div class=\"tables\">" +
         tables + "</div></section>\n";
}

std::string provenance_section(const nlohmann::ordered_json& result) {
  std::string rows;
  add_rows(rows, "limes", object_of(result, "limes"));
  if (result.is_object() && result.contains("seed")) add_rows(rows, "seed", result["seed"]);
  add_rows(rows, "", object_of(result, "provenance"));
  add_rows(rows, "seconds for", object_of(result, "seconds"));
  std::string html = "<section id=\"provenance\"><h2>Provenance</h2><dl>" + rows + "</dl>";
  html +=
      "<h3>To run it again</h3><p>In the folder of this page; <code>experiment.toml</code> holds every parameter, and "
      "the same "
      "version on the same machine gives the same bits.</p><pre><code>limes run experiment.toml --out "
      "../again</code></pre>"
      "<p>Beside this page: <code>result.json</code> and <code>result.h5</code> with all values, "
      "<code>figures/*.svg</code>.</p>";
  if (!library_modules().empty()) {
    html +=
        "<p class=\"note\">Figures drawn with Vega (BSD 3-Clause License, © 2015–2021 University of Washington "
        "Interactive Data Lab).</p>";
  }
  return html + "</section>\n";
}

}  // namespace limes::experiment

#include "limes/experiment/report.hpp"

#include <fmt/format.h>
#include <algorithm>
#include <cmath>

#include "limes/experiment/figure_reading.hpp"
#include "limes/experiment/figure_scale.hpp"
#include "limes/experiment/report_assets.hpp"
#include "limes/experiment/report_sections.hpp"
#include "limes/experiment/report_text.hpp"
#include "limes/experiment/report_verdict.hpp"

namespace limes::experiment {

namespace {

// The page may run its own scripts and styles and load nothing at all.
constexpr const char* kPolicy =
    "default-src 'none'; script-src 'unsafe-inline'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; "
    "form-action 'none'";

/// What the interactive figures draw. Six digits are more than a screen shows; the values stand in the result files.
nlohmann::ordered_json rounded(const std::vector<double>& values) {
  auto list = nlohmann::ordered_json::array();
  for (const double value : values) {
    if (std::isfinite(value)) {
      list.push_back(std::stod(fmt::format("{:.6g}", value)));
    } else {
      list.push_back(nullptr);
    }
  }
  return list;
}

nlohmann::ordered_json axis_data(const Figure& figure, bool vertical) {
  const auto& axis = vertical ? figure.y : figure.x;
  const auto scale = scale_of(figure, vertical, 1.0, vertical ? 0.06 : 0.03);
  return {{"label", axis.label}, {"logarithmic", axis.logarithmic}, {"range", rounded({scale.low, scale.high})}};
}

nlohmann::ordered_json figure_data(const std::vector<Figure>& figures) {
  auto list = nlohmann::ordered_json::array();
  for (const auto& figure : figures) {
    if (figure.is_still()) continue;  // the cells of a map say their values themselves
    auto all_series = nlohmann::ordered_json::array();
    for (const auto& series : figure.series) {
      nlohmann::ordered_json data{{"label", series.label},   {"colour", series.colour}, {"line", series.line},
                                  {"points", series.points}, {"band", series.band},     {"stride", mark_stride(series)},
                                  {"dashed", series.dashed}, {"shape", series.shape},   {"x", rounded(series.x)},
                                  {"y", rounded(series.y)}};
      if (!series.low.empty()) {
        data["low"] = rounded(series.low);
        data["high"] = rounded(series.high);
      }
      if (!series.unit.empty()) data["unit"] = rounded(series.unit);
      all_series.push_back(std::move(data));
    }
    auto spans = nlohmann::ordered_json::array();
    for (const auto& span : figure.spans) spans.push_back(rounded({span.from, span.to}));
    list.push_back({{"id", figure.id},
                    {"title", figure.title},
                    {"x", axis_data(figure, false)},
                    {"y", axis_data(figure, true)},
                    {"equal_aspect", figure.equal_aspect},
                    {"spans", std::move(spans)},
                    {"series", std::move(all_series)}});
  }
  return list;
}

std::string title_of(const nlohmann::ordered_json& result) {
  const auto title = text_of(result, "title");
  if (!title.empty()) return title;
  const auto system = text_of(result, "system");
  return system.empty() ? "limes" : system;
}

std::string header(const nlohmann::ordered_json& result, const system::System* system) {
  std::string facts;
  const auto fact = [&](const std::string& name, const std::string& html) {
    if (!html.empty()) facts += fmt::format("<span><b>{}</b> {}</span>", name, html);
  };
  const auto& parameters = object_of(result, "parameters");
  const auto number = [&](const char* table, const char* key) {
    const auto& values = object_of(parameters, table);
    return values.contains(key) ? parameter_html(values[key]) : std::string();
  };
  fact("network size", number("network", "size"));
  fact("realisations", number("simulation", "realisations"));
  if (result.is_object() && result.contains("seed")) fact("seed", parameter_html(result["seed"]));
  fact("status", escaped(text_of(result, "status")));
  const char* const navigation =
      "<nav><a href=\"#verdicts\">verdicts</a><a href=\"#figures\">figures</a><a href=\"#table\">table</a>"
      "<a href=\"#parameters\">parameters</a><a href=\"#provenance\">provenance</a></nav>";
  return navigation + fmt::format(
                          "<header><p class=\"system\"><span class=\"mark\">limes</span> {}{}</p><h1>{}</h1><p "
                          "class=\"facts\">{}</p></header>",
                          escaped(text_of(result, "system")),
                          system != nullptr ? " · " + escaped(system->title) : std::string(), escaped(title_of(result)),
                          facts);
}

std::string scripts(const std::vector<Figure>& figures) {
  const auto modules = library_modules();
  const bool interactive =
      std::any_of(figures.begin(), figures.end(), [](const Figure& figure) { return !figure.is_still(); });
  if (modules.empty() || !interactive) return {};
  std::string html =
      "<script type=\"application/json\" id=\"figure-data\">" + json_for_script(figure_data(figures)) + "</script>\n";
  html += "<!--\n";
  html += library_licenses();
  html += "-->\n<script>\n";
  html += module_script();
  for (const auto& module : modules) {
    html += fmt::format("limes_modules.define(\"{}\", function (module, exports, require) {{\n", module.name);
    html += module.text;
    html += "\n});\n";
  }
  html += "</script>\n<script>\n";
  html += report_script();
  html += "</script>\n";
  return html;
}

}  // namespace

std::string report_html(const nlohmann::ordered_json& result, const system::System* system) {
  const auto figures = figures_of(result);
  std::string page = "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n";
  page += fmt::format("<meta http-equiv=\"Content-Security-Policy\" content=\"{}\">\n", kPolicy);
  page += "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n";
  page += "<meta name=\"color-scheme\" content=\"light dark\">\n";
  page += fmt::format("<title>{} – limes</title>\n<style>\n", escaped(title_of(result)));
  page += report_style();
  page += "</style>\n</head>\n<body>\n<main>\n";
  page += header(result, system);
  page += headline_section(result);
  page += warning_section(result);
  page += card_section(result, system);
  page += figure_section(figures, result);
  page += table_section(result);
  page += convergence_section(result);
  page += law_section(result);
  page += branch_section(result);
  page += special_point_section(result);
  page += model_section(result, system);
  page += parameter_section(result, system);
  page += provenance_section(result);
  page += "</main>\n";
  page += scripts(figures);
  page += "</body>\n</html>\n";
  return page;
}

}  // namespace limes::experiment

#include "grid_page.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <vector>

#include "result_page.hpp"
#include "text_layout.hpp"

namespace limes::app {

namespace {

using system::Json;

void collect(const Json& json, std::vector<Json>& leaves) {
  if (json.is_array()) {
    for (const Json& inner : json) collect(inner, leaves);
  } else if (!json.is_null()) {
    leaves.push_back(json);
  }
}

std::string range_text(const Json& values) {
  std::vector<Json> numbers;
  collect(values, numbers);
  if (numbers.empty()) return "";
  double low = INFINITY, high = -INFINITY;
  for (const Json& number : numbers) {
    low = std::min(low, number.get<double>());
    high = std::max(high, number.get<double>());
  }
  return low == high ? fmt::format("{:.6g}", low + 0.0) : fmt::format("{:.6g} ... {:.6g}", low + 0.0, high + 0.0);
}

std::string counts_text(std::map<std::string, std::size_t> counts) {
  std::string text;
  for (const auto& [verdict, words] : {std::pair{"agree", "agree"},
                                       {"finite_size", "finite size"},
                                       {"disagree", "disagree"},
                                       {"not_applicable", "not applicable"}}) {
    if (counts[verdict] > 0) text += fmt::format("{}{} {}", text.empty() ? "" : ", ", counts[verdict], words);
  }
  return text;
}

std::string verdicts_text(const Json& curve) {
  std::vector<Json> verdicts;
  if (curve.contains("verdicts")) collect(curve["verdicts"], verdicts);
  std::map<std::string, std::size_t> counts;
  for (const Json& verdict : verdicts) ++counts[verdict.get<std::string>()];
  return counts_text(counts);
}

std::string with_error(const Json& entry, const char* value, const char* error) {
  if (!entry[value].is_number() || !entry[error].is_number()) return "";
  return measured_text(entry[value].get<double>(), entry[error].get<double>());
}

std::string laws_text(const Json& laws) {
  std::vector<std::vector<std::string>> rows;
  std::string notes;
  for (const Json& law : laws) {
    std::string branch = law.value("branch", "");
    if (law.contains("at")) {
      branch += fmt::format(" at {} = {}", law["at"]["key"].get<std::string>(), law["at"]["value"].dump());
    }
    const std::string name = law.at("name").get<std::string>();
    rows.push_back({name, branch, law.at("key").get<std::string>(), with_error(law, "slope", "slope_error"),
                    with_error(law, "intercept", "intercept_error"),
                    fmt::format("{:.2g}", law.at("p_value").get<double>())});
    if (law.contains("note")) {
      notes += paragraph(
          fmt::format("- {}{}{}: {}", name, branch.empty() ? "" : ", ", branch, law["note"].get<std::string>()));
    }
  }
  return "\nvalue = exp(a + b size)\n" +
         table({{"law of"}, {"branch"}, {"size"}, {"slope b", true}, {"a", true}, {"p", true}}, rows, 0, kUnlimited) +
         notes;
}

}  // namespace

std::string sweep_page(const Json& result) {
  std::string text = heading_of(result);
  const Json& sweep = result.at("sweep");
  for (const Json& axis : sweep.at("over")) {
    const Json& values = axis.at("values");
    text += fmt::format("over {}: {} values from {} to {}\n", axis.at("key").get<std::string>(), values.size(),
                        values.front().dump(), values.back().dump());
  }
  std::vector<std::vector<std::string>> rows;
  for (const Json& curve : result.at("curves")) {
    rows.push_back({curve.at("name").get<std::string>(), curve.value("branch", ""), range_text(curve["theory"]),
                    range_text(curve["simulation"]), verdicts_text(curve)});
  }
  if (!rows.empty()) {
    text += "\n" + table({{"quantity"}, {"branch"}, {"theory", true}, {"simulation", true}, {"points that"}}, rows, 0,
                         kUnlimited);
  }
  if (result.contains("laws")) text += laws_text(result["laws"]);
  std::map<std::string, std::size_t> counts;
  for (const auto& [verdict, count] : sweep.at("verdicts").items()) counts[verdict] = count.get<std::size_t>();
  const std::string counted = counts_text(counts);
  if (!counted.empty()) text += fmt::format("\nAll quantities and curves of all points: {}\n", counted);
  return text + warnings_of(result);
}

std::string convergence_page(const Json& result) {
  std::string text = heading_of(result);
  std::string sizes;
  for (const Json& point : result.at("sizes").at("points")) {
    sizes += fmt::format("{}{:g}", sizes.empty() ? "" : ", ", point.at("size").get<double>());
  }
  text += fmt::format("simulation - theory = a + b/N, N = {} ({})\n", sizes,
                      result.at("sizes").at("key").get<std::string>());
  std::vector<std::vector<std::string>> rows;
  std::string notes;
  for (const Json& entry : result.at("convergence")) {
    std::string name = entry.at("name").get<std::string>();
    if (entry.contains("component")) name += fmt::format("[{}]", entry["component"].get<int>());
    if (entry.contains("part")) name += ", " + entry["part"].get<std::string>();
    std::string verdict = entry.value("verdict", "");
    std::replace(verdict.begin(), verdict.end(), '_', ' ');
    rows.push_back({name, entry.value("branch", ""), with_error(entry, "limit", "limit_error"),
                    with_error(entry, "slope", "slope_error"), with_error(entry, "spread_power", "spread_power_error"),
                    verdict});
    if (entry.contains("note")) notes += paragraph(fmt::format("- {}: {}", name, entry["note"].get<std::string>()));
  }
  if (!rows.empty()) {
    text += "\n" +
            table({{"quantity"}, {"branch"}, {"limit a", true}, {"slope b", true}, {"spread ~ N^", true}, {"verdict"}},
                  rows, 0, kUnlimited);
  }
  return text + (notes.empty() ? "" : "\n" + notes) + warnings_of(result);
}

}  // namespace limes::app

#include "continuation_page.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <vector>

#include "result_page.hpp"
#include "text_layout.hpp"

namespace limes::app {

namespace {

using system::Json;

std::string number_text(const Json& value) {
  if (value.is_number()) return fmt::format("{:.6g}", value.get<double>());
  std::string text;
  for (const Json& inner : value) text += (text.empty() ? "" : ", ") + number_text(inner);
  return "(" + text + ")";
}

std::string point_rows(const Json& result) {
  std::vector<std::vector<std::string>> rows;
  for (const Json& point : result["special_points"]) {
    const auto& z = point["eigenvalue"];
    const double imaginary = z[1].get<double>();
    const std::string eigenvalue = imaginary == 0.0 ? fmt::format("{:.4g}", z[0].get<double>())
                                                    : fmt::format("{:.4g} ± {:.4g} i", z[0].get<double>(), imaginary);
    auto& row = rows.emplace_back();
    row = {point["type"].get<std::string>(), fmt::format("{:.10g}", point["value"].get<double>()),
           point["branch"].get<std::string>()};
    for (const Json& value : point["state"]) row.push_back(number_text(value));
    row.push_back(eigenvalue);
  }
  if (rows.empty()) return "\nno special points\n";
  std::vector<Column> columns{
      {"special point"}, {result["continuation"]["parameter"].get<std::string>(), true}, {"branch"}};
  // One system describes all its states by the same names.
  for (const auto& [name, value] : result["special_points"][0]["state"].items()) columns.push_back({name, true});
  columns.push_back({"eigenvalue"});
  return "\n" + table(columns, rows);
}

std::string branch_rows(const Json& result) {
  std::vector<std::vector<std::string>> rows;
  for (const Json& curve : result["curves"]) {
    if (curve["name"] != "stable") continue;
    const Json& values = curve["axes"].back()["values"];
    double low = values.front().get<double>(), high = low;
    std::size_t stable = 0;
    for (std::size_t i = 0; i < values.size(); ++i) {
      low = std::min(low, values[i].get<double>());
      high = std::max(high, values[i].get<double>());
      if (curve["theory"][i].get<double>() > 0.5) ++stable;
    }
    rows.push_back({curve["branch"].get<std::string>(), fmt::format("{:.6g}", low), fmt::format("{:.6g}", high),
                    fmt::format("{}", values.size()),
                    stable == values.size() ? "stable"
                    : stable == 0           ? "unstable"
                                            : "in parts stable"});
  }
  if (rows.empty()) return "";
  return "\n" + table({{"branch"}, {"from", true}, {"to", true}, {"points", true}, {"stability"}}, rows);
}

}  // namespace

std::string continuation_page(const Json& result) {
  return heading_of(result) + point_rows(result) + branch_rows(result) + warnings_of(result);
}

}  // namespace limes::app

#include "result_page.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <set>
#include <vector>

#include "text_layout.hpp"

namespace limes::app {

namespace {

using system::Json;

constexpr std::size_t kMostComponents = 8;  // of an array-valued quantity; the rest stands in the files

double number_of(const Json& json) {
  return json.is_number() ? json.get<double>() : std::numeric_limits<double>::quiet_NaN();
}

const Json& member(const Json& object, const char* name) {
  static const Json none;
  return object.is_object() && object.contains(name) ? object.at(name) : none;
}

std::string words(std::string verdict) {
  std::replace(verdict.begin(), verdict.end(), '_', ' ');
  return verdict;
}

std::string complex_text(const Json& pair) {
  return fmt::format("{:.6g}{:+.6g}i", number_of(pair[0]), number_of(pair[1]));
}

/// One line of the table: a scalar quantity, a complex one, or one component of an array.
std::vector<std::string> row(const Json& entry, const std::string& name, const Json& theory, const Json& value,
                             const Json& error, const Json& z, bool complex) {
  const auto text_of = [&](const Json& side) -> std::string {
    if (complex && side.is_array()) return complex_text(side);
    return side.is_number() ? fmt::format("{:.6g}", side.get<double>() + 0.0) : "";  // + 0.0: no minus zero
  };
  std::string simulated = text_of(value);
  if (value.is_number() && error.is_number()) simulated = measured_text(value.get<double>(), error.get<double>());
  const Json& simulation = member(entry, "simulation");
  const std::string samples = simulation.is_object() && !value.is_null() ? member(simulation, "samples").dump() : "";
  const std::string score = z.is_number() ? fmt::format("{:.1f}", z.get<double>()) : "";
  std::string branch = entry.value("branch", "");
  if (member(entry, "stable") == false) branch += " (unstable)";
  return {name,
          branch,
          text_of(theory),
          simulated,
          samples == "null" ? "" : samples,
          score,
          words(entry.value("verdict", ""))};
}

/// The values of one entry, or of one row of its array.
struct Values {
  const Json& theory;
  const Json& value;
  const Json& error;
  const Json& z;
};

void append_rows(const Json& entry, const std::string& name, const Values& values,
                 std::vector<std::vector<std::string>>& rows) {
  const bool complex = entry.value("complex", false);
  const Json& shape = values.theory.is_null() ? values.value : values.theory;
  const bool list = shape.is_array() && (!complex || (!shape.empty() && shape[0].is_array()));
  if (!list) return rows.push_back(row(entry, name, values.theory, values.value, values.error, values.z, complex));
  const auto at = [](const Json& array, std::size_t i) -> const Json& {
    static const Json none;
    return array.is_array() && i < array.size() ? array[i] : none;
  };
  for (std::size_t i = 0; i < std::min(shape.size(), kMostComponents); ++i) {
    append_rows(entry, fmt::format("{}[{}]", name, i),
                {at(values.theory, i), at(values.value, i), at(values.error, i), at(values.z, i)}, rows);
  }
}

void append_rows(const Json& entry, std::vector<std::vector<std::string>>& rows) {
  const Json& simulation = member(entry, "simulation");
  append_rows(entry, entry.value("name", ""),
              {member(member(entry, "theory"), "value"), member(simulation, "value"),
               member(simulation, "standard_error"), member(entry, "z")},
              rows);
}

/// Branches on which a realisation settled, or which describe the simulated state: what the first table is about. The
/// other solutions of the theory follow below. Without any simulation all branches are of interest.
std::set<std::string> simulated_branches(const Json& result) {
  std::set<std::string> branches;
  for (const Json& entry : member(result, "quantities")) {
    if (entry.contains("simulation")) branches.insert(entry.value("branch", ""));
  }
  return branches;
}

std::string quantity_tables(const Json& result) {
  const std::set<std::string> simulated = simulated_branches(result);
  std::vector<std::vector<std::string>> rows, others;
  for (const Json& entry : member(result, "quantities")) {
    append_rows(entry, simulated.empty() || simulated.contains(entry.value("branch", "")) ? rows : others);
  }
  std::string text;
  if (!rows.empty()) {
    text +=
        "\n" +
        table({{"quantity"}, {"branch"}, {"theory", true}, {"simulation", true}, {"n", true}, {"z", true}, {"verdict"}},
              rows);
  }
  if (others.empty()) return text;
  // The other solutions of the theory: one line per branch and quantity, sorted by branch.
  std::stable_sort(others.begin(), others.end(), [](const auto& a, const auto& b) { return a[1] < b[1]; });
  for (auto& other : others) other = {other[1], other[0], other[2]};
  return text + "\nOther solutions of the theory\n" + table({{"branch"}, {"quantity"}, {"theory", true}}, others);
}

/// Remarks of the entries, each said once with the entries that it is about.
std::string remarks(const Json& result) {
  std::vector<std::pair<std::string, std::string>> notes;  // text, entries
  for (const char* kind : {"quantities", "curves"}) {
    for (const Json& entry : member(result, kind)) {
      std::string note = entry.value("note", "");
      if (note.empty()) note = member(entry, "theory").is_object() ? entry["theory"].value("reason", "") : "";
      if (note.empty()) continue;
      const auto same = std::find_if(notes.begin(), notes.end(), [&](const auto& n) { return n.first == note; });
      const std::string name = entry.value("name", "");
      if (same == notes.end()) {
        notes.emplace_back(note, name);
      } else if (same->second.find(name) == std::string::npos) {
        same->second += ", " + name;
      }
    }
  }
  std::string text;
  for (const auto& [note, entries] : notes) {
    const auto lines = wrapped(fmt::format("{}: {}", entries, note), kPageWidth - 2);
    for (std::size_t i = 0; i < lines.size(); ++i) text += (i == 0 ? "- " : "  ") + lines[i] + "\n";
  }
  return text;
}

std::string curve_rows(const Json& result) {
  std::vector<std::vector<std::string>> rows;
  for (const Json& entry : member(result, "curves")) {
    std::string axes;
    for (const Json& axis : member(entry, "axes")) {
      axes +=
          fmt::format("{}{} ({})", axes.empty() ? "" : " x ", axis.value("name", ""), member(axis, "values").size());
    }
    const auto has = [&](const char* side) { return member(entry, side).is_array() && !member(entry, side).empty(); };
    const std::string sides = has("theory") && has("simulation") ? "theory, simulation"
                              : has("theory")                    ? "theory"
                              : has("simulation")                ? "simulation"
                                                                 : "";
    rows.push_back(
        {entry.value("name", ""), entry.value("branch", ""), axes, sides, words(entry.value("verdict", ""))});
  }
  if (rows.empty()) return "";
  return "\n" + table({{"curve"}, {"branch"}, {"against (points)"}, {"known to"}, {"verdict"}}, rows);
}

std::string status_words(const std::string& status) {
  if (status == "not_converged") return "NOT CONVERGED: what was reached is shown; it is no result";
  if (status == "diverged") return "DIVERGED: what was reached is shown; it is no result";
  if (status == "interrupted") return "INTERRUPTED: what was done is shown; the same command goes on from here";
  return status;
}

}  // namespace

std::string measured_text(double value, double error) {
  if (!std::isfinite(error) || error <= 0.0) return fmt::format("{:.6g}", value);
  // Two significant digits of the error decide how many decimals both numbers show.
  const int decimals = 1 - static_cast<int>(std::floor(std::log10(error)));
  const double magnitude = std::max(std::abs(value), error);
  if (decimals > 9 || magnitude >= 1e7) return fmt::format("{:.6g} ± {:.2g}", value, error);
  const int shown = std::max(decimals, 0);
  return fmt::format("{:.{}f} ± {:.{}f}", value, shown, error, shown);
}

std::string heading_of(const Json& result) {
  const std::string title = result.value("title", "");
  const std::string status = result.value("status", "ok");
  return fmt::format("{}{}{}   seed {}\n", result.value("system", ""), title.empty() ? "" : "   ", title,
                     member(result, "seed").dump()) +
         (status == "ok" ? "" : status_words(status) + "\n");
}

std::string warnings_of(const Json& result) {
  std::string text = member(result, "warnings").empty() ? "" : "\n";
  for (const Json& warning : member(result, "warnings")) text += paragraph("warning: " + warning.get<std::string>());
  return text;
}

std::string result_page(const Json& result) {
  std::string text = heading_of(result);
  text += quantity_tables(result);
  text += curve_rows(result);
  const std::string notes = remarks(result);
  if (!notes.empty()) text += "\n" + notes;
  return text + warnings_of(result);
}

}  // namespace limes::app

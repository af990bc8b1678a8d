#include "system_pages.hpp"

#include <fmt/format.h>

#include <limits>
#include <sstream>
#include <string_view>
#include <utility>

#include "limes/experiment/experiment_text.hpp"
#include "limes/system/parameter_check.hpp"
#include "text_layout.hpp"

namespace limes::app {

namespace {

using system::Parameter;

constexpr double kNoRealBound = 1e8;

std::string heading(const std::string& text) { return fmt::format("\n{}\n", text); }

std::string lines(const std::vector<std::string>& texts) {
  std::string result;
  for (const std::string& text : texts) {
    if (width(text) + 2 <= kPageWidth) {
      result += "  " + text + "\n";  // the spaces of an equation mean something
    } else {
      result += paragraph(text, 2);
    }
  }
  return result;
}

std::string default_text(const Parameter& parameter) {
  if (parameter.required) return "required";
  return parameter.default_value ? experiment::toml_value(parameter, *parameter.default_value) : "-";
}

std::string unit_text(const std::string& unit) { return unit.empty() ? "1" : unit; }

/// Which values are admissible: `integer >= 1`, `(0, 0.5]`, `true or false`. Choices stand with the meaning.
std::string values_text(const Parameter& parameter) {
  switch (parameter.type) {
    case system::Type::kBoolean:
      return "true or false";
    case system::Type::kString:
      return "string";
    case system::Type::kChoice:
      return "name";
    case system::Type::kPath:
      return "file name";
    case system::Type::kInteger:
    case system::Type::kReal:
      break;
  }
  Parameter shown = parameter;
  // A bound that no sensible value comes near tells a reader nothing.
  if (shown.maximum >= kNoRealBound) shown.maximum = std::numeric_limits<double>::infinity();
  std::string range = system::range_text(shown);
  for (const auto& [words, sign] : {std::pair{"in ", ""},
                                    {"at least ", ">= "},
                                    {"at most ", "<= "},
                                    {"greater than ", "> "},
                                    {"less than ", "< "}}) {
    if (range.starts_with(words)) range = sign + range.substr(std::string_view(words).size());
  }
  if (parameter.type == system::Type::kInteger) range = range.empty() ? "integer" : "integer " + range;
  if (range.empty()) range = "real";
  for (const std::string& word : parameter.words) range += fmt::format(" or \"{}\"", word);
  return range;
}

std::string form_text(system::Form form) {
  switch (form) {
    case system::Form::kScalar:
      return "";
    case system::Form::kList:
      return "; a list";
    case system::Form::kMatrix:
      return "; an array of rows";
    case system::Form::kScalarOrList:
      return "; or a list";
    case system::Form::kScalarOrMatrix:
      return "; or an array of rows";
    case system::Form::kListOrRows:
      return "; a list, or an array of lists";
  }
  return "";
}

std::string explanation(const Parameter& parameter) {
  std::string text = parameter.meaning;
  if (parameter.type == system::Type::kChoice) text += ": " + system::range_text(parameter);
  if (parameter.infinity_allowed) text += "; inf allowed";
  return text + form_text(parameter.form);
}

/// Per key one line that is easy to search, with what stands in an experiment, and below it the meaning.
std::string parameters_text(const system::Schema& schema) {
  std::vector<std::vector<std::string>> rows;
  for (const Parameter& parameter : schema.parameters) {
    rows.push_back({parameter.key, default_text(parameter), unit_text(parameter.unit), values_text(parameter)});
  }
  std::istringstream lines(table({{"key"}, {"default"}, {"unit"}, {"values"}}, rows, 2, kUnlimited));
  std::string text, line;
  std::getline(lines, line);
  text += line + "\n";
  for (const Parameter& parameter : schema.parameters) {
    std::getline(lines, line);
    text += line + "\n" + paragraph(explanation(parameter), 6);
  }
  return text;
}

template <typename Info>
std::string results_text(const std::vector<Info>& infos) {
  std::vector<std::vector<std::string>> rows;
  for (const Info& info : infos) rows.push_back({info.name, unit_text(info.unit), info.meaning});
  return table({{"name"}, {"unit"}, {"meaning"}}, rows, 2);
}

/// A cell of a Markdown table: a bar would end it.
std::string cell(const std::string& text) {
  std::string escaped;
  for (const char c : text) {
    if (c == '|') escaped += '\\';
    escaped += c;
  }
  return escaped;
}

std::string bullets(const std::vector<std::string>& texts) {
  std::string result;
  for (const std::string& text : texts) result += "- " + text + "\n";
  return result;
}

template <typename Info>
std::string results_markdown(const std::vector<Info>& infos) {
  std::string text = "| name | unit | meaning |\n|---|---|---|\n";
  for (const Info& info : infos) {
    text += fmt::format("| `{}` | {} | {} |\n", info.name, unit_text(info.unit), cell(info.meaning));
  }
  return text;
}

}  // namespace

std::string list_page(const std::vector<system::System>& systems) {
  std::vector<std::vector<std::string>> rows;
  for (const system::System& system : systems) rows.push_back({system.id, system.title, system.paper});
  return table({{"system"}, {"title"}, {"paper"}}, rows, 0, kUnlimited);
}

std::string show_page(const system::System& system) {
  std::string text = fmt::format("{} - {}\n", system.id, system.title);
  if (!system.equations.empty()) text += heading("Equations") + lines(system.equations);
  if (!system.conventions.empty()) text += heading("Conventions") + lines(system.conventions);
  text += heading("Parameters") + parameters_text(system.schema);
  text += heading("Quantities") + results_text(system.schema.quantities);
  text += heading("Curves") + results_text(system.schema.curves);
  if (!system.when_not_to_believe.empty())
    text += heading("When not to believe it") + lines(system.when_not_to_believe);
  if (!system.references.empty()) text += heading("References") + lines(system.references);
  return text + fmt::format("\nStart with: limes new {} > my.toml\n", system.id);
}

std::string markdown_page(const system::System& system) {
  std::string text =
      fmt::format("# {}\n\n{}. Made by `limes show {} --markdown`.\n", system.id, system.title, system.id);
  text += "\n## Equations\n```\n";
  for (const std::string& equation : system.equations) text += equation + "\n";
  text += "```\n\n## Conventions\n" + bullets(system.conventions);
  text += "\n## When not to believe it\n" + bullets(system.when_not_to_believe);
  text += "\n## Parameters\n| key | default | unit | values | meaning |\n|---|---|---|---|---|\n";
  for (const Parameter& parameter : system.schema.parameters) {
    text += fmt::format("| `{}` | {} | {} | {} | {} |\n", parameter.key, cell(default_text(parameter)),
                        unit_text(parameter.unit), cell(values_text(parameter)), cell(explanation(parameter)));
  }
  text += "\n## Quantities\n" + results_markdown(system.schema.quantities);
  text += "\n## Curves\n" + results_markdown(system.schema.curves);
  text += "\n## References\n" + bullets(system.references);
  return text;
}

}  // namespace limes::app

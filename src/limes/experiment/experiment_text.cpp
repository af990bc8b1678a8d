#include "limes/experiment/experiment_text.hpp"

#include <fmt/format.h>

#include <cmath>

#include "limes/system/parameter_check.hpp"

namespace limes::experiment {

namespace {

using system::Json;
using system::Parameter;

std::string quoted(const std::string& text) {
  std::string result = "\"";
  for (const char c : text) {
    const auto code = static_cast<unsigned char>(c);
    if (c == '"' || c == '\\') {
      result += '\\';
      result += c;
    } else if (code < 0x20 || code == 0x7f) {
      result += fmt::format("\\u{:04X}", code);
    } else {
      result += c;
    }
  }
  return result + "\"";
}

std::string real_text(double number) {
  if (std::isinf(number)) return number > 0 ? "inf" : "-inf";
  std::string text = fmt::format("{}", number);  // the shortest text that reads back to the same bits
  if (text.find_first_of(".e") == std::string::npos) text += ".0";
  return text;
}

std::string toml_element(const Parameter& parameter, const Json& value) {
  if (value.is_array()) {
    std::string text = "[";
    for (std::size_t i = 0; i < value.size(); ++i) {
      if (i > 0) text += ", ";
      text += toml_element(parameter, value[i]);
    }
    return text + "]";
  }
  const bool number = parameter.type == system::Type::kReal || parameter.type == system::Type::kInteger;
  const bool word = std::find(parameter.words.begin(), parameter.words.end(), value) != parameter.words.end();
  if (value.is_string()) return number && !word ? value.get<std::string>() : quoted(value.get<std::string>());
  if (value.is_number_float()) return real_text(value.get<double>());
  return value.dump();
}

std::string head_of(const std::string& key) {
  return key.find('.') == std::string::npos ? "" : key.substr(0, key.rfind('.'));
}
std::string name_of(const std::string& key) { return key.substr(key.rfind('.') + 1); }

/// Unit, range and choices of a key as a comment: `# [0, 1), in tau`.
std::string remark(const Parameter& parameter) {
  std::string text = parameter.meaning;
  if (!parameter.symbol.empty() && parameter.symbol.find('\\') == std::string::npos)
    text += fmt::format(" ({})", parameter.symbol);
  if (parameter.unit != "1" && !parameter.unit.empty()) text += fmt::format(" [{}]", parameter.unit);
  const std::string range = system::range_text(parameter);
  if (!range.empty()) text += "; " + range;
  return text;
}

/// The schema's tables in the order of their first keys; keys of one table need not stand together in the schema.
template <typename Line>
std::string by_table(const system::Schema& schema, Line line) {
  std::vector<std::string> tables;
  for (const Parameter& parameter : schema.parameters) {
    const std::string table = head_of(parameter.key);
    if (std::find(tables.begin(), tables.end(), table) == tables.end()) tables.push_back(table);
  }
  // Keys outside any table must come before the first [table].
  std::stable_sort(tables.begin(), tables.end(), [](const auto& a, const auto& b) { return a.empty() > b.empty(); });
  std::string text;
  for (const std::string& table : tables) {
    std::string body;
    for (const Parameter& parameter : schema.parameters) {
      if (head_of(parameter.key) == table) body += line(parameter);
    }
    if (body.empty()) continue;
    text += table.empty() ? "\n" + body : fmt::format("\n[{}]\n{}", table, body);
  }
  return text;
}

/// A value to start from, for a key without a default.
std::string example(const Parameter& parameter) {
  switch (parameter.type) {
    case system::Type::kString:
      return "\"\"";
    case system::Type::kPath:
      return "\"FILE\"";
    case system::Type::kBoolean:
      return "false";
    case system::Type::kChoice:
      return quoted(parameter.choices.empty() ? "" : parameter.choices.front());
    default:
      break;
  }
  const double zero = std::clamp(0.0, parameter.minimum, parameter.maximum);
  const double least = zero == parameter.minimum && parameter.minimum_excluded ? zero + 1.0 : zero;
  const std::string number = parameter.type == system::Type::kInteger ? fmt::format("{:.0f}", least) : real_text(least);
  if (parameter.form == system::Form::kList) return "[" + number + "]";
  if (parameter.form == system::Form::kMatrix) return "[[" + number + "]]";
  return number;
}

}  // namespace

std::string toml_value(const Parameter& parameter, const Json& value) { return toml_element(parameter, value); }

std::string new_experiment(const system::System& system) {
  std::string text = fmt::format(
      "# {}\n# {}\n# Run it with `limes run FILE`. Lines that are commented out show the defaults; `limes show {}` "
      "explains all.\nsystem = {}\ntitle  = {}\nseed   = 1\n",
      system.title, system.paper, system.id, quoted(system.id), quoted(system.title));
  text += by_table(system.schema, [](const Parameter& parameter) {
    const std::string name = name_of(parameter.key);
    const bool active = parameter.required;
    const std::string value =
        parameter.default_value ? toml_value(parameter, *parameter.default_value) : example(parameter);
    const std::string note = remark(parameter) + (parameter.default_value || active ? "" : " (no default)");
    return fmt::format("{}{} = {:<12} # {}\n", active ? "" : "# ", name, value, note);
  });
  return text + "\n[output]\n# directory = \"runs/my-run\" # where the results go\n";
}

std::string resolved_experiment(const system::System& system, const system::Parameters& parameters,
                                const std::string& title) {
  std::string text =
      fmt::format("# The resolved experiment: every default is explicit.\nsystem = {}\ntitle = {}\nseed = {}\n",
                  quoted(system.id), quoted(title), parameters.seed());
  const Json resolved = parameters.resolved();
  return text + by_table(system.schema, [&](const Parameter& parameter) -> std::string {
           if (!parameters.has(parameter.key)) return "";
           std::string pointer = "/" + parameter.key;
           std::replace(pointer.begin(), pointer.end(), '.', '/');
           return fmt::format("{} = {}\n", name_of(parameter.key),
                              toml_value(parameter, resolved.at(Json::json_pointer(pointer))));
         });
}

}  // namespace limes::experiment

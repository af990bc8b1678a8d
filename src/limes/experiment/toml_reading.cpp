#include "limes/experiment/toml_reading.hpp"

#include <fmt/format.h>

#include <toml++/toml.h>
#include <algorithm>
#include <cctype>
#include <charconv>
#include <cmath>
#include <limits>
#include <optional>

namespace limes::experiment {

namespace {

using system::GivenValue;
using system::Json;

Json to_json(const toml::node& node, const Place& place) {
  if (const auto* text = node.as_string()) return text->get();
  if (const auto* integer = node.as_integer()) return integer->get();
  if (const auto* real = node.as_floating_point()) return real->get();
  if (const auto* flag = node.as_boolean()) return flag->get();
  if (const auto* array = node.as_array()) {
    Json result = Json::array();
    for (const toml::node& element : *array) result.push_back(to_json(element, place));
    return result;
  }
  if (const auto* table = node.as_table()) {
    Json result = Json::object();
    for (const auto& [key, element] : *table) result[std::string(key.str())] = to_json(element, place);
    return result;
  }
  throw InputError(place, "a date or a time is no value of an experiment", "put it between quotes");
}

Place place_of(const toml::source_region& region, const std::string& file) {
  return Place{file, static_cast<int>(region.begin.line), static_cast<int>(region.begin.column), {}};
}

void flatten(const toml::table& table, const std::string& prefix, const std::string& file,
             std::map<std::string, GivenValue>& result) {
  for (const auto& [key, node] : table) {
    const std::string name = prefix.empty() ? std::string(key.str()) : prefix + "." + std::string(key.str());
    Place place = place_of(key.source(), file);
    place.key = name;
    if (const auto* inner = node.as_table(); inner != nullptr && !inner->empty()) {
      flatten(*inner, name, file, result);
    } else if (!result.emplace(name, GivenValue{to_json(node, place), place}).second) {
      throw InputError(place, fmt::format("'{}' is given twice", name));
    }
  }
}

/// `.name`, `."a name"` or `[3]` at `position`, which it moves on.
struct KeyReader {
  const std::string& text;
  std::size_t position = 0;

  [[nodiscard]] bool at(char c) const { return position < text.size() && text[position] == c; }

  std::optional<std::string> name() {
    const std::size_t start = position;
    if (at('"') || at('\'')) {
      const std::size_t end = text.find(text[position], position + 1);
      if (end == std::string::npos) return std::nullopt;
      position = end + 1;
      return text.substr(start + 1, end - start - 1);
    }
    const auto is_bare = [](char c) { return std::isalnum(static_cast<unsigned char>(c)) || c == '_' || c == '-'; };
    while (position < text.size() && is_bare(text[position])) ++position;
    if (position == start) return std::nullopt;
    return text.substr(start, position - start);
  }

  std::optional<std::size_t> index() {
    ++position;  // the opening bracket
    const std::size_t start = position;
    while (position < text.size() && std::isdigit(static_cast<unsigned char>(text[position]))) ++position;
    if (position == start || position - start > 9 || !at(']')) return std::nullopt;
    ++position;
    return static_cast<std::size_t>(std::stoul(text.substr(start, position - 1 - start)));
  }
};

[[noreturn]] void throw_malformed(const std::string& text) {
  throw InputError(fmt::format("--set {}: not of the form KEY=VALUE", text),
                   "write, for example, --set network.gain=2 or --set coupling.total[0][0]=7");
}

Json value_as_toml(const std::string& text) {
  try {
    const toml::table table = toml::parse("value = " + text);
    const toml::node* node = table.get("value");
    const bool is_date = node != nullptr && (node->is_date() || node->is_time() || node->is_date_time());
    if (table.size() == 1 && node != nullptr && !is_date) return to_json(*node, Place{});
  } catch (const toml::parse_error&) {  // then it is a string
  } catch (const InputError&) {
  }
  // `.5` and `5.` are no TOML, but whoever writes them on a command line means a number.
  double number = 0.0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error == std::errc() && end == text.data() + text.size() && std::isfinite(number)) return number;
  return text;
}

void flatten(const Json& value, const std::string& key, std::map<std::string, GivenValue>& result) {
  if (value.is_object() && !value.empty()) {
    for (const auto& [name, inner] : value.items()) flatten(inner, key + "." + name, result);
  } else {
    result.emplace(key, GivenValue{value, Place{"--set " + key, 0, 0, key}});
  }
}

}  // namespace

std::map<std::string, GivenValue> read_toml(std::string_view text, const std::string& file) {
  std::map<std::string, GivenValue> result;
  try {
    flatten(toml::parse(text), "", file, result);
  } catch (const toml::parse_error& error) {
    throw InputError(place_of(error.source(), file), fmt::format("not valid TOML: {}", error.description()));
  }
  return result;
}

Override read_override(const std::string& text) {
  Override result;
  KeyReader reader{text};
  while (true) {
    const auto name = reader.name();
    if (!name || name->empty()) throw_malformed(text);
    result.key += (result.key.empty() ? "" : ".") + *name;
    if (!reader.at('.')) break;
    ++reader.position;
  }
  while (reader.at('[')) {
    const auto index = reader.index();
    if (!index) throw_malformed(text);
    result.indices.push_back(*index);
  }
  while (reader.at(' ')) ++reader.position;
  if (!reader.at('=')) throw_malformed(text);
  flatten(value_as_toml(text.substr(reader.position + 1)), result.key, result.values);
  return result;
}

}  // namespace limes::experiment

#include "limes/system/parameter_check.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "limes/base/suggestion.hpp"

namespace limes::system {

namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();

/// A value as a message shows it: a short one whole, a long one cut.
std::string shown(const Json& value) {
  if (value.is_object()) return "a table";
  if (value.is_array()) return "an array";
  if (value.is_number_float()) return fmt::format("{}", value.get<double>());
  if (value.is_string()) {
    const auto& text = value.get_ref<const std::string&>();
    return fmt::format("the string \"{}\"", text.size() <= 40 ? text : text.substr(0, 37) + "...");
  }
  return value.dump();
}

/// ` or "all"`: the words that stand in place of a number.
std::string words_text(const Parameter& parameter) {
  std::string text;
  for (const std::string& word : parameter.words) text += fmt::format(" or \"{}\"", word);
  return text;
}

std::string noun(const Parameter& parameter, bool plural) {
  switch (parameter.type) {
    case Type::kInteger:
      return (plural ? "integers" : "an integer") + words_text(parameter);
    case Type::kReal:
      return (plural ? "real numbers" : "a real number") + words_text(parameter);
    case Type::kBoolean:
      return plural ? "booleans" : "true or false";
    case Type::kString:
      return plural ? "strings" : "a string";
    case Type::kChoice:
      return plural ? "names" : fmt::format("one of {}", range_text(parameter));
    case Type::kPath:
      return plural ? "file names" : "a file name";
  }
  return "a value";
}

[[noreturn]] void throw_wrong_type(const Parameter& parameter, const std::string& name, const std::string& wanted,
                                   const Json& value, const Place& place) {
  std::string mend;
  if (value.is_string() && (parameter.type == Type::kReal || parameter.type == Type::kInteger)) {
    const std::string nearest = nearest_name(value.get_ref<const std::string&>(), parameter.words);
    mend = nearest.empty() ? "write the number without quotes" : fmt::format("did you mean \"{}\"?", nearest);
  }
  if (parameter.type == Type::kInteger && value.is_number_float()) {
    const double number = value.get<double>();
    if (number == std::floor(number) && std::abs(number) < 1e15) mend = fmt::format("write {:.0f}", number);
  }
  if (value.is_number() && (parameter.type == Type::kString || parameter.type == Type::kPath)) {
    mend = fmt::format("write \"{}\"", value.dump());
  }
  throw InputError(place, fmt::format("'{}' must be {}, not {}", name, wanted, shown(value)), mend);
}

bool is_word(const Parameter& parameter, const Json& value) {
  return value.is_string() && std::find(parameter.words.begin(), parameter.words.end(),
                                        value.get_ref<const std::string&>()) != parameter.words.end();
}

Json checked_real(const Parameter& parameter, const std::string& name, const Json& value, const Place& place) {
  const bool named_infinity = value.is_string() && (value == "inf" || value == "-inf" || value == "+inf");
  if (!value.is_number() && !named_infinity) throw_wrong_type(parameter, name, noun(parameter, false), value, place);
  const double number = named_infinity ? (value == "-inf" ? -kInfinity : kInfinity) : value.get<double>();
  if (std::isnan(number)) throw InputError(place, fmt::format("'{}' must be a number, not nan", name));
  if (std::isinf(number) && !parameter.infinity_allowed) {
    throw InputError(place, fmt::format("'{}' must be finite, not {}", name, number),
                     range_text(parameter).empty() ? "" : "give a number " + range_text(parameter));
  }
  // Products of a few of them are still numbers.
  constexpr double kLargest = 1e50;
  if (std::abs(number) > kLargest && std::isfinite(number) && number >= parameter.minimum &&
      number <= parameter.maximum) {
    throw InputError(place, fmt::format("'{}' is {}, beyond {:g} in magnitude", name, value.dump(), kLargest),
                     "choose units in which it is smaller");
  }
  if (number < parameter.minimum || number > parameter.maximum ||
      (parameter.minimum_excluded && number == parameter.minimum) ||
      (parameter.maximum_excluded && number == parameter.maximum)) {
    throw InputError(place,
                     fmt::format("'{}' must be {}, not {}", name, range_text(parameter),
                                 std::isinf(number) ? fmt::format("{}", number) : value.dump()),
                     parameter.minimum == parameter.maximum ? parameter.meaning : "");
  }
  if (std::isinf(number)) return number > 0 ? "inf" : "-inf";
  return number;
}

Json checked_element(const Parameter& parameter, const std::string& name, const Json& value, const Place& place) {
  if (is_word(parameter, value)) return value;
  switch (parameter.type) {
    case Type::kReal:
      return checked_real(parameter, name, value, place);
    case Type::kInteger: {
      // A float that is not finite gets the message about that, not the one about its type.
      const bool is_not_finite = value.is_number_float() && !std::isfinite(value.get<double>());
      if (!value.is_number_integer() && !is_not_finite) {
        throw_wrong_type(parameter, name, noun(parameter, false), value, place);
      }
      static_cast<void>(checked_real(parameter, name, value, place));
      return value;
    }
    case Type::kBoolean:
      if (!value.is_boolean()) throw_wrong_type(parameter, name, noun(parameter, false), value, place);
      return value;
    case Type::kChoice: {
      if (!value.is_string()) throw_wrong_type(parameter, name, noun(parameter, false), value, place);
      const auto& text = value.get_ref<const std::string&>();
      if (std::find(parameter.choices.begin(), parameter.choices.end(), text) != parameter.choices.end()) return value;
      const std::string nearest = nearest_name(text, parameter.choices);
      throw InputError(place, fmt::format("'{}' must be {}, not {}", name, noun(parameter, false), shown(value)),
                       nearest.empty() ? "" : fmt::format("did you mean '{}'?", nearest));
    }
    case Type::kString:
      if (!value.is_string()) throw_wrong_type(parameter, name, noun(parameter, false), value, place);
      return value;
    case Type::kPath:
      if (!value.is_string()) throw_wrong_type(parameter, name, noun(parameter, false), value, place);
      if (value.get_ref<const std::string&>().empty()) {
        throw InputError(place, fmt::format("'{}' is empty", name), "give the name of a file");
      }
      return value;
  }
  return value;
}

Json checked_list(const Parameter& parameter, const std::string& name, const Json& value, const Place& place) {
  if (value.empty()) throw InputError(place, fmt::format("'{}' is an empty array", name), "give at least one value");
  Json result = Json::array();
  for (std::size_t i = 0; i < value.size(); ++i) {
    result.push_back(checked_element(parameter, fmt::format("{}[{}]", name, i), value[i], place));
  }
  return result;
}

Json checked_matrix(const Parameter& parameter, const Json& value, const Place& place) {
  const std::string& name = parameter.key;
  if (value.empty()) throw InputError(place, fmt::format("'{}' is an empty array", name), "give at least one row");
  Json result = Json::array();
  for (std::size_t i = 0; i < value.size(); ++i) {
    const std::string row = fmt::format("{}[{}]", name, i);
    if (!value[i].is_array()) {
      throw InputError(place, fmt::format("'{}' must be an array of rows, but '{}' is {}", name, row, shown(value[i])),
                       fmt::format("write {} = [[...], [...]]", name.substr(name.rfind('.') + 1)));
    }
    if (value[i].size() != value[0].size()) {
      throw InputError(place, fmt::format("the rows of '{}' differ in length: row 0 has {}, row {} has {}", name,
                                          value[0].size(), i, value[i].size()));
    }
    result.push_back(checked_list(parameter, row, value[i], place));
  }
  return result;
}

Json checked_list_or_rows(const Parameter& parameter, const Json& value, const Place& place) {
  if (value.empty()) return value;
  if (!value.front().is_array()) return checked_list(parameter, parameter.key, value, place);
  Json result = Json::array();
  for (std::size_t i = 0; i < value.size(); ++i) {
    const std::string row = fmt::format("{}[{}]", parameter.key, i);
    if (!value[i].is_array()) {
      throw InputError(place, fmt::format("'{}' must be an array like its neighbours, not {}", row, shown(value[i])),
                       "give one list for all groups, or one list per group");
    }
    result.push_back(value[i].empty() ? value[i] : checked_list(parameter, row, value[i], place));
  }
  return result;
}

bool starts_with(const std::string& text, const std::string& start) {
  return text.compare(0, start.size(), start) == 0;
}

}  // namespace

std::string range_text(const Parameter& parameter) {
  if (parameter.type == Type::kChoice) {
    std::string text;
    for (std::size_t i = 0; i < parameter.choices.size(); ++i) {
      if (i > 0) text += i + 1 == parameter.choices.size() ? " or " : ", ";
      text += parameter.choices[i];
    }
    return text;
  }
  if (parameter.type != Type::kReal && parameter.type != Type::kInteger) return "";
  const bool below = std::isfinite(parameter.minimum), above = std::isfinite(parameter.maximum);
  if (below && parameter.minimum == parameter.maximum) return fmt::format("{}", parameter.minimum);
  if (below && above) {
    return fmt::format("in {}{}, {}{}", parameter.minimum_excluded ? '(' : '[', parameter.minimum, parameter.maximum,
                       parameter.maximum_excluded ? ')' : ']');
  }
  if (below) return fmt::format("{} {}", parameter.minimum_excluded ? "greater than" : "at least", parameter.minimum);
  if (above) return fmt::format("{} {}", parameter.maximum_excluded ? "less than" : "at most", parameter.maximum);
  return "";
}

std::string type_text(const Parameter& parameter) {
  switch (parameter.form) {
    case Form::kScalar:
      return noun(parameter, false);
    case Form::kList:
      return "a list of " + noun(parameter, true);
    case Form::kMatrix:
      return "an array of rows of " + noun(parameter, true);
    case Form::kScalarOrList:
      return fmt::format("{} or a list of {}", noun(parameter, false), noun(parameter, true));
    case Form::kScalarOrMatrix:
      return fmt::format("{} or an array of rows of {}", noun(parameter, false), noun(parameter, true));
    case Form::kListOrRows:
      return fmt::format("a list of {}, or one such list per group", noun(parameter, true));
  }
  return noun(parameter, false);
}

Json checked_value(const Parameter& parameter, const GivenValue& given) {
  const Json& value = given.value;
  const Place& place = given.place;
  const bool array = value.is_array();
  switch (parameter.form) {
    case Form::kScalar:
      if (array) throw_wrong_type(parameter, parameter.key, type_text(parameter), value, place);
      return checked_element(parameter, parameter.key, value, place);
    case Form::kList:
      if (!array) throw_wrong_type(parameter, parameter.key, type_text(parameter), value, place);
      return checked_list(parameter, parameter.key, value, place);
    case Form::kMatrix:
      if (!array) throw_wrong_type(parameter, parameter.key, type_text(parameter), value, place);
      return checked_matrix(parameter, value, place);
    case Form::kScalarOrList:
      if (array) return checked_list(parameter, parameter.key, value, place);
      return checked_element(parameter, parameter.key, value, place);
    case Form::kScalarOrMatrix:
      if (array) return checked_matrix(parameter, value, place);
      return checked_element(parameter, parameter.key, value, place);
    case Form::kListOrRows:
      if (!array) throw_wrong_type(parameter, parameter.key, type_text(parameter), value, place);
      return checked_list_or_rows(parameter, value, place);
  }
  return value;
}

bool is_empty_table_of(const Schema& schema, const std::string& key, const Json& value) {
  return value.is_object() && value.empty() &&
         std::any_of(schema.parameters.begin(), schema.parameters.end(),
                     [&](const Parameter& p) { return starts_with(p.key, key + "."); });
}

std::string required_mend(const Parameter& parameter) {
  const std::size_t dot = parameter.key.rfind('.');
  const std::string what = type_text(parameter);
  if (dot == std::string::npos) return fmt::format("add '{}': {}", parameter.key, what);
  return fmt::format("add '{}' below [{}]: {}", parameter.key.substr(dot + 1), parameter.key.substr(0, dot), what);
}

void throw_unknown_key(const Schema& schema, const std::string& key, const GivenValue& given) {
  std::vector<std::string> keys, same_name, same_table, tables;
  const std::string name = key.substr(key.rfind('.') + 1);
  const std::string table = key.find('.') == std::string::npos ? "" : key.substr(0, key.rfind('.'));
  for (const Parameter& parameter : schema.parameters) {
    const std::string its_name = parameter.key.substr(parameter.key.rfind('.') + 1);
    const std::string its_table =
        parameter.key.find('.') == std::string::npos ? "" : parameter.key.substr(0, parameter.key.rfind('.'));
    if (its_table == key) {
      throw InputError(given.place, fmt::format("'{}' is a table, not {}", key, shown(given.value)),
                       fmt::format("write its keys below [{}]", key));
    }
    if (starts_with(key, parameter.key + ".")) {
      throw InputError(given.place, fmt::format("'{}' must be {}, not a table", parameter.key, type_text(parameter)));
    }
    keys.push_back(parameter.key);
    if (its_name == name) same_name.push_back(parameter.key);
    if (its_table == table) same_table.push_back(its_name);
    if (!its_table.empty() && std::find(tables.begin(), tables.end(), its_table) == tables.end()) {
      tables.push_back(its_table);
    }
  }
  const bool is_table = given.value.is_object();
  const std::string what = fmt::format("unknown {} '{}'", is_table ? "table" : "key", key);
  // What stands next to it, then its namesake in another table, then anything that reads alike.
  std::string nearest = is_table ? nearest_name(key, tables) : nearest_name(name, same_table);
  if (!nearest.empty() && !is_table && !table.empty()) nearest = table + "." + nearest;
  if (nearest.empty() && same_name.size() == 1) nearest = same_name.front();
  if (nearest.empty() && !is_table) nearest = nearest_name(key, keys);
  if (!nearest.empty()) throw InputError(given.place, what, fmt::format("did you mean '{}'?", nearest));
  if (!same_table.empty()) {
    throw InputError(given.place, what, fmt::format("the keys of [{}] are {}", table, fmt::join(same_table, ", ")));
  }
  throw InputError(given.place, what, fmt::format("the tables of this system are {}", fmt::join(tables, ", ")));
}

}  // namespace limes::system

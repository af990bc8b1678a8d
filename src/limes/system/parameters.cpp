#include "limes/system/parameters.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <limits>
#include <stdexcept>

#include "limes/system/parameter_check.hpp"

namespace limes::system {

namespace {

double number(const Json& value) {
  if (value.is_string()) {
    if (value == "inf") return std::numeric_limits<double>::infinity();
    if (value == "-inf") return -std::numeric_limits<double>::infinity();
  }
  return value.get<double>();
}

[[noreturn]] void misuse(const std::string& key, const char* wanted) {
  throw std::logic_error(fmt::format("parameter '{}' is read as {}, which its schema does not promise", key, wanted));
}

}  // namespace

Parameters::Parameters(const Schema& schema, std::map<std::string, GivenValue> given, std::uint64_t seed)
    : given_(std::move(given)), seed_(seed) {
  for (auto entry = given_.begin(); entry != given_.end();) {
    if (schema.find(entry->first) != nullptr) {
      ++entry;
    } else if (is_empty_table_of(schema, entry->first, entry->second.value)) {
      entry = given_.erase(entry);
    } else {
      throw_unknown_key(schema, entry->first, entry->second);
    }
  }
  for (const Parameter& parameter : schema.parameters) {
    order_.push_back(parameter.key);
    const auto found = given_.find(parameter.key);
    if (found != given_.end()) {
      values_[parameter.key] = checked_value(parameter, found->second);
    } else if (parameter.required) {
      throw InputError(Place{.file = {}, .line = 0, .column = 0, .key = parameter.key},
                       fmt::format("'{}' is required ({})", parameter.key, parameter.meaning),
                       required_mend(parameter));
    } else if (parameter.default_value) {
      values_[parameter.key] = *parameter.default_value;
    }
  }
}

Place Parameters::place(const std::string& key) const {
  const auto found = given_.find(key);
  Place place = found == given_.end() ? Place{} : found->second.place;
  place.key = key;
  return place;
}

double Parameters::real(const std::string& key) const {
  const auto found = values_.find(key);
  if (found == values_.end() || !(found->second.is_number() || found->second.is_string())) misuse(key, "a real number");
  if (found->second.is_string() && found->second != "inf" && found->second != "-inf") misuse(key, "a real number");
  return number(found->second);
}

std::int64_t Parameters::integer(const std::string& key) const {
  const auto found = values_.find(key);
  if (found == values_.end() || !found->second.is_number_integer()) misuse(key, "an integer");
  return found->second.get<std::int64_t>();
}

bool Parameters::flag(const std::string& key) const {
  const auto found = values_.find(key);
  if (found == values_.end() || !found->second.is_boolean()) misuse(key, "a boolean");
  return found->second.get<bool>();
}

std::string Parameters::text(const std::string& key) const {
  const auto found = values_.find(key);
  if (found == values_.end() || !found->second.is_string()) misuse(key, "a text");
  return found->second.get<std::string>();
}

std::vector<double> Parameters::reals(const std::string& key) const {
  const auto found = values_.find(key);
  if (found == values_.end()) misuse(key, "a list of real numbers");
  if (!found->second.is_array()) return {real(key)};
  std::vector<double> result;
  result.reserve(found->second.size());
  for (const Json& element : found->second) {
    if (element.is_array()) misuse(key, "a list of real numbers");
    result.push_back(number(element));
  }
  return result;
}

std::vector<std::vector<double>> Parameters::matrix(const std::string& key) const {
  const auto found = values_.find(key);
  if (found == values_.end()) misuse(key, "a matrix");
  if (!found->second.is_array()) return {{real(key)}};
  std::vector<std::vector<double>> rows;
  rows.reserve(found->second.size());
  for (const Json& row : found->second) {
    if (!row.is_array()) misuse(key, "a matrix");
    std::vector<double>& numbers = rows.emplace_back();
    numbers.reserve(row.size());
    for (const Json& element : row) numbers.push_back(number(element));
  }
  return rows;
}

std::vector<std::vector<double>> Parameters::rows(const std::string& key) const {
  if (has_rows(key)) return matrix(key);
  const auto found = values_.find(key);
  if (found != values_.end() && found->second.is_array() && found->second.empty()) return {{}};
  return {reals(key)};
}

bool Parameters::has_rows(const std::string& key) const {
  const auto found = values_.find(key);
  return found != values_.end() && found->second.is_array() && !found->second.empty() &&
         found->second.front().is_array();
}

bool Parameters::is_list(const std::string& key) const {
  const auto found = values_.find(key);
  return found != values_.end() && found->second.is_array();
}

bool Parameters::is_text(const std::string& key) const {
  const auto found = values_.find(key);
  return found != values_.end() && found->second.is_string();
}

Parameters Parameters::with(const std::string& key, Json value) const {
  Parameters changed = *this;
  if (std::find(order_.begin(), order_.end(), key) == order_.end()) changed.order_.push_back(key);
  changed.values_[key] = std::move(value);
  return changed;
}

Parameters Parameters::with_seed(std::uint64_t seed) const {
  Parameters changed = *this;
  changed.seed_ = seed;
  return changed;
}

Json Parameters::resolved() const {
  Json result = Json::object();
  for (const std::string& key : order_) {
    if (!values_.contains(key)) continue;
    Json* table = &result;
    std::size_t start = 0;
    for (std::size_t dot = key.find('.'); dot != std::string::npos; dot = key.find('.', start)) {
      Json& inner = (*table)[key.substr(start, dot - start)];
      if (inner.is_null()) inner = Json::object();
      table = &inner;
      start = dot + 1;
    }
    (*table)[key.substr(start)] = values_.at(key);
  }
  return result;
}

}  // namespace limes::system

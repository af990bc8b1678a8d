#pragma once
// Parameters of a schema, written as sentences: real("network.gain", "...").symbol("g").above(0).

#include <string>
#include <utility>
#include <vector>

#include "limes/system/schema.hpp"

namespace limes::system {

class Key {
 public:
  Key(std::string key, Type type, std::string meaning) {
    parameter_.key = std::move(key);
    parameter_.type = type;
    parameter_.meaning = std::move(meaning);
  }
  Key& otherwise(Json value) { return parameter_.default_value = std::move(value), *this; }
  Key& symbol(std::string text) { return parameter_.symbol = std::move(text), *this; }
  Key& unit(std::string text) { return parameter_.unit = std::move(text), *this; }
  Key& form(Form form) { return parameter_.form = form, *this; }
  Key& least(double value) { return parameter_.minimum = value, *this; }
  Key& most(double value) { return parameter_.maximum = value, *this; }
  Key& above(double value) { return parameter_.minimum_excluded = true, least(value); }
  Key& below(double value) { return parameter_.maximum_excluded = true, most(value); }
  Key& or_infinity() { return parameter_.infinity_allowed = true, *this; }
  Key& one_of(std::vector<std::string> names) { return parameter_.choices = std::move(names), *this; }
  Key& or_word(std::string word) { return parameter_.words.push_back(std::move(word)), *this; }
  Key& quick(double value) { return parameter_.quick_maximum = value, *this; }
  Key& follows(std::vector<std::string> keys) { return parameter_.follows = std::move(keys), *this; }
  operator Parameter() const { return parameter_; }  // NOLINT(google-explicit-constructor): a finished sentence

 private:
  Parameter parameter_;
};

inline Key real(std::string key, std::string meaning) { return {std::move(key), Type::kReal, std::move(meaning)}; }
inline Key integer(std::string key, std::string meaning) {
  return {std::move(key), Type::kInteger, std::move(meaning)};
}
inline Key choice(std::string key, std::string meaning) { return {std::move(key), Type::kChoice, std::move(meaning)}; }
inline Key flag(std::string key, std::string meaning) { return {std::move(key), Type::kBoolean, std::move(meaning)}; }
inline Key text(std::string key, std::string meaning) { return {std::move(key), Type::kString, std::move(meaning)}; }
inline Key path(std::string key, std::string meaning) { return {std::move(key), Type::kPath, std::move(meaning)}; }

/// 2^53: a larger integer is not exact in every file format that carries parameters.
inline constexpr double kLargestSeed = 9007199254740992.0;

}  // namespace limes::system

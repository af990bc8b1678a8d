#pragma once
#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <vector>

#include "limes/base/errors.hpp"
#include "limes/system/schema.hpp"

namespace limes::system {

/// What a user wrote for one key, and where.
struct GivenValue {
  Json value;
  Place place;
};

/// Validated values of all keys of a schema: what was given, completed by the defaults.
class Parameters {
 public:
  Parameters() = default;

  /// Checks every given key against the schema (unknown key with the nearest name, type, form, range, finiteness,
  /// choices) and fills in defaults. Infinity is accepted as the JSON string "inf" where a key allows it.
  /// Throws InputError carrying the place of the offending value and the mend.
  Parameters(const Schema& schema, std::map<std::string, GivenValue> given, std::uint64_t seed);

  [[nodiscard]] std::uint64_t seed() const { return seed_; }
  [[nodiscard]] bool has(const std::string& key) const { return values_.contains(key); }      ///< a value or a default
  [[nodiscard]] bool is_given(const std::string& key) const { return given_.contains(key); }  ///< written by the user
  /// The place of a given key, or a place that names the key only.
  [[nodiscard]] Place place(const std::string& key) const;

  // Typed access. A missing key, or a wrong type, is a programming error (std::logic_error): the schema has checked.
  [[nodiscard]] double real(const std::string& key) const;
  [[nodiscard]] std::int64_t integer(const std::string& key) const;
  [[nodiscard]] bool flag(const std::string& key) const;
  [[nodiscard]] std::string text(const std::string& key) const;
  [[nodiscard]] std::vector<double> reals(const std::string& key) const;                ///< a scalar gives length one
  [[nodiscard]] std::vector<std::vector<double>> matrix(const std::string& key) const;  ///< rows; all of equal length
  /// Rows that may differ in length; a list without rows is the only row.
  [[nodiscard]] std::vector<std::vector<double>> rows(const std::string& key) const;
  [[nodiscard]] bool has_rows(const std::string& key) const;  ///< the value is an array of arrays
  [[nodiscard]] bool is_list(const std::string& key) const;   ///< the value is an array
  [[nodiscard]] bool is_text(const std::string& key) const;   ///< a text, or a word in place of a number

  /// A copy with one key changed (already validated by the caller's schema): second sizes, quick runs, sweeps.
  [[nodiscard]] Parameters with(const std::string& key, Json value) const;

  /// A copy with another seed: a run that must be independent of this one (a second size).
  [[nodiscard]] Parameters with_seed(std::uint64_t seed) const;

  /// Every key with a value, nested by table: what `parameters` in result.json and experiment.toml hold.
  [[nodiscard]] Json resolved() const;

 private:
  std::map<std::string, Json> values_;
  std::vector<std::string> order_;  // all keys in schema order, with or without a value
  std::map<std::string, GivenValue> given_;
  std::uint64_t seed_ = 1;
};

}  // namespace limes::system

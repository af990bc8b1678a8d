#pragma once
// TOML text to JSON values with their places. The only files of limes that know the TOML library are this and its
// source.

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "limes/system/parameters.hpp"

namespace limes::experiment {

/// The values of a TOML document, flattened: `[network] gain = 2` gives the key `network.gain`, with the line and
/// column of the key. An empty table gives an empty JSON object under its name. Dates are not among the values of
/// limes. Throws InputError with the place for a syntax error, a key that is given twice, or a date.
[[nodiscard]] std::map<std::string, system::GivenValue> read_toml(std::string_view text, const std::string& file);

/// One `--set KEY=VALUE`.
struct Override {
  std::string key;                                   ///< `coupling.total`
  std::vector<std::size_t> indices;                  ///< 0-based, of `coupling.total[0][1]`
  std::map<std::string, system::GivenValue> values;  ///< one key, or the keys of an inline table
};

/// Reads `KEY=VALUE`: the value is read as TOML; what is not TOML is a string.
/// Throws InputError for a text without `=`, an empty or malformed key.
[[nodiscard]] Override read_override(const std::string& text);

}  // namespace limes::experiment

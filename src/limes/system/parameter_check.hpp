#pragma once
// The checks of one given value against the schema, and the messages that say how to mend it.

#include <string>

#include "limes/system/parameters.hpp"
#include "limes/system/schema.hpp"

namespace limes::system {

/// The value in the form in which Parameters keeps it: reals as floating-point numbers, infinities as "inf" / "-inf".
/// Throws InputError at the given place for a wrong type or form, a value out of range, not finite, or no choice.
[[nodiscard]] Json checked_value(const Parameter& parameter, const GivenValue& given);

/// Throws the InputError for a key that the schema does not know, with the nearest name or what there is instead.
[[noreturn]] void throw_unknown_key(const Schema& schema, const std::string& key, const GivenValue& given);

/// An empty table (`[network]` with nothing below) of a name that has keys in the schema: allowed, and means nothing.
[[nodiscard]] bool is_empty_table_of(const Schema& schema, const std::string& key, const Json& value);

/// How to give a key that is required and missing: `add it below [network], e.g. size = 1000`.
[[nodiscard]] std::string required_mend(const Parameter& parameter);

/// The admissible values in words: `in [0, 1)`, `at least 1`, `tanh, erf or relu`; empty where everything is.
[[nodiscard]] std::string range_text(const Parameter& parameter);

/// What the type and the form ask for: `a real number`, `an integer, or a list of integers`.
[[nodiscard]] std::string type_text(const Parameter& parameter);

}  // namespace limes::system

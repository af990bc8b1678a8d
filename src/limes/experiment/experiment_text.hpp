#pragma once
// Experiment files written by limes: the commented start of `limes new`, and the resolved experiment of a result.

#include <cstdint>
#include <string>

#include "limes/system/parameters.hpp"
#include "limes/system/system.hpp"

namespace limes::experiment {

/// A value as TOML; the string "inf" of a number is written as TOML's inf. Floating-point numbers keep every bit.
[[nodiscard]] std::string toml_value(const system::Parameter& parameter, const system::Json& value);

/// A commented experiment with every key of the schema, defaults commented out: what `limes new` prints.
[[nodiscard]] std::string new_experiment(const system::System& system);

/// The experiment with every value explicit: what a result keeps as experiment.toml. Rerunning it gives the same bits.
[[nodiscard]] std::string resolved_experiment(const system::System& system, const system::Parameters& parameters,
                                              const std::string& title);

}  // namespace limes::experiment

#pragma once
#include <string>

#include "limes/system/outcome.hpp"

namespace limes::system {

/// A finished realisation as bytes, without loss, and back. Reading throws std::runtime_error if the bytes end early.
[[nodiscard]] std::string to_bytes(const Realisation& realisation);
[[nodiscard]] Realisation realisation_from_bytes(const std::string& bytes);

}  // namespace limes::system

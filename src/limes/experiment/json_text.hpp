#pragma once
#include <string>

#include "limes/system/schema.hpp"

namespace limes::experiment {

/// JSON for people and programs: objects indented, arrays of numbers and short objects on one line, a line feed at the
/// end. Numbers keep every bit; text that is not UTF-8 is mended by replacement characters. Numbers that are not finite
/// must have been replaced before (JSON has none; they come out as null).
[[nodiscard]] std::string json_text(const system::Json& json);

}  // namespace limes::experiment

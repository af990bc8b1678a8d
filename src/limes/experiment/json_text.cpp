#include "limes/experiment/json_text.hpp"

#include <algorithm>

namespace limes::experiment {

namespace {

using system::Json;

constexpr std::size_t kShortObject = 110;

std::string compact(const Json& json) { return json.dump(-1, ' ', false, Json::error_handler_t::replace); }

bool holds_objects(const Json& json) {
  if (json.is_object()) return true;
  return json.is_array() &&
         std::any_of(json.begin(), json.end(), [](const Json& inner) { return holds_objects(inner); });
}

void write(const Json& json, std::size_t depth, std::string& text) {
  const bool object = json.is_object();
  std::size_t plain = 0;  // members that are neither objects nor arrays
  if (object)
    plain = static_cast<std::size_t>(
        std::count_if(json.begin(), json.end(), [](const Json& m) { return m.is_primitive(); }));
  if (!holds_objects(json) || json.empty() || (object && plain == json.size() && depth > 0)) {
    const std::string line = compact(json);
    if (!object || json.empty() || line.size() <= kShortObject) {
      text += line;
      return;
    }
  }
  text += object ? "{\n" : "[\n";
  bool first = true;
  for (auto entry = json.begin(); entry != json.end(); ++entry) {
    if (!first) text += ",\n";
    first = false;
    text.append(2 * (depth + 1), ' ');
    if (object) text += compact(Json(entry.key())) + ": ";
    write(*entry, depth + 1, text);
  }
  text += '\n';
  text.append(2 * depth, ' ');
  text += object ? '}' : ']';
}

}  // namespace

std::string json_text(const Json& json) {
  std::string text;
  write(json, 0, text);
  text += '\n';
  return text;
}

}  // namespace limes::experiment

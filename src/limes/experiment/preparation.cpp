#include "limes/experiment/preparation.hpp"

#include <fmt/format.h>
#include <algorithm>
#include <cmath>
#include <optional>

namespace limes::experiment {

namespace {

using system::Json;
using system::Parameter;
using system::Parameters;

Json lowered(const Parameter& parameter, const Json& value) {
  if (value.is_array()) {
    Json result = Json::array();
    for (const Json& element : value) result.push_back(lowered(parameter, element));
    return result;
  }
  if (value == "inf" || (value.is_number() && value.get<double>() > *parameter.quick_maximum)) {
    if (parameter.type == system::Type::kInteger)
      return static_cast<std::int64_t>(std::floor(*parameter.quick_maximum));
    return *parameter.quick_maximum;
  }
  return value;
}

struct Change {
  std::string key;
  Json value;
};

std::vector<Change> quick_changes(const system::Schema& schema, const Parameters& parameters) {
  std::vector<Change> changes;
  const Json resolved = parameters.resolved();
  for (const Parameter& parameter : schema.parameters) {
    if (!parameter.quick_maximum || !parameters.has(parameter.key)) continue;
    std::string pointer = "/" + parameter.key;
    std::replace(pointer.begin(), pointer.end(), '.', '/');
    const Json& value = resolved.at(Json::json_pointer(pointer));
    const Json small = lowered(parameter, value);
    if (small != value) changes.push_back({parameter.key, small});
  }
  return changes;
}

}  // namespace

Prepared prepare(const Experiment& experiment, const system::System& system, bool quick) {
  const Parameters full = resolve(experiment, system);
  try {
    Prepared prepared{full, system.prepare(full), {}};
    prepared.parameters = prepared.model->explicit_parameters(full);
    if (!quick) return prepared;
    for (const Change& change : quick_changes(system.schema, prepared.parameters)) {
      const Parameters candidate = prepared.parameters.with(change.key, change.value);
      try {
        prepared.model = system.prepare(candidate);
      } catch (const InputError&) {
        continue;  // the values that were given belong together with this size
      }
      prepared.parameters = candidate;
      prepared.lowered.push_back(fmt::format("{} = {}", change.key, change.value.dump()));
    }
    return prepared;
  } catch (const InputError& error) {
    throw with_file(error, experiment);
  }
}

}  // namespace limes::experiment

#include "limes/experiment/preparation.hpp"

#include <fmt/format.h>
#include <algorithm>
#include <cmath>
#include <optional>

#include "limes/system/parameter_check.hpp"

namespace limes::experiment {

namespace {

using system::Json;
using system::Parameter;
using system::Parameters;

/// An array is lowered as a whole, so that its ratios (of population sizes) stay.
Json lowered_array(const Parameter& parameter, const Json& values) {
  double largest = 0.0;
  for (const Json& value : values) {
    if (!value.is_number()) return values;
    largest = std::max(largest, value.get<double>());
  }
  if (!(largest > *parameter.quick_maximum)) return values;
  Json result = Json::array();
  for (const Json& value : values) {
    const double small = value.get<double>() * *parameter.quick_maximum / largest;
    if (parameter.type == system::Type::kInteger) {
      result.push_back(static_cast<std::int64_t>(std::max(1.0, std::round(small))));
    } else {
      result.push_back(small);
    }
  }
  return result;
}

Json lowered(const Parameter& parameter, const Json& value) {
  if (value.is_array()) return lowered_array(parameter, value);
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

Json::json_pointer pointer_of(std::string key) {  // network.gain -> /network/gain
  std::replace(key.begin(), key.end(), '.', '/');
  return Json::json_pointer("/" + key);
}

/// A choice of the experiment's file that gave way, and the key of `--set` that it follows.
struct GivenWay {
  const Parameter* parameter;
  Json value;
  std::string leader;
};

/// A file may spell out a choice that follows from other keys (Parameter::follows), as a resolved one does:
/// `stimulus.kind = "none"`. Where `--set` changes such another key and not the choice, the choice is taken out of the
/// experiment if it is what the file's own values give without it. One that says something else stays, and may
/// conflict.
std::vector<GivenWay> take_out_followers(Experiment& experiment, const system::System& system) {
  const auto is_changed = [&](const std::string& key) {
    if (!experiment.overridden.contains(key)) return false;
    const auto before = experiment.before.find(key);
    return before == experiment.before.end() || before->second.value != experiment.given.at(key).value;
  };
  std::vector<GivenWay> followers;
  for (const Parameter& parameter : system.schema.parameters) {
    const auto leader = std::find_if(parameter.follows.begin(), parameter.follows.end(), is_changed);
    if (leader == parameter.follows.end() || experiment.overridden.contains(parameter.key)) continue;
    if (experiment.given.contains(parameter.key)) followers.push_back({&parameter, {}, *leader});
  }
  if (followers.empty()) return {};
  Experiment own = experiment;  // what the file alone says, without the followers
  own.given = experiment.before;
  own.overridden.clear();
  for (const GivenWay& follower : followers) own.given.erase(follower.parameter->key);
  Json derived;
  try {
    const Parameters brief = resolve(own, system);
    derived = system.prepare(brief)->explicit_parameters(brief).resolved();
  } catch (const InputError&) {
    return {};  // the file alone is no experiment: nothing follows from it
  }
  std::erase_if(followers, [&](GivenWay& follower) {
    const std::string& key = follower.parameter->key;
    follower.value = system::checked_value(*follower.parameter, experiment.given.at(key));
    const auto pointer = pointer_of(key);
    return !derived.contains(pointer) || derived.at(pointer) != follower.value;
  });
  for (const GivenWay& follower : followers) experiment.given.erase(follower.parameter->key);
  return followers;
}

std::vector<std::string> notices_of(const std::vector<GivenWay>& followers, const Parameters& parameters) {
  const Json resolved = parameters.resolved();
  std::vector<std::string> notices;
  for (const GivenWay& follower : followers) {
    const std::string& key = follower.parameter->key;
    const auto pointer = pointer_of(key);
    if (!resolved.contains(pointer) || resolved.at(pointer) == follower.value) continue;
    notices.push_back(fmt::format("--set {} makes {} = {}; the experiment's {} only followed from its other keys",
                                  follower.leader, key, resolved.at(pointer).dump(), follower.value.dump()));
  }
  return notices;
}

std::vector<Change> quick_changes(const system::Schema& schema, const Parameters& parameters) {
  std::vector<Change> changes;
  const Json resolved = parameters.resolved();
  for (const Parameter& parameter : schema.parameters) {
    if (!parameter.quick_maximum || !parameters.has(parameter.key)) continue;
    const Json& value = resolved.at(pointer_of(parameter.key));
    const Json small = lowered(parameter, value);
    if (small != value) changes.push_back({parameter.key, small});
  }
  return changes;
}

}  // namespace

Prepared prepare(const Experiment& whole, const system::System& system, bool quick) {
  Experiment experiment = whole;
  try {
    const std::vector<GivenWay> followers = take_out_followers(experiment, system);
    const Parameters full = resolve(experiment, system);
    Prepared prepared{full, system.prepare(full), {}, {}};
    prepared.parameters = prepared.model->explicit_parameters(full);
    prepared.notices = notices_of(followers, prepared.parameters);
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

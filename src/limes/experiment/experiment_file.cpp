#include "limes/experiment/experiment_file.hpp"

#include <fmt/format.h>
#include <sys/stat.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>

#include "limes/base/suggestion.hpp"
#include "limes/experiment/toml_reading.hpp"

namespace limes::experiment {

namespace {

namespace fs = std::filesystem;
using system::GivenValue;
using system::Json;
using Values = std::map<std::string, GivenValue>;

// Larger than any experiment that a person writes, matrices in coupling.values included.
constexpr std::streamsize kLargestFile = 64 << 20;

/// Changes one element of an array that was given as a whole before.
void set_element(Values& values, const Override& change) {
  const Place place{"--set " + change.key, 0, 0, change.key};
  const auto found = values.find(change.key);
  if (found == values.end() || !found->second.value.is_array()) {
    throw InputError(place, fmt::format("'{}' is not given as an array, so it has no element to set", change.key),
                     "give the whole array");
  }
  Json* element = &found->second.value;
  std::string path = change.key;
  for (const std::size_t index : change.indices) {
    if (!element->is_array()) throw InputError(place, fmt::format("'{}' is not an array", path));
    if (index >= element->size()) {
      throw InputError(place, fmt::format("'{}' has no element [{}]", path, index),
                       fmt::format("its indices are 0 to {}", static_cast<std::ptrdiff_t>(element->size()) - 1));
    }
    element = &(*element)[index];
    path += fmt::format("[{}]", index);
  }
  if (change.values.size() != 1 || !change.values.contains(change.key)) {
    throw InputError(place, fmt::format("'{}' can't be a table", path));
  }
  *element = change.values.at(change.key).value;
  found->second.place = place;
}

void apply_overrides(Values& values, const std::vector<std::string>& texts, std::set<std::string>& overridden) {
  for (const std::string& text : texts) {
    const Override change = read_override(text);
    if (!change.indices.empty()) {
      set_element(values, change);
      continue;
    }
    for (const auto& [key, value] : change.values) {
      if (!overridden.insert(key).second && values.at(key).value != value.value) {
        throw InputError(value.place, fmt::format("'{}' is set twice, to {} and to {}", key,
                                                  values.at(key).value.dump(), value.value.dump()));
      }
      values.insert_or_assign(key, value);
    }
  }
}

/// Takes a text out of the values: nullopt where it is not given.
std::optional<GivenValue> take(Values& values, const std::string& key) {
  auto node = values.extract(key);
  if (node.empty()) return std::nullopt;
  return std::move(node.mapped());
}

std::string text_of(const std::string& key, const GivenValue& given) {
  if (given.value.is_string()) return given.value.get<std::string>();
  const std::string what = given.value.is_object()  ? "a table"
                           : given.value.is_array() ? "an array"
                                                    : given.value.dump();
  throw InputError(given.place, fmt::format("'{}' must be a string, not {}", key, what),
                   given.value.is_primitive() ? fmt::format("write \"{}\"", given.value.dump()) : "");
}

std::uint64_t seed_of(const GivenValue& given) {
  if (!given.value.is_number_integer() || given.value.get<std::int64_t>() < 0) {
    const std::string what = given.value.is_structured() ? "an array or a table" : given.value.dump();
    throw InputError(given.place, fmt::format("'seed' must be an integer of at least 0, not {}", what));
  }
  return given.value.get<std::uint64_t>();
}

void refuse_misplaced(const Values& values) {
  static const std::vector<std::string> heads = {"system", "title", "seed"};
  for (const auto& [key, given] : values) {
    const std::string head = key.substr(0, key.find('.'));
    if (key == "output" && given.value.is_object() && given.value.empty()) continue;
    if (key == "output") {
      throw InputError(given.place, "'output' is a table", "write directory = \"...\" below [output]");
    }
    if (head == "output") {
      throw InputError(given.place, fmt::format("unknown key '{}'", key), "did you mean 'output.directory'?");
    }
    for (const std::string& name : heads) {
      if (head == name) throw InputError(given.place, fmt::format("'{}' must not be a table", name));
    }
    const std::string nearest = key == head && !given.value.is_object() ? nearest_name(key, heads) : "";
    if (!nearest.empty()) {
      throw InputError(given.place, fmt::format("unknown key '{}'", key), fmt::format("did you mean '{}'?", nearest));
    }
  }
}

constexpr std::array<const char*, 3> kManyRuns = {"sweep", "converge", "continue"};

bool is_about_many_runs(const std::string& key) {
  const std::string head = key.substr(0, key.find('.'));
  return std::find(kManyRuns.begin(), kManyRuns.end(), head) != kManyRuns.end();
}

/// A text, or a list of texts.
std::vector<std::string> texts_of(const std::string& key, const GivenValue& given) {
  if (given.value.is_string()) return {given.value.get<std::string>()};
  std::vector<std::string> texts;
  if (given.value.is_array()) {
    for (const Json& value : given.value) {
      if (value.is_string()) texts.push_back(value.get<std::string>());
    }
  }
  if (texts.empty() || texts.size() != given.value.size()) {
    throw InputError(given.place, fmt::format("'{}' must be a string, or a list of strings", key),
                     key.ends_with("over") ? "write, for example, over = [\"network.gain=0.5:2:0.25\"]" : "");
  }
  return texts;
}

/// Takes the tables about commands that make many runs out of the values.
std::map<std::string, ManyRuns> take_many_runs(Values& values) {
  std::map<std::string, ManyRuns> tables;
  for (auto entry = values.begin(); entry != values.end();) {
    const auto& [key, given] = *entry;
    if (!is_about_many_runs(key)) {
      ++entry;
      continue;
    }
    const std::size_t dot = key.find('.');
    const std::string table = key.substr(0, dot), name = dot == std::string::npos ? "" : key.substr(dot + 1);
    if (name.empty() && !(given.value.is_object() && given.value.empty())) {
      throw InputError(given.place, fmt::format("'{}' is a table", table),
                       fmt::format("write over = [\"KEY=VALUES\"] below [{}]", table));
    }
    if (name == "over") {
      tables[table].over = texts_of(key, given);
      tables[table].over_place = given.place;
    } else if (name == "curves" && table == "sweep") {
      tables[table].curves = texts_of(key, given);
      tables[table].curves_place = given.place;
    } else if (name == "figures" && table == "sweep") {
      tables[table].figures = texts_of(key, given);
      tables[table].figures_place = given.place;
    } else if (name == "simulate" && table == "continue") {
      if (!given.value.is_string()) {
        throw InputError(given.place, "'continue.simulate' must be a string",
                         "write the values of the parameter, for example simulate = \"5:9:0.5\"");
      }
      tables[table].simulate = given.value.get<std::string>();
    } else if (!name.empty()) {
      const std::string own = table == "sweep" ? ", curves and figures" : table == "continue" ? " and simulate" : "";
      throw InputError(given.place, fmt::format("unknown key '{}'", key),
                       fmt::format("[{}] has the key{} over{}", table, own.empty() ? "" : "s", own));
    }
    entry = values.erase(entry);
  }
  return tables;
}

/// What is left of a file for the system's schema.
Values schema_values(Values values) {
  for (const char* key : {"system", "title", "seed", "output", "output.directory"}) values.erase(key);
  std::erase_if(values, [](const auto& entry) { return is_about_many_runs(entry.first); });
  return values;
}

}  // namespace

std::string experiment_file_text(const std::string& file) {
  const Place place{.file = file, .line = 0, .column = 0, .key = {}};
  std::error_code error;
  const fs::file_status status = fs::status(file, error);
  if (status.type() == fs::file_type::not_found) {
    throw InputError(place, "no such file", "`limes new SYSTEM > my.toml` writes one to start from");
  }
  if (fs::is_directory(status)) throw InputError(place, "is a folder, not an experiment file");
  std::ifstream stream(file, std::ios::binary);
  if (!stream) throw InputError(place, fmt::format("can't be read: {}", std::strerror(errno)));
  std::string text;
  std::array<char, 65536> block{};
  while (stream.read(block.data(), block.size()) || stream.gcount() > 0) {
    text.append(block.data(), static_cast<std::size_t>(stream.gcount()));
    if (static_cast<std::streamsize>(text.size()) > kLargestFile) {
      throw InputError(place, "is larger than 64 MiB, which no experiment file is",
                       "give large matrices by coupling.file");
    }
  }
  if (stream.bad()) throw InputError(place, fmt::format("can't be read: {}", std::strerror(errno)));
  return text;
}

Experiment read_experiment_text(const std::string& text, const std::string& file,
                                const std::vector<std::string>& overrides, std::optional<std::uint64_t> seed) {
  Experiment experiment;
  experiment.file = file;
  experiment.folder = fs::absolute(file.empty() ? fs::path("x") : fs::path(file)).parent_path().string();
  Values values = read_toml(text, file);
  if (!overrides.empty()) experiment.before = schema_values(values);
  apply_overrides(values, overrides, experiment.overridden);

  const auto system = take(values, "system");
  if (const auto title = take(values, "title")) experiment.title = text_of("title", *title);
  if (const auto given = take(values, "seed")) {
    experiment.seed = seed_of(*given);
    if (seed && experiment.overridden.contains("seed") && *seed != experiment.seed) {
      throw InputError(fmt::format("conflicting options --seed {} and --set seed={}", *seed, experiment.seed),
                       "give one of them");
    }
  }
  experiment.seed = seed.value_or(experiment.seed);
  if (const auto directory = take(values, "output.directory")) {
    experiment.output_directory = text_of("output.directory", *directory);
    if (experiment.output_directory->empty()) throw InputError(directory->place, "'output.directory' is empty");
  }
  experiment.many_runs = take_many_runs(values);
  refuse_misplaced(values);
  values.erase("output");
  if (!system) {
    throw InputError(Place{.file = file, .line = 0, .column = 0, .key = "system"}, "no key 'system'",
                     "its first line should be, for example, system = \"rate.discrete\"; `limes list` names all");
  }
  experiment.system = text_of("system", *system);
  experiment.system_place = system->place;
  experiment.given = std::move(values);
  return experiment;
}

Experiment read_experiment(const std::string& file, const std::vector<std::string>& overrides,
                           std::optional<std::uint64_t> seed) {
  return read_experiment_text(file.empty() ? "" : experiment_file_text(file), file, overrides, seed);
}

InputError with_file(const InputError& error, const Experiment& experiment) {
  Place place = error.place();
  if (!place.file.empty() || experiment.file.empty()) return error;
  place.file = experiment.file;
  return InputError(place, error.message(), error.mend());
}

system::Parameters resolve(const Experiment& experiment, const system::System& system) {
  Values values = experiment.given;
  for (auto& [key, given] : values) {
    const system::Parameter* parameter = system.schema.find(key);
    if (parameter == nullptr || parameter->type != system::Type::kPath || !given.value.is_string()) continue;
    const fs::path path = given.value.get<std::string>();
    if (path.empty() || path.is_absolute()) continue;
    const fs::path base = experiment.overridden.contains(key) ? fs::current_path() : fs::path(experiment.folder);
    given.value = (base / path).string();
  }
  try {
    return system::Parameters(system.schema, std::move(values), experiment.seed);
  } catch (const InputError& error) {
    throw with_file(error, experiment);
  }
}

}  // namespace limes::experiment

#include "limes/experiment/theory_once.hpp"

#include <memory>
#include <mutex>
#include <vector>

#include "limes/experiment/theory_archive.hpp"

namespace limes::experiment {

namespace {

using system::Context;
using system::Json;
using system::Parameters;

/// Solved theories by the value that they were solved for.
class SolvedTheories {
 public:
  explicit SolvedTheories(system::CheckpointStore* store) : store_(store) {
    for (std::size_t i = 0; store_ != nullptr && i < 2; ++i) {
      const auto bytes = store_->load(name(i));
      const std::size_t end = bytes ? bytes->find('\n') : std::string::npos;
      if (end == std::string::npos) break;
      solved_.emplace_back(bytes->substr(0, end), bytes->substr(end + 1));
    }
  }

  /// The theory for this value, if it is known.
  [[nodiscard]] std::optional<system::TheoryOutcome> find(const std::string& value) const {
    const std::lock_guard lock(mutex_);
    for (const auto& [solved_for, archive] : solved_) {
      if (solved_for == value) return theory_from_archive(archive);
    }
    if (solved_.size() < 2 || solved_[0].second != solved_[1].second) return std::nullopt;
    return theory_from_archive(solved_[0].second);
  }

  void add(const std::string& value, const system::TheoryOutcome& outcome) {
    const std::lock_guard lock(mutex_);
    if (solved_.size() >= 2) return;
    solved_.emplace_back(value, archived(outcome));
    if (store_ != nullptr) store_->save(name(solved_.size() - 1), value + "\n" + solved_.back().second);
  }

 private:
  static std::string name(std::size_t index) { return "theory " + std::to_string(index); }

  system::CheckpointStore* store_;
  mutable std::mutex mutex_;
  std::vector<std::pair<std::string, std::string>> solved_;
};

class Model : public system::Model {
 public:
  Model(std::unique_ptr<system::Model> model, std::string value, std::shared_ptr<SolvedTheories> solved)
      : model_(std::move(model)), value_(std::move(value)), solved_(std::move(solved)) {}

  [[nodiscard]] system::TheoryOutcome theory(const Context& context) const override {
    if (auto known = solved_->find(value_)) return *std::move(known);
    system::TheoryOutcome outcome = model_->theory(context);
    if (outcome.status == system::Status::kOk) solved_->add(value_, outcome);
    return outcome;
  }
  [[nodiscard]] system::SimulationOutcome simulate(const Context& context) const override {
    return model_->simulate(context);
  }
  [[nodiscard]] std::unique_ptr<system::Model> surrogate_ensemble() const override {
    return model_->surrogate_ensemble();
  }
  [[nodiscard]] Parameters explicit_parameters(const Parameters& parameters) const override {
    return model_->explicit_parameters(parameters);
  }

 private:
  std::unique_ptr<system::Model> model_;
  std::string value_;
  std::shared_ptr<SolvedTheories> solved_;
};

/// The value of `key`, on one line.
std::string value_of(const Parameters& parameters, const std::string& key) {
  Json::json_pointer pointer;
  std::size_t start = 0;
  for (std::size_t dot = key.find('.'); dot != std::string::npos; dot = key.find('.', start)) {
    pointer /= key.substr(start, dot - start);
    start = dot + 1;
  }
  pointer /= key.substr(start);
  const Json resolved = parameters.resolved();
  return resolved.contains(pointer) ? resolved.at(pointer).dump() : "";
}

}  // namespace

system::System with_theory_once(const system::System& system, const std::string& key, system::CheckpointStore* store) {
  system::System once = system;
  once.prepare = [prepare = system.prepare, key, solved = std::make_shared<SolvedTheories>(store)](
                     const Parameters& parameters) -> std::unique_ptr<system::Model> {
    return std::make_unique<Model>(prepare(parameters), value_of(parameters, key), solved);
  };
  return once;
}

}  // namespace limes::experiment

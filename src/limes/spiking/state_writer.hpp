#pragma once
// How what is known of one state of the replica limit becomes named results.

#include <string>
#include <utility>
#include <vector>

#include "limes/spiking/spiking_description.hpp"
#include "limes/system/outcome.hpp"

namespace limes::spiking {

/// Some neuron hears another.
[[nodiscard]] bool has_connections(const SpikingNetwork& network);

/// Names what is known of one state.
class StateWriter {
 public:
  /// `outcome` must stay alive.
  StateWriter(const SpikingDescription& description, std::string branch, system::TheoryOutcome& outcome);

  void exact(const std::string& name, system::Tensor value, system::Tensor error = {}) {
    outcome_.quantities.push_back({name, branch_, std::move(value), std::move(error), true, ""});
  }
  /// What the network itself need not meet.
  void of_replicas(const std::string& name, system::Tensor value, system::Tensor error = {}) {
    outcome_.quantities.push_back({name, branch_, std::move(value), std::move(error), reason_.empty(), reason_});
  }
  /// What is measured while a state is held.
  void conditional(const std::string& name, system::Tensor value, system::Tensor error = {});
  void conditional_curve(const std::string& name, std::vector<system::Axis> axes, system::Tensor values);
  void exact_curve(const std::string& name, std::vector<system::Axis> axes, system::Tensor values) {
    outcome_.curves.push_back({name, branch_, std::move(axes), std::move(values)});
  }
  /// What the network itself need not meet.
  void curve_of_replicas(const std::string& name, std::vector<system::Axis> axes, system::Tensor values,
                         system::Tensor error = {});
  void warn(const std::string& text) { outcome_.warnings.push_back(branch_ + ": " + text); }

 private:
  std::string branch_;
  system::TheoryOutcome& outcome_;
  std::string reason_;  // why the network itself need not meet the limit; empty: it must
};

/// The axis of results with one value per group.
[[nodiscard]] system::Axis group_axis(std::size_t groups, const std::string& name = "group");

}  // namespace limes::spiking

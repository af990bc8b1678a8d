#include "limes/spiking/state_writer.hpp"

namespace limes::spiking {

bool has_connections(const SpikingNetwork& network) {
  for (std::size_t a = 0; a < network.groups.size(); ++a) {
    for (std::size_t c = 0; c < network.groups.size(); ++c) {
      const bool weighted = network.weights(static_cast<Eigen::Index>(a), static_cast<Eigen::Index>(c)) != 0.0;
      if (weighted && network.connections(a, c) > 0) return true;
    }
  }
  return false;
}

StateWriter::StateWriter(const SpikingDescription& description, std::string branch, system::TheoryOutcome& outcome)
    : branch_(std::move(branch)), outcome_(outcome) {
  const bool network_itself = description.replicas.size() == 1 && description.replicas[0] == 1;
  if (network_itself && has_connections(description.network)) {
    reason_ = "the limit of many replicas neglects the correlations of the inputs of a network (M = 1)";
  }
}

namespace {

constexpr const char* kHeld =
    "a pseudo-equilibrium of a finite network: correlations and the end of the visits shift it from the limit";

}  // namespace

void StateWriter::conditional(const std::string& name, system::Tensor value, system::Tensor error) {
  outcome_.quantities.push_back({name, branch_, std::move(value), std::move(error), false, kHeld});
}

void StateWriter::conditional_curve(const std::string& name, std::vector<system::Axis> axes, system::Tensor values) {
  system::TheoryCurve curve{name, branch_, std::move(axes), std::move(values)};
  curve.valid = false;
  curve.reason = kHeld;
  outcome_.curves.push_back(std::move(curve));
}

void StateWriter::curve_of_replicas(const std::string& name, std::vector<system::Axis> axes, system::Tensor values,
                                    system::Tensor error) {
  system::TheoryCurve curve{name, branch_, std::move(axes), std::move(values)};
  curve.error = std::move(error);
  curve.valid = reason_.empty();
  curve.reason = reason_;
  outcome_.curves.push_back(std::move(curve));
}

system::Axis group_axis(std::size_t groups, const std::string& name) {
  system::Axis axis{name, "1", {}};
  for (std::size_t a = 0; a < groups; ++a) axis.values.push_back(static_cast<double>(a));
  return axis;
}

}  // namespace limes::spiking

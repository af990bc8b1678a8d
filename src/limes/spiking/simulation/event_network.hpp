#pragma once
// A network as the event-driven simulation uses it: constant tables, shared by all its runs.

#include <Eigen/Core>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "limes/coupling/matrix.hpp"
#include "limes/spiking/spiking_network.hpp"

namespace limes::spiking {

/// M replicas of K units. Unit i of replica m is neuron m K + i. States are kept as y, which decays to 0: the
/// log-intensity above rest (exponential), the intensity above rest (linear).
///
/// Weights by group are kept by group, except among many small groups in one replica, where single connections are
/// quicker.
struct EventNetwork {
  /// `matrix`: the weights by unit, K x K (row = target; the diagonal has no effect), or null for those of the groups.
  /// Throws std::invalid_argument on sizes that do not fit together.
  EventNetwork(const SpikingNetwork& network, const coupling::Matrix* matrix, std::size_t replicas);

  /// Up to here one pass over all neurons of a network is the quickest way of doing anything.
  static constexpr std::size_t kSmall = 64;

  Intensity intensity = Intensity::kExponential;
  std::size_t units = 0;
  std::size_t replicas = 1;
  std::vector<double> base;                ///< per unit: Lam, or b (0 where tau is infinite: then y is the intensity)
  std::vector<double> reset;               ///< per unit: y after an own spike
  std::vector<std::uint32_t> clock;        ///< per unit: index of its time constant
  std::vector<double> clock_rate;          ///< 1/tau of each different time constant
  std::vector<double> relaxation;          ///< per unit: 1/tau
  std::vector<std::size_t> group_borders;  ///< first unit of each group, and K
  std::vector<std::uint32_t> group_of;     ///< per unit

  /// A spike goes to whole groups of neurons, else along connections.
  bool grouped = true;
  /// Of source group c where `grouped`: the groups that hear it, and with which weight.
  struct HearingGroup {
    std::uint32_t group = 0;
    double weight = 0.0;
  };
  std::vector<std::vector<HearingGroup>> hearers;
  /// Connections where not `grouped`: source j has the targets row[j], ..., row[j + 1] - 1.
  std::vector<std::size_t> row;
  std::vector<std::uint32_t> target;
  std::vector<double> weight;

  /// All Poisson inputs of one kind to all neurons of a group.
  struct Input {
    std::size_t first_unit = 0;
    std::size_t unit_count = 0;
    double weight = 0.0;
    double rates_up_to = 0.0;  ///< summed over neurons, replicas, and all inputs up to this one
  };
  std::vector<Input> inputs;
  double input_rate = 0.0;  ///< over all inputs

  /// Bounds are this much larger than they need to be; any value >= 1 gives the same process in law.
  double bound_factor = 1.0;

  /// All neurons of a group hear the same.
  [[nodiscard]] bool pooled() const { return grouped && replicas == 1; }
  [[nodiscard]] std::size_t neurons() const { return units * replicas; }
  [[nodiscard]] std::size_t groups() const { return group_borders.size() - 1; }
};

}  // namespace limes::spiking

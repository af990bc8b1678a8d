#pragma once
// Parameters of `spiking.replica` -> a plain struct.

#include <Eigen/Core>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "limes/coupling/matrix.hpp"
#include "limes/spiking/spiking_network.hpp"
#include "limes/system/parameters.hpp"

namespace limes::spiking {

/// How metastable states are told apart (note section 4). Lengths in units of the longest finite time constant.
struct DetectionOptions {
  double filter = 2.0;                      ///< time constant of the causal exponential filter
  double bin = 0.25;                        ///< width of the bins in which spikes are counted
  std::vector<std::vector<double>> states;  ///< rates by group of the states to look for; empty: those of the theory
};

enum class SimulationMethod {
  kDirect,       ///< runs of the network, as long as asked
  kForwardFlux,  ///< rates of leaving a state, by forward flux sampling
};

struct SimulationOptions {
  SimulationMethod method = SimulationMethod::kDirect;
  std::size_t trials = 1000;  ///< forward flux: trajectories from each interface
  double duration = 1000.0;   ///< measured, after the transient
  double transient = 20.0;
  int realisations = 10;
  std::vector<double> initial;  ///< per group: y (exponential), intensity (linear) that every neuron starts from
};

struct SpikingDescription {
  SpikingNetwork network;  ///< with a matrix of weights by neuron: `weights` is that matrix if every group is one
                           ///< neuron, else empty
  std::shared_ptr<const coupling::Matrix> matrix;  ///< weights by neuron, or null
  std::string matrix_origin;                       ///< the file, or "coupling.values"
  std::vector<std::size_t> replicas{1};            ///< M, 1: the network itself
  bool replica_list = false;                       ///< given as a list: results carry the label replicas-M
  DetectionOptions detection;
  SimulationOptions simulation;
  TheorySolver solver = TheorySolver::kBackward;
  bool time_dependent = false;  ///< theory.kind: rates from the initial state on instead of stationary states
  double horizon = 20.0;        ///< of the time-dependent theory, and of the simulated trajectory beside it
  std::uint64_t seed = 1;
  std::vector<std::string> warnings;

  [[nodiscard]] std::size_t units() const;
  /// The longest finite time constant; 1 where there is none.
  [[nodiscard]] double time_scale() const;
};

/// Reads the weight file, if there is one, and checks every combination of keys (note section 3). Throws InputError
/// with the place and the mend.
[[nodiscard]] SpikingDescription describe(const system::Parameters& parameters);

/// `parameters` with the sizes that follow from a weight file filled in.
[[nodiscard]] system::Parameters complete_parameters(const system::Parameters& parameters,
                                                     const SpikingDescription& description);

}  // namespace limes::spiking

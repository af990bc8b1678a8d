#pragma once
// The network of `rate.renormalized` and how it is solved and simulated, as plain values.

#include "limes/rate/rate_description.hpp"
#include "limes/rate/renormalized/theory/loop_equations.hpp"

namespace limes::rate::renormalized {

/// The highest order that the theory solves.
enum class Order { kMeanField, kOneLoop, kOneLoopCross, kOneLoopFeedback };

/// Steps of the simulation: `scheme.hpp`.
enum class Integrator { kRungeKutta4, kEuler, kHeun, kExponential };

struct RenormalizedDescription {
  RateDescription network;  ///< one population, continuous time, no thresholds, no stimulus
  Order order = Order::kOneLoopFeedback;
  bool gain_spread = false;    ///< equation (7) in the loop branches
  std::optional<double> lags;  ///< longest lag of the theory's curves
  Integrator integrator = Integrator::kExponential;
  double measured_lags = 20.0;  ///< longest lag of the measured curves
  int trajectories = 16;        ///< per network: noise paths, or initial states without noise
  bool paired = false;          ///< each network is also run with its mean coupling taken off

  [[nodiscard]] const Population& population() const { return network.population(); }
  /// gbar and g: of a given matrix its own.
  [[nodiscard]] double coupling_mean() const { return network.coupling.mean(0, 0); }
  [[nodiscard]] double coupling_deviation() const { return network.coupling.deviation(0, 0); }
  [[nodiscard]] bool has_given_matrix() const { return network.coupling.kind == CouplingDescription::Kind::kGiven; }
};

/// Reads the files and checks every combination of keys. Throws InputError with the key's place.
[[nodiscard]] RenormalizedDescription describe_renormalized(const system::Parameters& parameters);

/// The parameters with the defaults that depend on other keys filled in.
[[nodiscard]] system::Parameters complete_renormalized(const system::Parameters& parameters,
                                                       const RenormalizedDescription& description);

/// The same system at half its size with four times the realisations; none where a matrix is fixed or too small.
[[nodiscard]] std::optional<system::Parameters> half_renormalized(const system::Parameters& parameters);

/// What the theory knows, at an order.
[[nodiscard]] LoopModel loop_model(const RenormalizedDescription& description, Order order);

}  // namespace limes::rate::renormalized

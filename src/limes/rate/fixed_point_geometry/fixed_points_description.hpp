#pragma once
// What `rate.fixed_points` is about, as plain values: its parameters after files were read and keys were checked.

#include "limes/rate/rate_description.hpp"

namespace limes::rate::fixed_points {

struct SearchOptions {
  std::int64_t starts = 20000;  ///< budget of one network
  double coverage = 0.99;       ///< where the search may end
};

/// Grids of the histograms: functions of the parameters alone, so that theory and simulation share them.
struct Grids {
  std::vector<double> component;  ///< edges, symmetric about 0
  std::vector<double> shell;      ///< edges
  std::vector<double> radius;     ///< points
};

struct FixedPointsDescription {
  /// The network as rate.continuous knows it: du/dt = -u + J f(u) - theta, theta = -eta; trajectory and draws are its.
  RateDescription network;
  double field_variance = 0.0;         ///< D of random couplings
  bool activity = false;               ///< results are about r = f(u)
  double scale = 1.0;                  ///< g, or of a given matrix sqrt(sum J_ij^2 / N): the size of its fields
  std::optional<std::size_t> samples;  ///< of the Kac-Rice sampling
  SearchOptions search;
  double spacing = 2.0;  ///< of snapshots, in tau
  int spectra = 200;     ///< fixed points of a network with eigenvalues, at most
  int lines = 40;        ///< fixed points from which lines are followed, at most
  Grids grids;

  [[nodiscard]] std::size_t size() const { return network.size(); }
  /// The couplings are those of the theory's ensemble (drawn anew, or one portable draw).
  [[nodiscard]] bool is_random() const { return network.coupling.kind == CouplingDescription::Kind::kGaussian; }
};

/// Throws InputError with the key's place.
[[nodiscard]] FixedPointsDescription describe_fixed_points(const system::Parameters& parameters);

/// `parameters` with every default that depends on other keys or on a file filled in.
[[nodiscard]] system::Parameters complete_parameters(const system::Parameters& parameters,
                                                     const FixedPointsDescription& description);

}  // namespace limes::rate::fixed_points

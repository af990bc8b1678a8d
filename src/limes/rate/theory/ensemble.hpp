#pragma once
#include "limes/transfer/transfer.hpp"

namespace limes::rate::theory {

/// What the limit theory of one population with iid couplings knows of the network (note rate-networks, sections 1, 2):
/// E J_ij = coupling_mean/N, Var J_ij = coupling_deviation^2/N, theta_i ~ N(threshold_mean, threshold_deviation^2).
struct Ensemble {
  transfer::Transfer transfer;
  double leak = 0.0;  ///< gamma in [0, 1); 0 in continuous time
  double coupling_mean = 0.0;
  double coupling_deviation = 1.0;
  double threshold_mean = 0.0;
  double threshold_deviation = 0.0;
  double noise_deviation = 0.0;  ///< sigma, discrete time
  double noise_intensity = 0.0;  ///< D, continuous time: <xi xi'> = 2 D delta

  [[nodiscard]] double coupling_variance() const { return coupling_deviation * coupling_deviation; }
  [[nodiscard]] double threshold_variance() const { return threshold_deviation * threshold_deviation; }
  [[nodiscard]] double noise_variance() const { return noise_deviation * noise_deviation; }
};

}  // namespace limes::rate::theory

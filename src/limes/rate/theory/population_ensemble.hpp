#pragma once
#include <Eigen/Core>
#include <cstddef>
#include <vector>

#include "limes/rate/theory/ensemble.hpp"
#include "limes/transfer/transfer.hpp"

namespace limes::rate::theory {

/// What belongs to the neurons of one population (note 4.2).
struct Population {
  transfer::Transfer transfer;
  double leak = 0.0;  ///< gamma in [0, 1); 0 in continuous time
  double threshold_mean = 0.0;
  double threshold_deviation = 0.0;  ///< of what is independent between neurons; a common offset goes into the mean
  double noise_deviation = 0.0;      ///< sigma, discrete time
  double noise_intensity = 0.0;      ///< D, continuous time: <xi xi'> = 2 D delta
  double initial_mean = 0.0;         ///< u(0) ~ N(initial_mean, initial_variance)
  double initial_variance = 1.0;
  double share = 1.0;  ///< N_a/N, for averages over the network; the equations do not need it

  [[nodiscard]] double threshold_variance() const { return threshold_deviation * threshold_deviation; }
};

/// P populations with couplings of any of the ensembles whose field is Gaussian (note 4.2, 4.3):
///   field mean        M_a = sum_b coupling_mean(a,b) m_b - thetabar_a
///   field covariance  Gam_a(t,s) = sum_b second_moment(a,b) C_b(t,s) + centred(a,b) [C_b(t,s) - m_b(t) m_b(s)]
///                                  + sigma_theta,a^2 + sigma_a^2 delta_ts,      C_b = E f f', m_b = E f.
/// Row = target population, as everywhere.
struct PopulationEnsemble {
  std::vector<Population> populations;
  Eigen::MatrixXd coupling_mean;  ///< Jbar_ab: E J_ij = Jbar_ab/N_b
  Eigen::MatrixXd second_moment;  ///< J_ab^2; Bernoulli: plus `degree_variance`
  Eigen::MatrixXd centred;        ///< fixed in-degree: `degree_variance`; else 0

  [[nodiscard]] std::size_t size() const { return populations.size(); }
};

/// (Jbar^2/K)(1 - K/N): what a random choice of K of N inputs of total weight Jbar adds to the variance of the field
/// (note 4.3). Throws InputError unless 0 < K <= N.
[[nodiscard]] double degree_variance(double coupling_mean, double degree, double size);

/// `count` populations with no couplings, matrices of zeros.
[[nodiscard]] PopulationEnsemble uncoupled(std::size_t count);

/// One population with iid couplings.
[[nodiscard]] PopulationEnsemble one_population(const Ensemble& ensemble, double initial_mean, double initial_variance);

/// Throws InputError, naming the population or entry, for no population, a matrix of another shape, a number that is
/// not finite, a leak outside [0, 1), a negative deviation, intensity, variance or coefficient.
void require_valid(const PopulationEnsemble& ensemble);

}  // namespace limes::rate::theory

#pragma once
#include <Eigen/Core>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "limes/base/interruption.hpp"
#include "limes/rate/theory/population_ensemble.hpp"

namespace limes::rate::theory {

struct SymmetricOptions {
  std::size_t samples = 20000;  ///< paths
  std::uint64_t seed = 1;
  std::uint32_t repeat = 0;  ///< names an independent set of random numbers
};

/// Estimates from one set of paths; times 0 .. horizon, (horizon + 1)^2 matrices.
struct TwoTimeSymmetric {
  std::vector<double> mean, variance, mean_output;
  Eigen::MatrixXd covariance;   ///< Cov(u(t), u(s))
  Eigen::MatrixXd correlation;  ///< C(t,s) = E f(u(t)) f(u(s))
  Eigen::MatrixXd response;     ///< R(t,s) = E d f(u(t))/d h(s), zero for s >= t
};

/// The two-time theory of the map with partially symmetric couplings, Cov(J_ij, J_ji) = eta J^2/N (Marti, Brunel,
/// Ostojic 2018; note 4.3): a neuron hears itself through its neighbours and is no longer Gaussian,
///   u(t+1) = gamma u(t) + Jbar m(t) - thetabar + h(t) + eta J^2 sum_{r<t} R(t,r) f(u(r)),
///   Cov(h(t), h(s)) = J^2 C(t,s) + sigma_theta^2 + sigma^2 delta_ts,   R(t,r) = E f'(u(t)) chi(t,r),
///   chi(t+1,r) = gamma chi(t,r) + delta_tr + eta J^2 sum_{r<q<t} R(t,q) f'(u(q)) chi(q,r),  chi = du/dh.
/// One causal pass over sample paths: C and R at time t are means over paths, the Cholesky factor of the covariance of
/// h grows by a row. Errors fall as samples^-1/2, with a bias of order 1/samples (the paths drive themselves): compare
/// independent repeats. samples horizon^2/2 doubles, samples horizon^3/6 multiply-adds. Throws InputError for more than
/// one population, |eta| > 1 or no samples; DivergenceError where a path leaves 1e8; InterruptedError.
[[nodiscard]] TwoTimeSymmetric two_time_symmetric(const PopulationEnsemble& ensemble, double symmetry,
                                                  std::size_t horizon, const SymmetricOptions& options,
                                                  const StopToken& stop = {});

}  // namespace limes::rate::theory

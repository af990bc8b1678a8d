#pragma once
// The expected number of fixed points of networks of finite size by importance sampling of the Kac-Rice formula (note
// fixed-points.md, equation (2)).

#include <cstdint>
#include <vector>

#include "limes/base/interruption.hpp"
#include "limes/compute/threads.hpp"
#include "limes/rate/fixed_point_geometry/theory/component_law.hpp"

namespace limes::rate::fixed_points {

struct Estimated {
  double value = 0.0;
  double error = 0.0;  ///< standard error of the Monte-Carlo mean
};

struct KacRiceOptions {
  std::size_t size = 30;
  std::size_t samples = 20000;
  std::uint64_t seed = 1;
  std::vector<double> shell_edges = {};      ///< of the histogram of |x|^2/N; empty: none
  std::vector<double> component_edges = {};  ///< of the histogram of x_i; empty: none
  std::size_t spectra = 0;                   ///< samples whose eigenvalues are computed (the first ones; 10 N^3 each)
  std::vector<double> radii = {};            ///< where the fraction of eigenvalues within is wanted
};

/// Averages over all fixed points but x = 0 of networks of this size, each counted once (both members of a pair).
struct KacRice {
  Estimated count;                       ///< mean number per network
  Estimated signed_count;                ///< sum of the signs of det(1 - J diag(phi')): exactly 1 for D > 0
  Estimated output_second_moment;        ///< |phi|^2/N
  Estimated state_second_moment;         ///< |x|^2/N
  std::vector<Estimated> shell_density;  ///< of |x|^2/N, in the bins
  std::vector<Estimated> component_density;
  Estimated jacobian_radius;  ///< sqrt(sum_ij (J_ij phi'_j)^2 / N); this and the following from the spectra
  Estimated outside_fraction, unstable_fraction;
  std::vector<Estimated> within;   ///< fraction of eigenvalues of J diag phi' with |lambda| < r
  double effective_samples = 0.0;  ///< (sum w)^2 / sum w^2
};

/// x is drawn from a mixture over c of independent components with the law that belongs to c (constrained_law.hpp),
/// which covers all norms; a pilot run of a tenth of the samples finds the weights of the mixture. For each x couplings
/// are drawn and conditioned exactly on F(x) = 0, J = J0 + (x - J0 phi - eta0) phi^T (g^2/N)/sigma^2, sigma^2 =
/// g^2 |phi|^2/N + D; the weight is prod N(x_i; 0, sigma^2) |det(-1 + J diag phi')| over the density of the mixture.
/// D > 0: the signed count, whose mean is known, is a control variate. The same bits for every number of threads.
/// Throws InputError, ConvergenceError, InterruptedError.
[[nodiscard]] KacRice sample_kac_rice(const Ensemble& ensemble, const KacRiceOptions& options,
                                      compute::Threads& threads, const StopToken& stop = {});

}  // namespace limes::rate::fixed_points

#pragma once
// The quenched mean field: one concrete coupling matrix, no ensemble (theory note rate-networks 4.3b).
//
// Each neuron is Gaussian in time with its own mean mu_i and its own autocovariance D_i(k), v_i = D_i(0):
//   (1 - gamma) mu_i = sum_j J_ij m_j - theta_i,                            m_j = E f(u_j), u_j ~ N(mu_j, v_j),
//   (1 + gamma^2) D_i(k) - gamma (D_i(k+1) + D_i(k-1)) = sum_j J_ij^2 [C_j(D_j(k)) - m_j^2] + sigma^2 delta_k0,
// C_j(D) = E f(u_j(t)) f(u_j(t+k)); in continuous time (gamma = 0 in the first line)
//   D_i(s) - D_i''(s) = sum_j J_ij^2 [C_j(D_j(s)) - m_j^2],   D_i'(0+) = -D   (intensity D).
// At gamma = 0 only v_i is left: D_i(k) = 0 for k >= 1. What is frozen stands in mu_i, so that all D_i decay to 0.
// Neglected: the covariances between neurons, and what is not Gaussian in a field of few inputs.

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "limes/base/interruption.hpp"
#include "limes/coupling/matrix.hpp"
#include "limes/rate/given_matrix/coupling_products.hpp"
#include "limes/transfer/transfer.hpp"

namespace limes::rate::given_matrix {

inline constexpr std::string_view kQuenchedDescription =
    "quenched mean field: each neuron Gaussian with its own mean and variance; ignores correlations between neurons";

struct QuenchedProblem {
  const coupling::Matrix* coupling = nullptr;  ///< N x N, outlives every use of the problem
  transfer::Transfer transfer;
  bool continuous = false;
  double leak = 0.0;              ///< gamma in [0, 1); 0 in continuous time
  std::vector<double> threshold;  ///< theta_i, N values; empty: all 0
  double noise_variance = 0.0;    ///< sigma^2, discrete time
  double noise_intensity = 0.0;   ///< D, continuous time: <xi xi'> = 2 D delta
  /// Its entrywise square, shared by all who solve the problem; made where it is missing.
  std::shared_ptr<const CouplingSquares> squares = {};
};

struct QuenchedOptions {
  double tolerance = 1e-10;    ///< on the residual, see QuenchedState::residual
  int max_iterations = 600;    ///< evaluations of the equations per start
  int pattern_starts = 6;      ///< starts along random sign patterns of the leading eigenvectors
  double merge_within = 1e-5;  ///< states whose means and deviations differ by less, relative to the largest, are one
  bool exponents = true;
  StopToken stop;  ///< a stop request throws InterruptedError
};

struct QuenchedState {
  std::vector<double> mean;      ///< mu_i: mean of u_i over time
  std::vector<double> variance;  ///< v_i: variance of u_i over time
  /// Largest violation of the equations, relative to the largest |mu_i| and v_i (at least 1).
  double residual = 0.0;
  int iterations = 0;  ///< evaluations of the equations
  bool converged = false;
  /// gamma = 0: the map (mu, v) -> (mu', v') of the equations, which is the mean field's dynamics, contracts around the
  /// state. gamma > 0 and continuous time: exponent_coherent < 0 (the means; their coupling to the variances is left
  /// out).
  bool stable = false;
  double stability_eigenvalue = 0.0;  ///< exp(exponent_coherent)

  double population_mean = 0.0;      ///< mean over neurons of mu_i
  double population_variance = 0.0;  ///< variance over neurons of u: mean of v_i + frozen_variance
  double frozen_variance = 0.0;      ///< variance over neurons of mu_i
  double mean_output = 0.0;          ///< mean over neurons of E f(u_i)

  std::vector<double> lags;        ///< the grid of lags of D_i, 0 first (gamma = 0: 0 alone)
  std::vector<double> covariance;  ///< mean over neurons of D_i at these lags
  std::vector<double>
      lag_covariances;    ///< D_i at these lags: neuron i, lag l at i * lags.size() + l; empty at gamma = 0
  double lag_tail = 0.0;  ///< largest D_i / v_i at the longest lag: beyond it D_i is taken as 0

  /// Growth of incoherent perturbations: gamma = 0: (1/2) ln Perron[J_ij^2 E f_j'^2]; otherwise the largest ln kappa
  /// (discrete) or kappa - 1 (continuous) for which (kappa^2 + gamma^2) psi_i(k) - gamma kappa (psi_i(k+1) +
  /// psi_i(k-1)), or kappa^2 psi_i - psi_i'', equals sum_j J_ij^2 E[f_j' f_j'](k) psi_j(k) (note 5.1 and 6.3, per
  /// neuron). -infinity where perturbations die in finite time.
  double exponent_incoherent = 0.0;
  /// Growth of coherent ones. gamma = 0: ln of the spectral radius of the derivative of the map (mu, v) -> (mu', v') of
  /// the equations (note 4.3b has its block J diag(E f_j') alone, which is the whole where f is odd about all means).
  /// Otherwise ln rho(gamma + J diag(E f_j')), or max Re eig(J diag(E f_j')) - 1.
  double exponent_coherent = 0.0;
  double lyapunov_exponent = 0.0;  ///< the larger of the two: an estimate
  double exponent_residual = 0.0;  ///< of the eigenvalue behind it, where it was not found to full precision
  std::string exponent_branch;     ///< `incoherent` or `coherent`: which it is
  /// The fluctuations along the line to another stable state reach halfway (see quenched_switching.cpp): the network
  /// hops between them, and neither is what a long run averages over.
  bool switching = false;
};

/// All states found from the starts: zero, every neuron strongly up or down, sign patterns along the leading
/// eigenvectors of J, and the given `extra` means; each relaxed by the mean field's own dynamics, then solved by
/// Anderson acceleration, at gamma = 0 with a final Newton-Krylov polish; without noise both with v = 0 (fixed points
/// of the network) and with fluctuations (chaos). Sorted ascending in (mean, variance). States that did not converge
/// are kept only if nothing converged. Throws InputError (no matrix, lengths, a negative noise, a leak outside [0, 1)),
/// InterruptedError. Cost per iteration O(nonzeros) at gamma = 0, O(nonzeros x lags) otherwise, about 60 lags; memory
/// O(N) and O(N x lags).
[[nodiscard]] std::vector<QuenchedState> quenched_states(const QuenchedProblem& given,
                                                         const QuenchedOptions& options = {},
                                                         const std::vector<std::vector<double>>& extra = {});

/// The population's autocovariance at `lag` (steps or tau), the frozen part included.
[[nodiscard]] double population_autocovariance(const QuenchedProblem& problem, const QuenchedState& state, double lag);

}  // namespace limes::rate::given_matrix

#pragma once
#include <cstddef>
#include <vector>

#include "limes/rate/theory/two_time.hpp"

namespace limes::rate::theory {

/// Couplings of neurons on a ring (Faugeras and MacLaurin; note 2.3): Cov(J_ij, J_kl) = J^2 A(k-i) B(l-j)/N with A and
/// B even, A(0) = B(0) = 1, and 0 beyond their last entry. One entry each: independent couplings.
struct CorrelatedCouplings {
  std::vector<double> row_covariance = {1.0};     ///< A(0), A(1), ...: between target neurons
  std::vector<double> column_covariance = {1.0};  ///< B(0), B(1), ...: between source neurons
};

struct TwoTimeCorrelated {
  TwoTimePopulation neuron;  ///< the law of one neuron; covariance = D^0(t,s)
  /// [k][t] = D^k(t,t) = Cov(u_i(t), u_(i+k)(t)) for neuron lags k = 0 .. last entry of A; 0 beyond.
  std::vector<std::vector<double>> neighbour_covariance;
};

/// The two-time theory of one population with correlated couplings (note 4.3), on an infinite ring: with
/// M^l(t,s) = E f(u^0(t)) f(u^l(s)) of a Gaussian pair with covariance D^l(t,s),
///   Gam^k(t,s) = delta_k0 (sigma_theta^2 + sigma^2 delta_ts) + J^2 A(k) sum_l B(l) M^l(t,s),
/// and D^k follows from Gam^k as in `two_time_map`; M^l = m(t) m(s) where A(l) = 0. J^2 is the ensemble's second
/// moment. A flow is solved through its Euler embedding (note 1.2).
/// Throws InputError as `two_time_map`, for more than one population, centred couplings, A(0) or B(0) other than 1, or
/// a negative Fourier transform of A or B (naming the smallest value); DivergenceError, InterruptedError.
[[nodiscard]] TwoTimeCorrelated two_time_correlated(const PopulationEnsemble& ensemble,
                                                    const CorrelatedCouplings& couplings, std::size_t horizon,
                                                    const InputSeries& input = {}, const StopToken& stop = {});

}  // namespace limes::rate::theory

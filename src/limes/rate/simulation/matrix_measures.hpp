#pragma once
// What is measured once per matrix, and the spectrum of the Jacobian at one state.

#include <span>
#include <string>
#include <vector>

#include "limes/base/interruption.hpp"
#include "limes/rate/simulation/network.hpp"
#include "limes/system/outcome.hpp"

namespace limes::rate {

/// `coupling_norm` |J|_2 and `contraction_gain` g_as = (1 - leak)/(c |J|_2), c = max f'/g (note 1.3); the standard
/// error is the residual of the singular value. A warning instead where Lanczos does not converge, or the norm is 0.
/// Throws InterruptedError.
template <typename Real>
void measure_matrix(const RateDescription& description, const Network<Real>& network, compute::Threads& threads,
                    const StopToken& stop, system::Realisation& realisation);

/// Eigenvalues of the Jacobian at a state with slopes f'(u_j): leak + J Lambda (map), J Lambda (continuous time), as
/// the curve `jacobian_spectrum` over `index`. At a static state also `jacobian_outlier`: of the eigenvalues of J
/// Lambda that stand clear of the bulk, |z| > R (1 + 2 sqrt(ln N/(4 N))) (twice the typical overshoot of an iid bulk),
/// the leading one (map: largest |leak + z|; continuous time: largest Re z). N^3 time, 2 N^2 numbers.
template <typename Real>
void measure_jacobian(const RateDescription& description, const Network<Real>& network, std::span<const double> slope,
                      bool is_static, compute::Threads& threads, system::Realisation& realisation);

}  // namespace limes::rate

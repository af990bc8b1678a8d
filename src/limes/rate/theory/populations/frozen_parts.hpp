#pragma once
#include <optional>
#include <span>
#include <vector>

#include "limes/rate/theory/population_ensemble.hpp"
#include "limes/rate/theory/populations/lag_problem.hpp"

namespace limes::rate::theory {

/// The frozen parts q_a = D_a(infinity) of the state with the given means and variances (one entry per population): the
/// least solution in 0 <= q_a <= v_a of
///   (1-gamma_a)^2 q_a = sum_b (S+X)_ab C_b(q_b) - X_ab m_b^2 + sigma_theta,a^2.
/// The right-hand side is a power series in q with non-negative coefficients, so that Newton's method from q = 0 climbs
/// monotonically to the least solution (Ortega & Rheinboldt 1970, 13.3). Empty where no solution stays below v. Needs
/// `mean_output` = m_a.
[[nodiscard]] std::optional<std::vector<double>> least_frozen_parts(const PopulationEnsemble& ensemble,
                                                                    std::span<const double> mean,
                                                                    std::span<const double> variance,
                                                                    std::span<const double> mean_output,
                                                                    Accuracy accuracy = Accuracy::kExact);

}  // namespace limes::rate::theory

#pragma once
// What the two-time equations of map and flow share: the Gaussian field of one population. Internal to two_time*.

#include <span>
#include <vector>

#include "limes/rate/theory/two_time.hpp"

namespace limes::rate::theory {

/// Room for `points` times, with the initial law at the first.
[[nodiscard]] TwoTimeSolution empty_solution(const PopulationEnsemble& ensemble, std::size_t points);

/// M_a = sum_b Jbar_ab m_b - thetabar_a, from the mean outputs of all populations.
[[nodiscard]] double field_mean(const PopulationEnsemble& ensemble, std::size_t a, std::span<const double> outputs);

/// field[s] = Gam_a(t,s) without the white noise for s = 0..t, from products[b][s] = C_b(t,s) and the mean outputs in
/// `solution`, known up to t.
void field_covariance(const PopulationEnsemble& ensemble, std::size_t a,
                      const std::vector<std::vector<double>>& products, const TwoTimeSolution& solution, std::size_t t,
                      std::span<double> field);

/// Throws DivergenceError where |mean| > 1e8, variance > 1e16, or either is not a number (note 11).
void require_bounded(double mean, double variance, std::size_t population, double time);

}  // namespace limes::rate::theory

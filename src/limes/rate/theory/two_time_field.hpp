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

/// field[s] = Gam_a(t,s) without the white noise for s = 0..t, from products[b][s] = C_b(t,s) and the mean outputs
/// outputs[b][s], known up to t.
void field_covariance(const PopulationEnsemble& ensemble, std::size_t a,
                      const std::vector<std::vector<double>>& products, const std::vector<std::vector<double>>& outputs,
                      std::size_t t, std::span<double> field);

/// One step of D (see `two_time_map`): `next` = D(t+1, 0..t+1) from `now` = D(t, 0..t) and field[s] = Gam(t,s), to
/// which the white noise of variance `noise` is added.
void advance_covariance(double leak, double noise, std::span<const double> field, std::span<const double> now,
                        std::span<double> next);

/// Throws InputError as `two_time_map` for what belongs to flows and for an input of another shape.
void require_map(const PopulationEnsemble& ensemble, std::size_t horizon, const InputSeries& input);

/// Throws DivergenceError where |mean| > 1e8, variance > 1e16, or either is not a number (note 11).
void require_bounded(double mean, double variance, std::size_t population, double time);

}  // namespace limes::rate::theory

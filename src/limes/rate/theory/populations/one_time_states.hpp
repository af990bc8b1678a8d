#pragma once
#include <span>
#include <vector>

#include "limes/base/interruption.hpp"
#include "limes/rate/theory/population_ensemble.hpp"
#include "limes/transfer/moments.hpp"

namespace limes::rate::theory {

/// A solution of the closed one-time equations of P populations; every vector has one entry per population.
struct PopulationOneTimeState {
  std::vector<double> mean;
  std::vector<double> variance;
  std::vector<transfer::Moments> moments;
  double residual = 0.0;  ///< largest |equation| relative to its terms
};

/// All solutions of the 2P equations (note rate-networks 4.2 to 4.4a)
///   (1-gamma_a) mu_a = sum_b Jbar_ab m_b - thetabar_a,
///   (1-gamma_a)^2 v_a = sum_b [S_ab E f_b^2 + X_ab Var f_b] + sigma_theta,a^2 + extra_variance_a,
/// in ascending order of (mean, variance) of population 0, then 1, ... `extra_variance` has P entries (sigma_a^2: the
/// one-time equations of the fluctuating states at gamma = 0). Newton with exact derivatives from starts that fill the
/// region where solutions can lie (dense near v = 0, where states coexist at large gain), every second one deflated by
/// the solutions found so far, until a long run of starts brings nothing new. An unbounded transfer may have no
/// solution.
[[nodiscard]] std::vector<PopulationOneTimeState> one_time_states(const PopulationEnsemble& ensemble,
                                                                  std::span<const double> extra_variance,
                                                                  const StopToken& stop = {});

/// The solution that Newton reaches from (mean, variance); empty where it reaches none.
[[nodiscard]] std::vector<PopulationOneTimeState> one_time_state_near(const PopulationEnsemble& ensemble,
                                                                      std::span<const double> extra_variance,
                                                                      std::span<const double> mean,
                                                                      std::span<const double> variance);

/// Is `a` before `b` in the order of branches: by mean, then variance, population after population; differences below
/// 1e-9 of the scale do not count.
[[nodiscard]] bool precedes(std::span<const double> mean_a, std::span<const double> variance_a,
                            std::span<const double> mean_b, std::span<const double> variance_b);

}  // namespace limes::rate::theory

#pragma once
// Ensembles of several populations that tests ask for again and again.

#include <vector>

#include "limes/rate/theory/ensemble.hpp"
#include "limes/rate/theory/population_ensemble.hpp"

namespace limes::rate::theory {

/// One population cut into parts of the given shares: E J_ij = Jbar share_b/N_b, Var J_ij = J^2 share_b/N_b.
inline PopulationEnsemble split(const Ensemble& ensemble, const std::vector<double>& shares) {
  PopulationEnsemble result = uncoupled(shares.size());
  for (std::size_t b = 0; b < shares.size(); ++b) {
    result.populations[b] = one_population(ensemble, 0.0, 1.0).populations[0];
    result.populations[b].share = shares[b];
    result.coupling_mean.col(static_cast<Eigen::Index>(b)).setConstant(ensemble.coupling_mean * shares[b]);
    result.second_moment.col(static_cast<Eigen::Index>(b)).setConstant(ensemble.coupling_variance() * shares[b]);
  }
  return result;
}

/// Two networks side by side that do not know each other.
inline PopulationEnsemble side_by_side(const Ensemble& first, const Ensemble& second) {
  PopulationEnsemble result = uncoupled(2);
  const Ensemble* parts[] = {&first, &second};
  for (int a = 0; a < 2; ++a) {
    const PopulationEnsemble one = one_population(*parts[a], 0.0, 1.0);
    result.populations[a] = one.populations[0];
    result.coupling_mean(a, a) = one.coupling_mean(0, 0);
    result.second_moment(a, a) = one.second_moment(0, 0);
  }
  return result;
}

/// The excitatory-inhibitory network of note 10: logistic, Jbar = [[3,-3],[3,-.5]], J = [[.5,.3],[.4,.2]],
/// thetabar = (.2,.6), sigma_theta = .1.
inline PopulationEnsemble excitatory_inhibitory(double gain) {
  PopulationEnsemble e = uncoupled(2);
  for (Population& population : e.populations) {
    population.transfer = {transfer::Kind::kLogistic, gain};
    population.threshold_deviation = 0.1;
  }
  e.populations[0].threshold_mean = 0.2;
  e.populations[1].threshold_mean = 0.6;
  e.coupling_mean << 3.0, -3.0, 3.0, -0.5;
  e.second_moment << 0.25, 0.09, 0.16, 0.04;
  return e;
}

/// Note 10: J^2 = [[1,.4],[.3,1.5]], tanh, g = 1.5.
inline PopulationEnsemble two_chaotic_populations() {
  PopulationEnsemble e = uncoupled(2);
  for (Population& population : e.populations) population.transfer = {transfer::Kind::kTanh, 1.5};
  e.second_moment << 1.0, 0.4, 0.3, 1.5;
  return e;
}

}  // namespace limes::rate::theory

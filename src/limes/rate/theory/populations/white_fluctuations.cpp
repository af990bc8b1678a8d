#include "limes/rate/theory/populations/white_fluctuations.hpp"

#include <algorithm>
#include <cmath>

#include "limes/rate/theory/populations/frozen_parts.hpp"
#include "limes/rate/theory/populations/one_time_states.hpp"
#include "limes/rate/theory/populations/static_states.hpp"
#include "limes/transfer/pair_moments.hpp"

namespace limes::rate::theory {
namespace {

double frozen_residual(const PopulationEnsemble& ensemble, const PopulationOneTimeState& state,
                       const std::vector<double>& frozen) {
  const Eigen::Index count = static_cast<Eigen::Index>(ensemble.size());
  Eigen::VectorXd output(count), centre(count);
  for (Eigen::Index b = 0; b < count; ++b) {
    output(b) =
        transfer::PairMoments(ensemble.populations[b].transfer, state.mean[b], state.variance[b]).output(frozen[b]);
    centre(b) = state.moments[b].f * state.moments[b].f;
  }
  const Eigen::VectorXd drive = ensemble.second_moment * output + ensemble.centred * (output - centre);
  double largest = 0.0;
  for (Eigen::Index a = 0; a < count; ++a) {
    const double scale = std::max(state.variance[a], 1e-14);
    largest = std::max(largest, std::abs(drive(a) + ensemble.populations[a].threshold_variance() - frozen[a]) / scale);
  }
  return largest;
}

}  // namespace

std::vector<PopulationMapFluctuation> white_fluctuations(const PopulationEnsemble& ensemble, const StopToken& stop) {
  std::vector<double> noise;
  for (const Population& population : ensemble.populations) {
    noise.push_back(population.noise_deviation * population.noise_deviation);
  }
  std::vector<PopulationMapFluctuation> states;
  for (const PopulationOneTimeState& one_time : one_time_states(ensemble, noise, stop)) {
    std::vector<double> outputs;
    for (const transfer::Moments& m : one_time.moments) outputs.push_back(m.f);
    const auto frozen = least_frozen_parts(ensemble, one_time.mean, one_time.variance, outputs);
    if (!frozen) continue;
    bool fluctuates = false;
    for (std::size_t a = 0; a < noise.size(); ++a) {
      fluctuates = fluctuates || one_time.variance[a] - (*frozen)[a] > kSmallestConnectedPart * one_time.variance[a];
    }
    if (!fluctuates) continue;

    PopulationMapFluctuation state;
    state.mean = one_time.mean;
    state.variance = one_time.variance;
    state.frozen = *frozen;
    state.moments = one_time.moments;
    for (std::size_t a = 0; a < noise.size(); ++a) state.autocovariance.push_back({state.variance[a], state.frozen[a]});
    // At gamma = 0 the bulk's growth factor of a fluctuating state is that of a static one with the same moments.
    const double bulk = bulk_edge(ensemble, one_time.moments);
    state.bulk_exponent = std::log(bulk);
    // Collective perturbations follow the map of (mu, v): note 4.5. Covariances between different times follow
    // delta q -> (S+X) C'(q) delta q, which contracts at the least q.
    double fastest = bulk;
    for (const std::complex<double> z : mean_field_eigenvalues(ensemble, one_time.moments)) {
      if (std::abs(z) >= 1.0) ++state.unstable_modes;
      if (std::abs(z) <= fastest * (1.0 + 1e-9)) continue;
      fastest = std::abs(z);
      state.collective_mode = {z.real(), std::abs(z.imag())};
    }
    state.lyapunov_exponent = std::log(fastest);
    state.stable = state.unstable_modes == 0;
    state.residual = std::max(one_time.residual, frozen_residual(ensemble, one_time, *frozen));
    state.converged = true;
    states.push_back(std::move(state));
  }
  return states;
}

}  // namespace limes::rate::theory

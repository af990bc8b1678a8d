#include "limes/spiking/theory/state_statistics.hpp"

#include <Eigen/LU>
#include <cmath>

#include "limes/spiking/theory/neuron_solution.hpp"

namespace limes::spiking {

StateStatistics statistics_at(const SpikingNetwork& network, const ReplicaState& state, TheorySolver solver,
                              const StopToken& stop) {
  const auto groups = state.rates.size();
  const Eigen::MatrixXd slope = Eigen::MatrixXd::Identity(groups, groups) - state.map.gain;
  const Eigen::PartialPivLU<Eigen::MatrixXd> lu(slope);
  StateStatistics result;
  result.rates = state.rates;
  for (int iteration = 0; iteration < 6; ++iteration) {
    stop.check();
    result.neurons.clear();
    Eigen::VectorXd own(groups), uncertain(groups);
    for (Eigen::Index a = 0; a < groups; ++a) {
      result.neurons.push_back(
          solve_neuron(neuron_of_group(network, static_cast<std::size_t>(a), result.rates), solver));
      own(a) = result.neurons.back().rate;
      uncertain(a) = result.neurons.back().rate_error;
    }
    result.residual = ((own - result.rates).array() / result.rates.array()).abs().maxCoeff();
    // Errors of F, carried through the self-consistency.
    result.error = lu.inverse().cwiseAbs() * (uncertain + (own - result.rates).cwiseAbs());
    const bool settled = result.residual < 1e-9 || (own - result.rates).cwiseAbs().maxCoeff() == 0.0;
    if (settled || solver == TheorySolver::kBackward) break;
    result.rates += lu.solve(Eigen::VectorXd(own - result.rates));
  }
  return result;
}

}  // namespace limes::spiking

#include "limes/spiking/replica_system.hpp"

#include <mutex>
#include <optional>
#include <utility>

#include "limes/spiking/replica_continuation.hpp"
#include "limes/spiking/replica_theory.hpp"
#include "limes/spiking/replica_trajectory.hpp"
#include "limes/spiking/simulation/simulation.hpp"
#include "limes/spiking/spiking_description.hpp"
#include "limes/spiking/spiking_schema.hpp"

namespace limes::spiking {

namespace {

class ReplicaModel final : public system::Model {
 public:
  explicit ReplicaModel(SpikingDescription description) : description_(std::move(description)) {}

  [[nodiscard]] system::TheoryOutcome theory(const system::Context& context) const override {
    if (description_.time_dependent) return solve_trajectory(description_, context);
    return solve_theory(description_, states(context), context);
  }
  [[nodiscard]] system::SimulationOutcome simulate(const system::Context& context) const override {
    try {
      const bool needed = description_.detection.states.empty() && !description_.time_dependent;
      return simulate_network(description_, states_to_detect(description_, needed ? states(context) : SolvedStates{}),
                              context);
    } catch (const InterruptedError&) {
      system::SimulationOutcome outcome;
      outcome.status = system::Status::kInterrupted;
      outcome.planned = description_.simulation.realisations;
      outcome.no_disorder = true;
      return outcome;
    }
  }
  [[nodiscard]] system::Parameters explicit_parameters(const system::Parameters& parameters) const override {
    return complete_parameters(parameters, description_);
  }

 private:
  /// Solved once, for the theory and for the core sets of the simulation.
  const SolvedStates& states(const system::Context& context) const {
    const std::scoped_lock lock(solving_);
    if (!states_) states_ = solve_states(description_, context);
    return *states_;
  }

  SpikingDescription description_;
  mutable std::mutex solving_;
  mutable std::optional<SolvedStates> states_;
};

/// Twice the replicas: the limit is that of many.
std::optional<system::Parameters> twice_the_replicas(const system::Parameters& parameters) {
  if (parameters.is_list("replicas.count")) return std::nullopt;
  return parameters.with("replicas.count", 2 * parameters.integer("replicas.count"));
}

}  // namespace

system::System replica_system() {
  system::System system;
  system.id = "spiking.replica";
  system.title =
      "network of intensity-based spiking neurons, its replicas and their mean-field limit: metastable states";
  system.paper = "Yu, Taillefumier 2022; Baccelli, Taillefumier 2019";
  system.references = {
      "L. Yu, T. Taillefumier, Metastable spiking networks in the replica-mean-field limit, PLOS Comput. Biol. 18 "
      "(2022) "
      "e1010215",
      "F. Baccelli, T. Taillefumier, Replica-mean-field limits for intensity-based neural networks, SIAM J. Appl. Dyn. "
      "Syst. 18 (2019) 1756",
      "F. Baccelli, M. Davydov, T. Taillefumier, Replica-mean-field limits of fragmentation-interaction-aggregation "
      "processes, J. Appl. Probab. 59 (2022) 38",
  };
  system.equations = {
      "dy_i = -y_i/tau_i dt + sum_{j != i} w_ij dN_j,   y_i <- rho_i on an own spike,   intensity Lam_i exp(y_i)",
      "linear: d lam_i = (b_i - lam_i)/tau_i dt + sum_{j != i} mu_ij dN_j,   lam_i <- r_i on an own spike",
      "M replicas: a spike of neuron j in replica m goes, for each target i separately, to a replica drawn from the M "
      "- 1 "
      "others",
      "limit M -> infinity: neuron i hears independent Poisson inputs of rates C_ac beta_c, C_ac = n_c - delta_ac, and",
      "time-dependent limit: d/dt p_a = d/dy[(y/tau_a) p_a] + sum_c C_ac beta_c(t) [p_a(y - w_ac) - p_a(y)] - Lam_a "
      "e^y p_a + beta_a(t) delta(y - rho_a), beta_a(t) = Lam_a int e^y p_a dy",
      "beta_a = 1/T(rho_a), where (y/tau) T' - sum_c C_ac beta_c [T(y + w_ac) - T(y)] + Lam e^y T = 1",
  };
  system.conventions = {
      "weights: row = target, column = source; no neuron is connected to itself",
      "coupling.weights holds for one connection; coupling.total is divided by the number of connections C_ac",
      "weights are scaled neither by M nor by the number of neurons",
      "the state y is the log-intensity above rest; of the linear model it is the intensity itself",
      "groups.time_constant = inf with an exponential intensity: y is the log-intensity, intensity Lam exp(y)",
      "times and rates are in the unit of groups.time_constant; detection.* in units of the longest finite one",
      "results are arrays with one value per group, also for one group",
      "a run that switches between states is reported as all_states and state by state, not as one of them",
      "state trace: spikes per neuron in bins, filtered by a causal exponential; a state changes only on entering the "
      "core of another",
      "residence times: whole visits only, the first and the last of a run are left out",
      "mean_residence_time counts unfinished visits too: time T in a state over k + 1 for k exits, which for an "
      "exponential law is unbiased but for a share exp(-T/mean)",
      "simulation.method = forward_flux: mean_residence_time and transition_rate as a long direct run with the same "
      "bins and cores would count them, visits that end before they have settled included (settling_factor); no other "
      "quantity is measured",
      "a sweep over groups.size or replicas.count fits mean_residence_time = exp(a + b size) and states b: laws",
      "special points of branches: the eigenvalue is that of the matrix of gains (1), for hopf the growth rate i omega",
      "conditional results: the times of a visit from entering the core to being in it last; both spikes of an "
      "interval "
      "lie in one visit, so that long intervals are cut off by its end",
  };
  system.when_not_to_believe = {
      "the theory is the limit of many replicas: the network itself (M = 1) differs by the correlations of its inputs, "
      "and in a state of low rate by tens of per cent",
      "near a fold the state of a finite network is far from that of the limit",
      "a run that is not many residence times long does not show the occupancies, and its errors are too small: look "
      "at "
      "transition_count",
      "residence times depend on the filter and the cores: compare them at equal detection.filter and detection.bin",
      "forward_flux: the spread of few estimates is itself uncertain where the product of many small probabilities is "
      "estimated: when the estimates of a state differ by more than their mean, or some are 0, take more "
      "simulation.trials",
      "forward_flux takes the interfaces from one order parameter, the state trace: where the way out is slow in other "
      "directions, the trials branch from few independent states, and simulation.duration must be many residence times "
      "of those directions",
      "conditional interval CVs leave out intervals longer than a visit",
      "thermodynamic_rate leaves out the fluctuations of the inputs: it is there to be compared, not believed",
      "of more than 64 groups few starts are tried, and of more than 320 the stability may stay unknown: the warnings "
      "say so",
      "a trajectory that passes close by an unstable state is known badly from there on: see its error",
  };
  system.schema = replica_schema();
  system.branch_coordinates = {"rate"};
  system.prepare = [](const system::Parameters& parameters) -> std::unique_ptr<system::Model> {
    return std::make_unique<ReplicaModel>(describe(parameters));
  };
  system.continuation = continue_states;
  system.half_size = twice_the_replicas;
  system.size_parameter = "replicas.count";
  system.laws = {{"mean_residence_time", {"groups.size", "replicas.count"}}};
  return system;
}

}  // namespace limes::spiking

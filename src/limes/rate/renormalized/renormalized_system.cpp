#include "limes/rate/renormalized/renormalized_system.hpp"

#include <utility>

#include "limes/rate/renormalized/renormalized_continuation.hpp"
#include "limes/rate/renormalized/renormalized_description.hpp"
#include "limes/rate/renormalized/renormalized_schema.hpp"
#include "limes/rate/renormalized/renormalized_theory.hpp"
#include "limes/rate/renormalized/simulation/renormalized_simulation.hpp"

namespace limes::rate::renormalized {
namespace {

constexpr int kSurrogates = 39;
constexpr std::size_t kLargestSurrogate = 1000;

class RenormalizedModel final : public system::Model {
 public:
  explicit RenormalizedModel(RenormalizedDescription description) : description_(std::move(description)) {}

  [[nodiscard]] system::TheoryOutcome theory(const system::Context& context) const override {
    return solve_renormalized(description_, context);
  }
  [[nodiscard]] system::SimulationOutcome simulate(const system::Context& context) const override {
    return simulate_renormalized(description_, context);
  }
  [[nodiscard]] std::unique_ptr<system::Model> surrogate_ensemble() const override {
    if (!description_.has_given_matrix() || description_.network.size() > kLargestSurrogate) return nullptr;
    RenormalizedDescription surrogate = description_;
    surrogate.network = iid_surrogate(description_.network, kSurrogates);
    return std::make_unique<RenormalizedModel>(std::move(surrogate));
  }
  [[nodiscard]] system::Parameters explicit_parameters(const system::Parameters& parameters) const override {
    return complete_renormalized(parameters, description_);
  }

 private:
  RenormalizedDescription description_;
};

}  // namespace

system::System renormalized_system() {
  system::System system;
  system.id = "rate.renormalized";
  system.title = "fluctuations of a finite rate network beyond mean field: population activity and single neurons";
  system.paper = "Dick, van Meegen, Helias 2024";
  system.references = {
      "M. Dick, A. van Meegen, M. Helias, Linking network- and neuron-level correlations by renormalized field theory, "
      "Phys. Rev. Research (2024), arXiv:2309.14973",
      "H. Sompolinsky, A. Crisanti, H. J. Sommers, Chaos in random neural networks, PRL 61 (1988) 259",
  };
  system.equations = {
      "dx_i/dt = -x_i + sum_j J_ij phi(x_j) + xi_i(t),   J_ij ~ N(gbar/N, g^2/N),   <xi_i xi_j> = 2 D delta_ij delta",
      "C_x(w) = [2 D + g^2 C_phi(w) + beta(w) + 2 Re X(w)]/(1 + w^2),   C_phi = F(C_x),   F(c) = E phi(x) phi(y)   (2)",
      "S(w) = <phi'>/(1 + i w)                                                                                  (3)",
      "beta(w) = (gbar^2/N) C_ind(w)/|1 - gbar S|^2,   C_ind = C_phi - F(b_x),   b_x(w) = beta(w)/(1 + w^2)     (4)",
      "A(w) = (1/N) C_ind(w)/|1 - gbar S|^2: of m(t) = (1/N) sum_j phi(x_j)                                    (5)",
      "X(w) = (gbar g^2/N) C_ind(w) S/(1 - gbar S): cross term                                                 (6)",
      "X'(w) = (gbar/N) 2 D S/(1 - gbar S), added to X: own noise; C_ind = C_phi - F(c_x), c_x that of pairs   (6')",
      "mean field: beta = X = 0;   magnetic transition: gbar <phi'> = 1",
      "magnetised: R = gbar E phi(R + z),   z of variance v = g^2 E phi^2(R + z) where static",
  };
  system.conventions = {
      "branches one_loop: (2)-(5); one_loop_cross: (2)-(6); one_loop_feedback: (2)-(6'), exact for a linear population",
      "noise: D = noise.intensity with <xi xi'> = 2 D delta; the papers' D is twice this",
      "coupling.mean is gbar and coupling.deviation is g: E J_ij = gbar/N, Var J_ij = g^2/N; the diagonal is drawn too",
      "J_ij is the coupling from neuron j onto neuron i: row = target, column = source",
      "the gain stands inside the transfer function, which must be odd; slopes phi' contain one factor of it",
      "no mean is subtracted from the variances and autocovariances of a network without magnetisation: the theory has "
      "none; those of a magnetised one are about R",
      "cross covariances are averages over pairs i != j: c = (N A - C)/(N - 1)",
      "all times and rates are in units of network.time_constant",
      "simulation: the random part is one matrix product for all trajectories, the mean gbar/N is added as a number",
      "a network of which at least half the trajectories keep the sign of m(t) (0.8 of <m^2> is in the time mean, and "
      "<m^2> is twenty times that of independent neurons) is magnetised; where most networks are, they alone are used, "
      "else all are: the loop theory averages over all networks",
      "simulation.paired: both runs of a network share the random part, the noise and the initial states, so that the "
      "fluctuations between networks and the plain 1/N effect largely cancel in the shifts",
      "not_converged: a loop branch is critical (gbar <phi'> > 0.98, or more than 1/4 of the variance is shared by all "
      "neurons); the branches that hold are given",
  };
  system.when_not_to_believe = {
      "where gain_spread exceeds some 0.3 networks differ from each other, and terms of higher order are not small",
      "mean field and loops leave out the plain 1/N effect, which is there at gbar = 0 too; simulation.paired takes it "
      "off",
      "without noise some networks of a few hundred neurons settle into fixed points or slow cycles: measured "
      "correlations are then longer than those of chaos (8 % of the networks at g = 1.5, N = 400)",
      "one_loop and one_loop_cross are the equations of the note; with noise they lack (6'), which is as large as (6)",
      "the magnetised phase has mean field only",
      "errors are those between networks: near the transition take tens of them, and a transient of several "
      "population_time_constant",
  };
  system.schema = renormalized_schema();
  system.branch_coordinates = {"variance"};
  system.prepare = [](const system::Parameters& parameters) -> std::unique_ptr<system::Model> {
    return std::make_unique<RenormalizedModel>(describe_renormalized(parameters));
  };
  system.half_size = half_renormalized;
  system.continuation = continue_renormalized;
  system.size_parameter = "network.size";
  system.theory_depends_on_size = true;
  return system;
}

}  // namespace limes::rate::renormalized

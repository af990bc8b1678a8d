#include "limes/rate/random_modes/modes_system.hpp"

#include <utility>

#include "limes/rate/random_modes/modes_description.hpp"
#include "limes/rate/random_modes/modes_schema.hpp"
#include "limes/rate/random_modes/modes_theory.hpp"
#include "limes/rate/random_modes/simulation/simulation.hpp"

namespace limes::rate::random_modes {

namespace {

// With 39 a value beyond all of them has p = 0.05, two-sided.
constexpr int kSurrogates = 39;
constexpr std::size_t kLargestSurrogate = 600;

class ModesModel final : public system::Model {
 public:
  explicit ModesModel(ModesDescription description) : description_(std::move(description)) {}

  [[nodiscard]] system::TheoryOutcome theory(const system::Context& context) const override {
    return solve_theory(description_, context);
  }
  [[nodiscard]] system::SimulationOutcome simulate(const system::Context& context) const override {
    return simulate_networks(description_, context);
  }
  [[nodiscard]] std::unique_ptr<system::Model> surrogate_ensemble() const override {
    if (description_.kind != Kind::kGiven || description_.size > kLargestSurrogate) return nullptr;
    return std::make_unique<ModesModel>(iid_surrogate(description_, kSurrogates));
  }
  [[nodiscard]] system::Parameters explicit_parameters(const system::Parameters& parameters) const override {
    return complete_parameters(parameters, description_);
  }

 private:
  ModesDescription description_;
};

}  // namespace

system::System modes_system() {
  system::System system;
  system.id = "rate.random_modes";
  system.title = "random-mode network: connectivity structure and the dimension of activity";
  system.paper = "Clark, Marschall, van Meegen, Litwin-Kumar 2025";
  system.references = {
      "D. G. Clark, O. Marschall, A. van Meegen, A. Litwin-Kumar, Connectivity structure and dynamics of nonlinear "
      "recurrent neural networks, PRX (2025), arXiv:2409.01969",
      "D. G. Clark, L. F. Abbott, A. Litwin-Kumar, Dimension of activity in random neural networks, PRL 131 (2023) "
      "118401",
      "H. Sompolinsky, A. Crisanti, H. J. Sommers, Chaos in random neural networks, PRL 61 (1988) 259",
  };
  system.equations = {
      "dx_i/dt = -x_i + l_i sum_j B_ij r_j phi(x_j) + xi_i(t),   <xi_i(t) xi_j(t')> = 2 D delta_ij delta(t - t')",
      "B = sum_a D_a u_a v_a^T, a = 1..M,   entries of u_a and v_a: N(0, 1/N), Cov(u_ia, v_ia) = rho_a/N",
      "g_eff^2 = (1/N) sum_a D_a^2,   PR^D = (sum_a D_a^2)^2/(N sum_a D_a^4);   a matrix of singular values s: g_eff^2 "
      "= <s^2>, 1/PR^D = <s^4>/<s^2>^2 - 2",
      "limit: C_x - C_x'' = g^2 E phi(x(t)) phi(x(t+tau)) + 2 D delta,   S(w) = <phi'>/(1 + i w)",
      "Psi(tau1,tau2) = (1/N) sum_ij C_ij(tau1) C_ij(tau2),   z = g^2 S(w1) S(w2):",
      "Psi^phi(w1,w2) = C_phi(w1) C_phi(w2) [1 + |z|^2/PR^D]/|1 - z|^2,   dimension = C_phi(0)^2/Psi^phi(0,0)",
      "overlaps: x' = -x + eta + int K(s) phi(x(t-s)) ds,   K(w) = (1/N) sum_a rho_a D_a/(1 - rho_a D_a S(w))",
  };
  system.conventions = {
      "row = target, column = source; time in units of the neuronal time constant",
      "coupling.deviation is g_eff: strengths of any spectrum are scaled so that (1/N) sum_a D_a^2 = g_eff^2",
      "heterogeneity comes on top: ln l_i and ln r_j have mean 0 and the given standard deviation",
      "1/PR^D of given singular values has a -2: Gaussian modes spread the singular values, s is not D",
      "noise: D = noise.intensity with <xi xi'> = 2 D delta (unit white noise of the literature is D = 1/2)",
      "covariances are taken without subtracting means (phi is odd); the diagonal is included",
      "dimensions are fractions of N",
      "tr C^2 is measured between independent trajectories: unbiased; the largest eigenvalues of covariance_spectrum "
      "are "
      "not",
      "averages over networks are ratios of means (jackknife), never means of ratios; cross_covariance_output_median "
      "is "
      "beside the mean because single networks scatter to one side",
      "networks that end in a fixed point or a cycle are counted (locked_fraction) and left out",
      "of a given matrix nothing is subtracted; free_cumulants and iid_surrogate treat its bulk only",
  };
  system.when_not_to_believe = {
      "the theory is the limit N -> infinity at a dimension much larger than 1: a network whose predicted N PR is "
      "below "
      "ten scatters as widely as its mean",
      "near g_eff = 1 the dimension of a finite network is a handful: runs must be long against 1/(g_eff - 1)",
      "overlaps: the theory is sampled, its errors are those of Monte Carlo; few modes make slow collective modes that "
      "dominate the mean of Psi",
      "a matrix with eigenvalues outside of the disc of radius g_eff has structure that its singular values do not "
      "tell",
      "z-scored dimensions of single neurons that are almost silent need long runs",
  };
  system.schema = modes_schema();
  system.branch_coordinates = {"variance"};
  system.prepare = [](const system::Parameters& parameters) -> std::unique_ptr<system::Model> {
    return std::make_unique<ModesModel>(describe(parameters));
  };
  system.half_size = half_size_parameters;
  system.size_parameter = "network.size";
  return system;
}

}  // namespace limes::rate::random_modes

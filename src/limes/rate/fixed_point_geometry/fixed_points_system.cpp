#include "limes/rate/fixed_point_geometry/fixed_points_system.hpp"

#include <utility>

#include "limes/rate/fixed_point_geometry/fixed_points_description.hpp"
#include "limes/rate/fixed_point_geometry/fixed_points_schema.hpp"
#include "limes/rate/fixed_point_geometry/fixed_points_theory.hpp"
#include "limes/rate/fixed_point_geometry/simulation/simulation.hpp"

namespace limes::rate::fixed_points {

namespace {

constexpr std::int64_t kSmallestHalf = 8;

class FixedPointsModel final : public system::Model {
 public:
  explicit FixedPointsModel(FixedPointsDescription description) : description_(std::move(description)) {}

  [[nodiscard]] system::TheoryOutcome theory(const system::Context& context) const override {
    return solve_fixed_points_theory(description_, context);
  }
  [[nodiscard]] system::SimulationOutcome simulate(const system::Context& context) const override {
    return simulate_fixed_points(description_, context);
  }
  [[nodiscard]] system::Parameters explicit_parameters(const system::Parameters& parameters) const override {
    return complete_parameters(parameters, description_);
  }

 private:
  FixedPointsDescription description_;
};

std::optional<system::Parameters> half_size(const system::Parameters& parameters) {
  const FixedPointsDescription description = describe_fixed_points(parameters);
  const auto half = static_cast<std::int64_t>(description.size() / 2);
  if (has_fixed_matrix(description.network) || half < kSmallestHalf) return std::nullopt;
  return parameters.with("network.size", half)
      .with("simulation.realisations", std::int64_t{4} * description.network.simulation.realisations);
}

}  // namespace

system::System fixed_points_system() {
  system::System system;
  system.id = "rate.fixed_points";
  system.title = "the unstable fixed points of chaotic rate networks: number, shells, spectra, landmarks";
  system.paper = "Stubenrauch, Keup, Kurth, Helias, van Meegen 2022";
  system.references = {
      "J. Stubenrauch, C. Keup, A. C. Kurth, M. Helias, A. van Meegen, Fixed point geometry in chaotic neural "
      "networks, "
      "arXiv:2210.07877",
      "G. Wainrib, J. Touboul, Topological and dynamical complexity of random neural networks, PRL 110 (2013) 118101",
      "H. Sompolinsky, A. Crisanti, H. J. Sommers, Chaos in random neural networks, PRL 61 (1988) 259",
      "I. J. Good, The population frequencies of species and the estimation of population parameters, Biometrika 40 "
      "(1953) 237",
      "A. Chao, Nonparametric estimation of the number of classes in a population, Scand. J. Stat. 11 (1984) 265",
  };
  system.equations = {
      "dx_i/dt = F_i(x) = -x_i + sum_j J_ij phi(x_j) + eta_i,   J_ij ~ N(0, g^2/N),   eta_i ~ N(0, D) frozen",
      "Kac-Rice: rho(x) = prod_i N(x_i; 0, sigma^2) E[|det(-1 + J diag phi'(x))| | J phi = x - eta],  sigma^2 = g^2 c "
      "+ "
      "D,  c = |phi(x)|^2/N",
      "Sigma = max_{c,q} min_h { -h c - q/2 + ln Z },  Z = int dx N(x; 0, g^2 c + D) e^{h phi^2} sqrt(1 + q g^2 "
      "phi'^2)",
      "P(x) = N(x; 0, g^2 c + D) e^{h phi^2} sqrt(1 + q g^2 phi'^2)/Z: a component over all fixed points",
      "bulk of J diag phi': R = g sqrt(<phi'^2>_P),  n(r) = 1 - q(r),  <g^2 phi'^2/(r^2 + q g^2 phi'^2)>_P = 1",
      "one fixed point from D_c on, where g^2 <phi'^2> = 1 in the static mean field sigma^2 = g^2 <phi^2> + D",
  };
  system.conventions = {
      "g = coupling.deviation times network.gain; phi(x) = tanh(gain x) or erf(sqrt(pi) gain x/2)",
      "fixed_point_count leaves x = 0 out and counts both members of a pair (D = 0)",
      "averages over fixed points weight networks by their number (sum over all points/sum of counts), as the theory's "
      "do; typical_* average over networks",
      "their standard errors are those of the ratio to first order; the value of one realisation is its contribution",
      "eigenvalues are those of J diag(phi'); the flow has those minus 1: unstable where Re lambda > 1",
      "index_sum: the signs of det(1 - J diag phi') at all fixed points, x = 0 included, add up to 1",
      "the theory of fixed_point_count, finite_complexity, finite_state_second_moment and shell_histogram is a "
      "sampling "
      "of the Kac-Rice formula at this N; all else is the limit, whose error is its distance from that sampling",
      "activity form: r' = -r + phi(W r + b) has the fixed points r = phi(x) of x' = -x + W phi(x) + b; results are "
      "about "
      "r, landmarks and lines about x = W r + b",
      "portable couplings: numbers of coupling.seed (1); frozen input eta_i = sqrt(D) n_i of seed 2",
      "tangentially fixed lines: (1 + mu) x = J phi(x) + eta, each through its fixed point at mu = 0",
  };
  system.when_not_to_believe = {
      "a search is complete only as far as its coverage says: coverage counts searches, and fixed points with a small "
      "basin of Newton's method are the ones it misses",
      "enumeration is feasible while N Sigma < 5 or so: beyond, the budget ends first and counts are too small; "
      "estimated_count is a lower bound",
      "Sigma alone misses a prefactor of the count (about 2 at g = 3): compare fixed_point_count at this N",
      "the mean number is that of rare networks with very many points where counts fluctuate much: see "
      "typical_complexity",
      "networks of N ~ 100 near the onset are often periodic: see periodic_fraction before reading shells and "
      "landmarks",
      "minima of |F|^2 that are no zeros (slow points) are never counted",
      "a trained network may have a continuum of fixed points: then each start finds another one, and coverage stays "
      "low",
  };
  system.schema = fixed_points_schema();
  system.branch_coordinates = {"state_second_moment"};
  system.prepare = [](const system::Parameters& parameters) -> std::unique_ptr<system::Model> {
    return std::make_unique<FixedPointsModel>(describe_fixed_points(parameters));
  };
  system.half_size = half_size;
  system.size_parameter = "network.size";
  system.laws = {{"fixed_point_count", {"network.size"}}};
  return system;
}

}  // namespace limes::rate::fixed_points

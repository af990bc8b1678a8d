#include "limes/rate/random_modes/modes_schema.hpp"

#include "limes/rate/shared_keys.hpp"
#include "limes/system/key.hpp"

namespace limes::rate::random_modes {

namespace {

using system::choice;
using system::flag;
using system::Form;
using system::integer;
using system::Parameter;
using system::real;

void append_network(std::vector<Parameter>& list) {
  list.push_back(integer("network.size", "number of neurons; left out: 1000, or the size of the given matrix")
                     .symbol("N")
                     .least(2)
                     .most(1e6)
                     .quick(400)
                     .follows({"coupling.file", "coupling.values"}));
  append_transfer(list, "transfer function phi, an odd one: tanh, erf(sqrt(pi) u/2), ..., or your own",
                  {"tanh", "erf", "linear", "clipped_tan", "expression"});
  list.push_back(
      real("network.gain", "gain inside the transfer function, phi(u) = tanh(g u) and so on").otherwise(1.0).above(0));
  list.push_back(choice("coupling.kind", "left out: random_modes, or file / values where that key is given")
                     .one_of({"random_modes", "gaussian", "orthogonal", "file", "values"})
                     .follows({"coupling.file", "coupling.values"}));
  list.push_back(
      real("coupling.mean", "the theory is that of couplings without a mean").otherwise(0.0).least(0).most(0));
  list.push_back(real("coupling.deviation", "g_eff of random couplings: (1/N) tr B B^T = g_eff^2; target of scale")
                     .symbol("g_{eff}")
                     .otherwise(1.0)
                     .above(0));
  append_coupling_source(list);
}

void append_modes(std::vector<Parameter>& list) {
  list.push_back(integer("modes.count", "number of modes M; left out: N").symbol("M").least(1).most(1e7));
  list.push_back(real("modes.ratio", "in its place M/N").symbol("\\alpha").above(0).most(1e4));
  list.push_back(choice("modes.spectrum",
                        "strengths D_a, scaled to g_eff: equal, exp(-a/(decay N)), (a + 1)^-exponent, or modes.values; "
                        "left out: what follows from the keys below, or flat")
                     .one_of({"flat", "exponential", "power", "values"})
                     .follows({"modes.decay", "modes.exponent", "modes.values"}));
  list.push_back(real("modes.decay", "of an exponential spectrum, in units of N").above(0).most(1e6));
  list.push_back(real("modes.exponent", "of a power law").least(0).most(100));
  list.push_back(real("modes.values", "strengths D_a, of any sign, up to their common scale").form(Form::kList));
  list.push_back(real("modes.overlap", "overlap of the left and the right vector of a mode, one number or one per mode")
                     .symbol("\\rho_a")
                     .form(Form::kScalarOrList)
                     .least(-1)
                     .most(1));
  list.push_back(real("modes.inverse_rank", "1/PR^D itself, at least -1: theory only, there is no network then")
                     .symbol("1/PR^D")
                     .most(1e9));
  list.push_back(real("heterogeneity.left", "standard deviation of ln l_i: B_ij is multiplied by l_i")
                     .symbol("\\sigma_l")
                     .otherwise(0.0)
                     .least(0)
                     .most(2));
  list.push_back(real("heterogeneity.right", "standard deviation of ln r_j: B_ij is multiplied by r_j")
                     .symbol("\\sigma_r")
                     .otherwise(0.0)
                     .least(0)
                     .most(2));
  list.push_back(real("noise.intensity", "D of the independent white noise: <xi xi'> = 2 D delta(t - t')")
                     .symbol("D")
                     .otherwise(0.0)
                     .least(0)
                     .most(1e6));
  list.push_back(real("initial.mean", "mean of the initial state over neurons").otherwise(0.0));
  list.push_back(real("initial.variance", "variance of the initial state over neurons").otherwise(1.0).least(0));
}

void append_theory(std::vector<Parameter>& list) {
  list.push_back(integer("theory.samples", "overlaps: paths of each round of the sampled mean field")
                     .otherwise(1000)
                     .least(100)
                     .most(1e6)
                     .quick(500));
  list.push_back(integer("theory.rounds", "overlaps: rounds of the sampled mean field that are averaged")
                     .otherwise(25)
                     .least(5)
                     .most(10000)
                     .quick(10));
  list.push_back(real("theory.lags", "longest lag of the theory's curves; left out: as long as correlations last")
                     .unit("tau")
                     .above(0)
                     .most(2000));
  list.push_back(flag("theory.quenched", "for a given matrix, the quenched prediction too").otherwise(true));
}

void append_simulation(std::vector<Parameter>& list) {
  list.push_back(real("simulation.duration", "time that is measured, after the transient")
                     .otherwise(150.0)
                     .unit("tau")
                     .above(0)
                     .most(1e7)
                     .quick(100));
  list.push_back(real("simulation.transient", "time before the measurement; left out: 100, with overlaps 200")
                     .unit("tau")
                     .least(0)
                     .most(1e7)
                     .follows({"modes.overlap"})
                     .quick(60));
  list.push_back(real("simulation.step", "integration step; left out: 0.1 (rk4), 0.05 (heun), 0.02 (euler)")
                     .unit("tau")
                     .above(0)
                     .most(0.5)
                     .follows({"simulation.integrator", "noise.intensity"}));
  list.push_back(choice("simulation.integrator", "left out: rk4 without noise, heun (error O(step^2)) with noise")
                     .one_of({"rk4", "heun", "euler"})
                     .follows({"noise.intensity"}));
  list.push_back(integer("simulation.realisations",
                         "independent draws of the disorder; left out: 10, or 1 where one matrix is given (repeats)")
                     .least(1)
                     .most(1e6)
                     .quick(6));
  list.push_back(integer("simulation.trajectories",
                         "trajectories of one network, from independent initial states, run side by side as columns")
                     .symbol("B")
                     .otherwise(16)
                     .least(4)
                     .most(4096)
                     .quick(16));
  list.push_back(real("simulation.sample_interval", "time between two snapshots of a trajectory")
                     .otherwise(0.5)
                     .unit("tau")
                     .above(0)
                     .most(100));
  list.push_back(real("simulation.lags", "longest lag of the measured curves, at most half of the run")
                     .otherwise(20.0)
                     .unit("tau")
                     .least(0)
                     .most(1e4));
  list.push_back(
      flag("simulation.covariance_spectrum", "the eigenvalues of the covariance of the outputs (N^3)").otherwise(true));
  list.push_back(flag("simulation.surrogates",
                      "a given matrix: beside each repeat a network with its singular values and random vectors, and "
                      "one with iid couplings")
                     .otherwise(false));
  list.push_back(choice("simulation.precision", "floating-point numbers of the simulation; measurements are double")
                     .otherwise("double")
                     .one_of({"double", "single"}));
}

std::vector<system::QuantityInfo> quantities() {
  return {
      {"variance", "1", "C_x(0)", "mean over neurons of the variance of the state"},
      {"output_variance", "1", "C_\\phi(0)", "mean over neurons of the variance of the output phi(x)"},
      {"participation_ratio_output", "1", "PR_\\phi/N", "dimension of the outputs, (tr C)^2/(N tr C^2)"},
      {"participation_ratio_state", "1", "PR_x/N", "dimension of the states, as a fraction of N"},
      {"participation_ratio_output_zscored", "1", "PR_\\phi/N", "the same of outputs scaled to variance 1", "linear",
       "participation_ratio_output"},
      {"participation_ratio_state_zscored", "1", "PR_x/N", "the same of states scaled to variance 1", "linear",
       "participation_ratio_state"},
      {"cross_covariance_output", "1", "\\Psi^\\phi(0,0)", "(1/N) sum_ij C_ij^2 of the outputs, diagonal included"},
      {"cross_covariance_state", "1", "\\Psi^x(0,0)", "(1/N) sum_ij C_ij^2 of the states"},
      {"cross_covariance_output_zscored", "1", "\\Psi^\\phi", "the same of outputs scaled to variance 1"},
      {"cross_covariance_state_zscored", "1", "\\Psi^x", "the same of states scaled to variance 1"},
      {"cross_covariance_output_median", "1", "", "median over networks of (1/N) sum_ij C_ij^2 of the outputs"},
      {"unit_time_scale", "tau", "", "lag at which [C_phi(tau)/C_phi(0)]^2 has fallen to 1/e"},
      {"population_time_scale", "tau", "", "lag at which Psi^phi(tau,tau)/Psi^phi(0,0) has fallen to 1/e", "linear",
       "unit_time_scale"},
      {"effective_coupling", "1", "g_{eff}", "sqrt((1/N) tr B B^T): of modes (1/N) sum_a D_a^2"},
      {"inverse_rank", "1", "1/PR^D",
       "kappa_4/kappa_2^2: what the spectrum adds to tr C^2; a matrix: <s^4>/<s^2>^2 - 2"},
      {"mean_gain", "1", "\\langle\\phi'\\rangle", "mean slope of the transfer function"},
      {"mean_coupling", "1", "\\bar J", "a given matrix: N times the mean of its entries"},
      {"numerical_rank", "1", "", "a given matrix: singular values above N times rounding of the largest"},
      {"spectral_radius", "1", "", "a given matrix: largest modulus of an eigenvalue"},
      {"outliers", "1", "", "a given matrix: eigenvalues outside of the disc of radius g_eff (1 + 2/sqrt(N))"},
      {"locked_fraction", "1", "", "share of networks that end in a fixed point or a cycle, and are left out"},
      {"residual", "1", "", "residual of the self-consistency"},
  };
}

std::vector<system::CurveInfo> curves() {
  return {
      {"autocovariance", "1", "C_x(\\tau)", "mean over neurons of the autocovariance of the state"},
      {"output_autocovariance", "1", "C_\\phi(\\tau)", "mean over neurons of the autocovariance of the output"},
      {"cross_covariance", "1", "\\Psi^\\phi(\\tau,\\tau)", "(1/N) sum_ij C_ij(tau)^2 of the outputs"},
      {"population_correlation", "1", "\\Psi(\\tau,\\tau)/\\Psi(0,0)",
       "the time scale of the population: Psi(tau,tau)/Psi(0,0) of the outputs"},
      {"unit_correlation", "1", "[C_\\phi(\\tau)/C_\\phi(0)]^2",
       "the time scale of a single unit: [C_phi(tau)/C_phi(0)]^2", "linear", "population_correlation"},
      {"covariance_spectrum", "1", "\\lambda_k",
       "eigenvalues of the equal-time covariance of the outputs, descending, against k/N", "logarithmic"},
      {"singular_values", "1", "s_k",
       "singular values of the given matrix and of its surrogates, descending, against k/N"},
  };
}

}  // namespace

system::Schema modes_schema() {
  system::Schema schema;
  append_network(schema.parameters);
  append_modes(schema.parameters);
  append_theory(schema.parameters);
  append_simulation(schema.parameters);
  schema.quantities = quantities();
  schema.curves = curves();
  return schema;
}

}  // namespace limes::rate::random_modes

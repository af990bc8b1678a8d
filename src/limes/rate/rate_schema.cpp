#include "limes/rate/rate_schema.hpp"

#include "limes/rate/shared_keys.hpp"
#include "limes/system/key.hpp"

namespace limes::rate {

namespace {

using system::choice;
using system::flag;
using system::Form;
using system::integer;
using system::kLargestSeed;
using system::Parameter;
using system::path;
using system::real;

std::vector<std::string> transfer_names() {
  const auto names = transfer::kind_names();
  return {names.begin(), names.end()};
}

void append_network(std::vector<Parameter>& list, TimeKind time) {
  list.push_back(integer("network.size", "number of neurons; left out: 1000, or the size of the given matrix")
                     .symbol("N")
                     .form(Form::kScalarOrList)
                     .least(1)
                     .most(1e6)
                     .quick(400)
                     .follows({"coupling.file", "coupling.values"}));
  append_transfer(list, "transfer function f; expression: your own", transfer_names());
  list.push_back(real("network.gain", "gain inside the transfer function, f(u) = tanh(g u) and so on")
                     .symbol("g")
                     .otherwise(1.0)
                     .form(Form::kScalarOrList)
                     .above(0));
  if (time == TimeKind::kDiscrete) {
    list.push_back(real("network.leak", "share of the state that is kept from step to step, in [0,1)")
                       .symbol("\\gamma")
                       .otherwise(0.0)
                       .form(Form::kScalarOrList)
                       .least(0)
                       .below(1));
  } else {
    list.push_back(real("network.time_constant", "tau; it only sets the unit: all times are given and reported in tau")
                       .symbol("\\tau")
                       .otherwise(1.0)
                       .above(0));
  }
}

void append_coupling(std::vector<Parameter>& list) {
  list.push_back(choice("coupling.kind", "left out: gaussian, or file / values where that key is given")
                     .one_of({"gaussian", "bernoulli", "fixed_in_degree", "correlated", "file", "values"})
                     .follows({"coupling.file", "coupling.values"}));
  list.push_back(real("coupling.mean", "Jbar of random couplings: E J_ij = Jbar_ab/N_b")
                     .symbol("\\bar J")
                     .otherwise(0.0)
                     .form(Form::kScalarOrMatrix));
  list.push_back(
      real("coupling.deviation", "J of random couplings: Var J_ij = J_ab^2/N_b; the target of coupling.scale")
          .symbol("J")
          .otherwise(1.0)
          .form(Form::kScalarOrMatrix)
          .least(0));
  list.push_back(
      real("coupling.degree", "K of bernoulli and fixed_in_degree: inputs per neuron, weights N(Jbar/K, J^2/K)")
          .symbol("K")
          .form(Form::kScalarOrMatrix)
          .least(0));
  list.push_back(real("coupling.row_covariance",
                      "A(0), A(1), ... of correlated: Cov(J_ij, J_kl) = J^2 A(k-i) B(l-j)/N on a ring; A(0) = 1")
                     .symbol("A")
                     .form(Form::kList));
  list.push_back(
      real("coupling.column_covariance", "B(0), B(1), ... of correlated; B(0) = 1").symbol("B").form(Form::kList));
  list.push_back(
      real("coupling.symmetry", "correlation eta of J_ij and J_ji (gaussian, one population, two_time theory)")
          .symbol("\\eta")
          .otherwise(0.0)
          .least(-1)
          .most(1));
  append_coupling_source(list);
}

void append_threshold(std::vector<Parameter>& list) {
  list.push_back(real("threshold.mean", "mean of the thresholds, which are subtracted from the field")
                     .symbol("\\bar\\theta")
                     .otherwise(0.0)
                     .form(Form::kScalarOrList));
  list.push_back(real("threshold.deviation", "standard deviation of the thresholds over neurons")
                     .symbol("\\sigma_\\theta")
                     .otherwise(0.0)
                     .form(Form::kScalarOrList)
                     .least(0));
  list.push_back(real("threshold.correlation", "correlation of any two thresholds, by a common offset")
                     .symbol("c")
                     .otherwise(0.0)
                     .form(Form::kScalarOrList)
                     .least(0)
                     .below(1));
  list.push_back(real("threshold.values", "the thresholds themselves, one per neuron").form(Form::kList));
  list.push_back(choice("threshold.generator", "random numbers of the thresholds; portable: one reproducible draw")
                     .otherwise("philox")
                     .one_of({"philox", "portable"}));
  list.push_back(integer("threshold.seed", "seed of the thresholds; left out: the experiment's seed (portable: 2)")
                     .least(0)
                     .most(kLargestSeed));
}

void append_stimulus(std::vector<Parameter>& list, const std::string& time_unit) {
  list.push_back(choice("stimulus.kind", "time-dependent input; left out: none, or file where stimulus.file is given")
                     .one_of({"none", "step", "sine", "common_noise", "file"})
                     .follows({"stimulus.file"}));
  list.push_back(real("stimulus.amplitude", "height of the step or sine, deviation of the noise, factor of the file")
                     .otherwise(1.0));
  list.push_back(
      real("stimulus.frequency", "angular frequency of the sine").otherwise(1.0).unit("rad/" + time_unit).least(0));
  list.push_back(real("stimulus.onset", "no stimulus before this time, counted from the initial state")
                     .otherwise(0.0)
                     .unit(time_unit)
                     .least(0));
  list.push_back(real("stimulus.correlation_time", "correlation time of the common Ornstein-Uhlenbeck noise")
                     .otherwise(1.0)
                     .unit(time_unit)
                     .above(0));
  list.push_back(path("stimulus.file",
                      "table (CSV, NPY, HDF5): one row per integration step, one column per neuron or one for all"));
  list.push_back(real("stimulus.pattern", "factor of the stimulus for each neuron; left out: 1").form(Form::kList));
}

void append_noise_and_start(std::vector<Parameter>& list, TimeKind time) {
  if (time == TimeKind::kDiscrete) {
    list.push_back(real("noise.deviation", "standard deviation of the independent noise added at each step")
                       .symbol("\\sigma")
                       .otherwise(0.0)
                       .form(Form::kScalarOrList)
                       .least(0));
  } else {
    list.push_back(real("noise.intensity", "D of the independent white noise: <xi xi'> = 2 D delta(s - s')")
                       .symbol("D")
                       .otherwise(0.0)
                       .form(Form::kScalarOrList)
                       .least(0));
  }
  list.push_back(real("initial.mean", "mean of the initial state over neurons")
                     .symbol("\\mu_0")
                     .otherwise(0.0)
                     .form(Form::kScalarOrList));
  list.push_back(real("initial.variance", "variance of the initial state over neurons")
                     .symbol("v_0")
                     .otherwise(1.0)
                     .form(Form::kScalarOrList)
                     .least(0));
  append_initial_draw(list);
}

void append_theory(std::vector<Parameter>& list, TimeKind time, const std::string& time_unit) {
  list.push_back(choice("theory.kind", "stationary states, or mean and covariance at all times from the initial state")
                     .otherwise("stationary")
                     .one_of({"stationary", "two_time"}));
  list.push_back(real("theory.horizon", "last time of the two-time theory")
                     .symbol("T")
                     .otherwise(50.0)
                     .unit(time_unit)
                     .above(0)
                     .most(1e5));
  list.push_back(
      integer("theory.samples", "paths of each repeat of the Monte-Carlo two-time theory (coupling.symmetry)")
          .otherwise(20000)
          .least(100)
          .most(1e7));
  if (time == TimeKind::kContinuous) {
    list.push_back(choice("theory.method", "autocovariance from the potential, or by iteration of the lag function")
                       .otherwise("potential")
                       .one_of({"potential", "iteration"}));
  }
  list.push_back(
      real("theory.tolerance", "relative tolerance of the self-consistency").otherwise(1e-10).least(1e-14).most(1e-3));
  list.push_back(real("theory.lags", "longest lag of the theory's curves; left out: as long as correlations last")
                     .unit(time_unit)
                     .above(0)
                     .most(1e6));
  list.push_back(flag("theory.quenched", "for a given matrix, solve the quenched mean field too").otherwise(true));
}

void append_simulation(std::vector<Parameter>& list, TimeKind time, const std::string& time_unit) {
  if (time == TimeKind::kDiscrete) {
    list.push_back(integer("simulation.steps", "steps that are measured, after the transient")
                       .otherwise(2000)
                       .unit("step")
                       .least(10)
                       .most(1e10)
                       .quick(1000));
    list.push_back(integer("simulation.transient", "steps before the measurement")
                       .otherwise(500)
                       .unit("step")
                       .least(0)
                       .most(1e10)
                       .quick(300));
  } else {
    list.push_back(real("simulation.duration", "time that is measured, after the transient")
                       .otherwise(200.0)
                       .unit("tau")
                       .above(0)
                       .most(1e8)
                       .quick(100));
    list.push_back(real("simulation.transient", "time before the measurement")
                       .otherwise(50.0)
                       .unit("tau")
                       .least(0)
                       .most(1e8)
                       .quick(40));
    list.push_back(real("simulation.step", "integration step; left out: 0.1 (rk4), 0.02 (euler, whose bias is O(step))")
                       .unit("tau")
                       .above(0)
                       .most(0.5)
                       .follows({"simulation.integrator", "noise.intensity"}));
    list.push_back(choice("simulation.integrator", "left out: rk4 without noise, euler (Euler-Maruyama) with noise")
                       .one_of({"rk4", "euler"})
                       .follows({"noise.intensity"}));
  }
  list.push_back(integer("simulation.realisations",
                         "independent draws of the disorder; left out: 10, or 1 where one matrix is given (repeats)")
                     .least(1)
                     .most(1e6)
                     .quick(6));
  list.push_back(real("simulation.lags", "longest lag of the measured autocovariance, at most a quarter of the run")
                     .otherwise(time == TimeKind::kDiscrete ? 100.0 : 50.0)
                     .unit(time_unit)
                     .above(0)
                     .most(1e6));
  list.push_back(
      integer("simulation.exponents",
              "how many Lyapunov exponents: 0 for none, or \"all\"; from 2 on lyapunov_spectrum, entropy_rate "
              "and kaplan_yorke_dimension are measured too, as far as they reach; left out: 1 (4 with "
              "simulation.attractor)")
          .follows({"simulation.attractor"})
          .least(0)
          .or_word("all")
          .quick(400));
  list.push_back(
      flag("simulation.jacobian_spectrum", "eigenvalues of the Jacobian at the final state (N^3)").otherwise(false));
  list.push_back(flag("simulation.attractor",
                      "classify the attractor (fixed point, periodic orbit, circle, torus, chaos) of a network without "
                      "noise, with its lines, return plot and projection")
                     .otherwise(false));
  list.push_back(choice("simulation.precision", "floating-point numbers of the simulation; measurements are double")
                     .otherwise("double")
                     .one_of({"double", "single"}));
}

std::vector<system::QuantityInfo> quantities(const std::string& per_time, const std::string& time) {
  return {
      {"mean", "1", "\\mu", "mean of the state over neurons and time"},
      {"variance", "1", "v", "variance of the state over neurons at one time, frozen part included"},
      {"frozen_variance", "1", "q", "variance over neurons of their time averages"},
      {"mean_output", "1", "m", "mean of f(u) over neurons and time"},
      {"lyapunov_exponent", per_time, "\\lambda", "maximal Lyapunov exponent"},
      {"entropy_rate", per_time, "H/N", "sum of the positive Lyapunov exponents per neuron (theory: no leak)"},
      {"kaplan_yorke_dimension", "1", "D_{KY}/N", "Kaplan-Yorke dimension per neuron (theory: no leak)"},
      {"leading_exponents", per_time, "\\lambda_i",
       "leading Lyapunov exponents by weighted averages, which settle fast on circles and tori (simulation.attractor)"},
      {"fixed_point_fraction", "1", "", "share of realisations that end in a fixed point (simulation.attractor)"},
      {"periodic_fraction", "1", "", "share that ends in a periodic orbit: locked (discrete time)"},
      {"circle_fraction", "1", "", "share that ends on an invariant circle; in continuous time a limit cycle"},
      {"torus_fraction", "1", "", "share that ends on a torus of two or more dimensions"},
      {"chaos_fraction", "1", "", "share with a positive Lyapunov exponent"},
      {"unresolved_fraction", "1", "", "share whose attractor the measured numbers do not tell"},
      {"attractor_period", "step", "p", "smallest period; 1 for a fixed point (discrete time)"},
      {"base_frequency", "rad/" + time, "\\omega_1", "base frequency of the lines of m(t), angular"},
      {"second_frequency", "rad/" + time, "\\omega_2", "second base frequency, on a torus"},
      {"coupling_norm", "1", "|J|_2", "largest singular value of the coupling matrix"},
      {"contraction_gain", "1", "g_{as}", "gain below which one fixed point attracts everything"},
      {"critical_gain", "1", "g_c", "gain at which u = 0 loses stability (a given matrix, no thresholds)"},
      {"jacobian_radius", "1", "R", "radius of the bulk of the spectrum of J Lambda"},
      {"jacobian_outlier", "1", "", "isolated eigenvalue of the Jacobian of a static state"},
      {"field_mean", "1", "", "mean of the local field over neurons and time"},
      {"field_variance", "1", "", "variance of the local field over neurons and time"},
      {"field_kurtosis", "1", "", "excess kurtosis of the local field over neurons; 0 for a Gaussian"},
      {"pair_correlation_rms", "1", "", "root mean square correlation of the time courses of two neurons"},
      {"residual", "1", "", "residual of the self-consistency"},
  };
}

std::vector<system::CurveInfo> curves(const std::string& per_time) {
  return {
      {"autocovariance", "1", "\\Delta", "autocovariance over neurons against the lag, frozen part included"},
      {"power_spectrum", "1", "S", "power spectrum of the fluctuating part against the angular frequency"},
      {"mean_trajectory", "1", "\\mu(t)", "mean over neurons from the initial state on"},
      {"variance_trajectory", "1", "v(t)", "variance over neurons from the initial state on"},
      {"mean_output_trajectory", "1", "m(t)", "mean of f(u) over neurons from the initial state on"},
      {"trajectory_distance", "1", "",
       "distance of trajectories from different initial states on one matrix, relative to that at time 0"},
      {"trajectory_distance_bound", "1", "", "(gamma + c |J|_2)^t, flow exp((c |J|_2 - 1) t), where it falls"},
      {"two_time_covariance", "1", "D(t,s)",
       "covariance over neurons of the states at two times (theory.kind two_time)"},
      {"correlation", "1", "C(t,s)", "mean over neurons of f(u(t)) f(u(s)) (coupling.symmetry)"},
      {"response", "1", "R(t,s)", "mean response of f(u(t)) to the field at time s (coupling.symmetry, theory)"},
      {"neighbour_covariance", "1", "D^k(T,T)",
       "covariance of neurons k apart on the ring at the horizon (correlated)"},
      {"lyapunov_spectrum", per_time, "\\lambda_i",
       "Lyapunov exponents; exponent i = 0, 1, ... of N at index (i + 1/2)/N (theory: no leak)"},
      {"jacobian_spectrum", "1", "", "eigenvalues of the Jacobian", "points"},
      {"attractor_output", "1", "m(t)", "mean of f(u) over all neurons at the end of the run (simulation.attractor)"},
      {"mean_output_spectrum", "1", "a^2/2",
       "mean square of a line of m(t) at each angular frequency, Hann window (simulation.attractor)"},
      {"spectral_lines", "1", "",
       "the strongest lines of m(t): frequency, amplitude, n_1, n_2 with frequency = |n_1 omega_1 + n_2 omega_2| "
       "folded "
       "by the sampling; 0, 0 without a label",
       "points"},
      {"return_plot", "1", "",
       "complex points m(t) + i m(t+1); continuous time: successive maxima of m(t) (simulation.attractor)", "points"},
      {"attractor_projection", "1", "",
       "complex points: the orbit on its two leading principal components, per square root of N "
       "(simulation.attractor)",
       "points"},
      {"neuron_mean", "1", "\\mu_i", "time average of each neuron (a given matrix)"},
      {"neuron_variance", "1", "v_i", "variance in time of each neuron (a given matrix)"},
  };
}

}  // namespace

system::Schema rate_schema(TimeKind time) {
  const std::string time_unit = time == TimeKind::kDiscrete ? "step" : "tau";
  system::Schema schema;
  append_network(schema.parameters, time);
  append_coupling(schema.parameters);
  append_threshold(schema.parameters);
  append_noise_and_start(schema.parameters, time);
  append_stimulus(schema.parameters, time_unit);
  append_theory(schema.parameters, time, time_unit);
  append_simulation(schema.parameters, time, time_unit);
  schema.quantities = quantities("1/" + time_unit, time_unit);
  schema.curves = curves("1/" + time_unit);
  return schema;
}

}  // namespace limes::rate

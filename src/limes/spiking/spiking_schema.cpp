#include "limes/spiking/spiking_schema.hpp"

#include "limes/system/key.hpp"

namespace limes::spiking {

namespace {

using system::choice;
using system::Form;
using system::integer;
using system::Parameter;
using system::path;
using system::real;

void append_network(std::vector<Parameter>& list) {
  list.push_back(choice("neuron.intensity", "intensity of a neuron: Lam exp(y), or the state itself (excitatory only)")
                     .otherwise("exponential")
                     .one_of({"exponential", "linear"}));
  list.push_back(integer("groups.size", "neurons of each group; left out: 20, or one group per neuron of coupling.file")
                     .symbol("n_a")
                     .form(Form::kScalarOrList)
                     .least(1)
                     .most(1e8)
                     .follows({"coupling.file", "coupling.values"}));
  list.push_back(
      real("groups.base_rate", "Lam: intensity at rest (exponential); b: where the intensity relaxes (linear)")
          .symbol("\\Lambda_a")
          .unit("1/time")
          .otherwise(1.0)
          .form(Form::kScalarOrList)
          .least(0)
          .most(1e12));
  list.push_back(real("groups.time_constant", "tau of the relaxation to rest; inf: no relaxation")
                     .symbol("\\tau_a")
                     .unit("time")
                     .otherwise(1.0)
                     .form(Form::kScalarOrList)
                     .above(0)
                     .or_infinity());
  list.push_back(real("groups.reset",
                      "state after an own spike: rho, the log-intensity above rest (exponential); r, "
                      "the intensity (linear)")
                     .symbol("\\rho_a")
                     .otherwise(0.0)
                     .form(Form::kScalarOrList)
                     .least(-100)
                     .most(1e6));
}

void append_couplings(std::vector<Parameter>& list) {
  list.push_back(
      real("coupling.weights", "weight of one connection, from a neuron of group c (column) to one of a (row)")
          .symbol("w_{ac}")
          .form(Form::kScalarOrMatrix)
          .least(-1e6)
          .most(1e6));
  list.push_back(real("coupling.total", "in its place the total weight per target: w = W_ac / (n_c - delta_ac)")
                     .symbol("W_{ac}")
                     .form(Form::kScalarOrMatrix)
                     .least(-1e6)
                     .most(1e6));
  list.push_back(
      path("coupling.file", "weights by neuron, N x N: Matrix Market, CSV, NPY or HDF5 (file.h5:/path); row = target"));
  list.push_back(real("coupling.values", "weights by neuron, an array of rows (row = target)").form(Form::kMatrix));
  list.push_back(integer("replicas.count", "number of replicas M; 1: the network itself; a list: one result for each")
                     .symbol("M")
                     .otherwise(1)
                     .form(Form::kScalarOrList)
                     .least(1)
                     .most(1e8));
  list.push_back(real("input.weights", "weights of external Poisson inputs to every neuron; or one list per group")
                     .form(Form::kListOrRows)
                     .least(-1e6)
                     .most(1e6));
  list.push_back(real("input.rates", "their rates, one per weight")
                     .symbol("\\nu")
                     .unit("1/time")
                     .form(Form::kListOrRows)
                     .least(0)
                     .most(1e12));
  list.push_back(
      real("initial.mean", "state from which all neurons of a group start (as groups.reset); left out: the reset")
          .form(Form::kScalarOrList)
          .least(-1e3)
          .most(1e6));
}

void append_runs(std::vector<Parameter>& list) {
  list.push_back(real("detection.filter", "time constant of the filter of the state trace, in longest time constants")
                     .otherwise(2.0)
                     .unit("tau")
                     .above(0)
                     .most(1e6));
  list.push_back(real("detection.bin", "width of the bins in which spikes are counted, in longest time constants")
                     .otherwise(0.25)
                     .unit("tau")
                     .above(0)
                     .most(1e6));
  list.push_back(real("detection.states",
                      "rates by group (columns) of the states (rows) to look for; left out: the "
                      "stable states of the theory")
                     .unit("1/time")
                     .form(Form::kMatrix)
                     .least(0));
  list.push_back(choice("theory.kind", "stationary states, or the rates at all times from the initial state")
                     .otherwise("stationary")
                     .one_of({"stationary", "time_dependent"}));
  list.push_back(real("theory.horizon", "last time of the time-dependent theory, and of the trajectory beside it")
                     .otherwise(20.0)
                     .unit("time")
                     .above(0)
                     .most(1e5)
                     .quick(20));
  list.push_back(choice("theory.solver", "how the one-neuron problem is solved")
                     .otherwise("backward")
                     .one_of({"backward", "forward", "generating_function"}));
  list.push_back(choice("simulation.method",
                        "direct: runs of the network; forward_flux: rates of leaving each of two metastable states, "
                        "however rare, by forward flux sampling")
                     .otherwise("direct")
                     .one_of({"direct", "forward_flux"}));
  list.push_back(integer("simulation.trials", "forward_flux: trajectories from each interface")
                     .symbol("")
                     .otherwise(1000)
                     .least(20)
                     .most(1e7)
                     .quick(200));
  list.push_back(real("simulation.duration",
                      "time that is measured, after the transient; forward_flux: time in each state by which the flux "
                      "through the first interface is measured")
                     .otherwise(1000.0)
                     .unit("time")
                     .above(0)
                     .most(1e10)
                     .quick(300));
  list.push_back(real("simulation.transient", "time before the measurement")
                     .otherwise(20.0)
                     .unit("time")
                     .least(0)
                     .most(1e10)
                     .quick(10));
  list.push_back(integer("simulation.realisations", "independent runs of the network")
                     .symbol("")
                     .otherwise(10)
                     .least(1)
                     .most(1e6)
                     .quick(6));
  list.push_back(real("simulation.rate_limit", "spikes per time constant above which a network is refused as a runaway")
                     .otherwise(1e5)
                     .above(0));
}

std::vector<system::QuantityInfo> quantities() {
  return {
      {"rate", "1/time", "\\beta_a", "spikes per neuron and time"},
      {"isi_cv", "1", "CV", "coefficient of variation of the interspike intervals"},
      {"isi_mean", "time", "", "mean interspike interval"},
      {"mean_state", "1", "E y", "mean of the state over neurons and time (exponential: log-intensity above rest)"},
      {"state_variance", "1", "", "variance of the state over neurons and time"},
      {"thermodynamic_rate", "1/time", "", "rate of the thermodynamic mean field, where inputs are their mean drift",
       "linear", "rate"},
      {"rate_gain", "1", "J_{ac}", "derivative of the rate of group a by that of group c, through all its connections"},
      {"rate_sensitivity", "1", "", "derivative of the rate by the rates of the external inputs"},
      {"growth_rate", "1/time", "", "largest real part of the eigenvalues of the time-dependent limit"},
      {"stable", "1", "", "whether the state is stable (1) or not (0)"},
      {"occupancy", "1", "", "share of the time that is spent in a detected state"},
      {"residence_time", "time", "", "mean time between entries into different core sets, whole visits only",
       "logarithmic"},
      {"mean_residence_time", "time", "", "time in a detected state over its exits, unfinished visits included",
       "logarithmic"},
      {"residence_time_cv", "1", "", "coefficient of variation of the residence times; 1 for an exponential law"},
      {"residence_median_ratio", "1", "", "median over mean of the residence times; 0.693 for an exponential law"},
      {"transition_count", "1", "", "whole visits to a detected state"},
      {"transition_rate", "1/time", "k_{ab}", "transitions from state a (row) to b (column) over the time in a"},
      {"interface_count", "1", "", "forward_flux: interfaces between a state and the core of the other"},
      {"settling_factor", "1", "c",
       "forward_flux: survival of a visit from its start over that of the settled state; mean residence = c / rate "
       "of leaving the settled state"},
      {"conditional_rate", "1/time", "", "rates while a state is held: from entering its core to leaving it last",
       "linear", "rate"},
      {"conditional_isi_cv", "1", "", "CV of the intervals within one visit (long ones are cut off by its end)",
       "linear", "isi_cv"},
      {"modal_rate", "1/time", "", "most frequent filtered rate (of its logarithm), in each detected state", "linear",
       "rate"},
      {"residual", "1", "", "residual of the self-consistency"},
  };
}

std::vector<system::CurveInfo> curves() {
  return {
      {"reaching_probability", "1", "",
       "forward_flux: probability that a trajectory which crosses the first interface gets that far towards the other "
       "core (0: the border of its own core, 1: the other core)",
       "logarithmic"},
      {"isi_density", "1/time", "", "density of the interspike intervals of each group"},
      {"frequency_response", "1", "",
       "complex response of a group's rate to a modulation of another's, by angular frequency"},
      {"input_response", "1", "",
       "complex response of the network's rates to a modulation of an external input of all groups"},
      {"power_spectrum", "1/time", "S", "spectrum of one neuron's spikes of each group, by angular frequency"},
      {"rate_trajectory", "1/time", "\\beta_a(t)",
       "mean rate of each group from the initial state, over the bin that begins at `time` (theory.kind "
       "time_dependent)"},
      {"state_trace", "1/time", "s_a(t)",
       "filtered rate of each group, the start of the first run; theory: the rates of the stable states"},
      {"self_consistency", "1/time", "F(C \\beta)",
       "rate of a neuron whose inputs fire at beta; states: where it is beta", "logarithmic"},
      {"raster", "1", "", "spikes of the first run (first replica): time and neuron", "points"},
      {"residence_survival", "1", "", "share of the visits to a state that last longer", "logarithmic"},
      {"exponential_law", "1", "e^{-t/T}", "survival of an exponential law with the mean residence time", "linear",
       "residence_survival"},
      {"conditional_isi_density", "1/time", "", "density of the interspike intervals within one visit to a state"},
      {"rate_density", "time", "", "density of the filtered rate of each group", "logarithmic"},
      {"state_density", "1", "p(y)",
       "density of the log-intensity above rest over neurons and time, in bins of 1/8 (a mass at one place is a peak)"},
  };
}

}  // namespace

system::Schema replica_schema() {
  system::Schema schema;
  append_network(schema.parameters);
  append_couplings(schema.parameters);
  append_runs(schema.parameters);
  schema.quantities = quantities();
  schema.curves = curves();
  return schema;
}

}  // namespace limes::spiking

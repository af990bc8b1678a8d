#include "limes/rate/renormalized/renormalized_schema.hpp"

#include <stdexcept>
#include <utility>

#include "limes/rate/rate_schema.hpp"

namespace limes::rate::renormalized {
namespace {

using system::Json;
using system::Parameter;
using system::Type;

/// Keys of rate.continuous, in the order in which they are shown, with what is said otherwise here.
struct Shared {
  const char* key;
  const char* meaning = "";
};

constexpr Shared kShared[] = {
    {"network.size", "number of neurons; left out: 300, or the size of the given matrix"},
    {"network.transfer", "transfer function f, which must be odd: tanh, erf, linear, clipped_tan, or your own"},
    {"network.expression"},
    {"network.gain"},
    {"network.time_constant"},
    {"coupling.kind"},
    {"coupling.mean", "gbar of random couplings: E J_ij = gbar/N; may be negative"},
    {"coupling.deviation", "g of random couplings: Var J_ij = g^2/N; the target of coupling.scale"},
    {"coupling.file"},
    {"coupling.values"},
    {"coupling.scale"},
    {"coupling.generator"},
    {"coupling.seed"},
    {"noise.intensity"},
    {"initial.mean"},
    {"initial.variance"},
    {"initial.generator"},
    {"initial.seed"},
    {"theory.lags"},
    {"simulation.duration"},
    {"simulation.transient", "time before the measurement: several times population_time_constant"},
    {"simulation.step", "integration step; left out: 0.1 (rk4), 0.05 (exponential, heun), 0.01 (euler)"},
    {"simulation.realisations"},
    {"simulation.lags", "longest lag of the measured curves, at most a quarter of the run"},
    {"simulation.precision"},
};

Parameter taken(const system::Schema& all, const Shared& shared) {
  const Parameter* found = all.find(shared.key);
  if (found == nullptr) throw std::logic_error("a shared key is missing in rate.continuous");
  Parameter parameter = *found;
  if (*shared.meaning != '\0') parameter.meaning = shared.meaning;
  if (parameter.key == "network.size") {
    parameter.minimum = 2;
    parameter.quick_maximum = 200;
  }
  if (parameter.key == "coupling.mean") parameter.symbol = "\\bar g";
  if (parameter.key == "coupling.deviation") parameter.symbol = std::string(1, 'g');
  if (parameter.key == "coupling.kind") parameter.choices = {"gaussian", "file", "values"};
  if (parameter.key == "simulation.lags") parameter.default_value = 20.0;
  if (parameter.key == "simulation.step") parameter.follows = {"simulation.integrator", "noise.intensity"};
  return parameter;
}

Parameter own(std::string key, Type type, Json otherwise, std::string meaning) {
  Parameter parameter;
  parameter.key = std::move(key);
  parameter.type = type;
  parameter.default_value = std::move(otherwise);
  parameter.meaning = std::move(meaning);
  return parameter;
}

void append_own(std::vector<Parameter>& list) {
  Parameter order =
      own("theory.order", Type::kChoice, "one_loop_feedback",
          "the highest order that is solved, with those below: one_loop is equations (2)-(5), "
          "one_loop_cross adds the cross term (6), one_loop_feedback that of each neuron's own noise (6'); a "
          "magnetised network has mean_field only");
  order.choices = {"mean_field", "one_loop", "one_loop_cross", "one_loop_feedback"};
  list.push_back(std::move(order));
  list.push_back(own("theory.gain_spread", Type::kBoolean, false,
                     "the factor (7) of the population's fluctuations: gains that differ from network to network"));
  Parameter integrator;
  integrator.key = "simulation.integrator";
  integrator.type = Type::kChoice;
  integrator.meaning =
      "left out: rk4 without noise, exponential with noise (weak order 2, exact for the uncoupled neuron)";
  integrator.choices = {"rk4", "euler", "heun", "exponential"};
  integrator.follows = {"noise.intensity"};
  list.push_back(std::move(integrator));
  Parameter trajectories = own("simulation.trajectories", Type::kInteger, 16,
                               "runs of each network that differ in noise and initial state, simulated together");
  trajectories.minimum = 1;
  trajectories.maximum = 1024;
  trajectories.quick_maximum = 8;
  list.push_back(std::move(trajectories));
  list.push_back(own("simulation.paired", Type::kBoolean, false,
                     "each network is run once more with gbar = 0, the same random part and noise, and the "
                     "differences (shifts) are given"));
}

std::vector<system::QuantityInfo> quantities() {
  return {
      {"variance", "1", "C_x(0)",
       "mean square of the state of a neuron, over neurons and time; of a magnetised network about R"},
      {"output_variance", "1", "C_\\phi(0)", "mean square of the output of a neuron"},
      {"population_variance", "1", "A(0)", "mean square of m(t), the mean output over neurons"},
      {"mean_gain", "1", "\\langle\\phi'\\rangle", "mean slope of the transfer function"},
      {"loop_gain", "1", "\\bar g\\langle\\phi'\\rangle",
       "gain of the population's loop; 1 at the magnetic transition"},
      {"population_time_constant", "tau", "1/(1 - \\bar g\\langle\\phi'\\rangle)",
       "time constant of the population's fluctuations"},
      {"critical_mean_coupling", "1", "\\bar g_c",
       "gbar of the magnetic transition of mean field, 1/<phi'> (the same for all gbar)"},
      {"magnetised_chaos_coupling", "1", "\\bar g_m",
       "gbar above which the magnetised static state (no noise) is stable: g^2 <phi'^2> = 1", "linear",
       "critical_mean_coupling"},
      {"lyapunov_exponent", "1/tau", "\\lambda", "largest Lyapunov exponent of the paramagnetic mean field"},
      {"gain_spread", "1", "", "largest factor - 1 of equation (7): spread of the population's gain over networks"},
      {"mean", "1", "R", "mean state of a magnetised network, taken positive"},
      {"mean_output", "1", "M", "mean output of a magnetised network, taken positive"},
      {"magnetised_fraction", "1", "", "share of trajectories that keep one sign of the mean output"},
      {"variance_shift", "1", "", "variance, minus that at gbar = 0 (simulation.paired)"},
      {"scaled_variance_shift", "1", "N \\Delta C_x(0)", "variance_shift times N (simulation.paired)"},
      {"population_variance_shift", "1", "", "population_variance, minus that at gbar = 0 (simulation.paired)"},
      {"mean_gain_shift", "1", "", "mean_gain, minus that at gbar = 0 (simulation.paired)"},
  };
}

std::vector<system::CurveInfo> curves() {
  return {
      {"autocovariance", "1", "C_x", "mean product of the states of a neuron at two times", "logarithmic"},
      {"population_autocovariance", "1", "A", "mean product of m(t), the mean output over neurons, at two times"},
      {"cross_covariance", "1", "c_\\phi", "mean product of the outputs of two neurons, over pairs"},
      {"output_autocovariance", "1", "C_\\phi", "mean product of the outputs of a neuron at two times"},
      {"state_cross_covariance", "1", "c_x", "mean product of the states of two neurons, over pairs"},
      {"autocovariance_shift", "1", "", "autocovariance, minus that at gbar = 0 (simulation.paired)"},
      {"population_autocovariance_shift", "1", "",
       "population_autocovariance, minus that at gbar = 0 (simulation.paired)"},
  };
}

}  // namespace

system::Schema renormalized_schema() {
  system::Schema schema;
  const system::Schema all = rate_schema(TimeKind::kContinuous);
  for (const Shared& shared : kShared) schema.parameters.push_back(taken(all, shared));
  append_own(schema.parameters);
  schema.quantities = quantities();
  schema.curves = curves();
  return schema;
}

}  // namespace limes::rate::renormalized

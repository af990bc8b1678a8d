#include "limes/rate/renormalized/renormalized_description.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "limes/rate/rate_parameters.hpp"
#include "limes/rate/rate_schema.hpp"
#include "limes/rate/transfer_parameters.hpp"

namespace limes::rate::renormalized {
namespace {

using system::Json;
using system::Parameters;

constexpr std::int64_t kDefaultSize = 300;
constexpr std::int64_t kSmallestHalf = 16;
// Neurons times trajectories of the largest simulation (some GB with what is kept for the lags).
constexpr double kLargestBatch = 3e7;

/// The keys of `rate.continuous` that this system has not, at their defaults: they are read by the same function.
Parameters as_continuous(const Parameters& parameters) {
  Parameters full = parameters;
  for (const system::Parameter& parameter : rate_schema(TimeKind::kContinuous).parameters) {
    if (!full.has(parameter.key) && parameter.default_value) full = full.with(parameter.key, *parameter.default_value);
  }
  const bool matrix = parameters.has("coupling.file") || parameters.has("coupling.values");
  if (!matrix && !parameters.has("network.size")) full = full.with("network.size", kDefaultSize);
  return full.with("simulation.exponents", std::int64_t{0}).with("simulation.integrator", "euler");
}

Integrator integrator_of(const Parameters& parameters, double noise) {
  if (!parameters.has("simulation.integrator")) {
    return noise > 0.0 ? Integrator::kExponential : Integrator::kRungeKutta4;
  }
  const std::string name = parameters.text("simulation.integrator");
  if (name == "euler") return Integrator::kEuler;
  if (name == "heun") return Integrator::kHeun;
  if (name == "exponential") return Integrator::kExponential;
  if (noise > 0.0) {
    throw InputError(parameters.place("simulation.integrator"),
                     "conflicting options: simulation.integrator = \"rk4\" and noise.intensity > 0",
                     "rk4 is for noise-free networks; leave simulation.integrator out");
  }
  return Integrator::kRungeKutta4;
}

double default_step(Integrator integrator) {
  return integrator == Integrator::kRungeKutta4 ? 0.1 : integrator == Integrator::kEuler ? 0.01 : 0.05;
}

Order order_of(const std::string& name) {
  return name == "mean_field"       ? Order::kMeanField
         : name == "one_loop"       ? Order::kOneLoop
         : name == "one_loop_cross" ? Order::kOneLoopCross
                                    : Order::kOneLoopFeedback;
}

void require_one_odd_population(const Parameters& parameters, const RateDescription& network) {
  if (network.populations.size() != 1) {
    throw InputError(parameters.place("network.size"),
                     fmt::format("the theory is that of one population, not of {}", network.populations.size()),
                     "give network.size as one number");
  }
  if (network.size() < 2) {
    throw InputError(parameters.place("network.size"), "correlations need at least two neurons",
                     "give network.size = 2 or more");
  }
  require_odd(parameters, network.population().transfer);
}

}  // namespace

RenormalizedDescription describe_renormalized(const Parameters& parameters) {
  RenormalizedDescription description;
  const double largest_noise = [&] {
    const auto values = parameters.reals("noise.intensity");
    return *std::max_element(values.begin(), values.end());
  }();
  description.integrator = integrator_of(parameters, largest_noise);
  Parameters full = as_continuous(parameters);
  if (!parameters.has("simulation.step")) full = full.with("simulation.step", default_step(description.integrator));
  description.network = describe(full, TimeKind::kContinuous);
  require_one_odd_population(parameters, description.network);
  description.order = order_of(parameters.text("theory.order"));
  description.gain_spread = parameters.flag("theory.gain_spread");
  if (parameters.has("theory.lags")) description.lags = parameters.real("theory.lags");
  description.measured_lags = parameters.real("simulation.lags");
  description.trajectories = static_cast<int>(parameters.integer("simulation.trajectories"));
  description.paired = parameters.flag("simulation.paired");
  if (static_cast<double>(description.network.size()) * description.trajectories > kLargestBatch) {
    throw InputError(parameters.place("simulation.trajectories"),
                     fmt::format("{} trajectories of {} neurons are more than {:.0e} numbers", description.trajectories,
                                 description.network.size(), kLargestBatch),
                     "take fewer");
  }
  return description;
}

Parameters complete_renormalized(const Parameters& parameters, const RenormalizedDescription& description) {
  Parameters complete = parameters;
  const auto fill = [&](const char* key, const Json& value) {
    if (!complete.has(key)) complete = complete.with(key, value);
  };
  const RateDescription& network = description.network;
  const auto size = static_cast<std::int64_t>(network.size());
  fill("network.size", network.array_results ? Json::array({size}) : Json(size));
  fill("coupling.kind", !description.has_given_matrix()   ? "gaussian"
                        : parameters.has("coupling.file") ? "file"
                                                          : "values");
  fill("simulation.realisations", network.simulation.realisations);
  fill("simulation.step", network.simulation.step);
  constexpr const char* kNames[] = {"rk4", "euler", "heun", "exponential"};
  fill("simulation.integrator", kNames[static_cast<int>(description.integrator)]);
  return complete;
}

std::optional<Parameters> half_renormalized(const Parameters& parameters) {
  if (parameters.has("coupling.file") || parameters.has("coupling.values")) return std::nullopt;
  const RenormalizedDescription description = describe_renormalized(parameters);
  const std::int64_t half = static_cast<std::int64_t>(description.network.size()) / 2;
  if (has_fixed_matrix(description.network) || half < kSmallestHalf) return std::nullopt;
  return parameters.with("network.size", description.network.array_results ? Json::array({half}) : Json(half))
      .with("simulation.realisations", std::int64_t{4} * description.network.simulation.realisations);
}

LoopModel loop_model(const RenormalizedDescription& description, Order order) {
  LoopModel model;
  model.transfer = description.population().transfer;
  model.coupling_mean = description.coupling_mean();
  model.coupling_deviation = description.coupling_deviation();
  model.noise_intensity = description.population().noise_intensity;
  if (order == Order::kMeanField) return model;
  model.inverse_size = 1.0 / static_cast<double>(description.network.size());
  model.cross_term = order != Order::kOneLoop;
  model.own_feedback = order == Order::kOneLoopFeedback;
  model.gain_spread = description.gain_spread;
  return model;
}

}  // namespace limes::rate::renormalized

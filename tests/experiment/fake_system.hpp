#pragma once
// A system that is small enough to be known by heart: N independent normal numbers of deviation g. Theory: mean 0 and
// variance g^2. Simulation: their sample mean and variance in each realisation, exactly reproducible.

#include <cmath>
#include <cstring>
#include <functional>

#include "limes/math/random.hpp"
#include "limes/system/system.hpp"

namespace limes::experiment::fake {

using system::Context;
using system::Form;
using system::Json;
using system::Parameter;
using system::Parameters;
using system::Type;

/// Called before each realisation of a simulation, with its index: lets a test interrupt at a chosen moment.
using Hook = std::function<void(int)>;
/// Called whenever the theory is solved.
using TheoryHook = std::function<void()>;

class Model : public system::Model {
 public:
  Model(Parameters parameters, Hook hook, TheoryHook theory_hook)
      : parameters_(std::move(parameters)), hook_(std::move(hook)), theory_hook_(std::move(theory_hook)) {}

  /// What network.derived must be: it follows from the bias.
  static std::int64_t derived(const Parameters& parameters) { return parameters.real("network.bias") == 0.0 ? 7 : 8; }

  [[nodiscard]] system::TheoryOutcome theory(const Context& context) const override {
    context.stop.check();
    if (theory_hook_) theory_hook_();
    const double gain = parameters_.real("network.gain");
    system::TheoryOutcome outcome;
    if (parameters_.flag("theory.fails")) throw ConvergenceError("the iteration stalled", 0.125);
    outcome.branches.push_back({.label = "static-0", .stable = true, .family = {}, .description = "the only state"});
    outcome.quantities.push_back({.name = "mean", .branch = "static-0", .value = 0.0, .error = 0.0, .reason = {}});
    outcome.quantities.push_back(
        {.name = "variance", .branch = "static-0", .value = gain * gain, .error = 1e-12, .reason = {}});
    outcome.quantities.push_back({.name = "outlier",
                                  .branch = "static-0",
                                  .value = std::complex<double>(0.5, -0.25),
                                  .error = 0.0,
                                  .reason = {}});
    outcome.curves.push_back({.name = "covariance",
                              .branch = "static-0",
                              .axes = {{"lag", "1", {0.0, 1.0, 2.0}}},
                              .values = std::vector<double>{gain * gain, 0.0, 0.0}});
    return outcome;
  }

  [[nodiscard]] system::SimulationOutcome simulate(const Context& context) const override {
    system::SimulationOutcome outcome;
    outcome.planned = static_cast<int>(parameters_.integer("simulation.realisations"));
    for (int index = 0; index < outcome.planned; ++index) {
      if (hook_) hook_(index);
      if (context.stop.stop_requested()) {
        outcome.status = system::Status::kInterrupted;
        break;
      }
      context.progress(static_cast<double>(index) / outcome.planned, "realisation " + std::to_string(index));
      outcome.realisations.push_back(realisation(index, context));
      if (outcome.realisations.back().diverged) outcome.status = system::Status::kDiverged;
    }
    return outcome;
  }

  [[nodiscard]] Parameters explicit_parameters(const Parameters& parameters) const override {
    return parameters.has("network.derived") ? parameters : parameters.with("network.derived", derived(parameters));
  }

 private:
  [[nodiscard]] system::Realisation realisation(int index, const Context& context) const {
    const std::string name = "realisation " + std::to_string(index);
    double moments[4] = {};  // mean, variance, covariance at lags 1 and 2
    const auto saved = context.checkpoints == nullptr ? std::nullopt : context.checkpoints->load(name);
    if (saved && saved->size() == sizeof moments) {
      std::memcpy(moments, saved->data(), sizeof moments);
    } else {
      measure(index, moments);
      if (context.checkpoints != nullptr) {
        context.checkpoints->save(name, std::string(reinterpret_cast<const char*>(moments), sizeof moments));
      }
    }
    system::Realisation result;
    result.index = index;
    result.diverged = parameters_.flag("simulation.diverges");
    result.quantities.push_back({.name = "mean", .value = moments[0], .standard_error = {}});
    result.quantities.push_back({.name = "variance", .value = moments[1], .standard_error = {}});
    result.curves.push_back({.name = "covariance",
                             .axes = {{"lag", "1", {0.0, 1.0, 2.0}}},
                             .values = std::vector<double>{moments[1], moments[2], moments[3]},
                             .standard_error = {}});
    return result;
  }

  void measure(int index, double (&moments)[4]) const {
    const auto size = static_cast<std::size_t>(parameters_.integer("network.size"));
    std::vector<double> values(size);
    math::RandomStream(parameters_.seed(), static_cast<std::uint32_t>(index), math::Purpose::kUser, 0)
        .fill_normal(values);
    const double count = static_cast<double>(size);
    const double gain = parameters_.real("network.gain") + parameters_.real("network.bias");
    for (double& value : values) moments[0] += (value *= gain) / count;
    for (std::size_t lag = 0; lag < 3; ++lag) {
      for (std::size_t i = 0; i + lag < size; ++i) {
        moments[1 + lag] += (values[i] - moments[0]) * (values[i + lag] - moments[0]) / (count - 1.0);
      }
    }
  }

  Parameters parameters_;
  Hook hook_;
  TheoryHook theory_hook_;
};

inline Parameter parameter(std::string key, Type type, std::optional<Json> otherwise, double minimum = -1e9,
                           double maximum = 1e9) {
  Parameter result;
  result.key = std::move(key);
  result.type = type;
  result.default_value = std::move(otherwise);
  result.meaning = "a value of the test";
  result.minimum = minimum;
  result.maximum = maximum;
  return result;
}

inline system::Schema schema() {
  system::Schema schema;
  Parameter size = parameter("network.size", Type::kInteger, 200, 2, 1e6);
  size.quick_maximum = 50;
  Parameter choice = parameter("network.transfer", Type::kChoice, "tanh");
  choice.choices = {"tanh", "erf", "relu"};
  Parameter file = parameter("coupling.file", Type::kPath, std::nullopt);
  Parameter derived = parameter("network.derived", Type::kInteger, std::nullopt);
  derived.follows = {"network.bias", "network.label"};
  Parameter matrix = parameter("coupling.values", Type::kReal, std::nullopt);
  matrix.form = Form::kMatrix;
  Parameter list = parameter("threshold.values", Type::kReal, std::nullopt);
  list.form = Form::kList;
  Parameter constant = parameter("network.time_constant", Type::kReal, 1.5, 0, std::numeric_limits<double>::infinity());
  constant.infinity_allowed = true;
  constant.minimum_excluded = true;
  Parameter leak = parameter("network.leak", Type::kReal, 0.0, 0, 1);
  leak.maximum_excluded = true;
  schema.parameters = {size,
                       parameter("network.gain", Type::kReal, 1.0, 0, 100),
                       leak,
                       parameter("network.bias", Type::kReal, 0.0),
                       choice,
                       constant,
                       derived,
                       parameter("network.label", Type::kString, "plain"),
                       file,
                       matrix,
                       list,
                       parameter("theory.fails", Type::kBoolean, false),
                       parameter("simulation.diverges", Type::kBoolean, false),
                       parameter("simulation.realisations", Type::kInteger, 6, 1, 1000)};
  schema.quantities = {{"mean", "1", "m", "mean over the numbers"},
                       {"variance", "1", "v", "their variance"},
                       {"outlier", "1", "z", "a complex number"}};
  schema.curves = {{"covariance", "1", "C", "covariance of neighbours"}};
  return schema;
}

inline system::System make(Hook hook = {}, TheoryHook theory_hook = {}) {
  system::System system;
  system.id = "fake.gaussian";
  system.title = "independent normal numbers";
  system.paper = "Gauss 1809";
  system.equations = {"x_i = g n_i"};
  system.schema = schema();
  system.branch_coordinates = {"mean", "variance"};
  system.prepare = [hook, theory_hook](const Parameters& parameters) -> std::unique_ptr<system::Model> {
    if (parameters.has("coupling.file") && parameters.has("coupling.values")) {
      throw InputError(parameters.place("coupling.values"), "conflicting options: coupling.values and coupling.file",
                       "give one of them");
    }
    if (parameters.has("threshold.values") &&
        parameters.reals("threshold.values").size() != static_cast<std::size_t>(parameters.integer("network.size"))) {
      throw InputError(parameters.place("threshold.values"), "one threshold per number is needed");
    }
    if (parameters.has("network.derived") && parameters.integer("network.derived") != Model::derived(parameters)) {
      throw InputError(parameters.place("network.derived"), "conflicting options: network.derived and network.bias");
    }
    return std::make_unique<Model>(parameters, hook, theory_hook);
  };
  system.half_size = [](const Parameters& parameters) -> std::optional<Parameters> {
    return parameters.with("network.size", parameters.integer("network.size") / 2)
        .with("simulation.realisations", parameters.integer("simulation.realisations") * 4);
  };
  system.size_parameter = "network.size";
  return system;
}

}  // namespace limes::experiment::fake

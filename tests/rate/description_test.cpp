// From parameters to a described network: defaults, conventions, and every refused combination with its message.

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "limes/rate/rate_description.hpp"
#include "limes/rate/rate_schema.hpp"
#include "limes/rate/result_shape.hpp"

namespace limes::rate {
namespace {

using system::Json;

using Given = std::map<std::string, Json>;

RateDescription described(const Given& values, TimeKind time = TimeKind::kDiscrete) {
  std::map<std::string, system::GivenValue> given;
  int line = 0;
  for (const auto& [key, value] : values) given[key] = {value, Place{"my.toml", ++line, 1, key}};
  return describe(system::Parameters(rate_schema(time), given, 5), time);
}

/// The message of the refusal; fails the test if there is none, or if it does not name the place.
std::string refusal(const Given& values, TimeKind time = TimeKind::kDiscrete) {
  try {
    static_cast<void>(described(values, time));
  } catch (const InputError& error) {
    EXPECT_EQ(error.place().file, "my.toml") << error.what();
    EXPECT_GT(error.place().line, 0) << error.what();
    return error.what();
  }
  ADD_FAILURE() << "nothing was refused";
  return {};
}

#define EXPECT_REFUSED(text, ...) EXPECT_NE(refusal(__VA_ARGS__).find(text), std::string::npos) << refusal(__VA_ARGS__)

class Folder {
 public:
  Folder() : path_(std::filesystem::temp_directory_path() / ("limes-description-" + std::to_string(::getpid()))) {
    std::filesystem::create_directories(path_);
  }
  ~Folder() { std::filesystem::remove_all(path_); }
  [[nodiscard]] std::string file(const std::string& name, const std::string& text) const {
    std::ofstream(path_ / name) << text;
    return (path_ / name).string();
  }

 private:
  std::filesystem::path path_;
};

TEST(Description, DefaultsAreThoseOfTheContract) {
  const auto map = described({});
  EXPECT_EQ(map.size(), 1000u);
  EXPECT_EQ(map.population().transfer.kind, transfer::Kind::kTanh);
  EXPECT_EQ(map.population().transfer.gain, 1.0);
  EXPECT_EQ(map.population().leak, 0.0);
  EXPECT_EQ(map.coupling.mean(0, 0), 0.0);
  EXPECT_EQ(map.coupling.deviation(0, 0), 1.0);
  EXPECT_EQ(map.population().initial_variance, 1.0);
  EXPECT_EQ(map.simulation.realisations, 10);
  EXPECT_EQ(map.simulation.exponents, 1);
  EXPECT_FALSE(map.array_results);
  EXPECT_EQ(map.seed, 5u);
  EXPECT_EQ(map.coupling.seed, 5u);
  EXPECT_EQ(lag_step(map), 1.0);

  const auto flow = described({}, TimeKind::kContinuous);
  EXPECT_EQ(flow.simulation.integrator, Integrator::kRungeKutta4);
  EXPECT_EQ(flow.simulation.step, 0.1);
  EXPECT_EQ(flow.simulation.measured_steps, 2000);
  EXPECT_EQ(flow.theory.method, TheoryOptions::Method::kPotential);
}

TEST(Description, NoiseChoosesEulerMaruyama) {
  const auto noisy = described({{"noise.intensity", 0.5}}, TimeKind::kContinuous);
  EXPECT_EQ(noisy.simulation.integrator, Integrator::kEulerMaruyama);
  EXPECT_EQ(noisy.simulation.step, 0.02);
  EXPECT_REFUSED("conflicting options: simulation.integrator = \"rk4\" and noise.intensity",
                 {{"noise.intensity", 0.5}, {"simulation.integrator", "rk4"}}, TimeKind::kContinuous);
}

TEST(Description, LagsLieOnAGridOfAtMostATenth) {
  const auto step_of = [](double step) {
    const auto description = described({{"simulation.step", step}}, TimeKind::kContinuous);
    EXPECT_NEAR(static_cast<double>(sample_stride(description)) * step / lag_step(description),
                std::round(static_cast<double>(sample_stride(description)) * step / lag_step(description)), 1e-12);
    return lag_step(description);
  };
  EXPECT_DOUBLE_EQ(step_of(0.1), 0.1);
  EXPECT_DOUBLE_EQ(step_of(0.02), 0.1);
  EXPECT_DOUBLE_EQ(step_of(0.03), 0.09);
  EXPECT_DOUBLE_EQ(step_of(0.07), 0.07);
  EXPECT_DOUBLE_EQ(step_of(0.25), 0.25 / 3.0);
}

TEST(Description, IntegersAreRealsAndArraysOfOneAreNumbers) {
  const auto description = described({{"network.size", Json::array({64})},
                                      {"network.gain", Json::array({2})},
                                      {"coupling.mean", Json::array({Json::array({1})})},
                                      {"threshold.mean", 1}});
  EXPECT_EQ(description.size(), 64u);
  EXPECT_TRUE(description.array_results);
  EXPECT_EQ(description.populations[0].transfer.gain, 2.0);
  EXPECT_EQ(description.coupling.mean(0, 0), 1.0);
  EXPECT_EQ(description.populations[0].threshold_mean, 1.0);
}

TEST(Description, SeveralPopulations) {
  const Json pairs = Json::array({Json::array({1.0, -2.0}), Json::array({3.0, 0.5})});
  const auto description = described({{"network.size", Json::array({30, 10})},
                                      {"network.gain", Json::array({1.0, 2.0})},
                                      {"network.leak", 0.5},
                                      {"coupling.mean", pairs},
                                      {"threshold.mean", Json::array({0.1, 0.2})}});
  EXPECT_EQ(description.size(), 40u);
  EXPECT_EQ(description.borders(), (std::vector<std::size_t>{0, 30, 40}));
  EXPECT_TRUE(description.array_results);
  EXPECT_EQ(description.populations[1].transfer.gain, 2.0);
  EXPECT_EQ(description.populations[1].leak, 0.5);
  EXPECT_EQ(description.populations[1].threshold_mean, 0.2);
  EXPECT_EQ(description.coupling.mean(0, 1), -2.0);  // row = target
  EXPECT_EQ(description.coupling.deviation(1, 0), 1.0);
  EXPECT_EQ(described({{"network.leak", Json::array({0.1, 0.2})}}).size(), 2000u);  // sizes are left out
}

TEST(Description, PopulationsMustAgree) {
  EXPECT_REFUSED("threshold.mean has 2 values but the network has 1 population",
                 {{"network.size", 100}, {"threshold.mean", Json::array({1.0, 2.0})}});
  EXPECT_REFUSED("threshold.mean has 2 values but the network has 3 populations",
                 {{"network.size", Json::array({5, 5, 5})}, {"threshold.mean", Json::array({1.0, 2.0})}});
  EXPECT_REFUSED("coupling.mean is 1 x 2 but the network has 2 populations",
                 {{"network.size", Json::array({5, 5})}, {"coupling.mean", Json::array({Json::array({1.0, 2.0})})}});
  EXPECT_REFUSED("several populations and coupling.values",
                 {{"network.size", Json::array({1, 1})},
                  {"coupling.values", Json::array({Json::array({1.0, 2.0}), Json::array({1.0, 2.0})})}});
}

TEST(Description, WhatIsNotSupportedIsRefusedByName) {
  EXPECT_REFUSED("two_time", {{"coupling.symmetry", 0.5}});
  EXPECT_REFUSED("two_time", {{"coupling.kind", "correlated"}});
  EXPECT_REFUSED("12 exponents of a network of 10 neurons", {{"network.size", 10}, {"simulation.exponents", 12}});
  EXPECT_REFUSED("must be an integer or \"all\", not the string \"al\"; did you mean \"all\"?",
                 {{"simulation.exponents", "al"}});
  EXPECT_REFUSED("must be an integer or \"all\", not 2.5", {{"simulation.exponents", 2.5}});
  EXPECT_REFUSED("must be at least 0", {{"simulation.exponents", -1}});
  EXPECT_REFUSED("simulation.precision = \"single\"",
                 {{"simulation.exponents", 2}, {"simulation.precision", "single"}});
  EXPECT_REFUSED("need several frames of", {{"network.size", 20000}, {"simulation.exponents", "all"}});
  EXPECT_REFUSED("coupling.degree is missing", {{"coupling.kind", "bernoulli"}});
  EXPECT_REFUSED("coupling.kind", {{"coupling.kind", "binomial"}});
  EXPECT_REFUSED("network.leak", {{"network.leak", 1.0}});
  EXPECT_REFUSED("N^3", {{"simulation.jacobian_spectrum", true}, {"network.size", 20000}});
}

TEST(Description, TwoTimeTheoriesMustFitIntoMemory) {
  EXPECT_REFUSED("would need 40 GB", {{"theory.kind", "two_time"}, {"theory.horizon", 100000.0}});
  EXPECT_REFUSED(
      "fewer theory.samples",
      {{"theory.kind", "two_time"}, {"coupling.symmetry", 0.5}, {"theory.horizon", 500.0}, {"theory.samples", 100000}});
}

TEST(Description, EnsemblesAreChecked) {
  EXPECT_REFUSED("coupling.degree is 30 but there are 20 source neurons",
                 {{"network.size", 20}, {"coupling.kind", "bernoulli"}, {"coupling.degree", 30}});
  EXPECT_REFUSED("a fixed in-degree is a whole number",
                 {{"network.size", 20}, {"coupling.kind", "fixed_in_degree"}, {"coupling.degree", 2.5}});
  EXPECT_REFUSED("conflicting options: coupling.degree and coupling.kind = \"gaussian\"", {{"coupling.degree", 10}});
  const Given ring = {{"network.size", 40}, {"coupling.kind", "correlated"}, {"theory.kind", "two_time"}};
  auto too_strong = ring;
  too_strong["coupling.row_covariance"] = Json::array({1.0, 0.6});  // 1 - 1.2 at the shortest wave
  EXPECT_REFUSED("smallest spectral value -0.2", too_strong);
  auto no_unit = ring;
  no_unit["coupling.column_covariance"] = Json::array({0.9, 0.1});
  EXPECT_REFUSED("coupling.column_covariance[0] must be 1", no_unit);
  EXPECT_REFUSED("coupling.symmetry is for gaussian couplings of one population",
                 {{"network.size", Json::array({20, 20})}, {"coupling.symmetry", 0.5}, {"theory.kind", "two_time"}});
}

TEST(Description, AGivenMatrixSetsSizeMomentsAndRepeats) {
  const Json values = Json::array({Json::array({0.0, 2.0}), Json::array({-1.0, 0.5})});
  const auto description = described({{"coupling.values", values}});
  EXPECT_EQ(description.size(), 2u);
  EXPECT_EQ(description.coupling.kind, CouplingDescription::Kind::kGiven);
  EXPECT_EQ(description.simulation.realisations, 1);
  EXPECT_TRUE(has_fixed_matrix(description));
  EXPECT_DOUBLE_EQ(description.coupling.mean(0, 0), 1.5 / 2.0);  // the sum over N
  EXPECT_DOUBLE_EQ(description.coupling.deviation(0, 0), std::sqrt(2.0 * (5.25 / 4.0 - std::pow(1.5 / 4.0, 2))));
  const auto& matrix = std::get<coupling::DenseMatrix>(*description.coupling.matrix);
  EXPECT_EQ(matrix(0, 1), 2.0);  // row = target

  const auto surrogate = iid_surrogate(description, 39);
  EXPECT_EQ(surrogate.coupling.kind, CouplingDescription::Kind::kGaussian);
  EXPECT_EQ(surrogate.coupling.deviation(0, 0), description.coupling.deviation(0, 0));
  EXPECT_EQ(surrogate.simulation.realisations, 39);
  EXPECT_EQ(surrogate.simulation.exponents, 1);
  EXPECT_FALSE(has_fixed_matrix(surrogate));

  EXPECT_REFUSED("network.size is 3 but the matrix is 2 x 2", {{"coupling.values", values}, {"network.size", 3}});
  EXPECT_REFUSED("conflicting options: coupling.mean", {{"coupling.values", values}, {"coupling.mean", 1.0}});
  EXPECT_REFUSED("conflicting options: coupling.deviation", {{"coupling.values", values}, {"coupling.deviation", 2.0}});
  EXPECT_REFUSED("conflicting options: coupling.kind", {{"coupling.values", values}, {"coupling.kind", "gaussian"}});
  EXPECT_REFUSED("coupling.file is missing", {{"coupling.values", values}, {"coupling.kind", "file"}});
  EXPECT_REFUSED("conflicting options: coupling.scale", {{"coupling.scale", "deviation"}});
  EXPECT_REFUSED("not square", {{"coupling.values", Json::array({Json::array({1.0, 2.0})})}});
  const Json nilpotent = Json::array({Json::array({0.0, 1.0}), Json::array({0.0, 0.0})});
  EXPECT_REFUSED("", {{"coupling.values", nilpotent}, {"coupling.scale", "spectral_radius"}});
}

TEST(Description, AMatrixFileIsReadAndScaled) {
  const Folder folder;
  const auto path = folder.file("m.csv", "0,4\n4,0\n");
  const auto description =
      described({{"coupling.file", path}, {"coupling.scale", "spectral_radius"}, {"coupling.deviation", 1.5}});
  EXPECT_NEAR(std::get<coupling::DenseMatrix>(*description.coupling.matrix)(0, 1), 1.5, 1e-12);
  EXPECT_EQ(description.coupling.origin, path);
  EXPECT_REFUSED("conflicting options: coupling.values and coupling.file",
                 {{"coupling.file", path}, {"coupling.values", Json::array({Json::array({1.0})})}});
  try {
    static_cast<void>(described({{"coupling.file", folder.file("bad.csv", "1,nan\n2,3\n")}}));
    ADD_FAILURE() << "a matrix with NaN was taken";
  } catch (const InputError& error) {
    EXPECT_NE(error.place().file.find("bad.csv"), std::string::npos);  // the place in the file itself
  }
}

TEST(Description, ThresholdValuesGiveTheirMoments) {
  const auto description = described({{"network.size", 3}, {"threshold.values", Json::array({1.0, 2.0, 6.0})}});
  EXPECT_DOUBLE_EQ(description.populations[0].threshold_mean, 3.0);
  EXPECT_DOUBLE_EQ(description.populations[0].threshold_deviation, std::sqrt(14.0 / 3.0));
  EXPECT_REFUSED("threshold.values has 3 values but the network has 4 neurons",
                 {{"network.size", 4}, {"threshold.values", Json::array({1.0, 2.0, 6.0})}});
  EXPECT_REFUSED("conflicting options: threshold.mean and threshold.values",
                 {{"network.size", 1}, {"threshold.values", Json::array({1.0})}, {"threshold.mean", 1.0}});
}

TEST(Description, PortableGeneratorsHaveSeedsOfTheirOwn) {
  const auto description = described({{"coupling.generator", "portable"},
                                      {"threshold.generator", "portable"},
                                      {"initial.generator", "portable"},
                                      {"initial.seed", 77}});
  EXPECT_EQ(description.coupling.seed, 1u);
  EXPECT_EQ(description.threshold.seed, 2u);
  EXPECT_EQ(description.initial.seed, 77u);
  EXPECT_EQ(description.simulation.realisations, 1);
}

TEST(Description, StimuliAreChecked) {
  const Folder folder;
  const auto table = folder.file("s.csv", "1\n2\n3\n");
  EXPECT_REFUSED("the stimulus has 3 rows but the simulation takes 20 steps",
                 {{"stimulus.file", table}, {"simulation.steps", 15}, {"simulation.transient", 5}});
  EXPECT_REFUSED("no file is named", {{"stimulus.kind", "file"}});
  EXPECT_REFUSED("conflicting options: stimulus.file", {{"stimulus.kind", "sine"}, {"stimulus.file", table}});
  EXPECT_REFUSED("stimulus.pattern has 1 values but the network has 2 neurons",
                 {{"network.size", 2}, {"stimulus.kind", "step"}, {"stimulus.pattern", Json::array({1.0})}});
  const auto wide = folder.file("w.csv", "1,2\n2,3\n3,4\n");
  EXPECT_REFUSED("the stimulus has 2 columns but the network has 5 neurons",
                 {{"network.size", 5}, {"stimulus.file", wide}});
}

TEST(Description, ResultShapes) {
  auto description = described({{"network.size", Json::array({8})}});
  EXPECT_EQ(quantity_of_population(description, "mean", 2.0).shape, (std::vector<std::size_t>{1}));
  EXPECT_TRUE(quantity_of_population(description, "coupling_norm", 2.0).shape.empty());
  description.array_results = false;
  EXPECT_TRUE(quantity_of_population(description, "mean", 2.0).shape.empty());
  EXPECT_EQ(spectrum_frequencies(TimeKind::kDiscrete).size(), 129u);
  EXPECT_EQ(lag_axis(description, 3).values, (std::vector<double>{0.0, 1.0, 2.0}));
}

}  // namespace
}  // namespace limes::rate

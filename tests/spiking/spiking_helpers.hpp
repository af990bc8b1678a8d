#pragma once
// What the tests of the spiking networks share: the networks of the theory note's tables, and results by name.

#include <gtest/gtest.h>

#include <cmath>
#include <initializer_list>
#include <limits>
#include <string>
#include <vector>

#include "limes/spiking/simulation/simulation.hpp"

namespace limes::spiking::testing {

inline constexpr double kInfinity = std::numeric_limits<double>::infinity();

inline Eigen::MatrixXd matrix(std::initializer_list<std::initializer_list<double>> rows) {
  Eigen::MatrixXd result(static_cast<Eigen::Index>(rows.size()), static_cast<Eigen::Index>(rows.begin()->size()));
  Eigen::Index i = 0;
  for (const auto& row : rows) {
    Eigen::Index j = 0;
    for (const double value : row) result(i, j++) = value;
    ++i;
  }
  return result;
}

/// One long run from the reset.
inline SpikingDescription run_of(Intensity intensity, std::vector<Group> groups, Eigen::MatrixXd weights,
                                 double duration, std::size_t replicas = 1) {
  SpikingDescription description;
  description.network.intensity = intensity;
  description.network.groups = std::move(groups);
  description.network.weights = std::move(weights);
  description.replicas = {replicas};
  description.simulation.duration = duration;
  description.simulation.transient = 30.0;
  description.simulation.realisations = 1;
  for (const Group& group : description.network.groups) description.simulation.initial.push_back(group.reset);
  description.seed = 5;
  return description;
}

/// Note 8.2: three distinct neurons.
inline SpikingDescription three(double duration, std::size_t replicas) {
  return run_of(Intensity::kExponential, {{1, 0.5, 1.0, -0.5}, {1, 0.8, 1.5, 0.0}, {1, 0.4, 0.7, -1.0}},
                matrix({{0.0, 0.8, -0.6}, {0.5, 0.0, -0.9}, {0.7, 0.4, 0.0}}), duration, replicas);
}
/// Note 8.3: excitation and inhibition.
inline SpikingDescription excitation_inhibition(double duration, std::size_t replicas) {
  return run_of(Intensity::kExponential, {{8, 0.5, 1.0, 0.0}, {4, 1.0, 0.5, -1.0}}, matrix({{0.4, -0.5}, {0.3, -0.4}}),
                duration, replicas);
}
/// Note 8.4: the bistable group E20, started at y.
inline SpikingDescription bistable(double duration, std::size_t replicas, double start) {
  auto description =
      run_of(Intensity::kExponential, {{20, 0.05, 1.0, 0.0}}, matrix({{6.3 / 19.0}}), duration, replicas);
  description.simulation.initial = {start};
  return description;
}
/// Note 8.5: two competing groups WTA10.
inline SpikingDescription competing(double duration, std::size_t size) {
  const double self = 2.0 / static_cast<double>(size - 1), cross = -2.0 / static_cast<double>(size);
  return run_of(Intensity::kExponential, {{size, 0.5, 1.0, 0.0}, {size, 0.5, 1.0, 0.0}},
                matrix({{self, cross}, {cross, self}}), duration);
}
/// Note 8.6: the linear model of one group.
inline SpikingDescription linear(std::size_t size, double base, double time, double reset, double weight,
                                 double duration, std::size_t replicas) {
  return run_of(Intensity::kLinear, {{size, base, time, reset}}, matrix({{weight}}), duration, replicas);
}

inline system::SimulationOutcome simulate(const SpikingDescription& description,
                                          const std::vector<KnownState>& states = {}, int threads = 1) {
  system::Context context;
  context.threads = threads;
  return simulate_network(description, states, context);
}

inline const system::Measurement* find(const system::Realisation& realisation, const std::string& name,
                                       const std::string& label = "") {
  for (const auto& quantity : realisation.quantities) {
    if (quantity.name == name && quantity.branch == label) return &quantity;
  }
  return nullptr;
}

inline std::vector<double> values(const system::SimulationOutcome& outcome, const std::string& name,
                                  const std::string& label = "") {
  const auto* found = find(outcome.realisations.at(0), name, label);
  return found == nullptr ? std::vector<double>{} : found->value.values;
}

/// Expects each component within four combined standard errors of the table's value. `extra`: of rounding in the table.
inline void expect_near_table(const system::SimulationOutcome& outcome, const std::string& name,
                              const std::string& label, const std::vector<double>& table,
                              const std::vector<double>& table_error, double extra = 0.0) {
  const auto* found = find(outcome.realisations.at(0), name, label);
  ASSERT_NE(found, nullptr) << name << " " << label;
  ASSERT_EQ(found->value.values.size(), table.size()) << name;
  ASSERT_TRUE(found->standard_error.has_value()) << name << " " << label;
  for (std::size_t a = 0; a < table.size(); ++a) {
    const double value = found->value.values[a], error = found->standard_error->values[a];
    const double z = (value - table[a]) / std::hypot(error, table_error[a], extra);
    EXPECT_LT(std::abs(z), 4.0) << name << " " << label << "[" << a << "]: " << value << " +- " << error << ", table "
                                << table[a] << " +- " << table_error[a];
    // A standard error that is far too large would hide everything.
    EXPECT_LT(error, 0.1 * std::abs(value)) << name << " " << label;
  }
}

}  // namespace limes::spiking::testing

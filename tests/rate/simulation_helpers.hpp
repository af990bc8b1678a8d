#pragma once
// What the tests of the simulation share: small descriptions, and results by name.

#include <gtest/gtest.h>

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "limes/rate/rate_description.hpp"
#include "limes/rate/simulation/batch.hpp"
#include "limes/rate/simulation/simulation.hpp"

namespace limes::rate::testing {

/// A map of N neurons (or, for kContinuous, a flow with RK4 of step 0.1) with iid couplings and the usual defaults.
inline RateDescription network(TimeKind time, std::size_t size) {
  RateDescription description;
  description.time = time;
  description.populations[0].size = size;
  description.simulation.integrator = time == TimeKind::kDiscrete ? Integrator::kMap : Integrator::kRungeKutta4;
  description.simulation.step = time == TimeKind::kDiscrete ? 1.0 : 0.1;
  description.simulation.measured_steps = 200;
  description.simulation.transient_steps = 0;
  description.simulation.realisations = 1;
  description.simulation.lags = 20.0;
  description.seed = 7;
  description.coupling.seed = 7;
  description.threshold.seed = 7;
  description.initial.seed = 7;
  return description;
}

inline void give_matrix(RateDescription& description, const coupling::DenseMatrix& matrix) {
  description.populations[0].size = static_cast<std::size_t>(matrix.rows());
  description.coupling.kind = CouplingDescription::Kind::kGiven;
  description.coupling.matrix = std::make_shared<const coupling::Matrix>(matrix);
  const auto statistics = coupling::statistics(*description.coupling.matrix);
  description.coupling.mean(0, 0) = statistics.mean_coupling;
  description.coupling.deviation(0, 0) = statistics.deviation;
  description.coupling.origin = "test";
}

inline system::SimulationOutcome simulate(const RateDescription& description, int threads = 1) {
  system::Context context;
  context.threads = threads;
  return simulate_network(description, context);
}

inline std::optional<system::Measurement> find_quantity(const system::Realisation& realisation,
                                                        const std::string& name) {
  for (const auto& quantity : realisation.quantities) {
    if (quantity.name == name) return quantity;
  }
  return std::nullopt;
}

inline double quantity(const system::SimulationOutcome& outcome, const std::string& name, std::size_t index = 0) {
  const auto found = find_quantity(outcome.realisations.at(index), name);
  if (!found) throw std::runtime_error(name + " was not measured");
  return found->value.scalar();
}

inline system::MeasuredCurve curve(const system::SimulationOutcome& outcome, const std::string& name,
                                   std::size_t index = 0) {
  for (const auto& candidate : outcome.realisations.at(index).curves) {
    if (candidate.name == name) return candidate;
  }
  throw std::runtime_error(name + " was not measured");
}

/// Every number of an outcome, bit for bit comparable.
inline std::vector<double> all_numbers(const system::SimulationOutcome& outcome) {
  std::vector<double> numbers;
  const auto append = [&](const system::Tensor& tensor) {
    numbers.insert(numbers.end(), tensor.values.begin(), tensor.values.end());
  };
  for (const auto& realisation : outcome.realisations) {
    numbers.push_back(realisation.index);
    for (const auto& quantity : realisation.quantities) {
      append(quantity.value);
      if (quantity.standard_error) append(*quantity.standard_error);
    }
    for (const auto& curve : realisation.curves) {
      append(curve.values);
      if (curve.standard_error) append(*curve.standard_error);
      for (const auto& axis : curve.axes) append(axis.values);
    }
  }
  return numbers;
}

class MemoryStore final : public system::CheckpointStore {
 public:
  void save(const std::string& name, const std::string& bytes) override { blobs[name] = bytes; }
  [[nodiscard]] std::optional<std::string> load(const std::string& name) const override {
    const auto found = blobs.find(name);
    if (found == blobs.end()) return std::nullopt;
    return found->second;
  }
  std::map<std::string, std::string> blobs;
};

}  // namespace limes::rate::testing

#include "limes/experiment/comparison_values.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "limes/stats/summary.hpp"

namespace limes::experiment {
const char* name(ErrorKind kind) {
  switch (kind) {
    case ErrorKind::kRealisations:
      return "realisations";
    case ErrorKind::kRepeats:
      return "repeats";
    case ErrorKind::kTimeBatches:
      return "time_batches";
    case ErrorKind::kNone:
      return "";
  }
  return "";
}

bool all_finite(const system::Tensor& tensor) {
  return std::all_of(tensor.values.begin(), tensor.values.end(), [](double x) { return std::isfinite(x); });
}

std::vector<double> Sample::column(std::size_t component) const {
  std::vector<double> result;
  for (const auto& row : rows) result.push_back(row[component]);
  return result;
}

system::Tensor Sample::tensor(std::vector<double> values) const { return {shape, std::move(values), complex}; }

std::optional<Sample> collect(const std::string& quantity, const std::string& label,
                              const system::SimulationOutcome& simulation, const std::vector<std::size_t>& realisations,
                              std::vector<std::string>& warnings) {
  Sample sample;
  for (const std::size_t r : realisations) {
    const system::Realisation& realisation = simulation.realisations[r];
    const auto found =
        std::find_if(realisation.quantities.begin(), realisation.quantities.end(),
                     [&](const system::Measurement& m) { return m.name == quantity && m.branch == label; });
    if (found == realisation.quantities.end() || found->value.empty()) continue;
    if (!all_finite(found->value)) {
      warnings.push_back(fmt::format("{}: realisation {} gave a value that is not finite; it is left out", quantity,
                                     realisation.index));
      continue;
    }
    if (sample.rows.empty()) {
      sample.shape = found->value.shape;
      sample.complex = found->value.complex;
    } else if (found->value.shape != sample.shape || found->value.complex != sample.complex) {
      warnings.push_back(fmt::format("{}: realisation {} gave another shape than the first; it is left out", quantity,
                                     realisation.index));
      continue;
    }
    sample.rows.push_back(found->value.values);
    const bool has_error = found->standard_error &&
                           found->standard_error->values.size() == found->value.values.size() &&
                           all_finite(*found->standard_error);
    sample.time_errors.push_back(has_error ? found->standard_error->values : std::vector<double>{});
  }
  if (sample.rows.empty()) return std::nullopt;
  return sample;
}

ErrorKind error_kind(const Sample& sample, const system::SimulationOutcome& simulation) {
  const bool repeats = simulation.one_matrix || simulation.no_disorder;
  if (sample.count() >= 2) return repeats ? ErrorKind::kRepeats : ErrorKind::kRealisations;
  // Time batches within one draw do not see how draws differ: they are an error only where that draw is the subject.
  if (repeats && sample.count() == 1 && !sample.time_errors.front().empty()) return ErrorKind::kTimeBatches;
  return ErrorKind::kNone;
}

Estimate estimate(const Sample& sample, std::size_t component, ErrorKind kind) {
  const std::vector<double> values = sample.column(component);
  Estimate result;
  result.value = stats::mean(values);
  if (kind == ErrorKind::kTimeBatches) {
    result.error = sample.time_errors.front()[component];
    result.degrees = kTimeBatchDegrees;
  } else if (kind != ErrorKind::kNone) {
    result.error = stats::standard_error(values);
    result.degrees = static_cast<double>(values.size() - 1);
  }
  const auto [low, high] = std::minmax_element(values.begin(), values.end());
  // Equal up to the rounding of sums of some thousand terms.
  result.constant = result.error && *high - *low <= 1e-12 * std::max(std::abs(*low), std::abs(*high)) &&
                    *result.error <= 1e-12 * std::abs(result.value);
  return result;
}

}  // namespace limes::experiment

#pragma once
// Averages of measured tensors over realisations, with what is known about their error.

#include <optional>
#include <string>
#include <vector>

#include "limes/system/outcome.hpp"

namespace limes::experiment {

/// Errors over time come from at least twenty batches (stats/batch_means.hpp).
inline constexpr double kTimeBatchDegrees = 19.0;

/// Values of one name in several realisations, component by component.
struct Sample {
  std::vector<std::size_t> shape;
  bool complex = false;
  std::vector<std::vector<double>> rows;         ///< one per realisation that measured it: components in order
  std::vector<std::vector<double>> time_errors;  ///< parallel to `rows`; empty where a realisation gave none

  [[nodiscard]] std::size_t count() const { return rows.size(); }
  [[nodiscard]] std::size_t components() const { return rows.empty() ? 0 : rows.front().size(); }
  [[nodiscard]] std::vector<double> column(std::size_t component) const;
  [[nodiscard]] system::Tensor tensor(std::vector<double> values) const;
};

/// A mean and its error; `degrees` of freedom of the error.
struct Estimate {
  double value = 0.0;
  std::optional<double> error;
  double degrees = 0.0;
  bool constant = false;  ///< all realisations gave the same number: a deterministic quantity
};

enum class ErrorKind { kNone, kRealisations, kRepeats, kTimeBatches };
[[nodiscard]] const char* name(ErrorKind kind);

/// Collects `quantity`, measured under `label` (Measurement::branch), from the given realisations. A value that is not
/// finite, or of another shape than the first one, drops that realisation for this quantity, with a warning. Empty if
/// nobody measured it.
[[nodiscard]] std::optional<Sample> collect(const std::string& quantity, const std::string& label,
                                            const system::SimulationOutcome& simulation,
                                            const std::vector<std::size_t>& realisations,
                                            std::vector<std::string>& warnings);

/// Which error a sample has: of realisations; of repeats on one matrix, or without disorder; of time batches where such
/// a network was run once.
[[nodiscard]] ErrorKind error_kind(const Sample& sample, const system::SimulationOutcome& simulation);

[[nodiscard]] Estimate estimate(const Sample& sample, std::size_t component, ErrorKind kind);

/// Whether every number of a tensor is finite.
[[nodiscard]] bool all_finite(const system::Tensor& tensor);

}  // namespace limes::experiment

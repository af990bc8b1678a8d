#pragma once
#include <string>

#include "limes/experiment/comparison.hpp"
#include "limes/system/parameters.hpp"
#include "limes/system/system.hpp"

namespace limes::experiment {

/// What a result says about itself.
struct ResultHead {
  const system::System& system;
  const system::Parameters& parameters;
  std::string title;
  system::Status status = system::Status::kOk;
  std::string fingerprint;
  std::string options;  ///< those that change the result: `--only theory --quick`
  int threads = 1;
};

/// The result as JSON with the names of DESIGN section 6. Beyond them: `note`, `finite_size`, `surrogate`,
/// `error_kind`, `p_value`, `complex` (true where values are pairs [re, im]) of an entry, `theory_error` of a curve
/// (like `theory`, where the theory states an error of approximation), `branches` (what the branches are, and the share
/// of realisations that settled on each), and `provenance`. A number that is not finite is null, with a warning.
/// `seconds` and `provenance` tell about this one run; all else is the same bits for the same experiment and machine.
/// \param theory, simulation  for their warnings and descriptions of branches; null if that
/// side was left out.
[[nodiscard]] system::Json result_json(const ResultHead& head, const Comparison& comparison,
                                       const system::TheoryOutcome* theory, const system::SimulationOutcome* simulation,
                                       const system::Json& seconds);

/// `ok`, `not_converged`, `diverged`, `interrupted`.
[[nodiscard]] std::string status_name(system::Status status);

/// Nested arrays by the tensor's shape; complex numbers as [re, im]; null for what is not finite, which is counted.
[[nodiscard]] system::Json tensor_json(const system::Tensor& tensor, std::size_t& not_finite);

}  // namespace limes::experiment

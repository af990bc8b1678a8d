#pragma once
#include <algorithm>
#include <string>
#include <vector>

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

enum class Beside { kSaid, kLeftOut };

/// How figures draw a curve with that name in a schema's list, where that is not the usual way: `scale`
/// (`logarithmic`), `beside` (the curve into whose figure it is drawn).
template <typename Info>
void put_drawing(system::Json& json, const std::vector<Info>& infos, Beside beside = Beside::kSaid) {
  const auto info = std::find_if(infos.begin(), infos.end(), [&](const Info& i) { return json["name"] == i.name; });
  if (info == infos.end()) return;
  if (info->scale == "logarithmic") json["scale"] = info->scale;
  if (!info->beside.empty() && beside == Beside::kSaid) json["beside"] = info->beside;
}

/// `ok`, `not_converged`, `diverged`, `interrupted`.
[[nodiscard]] std::string status_name(system::Status status);

/// Nested arrays by the tensor's shape; complex numbers as [re, im]; null for what is not finite, which is counted.
[[nodiscard]] system::Json tensor_json(const system::Tensor& tensor, std::size_t& not_finite);

}  // namespace limes::experiment

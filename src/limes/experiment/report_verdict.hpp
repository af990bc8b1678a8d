#pragma once
// The verdicts of a result, counted and put in words.

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

namespace limes::experiment {

/// `agree`, `finite_size`, `disagree`, `not_applicable`, or empty, for the worse of two to win: disagree first.
[[nodiscard]] int severity(const std::string& verdict);

/// `finite_size` -> `finite size`.
[[nodiscard]] std::string verdict_words(const std::string& verdict);

/// A coloured label with sign and words, so that it reads without colour too. HTML; empty for an unknown verdict.
[[nodiscard]] std::string verdict_pill(const std::string& verdict);

/// The verdicts of the entries of one description of the network: `quenched-0` and `quenched-1` are one description,
/// `quenched`; static and fluctuating branches of the limit theory are one, named ``.
struct VerdictCount {
  std::string description;
  int agree = 0;
  int finite_size = 0;
  int disagree = 0;
  int not_applicable = 0;
  [[nodiscard]] std::string verdict() const;  ///< the worst; empty if there is none
};

/// Over quantities and curves, in order of first appearance.
[[nodiscard]] std::vector<VerdictCount> count_verdicts(const nlohmann::ordered_json& result);

/// What stands on top of the report.
struct Headline {
  std::string verdict;               ///< as above, or `problem` (not converged, diverged, interrupted), or `neutral`
  std::string words;                 ///< one sentence, plain text
  std::vector<std::string> details;  ///< plain text, one line each
};

[[nodiscard]] Headline headline_of(const nlohmann::ordered_json& result);

}  // namespace limes::experiment

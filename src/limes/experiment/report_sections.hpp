#pragma once
// The parts of the page, each a fragment of HTML; empty where the result holds nothing for it.

#include <string>
#include <vector>

#include "limes/experiment/figure.hpp"
#include "limes/system/system.hpp"

namespace limes::experiment {

[[nodiscard]] std::string headline_section(const nlohmann::ordered_json& result);
[[nodiscard]] std::string warning_section(const nlohmann::ordered_json& result);

/// A card per quantity that has a verdict.
[[nodiscard]] std::string card_section(const nlohmann::ordered_json& result, const system::System* system);

[[nodiscard]] std::string figure_section(const std::vector<Figure>& figures, const nlohmann::ordered_json& result);

/// All quantities and branches.
[[nodiscard]] std::string table_section(const nlohmann::ordered_json& result);

/// Each branch: what it is, and how many realisations settled there.
[[nodiscard]] std::string branch_section(const nlohmann::ordered_json& result);

/// Special points of a continuation.
[[nodiscard]] std::string special_point_section(const nlohmann::ordered_json& result);

/// The laws of a finite-size study.
[[nodiscard]] std::string convergence_section(const nlohmann::ordered_json& result);

/// The laws in size of a sweep.
[[nodiscard]] std::string law_section(const nlohmann::ordered_json& result);

/// Equations, conventions, limits, references.
[[nodiscard]] std::string model_section(const nlohmann::ordered_json& result, const system::System* system);
[[nodiscard]] std::string parameter_section(const nlohmann::ordered_json& result, const system::System* system);
[[nodiscard]] std::string provenance_section(const nlohmann::ordered_json& result);

}  // namespace limes::experiment

#pragma once
#include <span>
#include <vector>

namespace limes::stats {

/// Holm's step-down adjusted p values (S. Holm, Scand. J. Statist. 6, 65 (1979)), in the order given: rejecting those
/// that are <= level keeps the probability of any false rejection below `level`, whatever the dependence of the tests.
/// Throws std::invalid_argument on a p outside [0, 1].
[[nodiscard]] std::vector<double> holm_adjusted(std::span<const double> p_values);

/// Bonferroni: min(1, n smallest p), the p value of "no component differs" over n components.
[[nodiscard]] double bonferroni(std::span<const double> p_values);

}  // namespace limes::stats

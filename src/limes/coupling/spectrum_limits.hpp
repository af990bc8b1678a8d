#pragma once
// What the spectral radius and the operator norm share: where the dense algorithms end, and when the iterations stop.

#include <Eigen/Core>

#include "limes/coupling/matrix.hpp"

namespace limes::coupling {

inline constexpr Eigen::Index kDenseUnits = 600;      // below, the dense QR algorithm takes less than a second
inline constexpr Eigen::Index kFallbackUnits = 5000;  // beyond, it would take more than an hour
inline constexpr Eigen::Index kRestarts = 300;
inline constexpr double kTolerance = 1e-11;

/// Largest modulus of an entry. Throws InputError, naming the entry, if one is not finite.
[[nodiscard]] double largest_entry(const Matrix& matrix);

}  // namespace limes::coupling

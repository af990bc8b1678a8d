#pragma once
#include "limes/coupling/matrix.hpp"

namespace limes::coupling {

/// Largest modulus of an entry. Throws InputError, naming the entry, if one is not finite.
[[nodiscard]] double largest_entry(const Matrix& matrix);

}  // namespace limes::coupling

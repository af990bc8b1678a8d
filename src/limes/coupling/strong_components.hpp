#pragma once
#include <vector>

#include "limes/coupling/matrix.hpp"

namespace limes::coupling {

/// The strongly connected components of the graph that has an edge wherever an entry is not zero: the blocks of the
/// block triangular form, whose spectra together are the spectrum of the matrix. Units within a component ascend. R. E.
/// Tarjan, "Depth-first search and linear graph algorithms", SIAM J. Comput. 1 (1972) 146; without recursion; O(N +
/// entries).
[[nodiscard]] std::vector<std::vector<int>> strong_components(const Matrix& matrix);

}  // namespace limes::coupling

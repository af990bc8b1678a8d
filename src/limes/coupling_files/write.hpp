#pragma once
#include <string>

#include "limes/coupling/matrix.hpp"

namespace limes::coupling {

/// Writes a matrix as Matrix Market (`coordinate` for a sparse one, `array` for a dense one), with as many digits as
/// bring back the same doubles. The file is written under a temporary name beside `path` and renamed when it is
/// complete, so that `path` is the whole file, the old file, or none. Throws OutputError.
void write_matrix_market(const std::string& path, const Matrix& matrix);

}  // namespace limes::coupling

#pragma once
#include "limes/coupling/matrix.hpp"
#include "limes/coupling_files/input_file.hpp"

namespace limes::coupling {

/// Reads a rectangular table of finite numbers, see read_matrix. A first line without any number is one of column
/// names. Throws InputError.
[[nodiscard]] DenseMatrix read_csv(const InputFile& file);

}  // namespace limes::coupling

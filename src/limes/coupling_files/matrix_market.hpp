#pragma once
#include "limes/coupling/matrix.hpp"
#include "limes/coupling_files/input_file.hpp"

namespace limes::coupling {

/// Reads a square Matrix Market file, see read_matrix. R. F. Boisvert, R. Pozo, K. A. Remington, "The Matrix Market
/// exchange formats: initial design", NISTIR 5935 (1996). Throws InputError.
[[nodiscard]] Matrix read_matrix_market(const InputFile& file);

}  // namespace limes::coupling

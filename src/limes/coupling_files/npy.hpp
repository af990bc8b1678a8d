#pragma once
#include "limes/coupling/matrix.hpp"
#include "limes/coupling_files/input_file.hpp"

namespace limes::coupling {

/// Reads an array of one (a column) or two dimensions of booleans, integers or floats from an NPY file (NumPy
/// Enhancement Proposal 1, versions 1.0 to 3.0). Throws InputError, also for an array of other dimensions or types, for
/// entries that are not finite, and if the data are not as long as the header says.
[[nodiscard]] DenseMatrix read_npy(const InputFile& file);

}  // namespace limes::coupling

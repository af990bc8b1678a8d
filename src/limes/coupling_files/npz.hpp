#pragma once
#include <string>
#include <vector>

#include "limes/coupling/matrix.hpp"
#include "limes/coupling_files/input_file.hpp"

namespace limes::coupling {

/// The names of the arrays of an NPZ file (a ZIP archive of NPY files, as numpy.savez writes it), without `.npy`.
/// Throws InputError where the file is no such archive.
[[nodiscard]] std::vector<std::string> npz_names(const InputFile& file);

/// Reads one array of an NPZ file, stored or deflated, as read_npy does. `name` with or without a leading `/`; empty:
/// the only array of the file. Throws InputError, also where there is no such array (naming those that there are) or
/// its check sum is wrong. Archives beyond 4 GB are refused.
[[nodiscard]] DenseMatrix read_npz(const InputFile& file, const std::string& name);

}  // namespace limes::coupling

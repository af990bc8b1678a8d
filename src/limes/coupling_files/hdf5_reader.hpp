#pragma once
#include <string>

#include "limes/coupling/matrix.hpp"

namespace limes::coupling {

/// Reads a dataset of finite numbers of one (a column) or two dimensions from an HDF5 file. With an empty `dataset`,
/// the only two-dimensional dataset of numbers in the file is taken. Throws InputError (file missing, not HDF5 or
/// damaged; dataset missing: the message lists those that are there; wrong type or number of dimensions; entry not
/// finite).
[[nodiscard]] DenseMatrix read_hdf5(const std::string& path, const std::string& dataset);

/// True if the HDF5 library recognises the file.
[[nodiscard]] bool is_hdf5(const std::string& path);

}  // namespace limes::coupling

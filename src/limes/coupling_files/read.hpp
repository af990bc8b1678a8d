#pragma once
// Couplings and tables from files: Matrix Market, CSV, NPY, NPZ, HDF5. The format is told by the first bytes of the
// file, and by its ending (.mtx, .npy, .npz, .h5, .hdf5; anything else is read as CSV) where they say nothing.

#include <string>

#include "limes/coupling/matrix.hpp"

namespace limes::coupling {

/// Reads a square coupling matrix (row = target, column = source).
///
/// - Matrix Market (NIST, 1996): `coordinate` or `array`; `real`, `integer` or `pattern` (each entry 1); `general`,
///   `symmetric` or `skew-symmetric`. Entries given twice are summed. A coordinate file stays sparse if less than 10 %
///   of its N^2 entries are not zero; everything else becomes dense.
/// - CSV: numbers separated by semicolons, commas or blanks (the first of these that the first line contains), one row
///   per line; an optional line of column names, comments after #, empty lines.
/// - NPY (versions 1 to 3): a two-dimensional array of booleans, integers or floats, either byte order and memory
/// order.
/// - NPZ (numpy.savez, numpy.savez_compressed): `file.npz:/name`, or `file.npz` if it holds exactly one array.
/// - HDF5: `file.h5:/path/of/dataset`, or `file.h5` if it holds exactly one two-dimensional dataset of numbers.
///
/// Throws InputError with the place (file; line and column of a text file) and the mend for everything that is wrong:
/// no such file, damaged or foreign content, a matrix that is empty or not square, an entry that is not finite.
[[nodiscard]] Matrix read_matrix(const std::string& path);

/// Reads a rectangular table of finite numbers, for example a stimulus of shape time x units, from CSV, NPY, NPZ or
/// HDF5 as `read_matrix` does. A one-dimensional array becomes a single column. Throws InputError likewise.
[[nodiscard]] DenseMatrix read_table(const std::string& path);

}  // namespace limes::coupling

#include "limes/coupling_files/read.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <cmath>
#include <filesystem>
#include <new>
#include <utility>

#include "limes/base/errors.hpp"
#include "limes/coupling_files/csv.hpp"
#include "limes/coupling_files/hdf5_reader.hpp"
#include "limes/coupling_files/input_file.hpp"
#include "limes/coupling_files/matrix_market.hpp"
#include "limes/coupling_files/npy.hpp"
#include "limes/coupling_files/npz.hpp"

namespace limes::coupling {

namespace {

enum class Format { kMatrixMarket, kCsv, kNpy, kNpz, kHdf5 };

std::string ending_of(const std::string& path) {
  std::string ending = std::filesystem::path(path).extension().string();
  std::transform(ending.begin(), ending.end(), ending.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return ending;
}

Format format_of(const InputFile& file) {
  const std::string_view bytes = file.bytes();
  if (bytes.starts_with("%%MatrixMarket")) return Format::kMatrixMarket;
  if (bytes.starts_with("\x93NUMPY")) return Format::kNpy;
  if (bytes.starts_with("PK\x03\x04") || bytes.starts_with("PK\x05\x06")) return Format::kNpz;
  if (bytes.starts_with("\x89HDF\r\n\x1a\n") || is_hdf5(file.path())) return Format::kHdf5;
  const std::string ending = ending_of(file.path());
  if (ending == ".mtx" || ending == ".mm") return Format::kMatrixMarket;
  if (ending == ".npy") return Format::kNpy;
  if (ending == ".npz") return Format::kNpz;
  if (ending == ".h5" || ending == ".hdf5" || ending == ".hdf") return Format::kHdf5;
  return Format::kCsv;
}

/// `file.h5:/group/matrix` -> file and dataset; a path that names a file as it stands has no dataset.
std::pair<std::string, std::string> split_dataset(const std::string& path) {
  std::error_code ignored;
  const std::size_t colon = path.find(":/");
  if (colon == std::string::npos || colon == 0 || std::filesystem::exists(path, ignored)) return {path, {}};
  return {path.substr(0, colon), path.substr(colon + 1)};
}

/// Beyond this modulus, squares of sums of entries are no numbers any more.
constexpr double kLargestEntry = 1e50;

void require_moderate(const std::string& path, const Matrix& matrix) {
  for_each_entry(matrix, [&](Eigen::Index row, Eigen::Index column, double value) {
    if (std::abs(value) <= kLargestEntry) return;
    throw InputError(file_place(path),
                     fmt::format("entry ({}, {}) (row, column, from 0) is {:.4g}, beyond {:g} in magnitude", row,
                                 column, value, kLargestEntry),
                     "choose units in which it is smaller");
  });
}

DenseMatrix read_dense(const InputFile& file, Format format, const std::string& dataset) {
  switch (format) {
    case Format::kNpy:
      return read_npy(file);
    case Format::kNpz:
      return read_npz(file, dataset);
    case Format::kHdf5:
      return read_hdf5(file.path(), dataset);
    default:
      return read_csv(file);
  }
}

/// Opens the file and calls read(file, format, dataset).
template <typename Read>
auto open_and_read(const std::string& path, Read&& read) {
  const auto [name, dataset] = split_dataset(path);
  const InputFile file(name);
  const Format format = format_of(file);
  if (!dataset.empty() && format != Format::kHdf5 && format != Format::kNpz) {
    throw InputError(file_place(name),
                     fmt::format("'{}' names a dataset, but this is neither an HDF5 nor an NPZ file", dataset));
  }
  try {
    return read(file, format, dataset);
  } catch (const std::bad_alloc&) {
    throw InputError(file_place(name), "there is not enough memory for what the file holds");
  }
}

}  // namespace

Matrix read_matrix(const std::string& path) {
  return open_and_read(path, [&](const InputFile& file, Format format, const std::string& dataset) -> Matrix {
    if (format == Format::kMatrixMarket) {
      Matrix matrix = read_matrix_market(file);
      require_moderate(path, matrix);
      return matrix;
    }
    DenseMatrix dense = read_dense(file, format, dataset);
    if (dense.rows() != dense.cols()) {
      throw InputError(
          file_place(path),
          fmt::format("the matrix is {} x {}, but couplings need as many rows as columns", dense.rows(), dense.cols()));
    }
    Matrix matrix = std::move(dense);
    require_moderate(path, matrix);
    return matrix;
  });
}

DenseMatrix read_table(const std::string& path) {
  return open_and_read(path, [](const InputFile& file, Format format, const std::string& dataset) {
    if (format == Format::kMatrixMarket) {
      throw InputError(file_place(file.path()), "a table cannot be read from a Matrix Market file",
                       "use CSV, NPY or HDF5");
    }
    return read_dense(file, format, dataset);
  });
}

}  // namespace limes::coupling

#include "limes/coupling_files/hdf5_reader.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <hdf5.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <vector>

#include "limes/base/errors.hpp"
#include "limes/coupling_files/input_file.hpp"
#include "limes/coupling_files/text_lines.hpp"

namespace limes::coupling {

namespace {

/// Owns an HDF5 identifier.
class Handle {
 public:
  Handle(hid_t id, herr_t (*close)(hid_t)) : id_(id), close_(close) {}
  ~Handle() {
    if (id_ >= 0) close_(id_);
  }
  Handle(const Handle&) = delete;
  Handle& operator=(const Handle&) = delete;
  [[nodiscard]] hid_t id() const { return id_; }
  [[nodiscard]] bool valid() const { return id_ >= 0; }

 private:
  hid_t id_;
  herr_t (*close_)(hid_t);
};

/// Keeps the library from printing its error stack; what is wrong is said by our own exceptions.
class SilentErrors {
 public:
  SilentErrors() {
    H5Eget_auto2(H5E_DEFAULT, &function_, &data_);
    H5Eset_auto2(H5E_DEFAULT, nullptr, nullptr);
  }
  ~SilentErrors() { H5Eset_auto2(H5E_DEFAULT, function_, data_); }
  SilentErrors(const SilentErrors&) = delete;
  SilentErrors& operator=(const SilentErrors&) = delete;

 private:
  H5E_auto2_t function_ = nullptr;
  void* data_ = nullptr;
};

struct Dataset {
  std::string name;
  std::vector<hsize_t> shape;
  bool numeric = false;

  [[nodiscard]] std::string text() const {
    return fmt::format("{} ({})", name, shape.empty() ? "scalar" : fmt::format("{}", fmt::join(shape, " x ")));
  }
};

bool is_numeric(const Handle& dataset) {
  const Handle type(H5Dget_type(dataset.id()), H5Tclose);
  const H5T_class_t kind = H5Tget_class(type.id());
  return kind == H5T_INTEGER || kind == H5T_FLOAT;
}

std::vector<hsize_t> shape_of(const Handle& dataset) {
  const Handle space(H5Dget_space(dataset.id()), H5Sclose);
  const int rank = H5Sget_simple_extent_ndims(space.id());
  std::vector<hsize_t> shape(static_cast<std::size_t>(std::max(rank, 0)));
  if (rank > 0) H5Sget_simple_extent_dims(space.id(), shape.data(), nullptr);
  return shape;
}

#if H5_VERSION_GE(1, 12, 0)
using ObjectInformation = H5O_info2_t;
#else
using ObjectInformation = H5O_info_t;
#endif

extern "C" herr_t limes_collect_dataset(hid_t file, const char* name, const ObjectInformation* information,
                                        void* names) {
  static_cast<void>(file);
  if (information->type == H5O_TYPE_DATASET)
    static_cast<std::vector<std::string>*>(names)->push_back(std::string("/") + name);
  return 0;
}

/// All datasets of the file, in the order of their names.
std::vector<Dataset> datasets(const Handle& file) {
  std::vector<std::string> names;
#if H5_VERSION_GE(1, 12, 0)
  H5Ovisit3(file.id(), H5_INDEX_NAME, H5_ITER_INC, limes_collect_dataset, &names, H5O_INFO_BASIC);
#else
  H5Ovisit(file.id(), H5_INDEX_NAME, H5_ITER_INC, limes_collect_dataset, &names);
#endif
  std::vector<Dataset> found;
  for (const std::string& name : names) {
    const Handle dataset(H5Dopen2(file.id(), name.c_str(), H5P_DEFAULT), H5Dclose);
    if (dataset.valid()) found.push_back({name, shape_of(dataset), is_numeric(dataset)});
  }
  return found;
}

std::string listed(const std::vector<Dataset>& found) {
  constexpr std::size_t kMost = 12;
  if (found.empty()) return "the file holds no datasets";
  std::string text;
  for (std::size_t k = 0; k < std::min(found.size(), kMost); ++k) text += (k > 0 ? ", " : "") + found[k].text();
  if (found.size() > kMost) text += fmt::format(" and {} more", found.size() - kMost);
  return "datasets in the file: " + text;
}

std::string only_table(const std::string& path, const Handle& file) {
  const std::vector<Dataset> all = datasets(file);
  std::vector<Dataset> tables;
  std::copy_if(all.begin(), all.end(), std::back_inserter(tables),
               [](const Dataset& dataset) { return dataset.numeric && dataset.shape.size() == 2; });
  if (tables.size() == 1) return tables[0].name;
  const std::string message = tables.empty() ? "the file holds no two-dimensional dataset of numbers"
                                             : fmt::format("the file holds {} two-dimensional datasets", tables.size());
  throw InputError(
      file_place(path), message,
      tables.empty() ? listed(all) : fmt::format("name one: '{}:{}'; {}", path, tables[0].name, listed(tables)));
}

/// Refuses a dataset that claims far more numbers than its storage can hold, before they are allocated.
void check_storage(const Place& place, const Handle& dataset, hsize_t rows, hsize_t columns) {
  constexpr double kMostCompressed = 1100.0;  // deflate, the filter of every HDF5, reaches 1032 : 1
  const double claimed = static_cast<double>(rows) * static_cast<double>(columns);
  const auto stored = static_cast<double>(H5Dget_storage_size(dataset.id()));
  if (claimed > 1e6 && claimed > kMostCompressed * stored) {
    throw InputError(
        place,
        fmt::format("the dataset claims {} x {} numbers, but the file holds {} bytes of it", rows, columns, stored),
        "the file is damaged, or the dataset was never written");
  }
}

}  // namespace

bool is_hdf5(const std::string& path) {
  const SilentErrors silent;
  return H5Fis_hdf5(path.c_str()) > 0;
}

DenseMatrix read_hdf5(const std::string& path, const std::string& dataset_name) {
  const SilentErrors silent;
  const Place whole = file_place(path);
  if (H5Fis_hdf5(path.c_str()) <= 0) throw InputError(whole, "this is not an HDF5 file");
  const Handle file(H5Fopen(path.c_str(), H5F_ACC_RDONLY, H5P_DEFAULT), H5Fclose);
  if (!file.valid()) {
    throw InputError(whole, "the HDF5 file cannot be opened",
                     "it is truncated or damaged, or another program is writing it");
  }
  const std::string name = dataset_name.empty() ? only_table(path, file) : dataset_name;
  const Place place = file_place(fmt::format("{}:{}", path, name));
  const Handle dataset(H5Dopen2(file.id(), name.c_str(), H5P_DEFAULT), H5Dclose);
  if (!dataset.valid()) throw InputError(place, "there is no such dataset", listed(datasets(file)));
  if (!is_numeric(dataset)) throw InputError(place, "the dataset does not hold real numbers");
  const std::vector<hsize_t> shape = shape_of(dataset);
  if (shape.empty() || shape.size() > 2) {
    throw InputError(place, fmt::format("the dataset has {} dimensions instead of 2", shape.size()));
  }
  const hsize_t rows = shape[0];
  const hsize_t columns = shape.size() == 2 ? shape[1] : 1;
  if (rows == 0 || columns == 0) throw InputError(place, fmt::format("the dataset is empty ({} x {})", rows, columns));
  check_storage(place, dataset, rows, columns);
  DenseMatrix matrix(static_cast<Eigen::Index>(rows), static_cast<Eigen::Index>(columns));
  if (H5Dread(dataset.id(), H5T_NATIVE_DOUBLE, H5S_ALL, H5S_ALL, H5P_DEFAULT, matrix.data()) < 0) {
    throw InputError(place, "the dataset cannot be read",
                     "the file is truncated or damaged, or packed with a filter that is not installed");
  }
  for (Eigen::Index row = 0; row < matrix.rows(); ++row) {
    for (Eigen::Index column = 0; column < matrix.cols(); ++column) {
      if (!std::isfinite(matrix(row, column))) throw_not_finite(place, row, column, matrix(row, column));
    }
  }
  return matrix;
}

}  // namespace limes::coupling

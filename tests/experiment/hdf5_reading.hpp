#pragma once
#include <hdf5.h>

#include <stdexcept>
#include <string>
#include <vector>

namespace limes::experiment {

/// Reads an HDF5 image for tests, independently of the code that writes it. What is opened is closed with the file.
class Hdf5Reader {
 public:
  explicit Hdf5Reader(std::string bytes) : bytes_(std::move(bytes)) {
    const hid_t access = H5Pcreate(H5P_FILE_ACCESS);
    H5Pset_fapl_core(access, 4096, 0);
    H5Pset_file_image(access, bytes_.data(), bytes_.size());
    // What a test leaves open must not keep the file open: the next one would be taken for the same.
    H5Pset_fclose_degree(access, H5F_CLOSE_STRONG);
    file_ = H5Fopen("image", H5F_ACC_RDONLY, access);
    H5Pclose(access);
    if (file_ < 0) throw std::runtime_error("no HDF5 file");
  }
  ~Hdf5Reader() { H5Fclose(file_); }
  Hdf5Reader(const Hdf5Reader&) = delete;
  Hdf5Reader& operator=(const Hdf5Reader&) = delete;

  [[nodiscard]] bool exists(const std::string& path) const { return H5Lexists(file_, path.c_str(), H5P_DEFAULT) > 0; }

  [[nodiscard]] std::vector<std::size_t> shape(const std::string& path) const {
    const hid_t space = H5Dget_space(open(path));
    hsize_t extents[H5S_MAX_RANK];
    const int rank = H5Sget_simple_extent_dims(space, extents, nullptr);
    return {extents, extents + rank};
  }

  [[nodiscard]] std::vector<double> values(const std::string& path) const {
    std::size_t count = 1;
    for (const std::size_t extent : shape(path)) count *= extent;
    std::vector<double> result(count);
    H5Dread(open(path), H5T_NATIVE_DOUBLE, H5S_ALL, H5S_ALL, H5P_DEFAULT, result.data());
    return result;
  }

  [[nodiscard]] bool is_compound(const std::string& path) const {
    return H5Tget_class(H5Dget_type(open(path))) == H5T_COMPOUND;
  }

  [[nodiscard]] std::vector<std::string> texts(const std::string& path, const std::string& name) const {
    const hid_t attribute = H5Aopen_by_name(file_, path.c_str(), name.c_str(), H5P_DEFAULT, H5P_DEFAULT);
    const hid_t type = H5Aget_type(attribute);
    const std::size_t size = H5Tget_size(type);
    const auto count = static_cast<std::size_t>(H5Sget_simple_extent_npoints(H5Aget_space(attribute)));
    std::string all(size * count, '\0');
    H5Aread(attribute, type, all.data());
    std::vector<std::string> result;
    for (std::size_t i = 0; i < count; ++i) result.emplace_back(all.substr(i * size, size).c_str());
    return result;
  }

  [[nodiscard]] std::string text(const std::string& path, const std::string& name) const {
    return texts(path, name).at(0);
  }

  [[nodiscard]] double number(const std::string& path, const std::string& name) const {
    const hid_t attribute = H5Aopen_by_name(file_, path.c_str(), name.c_str(), H5P_DEFAULT, H5P_DEFAULT);
    double value = 0.0;
    H5Aread(attribute, H5T_NATIVE_DOUBLE, &value);
    return value;
  }

  [[nodiscard]] std::string dataset_text(const std::string& path) const {
    const hid_t type = H5Dget_type(open(path));
    std::string text(H5Tget_size(type), '\0');
    H5Dread(open(path), type, H5S_ALL, H5S_ALL, H5P_DEFAULT, text.data());
    return text;
  }

 private:
  [[nodiscard]] hid_t open(const std::string& path) const { return H5Dopen2(file_, path.c_str(), H5P_DEFAULT); }

  std::string bytes_;
  hid_t file_ = -1;
};

}  // namespace limes::experiment

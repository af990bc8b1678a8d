#include "limes/experiment/hdf5_image.hpp"

#include <algorithm>
#include <utility>

#include "limes/base/errors.hpp"

namespace limes::experiment {

namespace {

constexpr std::size_t kGrowth = 1 << 20;  // bytes by which the image in memory grows

/// Turns off the library's own printing on stderr for the time of a call: errors are exceptions here.
class Silence {
 public:
  Silence() {
    H5Eget_auto2(H5E_DEFAULT, &function_, &data_);
    H5Eset_auto2(H5E_DEFAULT, nullptr, nullptr);
  }
  ~Silence() { H5Eset_auto2(H5E_DEFAULT, function_, data_); }
  Silence(const Silence&) = delete;
  Silence& operator=(const Silence&) = delete;

 private:
  H5E_auto2_t function_ = nullptr;
  void* data_ = nullptr;
};

void check(herr_t status, const std::string& what) {
  if (status < 0) throw Error("the HDF5 library failed: " + what);
}

Hdf5Handle make_file() {
  const Silence silence;
  const Hdf5Handle access(H5Pcreate(H5P_FILE_ACCESS), H5Pclose, "file access");
  check(H5Pset_fapl_core(access, kGrowth, 0), "image in memory");
  // The earliest format of the superblock: in later ones the library's image carries a wrong checksum (HDF5 1.10.8).
  const Hdf5Handle creation(H5Pcreate(H5P_FILE_CREATE), H5Pclose, "file creation");
  check(H5Pset_obj_track_times(creation, false), "file creation");
  return {H5Fcreate("result.h5", H5F_ACC_TRUNC, creation, access), H5Fclose, "image in memory"};
}

Hdf5Handle text_type(std::size_t size) {
  Hdf5Handle type(H5Tcopy(H5T_C_S1), H5Tclose, "text type");
  check(H5Tset_size(type, std::max<std::size_t>(size, 1)), "text type");
  check(H5Tset_cset(type, H5T_CSET_UTF8), "text type");
  check(H5Tset_strpad(type, H5T_STR_NULLPAD), "text type");
  return type;
}

Hdf5Handle complex_type() {
  Hdf5Handle type(H5Tcreate(H5T_COMPOUND, 2 * sizeof(double)), H5Tclose, "complex type");
  check(H5Tinsert(type, "r", 0, H5T_IEEE_F64LE), "complex type");
  check(H5Tinsert(type, "i", sizeof(double), H5T_IEEE_F64LE), "complex type");
  return type;
}

Hdf5Handle space_of(const std::vector<hsize_t>& shape) {
  if (shape.empty()) return {H5Screate(H5S_SCALAR), H5Sclose, "scalar"};
  return {H5Screate_simple(static_cast<int>(shape.size()), shape.data(), nullptr), H5Sclose, "shape"};
}

void write_attribute(hid_t file, const std::string& path, const std::string& name, hid_t type, hid_t space,
                     const void* data) {
  const Hdf5Handle object(H5Oopen(file, path.c_str(), H5P_DEFAULT), H5Oclose, path);
  const Hdf5Handle attribute(H5Acreate2(object, name.c_str(), type, space, H5P_DEFAULT, H5P_DEFAULT), H5Aclose, name);
  check(H5Awrite(attribute, type, data), name);
}

}  // namespace

Hdf5Handle::Hdf5Handle(hid_t id, Close close, const std::string& what) : id_(id), close_(close) {
  if (id < 0) throw Error("the HDF5 library failed: " + what);
}
Hdf5Handle::~Hdf5Handle() {
  if (id_ >= 0) close_(id_);
}
Hdf5Handle::Hdf5Handle(Hdf5Handle&& other) noexcept : id_(std::exchange(other.id_, -1)), close_(other.close_) {}

Hdf5Image::Hdf5Image() : file_(make_file()) {}

void Hdf5Image::group(const std::string& path) {
  const Silence silence;
  for (std::size_t end = path.find('/', 1);; end = path.find('/', end + 1)) {
    const std::string part = path.substr(0, end);
    if (H5Lexists(file_, part.c_str(), H5P_DEFAULT) <= 0) {
      const Hdf5Handle properties(H5Pcreate(H5P_GROUP_CREATE), H5Pclose, "group");
      check(H5Pset_obj_track_times(properties, false), "group");
      // Links are kept and listed in the order in which they were made: that of the result.
      check(H5Pset_link_creation_order(properties, H5P_CRT_ORDER_TRACKED | H5P_CRT_ORDER_INDEXED), "group");
      const Hdf5Handle made(H5Gcreate2(file_, part.c_str(), H5P_DEFAULT, properties, H5P_DEFAULT), H5Gclose, part);
    }
    if (end == std::string::npos) return;
  }
}

void Hdf5Image::dataset(const std::string& path, const std::vector<hsize_t>& shape, const std::vector<double>& values,
                        bool complex) {
  const Silence silence;
  const Hdf5Handle type = complex ? complex_type() : Hdf5Handle(H5Tcopy(H5T_IEEE_F64LE), H5Tclose, "number type");
  const Hdf5Handle space = space_of(shape);
  const Hdf5Handle properties(H5Pcreate(H5P_DATASET_CREATE), H5Pclose, "dataset");
  check(H5Pset_obj_track_times(properties, false), "dataset");
  const Hdf5Handle made(H5Dcreate2(file_, path.c_str(), type, space, H5P_DEFAULT, properties, H5P_DEFAULT), H5Dclose,
                        path);
  if (!values.empty()) check(H5Dwrite(made, type, H5S_ALL, H5S_ALL, H5P_DEFAULT, values.data()), path);
}

void Hdf5Image::text(const std::string& path, const std::string& text) {
  const Silence silence;
  const std::string padded = text.empty() ? std::string(1, '\0') : text;
  const Hdf5Handle type = text_type(text.size());
  const Hdf5Handle properties(H5Pcreate(H5P_DATASET_CREATE), H5Pclose, "dataset");
  check(H5Pset_obj_track_times(properties, false), "dataset");
  const Hdf5Handle made(H5Dcreate2(file_, path.c_str(), type, space_of({}), H5P_DEFAULT, properties, H5P_DEFAULT),
                        H5Dclose, path);
  check(H5Dwrite(made, type, H5S_ALL, H5S_ALL, H5P_DEFAULT, padded.data()), path);
}

void Hdf5Image::attribute(const std::string& path, const std::string& name, const std::string& text) {
  const Silence silence;
  const std::string padded = text.empty() ? std::string(1, '\0') : text;
  write_attribute(file_, path, name, text_type(text.size()), space_of({}), padded.data());
}

void Hdf5Image::attribute(const std::string& path, const std::string& name, const std::vector<std::string>& texts) {
  const Silence silence;
  std::size_t longest = 1;
  for (const std::string& text : texts) longest = std::max(longest, text.size());
  std::string padded;
  for (const std::string& text : texts) padded += text + std::string(longest - text.size(), '\0');
  write_attribute(file_, path, name, text_type(longest), space_of({texts.size()}), padded.data());
}

void Hdf5Image::attribute(const std::string& path, const std::string& name, double number) {
  const Silence silence;
  write_attribute(file_, path, name, H5T_IEEE_F64LE, space_of({}), &number);
}

std::string Hdf5Image::bytes() const {
  const Silence silence;
  check(H5Fflush(file_, H5F_SCOPE_LOCAL), "flush");
  const ssize_t size = H5Fget_file_image(file_, nullptr, 0);
  if (size < 0) throw Error("the HDF5 library failed: image in memory");
  std::string image(static_cast<std::size_t>(size), '\0');
  if (H5Fget_file_image(file_, image.data(), image.size()) < 0) {
    throw Error("the HDF5 library failed: image in memory");
  }
  return image;
}

}  // namespace limes::experiment

#pragma once
// An HDF5 file in memory, through the C interface of the library, which keeps no state of its own between files.

#include <hdf5.h>

#include <string>
#include <vector>

namespace limes::experiment {

/// An open object of the HDF5 library, closed at the end of its scope.
class Hdf5Handle {
 public:
  using Close = herr_t (*)(hid_t);
  /// Throws Error naming `what` if `id` says that the library failed.
  Hdf5Handle(hid_t id, Close close, const std::string& what);
  ~Hdf5Handle();
  Hdf5Handle(Hdf5Handle&& other) noexcept;
  Hdf5Handle(const Hdf5Handle&) = delete;
  Hdf5Handle& operator=(const Hdf5Handle&) = delete;
  Hdf5Handle& operator=(Hdf5Handle&&) = delete;
  operator hid_t() const { return id_; }  // NOLINT(google-explicit-constructor): it stands for the number

 private:
  hid_t id_;
  Close close_;
};

/// A file that is built in memory; `bytes` is what a file on disk would hold. No times are stored in it.
class Hdf5Image {
 public:
  Hdf5Image();

  /// Makes the group of this absolute path, with those above it, where it is not there yet.
  void group(const std::string& path);
  /// A dataset of doubles (a scalar for an empty shape); `complex`: pairs (re, im) become one compound {r, i}.
  void dataset(const std::string& path, const std::vector<hsize_t>& shape, const std::vector<double>& values,
               bool complex);
  /// A text of any length as a dataset.
  void text(const std::string& path, const std::string& text);
  /// A text of less than 64 KiB as an attribute of the object at `path`.
  void attribute(const std::string& path, const std::string& name, const std::string& text);
  /// A list of texts as an attribute.
  void attribute(const std::string& path, const std::string& name, const std::vector<std::string>& texts);
  /// A number as an attribute.
  void attribute(const std::string& path, const std::string& name, double number);

  [[nodiscard]] std::string bytes() const;

 private:
  Hdf5Handle file_;
};

}  // namespace limes::experiment

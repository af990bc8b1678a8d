#pragma once
#include <string>
#include <string_view>
#include <utility>

#include "limes/coupling/matrix.hpp"
#include "limes/coupling_files/input_file.hpp"

namespace limes::coupling {

/// Reads an array of one (a column) or two dimensions of booleans, integers or floats from an NPY file (NumPy
/// Enhancement Proposal 1, versions 1.0 to 3.0). Throws InputError, also for an array of other dimensions or types, for
/// entries that are not finite, and if the data are not as long as the header says.
[[nodiscard]] DenseMatrix read_npy(const InputFile& file);

/// The bytes of such a file, wherever they lie; `path` is what errors name.
class NpyBytes {
 public:
  NpyBytes(std::string path, std::string_view bytes) : path_(std::move(path)), bytes_(bytes) {}
  [[nodiscard]] const std::string& path() const { return path_; }
  [[nodiscard]] std::string_view bytes() const { return bytes_; }

 private:
  std::string path_;
  std::string_view bytes_;
};
[[nodiscard]] DenseMatrix read_npy(const NpyBytes& file);

}  // namespace limes::coupling

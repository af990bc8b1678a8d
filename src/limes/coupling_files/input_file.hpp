#pragma once
#include <cstddef>
#include <string>
#include <string_view>
#include <utility>

#include "limes/base/errors.hpp"

namespace limes::coupling {

/// The place of an error that concerns a file as a whole.
[[nodiscard]] inline Place file_place(std::string file) { return {std::move(file), 0, 0, {}}; }

/// A regular file mapped into memory, read-only; nothing is read before it is looked at.
class InputFile {
 public:
  /// Throws InputError if the file is missing (naming the nearest name in its folder), not readable, not a regular
  /// file, or empty.
  explicit InputFile(std::string path);
  ~InputFile();
  InputFile(const InputFile&) = delete;
  InputFile& operator=(const InputFile&) = delete;

  [[nodiscard]] const std::string& path() const { return path_; }
  [[nodiscard]] std::string_view bytes() const { return {data_, size_}; }

 private:
  std::string path_;
  const char* data_ = nullptr;
  std::size_t size_ = 0;
};

}  // namespace limes::coupling

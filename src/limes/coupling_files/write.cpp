#include "limes/coupling_files/write.hpp"

#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <iterator>
#include <string>

#include "limes/base/errors.hpp"
#include "limes/coupling_files/input_file.hpp"

namespace limes::coupling {

namespace {

[[noreturn]] void fail(const std::string& path, int cause) {
  throw OutputError(file_place(path), fmt::format("the matrix cannot be written: {}", std::strerror(cause)),
                    cause == ENOSPC || cause == EDQUOT);
}

/// A file under a temporary name that is removed unless it was kept. What exists and is no regular file (a device, a
/// pipe) is written to directly.
class PendingFile {
 public:
  explicit PendingFile(std::string path) : path_(std::move(path)), written_(path_) {
    struct stat status {};
    const bool direct = ::stat(path_.c_str(), &status) == 0 && !S_ISREG(status.st_mode);
    if (direct && S_ISDIR(status.st_mode)) fail(path_, EISDIR);
    if (!direct) written_ = fmt::format("{}.{}.part", path_, ::getpid());
    file_ = std::fopen(written_.c_str(), "wb");
    if (file_ == nullptr) fail(path_, errno);
  }
  ~PendingFile() {
    if (file_ != nullptr) std::fclose(file_);
    if (!kept_ && written_ != path_) std::remove(written_.c_str());
  }
  PendingFile(const PendingFile&) = delete;
  PendingFile& operator=(const PendingFile&) = delete;

  void write(const fmt::memory_buffer& text) {
    if (std::fwrite(text.data(), 1, text.size(), file_) != text.size()) fail(path_, errno);
  }

  void keep() {
    if (std::fflush(file_) != 0) fail(path_, errno);
    // Devices and pipes cannot be synchronised (EINVAL); a file that stays must be on the disk before it gets its name.
    if (::fsync(::fileno(file_)) != 0 && errno != EINVAL && errno != EROFS) fail(path_, errno);
    std::FILE* closing = std::exchange(file_, nullptr);
    if (std::fclose(closing) != 0) fail(path_, errno);
    if (written_ != path_ && std::rename(written_.c_str(), path_.c_str()) != 0) fail(path_, errno);
    kept_ = true;
  }

 private:
  std::string path_;
  std::string written_;
  std::FILE* file_ = nullptr;
  bool kept_ = false;
};

}  // namespace

void write_matrix_market(const std::string& path, const Matrix& matrix) {
  PendingFile file(path);
  fmt::memory_buffer text;
  const auto out = std::back_inserter(text);
  const auto flush_when_long = [&] {
    if (text.size() < (std::size_t{1} << 20)) return;
    file.write(text);
    text.clear();
  };
  const Eigen::Index units = size(matrix);
  if (is_sparse(matrix)) {
    fmt::format_to(out, "%%MatrixMarket matrix coordinate real general\n{} {} {}\n", units, units, nonzeros(matrix));
    for_each_entry(matrix, [&](Eigen::Index row, Eigen::Index column, double value) {
      fmt::format_to(out, "{} {} {}\n", row + 1, column + 1, value);
      flush_when_long();
    });
  } else {
    const auto& dense = std::get<DenseMatrix>(matrix);
    fmt::format_to(out, "%%MatrixMarket matrix array real general\n{} {}\n", units, units);
    for (Eigen::Index column = 0; column < units; ++column) {
      for (Eigen::Index row = 0; row < units; ++row) fmt::format_to(out, "{}\n", dense(row, column));
      flush_when_long();
    }
  }
  file.write(text);
  file.keep();
}

}  // namespace limes::coupling

#include "limes/experiment/file_writing.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <cstdio>
#include <cstring>

#include "limes/base/errors.hpp"

namespace limes::experiment {

namespace {

/// Writes all bytes and forces them to the device; the number of the error that prevented it, or 0.
int write_all(int descriptor, const std::string& bytes) {
  std::size_t written = 0;
  while (written < bytes.size()) {
    const ssize_t count = ::write(descriptor, bytes.data() + written, bytes.size() - written);
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return errno;
    written += static_cast<std::size_t>(count);
  }
  return ::fsync(descriptor) == 0 || errno == EINVAL ? 0 : errno;
}

}  // namespace

void throw_output_error(const std::string& path, int error) {
  // EFBIG: the limit that the user or the file system sets to the size of a file.
  const bool full = error == ENOSPC || error == EDQUOT || error == EFBIG;
  throw OutputError(Place{.file = path, .line = 0, .column = 0, .key = {}},
                    fmt::format("can't be written: {}", std::strerror(error)), full,
                    full ? "make room or give another place by --out" : "give another place by --out");
}

void write_file(const std::string& path, const std::string& bytes) {
  static std::atomic<unsigned> counter{0};  // two threads never share a temporary name; not part of any result
  const std::string temporary = fmt::format("{}.{}-{}.tmp", path, ::getpid(), counter++);
  const int descriptor = ::open(temporary.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
  if (descriptor < 0) throw_output_error(path, errno);
  int error = write_all(descriptor, bytes);
  if (::close(descriptor) != 0 && error == 0) error = errno;
  if (error == 0 && std::rename(temporary.c_str(), path.c_str()) != 0) error = errno;
  if (error == 0) return;
  ::unlink(temporary.c_str());
  throw_output_error(path, error);
}

void sync_folder(const std::string& path) {
  const int descriptor = ::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (descriptor < 0) return;
  ::fsync(descriptor);
  ::close(descriptor);
}

}  // namespace limes::experiment

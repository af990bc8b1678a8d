#include "limes/coupling_files/input_file.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <system_error>
#include <vector>

#include "limes/base/errors.hpp"
#include "limes/base/suggestion.hpp"

namespace limes::coupling {

namespace {

/// "did you mean ...?" with the nearest name in the folder of a missing file, or a general mend.
std::string mend_for_missing(const std::string& path) {
  const std::filesystem::path wanted(path);
  const std::filesystem::path folder = wanted.has_parent_path() ? wanted.parent_path() : std::filesystem::path(".");
  std::error_code ignored;
  if (!std::filesystem::is_directory(folder, ignored)) {
    return fmt::format("there is no folder '{}' either", folder.string());
  }
  std::vector<std::string> names;
  for (std::filesystem::directory_iterator entry(folder, ignored), end; !ignored && entry != end;
       entry.increment(ignored)) {
    names.push_back(entry->path().filename().string());
  }
  const std::string nearest = nearest_name(wanted.filename().string(), names);
  if (nearest.empty()) return "check the path";
  return fmt::format("did you mean '{}'?", (wanted.parent_path() / nearest).string());
}

/// Closes a file descriptor at the end of its scope.
struct Descriptor {
  int number;
  explicit Descriptor(int opened) : number(opened) {}
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  ~Descriptor() {
    if (number >= 0) ::close(number);
  }
};

}  // namespace

InputFile::InputFile(std::string path) : path_(std::move(path)) {
  const Place place = file_place(path_);
  if (path_.empty() || path_.find('\0') != std::string::npos)
    throw InputError("the name of the coupling file is empty");
  // Not blocking, so that a pipe without a writer is refused below instead of waited for.
  const Descriptor descriptor(::open(path_.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
  if (descriptor.number < 0) {
    const int cause = errno;
    if (cause == ENOENT) throw InputError(place, "no such file", mend_for_missing(path_));
    throw InputError(place, fmt::format("the file cannot be opened: {}", std::strerror(cause)));
  }
  struct stat status {};
  if (::fstat(descriptor.number, &status) != 0) throw InputError(place, "the file cannot be examined");
  if (S_ISDIR(status.st_mode)) throw InputError(place, "this is a folder, not a file", "name a file in it");
  if (!S_ISREG(status.st_mode)) throw InputError(place, "this is not a regular file");
  if (status.st_size == 0) throw InputError(place, "the file is empty");
  size_ = static_cast<std::size_t>(status.st_size);
  void* mapped = ::mmap(nullptr, size_, PROT_READ, MAP_PRIVATE, descriptor.number, 0);
  if (mapped == MAP_FAILED) {
    throw InputError(place, fmt::format("the file cannot be read: {}", std::strerror(errno)));
  }
  data_ = static_cast<const char*>(mapped);
}

InputFile::~InputFile() {
  if (data_ != nullptr) ::munmap(const_cast<char*>(data_), size_);
}

}  // namespace limes::coupling

#include "limes/experiment/directory.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <stdio.h>  // renameat2 is no part of <cstdio>
#include <sys/file.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <filesystem>
#include <fstream>
#include <optional>

#include "limes/experiment/checkpoint_files.hpp"
#include "limes/experiment/file_writing.hpp"

namespace limes::experiment {

namespace {

namespace fs = std::filesystem;
using system::Json;

constexpr const char* kMarker = "limes.json";  // in NAME.partial: whose checkpoints these are
const std::vector<std::string> kPartialNames = {kMarker, "checkpoints", "result"};
const std::vector<std::string> kResultNames = {"result.json", "result.h5", "report.html", "experiment.toml", "figures"};

Place at(const std::string& path) { return Place{.file = path, .line = 0, .column = 0, .key = {}}; }

constexpr const char* kMend = "give another place by --out, or move it away";

/// A name in the folder that is not among the known ones, or nothing.
std::optional<std::string> foreign_name(const std::string& folder, const std::vector<std::string>& known) {
  for (const auto& entry : fs::directory_iterator(folder)) {
    const std::string name = entry.path().filename().string();
    if (name.ends_with(".tmp")) continue;  // left over by a run that was killed
    if (std::find(known.begin(), known.end(), name) == known.end()) return name;
  }
  return std::nullopt;
}

/// Removes NAME.partial; the marker that says whose it is goes last.
void remove_partial(const std::string& partial) {
  std::error_code ignored;
  fs::remove_all(partial + "/result", ignored);
  fs::remove_all(partial + "/checkpoints", ignored);
  fs::remove_all(partial, ignored);
}

std::optional<Json> read_json(const std::string& path) {
  std::ifstream stream(path, std::ios::binary);
  if (!stream) return std::nullopt;
  Json json = Json::parse(stream, nullptr, false);
  if (!json.is_object()) return std::nullopt;
  return json;
}

std::string text_at(const std::optional<Json>& json, const char* pointer) {
  if (!json) return "";
  const Json::json_pointer place(pointer);
  return json->contains(place) && json->at(place).is_string() ? json->at(place).get<std::string>() : "";
}

/// The final name must be free, empty, or a result of the same experiment and nothing else.
void check_final(const std::string& path, const std::string& identity) {
  const fs::file_status status = fs::status(path);
  if (status.type() == fs::file_type::not_found) return;
  if (!fs::is_directory(status)) throw InputError(at(path), "is a file, not a folder for results", kMend);
  if (fs::is_empty(path)) return;
  if (const auto name = foreign_name(path, kResultNames)) {
    throw InputError(at(path), fmt::format("holds '{}', which is no result of limes, and is left alone", *name), kMend);
  }
  const std::string found = text_at(read_json(path + "/result.json"), "/provenance/fingerprint");
  if (found.empty()) throw InputError(at(path), "is not empty and holds no result of limes; it is left alone", kMend);
  if (found != identity) throw InputError(at(path), "holds the result of another experiment and is left alone", kMend);
}

void make_folder(const std::string& path) {
  std::error_code error;
  fs::create_directories(path, error);
  if (error) throw_output_error(path, error.value());
}

/// Exchanges two folders in one step; where the file system can't, the old one is moved aside first.
int exchange_folders(const std::string& staged, const std::string& final_name) {
  if (!fs::exists(final_name)) return ::rename(staged.c_str(), final_name.c_str()) == 0 ? 0 : errno;
  if (::renameat2(AT_FDCWD, staged.c_str(), AT_FDCWD, final_name.c_str(), RENAME_EXCHANGE) == 0) return 0;
  if (errno != EINVAL && errno != ENOSYS) return errno;
  const std::string aside = staged + ".previous";
  if (::rename(final_name.c_str(), aside.c_str()) != 0) return errno;
  if (::rename(staged.c_str(), final_name.c_str()) == 0) return 0;
  const int error = errno;
  ::rename(aside.c_str(), final_name.c_str());
  return error;
}

std::string final_path(const std::string& name) {
  if (name.empty()) throw InputError("the place of the results is empty", "give a folder by --out");
  fs::path path = fs::absolute(name).lexically_normal();
  if (!path.has_filename()) path = path.parent_path();  // a slash at the end
  std::error_code ignored;
  if (fs::is_symlink(path, ignored)) {
    const fs::path target = fs::canonical(path, ignored);
    if (!ignored) path = target;
  }
  return path.string();
}

}  // namespace

ResultDirectory::ResultDirectory(const std::string& name, std::string identity, std::string build,
                                 std::function<void(const std::string&)> report)
    : path_(final_path(name)), partial_(path_ + ".partial") {
  try {
    check_final(path_, identity);
    take_partial(identity, build);
    const std::string folder = partial_ + "/checkpoints";
    make_folder(folder);
    continues_ = !fs::is_empty(folder);
    checkpoints_ = std::make_unique<CheckpointFiles>(folder, std::move(report));
  } catch (const fs::filesystem_error& error) {
    abandon();
    throw_output_error(path_, error.code().value());
  } catch (...) {
    abandon();
    throw;
  }
}

void ResultDirectory::abandon() {
  std::error_code ignored;
  if (lock_ >= 0) ::close(lock_);
  fs::remove(partial_, ignored);  // only if it is empty
}

void ResultDirectory::take_partial(const std::string& identity, const std::string& build) {
  if (fs::exists(partial_) && !fs::is_directory(partial_)) {
    throw InputError(at(partial_), "is a file where results are to be prepared", kMend);
  }
  make_folder(partial_);
  lock_ = ::open(partial_.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (lock_ < 0) throw_output_error(partial_, errno);
  if (::flock(lock_, LOCK_EX | LOCK_NB) != 0 && errno == EWOULDBLOCK) {
    throw InputError(at(path_), "another run of limes is writing there", "wait for it or give another --out");
  }
  const std::string marker = partial_ + "/" + kMarker;
  const auto found = read_json(marker);
  if (const auto foreign = foreign_name(partial_, kPartialNames)) {
    throw InputError(at(partial_), fmt::format("holds '{}', which limes did not write, and is left alone", *foreign),
                     kMend);
  }
  if (!found && foreign_name(partial_, {})) {
    throw InputError(at(partial_), "is not empty and holds no unfinished run of limes; it is left alone", kMend);
  }
  if (found && text_at(found, "/fingerprint") != identity) {
    throw InputError(at(partial_), "holds the unfinished run of another experiment and is left alone", kMend);
  }
  fs::remove_all(partial_ + "/result");
  if (found && text_at(found, "/build") != build) fs::remove_all(partial_ + "/checkpoints");
  write_file(marker, Json{{"fingerprint", identity}, {"build", build}}.dump() + "\n");
}

ResultDirectory::~ResultDirectory() {
  std::error_code ignored;
  const bool has_checkpoints =
      fs::exists(partial_ + "/checkpoints", ignored) && !fs::is_empty(partial_ + "/checkpoints", ignored);
  fs::remove_all(partial_ + "/result", ignored);
  if (!has_checkpoints) remove_partial(partial_);
  ::close(lock_);
}

void ResultDirectory::publish(const ResultFiles& files, bool keep_checkpoints) {
  const std::string staged = partial_ + "/result";
  std::error_code ignored;
  fs::remove_all(staged, ignored);
  make_folder(staged);
  for (const auto& [name, bytes] : files) {
    const fs::path path = fs::path(staged) / name;
    make_folder(path.parent_path().string());
    write_file(path.string(), bytes);
    sync_folder(path.parent_path().string());
  }
  sync_folder(staged);
  if (const int error = exchange_folders(staged, path_); error != 0) throw_output_error(path_, error);
  sync_folder(fs::path(path_).parent_path().string());
  fs::remove_all(staged, ignored);
  fs::remove_all(staged + ".previous", ignored);
  if (!keep_checkpoints) fs::remove_all(partial_ + "/checkpoints", ignored);
}

}  // namespace limes::experiment

#include "limes/experiment/checkpoint_files.hpp"

#include <fmt/format.h>

#include <cctype>
#include <filesystem>
#include <fstream>
#include <iterator>

#include "limes/experiment/file_writing.hpp"

namespace limes::experiment {

std::string CheckpointFiles::path_of(const std::string& name) const {
  std::string file;
  for (const char c : name) {
    const auto code = static_cast<unsigned char>(c);
    file += std::isalnum(code) || c == '_' || c == '-' ? std::string(1, c) : fmt::format("%{:02X}", code);
  }
  return folder_ + "/" + file;
}

void CheckpointFiles::save(const std::string& name, const std::string& bytes) {
  if (given_up_) return;
  try {
    write_file(path_of(name), bytes);
  } catch (const OutputError& error) {
    if (!given_up_.exchange(true)) report_(fmt::format("no checkpoints are kept from here on: {}", error.what()));
  }
}

std::optional<std::string> CheckpointFiles::load(const std::string& name) const {
  std::ifstream stream(path_of(name), std::ios::binary);
  if (!stream) return std::nullopt;
  std::string bytes{std::istreambuf_iterator<char>(stream), std::istreambuf_iterator<char>()};
  if (stream.bad()) return std::nullopt;
  return bytes;
}

void CheckpointFiles::remove(const std::string& name) {
  std::error_code ignored;
  std::filesystem::remove(path_of(name), ignored);
}

}  // namespace limes::experiment

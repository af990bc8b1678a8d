#include "limes/experiment/fingerprint.hpp"

#include <fmt/format.h>

#include <boost/uuid/name_generator_sha1.hpp>
#include <boost/uuid/uuid.hpp>
#include <filesystem>
#include <fstream>
#include <vector>

namespace limes::experiment {

namespace {

/// A chained hash: each piece of text gives the name space of the next (SHA-1 of RFC 4122, section 4.3).
class Hash {
 public:
  void add(const char* bytes, std::size_t count) { state_ = boost::uuids::name_generator_sha1(state_)(bytes, count); }
  void add(const std::string& text) { add(text.data(), text.size()); }

  void add_file(const std::string& name) {
    std::ifstream stream(name, std::ios::binary);
    std::vector<char> block(std::size_t{1} << 22);
    while (stream.read(block.data(), static_cast<std::streamsize>(block.size())) || stream.gcount() > 0) {
      add(block.data(), static_cast<std::size_t>(stream.gcount()));
    }
  }

  [[nodiscard]] std::string hexadecimal() const {
    std::string text;
    for (const auto byte : state_) text += fmt::format("{:02x}", byte);
    return text;
  }

 private:
  boost::uuids::uuid state_{};
};

}  // namespace

std::string file_part(const std::string& name) {
  std::error_code ignored;
  if (std::filesystem::exists(name, ignored)) return name;
  for (std::size_t colon = name.rfind(':'); colon != std::string::npos && colon > 0;
       colon = name.rfind(':', colon - 1)) {
    if (std::filesystem::exists(name.substr(0, colon), ignored)) return name.substr(0, colon);
  }
  return name;
}

std::string fingerprint(const system::System& system, const system::Parameters& parameters,
                        const std::string& options) {
  Hash hash;
  hash.add(fmt::format("{}\n{}\n{}\n", system.id, parameters.seed(), options));
  hash.add(parameters.resolved().dump());
  for (const system::Parameter& parameter : system.schema.parameters) {
    if (parameter.type != system::Type::kPath || !parameters.has(parameter.key)) continue;
    if (parameters.is_list(parameter.key)) continue;  // no system names several files in one key
    hash.add(parameter.key);
    hash.add_file(file_part(parameters.text(parameter.key)));
  }
  return hash.hexadecimal();
}

}  // namespace limes::experiment

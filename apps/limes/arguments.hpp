#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "limes/experiment/run.hpp"

namespace limes::app {

/// What the user asked for.
struct Arguments {
  enum class Command { kHelp, kVersion, kList, kShow, kNew, kRun, kReport };
  Command command = Command::kHelp;
  std::string help;  ///< kHelp: the text
  std::string name;  ///< kShow, kNew: the system; kRun: the file (may be empty); kReport: the folder
  std::vector<std::string> sets;
  std::optional<std::uint64_t> seed;
  std::optional<std::string> out;
  experiment::Only only = experiment::Only::kBoth;
  int threads = 0;
  bool json = false;
  bool quick = false;
};

/// Reads the command line. Throws InputError for anything that is not understood, with the nearest name.
[[nodiscard]] Arguments read_arguments(int count, const char* const* values);

}  // namespace limes::app

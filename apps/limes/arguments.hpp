#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "limes/experiment/run.hpp"

namespace limes::app {

/// What the user asked for.
struct Arguments {
  enum class Command { kHelp, kVersion, kList, kShow, kNew, kRun, kSweep, kConverge, kContinue, kReport, kMatrix };
  Command command = Command::kHelp;
  std::string help;  ///< kHelp: the text
  std::string name;  ///< kShow, kNew: the system; kRun, kSweep, kConverge, kContinue: the file (may be empty); kReport:
                     ///< the folder; kMatrix: the file
  std::vector<std::string> sets;
  std::vector<std::string> over;  ///< kSweep, kConverge, kContinue
  std::string simulate;           ///< kContinue: where networks are simulated too
  std::optional<std::uint64_t> seed;
  std::optional<std::string> out;
  experiment::Only only = experiment::Only::kBoth;
  int threads = 0;
  bool json = false;
  bool quick = false;
  bool markdown = false;           ///< kShow: a page of documentation
  std::int64_t matrix_size = 300;  ///< kMatrix: number of neurons
  double mean_degree = 20.0;       ///< kMatrix: mean number of sources per target
};

/// Reads the command line. Throws InputError for anything that is not understood, with the nearest name.
[[nodiscard]] Arguments read_arguments(int count, const char* const* values);

}  // namespace limes::app

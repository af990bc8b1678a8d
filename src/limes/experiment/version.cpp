#include "limes/experiment/version.hpp"

#include <sys/utsname.h>

#include <fstream>

namespace limes::experiment {

std::string version() { return LIMES_VERSION; }
std::string commit() { return LIMES_COMMIT; }
std::string compiler() { return LIMES_COMPILER; }

std::string processor() {
  std::ifstream stream("/proc/cpuinfo");
  for (std::string line; std::getline(stream, line);) {
    if (line.rfind("model name", 0) != 0) continue;
    const std::size_t start = line.find(": ");
    if (start != std::string::npos) return line.substr(start + 2);
  }
  return "unknown";
}

std::string operating_system() {
  utsname names{};
  if (uname(&names) != 0) return "unknown";
  return std::string(names.sysname) + " " + names.release + " " + names.machine;
}

}  // namespace limes::experiment

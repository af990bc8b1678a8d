#include "bench/ratio.hpp"

#include <fmt/format.h>

#include <utility>
#include <vector>

namespace limes::bench {

namespace {
std::vector<std::pair<std::string, double>>& ratios() {
  static std::vector<std::pair<std::string, double>> all;
  return all;
}
}  // namespace

void report(benchmark::State& state, const std::string& name, double ratio) {
  state.counters["ratio"] = ratio;
  ratios().emplace_back(name, ratio);
}

int main(int argc, char** argv) {
  benchmark::Initialize(&argc, argv);
  if (benchmark::ReportUnrecognizedArguments(argc, argv)) return 1;
  benchmark::RunSpecifiedBenchmarks();
  for (const auto& [name, ratio] : ratios()) fmt::print("ratio {} {:.3f}\n", name, ratio);
  return 0;
}

}  // namespace limes::bench

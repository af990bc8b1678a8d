// The share of the transfer function in a step: its time over that of Y = J f(U) as a whole.

#include <fmt/format.h>

#include <vector>

#include "bench/operators.hpp"
#include "bench/ratio.hpp"
#include "limes/compute/transfer_kernels.hpp"

namespace {

using namespace limes;

void transfer_cost(benchmark::State& state, transfer::Kind kind, std::size_t columns) {
  constexpr std::size_t size = 2000;
  compute::Threads threads;
  const auto matrix = bench::random_operator<double>(threads, size);
  std::vector<double> u(size * columns), f(size * columns), y(size * columns);
  for (std::size_t i = 0; i < u.size(); ++i) u[i] = static_cast<double>(i % 601) * 0.01 - 3;
  const transfer::Transfer transfer{kind, 1.5};
  const auto times = bench::in_turns(
      state, [&] { compute::apply_transfer(threads, transfer, std::span<const double>(u), std::span<double>(f)); },
      [&] { matrix.apply(threads, f.data(), y.data(), columns); });
  bench::report(state, fmt::format("transfer_share/{}/columns_{}", transfer::name(kind), columns),
                times.first / (times.first + times.second));
}

void register_all() {
  using transfer::Kind;
  for (const std::size_t columns : {1, 64}) {
    for (const Kind kind :
         {Kind::kTanh, Kind::kErf, Kind::kLogistic, Kind::kNormalCdf, Kind::kRelu, Kind::kLinear, Kind::kClippedTan}) {
      const std::string name = fmt::format("transfer_cost/{}/{}", transfer::name(kind), columns);
      benchmark::RegisterBenchmark(name.c_str(),
                                   [kind, columns](benchmark::State& state) { transfer_cost(state, kind, columns); })
          ->Iterations(columns == 1 ? 200 : 20)
          ->UseManualTime()
          ->Unit(benchmark::kMillisecond);
    }
  }
}

}  // namespace

int main(int argc, char** argv) {
  register_all();
  return limes::bench::main(argc, argv);
}

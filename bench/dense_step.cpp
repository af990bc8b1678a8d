// One step of a dense network, y = J x with one to three columns, against the time in which the same matrix is merely
// read: 1 means that memory allows no more.

#include <fmt/format.h>

#include <vector>

#include "bench/machine_limits.hpp"
#include "bench/operators.hpp"
#include "bench/ratio.hpp"

namespace {

using namespace limes;

template <typename Real>
void dense_step(benchmark::State& state) {
  const auto size = static_cast<std::size_t>(state.range(0)), columns = static_cast<std::size_t>(state.range(1));
  compute::Threads threads;
  const auto matrix = bench::random_operator<Real>(threads, size);
  std::vector<Real> x(size * columns, Real{1}), y(size * columns);
  const std::size_t bytes = size * matrix.stride() * sizeof(Real);
  const auto* memory = reinterpret_cast<const std::byte*>(matrix.row(0).data());
  const auto times = bench::in_turns(
      state, [&] { benchmark::DoNotOptimize(bench::read_through(threads, memory, bytes)); },
      [&] { matrix.apply(threads, x.data(), y.data(), columns); });
  state.counters["read_GBps"] = static_cast<double>(bytes) / times.first * 1e-9;
  state.counters["step_GBps"] = static_cast<double>(bytes) / times.second * 1e-9;
  bench::report(state,
                fmt::format("dense_step/{}/{}/columns_{}", sizeof(Real) == 8 ? "double" : "float", size, columns),
                times.first / times.second);
}

BENCHMARK_TEMPLATE(dense_step, double)
    ->Args({4000, 1})
    ->Args({4000, 2})
    ->Args({4000, 3})
    ->Iterations(60)
    ->UseManualTime()
    ->Unit(benchmark::kMillisecond);
BENCHMARK_TEMPLATE(dense_step, double)
    ->Args({10000, 1})
    ->Iterations(20)
    ->UseManualTime()
    ->Unit(benchmark::kMillisecond);
BENCHMARK_TEMPLATE(dense_step, float)->Args({4000, 1})->Iterations(60)->UseManualTime()->Unit(benchmark::kMillisecond);
BENCHMARK_TEMPLATE(dense_step, float)->Args({10000, 1})->Iterations(20)->UseManualTime()->Unit(benchmark::kMillisecond);

}  // namespace

int main(int argc, char** argv) { return limes::bench::main(argc, argv); }

// One step of a batch of trials that share a matrix, Y = J X, against the machine's peak of fused multiply-adds and
// against the dgemm of the BLAS that is linked.

#include <fmt/format.h>

#include <vector>

#include "bench/machine_limits.hpp"
#include "bench/operators.hpp"
#include "bench/ratio.hpp"

extern "C" void dgemm_(const char* transpose_a, const char* transpose_b, const int* m, const int* n, const int* k,
                       const double* alpha, const double* a, const int* stride_a, const double* b, const int* stride_b,
                       const double* beta, double* c, const int* stride_c);

namespace {

using namespace limes;

template <typename Real>
void batched_step(benchmark::State& state) {
  const auto size = static_cast<std::size_t>(state.range(0)), columns = static_cast<std::size_t>(state.range(1));
  compute::Threads threads;
  const auto matrix = bench::random_operator<Real>(threads, size);
  const std::vector<Real> x(size * columns, Real{1});
  std::vector<Real> y(size * columns);
  const double work = 2.0 * static_cast<double>(size * size * columns);
  double operations = 0;
  const auto times = bench::in_turns(
      state, [&] { operations = bench::multiply_add_in_registers<Real>(threads, 1 << 19); },
      [&] { matrix.apply(threads, x.data(), y.data(), columns); });
  const double peak = operations / times.first, reached = work / times.second;
  state.counters["peak_GFlops"] = peak * 1e-9;
  state.counters["step_GFlops"] = reached * 1e-9;
  bench::report(state,
                fmt::format("batched_step/{}/{}/columns_{}", sizeof(Real) == 8 ? "double" : "float", size, columns),
                reached / peak);
}

void batched_step_against_blas(benchmark::State& state) {
  const auto size = static_cast<std::size_t>(state.range(0)), columns = static_cast<std::size_t>(state.range(1));
  compute::Threads threads;
  const auto matrix = bench::random_operator<double>(threads, size);
  const std::vector<double> x(size * columns, 1.0);
  std::vector<double> y(size * columns);
  const int m = static_cast<int>(columns), n = static_cast<int>(size), stride = static_cast<int>(matrix.stride());
  const double one = 1, zero = 0;
  // BLAS counts columns first: Y^T = X^T J^T with the memory as it is.
  const auto times = bench::in_turns(
      state,
      [&] { dgemm_("N", "N", &m, &n, &n, &one, x.data(), &m, matrix.row(0).data(), &stride, &zero, y.data(), &m); },
      [&] { matrix.apply(threads, x.data(), y.data(), columns); });
  state.counters["blas_GFlops"] = 2e-9 * static_cast<double>(size * size * columns) / times.first;
  bench::report(state, fmt::format("batched_step_over_dgemm/{}/columns_{}", size, columns), times.first / times.second);
}

BENCHMARK_TEMPLATE(batched_step, double)
    ->Args({2000, 64})
    ->Args({2000, 16})
    ->Args({2000, 8})
    ->Args({10000, 64})
    ->Iterations(20)
    ->UseManualTime()
    ->Unit(benchmark::kMillisecond);
BENCHMARK_TEMPLATE(batched_step, float)
    ->Args({2000, 64})
    ->Iterations(20)
    ->UseManualTime()
    ->Unit(benchmark::kMillisecond);
BENCHMARK(batched_step_against_blas)->Args({2000, 64})->Iterations(20)->UseManualTime()->Unit(benchmark::kMillisecond);

}  // namespace

int main(int argc, char** argv) { return limes::bench::main(argc, argv); }

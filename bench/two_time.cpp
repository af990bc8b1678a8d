// The two-time theory: its inner loop, the sums of Hermite series, against the machine's peak of multiply-adds, and the
// whole solution against that peak for what its inner loops did (these sums and the coefficients). One thread: the
// theory has no more.

#include <fmt/format.h>

#include <cmath>
#include <string>
#include <vector>

#include "bench/machine_limits.hpp"
#include "bench/ratio.hpp"
#include "limes/rate/theory/two_time.hpp"
#include "limes/transfer/hermite_series.hpp"

namespace {

using namespace limes;

/// A term s = s rho + a b is a product and a multiply-add: three operations where the peak counts two per instruction.
/// The limit of a term is therefore the time of two multiply-adds.
constexpr double kPeakOperationsPerTerm = 4;
/// A step of the coefficients, sum += w p and p' = (r h) p - k q: four multiply-adds, of which two are products only.
constexpr double kPeakOperationsPerCoefficientStep = 8;
constexpr std::size_t kRounds = 1 << 20;

void hermite_sums(benchmark::State& state) {
  const auto terms = static_cast<std::size_t>(state.range(0));
  constexpr std::size_t blocks = 64;  // as of 2048 earlier times
  compute::Threads one(1);
  const std::vector<double> a(terms, 0.5), rho(transfer::kHermiteLanes, 0.9);
  const std::vector<double> b(blocks * terms * transfer::kHermiteLanes, 0.25);
  std::vector<double> result(transfer::kHermiteLanes);
  double operations = 0;
  const auto times = bench::in_turns(
      state, [&] { operations = bench::multiply_add_in_registers<double>(one, kRounds); },
      [&] {
        for (std::size_t block = 0; block < blocks; ++block) {
          const std::size_t size = terms * transfer::kHermiteLanes;
          transfer::hermite_sums(a, std::span(b).subspan(block * size, size), rho, result);
          benchmark::DoNotOptimize(result.data());
        }
      });
  const double limit = kPeakOperationsPerTerm * static_cast<double>(b.size()) * times.first / operations;
  bench::report(state, fmt::format("hermite_sums/{}", terms), limit / times.second);
}

void two_time(benchmark::State& state, double gain, double leak, double deviation) {
  rate::theory::Ensemble ensemble;
  ensemble.transfer.gain = gain;
  ensemble.leak = leak;
  ensemble.coupling_deviation = deviation;
  const auto horizon = static_cast<std::size_t>(state.range(0));
  compute::Threads one(1);
  double operations = 0;
  rate::theory::SeriesWork work;
  const auto times = bench::in_turns(
      state, [&] { operations = bench::multiply_add_in_registers<double>(one, kRounds); },
      [&] {
        const auto solution = rate::theory::two_time_map(rate::theory::one_population(ensemble, 0.0, 0.5), horizon);
        work = solution.work;
        benchmark::DoNotOptimize(solution.populations.data());
      });
  const double limit = (kPeakOperationsPerTerm * work.terms + kPeakOperationsPerCoefficientStep * work.coefficients) *
                       times.first / operations;
  const double pairs = 0.5 * static_cast<double>(horizon) * static_cast<double>(horizon + 1);
  state.counters["terms_per_pair"] = work.terms / pairs;
  state.counters["ns_per_pair"] = 1e9 * times.second / pairs;
  bench::report(state, fmt::format("two_time/gain_{}_leak_{}/{}", gain, leak, horizon), limit / times.second);
}

BENCHMARK(hermite_sums)->Arg(16)->Arg(64)->Arg(256)->Iterations(400)->UseManualTime()->Unit(benchmark::kMicrosecond);
BENCHMARK_CAPTURE(two_time, leaky_chaos, 1.0, 0.5, 0.8)
    ->Arg(2000)
    ->Iterations(5)
    ->UseManualTime()
    ->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(two_time, euler_embedding, 1.0, 0.95, 0.1)
    ->Arg(2000)
    ->Iterations(5)
    ->UseManualTime()
    ->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(two_time, steep, 5.0, 0.95, 0.1)
    ->Arg(2000)
    ->Iterations(3)
    ->UseManualTime()
    ->Unit(benchmark::kMillisecond);

}  // namespace

int main(int argc, char** argv) { return limes::bench::main(argc, argv); }

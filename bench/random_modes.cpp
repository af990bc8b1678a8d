// Random-mode networks: a step of a batch of trajectories against the matrix products in it and against the machine's
// peak, modes as factors against a matrix of N x N, and the dimension from Laplace transforms against a plain sum over
// two frequencies.

#include <fmt/format.h>

#include <cmath>
#include <complex>
#include <vector>

#include "bench/machine_limits.hpp"
#include "bench/operators.hpp"
#include "bench/ratio.hpp"
#include "limes/rate/random_modes/simulation/trajectories.hpp"
#include "limes/rate/random_modes/theory/ladder.hpp"

namespace {

using namespace limes;
using namespace limes::rate::random_modes;

ModesDescription network(Kind kind, std::size_t size, std::size_t trajectories) {
  ModesDescription description;
  description.size = size;
  description.kind = kind;
  description.deviation = 3.0;
  description.simulation.trajectories = trajectories;
  return description;
}

/// Four products per Runge-Kutta step; everything else should be small.
void trajectory_step(benchmark::State& state) {
  const auto size = static_cast<std::size_t>(state.range(0)), columns = static_cast<std::size_t>(state.range(1));
  compute::Threads threads;
  const ModesDescription description = network(Kind::kGaussian, size, columns);
  const ModeCouplings<double> couplings(description, 0, Draw::kOwn, {}, threads, {});
  Trajectories<double> trajectories(description, couplings, {1, 0});
  const double work = 8.0 * static_cast<double>(size * size * columns);
  double operations = 0;
  const auto times = bench::in_turns(
      state, [&] { operations = bench::multiply_add_in_registers<double>(threads, 1 << 19); },
      [&] { trajectories.advance(threads); });
  bench::report(state, fmt::format("random_modes_step/{}/columns_{}", size, columns),
                work / times.second / (operations / times.first));
}

void trajectory_over_products(benchmark::State& state) {
  const auto size = static_cast<std::size_t>(state.range(0)), columns = static_cast<std::size_t>(state.range(1));
  compute::Threads threads;
  const ModesDescription description = network(Kind::kGaussian, size, columns);
  const ModeCouplings<double> couplings(description, 0, Draw::kOwn, {}, threads, {});
  Trajectories<double> trajectories(description, couplings, {1, 0});
  const std::vector<double> x(size * columns, 0.5);
  std::vector<double> y(x.size());
  const auto times = bench::in_turns(
      state,
      [&] {
        for (int k = 0; k < 4; ++k) couplings.apply(threads, x.data(), y.data(), columns);
      },
      [&] { trajectories.advance(threads); });
  bench::report(state, fmt::format("random_modes_step_over_products/{}/columns_{}", size, columns),
                times.second / times.first);
}

/// M = N/10 modes: 5 times fewer operations than N x N.
void factors_over_matrix(benchmark::State& state) {
  const auto size = static_cast<std::size_t>(state.range(0)), columns = static_cast<std::size_t>(state.range(1));
  compute::Threads threads;
  ModesDescription description = network(Kind::kRandomModes, size, columns);
  description.strengths.assign(size / 10, 1.0);
  const ModeCouplings<double> modes(description, 0, Draw::kOwn, {}, threads, {});
  const auto matrix = bench::random_operator<double>(threads, size);
  const std::vector<double> x(size * columns, 0.5);
  std::vector<double> y(x.size());
  const auto times = bench::in_turns(
      state, [&] { matrix.apply(threads, x.data(), y.data(), columns); },
      [&] { modes.apply(threads, x.data(), y.data(), columns); });
  bench::report(state, fmt::format("random_modes_matrix_over_factors/{}/columns_{}", size, columns),
                times.first / times.second);
}

/// The whole theory of the dimension (autocovariance included) against the double sum alone, to seven digits.
void dimension_theory(benchmark::State& state) {
  TwoPointProblem single;
  single.transfer = {transfer::Kind::kErf, 1.0};
  single.coupling = 2.0;
  double sink = 0.0;
  const auto times = bench::in_turns(
      state,
      [&] {
        const int reach = 900;
        std::vector<double> spectrum(2 * reach + 1, 1.0);
        for (int k = 0; k <= 2 * reach; ++k) {
          for (int l = 0; l <= 2 * reach; ++l) {
            const std::complex<double> first(1.0, 0.02 * (k - reach)), second(1.0, 0.02 * (l - reach));
            sink += spectrum[static_cast<std::size_t>(k)] * spectrum[static_cast<std::size_t>(l)] /
                    std::norm(1.0 - 0.9 / (first * second));
          }
        }
      },
      [&] {
        const TwoPointSolution solution = solve_two_point(single);
        sink += dimensions({&single, &solution, 1.0, 1.0}).output.cross_covariance;
      });
  benchmark::DoNotOptimize(sink);
  bench::report(state, "dimension_sum_over_theory", times.first / times.second);
}

BENCHMARK(trajectory_step)->Args({2000, 64})->Iterations(10)->UseManualTime()->Unit(benchmark::kMillisecond);
BENCHMARK(trajectory_over_products)->Args({2000, 64})->Iterations(10)->UseManualTime()->Unit(benchmark::kMillisecond);
BENCHMARK(factors_over_matrix)->Args({2000, 64})->Iterations(10)->UseManualTime()->Unit(benchmark::kMillisecond);
BENCHMARK(dimension_theory)->Iterations(5)->UseManualTime()->Unit(benchmark::kMillisecond);

}  // namespace

int main(int argc, char** argv) { return limes::bench::main(argc, argv); }

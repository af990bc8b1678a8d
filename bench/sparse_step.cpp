// One step of a sparse network, y = J x, against what its memory accesses alone cost: its entries are read once in
// order (bandwidth), and the sources of every entry are looked up (gathers). The larger of both times is the limit.

#include <fmt/format.h>

#include <Eigen/SparseCore>
#include <cstdint>
#include <vector>

#include "bench/machine_limits.hpp"
#include "bench/ratio.hpp"
#include "limes/compute/memory.hpp"
#include "limes/compute/sparse_operator.hpp"

namespace {

using namespace limes;

using Sparse = Eigen::SparseMatrix<double, Eigen::RowMajor, int>;

/// K sources per row, anywhere.
Sparse random_sparse(int size, int degree) {
  std::vector<Eigen::Triplet<double>> entries;
  std::uint64_t state = 1;
  for (int i = 0; i < size; ++i) {
    for (int k = 0; k < degree; ++k) {
      state = state * 6364136223846793005ULL + 1442695040888963407ULL;
      entries.emplace_back(i, static_cast<int>((state >> 33) % static_cast<std::uint64_t>(size)), 0.5);
    }
  }
  Sparse matrix(size, size);
  matrix.setFromTriplets(entries.begin(), entries.end());
  return matrix;
}

/// The sum of x at all `places`, eight chains per thread: gathers and nothing else.
double gather(compute::Threads& threads, const std::vector<std::uint32_t>& places, const double* x) {
  constexpr std::size_t kChunk = std::size_t{1} << 14;
  std::vector<double> sums(places.size() / kChunk + 1);
  compute::parallel_for(threads, 0, places.size(), kChunk, [&](std::size_t first, std::size_t last) {
    double sum[8] = {};
    std::size_t e = first;
    for (; e + 8 <= last; e += 8) {
      for (std::size_t lane = 0; lane < 8; ++lane) sum[lane] += x[places[e + lane]];
    }
    for (; e < last; ++e) sum[0] += x[places[e]];
    sums[first / kChunk] = ((sum[0] + sum[1]) + (sum[2] + sum[3])) + ((sum[4] + sum[5]) + (sum[6] + sum[7]));
  });
  double total = 0;
  for (const double sum : sums) total += sum;
  return total;
}

void sparse_step(benchmark::State& state) {
  const auto size = static_cast<std::size_t>(state.range(0));
  compute::Threads threads;
  const Sparse matrix = random_sparse(static_cast<int>(size), static_cast<int>(state.range(1)));
  const compute::SparseOperator<double> couplings(matrix);
  std::vector<std::uint32_t> places;
  couplings.for_each_entry(
      [&](std::size_t, std::size_t column, double) { places.push_back(static_cast<std::uint32_t>(column)); });
  const std::vector<double> x(size, 1.0);
  std::vector<double> y(size);
  // As many bytes as the values and indices of all entries.
  const std::size_t bytes = places.size() * 12 / 64 * 64;
  const compute::AlignedBlock memory(bytes);
  double read = 1e300, gathered = 1e300;
  const auto times = bench::in_turns(
      state,
      [&] {
        read = std::min(read, bench::seconds([&] {
                          benchmark::DoNotOptimize(bench::read_through(threads, memory.data(), bytes));
                        }));
        gathered =
            std::min(gathered, bench::seconds([&] { benchmark::DoNotOptimize(gather(threads, places, x.data())); }));
      },
      [&] { couplings.apply(threads, x.data(), y.data()); });
  const double limit = std::max(read, gathered);
  state.counters["read_us"] = 1e6 * read;
  state.counters["gather_us"] = 1e6 * gathered;
  bench::report(state, fmt::format("sparse_step/{}/degree_{}", size, state.range(1)), limit / times.second);
}

BENCHMARK(sparse_step)->Args({10000, 100})->Iterations(200)->UseManualTime()->Unit(benchmark::kMillisecond);
BENCHMARK(sparse_step)->Args({100000, 100})->Iterations(30)->UseManualTime()->Unit(benchmark::kMillisecond);
BENCHMARK(sparse_step)->Args({100000, 20})->Iterations(60)->UseManualTime()->Unit(benchmark::kMillisecond);

}  // namespace

int main(int argc, char** argv) { return limes::bench::main(argc, argv); }

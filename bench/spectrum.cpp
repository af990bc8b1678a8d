// Spectra against LAPACK called directly, with as many BLAS threads as it likes: what the one thread that keeps the
// bits the same costs, and what Lanczos saves where only the norm is wanted.

#include "limes/compute/spectrum.hpp"

#include <fmt/format.h>
#include <lapacke.h>

#include "bench/operators.hpp"
#include "bench/ratio.hpp"
#include "limes/compute/dense_operator.hpp"

namespace {

using namespace limes;

compute::RowMajorMatrix copy_of(const compute::DenseOperator<double>& matrix) {
  const auto size = static_cast<Eigen::Index>(matrix.size());
  compute::RowMajorMatrix copy(size, size);
  for (Eigen::Index i = 0; i < size; ++i)
    for (Eigen::Index j = 0; j < size; ++j)
      copy(i, j) = matrix(static_cast<std::size_t>(i), static_cast<std::size_t>(j));
  return copy;
}

void all_eigenvalues(benchmark::State& state) {
  compute::Threads threads;
  const auto matrix = copy_of(bench::random_operator<double>(threads, static_cast<std::size_t>(state.range(0))));
  const auto size = static_cast<lapack_int>(matrix.rows());
  Eigen::VectorXd real(size), imaginary(size);
  const auto times = bench::in_turns(
      state,
      [&] {
        Eigen::MatrixXd work = matrix.transpose();
        LAPACKE_dgeev(LAPACK_COL_MAJOR, 'N', 'N', size, work.data(), size, real.data(), imaginary.data(), nullptr, 1,
                      nullptr, 1);
      },
      [&] { benchmark::DoNotOptimize(compute::eigenvalues(matrix)); });
  bench::report(state, fmt::format("eigenvalues_over_dgeev/{}", size), times.first / times.second);
}

void norm(benchmark::State& state) {
  compute::Threads threads;
  const auto matrix = bench::random_operator<double>(threads, static_cast<std::size_t>(state.range(0)));
  const auto copy = copy_of(matrix);
  const auto size = static_cast<lapack_int>(copy.rows());
  Eigen::VectorXd values(size);
  const auto times = bench::in_turns(
      state,
      [&] {
        Eigen::MatrixXd work = copy;
        LAPACKE_dgesdd(LAPACK_COL_MAJOR, 'N', size, size, work.data(), size, values.data(), nullptr, 1, nullptr, 1);
      },
      [&] { benchmark::DoNotOptimize(compute::leading_singular_value(compute::linear_map(matrix, threads))); });
  bench::report(state, fmt::format("norm_over_dgesdd/{}", size), times.first / times.second);
}

BENCHMARK(all_eigenvalues)->Arg(300)->Arg(1000)->Iterations(3)->UseManualTime()->Unit(benchmark::kMillisecond);
BENCHMARK(norm)->Arg(1000)->Iterations(3)->UseManualTime()->Unit(benchmark::kMillisecond);

}  // namespace

int main(int argc, char** argv) { return limes::bench::main(argc, argv); }

// A step of a whole Lyapunov spectrum against its two ingredients done alone: the product J W by the linked BLAS and
// the factorisation W = Q R by the linked LAPACK, each with all the threads that they like.

#include <cblas.h>
#include <fmt/format.h>
#include <lapacke.h>

#include <Eigen/Core>

#include "bench/ratio.hpp"
#include "limes/compute/frame_factorisation.hpp"
#include "limes/rate/simulation/batch.hpp"

namespace {

using namespace limes;

rate::RateDescription network(std::size_t size, int exponents) {
  rate::RateDescription description;
  description.populations[0].size = size;
  description.populations[0].transfer.gain = 3.0;
  description.simulation.exponents = exponents;
  return description;
}

Eigen::MatrixXd random_frame(std::size_t rows, std::size_t columns) {
  Eigen::MatrixXd frame(rows, columns);
  std::uint64_t state = 1;
  for (Eigen::Index i = 0; i < frame.size(); ++i) {
    state = state * 6364136223846793005ULL + 1442695040888963407ULL;
    frame.data()[i] = static_cast<double>(state >> 11) * 0x1p-52 - 1;
  }
  return frame;
}

void lapack_orthonormalise(Eigen::MatrixXd& frame, Eigen::VectorXd& factors) {
  const auto rows = static_cast<lapack_int>(frame.rows()), columns = static_cast<lapack_int>(frame.cols());
  LAPACKE_dgeqrf(LAPACK_COL_MAJOR, rows, columns, frame.data(), rows, factors.data());
  LAPACKE_dorgqr(LAPACK_COL_MAJOR, rows, columns, columns, frame.data(), rows, factors.data());
}

/// One step of the map, its QR included.
void spectrum_step(benchmark::State& state) {
  const auto size = static_cast<std::size_t>(state.range(0)), exponents = static_cast<std::size_t>(state.range(1));
  compute::Threads threads;
  const auto description = network(size, static_cast<int>(exponents));
  const rate::Network<double> drawn(description, 0, threads);
  rate::Batch<double> batch(description, drawn, {0});
  const Eigen::MatrixXd couplings = drawn.dense(threads);
  Eigen::MatrixXd frame = random_frame(size, exponents), product(frame.rows(), frame.cols());
  Eigen::VectorXd factors(frame.cols());
  const auto n = static_cast<int>(size), k = static_cast<int>(exponents);
  const auto times = bench::in_turns(
      state,
      [&] {
        cblas_dgemm(CblasColMajor, CblasNoTrans, CblasNoTrans, n, k, n, 1.0, couplings.data(), n, frame.data(), n, 0.0,
                    product.data(), n);
        lapack_orthonormalise(product, factors);
        frame.swap(product);
      },
      [&] {
        batch.evaluate(threads);
        batch.advance(threads, true);
      });
  bench::report(state, fmt::format("spectrum_step/{}/exponents_{}", size, exponents), times.second / times.first);
}

/// The factorisation alone.
void factorisation(benchmark::State& state) {
  const auto rows = static_cast<std::size_t>(state.range(0)), columns = static_cast<std::size_t>(state.range(1));
  compute::Threads threads;
  const Eigen::MatrixXd given = random_frame(rows, columns);
  Eigen::MatrixXd frame(given.rows(), given.cols());
  std::vector<double> own(rows * columns), diagonal(columns), lengths(columns);
  Eigen::VectorXd factors(given.cols());
  const auto times = bench::in_turns(
      state,
      [&] {
        frame = given;
        lapack_orthonormalise(frame, factors);
      },
      [&] {
        std::copy_n(given.data(), own.size(), own.data());
        compute::orthonormalise(threads, own.data(), rows, columns, columns, diagonal, lengths);
      });
  bench::report(state, fmt::format("factorisation/{}/columns_{}", rows, columns), times.second / times.first);
}

BENCHMARK(spectrum_step)
    ->Args({200, 200})
    ->Args({500, 500})
    ->Args({1000, 1000})
    ->Args({1000, 100})
    ->Args({2000, 10})
    ->Iterations(5)
    ->UseManualTime()
    ->Unit(benchmark::kMillisecond);
BENCHMARK(factorisation)
    ->Args({200, 200})
    ->Args({1000, 1000})
    ->Args({1000, 100})
    ->Iterations(5)
    ->UseManualTime()
    ->Unit(benchmark::kMillisecond);

}  // namespace

int main(int argc, char** argv) { return limes::bench::main(argc, argv); }

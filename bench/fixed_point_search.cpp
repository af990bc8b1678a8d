// A search for the fixed points of a network against its LU factorisations alone, done by LAPACK in the same run on the
// Jacobians at the starts: what evaluating the flow, halving steps, solving and telling points apart add. One thread.

#include <fmt/format.h>
#include <lapacke.h>

#include <algorithm>
#include <limits>
#include <vector>

#include "bench/ratio.hpp"
#include "limes/compute/blas_threads.hpp"
#include "limes/coupling/gaussian.hpp"
#include "limes/math/random.hpp"
#include "limes/rate/fixed_point_geometry/simulation/search.hpp"

namespace {

using namespace limes;
using namespace limes::rate::fixed_points;

constexpr double kDeviation = 2.0;
constexpr std::int64_t kStarts = 320;

void search(benchmark::State& state) {
  const auto size = static_cast<Eigen::Index>(state.range(0));
  const auto count = static_cast<std::size_t>(size);
  const VectorField field(coupling::gaussian_matrix(1, 0, size, 0.0, kDeviation), std::vector<double>(count, 0.0),
                          {transfer::Kind::kErf, 1.0});
  SearchPlan plan;
  plan.starts = kStarts;
  plan.coverage = 0.999999;  // never satisfied: all starts are made
  plan.scale = 1.1;
  compute::Threads one(1);
  const compute::SingleThreadedBlas single;

  // Jacobians at states like those of the search.
  constexpr std::size_t kMatrices = 16;
  std::vector<std::vector<double>> jacobians;
  VectorField::Workspace work(field);
  std::vector<double> x(count), flow(count), factors(count * count);
  std::vector<lapack_int> pivots(count);
  for (std::size_t k = 0; k < kMatrices; ++k) {
    math::RandomStream(2, 0, math::Purpose::kUser, k).fill_normal(x);
    field.evaluate(x, flow, work);
    field.jacobian(work.slope(), jacobians.emplace_back(count * count).data());
  }
  FixedPointSet found;
  search_fixed_points(field, plan, found, one, {});
  const std::int64_t factorisations = found.factorisations;
  // dgetrf needs a fresh copy each time, which is not part of it: copies alone are timed too, and taken off.
  double copies = std::numeric_limits<double>::infinity();
  const auto times = bench::in_turns(
      state,
      [&] {
        for (std::int64_t k = 0; k < factorisations; ++k) {
          std::copy(jacobians[static_cast<std::size_t>(k) % kMatrices].begin(),
                    jacobians[static_cast<std::size_t>(k) % kMatrices].end(), factors.begin());
          LAPACKE_dgetrf_work(LAPACK_COL_MAJOR, static_cast<lapack_int>(size), static_cast<lapack_int>(size),
                              factors.data(), static_cast<lapack_int>(size), pivots.data());
        }
        benchmark::DoNotOptimize(factors.data());
      },
      [&] {
        copies = std::min(copies, bench::seconds([&] {
                            for (std::int64_t k = 0; k < factorisations; ++k) {
                              std::copy(jacobians[static_cast<std::size_t>(k) % kMatrices].begin(),
                                        jacobians[static_cast<std::size_t>(k) % kMatrices].end(), factors.begin());
                              benchmark::DoNotOptimize(factors.data());
                            }
                          }));
        FixedPointSet again;
        search_fixed_points(field, plan, again, one, {});
        benchmark::DoNotOptimize(again.points.data());
      });
  const double factorising = times.first - copies, searching = times.second - copies;
  fmt::print("N = {}: {} starts, {} factorisations, {:.1f} us each by dgetrf, {:.1f} us in the search\n", size, kStarts,
             factorisations, 1e6 * factorising / static_cast<double>(factorisations),
             1e6 * searching / static_cast<double>(factorisations));
  bench::report(state, fmt::format("fixed_point_search_over_lu/{}", size), searching / factorising);
}

BENCHMARK(search)->Arg(30)->Arg(100)->Arg(200)->Iterations(5)->UseManualTime()->Unit(benchmark::kMillisecond);

}  // namespace

int main(int argc, char** argv) { return limes::bench::main(argc, argv); }

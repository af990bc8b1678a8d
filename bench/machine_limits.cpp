#include "bench/machine_limits.hpp"

#include <benchmark/benchmark.h>

#include <atomic>

#include "limes/compute/simd_targets.hpp"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "bench/machine_limits.cpp"
#include <hwy/foreach_target.h>
// after foreach_target
#include <hwy/highway.h>

HWY_BEFORE_NAMESPACE();
namespace limes::bench {
namespace HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

// Four streams side by side, which the processor's prefetchers follow better than one; two accumulators each: two loads
// per cycle, far more than memory delivers.
double read_chunk(const double* values, std::size_t count) {
  const hn::CappedTag<double, 8> d;
  constexpr std::size_t lanes = hn::MaxLanes(hn::CappedTag<double, 8>());
  constexpr std::size_t step = 8;
  hn::Vec<decltype(d)> sums[4][step / lanes];
  for (auto& stream : sums)
    for (auto& sum : stream) sum = hn::Zero(d);
  const std::size_t quarter = count / 4 / step * step;
  for (std::size_t i = 0; i < quarter; i += step)
    for (std::size_t s = 0; s < 4; ++s)
      for (std::size_t k = 0; k < step / lanes; ++k)
        sums[s][k] = hn::Add(sums[s][k], hn::Load(d, values + s * quarter + i + k * lanes));
  for (std::size_t i = 4 * quarter; i < count; i += lanes) sums[0][0] = hn::Add(sums[0][0], hn::Load(d, values + i));
  auto total = hn::Zero(d);
  for (auto& stream : sums)
    for (auto& sum : stream) total = hn::Add(total, sum);
  return hn::GetLane(hn::SumOfLanes(d, total));
}

template <typename T>
HWY_INLINE std::size_t register_rounds(std::size_t rounds, T factor, T* result) {
  const hn::ScalableTag<T> d;
  constexpr std::size_t lanes = hn::MaxLanes(hn::ScalableTag<T>());
  hn::Vec<decltype(d)> sums[12];
  for (std::size_t k = 0; k < 12; ++k) sums[k] = hn::Set(d, static_cast<T>(k));
  const auto a = hn::Set(d, factor);
  for (std::size_t r = 0; r < rounds; ++r)
    for (auto& sum : sums) sum = hn::MulAdd(sum, a, a);
  for (std::size_t k = 1; k < 12; ++k) sums[0] = hn::Add(sums[0], sums[k]);
  *result = hn::GetLane(sums[0]);
  return rounds * 12 * lanes * 2;
}

std::size_t rounds_double(std::size_t rounds, double factor, double* result) {
  return register_rounds(rounds, factor, result);
}
std::size_t rounds_float(std::size_t rounds, float factor, float* result) {
  return register_rounds(rounds, factor, result);
}

}  // namespace HWY_NAMESPACE
}  // namespace limes::bench
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace limes::bench {

HWY_EXPORT(read_chunk);
HWY_EXPORT(rounds_double);
HWY_EXPORT(rounds_float);

double read_through(compute::Threads& threads, const std::byte* memory, std::size_t bytes) {
  constexpr std::size_t chunk = std::size_t{256} << 10;
  std::atomic<double> total = 0;
  compute::parallel_for(threads, 0, bytes, chunk, [&](std::size_t first, std::size_t last) {
    total += HWY_DYNAMIC_DISPATCH(read_chunk)(reinterpret_cast<const double*>(memory + first),
                                              (last - first) / sizeof(double));
  });
  return total;
}

template <typename T>
double multiply_add_in_registers(compute::Threads& threads, std::size_t rounds) {
  std::atomic<double> operations = 0;
  compute::parallel_for(threads, 0, threads.count(), 1, [&](std::size_t, std::size_t) {
    T result = 0;
    if constexpr (sizeof(T) == sizeof(double))
      operations += static_cast<double>(HWY_DYNAMIC_DISPATCH(rounds_double)(rounds, 0.5, &result));
    else
      operations += static_cast<double>(HWY_DYNAMIC_DISPATCH(rounds_float)(rounds, 0.5F, &result));
    benchmark::DoNotOptimize(result);
  });
  return operations;
}
template double multiply_add_in_registers<double>(compute::Threads&, std::size_t);
template double multiply_add_in_registers<float>(compute::Threads&, std::size_t);

}  // namespace limes::bench
#endif  // HWY_ONCE

#include "limes/compute/sparse_kernels.hpp"

#include "limes/compute/simd_targets.hpp"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "limes/compute/sparse_kernels.cpp"
#include <hwy/foreach_target.h>
// after foreach_target
#include <hwy/highway.h>

HWY_BEFORE_NAMESPACE();
namespace limes::compute::kernels {
namespace HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

// A vector of one element: the same rounding of multiply-add as in whole vectors.
template <typename Real>
using Single = hn::CappedTag<Real, 1>;

template <typename Real, typename Index>
HWY_INLINE Real few_element(const Index* HWY_RESTRICT indices, const Real* HWY_RESTRICT values, std::size_t count,
                            const Real* HWY_RESTRICT x, std::size_t columns) {
  constexpr Single<Real> d;
  hn::Vec<Single<Real>> sums[4] = {hn::Zero(d), hn::Zero(d), hn::Zero(d), hn::Zero(d)};
  const auto add = [&](std::size_t e, std::size_t lane) HWY_ATTR {
    sums[lane] = hn::MulAdd(hn::Set(d, values[e]), hn::LoadU(d, x + indices[e] * columns), sums[lane]);
  };
  std::size_t e = 0;
  for (; e + 4 <= count; e += 4) {
    add(e, 0);
    add(e + 1, 1);
    add(e + 2, 2);
    add(e + 3, 3);
  }
  for (std::size_t lane = 0; e < count; ++e, ++lane) add(e, lane);
  return hn::GetLane(hn::Add(hn::Add(sums[0], sums[2]), hn::Add(sums[1], sums[3])));
}

// `kVectors` vectors of neighbouring columns, one chain each.
template <std::size_t kVectors, class D, typename Real, typename Index>
HWY_INLINE void chain(D d, const Index* HWY_RESTRICT indices, const Real* HWY_RESTRICT values, std::size_t count,
                      const Real* HWY_RESTRICT x, Real* HWY_RESTRICT y, std::size_t columns) {
  constexpr std::size_t lanes = hn::MaxLanes(D());
  hn::Vec<D> sums[kVectors];
  for (auto& sum : sums) sum = hn::Zero(d);
  for (std::size_t e = 0; e < count; ++e) {
    const auto value = hn::Set(d, values[e]);
    const Real* from = x + indices[e] * columns;
    for (std::size_t v = 0; v < kVectors; ++v) sums[v] = hn::MulAdd(value, hn::LoadU(d, from + v * lanes), sums[v]);
  }
  for (std::size_t v = 0; v < kVectors; ++v) hn::StoreU(sums[v], d, y + v * lanes);
}

template <typename Real, typename Index>
HWY_INLINE void rows(const std::size_t* offsets, const Index* indices, const Real* values, std::size_t first,
                     std::size_t last, const Real* x, Real* y, std::size_t columns) {
  const hn::ScalableTag<Real> d;
  constexpr std::size_t lanes = hn::MaxLanes(hn::ScalableTag<Real>());
  for (std::size_t i = first; i < last; ++i) {
    const Index* row_indices = indices + offsets[i];
    const Real* row_values = values + offsets[i];
    const std::size_t count = offsets[i + 1] - offsets[i];
    Real* out = y + i * columns;
    std::size_t b = 0;
    if (columns < 4) {
      for (; b < columns; ++b) out[b] = few_element(row_indices, row_values, count, x + b, columns);
      continue;
    }
    for (; b + 4 * lanes <= columns; b += 4 * lanes)
      chain<4>(d, row_indices, row_values, count, x + b, out + b, columns);
    for (; b + lanes <= columns; b += lanes) chain<1>(d, row_indices, row_values, count, x + b, out + b, columns);
    for (; b < columns; ++b) chain<1>(Single<Real>(), row_indices, row_values, count, x + b, out + b, columns);
  }
}

#define LIMES_SPARSE_KERNEL(name, Real, Index)                                                                         \
  void name(const std::size_t* offsets, const Index* indices, const Real* values, std::size_t first, std::size_t last, \
            const Real* x, Real* y, std::size_t columns) {                                                             \
    rows(offsets, indices, values, first, last, x, y, columns);                                                        \
  }
LIMES_SPARSE_KERNEL(double_32, double, std::uint32_t)
LIMES_SPARSE_KERNEL(double_64, double, std::uint64_t)
LIMES_SPARSE_KERNEL(float_32, float, std::uint32_t)
LIMES_SPARSE_KERNEL(float_64, float, std::uint64_t)
#undef LIMES_SPARSE_KERNEL

}  // namespace HWY_NAMESPACE
}  // namespace limes::compute::kernels
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace limes::compute::kernels {

#define LIMES_SPARSE_KERNEL(name, Real, Index)                                                                  \
  HWY_EXPORT(name);                                                                                             \
  void multiply_sparse(const std::size_t* offsets, const Index* indices, const Real* values, std::size_t first, \
                       std::size_t last, const Real* x, Real* y, std::size_t columns) {                         \
    HWY_DYNAMIC_DISPATCH(name)(offsets, indices, values, first, last, x, y, columns);                           \
  }
LIMES_SPARSE_KERNEL(double_32, double, std::uint32_t)
LIMES_SPARSE_KERNEL(double_64, double, std::uint64_t)
LIMES_SPARSE_KERNEL(float_32, float, std::uint32_t)
LIMES_SPARSE_KERNEL(float_64, float, std::uint64_t)
#undef LIMES_SPARSE_KERNEL

}  // namespace limes::compute::kernels
#endif  // HWY_ONCE

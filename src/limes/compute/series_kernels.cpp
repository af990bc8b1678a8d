#include "limes/compute/series_kernels.hpp"

#include "limes/compute/simd_targets.hpp"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "limes/compute/series_kernels.cpp"
#include <hwy/foreach_target.h>
// after foreach_target
#include <hwy/highway.h>

HWY_BEFORE_NAMESPACE();
namespace limes::compute::kernels {
namespace HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

// kRows x kVectors sums in registers.
template <std::size_t kRows, std::size_t kVectors, class D>
HWY_INLINE void tile(D d, const double* HWY_RESTRICT a, std::size_t inner, const double* HWY_RESTRICT x,
                     std::size_t columns, double* HWY_RESTRICT y) {
  constexpr std::size_t lanes = hn::MaxLanes(D());
  hn::Vec<D> sums[kRows][kVectors];
  for (auto& row : sums) {
    for (auto& sum : row) sum = hn::Zero(d);
  }
  for (std::size_t k = 0; k < inner; ++k) {
    hn::Vec<D> values[kVectors];
    for (std::size_t v = 0; v < kVectors; ++v) values[v] = hn::LoadU(d, x + k * columns + v * lanes);
    for (std::size_t r = 0; r < kRows; ++r) {
      const auto factor = hn::Set(d, a[r * inner + k]);
      for (std::size_t v = 0; v < kVectors; ++v) sums[r][v] = hn::MulAdd(factor, values[v], sums[r][v]);
    }
  }
  for (std::size_t r = 0; r < kRows; ++r) {
    for (std::size_t v = 0; v < kVectors; ++v) hn::StoreU(sums[r][v], d, y + r * columns + v * lanes);
  }
}

void small_product(const double* a, std::size_t rows, std::size_t inner, const double* x, std::size_t columns,
                   double* y) {
  const hn::CappedTag<double, 8> d;
  constexpr std::size_t lanes = hn::MaxLanes(hn::CappedTag<double, 8>());
  std::size_t r = 0;
  for (; r + 4 <= rows; r += 4) {
    std::size_t b = 0;
    for (; b + 2 * lanes <= columns; b += 2 * lanes)
      tile<4, 2>(d, a + r * inner, inner, x + b, columns, y + r * columns + b);
    for (; b < columns; b += lanes) tile<4, 1>(d, a + r * inner, inner, x + b, columns, y + r * columns + b);
  }
  for (; r < rows; ++r) {
    for (std::size_t b = 0; b < columns; b += lanes)
      tile<1, 1>(d, a + r * inner, inner, x + b, columns, y + r * columns + b);
  }
}

template <class D>
HWY_INLINE hn::Vec<D> power(D d, hn::Vec<D> x, unsigned exponent) {
  auto result = hn::Set(d, 1.0);
  for (auto square = x; exponent > 0; exponent >>= 1, square = hn::Mul(square, square)) {
    if (exponent & 1U) result = hn::Mul(result, square);
  }
  return result;
}

// Horner's rule at kVectors vectors at once: one alone would wait for each product.
template <std::size_t kVectors, bool kWithSlope, class D>
HWY_INLINE void horner(D d, const PowerSeries& series, const double* x, double* sum, double* slope) {
  constexpr std::size_t lanes = hn::MaxLanes(D());
  hn::Vec<D> at[kVectors], value[kVectors], derivative[kVectors];
  for (std::size_t v = 0; v < kVectors; ++v) {
    at[v] = hn::LoadU(d, x + v * lanes);
    value[v] = derivative[v] = hn::Zero(d);
  }
  // value = c_n + c_{n+1} x + ..., which is the series over x, and its derivative.
  for (std::size_t n = series.orders; n-- > 0;) {
    const auto coefficient = hn::Set(d, series.coefficients[n]);
    for (std::size_t v = 0; v < kVectors; ++v) {
      if constexpr (kWithSlope) derivative[v] = hn::MulAdd(derivative[v], at[v], value[v]);
      value[v] = hn::MulAdd(value[v], at[v], coefficient);
    }
  }
  for (std::size_t v = 0; v < kVectors; ++v) {
    auto total = hn::Mul(value[v], at[v]);
    auto rise = hn::MulAdd(derivative[v], at[v], value[v]);
    if (series.high_coefficient != 0.0) {
      const auto rest = hn::Mul(hn::Set(d, series.high_coefficient), power(d, at[v], series.high - 1));
      total = hn::MulAdd(rest, at[v], total);
      rise = hn::MulAdd(rest, hn::Set(d, static_cast<double>(series.high)), rise);
    }
    hn::StoreU(total, d, sum + v * lanes);
    if constexpr (kWithSlope) hn::StoreU(rise, d, slope + v * lanes);
  }
}

template <bool kWithSlope>
HWY_INLINE void sums_at(const PowerSeries& series, const double* x, std::size_t count, double* sum, double* slope) {
  const hn::CappedTag<double, 8> d;
  constexpr std::size_t lanes = hn::MaxLanes(hn::CappedTag<double, 8>());
  const auto slope_at = [&](std::size_t k) { return kWithSlope ? slope + k : nullptr; };
  std::size_t k = 0;
  for (; k + 4 * lanes <= count; k += 4 * lanes) horner<4, kWithSlope>(d, series, x + k, sum + k, slope_at(k));
  for (; k + lanes <= count; k += lanes) horner<1, kWithSlope>(d, series, x + k, sum + k, slope_at(k));
  const hn::CappedTag<double, 1> single;
  for (; k < count; ++k) horner<1, kWithSlope>(single, series, x + k, sum + k, slope_at(k));
}

void series_sums(const PowerSeries& series, const double* x, std::size_t count, double* sum, double* slope) {
  if (slope == nullptr) return sums_at<false>(series, x, count, sum, slope);
  sums_at<true>(series, x, count, sum, slope);
}

}  // namespace HWY_NAMESPACE
}  // namespace limes::compute::kernels
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace limes::compute {
namespace kernels {
HWY_EXPORT(small_product);
HWY_EXPORT(series_sums);
}  // namespace kernels

void multiply_small(const double* a, std::size_t rows, std::size_t inner, const double* x, std::size_t columns,
                    double* y) {
  using namespace kernels;  // NOLINT(google-build-using-namespace): the macro names its table without a namespace
  HWY_DYNAMIC_DISPATCH(small_product)(a, rows, inner, x, columns, y);
}

void sum_series(const PowerSeries& series, const double* x, std::size_t count, double* sum, double* slope) {
  using namespace kernels;  // NOLINT(google-build-using-namespace): the macro names its table without a namespace
  HWY_DYNAMIC_DISPATCH(series_sums)(series, x, count, sum, slope);
}

}  // namespace limes::compute
#endif  // HWY_ONCE

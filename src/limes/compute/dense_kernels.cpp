#include "limes/compute/dense_kernels.hpp"

#include <algorithm>

#include "limes/compute/simd_targets.hpp"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "limes/compute/dense_kernels.cpp"
#include <hwy/foreach_target.h>
// after foreach_target
#include <hwy/cache_control.h>
#include <hwy/highway.h>

HWY_BEFORE_NAMESPACE();
namespace limes::compute::kernels {
namespace HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

template <typename Real>
using Tag = hn::CappedTag<Real, kPanel<Real>>;
template <typename Real>
using Vector = hn::Vec<Tag<Real>>;

// A panel (64 bytes) is this many vectors.
template <typename Real>
inline constexpr std::size_t kVectors = kPanel<Real> / hn::MaxLanes(Tag<Real>());

// Rows of a tile: twelve accumulators, enough to hide the latency of two multiply-add pipes, few enough for sixteen
// registers.
template <typename Real>
inline constexpr std::size_t kTileRows = kVectors<Real> < 12 ? 12 / kVectors<Real> : 1;

// ---- up to three columns: sums along lanes ----

template <std::size_t kRows, std::size_t kColumns, typename Real>
HWY_INLINE void few_rows(const Real* HWY_RESTRICT matrix, std::size_t stride, const Real* HWY_RESTRICT vectors,
                         Real* HWY_RESTRICT y) {
  constexpr Tag<Real> d;
  constexpr std::size_t lanes = hn::MaxLanes(d);
  constexpr std::size_t parts = kVectors<Real>;
  Vector<Real> sums[kRows][kColumns][parts];
  for (std::size_t r = 0; r < kRows; ++r)
    for (std::size_t c = 0; c < kColumns; ++c)
      for (std::size_t p = 0; p < parts; ++p) sums[r][c][p] = hn::Zero(d);
  for (std::size_t j = 0; j < stride; j += kPanel<Real>) {
    // Two or three rows at a time are too few streams for the processor's own prefetching: 1 KiB ahead is fetched here.
    if constexpr (kColumns > 1)
      for (std::size_t r = 0; r < kRows; ++r) hwy::Prefetch(matrix + r * stride + j + 16 * kPanel<Real>);
    for (std::size_t p = 0; p < parts; ++p) {
      Vector<Real> x[kColumns];
      for (std::size_t c = 0; c < kColumns; ++c) x[c] = hn::Load(d, vectors + c * stride + j + p * lanes);
      for (std::size_t r = 0; r < kRows; ++r) {
        const auto a = hn::Load(d, matrix + r * stride + j + p * lanes);
        for (std::size_t c = 0; c < kColumns; ++c) sums[r][c][p] = hn::MulAdd(a, x[c], sums[r][c][p]);
      }
    }
  }
  for (std::size_t r = 0; r < kRows; ++r) {
    for (std::size_t c = 0; c < kColumns; ++c) {
      HWY_ALIGN Real lane[kPanel<Real>];
      for (std::size_t p = 0; p < parts; ++p) hn::Store(sums[r][c][p], d, lane + p * lanes);
      for (std::size_t half = kPanel<Real> / 2; half > 0; half /= 2)
        for (std::size_t l = 0; l < half; ++l) lane[l] += lane[l + half];
      y[r * kColumns + c] = lane[0];
    }
  }
}

template <std::size_t kRows, std::size_t kColumns, typename Real>
HWY_INLINE void few_columns(const Real* matrix, std::size_t stride, std::size_t first, std::size_t last,
                            const Real* vectors, Real* y) {
  std::size_t i = first;
  for (; i + kRows <= last; i += kRows)
    few_rows<kRows, kColumns>(matrix + i * stride, stride, vectors, y + i * kColumns);
  for (; i < last; ++i) few_rows<1, kColumns>(matrix + i * stride, stride, vectors, y + i * kColumns);
}

template <typename Real>
HWY_INLINE void few(const Real* matrix, std::size_t stride, std::size_t first, std::size_t last, const Real* vectors,
                    Real* y, std::size_t columns) {
  if (columns == 1) few_columns<4, 1>(matrix, stride, first, last, vectors, y);
  if (columns == 2) few_columns<3, 2>(matrix, stride, first, last, vectors, y);
  if (columns == 3) few_columns<2, 3>(matrix, stride, first, last, vectors, y);
}

// ---- four columns and more: one panel of columns times a few rows in registers, sums along j ----

// Where a tile's sums start from and go to: rows `stride` apart, whole panels wide.
template <typename Real>
struct Sums {
  const Real* from;
  std::size_t from_stride;
  Real* to;
  std::size_t to_stride;
};

// Rows of the matrix that the next tile will want, fetched while this one is computed.
template <typename Real>
struct Ahead {
  const Real* matrix;
  std::size_t rows;
};

// Continues the sums of `kRows` rows and one panel over `count` values of j.
template <std::size_t kRows, typename Real>
HWY_NOINLINE void tile(const Real* HWY_RESTRICT matrix, std::size_t stride, std::size_t count,
                       const Real* HWY_RESTRICT panel, Sums<Real> place, Ahead<Real> ahead) {
  constexpr Tag<Real> d;
  constexpr std::size_t lanes = hn::MaxLanes(d);
  constexpr std::size_t parts = kVectors<Real>;
  constexpr std::size_t line = 64 / sizeof(Real);
  Vector<Real> sums[kRows][parts];
  for (std::size_t r = 0; r < kRows; ++r)
    for (std::size_t p = 0; p < parts; ++p) sums[r][p] = hn::LoadU(d, place.from + r * place.from_stride + p * lanes);
  for (std::size_t start = 0; start < count; start += line) {
    for (std::size_t r = 0; r < ahead.rows; ++r) hwy::Prefetch(ahead.matrix + r * stride + start);
    const std::size_t end = std::min(count, start + line);
    for (std::size_t j = start; j < end; ++j) {
      Vector<Real> x[parts];
      for (std::size_t p = 0; p < parts; ++p) x[p] = hn::Load(d, panel + j * kPanel<Real> + p * lanes);
      for (std::size_t r = 0; r < kRows; ++r) {
        const auto a = hn::Set(d, matrix[r * stride + j]);
        for (std::size_t p = 0; p < parts; ++p) sums[r][p] = hn::MulAdd(a, x[p], sums[r][p]);
      }
    }
  }
  for (std::size_t r = 0; r < kRows; ++r)
    for (std::size_t p = 0; p < parts; ++p) hn::StoreU(sums[r][p], d, place.to + r * place.to_stride + p * lanes);
}

// `tile` for a number of rows known at run time only, 1 <= rows <= kRows.
template <std::size_t kRows, typename Real>
HWY_INLINE void tile_of(std::size_t rows, const Real* matrix, std::size_t stride, std::size_t count, const Real* panel,
                        Sums<Real> place, Ahead<Real> ahead) {
  if (rows == kRows) {
    tile<kRows>(matrix, stride, count, panel, place, ahead);
  } else if constexpr (kRows > 1) {
    tile_of<kRows - 1>(rows, matrix, stride, count, panel, place, ahead);
  }
}

// `rows` x `valid` elements of Y at `y`, continued over `count` values of j, or begun if `start`. The last panel may be
// narrower than the others: its sums pass through a buffer.
template <typename Real>
HWY_INLINE void tile_into(std::size_t rows, const Real* matrix, std::size_t stride, std::size_t count,
                          const Real* panel, Real* y, std::size_t columns, std::size_t valid, bool start,
                          Ahead<Real> ahead) {
  constexpr std::size_t width = kPanel<Real>;
  constexpr std::size_t tile_rows = kTileRows<Real>;
  HWY_ALIGN static constexpr Real zeros[width] = {};
  if (valid == width) {
    tile_of<tile_rows>(rows, matrix, stride, count, panel,
                       {start ? zeros : y, start ? std::size_t{0} : columns, y, columns}, ahead);
    return;
  }
  HWY_ALIGN Real edge[tile_rows * width] = {};
  if (!start)
    for (std::size_t r = 0; r < rows; ++r)
      for (std::size_t b = 0; b < valid; ++b) edge[r * width + b] = y[r * columns + b];
  tile_of<tile_rows>(rows, matrix, stride, count, panel, {edge, width, edge, width}, ahead);
  for (std::size_t r = 0; r < rows; ++r)
    for (std::size_t b = 0; b < valid; ++b) y[r * columns + b] = edge[r * width + b];
}

// Blocking: a block of panels stays in the second-level cache (256 KiB at most), the tile's rows and one panel in the
// first (28 KiB). A single panel uses each row once only: longer blocks, because there is nothing to keep.
template <typename Real>
HWY_INLINE void panels(const Real* matrix, std::size_t stride, std::size_t size, std::size_t first, std::size_t last,
                       const Real* packed, Real* y, std::size_t columns) {
  constexpr std::size_t width = kPanel<Real>;
  constexpr std::size_t tile_rows = kTileRows<Real>;
  constexpr std::size_t panels_per_block = 16;
  const std::size_t all_panels = (columns + width - 1) / width;
  for (std::size_t block = 0; block < all_panels; block += panels_per_block) {
    const std::size_t block_end = std::min(all_panels, block + panels_per_block);
    const std::size_t block_panels = block_end - block;
    const std::size_t depth = block_panels == 1 ? 2048 : 2048 / sizeof(Real);
    const std::size_t ahead_share = block_panels == 1 ? 0 : (tile_rows + block_panels - 1) / block_panels;
    for (std::size_t k = 0; k < size; k += depth) {
      const std::size_t count = std::min(depth, size - k);
      for (std::size_t i = first; i < last; i += tile_rows) {
        const std::size_t rows = std::min(tile_rows, last - i);
        const std::size_t next_rows = std::min(tile_rows, last - i - rows);
        const Real* here = matrix + i * stride + k;
        for (std::size_t p = block; p < block_end; ++p) {
          // Each panel fetches its share of the next rows.
          const std::size_t skip = std::min(next_rows, (p - block) * ahead_share);
          const Ahead<Real> ahead = {here + (tile_rows + skip) * stride, std::min(ahead_share, next_rows - skip)};
          const std::size_t b = p * width;
          tile_into(rows, here, stride, count, packed + b * size + k * width, y + i * columns + b, columns,
                    std::min(width, columns - b), k == 0, ahead);
        }
      }
    }
  }
}

// ---- transposed: sums along i, kept in the first-level cache; a block of rows is read from memory once ----

template <std::size_t kRows, std::size_t kColumns, typename Real>
HWY_INLINE void transposed_rows(const Real* HWY_RESTRICT matrix, std::size_t stride, std::size_t width,
                                const Real* HWY_RESTRICT x, std::size_t columns, Real* HWY_RESTRICT sums) {
  constexpr Tag<Real> d;
  constexpr std::size_t lanes = hn::MaxLanes(d);
  Vector<Real> factor[kRows][kColumns];
  for (std::size_t r = 0; r < kRows; ++r)
    for (std::size_t c = 0; c < kColumns; ++c) factor[r][c] = hn::Set(d, x[r * columns + c]);
  for (std::size_t j = 0; j < width; j += lanes) {
    Vector<Real> sum[kColumns];
    for (std::size_t c = 0; c < kColumns; ++c) sum[c] = hn::Load(d, sums + c * width + j);
    for (std::size_t r = 0; r < kRows; ++r) {
      const auto a = hn::Load(d, matrix + r * stride + j);
      for (std::size_t c = 0; c < kColumns; ++c) sum[c] = hn::MulAdd(a, factor[r][c], sum[c]);
    }
    for (std::size_t c = 0; c < kColumns; ++c) hn::Store(sum[c], d, sums + c * width + j);
  }
}

template <std::size_t kColumns, typename Real>
HWY_INLINE void transposed_block(const Real* matrix, std::size_t stride, std::size_t rows, std::size_t width,
                                 const Real* x, std::size_t columns, Real* sums) {
  std::size_t i = 0;
  for (; i + 4 <= rows; i += 4)
    transposed_rows<4, kColumns>(matrix + i * stride, stride, width, x + i * columns, columns, sums);
  for (; i < rows; ++i)
    transposed_rows<1, kColumns>(matrix + i * stride, stride, width, x + i * columns, columns, sums);
}

template <typename Real>
HWY_INLINE void transposed(const Real* matrix, std::size_t stride, std::size_t size, std::size_t first,
                           std::size_t last, const Real* x, std::size_t columns, Real* sums) {
  constexpr std::size_t depth = 64;
  const std::size_t width = last - first;
  for (std::size_t i = 0; i < size; i += depth) {
    const std::size_t rows = std::min(depth, size - i);
    const Real* here = matrix + i * stride + first;
    std::size_t b = 0;
    for (; b + 2 <= columns; b += 2)
      transposed_block<2>(here, stride, rows, width, x + i * columns + b, columns, sums + b * width);
    if (b < columns) transposed_block<1>(here, stride, rows, width, x + i * columns + b, columns, sums + b * width);
  }
}

#define LIMES_DENSE_KERNELS(Real, suffix)                                                                             \
  void few_##suffix(const Real* matrix, std::size_t stride, std::size_t first, std::size_t last, const Real* vectors, \
                    Real* y, std::size_t columns) {                                                                   \
    few(matrix, stride, first, last, vectors, y, columns);                                                            \
  }                                                                                                                   \
  void panels_##suffix(const Real* matrix, std::size_t stride, std::size_t size, std::size_t first, std::size_t last, \
                       const Real* packed, Real* y, std::size_t columns) {                                            \
    panels(matrix, stride, size, first, last, packed, y, columns);                                                    \
  }                                                                                                                   \
  void transposed_##suffix(const Real* matrix, std::size_t stride, std::size_t size, std::size_t first,               \
                           std::size_t last, const Real* x, std::size_t columns, Real* sums) {                        \
    transposed(matrix, stride, size, first, last, x, columns, sums);                                                  \
  }
LIMES_DENSE_KERNELS(double, double)
LIMES_DENSE_KERNELS(float, float)
#undef LIMES_DENSE_KERNELS

}  // namespace HWY_NAMESPACE
}  // namespace limes::compute::kernels
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace limes::compute::kernels {

HWY_EXPORT(few_double);
HWY_EXPORT(few_float);
HWY_EXPORT(panels_double);
HWY_EXPORT(panels_float);
HWY_EXPORT(transposed_double);
HWY_EXPORT(transposed_float);

#define LIMES_DISPATCH(Real, suffix)                                                                                  \
  void multiply_few(const Real* matrix, std::size_t stride, std::size_t first, std::size_t last, const Real* vectors, \
                    Real* y, std::size_t columns) {                                                                   \
    HWY_DYNAMIC_DISPATCH(few_##suffix)(matrix, stride, first, last, vectors, y, columns);                             \
  }                                                                                                                   \
  void multiply_panels(const Real* matrix, std::size_t stride, std::size_t size, std::size_t first, std::size_t last, \
                       const Real* panels, Real* y, std::size_t columns) {                                            \
    HWY_DYNAMIC_DISPATCH(panels_##suffix)(matrix, stride, size, first, last, panels, y, columns);                     \
  }                                                                                                                   \
  void multiply_transposed(const Real* matrix, std::size_t stride, std::size_t size, std::size_t first,               \
                           std::size_t last, const Real* x, std::size_t columns, Real* sums) {                        \
    HWY_DYNAMIC_DISPATCH(transposed_##suffix)(matrix, stride, size, first, last, x, columns, sums);                   \
  }
LIMES_DISPATCH(double, double)
LIMES_DISPATCH(float, float)
#undef LIMES_DISPATCH

template <typename Real>
void pack_panels(const Real* x, std::size_t size, std::size_t columns, std::size_t first, std::size_t last,
                 Real* packed) {
  constexpr std::size_t width = kPanel<Real>;
  for (std::size_t b = 0; b < columns; b += width) {
    const std::size_t valid = std::min(width, columns - b);
    Real* panel = packed + b * size;
    for (std::size_t j = first; j < last; ++j) {
      std::size_t c = 0;
      for (; c < valid; ++c) panel[j * width + c] = x[j * columns + b + c];
      for (; c < width; ++c) panel[j * width + c] = Real{0};
    }
  }
}
template void pack_panels<double>(const double*, std::size_t, std::size_t, std::size_t, std::size_t, double*);
template void pack_panels<float>(const float*, std::size_t, std::size_t, std::size_t, std::size_t, float*);

}  // namespace limes::compute::kernels
#endif  // HWY_ONCE

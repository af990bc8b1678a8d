#include "limes/compute/frame_factorisation.hpp"

#include <lapacke.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <new>
#include <stdexcept>

#include "limes/compute/blas_threads.hpp"
#include "limes/compute/memory.hpp"

namespace limes::compute {

namespace {

// Columns of a panel, and of the blocks that its reflections are applied to. Wider ones make the products faster, but
// also the panel, which is factorised by one thread, longer.
constexpr std::size_t kPanel = 32;
constexpr std::size_t kBlock = 64;
// Rows that one task copies; a tile of 64 x 64 doubles stays in the first cache.
constexpr std::size_t kRows = 64;

lapack_int integer(std::size_t value) { return static_cast<lapack_int>(value); }

/// The reflections of one panel, I - V T V^T, V unit lower trapezoidal from row `first` on.
struct Reflections {
  const double* vectors;
  const double* factor;  // T, kPanel x kPanel
  std::size_t first;
  std::size_t count;
};

/// Applies them (transposed = the inverse) to the rows from `first` on of a rows x columns block (column by column).
void apply(const Reflections& reflections, bool transposed, double* block, std::size_t rows, std::size_t columns,
           std::size_t stride) {
  Scratch scratch(columns * kPanel * sizeof(double));
  LAPACKE_dlarfb_work(LAPACK_COL_MAJOR, 'L', transposed ? 'T' : 'N', 'F', 'C', integer(rows - reflections.first),
                      integer(columns), integer(reflections.count), reflections.vectors, integer(stride),
                      reflections.factor, integer(kPanel), block + reflections.first, integer(stride),
                      scratch.as<double>(), integer(columns));
}

}  // namespace

void orthonormalise(Threads& threads, double* frame, std::size_t rows, std::size_t columns, std::size_t stride,
                    std::span<double> diagonal, std::span<double> lengths) {
  if (columns > rows || diagonal.size() != columns || lengths.size() != columns)
    throw std::logic_error("a frame has at most as many columns as rows, and one length for each");
  if (columns == 0) return;
  if (rows > static_cast<std::size_t>(std::numeric_limits<lapack_int>::max())) throw std::bad_alloc();
  const SingleThreadedBlas single;
  const std::size_t panels = (columns + kPanel - 1) / kPanel;
  Scratch scratch((rows * columns + panels * kPanel * kPanel) * sizeof(double));
  double* work = scratch.as<double>();  // F column by column, then V below the diagonal and R on and above it
  double* factors = work + rows * columns;

  parallel_for(threads, 0, rows, kRows, [&](std::size_t first, std::size_t last) {
    for (std::size_t begin = 0; begin < columns; begin += kRows) {
      for (std::size_t j = begin; j < std::min(columns, begin + kRows); ++j)
        for (std::size_t i = first; i < last; ++i) work[j * rows + i] = frame[i * stride + j];
    }
  });
  parallel_for(threads, 0, columns, kBlock, [&](std::size_t first, std::size_t last) {
    for (std::size_t j = first; j < last; ++j) {
      double square = 0.0;
      for (std::size_t i = 0; i < rows; ++i) square += work[j * rows + i] * work[j * rows + i];
      lengths[j] = std::sqrt(square);
    }
  });

  const auto reflections = [&](std::size_t panel) {
    const std::size_t first = panel * kPanel;
    return Reflections{work + first * rows + first, factors + panel * kPanel * kPanel, first,
                       std::min(kPanel, columns - first)};
  };
  for (std::size_t panel = 0; panel < panels; ++panel) {
    const Reflections own = reflections(panel);
    LAPACKE_dgeqrt3_work(LAPACK_COL_MAJOR, integer(rows - own.first), integer(own.count),
                         work + own.first * rows + own.first, integer(rows), factors + panel * kPanel * kPanel,
                         integer(kPanel));
    parallel_for(threads, own.first + own.count, columns, kBlock, [&](std::size_t first, std::size_t last) {
      apply(own, true, work + first * rows, rows, last - first, rows);
    });
  }
  for (std::size_t j = 0; j < columns; ++j) diagonal[j] = std::abs(work[j * rows + j]);

  // Q = H_0 H_1 ... applied to unit vectors; the reflections of later panels leave those of a block as they are.
  parallel_for(threads, 0, columns, kBlock, [&](std::size_t first, std::size_t last) {
    const std::size_t width = last - first;
    Scratch block(rows * width * sizeof(double));
    double* vectors = block.as<double>();
    std::fill_n(vectors, rows * width, 0.0);
    for (std::size_t j = 0; j < width; ++j) vectors[j * rows + first + j] = 1.0;
    for (std::size_t panel = (last - 1) / kPanel + 1; panel-- > 0;)
      apply(reflections(panel), false, vectors, rows, width, rows);
    for (std::size_t begin = 0; begin < rows; begin += kRows) {
      for (std::size_t i = begin; i < std::min(rows, begin + kRows); ++i)
        for (std::size_t j = 0; j < width; ++j) frame[i * stride + first + j] = vectors[j * rows + i];
    }
  });
}

}  // namespace limes::compute

#include "limes/rate/random_modes/simulation/mode_couplings.hpp"

#include <algorithm>
#include <cmath>

#include "limes/compute/frame_factorisation.hpp"
#include "limes/compute/spectrum.hpp"
#include "limes/coupling/gaussian.hpp"
#include "limes/math/random.hpp"
#include "limes/math/random_portable.hpp"
#include "limes/rate/network_draws.hpp"

namespace limes::rate::random_modes {

namespace {

using math::Purpose;
using math::RandomStream;

constexpr std::size_t kRows = 16;  // that one task draws

// Streams of Purpose::kThreshold (there are no thresholds here): scales of neurons.
constexpr std::uint64_t kLeftStream = 0, kRightStream = 1;

std::uint64_t seed_of(const ModesDescription& description) {
  return stream_seed(description.coupling_seed, description.size);
}

template <typename Real>
void fill_modes(const ModesDescription& description, std::uint32_t number, compute::Threads& threads,
                compute::DenseOperator<Real>& output, compute::DenseOperator<Real>& readout) {
  const std::size_t modes = description.strengths.size();
  const double scale = 1.0 / std::sqrt(static_cast<double>(description.size));
  const std::uint64_t seed = seed_of(description);
  // Row i of U and of V from one stream; a block of rows at a time so that V^T is written along cache lines.
  compute::parallel_for(threads, 0, description.size, kRows, [&](std::size_t first, std::size_t last) {
    std::vector<double> numbers((last - first) * 2 * modes);
    for (std::size_t i = first; i < last; ++i) {
      RandomStream(seed, number, Purpose::kCoupling, i)
          .fill_normal(std::span(numbers).subspan((i - first) * 2 * modes, 2 * modes));
    }
    for (std::size_t i = first; i < last; ++i) {
      const double* own = numbers.data() + (i - first) * 2 * modes;
      const auto row = output.row(i);
      for (std::size_t a = 0; a < modes; ++a) row[a] = static_cast<Real>(scale * own[a]);
    }
    for (std::size_t a = 0; a < modes; ++a) {
      const double overlap = description.overlaps.empty() ? 0.0 : description.overlaps[a];
      const double rest = std::sqrt(1.0 - overlap * overlap);
      const auto row = readout.row(a);
      for (std::size_t i = first; i < last; ++i) {
        const double* own = numbers.data() + (i - first) * 2 * modes;
        row[i] = static_cast<Real>(scale * (overlap * own[a] + rest * own[modes + a]));
      }
    }
  });
}

/// An orthogonal matrix of the Haar measure, row-major: Q of a Gaussian matrix with columns of random sign (Q alone has
/// signs that depend on the algorithm).
std::vector<double> haar_matrix(std::uint64_t seed, std::uint32_t number, std::uint64_t which, std::size_t size,
                                compute::Threads& threads) {
  std::vector<double> frame(size * size), diagonal(size), lengths(size), signs(size);
  compute::parallel_for(threads, 0, size, kRows, [&](std::size_t first, std::size_t last) {
    for (std::size_t i = first; i < last; ++i) {
      RandomStream(seed, number, Purpose::kCoupling, (which << 32) + i)
          .fill_normal(std::span(frame).subspan(i * size, size));
    }
  });
  compute::orthonormalise(threads, frame.data(), size, size, size, diagonal, lengths);
  RandomStream(seed, number, Purpose::kCoupling, (which << 32) + size).fill_normal(signs);
  compute::parallel_for(threads, 0, size, kRows, [&](std::size_t first, std::size_t last) {
    for (std::size_t i = first; i < last; ++i) {
      for (std::size_t j = 0; j < size; ++j) frame[i * size + j] = std::copysign(1.0, signs[j]) * frame[i * size + j];
    }
  });
  return frame;
}

template <typename Real>
compute::DenseOperator<Real> from_rows(const std::vector<double>& values, std::size_t size, double factor) {
  compute::DenseOperator<Real> matrix(size);
  for (std::size_t i = 0; i < size; ++i) {
    const auto row = matrix.row(i);
    for (std::size_t j = 0; j < size; ++j) row[j] = static_cast<Real>(factor * values[i * size + j]);
  }
  return matrix;
}

/// O_1 diag(s) O_2^T, O_1 and O_2 independent and Haar: with Haar O_2 its transpose is as good.
template <typename Real>
compute::DenseOperator<Real> rotated(std::uint64_t seed, std::uint32_t number, const std::vector<double>& values,
                                     compute::Threads& threads) {
  const std::size_t size = values.size();
  const compute::DenseOperator<double> first =
      from_rows<double>(haar_matrix(seed, number, 1, size, threads), size, 1.0);
  std::vector<double> second = haar_matrix(seed, number, 2, size, threads);
  for (std::size_t k = 0; k < size; ++k) {
    for (std::size_t j = 0; j < size; ++j) second[k * size + j] *= values[k];
  }
  std::vector<double> product(size * size);
  first.apply(threads, second.data(), product.data(), size);
  return from_rows<Real>(product, size, 1.0);
}

template <typename Real>
compute::DenseOperator<Real> gaussian(std::uint64_t seed, std::uint32_t number, std::size_t size, double deviation,
                                      compute::Threads& threads, const StopToken& stop) {
  compute::DenseOperator<Real> matrix(size);
  compute::parallel_for(threads, 0, size, kRows, [&](std::size_t first, std::size_t last) {
    for (std::size_t i = first; i < last && !stop.stop_requested(); ++i) {
      coupling::fill_gaussian_row(seed, number, static_cast<Eigen::Index>(i), static_cast<Eigen::Index>(size), 0.0,
                                  deviation, matrix.row(i));
    }
  });
  return matrix;
}

double root_mean_square(const std::vector<double>& values) {
  double sum = 0.0;
  for (const double value : values) sum += value * value;
  return std::sqrt(sum / static_cast<double>(values.size()));
}

template <typename Real>
std::vector<Real> log_normal(const ModesDescription& description, std::uint32_t number, double width,
                             std::uint64_t stream) {
  if (width == 0.0) return {};
  std::vector<double> numbers(description.size);
  RandomStream(seed_of(description), number, Purpose::kThreshold, stream).fill_normal(numbers);
  std::vector<Real> scales(numbers.size());
  for (std::size_t i = 0; i < numbers.size(); ++i) scales[i] = static_cast<Real>(std::exp(width * numbers[i]));
  return scales;
}

}  // namespace

std::vector<double> singular_values(const coupling::Matrix& matrix) {
  const coupling::DenseMatrix dense = coupling::to_dense(matrix);
  const compute::RowMajorMatrix gram = dense.transpose() * dense;
  const auto squares = compute::symmetric_spectrum(gram).values;
  std::vector<double> values;
  for (Eigen::Index k = squares.size(); k-- > 0;) values.push_back(std::sqrt(std::max(0.0, squares(k))));
  return values;
}

template <typename Real>
ModeCouplings<Real>::ModeCouplings(const ModesDescription& description, std::uint32_t number, Draw draw,
                                   const std::vector<double>& singular_values, compute::Threads& threads,
                                   const StopToken& stop)
    : size_(description.size), matrix_(Dense(1)) {
  const std::uint64_t seed = seed_of(description);
  if (draw != Draw::kOwn) {
    const std::uint64_t own_seed = math::splitmix64(seed, draw == Draw::kSpectrumSurrogate ? 1 : 2);
    matrix_ = draw == Draw::kSpectrumSurrogate
                  ? rotated<Real>(own_seed, number, singular_values, threads)
                  : gaussian<Real>(own_seed, number, size_, root_mean_square(singular_values), threads, stop);
    return;
  }
  left_ = log_normal<Real>(description, number, description.left_width, kLeftStream);
  right_ = log_normal<Real>(description, number, description.right_width, kRightStream);
  if (description.kind == Kind::kRandomModes) {
    const std::size_t modes = description.strengths.size();
    Modes factors{Dense(modes, size_), {}, Dense(size_, modes)};
    for (const double strength : description.strengths) factors.strength.push_back(static_cast<Real>(strength));
    fill_modes(description, number, threads, factors.output, factors.readout);
    matrix_ = std::move(factors);
  } else if (description.kind == Kind::kOrthogonal) {
    matrix_ = from_rows<Real>(haar_matrix(seed, number, 1, size_, threads), size_, description.deviation);
  } else if (description.kind == Kind::kGiven) {
    if (const auto* sparse = std::get_if<coupling::SparseMatrix>(description.matrix.get())) {
      matrix_ = compute::SparseOperator<Real>(*sparse);
    } else {
      matrix_ = Dense(std::get<coupling::DenseMatrix>(*description.matrix));
    }
  } else if (description.portable) {
    matrix_ = Dense(coupling::portable_matrix(description.coupling_seed, static_cast<Eigen::Index>(size_), 0.0,
                                              description.deviation));
  } else {
    matrix_ = gaussian<Real>(seed, number, size_, description.deviation, threads, stop);
  }
}

template <typename Real>
void ModeCouplings<Real>::apply(compute::Threads& threads, const Real* x, Real* y, std::size_t columns) const {
  std::vector<Real> scaled;
  if (!right_.empty()) {
    scaled.assign(x, x + size_ * columns);
    for (std::size_t i = 0; i < size_; ++i) {
      for (std::size_t b = 0; b < columns; ++b) scaled[i * columns + b] *= right_[i];
    }
    x = scaled.data();
  }
  if (const auto* modes = std::get_if<Modes>(&matrix_)) {
    const std::size_t count = modes->strength.size();
    std::vector<Real> activity(count * columns);
    modes->readout.apply(threads, x, activity.data(), columns);
    for (std::size_t a = 0; a < count; ++a) {
      for (std::size_t b = 0; b < columns; ++b) activity[a * columns + b] *= modes->strength[a];
    }
    modes->output.apply(threads, activity.data(), y, columns);
  } else if (const auto* sparse = std::get_if<compute::SparseOperator<Real>>(&matrix_)) {
    sparse->apply(threads, x, y, columns);
  } else {
    std::get<Dense>(matrix_).apply(threads, x, y, columns);
  }
  if (left_.empty()) return;
  for (std::size_t i = 0; i < size_; ++i) {
    for (std::size_t b = 0; b < columns; ++b) y[i * columns + b] *= left_[i];
  }
}

template class ModeCouplings<double>;
template class ModeCouplings<float>;

}  // namespace limes::rate::random_modes

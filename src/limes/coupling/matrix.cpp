#include "limes/coupling/matrix.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <type_traits>

#include "limes/base/errors.hpp"
#include "limes/coupling/largest_entry.hpp"

namespace limes::coupling {

Eigen::Index size(const Matrix& matrix) {
  return std::visit([](const auto& stored) { return stored.rows(); }, matrix);
}

Eigen::Index nonzeros(const Matrix& matrix) {
  Eigen::Index count = 0;
  for_each_entry(matrix, [&](Eigen::Index, Eigen::Index, double) { ++count; });
  return count;
}

bool is_sparse(const Matrix& matrix) { return std::holds_alternative<SparseMatrix>(matrix); }

Statistics statistics(const Matrix& matrix) {
  Statistics result;
  result.size = size(matrix);
  if (result.size == 0) throw InputError("the coupling matrix has no units");
  const double units = static_cast<double>(result.size);
  double sum = 0.0;
  for_each_entry(matrix, [&](Eigen::Index, Eigen::Index, double value) {
    sum += value;
    ++result.nonzeros;
  });
  const double mean = sum / units / units;
  double squares = 0.0;
  for_each_entry(matrix, [&](Eigen::Index, Eigen::Index, double value) { squares += (value - mean) * (value - mean); });
  squares += (units * units - static_cast<double>(result.nonzeros)) * mean * mean;
  result.mean_coupling = sum / units;
  result.deviation = std::sqrt(squares / units);
  return result;
}

double largest_entry(const Matrix& matrix) {
  double largest = 0.0;
  for_each_entry(matrix, [&](Eigen::Index row, Eigen::Index column, double value) {
    if (!std::isfinite(value))
      throw InputError(fmt::format("entry ({}, {}) of the coupling matrix is not finite", row, column));
    largest = std::max(largest, std::abs(value));
  });
  return largest;
}

Matrix scaled(Matrix matrix, double factor) {
  std::visit([factor](auto& stored) { stored *= factor; }, matrix);
  return matrix;
}

Matrix transposed(const Matrix& matrix) {
  return std::visit(
      [](const auto& stored) -> Matrix {
        using Stored = std::decay_t<decltype(stored)>;
        return Stored(stored.transpose());
      },
      matrix);
}

DenseMatrix to_dense(const Matrix& matrix) {
  return std::visit([](const auto& stored) { return DenseMatrix(stored); }, matrix);
}

SparseMatrix to_sparse(const Matrix& matrix) {
  const Eigen::Index units = size(matrix);
  const Eigen::Index count = nonzeros(matrix);
  if (count > std::numeric_limits<int>::max()) throw InputError("the coupling matrix has more than 2^31 - 1 entries");
  SparseMatrix sparse(units, units);
  sparse.reserve(count);
  Eigen::Index open_row = -1;
  for_each_entry(matrix, [&](Eigen::Index row, Eigen::Index column, double value) {
    while (open_row < row) sparse.startVec(++open_row);
    sparse.insertBack(row, column) = value;
  });
  sparse.finalize();
  return sparse;
}

Eigen::VectorXd product(const Matrix& matrix, const Eigen::VectorXd& vector) {
  return std::visit([&](const auto& stored) { return Eigen::VectorXd(stored * vector); }, matrix);
}

double apply_scale(Matrix& matrix, Scale scale, double target) {
  if (scale == Scale::kNone) return 1.0;
  if (!std::isfinite(target) || target < 0.0) {
    throw InputError("the coupling matrix cannot be scaled to a negative or infinite target");
  }
  double present = 0.0;
  if (scale == Scale::kDeviation) {
    const Statistics found = statistics(matrix);
    present = found.deviation;
    // Entries that are all equal leave a deviation of rounding errors only.
    if (present <= 1e-14 * std::abs(found.mean_coupling)) {
      throw InputError("all entries of the coupling matrix are equal, so that its deviation cannot be scaled",
                       "use coupling.scale = \"none\"");
    }
  } else {
    present = spectral_radius(matrix);
    if (present == 0.0) {
      throw InputError("the coupling matrix has spectral radius 0 (no cycle of connections), which cannot be scaled",
                       "use coupling.scale = \"deviation\" or \"none\"");
    }
  }
  const double factor = target / present;
  matrix = scaled(std::move(matrix), factor);
  return factor;
}

}  // namespace limes::coupling

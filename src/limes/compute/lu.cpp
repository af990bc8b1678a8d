#include "limes/compute/lu.hpp"

#include <lapacke.h>

#include <cmath>
#include <limits>
#include <stdexcept>

namespace limes::compute {

static_assert(sizeof(lapack_int) == sizeof(int), "pivots are handed on as they are");

Lu::Lu(double* matrix, std::span<int> pivots) : factors_(matrix), pivots_(pivots) {
  const auto size = static_cast<lapack_int>(pivots.size());
  const lapack_int info = LAPACKE_dgetrf_work(LAPACK_COL_MAJOR, size, size, matrix, size, pivots.data());
  if (info < 0) throw std::logic_error("dgetrf was called wrongly");
  singular_ = info > 0;
}

void Lu::solve(std::span<double> b) const {
  const auto size = static_cast<lapack_int>(pivots_.size());
  LAPACKE_dgetrs_work(LAPACK_COL_MAJOR, 'T', size, 1, factors_, size, pivots_.data(), b.data(), size);
}

void Lu::solve_transposed(std::span<double> b) const {
  const auto size = static_cast<lapack_int>(pivots_.size());
  LAPACKE_dgetrs_work(LAPACK_COL_MAJOR, 'N', size, 1, factors_, size, pivots_.data(), b.data(), size);
}

double Lu::log_modulus() const {
  if (singular_) return -std::numeric_limits<double>::infinity();
  double sum = 0.0;
  for (std::size_t k = 0; k < pivots_.size(); ++k) sum += std::log(std::abs(factors_[k * pivots_.size() + k]));
  return sum;
}

int Lu::sign() const {
  if (singular_) return 0;
  int sign = 1;
  for (std::size_t k = 0; k < pivots_.size(); ++k) {
    if (factors_[k * pivots_.size() + k] < 0.0) sign = -sign;
    if (pivots_[k] != static_cast<int>(k) + 1) sign = -sign;  // LAPACK counts from 1
  }
  return sign;
}

}  // namespace limes::compute

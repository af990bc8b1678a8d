#pragma once
// Small products and power series for many neurons at a time, for the widest instructions that the processor has
// (chosen at run time). Every result is one chain of fused multiply-adds in a fixed order, whatever stands beside it.

#include <cstddef>

namespace limes::compute {

/// Y = A X: A rows x inner, X inner x columns, Y rows x columns, all row-major without gaps; columns a multiple of 8.
void multiply_small(const double* a, std::size_t rows, std::size_t inner, const double* x, std::size_t columns,
                    double* y);

/// sum[k] = sum_{n=1}^{orders} c_n x_k^n + c_high x_k^high and slope[k], its derivative by x_k, for `count` values x in
/// [0, 1]; c_n stands at coefficients[n - 1], high >= 1. `slope` may be null.
struct PowerSeries {
  const double* coefficients;
  std::size_t orders;
  double high_coefficient;
  unsigned high;
};
void sum_series(const PowerSeries& series, const double* x, std::size_t count, double* sum, double* slope);

}  // namespace limes::compute

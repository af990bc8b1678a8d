#include "limes/compute/dense_operator.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <vector>

#include "compute/instruction_sets.hpp"
#include "compute/scalar_reference.hpp"
#include "limes/base/errors.hpp"

namespace limes::compute {
namespace {

template <typename Real>
DenseOperator<Real> random_operator(std::size_t size) {
  DenseOperator<Real> matrix(size);
  for (std::size_t i = 0; i < size; ++i) {
    const auto values = reference::numbers<Real>(size, 1000 + i);
    std::copy(values.begin(), values.end(), matrix.row(i).begin());
  }
  return matrix;
}

template <typename Real>
class DenseOperatorTest : public ::testing::Test {};
using Precisions = ::testing::Types<double, float>;
TYPED_TEST_SUITE(DenseOperatorTest, Precisions);

// The kernels promise an order of summation, so the scalar code must give the same bits: no tolerance.
template <typename Real>
void expect_reference(std::size_t size, std::size_t columns, Threads& threads, bool fused) {
  const auto matrix = random_operator<Real>(size);
  const auto x = reference::numbers<Real>(size * columns, 7);
  std::vector<Real> y(size * columns + 1, Real{-77}), transposed(size * columns + 1, Real{-77});
  matrix.apply(threads, x.data(), y.data(), columns);
  matrix.apply_transposed(threads, x.data(), transposed.data(), columns);
  for (std::size_t i = 0; i < size; ++i) {
    for (std::size_t b = 0; b < columns; ++b) {
      const auto input = [&](std::size_t j) { return x[j * columns + b]; };
      const auto row = [&](std::size_t j) { return matrix(i, j); };
      const auto column = [&](std::size_t j) { return matrix(j, i); };
      const Real expected = columns <= 3 ? reference::lane_sum<Real>(size, row, input, fused)
                                         : reference::chain_sum<Real>(size, row, input, fused);
      ASSERT_EQ(y[i * columns + b], expected)
          << "N = " << size << ", columns " << columns << ", (" << i << "," << b << ")";
      ASSERT_EQ(transposed[i * columns + b], reference::chain_sum<Real>(size, column, input, fused))
          << "transposed, N = " << size << ", columns " << columns << ", (" << i << "," << b << ")";
    }
  }
  EXPECT_EQ(y.back(), Real{-77}) << "wrote beyond Y";
  EXPECT_EQ(transposed.back(), Real{-77}) << "wrote beyond Y";
}

TYPED_TEST(DenseOperatorTest, EqualsTheScalarSumBitForBitAtOddSizes) {
  Threads threads(2);
  for_each_instruction_set([&](bool fused) {
    for (const std::size_t size : {1, 2, 3, 5, 8, 11, 16, 17, 31, 64, 65, 127})
      for (const std::size_t columns : {1, 2, 3, 4, 5, 7, 8, 9, 16, 17, 33})
        expect_reference<TypeParam>(size, columns, threads, fused);
  });
}

TYPED_TEST(DenseOperatorTest, EqualsTheScalarSumBitForBitForEveryNumberOfColumns) {
  Threads threads(2);
  for_each_instruction_set([&](bool fused) {
    for (std::size_t columns = 1; columns <= 70; ++columns) expect_reference<TypeParam>(37, columns, threads, fused);
    // Beyond one block of panels (16 panels of 64 bytes), and beyond one block of j (2048 bytes; 2048 for one panel).
    expect_reference<TypeParam>(19, 300, threads, fused);
    expect_reference<TypeParam>(600, 17, threads, fused);
  });
}

TYPED_TEST(DenseOperatorTest, OnePanelContinuesItsSumsOverBlocksOfTheRow) {
  Threads threads(2);
  const std::size_t size = 2100;  // more than the 2048 that one block holds
  const auto matrix = random_operator<TypeParam>(size);
  const auto x = reference::numbers<TypeParam>(size * 5, 7);
  std::vector<TypeParam> y(size * 5);
  matrix.apply(threads, x.data(), y.data(), 5);
  for (const std::size_t i : {0, 11, 12, 2099})
    for (std::size_t b = 0; b < 5; ++b) {
      double exact = 0;
      for (std::size_t j = 0; j < size; ++j)
        exact += static_cast<double>(matrix(i, j)) * static_cast<double>(x[j * 5 + b]);
      // Rounding of a chain of 2100 terms of size 1/3: far below sqrt(2100) * 30 epsilon.
      EXPECT_NEAR(static_cast<double>(y[i * 5 + b]), exact, 1400.0 * std::numeric_limits<TypeParam>::epsilon());
    }
}

TYPED_TEST(DenseOperatorTest, BitsDoNotDependOnTheNumberOfThreads) {
  const std::size_t size = 701;
  const auto matrix = random_operator<TypeParam>(size);
  for (const std::size_t columns : {1, 2, 3, 4, 20, 64}) {
    const auto x = reference::numbers<TypeParam>(size * columns, 3);
    std::vector<TypeParam> one(size * columns), one_transposed(size * columns);
    Threads single(1);
    matrix.apply(single, x.data(), one.data(), columns);
    matrix.apply_transposed(single, x.data(), one_transposed.data(), columns);
    for (const std::size_t count : {2, 3, 8}) {
      Threads several(count);
      std::vector<TypeParam> y(size * columns);
      matrix.apply(several, x.data(), y.data(), columns);
      EXPECT_EQ(y, one) << count << " threads, " << columns << " columns";
      matrix.apply_transposed(several, x.data(), y.data(), columns);
      EXPECT_EQ(y, one_transposed) << count << " threads, " << columns << " columns";
    }
  }
}

TYPED_TEST(DenseOperatorTest, AColumnDoesNotSeeTheRestOfItsBatch) {
  const std::size_t size = 67;
  Threads threads(2);
  const auto matrix = random_operator<TypeParam>(size);
  const auto wide = reference::numbers<TypeParam>(size * 13, 3);
  std::vector<TypeParam> y_wide(size * 13), y_narrow(size * 4), x_narrow(size * 4);
  matrix.apply(threads, wide.data(), y_wide.data(), 13);
  for (std::size_t j = 0; j < size; ++j)
    for (std::size_t b = 0; b < 4; ++b) x_narrow[j * 4 + b] = wide[j * 13 + 9 + b];
  matrix.apply(threads, x_narrow.data(), y_narrow.data(), 4);
  for (std::size_t i = 0; i < size; ++i)
    for (std::size_t b = 0; b < 4; ++b) EXPECT_EQ(y_narrow[i * 4 + b], y_wide[i * 13 + 9 + b]);
}

TEST(DenseOperator, AppliesInsideALoopOverRealisations) {
  const std::size_t size = 300, realisations = 12;
  Threads threads(2);
  const auto matrix = random_operator<double>(size);
  const auto x = reference::numbers<double>(size * realisations, 3);
  std::vector<double> y(size * realisations), expected(size * realisations);
  for (std::size_t r = 0; r < realisations; ++r) matrix.apply(threads, x.data() + r * size, expected.data() + r * size);
  for (int repeat = 0; repeat < 20; ++repeat) {
    std::fill(y.begin(), y.end(), 0.0);
    parallel_for(threads, 0, realisations, 1, [&](std::size_t first, std::size_t last) {
      for (std::size_t r = first; r < last; ++r) matrix.apply(threads, x.data() + r * size, y.data() + r * size);
    });
    ASSERT_EQ(y, expected);
  }
}

TEST(DenseOperator, KeepsNotANumberInItsRowAndColumn) {
  DenseOperator<double> matrix = random_operator<double>(21);
  matrix.row(4)[5] = std::nan("");
  Threads threads(1);
  for (const std::size_t columns : {1, 6}) {
    const auto x = reference::numbers<double>(21 * columns, 1);
    std::vector<double> y(21 * columns);
    matrix.apply(threads, x.data(), y.data(), columns);
    for (std::size_t i = 0; i < 21; ++i)
      for (std::size_t b = 0; b < columns; ++b) EXPECT_EQ(std::isnan(y[i * columns + b]), i == 4);
  }
}

TEST(DenseOperator, CopiesAnEigenMatrix) {
  Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor> values(2, 2);
  values << 1, 2, 3, 4;
  const DenseOperator<float> matrix(values);
  Threads threads(1);
  const float x[] = {1.0F, 10.0F};
  float y[2];
  matrix.apply(threads, x, y);
  EXPECT_EQ(y[0], 21.0F);
  EXPECT_EQ(y[1], 43.0F);
  matrix.apply_transposed(threads, x, y);
  EXPECT_EQ(y[0], 31.0F);
  EXPECT_EQ(y[1], 42.0F);
}

TEST(DenseOperator, RefusesWhatIsNoMatrix) {
  EXPECT_THROW(DenseOperator<double>(0), InputError);
  EXPECT_THROW(DenseOperator<double>(std::size_t{1} << 40), std::bad_alloc);
  Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor> values(2, 3);
  try {
    const DenseOperator<double> matrix(values);
    FAIL();
  } catch (const InputError& error) {
    EXPECT_STREQ(error.what(), "a coupling matrix must be square; it has 2 rows and 3 columns");
  }
}

}  // namespace
}  // namespace limes::compute

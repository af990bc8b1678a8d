#include "limes/compute/sparse_operator.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <vector>

#include "compute/instruction_sets.hpp"
#include "compute/scalar_reference.hpp"
#include "limes/base/errors.hpp"

namespace limes::compute {
namespace {

using Sparse = Eigen::SparseMatrix<double, Eigen::RowMajor, int>;

// About `degree` entries per row, some rows empty, one row full; every entry representable in single precision.
Sparse random_sparse(int size, int degree) {
  std::vector<Eigen::Triplet<double>> entries;
  const auto values = reference::numbers<float>(static_cast<std::size_t>(size) * static_cast<std::size_t>(size), 11);
  const auto keep = reference::numbers<double>(values.size(), 12);
  for (int i = 0; i < size; ++i) {
    if (i % 5 == 2) continue;
    for (int j = 0; j < size; ++j) {
      const auto place = static_cast<std::size_t>(i) * static_cast<std::size_t>(size) + static_cast<std::size_t>(j);
      if (i == 3 || (keep[place] + 1) / 2 * size < degree)
        entries.emplace_back(i, j, static_cast<double>(values[place]));
    }
  }
  Sparse matrix(size, size);
  matrix.setFromTriplets(entries.begin(), entries.end());
  return matrix;
}

// One element of Y in the order that sparse_kernels.hpp states.
template <typename Real>
Real expected_element(const Sparse& matrix, int row, const std::vector<Real>& x, std::size_t columns, std::size_t b,
                      bool fused) {
  Real sums[4] = {};
  std::size_t entry_number = 0;
  for (Sparse::InnerIterator entry(matrix, row); entry; ++entry, ++entry_number) {
    Real& sum = sums[columns < 4 ? entry_number % 4 : 0];
    sum = reference::multiply_add(static_cast<Real>(entry.value()),
                                  x[static_cast<std::size_t>(entry.col()) * columns + b], sum, fused);
  }
  return (sums[0] + sums[2]) + (sums[1] + sums[3]);
}

template <typename Real>
class SparseOperatorTest : public ::testing::Test {};
using Precisions = ::testing::Types<double, float>;
TYPED_TEST_SUITE(SparseOperatorTest, Precisions);

template <typename Real>
void expect_reference(int size, int degree, std::size_t columns, Threads& threads, bool fused) {
  const Sparse matrix = random_sparse(size, degree);
  const Sparse transposed = matrix.transpose();
  const SparseOperator<Real> map(matrix);
  ASSERT_EQ(map.nonzeros(), static_cast<std::size_t>(matrix.nonZeros()));
  const std::size_t elements = map.size() * columns;
  const auto x = reference::numbers<Real>(elements, 7);
  std::vector<Real> y(elements + 1, Real{-77}), y_transposed(elements + 1, Real{-77});
  map.apply(threads, x.data(), y.data(), columns);
  map.apply_transposed(threads, x.data(), y_transposed.data(), columns);
  for (int i = 0; i < size; ++i) {
    for (std::size_t b = 0; b < columns; ++b) {
      const std::size_t place = static_cast<std::size_t>(i) * columns + b;
      ASSERT_EQ(y[place], expected_element<Real>(matrix, i, x, columns, b, fused)) << size << ", " << columns;
      ASSERT_EQ(y_transposed[place], expected_element<Real>(transposed, i, x, columns, b, fused)) << "transposed";
    }
  }
  EXPECT_EQ(y.back(), Real{-77}) << "wrote beyond Y";
  EXPECT_EQ(y_transposed.back(), Real{-77}) << "wrote beyond Y";
}

TYPED_TEST(SparseOperatorTest, EqualsTheScalarSumBitForBit) {
  Threads threads(2);
  for_each_instruction_set([&](bool fused) {
    for (const int size : {1, 2, 3, 5, 17, 64, 127})
      for (const std::size_t columns : {1, 2, 3, 4, 5, 8, 17})
        expect_reference<TypeParam>(size, 6, columns, threads, fused);
    for (std::size_t columns = 1; columns <= 70; ++columns) expect_reference<TypeParam>(23, 9, columns, threads, fused);
  });
}

TYPED_TEST(SparseOperatorTest, BitsDoNotDependOnTheNumberOfThreads) {
  const Sparse matrix = random_sparse(600, 100);  // several chunks
  const SparseOperator<TypeParam> map(matrix);
  for (const std::size_t columns : {1, 3, 4, 20}) {
    const auto x = reference::numbers<TypeParam>(600 * columns, 3);
    std::vector<TypeParam> one(600 * columns), two(600 * columns);
    Threads single(1), pair(2);
    map.apply(single, x.data(), one.data(), columns);
    map.apply(pair, x.data(), two.data(), columns);
    EXPECT_EQ(one, two);
    map.apply_transposed(single, x.data(), one.data(), columns);
    map.apply_transposed(pair, x.data(), two.data(), columns);
    EXPECT_EQ(one, two);
  }
}

TEST(SparseOperator, TakesBothIndexTypesOfEigenAndUncompressedMatrices) {
  Eigen::SparseMatrix<double, Eigen::RowMajor, std::int64_t> matrix(3, 3);
  matrix.insert(0, 2) = 2.0;
  matrix.insert(2, 1) = -3.0;
  matrix.insert(0, 0) = 1.0;
  ASSERT_FALSE(matrix.isCompressed());
  const SparseOperator<double> map(matrix);
  Threads threads(1);
  const double x[] = {1, 10, 100};
  double y[3];
  map.apply(threads, x, y);
  EXPECT_EQ(y[0], 201);
  EXPECT_EQ(y[1], 0);
  EXPECT_EQ(y[2], -30);
  const auto copy = map;  // NOLINT: copies share what they have in common
  copy.apply_transposed(threads, x, y);
  EXPECT_EQ(y[0], 1);
  EXPECT_EQ(y[1], -300);
  EXPECT_EQ(y[2], 2);
}

TEST(SparseOperator, AMatrixWithoutEntriesGivesZero) {
  const SparseOperator<double> map(Sparse(4, 4));
  Threads threads(2);
  const std::vector<double> x(4, 1.0);
  std::vector<double> y(4, -77);
  map.apply(threads, x.data(), y.data());
  EXPECT_EQ(y, std::vector<double>(4, 0.0));
}

TEST(SparseOperator, RefusesWhatIsNoMatrix) {
  EXPECT_THROW(SparseOperator<double>(Sparse(2, 3)), InputError);
  EXPECT_THROW(SparseOperator<double>(Sparse(0, 0)), InputError);
}

}  // namespace
}  // namespace limes::compute

// Q R of a frame: against Eigen, graded and singular frames, strides, and the same bits for every number of threads.

#include "limes/compute/frame_factorisation.hpp"

#include <gtest/gtest.h>

#include <Eigen/Dense>
#include <stdexcept>
#include <vector>

namespace limes::compute {
namespace {

using Frame = Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;

Frame random_frame(Eigen::Index rows, Eigen::Index columns) {
  Frame frame(rows, columns);
  std::uint64_t state = static_cast<std::uint64_t>(1000 * rows + columns);
  for (Eigen::Index i = 0; i < frame.size(); ++i) {
    state = state * 6364136223846793005ULL + 1442695040888963407ULL;
    frame.data()[i] = static_cast<double>(state >> 11) * 0x1p-52 - 1.0;
  }
  return frame;
}

struct Factors {
  Frame q;
  Eigen::VectorXd diagonal, lengths;
};

Factors factorised(const Frame& frame, int threads = 1) {
  Threads team(static_cast<std::size_t>(threads));
  Factors result{frame, Eigen::VectorXd(frame.cols()), Eigen::VectorXd(frame.cols())};
  const auto columns = static_cast<std::size_t>(frame.cols());
  orthonormalise(team, result.q.data(), static_cast<std::size_t>(frame.rows()), columns, columns,
                 {result.diagonal.data(), columns}, {result.lengths.data(), columns});
  return result;
}

double largest(const Eigen::MatrixXd& matrix) { return matrix.size() == 0 ? 0.0 : matrix.cwiseAbs().maxCoeff(); }

TEST(FrameFactorisation, IsThatOfEigen) {
  // Sizes on both sides of a panel of 32 and a block of 64.
  const std::pair<int, int> sizes[] = {{1, 1}, {5, 5}, {100, 3}, {64, 32}, {65, 33}, {150, 97}, {200, 200}};
  for (const auto& [rows, columns] : sizes) {
    const Frame frame = random_frame(rows, columns);
    const Factors factors = factorised(frame);
    const Eigen::MatrixXd r = factors.q.transpose() * frame;
    // A few hundred roundings of numbers of size 1; the columns have length up to 10.
    constexpr double kRounding = 1e-12;
    EXPECT_LT(largest(factors.q.transpose() * factors.q - Eigen::MatrixXd::Identity(columns, columns)), kRounding);
    EXPECT_LT(largest(factors.q * r - frame), kRounding) << rows << " x " << columns;
    EXPECT_LT(largest(r.triangularView<Eigen::StrictlyLower>()), kRounding);
    const Eigen::HouseholderQR<Eigen::MatrixXd> eigen(frame);
    for (int j = 0; j < columns; ++j) {
      EXPECT_NEAR(factors.diagonal[j], std::abs(eigen.matrixQR()(j, j)), 1e-11);
      EXPECT_NEAR(factors.diagonal[j], std::abs(r(j, j)), kRounding);
      EXPECT_NEAR(factors.lengths[j], frame.col(j).norm(), kRounding);
    }
  }
}

TEST(FrameFactorisation, KeepsItsDigitsOverManyDecades) {
  // F = Q0 diag(10^-j): what column j adds has length 10^-j exactly.
  const Frame q = factorised(random_frame(80, 12)).q;
  Frame frame = q;
  for (int j = 0; j < 12; ++j) frame.col(j) *= std::pow(10.0, -j);
  const Factors factors = factorised(frame);
  for (int j = 0; j < 12; ++j) EXPECT_NEAR(factors.diagonal[j] * std::pow(10.0, j), 1.0, 1e-12);
}

TEST(FrameFactorisation, CompletesASingularFrame) {
  Frame frame = random_frame(70, 40);
  frame.col(10) = frame.col(3) + 2.0 * frame.col(7);
  frame.col(20).setZero();
  const Factors factors = factorised(frame);
  EXPECT_LT(factors.diagonal[10], 1e-13 * factors.lengths[10]);
  EXPECT_EQ(factors.lengths[20], 0.0);
  EXPECT_EQ(factors.diagonal[20], 0.0);
  EXPECT_LT(largest(factors.q.transpose() * factors.q - Eigen::MatrixXd::Identity(40, 40)), 1e-12);
  EXPECT_GT(factors.diagonal[39], 0.1);
}

TEST(FrameFactorisation, LeavesWhatStandsBetweenTheColumnsOfAFrame) {
  // Two frames side by side: 5 of 12 columns.
  const Frame both = random_frame(30, 12);
  Frame work = both;
  std::vector<double> diagonal(5), lengths(5);
  Threads threads(1);
  orthonormalise(threads, work.data() + 4, 30, 5, 12, diagonal, lengths);
  EXPECT_EQ(work.leftCols(4), both.leftCols(4));
  EXPECT_EQ(work.rightCols(3), both.rightCols(3));
  EXPECT_EQ(work.middleCols(4, 5), factorised(both.middleCols(4, 5)).q);
}

TEST(FrameFactorisation, HasTheSameBitsForEveryNumberOfThreads) {
  const Frame frame = random_frame(333, 250);
  const Factors one = factorised(frame, 1);
  for (const int threads : {2, 3}) {
    const Factors several = factorised(frame, threads);
    EXPECT_EQ(several.q, one.q);
    EXPECT_EQ(several.diagonal, one.diagonal);
    EXPECT_EQ(several.lengths, one.lengths);
  }
}

TEST(FrameFactorisation, RefusesMoreColumnsThanRows) {
  std::vector<double> frame(6), diagonal(3), lengths(3);
  Threads threads(1);
  EXPECT_THROW(orthonormalise(threads, frame.data(), 2, 3, 3, diagonal, lengths), std::logic_error);
}

}  // namespace
}  // namespace limes::compute

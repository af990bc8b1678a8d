#include "limes/rate/given_matrix/quenched_equations.hpp"

#include <algorithm>
#include <cmath>

namespace limes::rate::given_matrix {
namespace {

using Eigen::Index;
using Eigen::VectorXd;

constexpr Index kRowBlock = 32;  // rows of squares held at a time

RowMajorMatrix squared_coupled(const coupling::DenseMatrix& matrix, const RowMajorMatrix& x) {
  RowMajorMatrix result(matrix.rows(), x.cols());
  coupling::DenseMatrix squares;
  for (Index row = 0; row < matrix.rows(); row += kRowBlock) {
    const Index rows = std::min(kRowBlock, matrix.rows() - row);
    squares = matrix.middleRows(row, rows).cwiseAbs2();
    result.middleRows(row, rows).noalias() = squares * x;
  }
  return result;
}

RowMajorMatrix squared_coupled(const coupling::SparseMatrix& matrix, const RowMajorMatrix& x) {
  RowMajorMatrix result = RowMajorMatrix::Zero(matrix.rows(), x.cols());
  if (x.cols() == 1) {
    for (Index row = 0; row < matrix.rows(); ++row) {
      double sum = 0.0;
      for (coupling::SparseMatrix::InnerIterator entry(matrix, row); entry; ++entry) {
        sum += entry.value() * entry.value() * x(entry.col(), 0);
      }
      result(row, 0) = sum;
    }
    return result;
  }
  for (Index row = 0; row < matrix.rows(); ++row) {
    for (coupling::SparseMatrix::InnerIterator entry(matrix, row); entry; ++entry) {
      result.row(row) += entry.value() * entry.value() * x.row(entry.col());
    }
  }
  return result;
}

}  // namespace

VectorXd coupled(const coupling::Matrix& matrix, const VectorXd& x) { return coupling::product(matrix, x); }

RowMajorMatrix squared_coupled(const coupling::Matrix& matrix, const RowMajorMatrix& x) {
  return std::visit([&](const auto& stored) { return squared_coupled(stored, x); }, matrix);
}

std::vector<double> packed(const QuenchedPoint& point) {
  std::vector<double> x(static_cast<std::size_t>(point.mean.size() + point.covariance.size()));
  std::copy_n(point.mean.data(), point.mean.size(), x.begin());
  std::copy_n(point.covariance.data(), point.covariance.size(), x.begin() + point.mean.size());
  return x;
}

QuenchedPoint unpacked(const std::vector<double>& x, Index size, Index lags) {
  return {Eigen::Map<const VectorXd>(x.data(), size), Eigen::Map<const RowMajorMatrix>(x.data() + size, size, lags)};
}

QuenchedEquations::QuenchedEquations(const QuenchedProblem& problem, double horizon)
    : problem_(&problem),
      size_(coupling::size(*problem.coupling)),
      grid_(problem.continuous, problem.leak, horizon),
      filter_transposed_(grid_.filter().transpose()),
      noise_(problem.continuous ? problem.noise_intensity : problem.noise_variance),
      moments_(problem.transfer) {
  noise_response_ = grid_.noise_response(noise_);
}

QuenchedPoint QuenchedEquations::map(const QuenchedPoint& point) {
  const auto size = static_cast<std::size_t>(size_);
  VectorXd output(size_);
  RowMajorMatrix covariance(size_, grid_.size());
  if (one_lag()) {
    // |v|: a negative trial variance is reflected.
    const VectorXd variance = point.covariance.col(0).cwiseAbs();
    const OutputMoments moments = moments_.outputs({point.mean.data(), size}, {variance.data(), size});
    output = moments.f;
    covariance.col(0) = moments.variance;
  } else {
    RowMajorMatrix trial = point.covariance.cwiseMax(0.0);
    const auto lags = static_cast<std::size_t>(grid_.size());
    for (Index i = 0; i < size_; ++i) {
      output[i] = moments_.lag_outputs(point.mean[i], {trial.row(i).data(), lags}, {covariance.row(i).data(), lags});
    }
  }
  QuenchedPoint result;
  result.mean = coupled(*problem_->coupling, output);
  if (!problem_->threshold.empty()) {
    result.mean -= Eigen::Map<const VectorXd>(problem_->threshold.data(), size_);
  }
  if (!problem_->continuous) result.mean /= 1.0 - problem_->leak;
  if (covariance.isZero(0.0)) {
    result.covariance.setZero(size_, grid_.size());
  } else {
    const RowMajorMatrix fields = squared_coupled(*problem_->coupling, covariance);
    result.covariance.noalias() = fields * filter_transposed_;
  }
  result.covariance.rowwise() += noise_response_;
  if (variance_factor_.size() > 0) result.covariance.array().colwise() *= variance_factor_.array();
  return result;
}

Product QuenchedEquations::derivative(const QuenchedPoint& point) {
  const auto size = static_cast<std::size_t>(size_);
  const VectorXd variance = point.covariance.col(0).cwiseAbs();
  const std::span<const double> means{point.mean.data(), size};
  const std::span<const double> variances{variance.data(), size};
  const Eigen::ArrayXd f = moments_.outputs(means, variances).f;
  const GainMoments gain = moments_.gains(means, variances);
  // d/dv E F(u) = E F''(u) / 2: m' = E f''/2, (E f^2)' = E f'^2 + E f f''.
  const VectorXd mean_by_mean = gain.df;
  const VectorXd mean_by_variance = 0.5 * gain.ddf;
  const VectorXd variance_by_mean = 2.0 * (gain.f_df - f * gain.df);
  const VectorXd variance_by_variance = gain.dfdf + gain.f_ddf - f * gain.ddf;
  const coupling::Matrix* matrix = problem_->coupling;
  const Index n = size_;
  const VectorXd factor = variance_factor_.size() > 0 ? variance_factor_ : VectorXd::Ones(n);
  return [=](const VectorXd& x) {
    const auto dmean = x.head(n);
    const auto dvariance = x.tail(n);
    VectorXd result(2 * n);
    result.head(n) = coupled(*matrix, mean_by_mean.cwiseProduct(dmean) + mean_by_variance.cwiseProduct(dvariance));
    const RowMajorMatrix change = variance_by_mean.cwiseProduct(dmean) + variance_by_variance.cwiseProduct(dvariance);
    result.tail(n) = squared_coupled(*matrix, change).col(0).cwiseProduct(factor);
    return result;
  };
}

}  // namespace limes::rate::given_matrix

#include "limes/rate/given_matrix/quenched_equations.hpp"

#include <algorithm>
#include <cmath>

namespace limes::rate::given_matrix {
namespace {

using Eigen::Index;
using Eigen::VectorXd;

}  // namespace

VectorXd coupled(const coupling::Matrix& matrix, const VectorXd& x) { return coupling::product(matrix, x); }

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
      filter_(grid_.filter()),
      noise_(problem.continuous ? problem.noise_intensity : problem.noise_variance),
      squares_(problem.squares ? problem.squares : std::make_shared<const CouplingSquares>(*problem.coupling)),
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
    const OutputMoments moments = moments_.outputs(threads(), {point.mean.data(), size}, {variance.data(), size});
    output = moments.f;
    covariance.col(0) = moments.variance;
  } else {
    output = moments_.lag_outputs(threads(), {point.mean.data(), size}, point.covariance.cwiseMax(0.0), covariance);
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
    result.covariance = filter_.times(threads(), squares_->times(covariance));
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
  const Eigen::ArrayXd f = moments_.outputs(threads(), means, variances).f;
  const GainMoments gain = moments_.gains(means, variances);
  // d/dv E F(u) = E F''(u) / 2: m' = E f''/2, (E f^2)' = E f'^2 + E f f''.
  const VectorXd mean_by_mean = gain.df;
  const VectorXd mean_by_variance = 0.5 * gain.ddf;
  const VectorXd variance_by_mean = 2.0 * (gain.f_df - f * gain.df);
  const VectorXd variance_by_variance = gain.dfdf + gain.f_ddf - f * gain.ddf;
  const coupling::Matrix* matrix = problem_->coupling;
  const std::shared_ptr<const CouplingSquares> squares = squares_;
  const Index n = size_;
  const VectorXd factor = variance_factor_.size() > 0 ? variance_factor_ : VectorXd::Ones(n);
  return [=](const VectorXd& x) {
    const auto dmean = x.head(n);
    const auto dvariance = x.tail(n);
    VectorXd result(2 * n);
    result.head(n) = coupled(*matrix, mean_by_mean.cwiseProduct(dmean) + mean_by_variance.cwiseProduct(dvariance));
    const RowMajorMatrix change = variance_by_mean.cwiseProduct(dmean) + variance_by_variance.cwiseProduct(dvariance);
    result.tail(n) = squares->times(change).col(0).cwiseProduct(factor);
    return result;
  };
}

}  // namespace limes::rate::given_matrix

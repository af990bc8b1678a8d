// Newton's method on the collocated equations: a sparse matrix of panels, bordered by C(0) = theta.

#include <Eigen/Dense>
#include <Eigen/SparseLU>
#include <algorithm>
#include <cmath>

#include "limes/rate/renormalized/theory/loop_equations.hpp"

namespace limes::rate::renormalized {
namespace {

constexpr int kDegree = LagPanels::kDegree;
// Relative step of the derivatives by theta, whose error only slows Newton's method.
constexpr double kThetaStep = 1e-6;
constexpr double kTolerance = 1e-12;  // on the Newton step, relative to theta
constexpr double kResting = 1e-9;
constexpr double kRounding = 3e-11;  // of the second derivatives of C and B

using Triplet = Eigen::Triplet<double>;

/// Unknowns: C and B at node j stand at 2 j and 2 j + 1, theta last.
class Collocation {
 public:
  Collocation(const LoopModel& model, const LagPanels& panels)
      : model_(model), panels_(panels), size_(2 * panels.nodes() + 1) {}

  [[nodiscard]] Eigen::Index size() const { return size_; }

  /// The residual; empty where the tail does not decay.
  [[nodiscard]] std::optional<Eigen::VectorXd> residual(const VarianceTerms& terms, const LagFields& fields) const {
    const auto root = positive_root(terms.tail(model_));
    if (!root || !(terms.kappa > 0.0)) return std::nullopt;
    const LagTerms at = lag_terms(model_, panels_.lags(), terms, fields);
    Eigen::VectorXd result = Eigen::VectorXd::Zero(size_);
    const Eigen::Index last = panels_.nodes() - 1;
    for (std::size_t k = 0; k < panels_.panels(); ++k) {
      const Eigen::Index base = static_cast<Eigen::Index>(k) * kDegree;
      const double half = panels_.half_length(k);
      const auto add = [&](const Eigen::VectorXd& values, const Eigen::VectorXd& curvature, Eigen::Index field) {
        const auto own = values.segment(base, kDegree + 1);
        const Eigen::VectorXd second = panels_.second_derivative() * own;
        for (int i = 1; i < kDegree; ++i) {
          result(2 * (base + i) + field) = second(i) - half * half * curvature(base + i);
        }
        result(2 * base + field) += panels_.first_derivative().row(0).dot(own) / half;
        result(2 * (base + kDegree) + field) -= panels_.first_derivative().row(kDegree).dot(own) / half;
      };
      add(fields.covariance, at.covariance_curvature, 0);
      add(fields.filtered, at.filtered_curvature, 1);
    }
    result(0) += model_.noise_intensity;
    const Eigen::Vector2d end = *root * Eigen::Vector2d(fields.covariance(last), fields.filtered(last));
    // v'' = M v - (s, 0) exp(-kappa tau) with decaying v: v' = -root v + (root + kappa)^-1 (s, 0) exp(-kappa T).
    const Eigen::Matrix2d sum = *root + terms.kappa * Eigen::Matrix2d::Identity();
    const double source = terms.own(model_) * std::exp(-terms.kappa * panels_.window());
    const Eigen::Vector2d driven = sum.inverse() * Eigen::Vector2d(source, 0.0);
    result(2 * last) += driven(0) - end(0);
    result(2 * last + 1) += driven(1) - end(1);
    result(size_ - 1) = fields.covariance(0) - terms.theta;
    return result;
  }

  /// The matrix of derivatives but for the last column.
  [[nodiscard]] std::vector<Triplet> derivatives(const VarianceTerms& terms, const LagFields& fields) const {
    const double g2 = model_.coupling_deviation * model_.coupling_deviation;
    const double loop = model_.inverse_size * model_.coupling_mean * model_.coupling_mean;
    const double kappa2 = terms.kappa * terms.kappa;
    const double cross = terms.cross(model_);
    const auto count = static_cast<std::size_t>(panels_.nodes());
    Eigen::VectorXd slope(panels_.nodes()), shared_slope(panels_.nodes());
    const Eigen::VectorXd shared = loop * (fields.filtered + fields.spread) + fields.pairs;
    terms.pair.gains({fields.covariance.data(), count}, {slope.data(), count});
    terms.pair.gains({shared.data(), count}, {shared_slope.data(), count});
    std::vector<Triplet> entries;
    entries.reserve(count * (2 * kDegree + 8));
    for (std::size_t k = 0; k < panels_.panels(); ++k) {
      const Eigen::Index base = static_cast<Eigen::Index>(k) * kDegree;
      const double half = panels_.half_length(k);
      for (Eigen::Index field = 0; field < 2; ++field) {
        for (int j = 0; j <= kDegree; ++j) {
          const Eigen::Index column = 2 * (base + j) + field;
          for (int i = 1; i < kDegree; ++i) {
            entries.emplace_back(2 * (base + i) + field, column, panels_.second_derivative()(i, j));
          }
          entries.emplace_back(2 * base + field, column, panels_.first_derivative()(0, j) / half);
          entries.emplace_back(2 * (base + kDegree) + field, column, -panels_.first_derivative()(kDegree, j) / half);
        }
      }
      const double square = half * half;
      for (int i = 1; i < kDegree; ++i) {
        const Eigen::Index c = 2 * (base + i), b = c + 1;
        const double own = slope(base + i), common = loop * shared_slope(base + i);  // of C_ind: dC, -dB
        entries.emplace_back(c, c, -square * (1.0 - g2 * own - loop * own));
        entries.emplace_back(c, b, square * (loop * (1.0 - kappa2) - loop * common + cross));
        entries.emplace_back(b, c, square * own);
        entries.emplace_back(b, b, -square * (kappa2 + common));
      }
    }
    const Eigen::Index last = panels_.nodes() - 1;
    if (const auto root = positive_root(terms.tail(model_))) {
      for (int i = 0; i < 2; ++i) {
        for (int j = 0; j < 2; ++j) entries.emplace_back(2 * last + i, 2 * last + j, -(*root)(i, j));
      }
    }
    entries.emplace_back(size_ - 1, 0, 1.0);
    return entries;
  }

 private:
  const LoopModel& model_;
  const LagPanels& panels_;
  Eigen::Index size_;
};

/// The largest residual relative to theta, of the equations of B to the largest B: near the transition B is large.
double relative(const Eigen::VectorXd& residual, double theta, const LagFields& fields) {
  const double filtered = std::max(fields.filtered.cwiseAbs().maxCoeff(), theta);
  double largest = 0.0;
  for (Eigen::Index i = 0; i < residual.size(); ++i) {
    largest = std::max(largest, std::abs(residual(i)) / (i % 2 == 0 ? theta : filtered));
  }
  return largest;
}

}  // namespace

NewtonResult newton(const LoopModel& model, const LagPanels& panels, double theta, const LagFields& start,
                    int most_iterations) {
  NewtonResult result;
  result.theta = theta;
  result.fields = start;
  const Collocation equations(model, panels);
  auto terms = std::make_unique<VarianceTerms>(model, theta);
  auto residual = equations.residual(*terms, result.fields);
  if (!residual) return result;
  Eigen::SparseLU<Eigen::SparseMatrix<double>> factors;
  bool analysed = false;
  for (; result.iterations < most_iterations; ++result.iterations) {
    std::vector<Triplet> entries = equations.derivatives(*terms, result.fields);
    const double step = kThetaStep * result.theta;
    const auto beside = equations.residual(VarianceTerms(model, result.theta + step), result.fields);
    if (!beside) return result;
    const Eigen::VectorXd by_theta = (*beside - *residual) / step;
    for (Eigen::Index i = 0; i < equations.size(); ++i) {
      entries.emplace_back(i, equations.size() - 1, i + 1 == equations.size() ? -1.0 : by_theta(i));
    }
    Eigen::SparseMatrix<double> matrix(equations.size(), equations.size());
    matrix.setFromTriplets(entries.begin(), entries.end());
    if (!analysed) factors.analyzePattern(matrix);
    analysed = true;
    factors.factorize(matrix);
    if (factors.info() != Eigen::Success) return result;
    const Eigen::VectorXd correction = factors.solve(*residual);
    if (!correction.allFinite()) return result;

    // The whole step, or the part of it that keeps the variance positive and does not raise the residual much.
    bool accepted = false, whole = false;
    for (int halving = 0; halving < 6 && !accepted; ++halving) {
      const double share = std::ldexp(1.0, -halving);
      const double moved = result.theta - share * correction(equations.size() - 1);
      if (!(moved > 0.1 * result.theta && moved < 10.0 * result.theta)) continue;
      LagFields fields = result.fields;
      for (Eigen::Index j = 0; j < panels.nodes(); ++j) {
        fields.covariance(j) -= share * correction(2 * j);
        fields.filtered(j) -= share * correction(2 * j + 1);
      }
      auto next = std::make_unique<VarianceTerms>(model, moved);
      auto next_residual = equations.residual(*next, fields);
      if (!next_residual || !next_residual->allFinite()) continue;
      const bool small = relative(*next_residual, moved, fields) <= kRounding;
      if (!small && next_residual->norm() > 2.0 * residual->norm()) continue;
      result.theta = moved;
      result.fields = std::move(fields);
      terms = std::move(next);
      residual = std::move(next_residual);
      accepted = true;
      whole = halving == 0;
    }
    result.residual = relative(*residual, result.theta, result.fields);
    if (!accepted) break;
    // One column has a relative error of about kThetaStep: what is left after a step is at most that part of it.
    const double moved_by = relative(correction, result.theta, result.fields);
    // On long panels the residual holds the rounding of F times the square of the length; the step does not.
    const bool at_rounding = result.residual <= kRounding || moved_by <= kResting;
    result.converged = whole && moved_by <= kTolerance / kThetaStep && at_rounding;
    if (result.converged) break;
  }
  return result;
}

}  // namespace limes::rate::renormalized

#include <Eigen/LU>

#include "limes/rate/theory/populations/lag_problem.hpp"

namespace limes::rate::theory {
namespace {

/// Rows of one lag: lower c_{k-1} + middle c_k + upper c_{k+1} + border s = right.
struct BlockRow {
  Eigen::MatrixXd lower, middle, upper;
  Eigen::MatrixXd border_right;  ///< border (3P columns: mu, v, q), then the right-hand side
};

class Linearisation {
 public:
  Linearisation(const PopulationEnsemble& ensemble, const LagFilter& filter, const PopulationLagEvaluation& at,
                const PopulationLagSensitivities& partials)
      : filter_(filter),
        at_(at),
        partials_(partials),
        total_(ensemble.second_moment + ensemble.centred),
        count_(total_.rows()),
        lags_(at.residuals.cols()) {}

  [[nodiscard]] BlockRow row(Eigen::Index k) const {
    BlockRow row;
    row.middle = k == 0 ? Eigen::MatrixXd::Zero(count_, count_).eval() : (-filter_.near * gain(k)).eval();
    row.middle.diagonal() += filter_.diagonal;
    if (k > 0) row.lower = neighbour(k - 1);
    if (k + 1 < lags_) {
      row.upper = (k == 0 ? 2.0 : 1.0) * neighbour(k + 1);
    } else {
      row.middle += neighbour(lags_) * at_.tail;
    }
    if (partials_.by_mean.size() == 0) {
      row.border_right = -at_.residuals.col(k);
      return row;
    }
    row.border_right.resize(count_, 3 * count_ + 1);
    row.border_right.leftCols(3 * count_) =
        -filter_.near * by_scalars(k) - filter_.far * by_scalars(k == 0 ? 1 : k - 1);
    if (k + 1 < lags_) row.border_right.leftCols(3 * count_) -= filter_.far * by_scalars(k + 1);
    row.border_right.col(3 * count_) = -at_.residuals.col(k);
    return row;
  }

 private:
  [[nodiscard]] Eigen::MatrixXd gain(Eigen::Index k) const { return total_ * at_.gains.col(k).asDiagonal(); }

  /// Coefficient of c_k in the rows of its neighbours. N_0 is a function of the scalars alone.
  [[nodiscard]] Eigen::MatrixXd neighbour(Eigen::Index k) const {
    Eigen::MatrixXd block = Eigen::MatrixXd::Zero(count_, count_);
    if (filter_.far != 0.0 && k > 0) block = -filter_.far * gain(k);
    block.diagonal() += filter_.off;
    return block;
  }

  /// Derivatives of N_k by (mu, v, q).
  [[nodiscard]] Eigen::MatrixXd by_scalars(Eigen::Index k) const {
    const Eigen::Index infinity = lags_;
    Eigen::MatrixXd result(count_, 3 * count_);
    for (Eigen::Index b = 0; b < count_; ++b) {
      const transfer::Moments& m = at_.moments[b];
      const double mean = k == 0 ? 2.0 * m.f_df : partials_.by_mean(b, k);
      const double variance = k == 0 ? m.dfdf + m.f_ddf : partials_.by_variance(b, k);
      const double own_gain = k == 0 ? 0.0 : at_.gains(b, k);
      result.col(b) = (mean - partials_.by_mean(b, infinity)) * total_.col(b);
      result.col(count_ + b) = (variance - partials_.by_variance(b, infinity)) * total_.col(b);
      result.col(2 * count_ + b) = (own_gain - at_.gains(b, infinity)) * total_.col(b);
    }
    return result;
  }

  const LagFilter& filter_;
  const PopulationLagEvaluation& at_;
  const PopulationLagSensitivities& partials_;  ///< empty: rows without border
  Eigen::MatrixXd total_;
  Eigen::Index count_, lags_;
};

/// The equations of the scalars in (c_0, mu, v, q): mean, v - q - c_0 = 0, frozen part.
Eigen::MatrixXd scalar_rows(const PopulationEnsemble& ensemble, const LagFilter& filter,
                            const PopulationLagEvaluation& at, const PopulationLagSensitivities& partials) {
  const Eigen::Index count = filter.kept.size();
  const Eigen::Index infinity = at.gains.cols() - 1;
  const Eigen::MatrixXd total = ensemble.second_moment + ensemble.centred;
  Eigen::MatrixXd rows = Eigen::MatrixXd::Zero(3 * count, 4 * count);
  for (Eigen::Index b = 0; b < count; ++b) {
    const transfer::Moments& m = at.moments[b];
    const Eigen::VectorXd centre = 2.0 * m.f * ensemble.centred.col(b);
    rows.block(0, count + b, count, 1) = -m.df * ensemble.coupling_mean.col(b);
    rows.block(0, 2 * count + b, count, 1) = -m.ddf / 2.0 * ensemble.coupling_mean.col(b);
    rows(b, count + b) += filter.kept(b);
    rows(count + b, b) = -1.0;
    rows(count + b, 2 * count + b) = 1.0;
    rows(count + b, 3 * count + b) = -1.0;
    rows.block(2 * count, count + b, count, 1) = -partials.by_mean(b, infinity) * total.col(b) + m.df * centre;
    rows.block(2 * count, 2 * count + b, count, 1) =
        -partials.by_variance(b, infinity) * total.col(b) + m.ddf / 2.0 * centre;
    rows.block(2 * count, 3 * count + b, count, 1) = -at.gains(b, infinity) * total.col(b);
    rows(2 * count + b, 3 * count + b) += filter.kept(b) * filter.kept(b);
  }
  return rows;
}

}  // namespace

PopulationLags newton_correction(const PopulationEnsemble& ensemble, const LagFilter& filter,
                                 const PopulationLags& state, const PopulationLagEvaluation& at,
                                 const PopulationLagSensitivities& partials) {
  const Eigen::Index count = state.mean.size();
  const Eigen::Index lags = state.connected.cols();
  const Linearisation linear(ensemble, filter, at, partials);
  // From the largest lag inwards: c_k = free_k - [before_k c_{k-1} + border_k s].
  std::vector<Eigen::MatrixXd> eliminated(static_cast<std::size_t>(lags));  // (border | free | before)
  for (Eigen::Index k = lags - 1; k >= 2; --k) {
    BlockRow row = linear.row(k);
    Eigen::MatrixXd right(count, 4 * count + 1);
    right << row.border_right, row.lower;
    if (k + 1 < lags) {
      const Eigen::MatrixXd& outer = eliminated[k + 1];
      right.leftCols(3 * count + 1) -= row.upper * outer.leftCols(3 * count + 1);
      row.middle -= row.upper * outer.rightCols(count);
    }
    eliminated[k] = row.middle.partialPivLu().solve(right);
  }
  // What is left: (c_0, c_1, mu, v, q).
  Eigen::MatrixXd matrix = Eigen::MatrixXd::Zero(5 * count, 5 * count);
  Eigen::VectorXd right(5 * count);
  const BlockRow zero = linear.row(0);
  const BlockRow one = linear.row(1);
  const Eigen::MatrixXd& outer = eliminated[2];
  matrix.block(0, 0, count, count) = zero.middle;
  matrix.block(0, count, count, count) = zero.upper;
  matrix.block(0, 2 * count, count, 3 * count) = zero.border_right.leftCols(3 * count);
  right.head(count) = zero.border_right.col(3 * count);
  matrix.block(count, 0, count, count) = one.lower;
  matrix.block(count, count, count, count) = one.middle - one.upper * outer.rightCols(count);
  matrix.block(count, 2 * count, count, 3 * count) =
      one.border_right.leftCols(3 * count) - one.upper * outer.leftCols(3 * count);
  right.segment(count, count) = one.border_right.col(3 * count) - one.upper * outer.col(3 * count);
  const Eigen::MatrixXd scalars = scalar_rows(ensemble, filter, at, partials);
  matrix.block(2 * count, 0, 3 * count, count) = scalars.leftCols(count);
  matrix.block(2 * count, 2 * count, 3 * count, 3 * count) = scalars.rightCols(3 * count);
  right.tail(3 * count) << -at.mean_residual, Eigen::VectorXd::Zero(count), -at.frozen_residual;

  const Eigen::VectorXd inner = matrix.fullPivLu().solve(right);
  const Eigen::VectorXd border = inner.tail(3 * count);
  PopulationLags correction;
  correction.mean = border.head(count);
  correction.frozen = border.tail(count);
  correction.connected.resize(count, lags);
  correction.connected.col(0) = inner.head(count);
  correction.connected.col(1) = inner.segment(count, count);
  for (Eigen::Index k = 2; k < lags; ++k) {
    const Eigen::MatrixXd& e = eliminated[k];
    correction.connected.col(k) =
        e.col(3 * count) - e.leftCols(3 * count) * border - e.rightCols(count) * correction.connected.col(k - 1);
  }
  return correction;
}

namespace {

/// The lags first .. last of the rows with `columns` right-hand sides right(k), from the largest inwards:
/// c_k = free_k - before_k c_{k-1}; result.middleCols(k columns, columns) holds c_k and, at first - 1 and last + 1,
/// what is prescribed there.
template <typename Right>
void solve_between(const Linearisation& linear, Eigen::Index first, Eigen::Index last, Eigen::Index columns,
                   const Right& right, Eigen::MatrixXd& result) {
  if (last < first) return;
  const Eigen::Index count = result.rows();
  Eigen::MatrixXd eliminated(count, (last - first + 1) * (columns + count));  // (free | before) of every lag
  const auto part = [&](Eigen::Index k) {
    return eliminated.middleCols((k - first) * (columns + count), columns + count);
  };
  for (Eigen::Index k = last; k >= first; --k) {
    BlockRow row = linear.row(k);
    Eigen::MatrixXd sides(count, columns + count);
    sides << right(k, row), row.lower;
    if (k < last) {
      sides.leftCols(columns).noalias() -= row.upper * part(k + 1).leftCols(columns);
      row.middle.noalias() -= row.upper * part(k + 1).rightCols(count);
    } else if (row.upper.size() > 0) {
      sides.leftCols(columns).noalias() -= row.upper * result.middleCols((k + 1) * columns, columns);
    }
    part(k) = row.middle.partialPivLu().solve(sides);
  }
  for (Eigen::Index k = first; k <= last; ++k) {
    result.middleCols(k * columns, columns) =
        part(k).leftCols(columns) - part(k).rightCols(count) * result.middleCols((k - 1) * columns, columns);
  }
}

}  // namespace

Eigen::MatrixXd anchored_correction(const PopulationEnsemble& ensemble, const LagFilter& filter,
                                    const PopulationLagEvaluation& at, Eigen::Index anchor) {
  const PopulationLagSensitivities none;
  const Linearisation linear(ensemble, filter, at, none);
  const Eigen::Index lags = at.residuals.cols();
  Eigen::MatrixXd correction = Eigen::MatrixXd::Zero(at.residuals.rows(), lags);
  const auto right = [](Eigen::Index, const BlockRow& row) { return row.border_right; };
  solve_between(linear, 1, anchor - 1, 1, right, correction);
  solve_between(linear, anchor + 1, lags - 1, 1, right, correction);
  return correction;
}

AnchoredJacobian anchored_jacobian(const PopulationEnsemble& ensemble, const LagFilter& filter,
                                   const PopulationLagEvaluation& at, const PopulationLagSensitivities& partials,
                                   Eigen::Index anchor) {
  const Linearisation linear(ensemble, filter, at, partials);
  const Eigen::Index count = at.residuals.rows(), lags = at.residuals.cols(), columns = 4 * count;
  // d c_k/d(mu, v, q, c_anchor) of all lags.
  Eigen::MatrixXd slopes = Eigen::MatrixXd::Zero(count, lags * columns);
  const auto slope = [&](Eigen::Index k) { return slopes.middleCols(k * columns, columns); };
  slope(0).middleCols(count, count).setIdentity();
  slope(0).middleCols(2 * count, count) = -Eigen::MatrixXd::Identity(count, count);
  slope(anchor).rightCols(count).setIdentity();
  const auto right = [&](Eigen::Index, const BlockRow& row) {
    Eigen::MatrixXd sides = Eigen::MatrixXd::Zero(count, columns);
    sides.leftCols(3 * count) = -row.border_right.leftCols(3 * count);
    return sides;
  };
  solve_between(linear, 1, anchor - 1, columns, right, slopes);
  solve_between(linear, anchor + 1, lags - 1, columns, right, slopes);
  const auto change = [&](Eigen::Index k) {
    const BlockRow row = linear.row(k);
    Eigen::MatrixXd result = -right(k, row) + row.middle * slope(k) + row.upper * slope(k + 1);
    if (k > 0) result += row.lower * slope(k - 1);
    return result;
  };
  const Eigen::MatrixXd scalars = scalar_rows(ensemble, filter, at, partials);
  AnchoredJacobian jacobian;
  jacobian.mean = Eigen::MatrixXd::Zero(count, columns);
  jacobian.frozen = jacobian.mean;
  jacobian.mean.leftCols(3 * count) = scalars.topRows(count).rightCols(3 * count);
  jacobian.frozen.leftCols(3 * count) = scalars.bottomRows(count).rightCols(3 * count);
  jacobian.start = change(0);
  jacobian.anchor = change(anchor);
  return jacobian;
}

}  // namespace limes::rate::theory

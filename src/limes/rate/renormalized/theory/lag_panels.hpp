#pragma once
// Functions of a lag tau in [0, T] as polynomials on panels that grow with tau: what is smooth for tau > 0 but has a
// kink at 0, and decays on several scales, takes few nodes and no step error.

#include <Eigen/Core>
#include <Eigen/SparseCore>
#include <cstddef>
#include <vector>

namespace limes::rate::renormalized {

/// Panels between ascending edges 0 = t_0 < ... < t_P = T, with Chebyshev-Lobatto nodes of a common degree; neighbours
/// share the node at their edge, so that functions are continuous: P degree + 1 nodes.
class LagPanels {
 public:
  static constexpr int kDegree = 14;

  /// Throws std::invalid_argument unless there are two or more ascending edges and the first is 0.
  explicit LagPanels(std::vector<double> edges);

  /// Panels whose lengths grow from `first` by a constant factor up to `window`.
  [[nodiscard]] static LagPanels graded(double first, double window);

  [[nodiscard]] std::size_t panels() const { return edges_.size() - 1; }
  [[nodiscard]] Eigen::Index nodes() const { return lags_.size(); }
  [[nodiscard]] const std::vector<double>& edges() const { return edges_; }
  [[nodiscard]] double window() const { return edges_.back(); }
  [[nodiscard]] const Eigen::VectorXd& lags() const { return lags_; }  ///< of the nodes, ascending

  /// First derivatives at the ends of panel k, and second derivatives at all of its nodes, as matrices on its values.
  [[nodiscard]] const Eigen::MatrixXd& first_derivative() const { return first_; }    ///< on [-1, 1]
  [[nodiscard]] const Eigen::MatrixXd& second_derivative() const { return second_; }  ///< on [-1, 1]
  [[nodiscard]] double half_length(std::size_t panel) const { return 0.5 * (edges_[panel + 1] - edges_[panel]); }

  /// Values at other lags in [0, T].
  [[nodiscard]] Eigen::VectorXd interpolated(const Eigen::VectorXd& values, const Eigen::VectorXd& at) const;
  /// The largest of the last two Chebyshev coefficients of each panel.
  [[nodiscard]] std::vector<double> tails(const Eigen::VectorXd& values) const;

  /// y with (rate^2 - d^2/dtau^2) y = source, y'(0) = 0, y' = -rate y at T: the even function y = K * source with
  /// K = exp(-rate |tau|)/(2 rate), for a source that has died out at T.
  [[nodiscard]] Eigen::VectorXd filtered(const Eigen::VectorXd& source, double rate) const;

 private:
  std::vector<double> edges_;
  Eigen::VectorXd lags_;
  Eigen::MatrixXd first_, second_, coefficients_;
};

}  // namespace limes::rate::renormalized

#pragma once
// A graded grid of lags k >= 0 and the leak's filter on it, for covariances that are even functions of the lag.

#include <Eigen/Core>
#include <cstddef>
#include <span>
#include <vector>

namespace limes::rate::given_matrix {

using RowMajorMatrix = Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;

/// Lags from 0 to a horizon in panels of doubling length, each with a fixed number of nodes: a function that relaxes
/// exponentially needs about ten nodes for each doubling of the lag, so the number of nodes grows with the logarithm of
/// the correlation time. Functions are polynomials on each panel and 0 beyond the horizon. In discrete time the nodes
/// are integers (every one of the first 16), in continuous time Chebyshev-Lobatto points.
class LagGrid {
 public:
  /// Discrete time with leak gamma in [0, 1): at gamma = 0 the only node is lag 0. Continuous time: leak is ignored.
  LagGrid(bool continuous, double leak, double horizon);

  [[nodiscard]] std::span<const double> nodes() const { return nodes_; }
  [[nodiscard]] Eigen::Index size() const { return static_cast<Eigen::Index>(nodes_.size()); }
  [[nodiscard]] double horizon() const { return nodes_.back(); }

  /// The matrix F with D = F X at the nodes, where D solves, with D even and decaying,
  ///   discrete:   (kappa^2 + gamma^2) D(k) - gamma kappa (D(k+1) + D(k-1)) = X(k)   (kappa > gamma),
  ///   continuous: kappa^2 D(s) - D''(s) = X(s)                                        (kappa > 0).
  /// kappa = 1 is the filter of the field (theory note 4.4b); other kappa are those of the tangent map (note 5.1, 6.3).
  [[nodiscard]] RowMajorMatrix filter(double kappa = 1.0) const;

  /// D at the nodes for white noise: sigma^2 gamma^k / (1 - gamma^2), or intensity e^(-s).
  [[nodiscard]] Eigen::RowVectorXd noise_response(double noise) const;

  /// The value at `lag` of the function with `values` at the nodes; 0 beyond the horizon.
  [[nodiscard]] double interpolate(std::span<const double> values, double lag) const;

 private:
  struct Panel {
    std::size_t first;  ///< index of its first node; the last one is shared with the next panel
    std::size_t count;
    std::vector<double> weights;  ///< barycentric
  };
  void add_panel(double end, std::size_t intervals);
  /// Adds to `row` (over nodes) the factor times the values of the panel's Lagrange polynomials at `lag`.
  void add_basis(const Panel& panel, double lag, double factor, Eigen::Ref<Eigen::RowVectorXd> row) const;

  bool continuous_;
  double leak_;
  std::vector<double> nodes_{0.0};
  std::vector<Panel> panels_;
};

}  // namespace limes::rate::given_matrix

#pragma once
// Piecewise Chebyshev interpolation on adjoining panels that share their end nodes.

#include <Eigen/Core>
#include <cstddef>
#include <vector>

namespace limes::spiking {

/// Nodes of all panels in ascending order, shared ends once. Panel p covers breaks[p]..breaks[p + 1] with `degree` + 1
/// Chebyshev-Lobatto nodes.
class Panels {
 public:
  /// `breaks` ascending, at least two; degree >= 1.
  Panels(std::vector<double> breaks, std::size_t degree);

  [[nodiscard]] std::size_t size() const { return nodes_.size(); }
  [[nodiscard]] const std::vector<double>& nodes() const { return nodes_; }
  [[nodiscard]] double lower() const { return breaks_.front(); }
  [[nodiscard]] double upper() const { return breaks_.back(); }
  [[nodiscard]] std::size_t panel_count() const { return breaks_.size() - 1; }

  /// Coefficients c with f(x) = sum_i c_i f(node first + i) for x within; returns `first`. `row`: degree + 1 numbers.
  std::size_t interpolate(double x, Eigen::Ref<Eigen::RowVectorXd> row) const;

  /// The derivative at node i as a combination of the nodes of the panel on its left (or right, where `from_left` is
  /// false or there is none on the left); returns the first node of that panel.
  std::size_t differentiate(std::size_t node, bool from_left, Eigen::Ref<Eigen::RowVectorXd> row) const;

  [[nodiscard]] std::size_t degree() const { return degree_; }

 private:
  std::vector<double> breaks_;
  std::size_t degree_;
  std::vector<double> nodes_;
  std::vector<double> unit_nodes_;  // ascending, on [-1, 1]
  std::vector<double> weights_;     // barycentric
  Eigen::MatrixXd derivative_;      // on [-1, 1]
};

}  // namespace limes::spiking

#pragma once
// Even functions of the lag that decay exponentially, as polynomials on panels: their transforms at any complex
// argument, exactly, without resolving the oscillation or the decay of the kernel.

#include <Eigen/Core>
#include <complex>
#include <vector>

namespace limes::rate::random_modes {

/// Nodes tau >= 0 in panels of growing length, each with its two ends and the Chebyshev-Lobatto points between them.
class PanelGrid {
 public:
  static constexpr Eigen::Index kDegree = 12;

  /// Panels from 0 to `last`: the first is `first` long, each next one at most 1.6 times longer, none above `longest`.
  PanelGrid(double first, double longest, double last);

  [[nodiscard]] const Eigen::VectorXd& nodes() const { return nodes_; }
  [[nodiscard]] Eigen::Index size() const { return nodes_.size(); }
  [[nodiscard]] Eigen::Index panels() const { return static_cast<Eigen::Index>(ends_.size()) - 1; }
  [[nodiscard]] double start(Eigen::Index panel) const { return ends_[static_cast<std::size_t>(panel)]; }
  [[nodiscard]] double width(Eigen::Index panel) const { return start(panel + 1) - start(panel); }
  [[nodiscard]] double last() const { return ends_.back(); }
  /// The panel that holds tau in [0, last].
  [[nodiscard]] Eigen::Index panel_of(double tau) const;

 private:
  std::vector<double> ends_;
  Eigen::VectorXd nodes_;
};

/// Derivative matrix of the degree of PanelGrid at its nodes on [-1, 1], ascending.
[[nodiscard]] const Eigen::MatrixXd& node_derivative();

/// One or several functions (columns) on a grid, continued beyond its end by their value there times
/// exp(-decay (tau - last)).
class PanelSeries {
 public:
  /// `values`: grid.size() x functions.
  PanelSeries(const PanelGrid& grid, const Eigen::MatrixXd& values, double decay);

  [[nodiscard]] Eigen::Index functions() const { return end_values_.size(); }
  /// The values at tau >= 0.
  [[nodiscard]] Eigen::RowVectorXd at(double tau) const;
  /// int_0^infinity f(tau) exp(-p tau) d tau, Re p > -decay; p = i omega gives half of the Fourier transform (its real
  /// part) of the even function.
  [[nodiscard]] Eigen::RowVectorXcd laplace(std::complex<double> p) const;
  /// int_start^infinity f(tau) exp(-p (tau - start)) d tau.
  [[nodiscard]] Eigen::RowVectorXcd laplace_from(double start, std::complex<double> p) const;

 private:
  PanelGrid grid_;
  double decay_;
  Eigen::MatrixXd coefficients_;  // of Legendre polynomials: (kDegree + 1) panels x functions
  Eigen::RowVectorXd end_values_;
};

}  // namespace limes::rate::random_modes

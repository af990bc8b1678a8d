#pragma once
// Collocation of the scaled delayed equation from large u down to 1/2 (theory note rmf, section 2.3): implicit, so that
// the stiff decay towards the slow branch is damped, and with delayed values at the very nodes where they are needed.

#include <Eigen/Core>
#include <cmath>
#include <cstddef>
#include <vector>

#include "limes/spiking/theory/generating_equation.hpp"

namespace limes::spiking {

inline constexpr int kGeneratingDegree = 12;
/// At the Chebyshev-Lobatto nodes of a panel, from its top down.
using PanelValues = Eigen::Matrix<double, kGeneratingDegree + 1, 1>;
using PanelMatrix = Eigen::Matrix<double, kGeneratingDegree + 1, kGeneratingDegree + 1>;

/// d/dx on the nodes of [-1, 1].
[[nodiscard]] const PanelMatrix& panel_derivative();

/// y' = speed y + source on a panel of half-length `half`, from its top downwards.
[[nodiscard]] PanelValues descend_panel(double half, double top, const PanelValues& speed, const PanelValues& source);

/// Panels from U + 1 down to 1/2, the highest first, for q = e^{-S} l. Refers to the problem. Throws ConvergenceError
/// where the slow branch is reached only beyond all numbers.
class GeneratingDescent {
 public:
  GeneratingDescent(const GeneratingProblem& problem, const GeneratingResolution& options);

  [[nodiscard]] std::size_t panels() const { return panels_; }
  [[nodiscard]] std::size_t per_unit() const { return per_unit_; }
  [[nodiscard]] double half() const { return 0.5 / static_cast<double>(per_unit_); }
  /// Panels beyond panels() lie below 1/2.
  [[nodiscard]] double u(std::size_t panel, int node) const;

  /// ln q of the slow branch of the homogeneous equation, where q' is negligible: -sum_k c_k (note 2.3), c_k = ln[(V -
  /// (u/tau) S')/(nu e^{uw})] at u + k.
  [[nodiscard]] double slow_branch(double u) const;
  /// d(S + ln q)/d nu_j on the slow branch.
  [[nodiscard]] double slow_branch_sensitivity(double u, std::size_t input) const;

  /// q' = (tau V/u - S') q + (tau/u) (forcing - nu e^{wu} q(u + 1)); `line` holds the first unit and receives the rest.
  /// `forcing` is scaled as q; null: none.
  void integrate(std::vector<PanelValues>& line, const std::vector<PanelValues>* forcing) const;

  /// l(u) = e^S q and l'(u) at an integer or half-integer u.
  [[nodiscard]] double value(const std::vector<PanelValues>& line, double at) const;
  [[nodiscard]] double slope(const std::vector<PanelValues>& line, double at) const;

 private:
  /// (V - (u/tau) S')/(nu e^{uw}) - 1, which the largest weight leaves to the others.
  [[nodiscard]] double excess(double u) const;
  [[nodiscard]] std::size_t panel_above(double low) const;

  const GeneratingProblem& problem_;
  std::size_t per_unit_;
  double top_ = 10;
  std::size_t panels_ = 0;
};

}  // namespace limes::spiking

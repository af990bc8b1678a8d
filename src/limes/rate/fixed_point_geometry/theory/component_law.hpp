#pragma once
// The law of one component of a fixed point, averaged over all fixed points of a random network (note fixed-points.md,
// equation (5)).

#include <Eigen/Core>
#include <cstddef>
#include <functional>
#include <vector>

#include "limes/transfer/transfer.hpp"

namespace limes::rate::fixed_points {

/// dx/dt = -x + J phi(x) + eta with J_ij ~ N(0, g^2/N), eta_i ~ N(0, D); phi odd, of slope 1 at 0.
struct Ensemble {
  transfer::Kind transfer = transfer::Kind::kTanh;
  double deviation = 2.0;       ///< g
  double field_variance = 0.0;  ///< D
};

/// The order parameters of (6): c = <phi^2>, the field h that is conjugate to it, and q of (3).
struct OrderParameters {
  double c = 0.0, h = 0.0, q = 0.0;
};

/// P(x) = N(x; 0, sigma^2) exp(h phi^2) sqrt(1 + q g^2 phi'^2) / Z, sigma^2 = g^2 c + D, on a grid x = sinh(b u) that
/// resolves |x| ~ 1 and |x| ~ sigma together. P is even: the grid holds x > 0 only.
class ComponentLaw {
 public:
  ComponentLaw(const Ensemble& ensemble, const OrderParameters& order, std::size_t nodes = 400);

  [[nodiscard]] double field_variance() const { return variance_; }  ///< sigma^2
  [[nodiscard]] double log_normaliser() const { return log_normaliser_; }
  /// <f(x, phi(x), g^2 phi'(x)^2)> of an f that is even in x.
  template <typename Function>
  [[nodiscard]] double average(Function&& f) const {
    double sum = 0.0;
    for (std::size_t k = 0; k < x_.size(); ++k) sum += weight_[k] * f(x_[k], output_[k], gain_[k]);
    return sum;
  }
  /// P(x).
  [[nodiscard]] double density(double x) const;

  /// The residuals of (6), <phi^2>/c - 1, <g^2 phi'^2/(1 + q g^2 phi'^2)> - 1, (g^2/(2 sigma^2))(<x^2>/sigma^2 - 1) -
  /// h. Near g = 1 all terms but those of order g - 1 cancel; they are left out by Gaussian integration by parts,
  /// <x^2>/sigma^2 - 1 = <x d/dx [h phi^2 + ln(1 + q g^2 phi'^2)/2]>, so that rounding stays at 1e-16.
  [[nodiscard]] Eigen::Vector3d residual() const;
  /// Their derivatives (rows) with respect to c, h, q (columns).
  [[nodiscard]] Eigen::Matrix3d residual_slope() const;

 private:
  [[nodiscard]] double log_weight(double x, double output, double gain) const;  // without the Gaussian's normaliser

  Ensemble ensemble_;
  OrderParameters order_;
  double variance_;
  double log_normaliser_ = 0.0;
  std::vector<double> x_, output_, gain_, weight_;
};

}  // namespace limes::rate::fixed_points

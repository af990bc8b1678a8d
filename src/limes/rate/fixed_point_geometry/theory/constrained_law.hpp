#pragma once
// The laws of a component at a given c = <phi^2>, from which fixed points of finite networks are drawn (note
// fixed-points.md, section 3, "finite-N expected number"): the extremum of (4) over h and q at fixed c.

#include <vector>

#include "limes/math/random.hpp"
#include "limes/rate/fixed_point_geometry/theory/component_law.hpp"

namespace limes::rate::fixed_points {

/// h and q at fixed c: <phi^2> = c, and <g^2 phi'^2/(1 + q g^2 phi'^2)> = 1 or q = 0. Of independent components with
/// this law (1/N) sum phi^2 concentrates at c. Throws ConvergenceError where there are none.
[[nodiscard]] OrderParameters constrained_order(const Ensemble& ensemble, double c);

/// Draws from a ComponentLaw: a cell of a fine grid by its share, then rejection within it, so that the density is
/// exactly that of the law.
class ComponentSampler {
 public:
  ComponentSampler(const Ensemble& ensemble, const OrderParameters& order);

  [[nodiscard]] const OrderParameters& order() const { return order_; }
  [[nodiscard]] double field_variance() const { return variance_; }    ///< sigma^2 = g^2 c + D
  [[nodiscard]] double log_normaliser() const { return normaliser_; }  ///< ln Z
  [[nodiscard]] double output_spread() const { return spread_; }       ///< standard deviation of phi^2
  [[nodiscard]] double draw(math::RandomStream& stream) const;

 private:
  Ensemble ensemble_;
  OrderParameters order_;
  ComponentLaw law_;
  double variance_ = 0.0, normaliser_ = 0.0, spread_ = 0.0;
  std::vector<double> edge_;      // x >= 0, ascending
  std::vector<double> majorant_;  // of the density in each cell
  std::vector<double> share_;     // cumulated, of the majorants
};

}  // namespace limes::rate::fixed_points

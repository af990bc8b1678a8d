#pragma once
// tanh and its slope at many arguments at once, in vector instructions, to 2e-15 of each; 0 is exact. For this folder
// only.

#include <Eigen/Core>

namespace limes::transfer::families {

struct HyperbolicTangents {
  Eigen::ArrayXd argument;
  Eigen::ArrayXd decay;    ///< exp(-2 |x|)
  Eigen::ArrayXd inverse;  ///< 1/(1 + decay)
  Eigen::ArrayXd value;    ///< tanh x
  Eigen::ArrayXd slope;    ///< sech^2 x = 4 decay inverse^2, of full relative accuracy in the tails
};

[[nodiscard]] HyperbolicTangents hyperbolic_tangents(Eigen::ArrayXd arguments);

}  // namespace limes::transfer::families

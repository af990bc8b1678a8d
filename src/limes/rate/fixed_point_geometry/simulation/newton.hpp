#pragma once
// Damped Newton's method for F(x) = 0 (note fixed-points.md, section 5).

#include <cstdint>
#include <span>
#include <vector>

#include "limes/rate/fixed_point_geometry/simulation/vector_field.hpp"

namespace limes::rate::fixed_points {

struct NewtonOptions {
  int steps = 100;           ///< after which a start is given up
  int halvings = 9;          ///< of a step until |F|^2 falls
  double longest_step = 2;   ///< root mean square
  double tolerance = 1e-11;  ///< root mean square of F
};

enum class NewtonEnd : std::uint8_t { kFixedPoint, kLocalMinimum, kExhausted };

/// Newton searches on one network; its buffers are used again from start to start. One object for each thread, which
/// holds a compute::SingleThreadedBlas meanwhile.
class Newton {
 public:
  Newton(const VectorField& field, const NewtonOptions& options);

  /// From `x` (N values) to where it ends, in place. At a fixed point one more step is made after the tolerance is
  /// reached. A minimum of |F|^2 that is no zero (a slow point) is never called a fixed point.
  NewtonEnd run(std::span<double> x);

  [[nodiscard]] std::int64_t factorisations() const { return factorisations_; }
  /// Of the last fixed point: the sign of det(1 - J diag(phi')), of which all fixed points of a network add up to 1
  /// (Poincare-Hopf: F points inwards on every large sphere).
  [[nodiscard]] int index_sign() const { return index_sign_; }
  [[nodiscard]] double residual() const { return residual_; }  ///< root mean square of F

 private:
  const VectorField& field_;
  NewtonOptions options_;
  VectorField::Workspace work_;
  std::vector<double> matrix_, flow_, step_, trial_, trial_flow_;
  std::vector<int> pivots_;
  std::int64_t factorisations_ = 0;
  int index_sign_ = 0;
  double residual_ = 0.0;
};

}  // namespace limes::rate::fixed_points

#pragma once
// Fixed points of one concrete network followed in a parameter, with their bifurcations (theory note 7).

#include <Eigen/Core>
#include <cstddef>
#include <string>
#include <vector>

#include "limes/coupling/matrix.hpp"
#include "limes/rate/theory/continuation/branches.hpp"
#include "limes/transfer/transfer.hpp"

namespace limes::rate::given_matrix {

/// u(t+1) = leak u(t) + J f(u(t)) - theta, or du/ds = -u + J f(u) - theta (leak 0).
struct ConcreteNetwork {
  coupling::DenseMatrix coupling;
  Eigen::VectorXd threshold;
  transfer::Transfer transfer;
  double leak = 0.0;
};

/// Networks between two: every number is linear in the parameter.
struct NetworkFamily {
  ConcreteNetwork first, last;
  double start = 0.0;  ///< the parameter at `first`; `stop` at `last`
  double stop = 1.0;

  [[nodiscard]] ConcreteNetwork at(double value) const;
};

struct FixedPointBranches {
  std::vector<theory::StateBranch> branches;
  std::vector<std::string> warnings;
};

/// Curves of fixed points through those that a search (fixed_points.hpp) finds at several values, and through their
/// branch points. Folds, pitchforks and transcritical points are those of the fixed-point equations (an eigenvalue of
/// DF crosses 1); flips (-1) and Neimark-Sacker points (a pair on the unit circle; continuous time: `hopf`, a pair
/// on Re z = 1 of J diag f', whose flow has the eigenvalues z - 1) from all eigenvalues. Mean and variance are over
/// neurons, one entry for each of the groups that `borders` (0, ..., N) mark. Dense matrices: N^3 operations per point.
/// Throws InterruptedError.
[[nodiscard]] FixedPointBranches fixed_point_branches(const NetworkFamily& family,
                                                      const std::vector<std::size_t>& borders,
                                                      const theory::BranchOptions& options);

}  // namespace limes::rate::given_matrix

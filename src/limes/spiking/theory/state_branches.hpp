#pragma once
// The states of the replica limit as curves in one parameter, with their special points (theory note rmf, section 3).

#include <complex>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "limes/base/interruption.hpp"
#include "limes/base/journal.hpp"
#include "limes/spiking/theory/self_consistency.hpp"

namespace limes::spiking {

/// The network at each value of the parameter; empty where the value is not admissible.
using NetworkFamily = std::function<std::optional<SpikingNetwork>(double)>;

struct BranchPoint {
  double parameter = 0.0;
  Eigen::VectorXd rates;
  int growing = 0;  ///< modes that grow
  double residual = 0.0;
};

struct StateSpecialPoint {
  std::string type;                         ///< `fold`, `pitchfork`, `transcritical`, `hopf`
  std::size_t index = 0;                    ///< of its point in the branch
  std::complex<double> eigenvalue{1., 0.};  ///< of the gain matrix (1), or for `hopf` the growth rate i omega
};

struct StateBranch {
  std::vector<BranchPoint> points;  ///< along the branch, special points included
  std::vector<StateSpecialPoint> special_points;
  bool lost = false;  ///< could not be followed to an end of the range, a border or another branch
};

struct BranchRange {
  double lower = 0.0;
  double upper = 1.0;
  StopToken stop = {};
  Journal* journal = nullptr;  ///< of what was found; null: none is kept
};

/// Curves of ln F(beta; p) = ln beta through all states found at a handful of values, and through each other's branch
/// points. Folds and branch points to 1e-9 of the range; Hopf points where a pair of modes begins to grow between two
/// neighbouring points. Throws InterruptedError.
[[nodiscard]] std::vector<StateBranch> state_branches(const NetworkFamily& family, const BranchRange& range);

}  // namespace limes::spiking

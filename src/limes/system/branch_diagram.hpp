#pragma once
// The branches of a theory in one of its parameters, and the special points on them: what `limes continue` shows.

#include <complex>
#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "limes/system/outcome.hpp"
#include "limes/system/parameters.hpp"

namespace limes::system {

/// Where a branch folds, another one crosses it, or its stability changes.
struct SpecialPoint {
  std::string type;  ///< `fold`, `pitchfork`, `transcritical`, `flip`, `neimark_sacker`, `hopf`, `chaos`
  double value = 0.0;
  std::string branch;
  std::vector<std::pair<std::string, Tensor>> state;  ///< `mean`, `variance`
  std::complex<double> eigenvalue{1.0, 0.0};          ///< the critical one
};

struct BranchDiagram {
  Status status = Status::kOk;
  std::vector<Branch> branches;
  /// One per branch and quantity; the last axis is the parameter along the branch, which is not monotone. `stable` is 1
  /// or 0.
  std::vector<TheoryCurve> curves;
  std::vector<SpecialPoint> special_points;
  std::vector<std::string> warnings;
};

struct ContinuationRequest {
  std::string parameter;  ///< the key path: `network.gain`, `coupling.mean[0][1]`
  double start = 0.0;
  double stop = 1.0;
  /// The parameters with that key at a value. Throws InputError where the value is no admissible one.
  std::function<Parameters(double value)> at;
};

}  // namespace limes::system

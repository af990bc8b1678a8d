// What the tests of branches ask of them.
#pragma once

#include <vector>

#include "limes/rate/theory/continuation/branches.hpp"

namespace limes::rate::theory {

/// The states at the special points of one type, of all branches.
inline std::vector<const BranchState*> points_of(const std::vector<StateBranch>& branches, SpecialType type) {
  std::vector<const BranchState*> points;
  for (const StateBranch& branch : branches) {
    for (const BranchSpecialPoint& special : branch.special_points) {
      if (special.type == type) points.push_back(&branch.states[special.index]);
    }
  }
  return points;
}

/// The end of a branch that lies at `parameter`.
inline const BranchState& end_at(const StateBranch& branch, double parameter) {
  return branch.states.front().parameter == parameter ? branch.states.front() : branch.states.back();
}

}  // namespace limes::rate::theory

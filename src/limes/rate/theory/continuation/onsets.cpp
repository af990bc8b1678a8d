#include "limes/rate/theory/continuation/onsets.hpp"

#include <algorithm>
#include <cmath>
#include <optional>
#include <utility>

namespace limes::rate::theory {
namespace {

constexpr double kOnsetDistance = 0.2;  // scaled, from the last state to that point

}  // namespace

bool attach_onsets(StateBranch& branch, const math::SolutionCurve& curve, const std::vector<StateBranch>& static_ones,
                   double mean, double variance, double range) {
  using End = math::SolutionCurve::End;
  const auto onset_near = [&](const BranchState& end) {
    std::optional<BranchState> nearest;
    double least = kOnsetDistance;
    for (const StateBranch& other : static_ones) {
      for (const BranchSpecialPoint& special : other.special_points) {
        if (special.type != SpecialType::kChaos) continue;
        const BranchState& state = other.states[special.index];
        double distance = (state.parameter - end.parameter) / range;
        for (std::size_t a = 0; a < end.mean.size(); ++a) {
          distance = std::hypot(distance, (state.mean[a] - end.mean[a]) / mean,
                                (state.variance[a] - end.variance[a]) / variance);
        }
        distance = std::abs(distance);
        if (distance >= least) continue;
        least = distance;
        nearest = state;
      }
    }
    if (nearest) nearest->lyapunov_exponent = 0.0;
    return nearest;
  };
  const auto stops = [](End end) { return end == End::kDomain || end == End::kLost; };
  bool all = true;
  if (stops(curve.back)) {
    if (auto onset = onset_near(branch.states.back())) {
      branch.special_points.push_back({SpecialType::kChaos, branch.states.size(), 1.0});
      branch.states.push_back(std::move(*onset));
    } else {
      all = false;
    }
  }
  if (stops(curve.front)) {
    if (auto onset = onset_near(branch.states.front())) {
      for (BranchSpecialPoint& special : branch.special_points) ++special.index;
      branch.special_points.insert(branch.special_points.begin(), {SpecialType::kChaos, 0, 1.0});
      branch.states.insert(branch.states.begin(), std::move(*onset));
    } else {
      all = false;
    }
  }
  return all;
}

}  // namespace limes::rate::theory

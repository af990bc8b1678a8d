#pragma once
// Fixed points as landmarks of the dynamics (note fixed-points.md, section 5): the velocity along a trajectory against
// the linear flow that the nearest fixed point imposes, and against that of one chosen at random.

#include <cstdint>
#include <vector>

#include "limes/rate/fixed_point_geometry/simulation/search.hpp"

namespace limes::rate::fixed_points {

/// One number for each snapshot. Cosines: of F(x) and F'(x*)(x - x*); 0 where one of them vanishes. Distances:
/// |x - x*|/sqrt(N). The nearest fixed point is sought among all, both members of each pair.
struct Landmarks {
  std::vector<double> cosine, control_cosine, distance, control_distance;
};

/// `seed`, `realisation`: of the random choices. Both lists must have elements.
[[nodiscard]] Landmarks measure_landmarks(const VectorField& field, const FixedPointSet& found,
                                          const std::vector<std::vector<double>>& snapshots, std::uint64_t seed,
                                          std::uint32_t realisation);

[[nodiscard]] double median(std::vector<double> values);

}  // namespace limes::rate::fixed_points

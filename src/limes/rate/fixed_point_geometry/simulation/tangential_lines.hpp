#pragma once
// Tangentially fixed lines (note fixed-points.md, section 9b): curves of states at which F(x) is parallel to x,
// (1 + mu) x = J phi(x) + eta, each followed from a fixed point (mu = 0) by pseudo-arclength.

#include <vector>

#include "limes/base/interruption.hpp"
#include "limes/rate/fixed_point_geometry/simulation/search.hpp"

namespace limes::rate::fixed_points {

struct TangentialLine {
  std::vector<std::vector<double>> states;  ///< along the line, from one end to the other
  std::vector<double> mu;
  double largest_square = 0.0;            ///< of |x|^2/N
  std::vector<std::size_t> through = {};  ///< fixed points on it (indices), that from which it was followed first
  bool lost = false;                      ///< Newton's method found no next point in one direction
};

struct LineOptions {
  double shell = 1.0;   ///< |x|^2/N of the dynamics; lines are followed a little beyond it
  int points = 300;     ///< of a line in each direction, at most
  double step = 0.1;    ///< longest step in (|dx| / (sqrt(N) sqrt(shell)), d mu)
  double margin = 1.2;  ///< followed up to this multiple of the shell
};

/// The line through fixed point `start`, in both directions, until it passes the shell, ends at x = 0, closes, or comes
/// near mu = -1, where it runs to infinity.
[[nodiscard]] TangentialLine follow_line(const VectorField& field, const FixedPointSet& found, std::size_t start,
                                         const LineOptions& options, const StopToken& stop);

/// Least |x - y|/sqrt(N) over the points y of the lines and, if `mirrored`, of their mirror images, between
/// neighbouring points along straight pieces. `order` (one permutation of the neurons for each line; empty: none) is
/// applied to the lines first.
[[nodiscard]] double distance_to_lines(const std::vector<double>& state, const std::vector<TangentialLine>& lines,
                                       bool mirrored, const std::vector<std::vector<std::size_t>>& order = {});

}  // namespace limes::rate::fixed_points

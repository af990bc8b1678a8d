// The theory core compiled and linked with math, transfer and coupling alone, which need the standard library, Eigen,
// Boost.Math and fmt: it must stay able to run anywhere. Solves one map and one flow,
// and counts fixed points.
#include <cmath>
#include <cstdio>

#include "limes/rate/fixed_point_geometry/theory/complexity.hpp"
#include "limes/rate/theory/flow_fluctuations.hpp"
#include "limes/rate/theory/map_fluctuations.hpp"

int main() {
  using namespace limes::rate::theory;
  Ensemble map;
  map.transfer.gain = 2.0;
  const double map_error = std::abs(map_fluctuations(map).at(0).variance - .5303683921);
  Ensemble flow;
  flow.coupling_deviation = 2.0;
  const double flow_error = std::abs(flow_fluctuations(flow).at(0).variance - 1.9248054137);
  const double points_error = std::abs(
      limes::rate::fixed_points::solve_geometry({limes::transfer::Kind::kErf, 3.0, 0.0}).complexity - .06785463);
  std::printf("theory core alone: errors %.1e (map), %.1e (flow), %.1e (fixed points)\n", map_error, flow_error,
              points_error);
  return map_error < 1e-9 && flow_error < 1e-9 && points_error < 1e-8 ? 0 : 1;
}

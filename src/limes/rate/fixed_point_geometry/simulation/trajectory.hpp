#pragma once
// The trajectory of one network from its initial state, with its largest Lyapunov exponent.

#include <cstdint>
#include <vector>

#include "limes/base/interruption.hpp"
#include "limes/compute/threads.hpp"
#include "limes/rate/fixed_point_geometry/fixed_points_description.hpp"

namespace limes::rate::fixed_points {

enum class Motion : std::uint8_t { kChaotic, kPeriodic, kSettled };

struct Trajectory {
  std::vector<std::vector<double>> snapshots;  ///< states, `spacing` apart, after the transient
  double spacing = 0.0;                        ///< in tau
  double lyapunov_exponent = 0.0;              ///< per tau
  bool diverged = false;                       ///< left every bound; then there are no snapshots
  double speed = 0.0;                          ///< root mean square of dx/dt at the end

  /// |x|^2/N averaged over snapshots.
  [[nodiscard]] double second_moment() const;
  /// Settled: the speed has died out. Periodic: the exponent is not positive, to the accuracy of the run.
  [[nodiscard]] Motion motion() const;
};

/// Runge-Kutta of order 4 with one tangent vector (rate/simulation/batch.hpp), in single precision if so described.
/// Throws InterruptedError.
[[nodiscard]] Trajectory run_trajectory(const FixedPointsDescription& description, std::uint32_t realisation,
                                        compute::Threads& threads, const StopToken& stop);

}  // namespace limes::rate::fixed_points

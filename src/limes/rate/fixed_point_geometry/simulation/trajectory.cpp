#include "limes/rate/fixed_point_geometry/simulation/trajectory.hpp"

#include <algorithm>
#include <cmath>

#include "limes/rate/simulation/batch.hpp"
#include "limes/rate/simulation/network.hpp"

namespace limes::rate::fixed_points {

namespace {

constexpr double kStill = 1e-6;
// A tangent on a limit cycle neither grows nor shrinks: over a time T its exponent is within a few 1/T of zero.
constexpr double kRegularGrowth = 4.0;

template <typename Real>
Trajectory run(const FixedPointsDescription& description, std::uint32_t realisation, compute::Threads& threads,
               const StopToken& stop) {
  const RateDescription& plan = description.network;
  const Network<Real> network(plan, realisation, threads, stop);
  stop.check();
  Batch<Real> batch(plan, network, {realisation});
  const auto stride = std::max<std::int64_t>(1, std::llround(description.spacing / plan.simulation.step));
  const std::int64_t first = plan.simulation.transient_steps, last = first + plan.simulation.measured_steps;
  Trajectory result;
  result.spacing = static_cast<double>(stride) * plan.simulation.step;
  double growth = 0.0;
  while (batch.step() < last && !batch.diverged(0)) {
    stop.check();
    const std::int64_t now = batch.step();
    batch.evaluate(threads);
    if (now >= first && (now - first) % stride == 0) {
      result.snapshots.emplace_back(batch.state().begin(), batch.state().end());
    }
    batch.advance(threads);
    if (now >= first) growth += batch.log_growth(0);
  }
  if (batch.diverged(0)) {
    result.snapshots.clear();
    result.diverged = true;
    return result;
  }
  batch.evaluate(threads);
  double square = 0.0;
  for (std::size_t i = 0; i < network.size(); ++i) {
    const double velocity = static_cast<double>(batch.field()[i]) - static_cast<double>(batch.state()[i]);
    square += velocity * velocity;
  }
  result.speed = std::sqrt(square / static_cast<double>(network.size()));
  result.lyapunov_exponent = growth / (static_cast<double>(plan.simulation.measured_steps) * plan.simulation.step);
  return result;
}

}  // namespace

double Trajectory::second_moment() const {
  double sum = 0.0, count = 0.0;
  for (const auto& state : snapshots) {
    for (const double value : state) sum += value * value;
    count += static_cast<double>(state.size());
  }
  return count > 0.0 ? sum / count : 0.0;
}

Motion Trajectory::motion() const {
  if (speed < kStill * std::max(1.0, std::sqrt(second_moment()))) return Motion::kSettled;
  const double duration = spacing * static_cast<double>(snapshots.size());
  return lyapunov_exponent > kRegularGrowth / duration ? Motion::kChaotic : Motion::kPeriodic;
}

Trajectory run_trajectory(const FixedPointsDescription& description, std::uint32_t realisation,
                          compute::Threads& threads, const StopToken& stop) {
  if (description.network.simulation.single_precision) return run<float>(description, realisation, threads, stop);
  return run<double>(description, realisation, threads, stop);
}

}  // namespace limes::rate::fixed_points

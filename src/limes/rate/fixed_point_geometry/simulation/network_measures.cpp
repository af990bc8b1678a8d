#include "limes/rate/fixed_point_geometry/simulation/network_measures.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <numeric>

#include "limes/math/random.hpp"
#include "limes/rate/fixed_point_geometry/simulation/landmarks.hpp"
#include "limes/rate/fixed_point_geometry/simulation/point_measures.hpp"
#include "limes/rate/fixed_point_geometry/simulation/tangential_lines.hpp"
#include "limes/stats/batch_means.hpp"
#include "limes/stats/summary.hpp"

namespace limes::rate::fixed_points {

namespace {

using system::Axis;
using system::Realisation;
using system::Tensor;

// Snapshots from which a time average gets an error.
constexpr std::size_t kFewestSnapshots = 40;

std::vector<double> centres(const std::vector<double>& edges) {
  std::vector<double> result;
  for (std::size_t k = 0; k + 1 < edges.size(); ++k) result.push_back((edges[k] + edges[k + 1]) / 2.0);
  return result;
}

void add(Realisation& result, const char* name, double value) {
  if (std::isfinite(value)) result.quantities.push_back({name, value, std::nullopt});
}

/// A time average with the error of its batches.
void add_average(Realisation& result, const char* name, const std::vector<double>& record) {
  if (record.empty()) return;
  std::optional<Tensor> error;
  if (record.size() >= kFewestSnapshots) error = Tensor(stats::batch_means(record).standard_error);
  result.quantities.push_back({name, stats::mean(record), error});
}

void add_curve(Realisation& result, const char* name, Axis axis, std::vector<double> values) {
  const std::size_t length = axis.values.size();
  result.curves.push_back({name, {std::move(axis)}, Tensor({length}, std::move(values)), std::nullopt});
}

void measure_trajectory(const FixedPointsDescription& description, const Trajectory& trajectory, Realisation& result) {
  std::vector<double> record;
  Histogram components(description.grids.component), shells(description.grids.shell);
  for (const auto& snapshot : trajectory.snapshots) {
    const std::vector<double> state = shown_state(description, snapshot);
    record.push_back(std::inner_product(state.begin(), state.end(), state.begin(), 0.0) /
                     static_cast<double>(state.size()));
    shells.add(record.back());
    for (const double value : state) components.add(value);
  }
  add_average(result, "dynamics_second_moment", record);
  add(result, "lyapunov_exponent", trajectory.lyapunov_exponent);
  const Motion motion = trajectory.motion();
  add(result, "chaos_fraction", motion == Motion::kChaotic ? 1.0 : 0.0);
  add(result, "periodic_fraction", motion == Motion::kPeriodic ? 1.0 : 0.0);
  add(result, "settled_fraction", motion == Motion::kSettled ? 1.0 : 0.0);
  add_curve(result, "dynamics_component_density", {"component", "1", centres(description.grids.component)},
            components.density());
  add_curve(result, "dynamics_shell_histogram", {"second_moment", "1", centres(description.grids.shell)},
            shells.density());
}

void measure_set(const FixedPointsDescription& description, const VectorField& field, const FixedPointSet& found,
                 compute::Threads& threads, Realisation& result) {
  const auto count = static_cast<double>(found.count()), starts = static_cast<double>(found.starts);
  add(result, "fixed_point_count", count);
  add(result, "estimated_count", found.estimated_count());
  add(result, "coverage", found.coverage());
  add(result, "search_starts", starts);
  add(result, "success_fraction", static_cast<double>(found.draws) / starts);
  add(result, "index_sum", found.index_sum());
  if (!found.complete) {
    result.warnings.push_back(fmt::format(
        "network {}: the search ended with its budget of {} starts; {} fixed points, coverage {:.3f}, sum of "
        "indices {}",
        result.index, found.starts, found.count(), found.coverage(), found.index_sum()));
  }
  if (found.points.empty()) return;
  const PointMeasures at = measure_points(description, field, found, threads);
  add(result, "typical_complexity", std::log(count) / static_cast<double>(field.size()));
  for (const char* name : {"state_second_moment", "typical_state_second_moment"}) {
    add(result, name, at.state_second_moment);
  }
  if (description.is_random()) add(result, "finite_state_second_moment", at.state_second_moment);
  for (const char* name : {"output_second_moment", "typical_output_second_moment"}) {
    add(result, name, at.output_second_moment);
  }
  add(result, "jacobian_radius", at.jacobian_radius);
  double residual = 0.0;
  for (const FoundPoint& point : found.points) residual = std::max(residual, point.residual);
  add(result, "search_residual", residual);
  add_curve(result, "component_density", {"component", "1", centres(description.grids.component)},
            at.component_density);
  add_curve(result, "shell_histogram", {"second_moment", "1", centres(description.grids.shell)}, at.shell_density);
  if (!at.has_spectra) return;
  add(result, "outside_unit_circle_fraction", at.outside_fraction);
  add(result, "unstable_fraction", at.unstable_fraction);
  add_curve(result, "radial_spectrum", {"radius", "1", description.grids.radius}, at.within);
  if (result.index != 0) return;
  Axis index{"index", "1", {}};
  Tensor cloud;
  cloud.complex = true;
  cloud.shape = {at.spectrum.size()};
  for (const std::complex<double> value : at.spectrum) {
    index.values.push_back(static_cast<double>(index.values.size()));
    cloud.values.insert(cloud.values.end(), {value.real(), value.imag()});
  }
  result.curves.push_back({"jacobian_spectrum", {index}, cloud, std::nullopt});
}

void measure_landmark_results(const VectorField& field, const Trajectory& trajectory, const FixedPointSet& found,
                              std::uint64_t seed, Realisation& result) {
  const Landmarks marks =
      measure_landmarks(field, found, trajectory.snapshots, seed, static_cast<std::uint32_t>(result.index));
  add_average(result, "landmark_cosine", marks.cosine);
  add_average(result, "landmark_cosine_control", marks.control_cosine);
  add_average(result, "landmark_distance", marks.distance);
  add_average(result, "landmark_distance_control", marks.control_distance);
  add(result, "fixed_point_distance", median(marks.distance));
  if (result.index != 0) return;
  Axis time{"time", "tau", {}};
  for (std::size_t k = 0; k < marks.cosine.size(); ++k) {
    time.values.push_back(static_cast<double>(k) * trajectory.spacing);
  }
  add_curve(result, "landmark_cosine_trajectory", time, marks.cosine);
  add_curve(result, "control_cosine_trajectory", time, marks.control_cosine);
  add_curve(result, "landmark_distance_trajectory", time, marks.distance);
  add_curve(result, "control_distance_trajectory", time, marks.control_distance);
}

void measure_lines(const FixedPointsDescription& description, const VectorField& field, const Trajectory& trajectory,
                   const FixedPointSet& found, compute::Threads& threads, const StopToken& stop, Realisation& result) {
  LineOptions options;
  options.shell = trajectory.second_moment();
  const std::size_t total = found.points.size();
  const std::size_t most = std::min(total, static_cast<std::size_t>(description.lines));
  std::vector<TangentialLine> all(most);
  compute::parallel_for(threads, 0, most, 1, [&](std::size_t first, std::size_t last) {
    for (std::size_t k = first; k < last; ++k) all[k] = follow_line(field, found, k, options, stop);
  });
  // A line that passes several fixed points was followed from each of them.
  std::vector<TangentialLine> lines;
  std::vector<bool> known(total, false);
  std::size_t lost = 0;
  for (TangentialLine& line : all) {
    if (known[line.through.front()]) continue;
    for (const std::size_t point : line.through) known[point] = true;
    lost += line.lost ? 1 : 0;
    lines.push_back(std::move(line));
  }
  const double copies = found.paired ? 2.0 : 1.0;
  const auto reaching = std::count_if(lines.begin(), lines.end(),
                                      [&](const TangentialLine& line) { return line.largest_square >= options.shell; });
  add(result, "tangential_lines", copies * static_cast<double>(lines.size()));
  add(result, "lines_reaching_shell", copies * static_cast<double>(reaching));
  if (most < total) {
    result.warnings.push_back(fmt::format("network {}: lines were followed from {} of {} fixed points{}", result.index,
                                          most, total, found.paired ? " (pairs count once)" : ""));
  }
  if (lost > 0) {
    result.warnings.push_back(
        fmt::format("network {}: {} of {} tangentially fixed lines could not be followed to an end", result.index, lost,
                    lines.size()));
  }
  std::vector<std::vector<std::size_t>> order;
  math::RandomStream stream(description.network.seed, static_cast<std::uint32_t>(result.index),
                            math::Purpose::kPermutation, 1);
  for (std::size_t l = 0; l < lines.size(); ++l) {
    auto& permutation = order.emplace_back(field.size());
    std::iota(permutation.begin(), permutation.end(), std::size_t{0});
    for (std::size_t i = permutation.size(); i > 1; --i) std::swap(permutation[i - 1], permutation[stream.below(i)]);
  }
  std::vector<double> distances, controls;
  for (const auto& state : trajectory.snapshots) {
    stop.check();
    distances.push_back(distance_to_lines(state, lines, found.paired));
    controls.push_back(distance_to_lines(state, lines, found.paired, order));
  }
  add(result, "line_distance", median(distances));
  add(result, "line_distance_control", median(controls));
}

}  // namespace

Realisation measure_network(const FixedPointsDescription& description, std::uint32_t realisation,
                            const VectorField& field, const Trajectory& trajectory, const FixedPointSet& found,
                            compute::Threads& threads, const StopToken& stop) {
  Realisation result;
  result.index = static_cast<int>(realisation);
  if (trajectory.diverged) {
    result.warnings.push_back(fmt::format(
        "network {}: the trajectory diverged (|x| > 1e8); only its fixed points are measured", realisation));
  } else {
    measure_trajectory(description, trajectory, result);
  }
  measure_set(description, field, found, threads, result);
  const bool moves = !trajectory.diverged && !trajectory.snapshots.empty() && trajectory.motion() != Motion::kSettled;
  if (!moves || found.points.empty()) return result;
  measure_landmark_results(field, trajectory, found, description.network.seed, result);
  if (description.lines > 0) measure_lines(description, field, trajectory, found, threads, stop, result);
  return result;
}

}  // namespace limes::rate::fixed_points

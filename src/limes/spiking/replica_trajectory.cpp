#include "limes/spiking/replica_trajectory.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "limes/spiking/state_writer.hpp"
#include "limes/spiking/theory/rate_trajectory.hpp"

namespace limes::spiking {

namespace {

constexpr std::size_t kMostGroups = 16;  // every group has a density of its own
constexpr double kLargestError = 1e-2;   // relative to the highest rate of a group
constexpr const char* kBranch = "time_dependent";

system::Tensor rows_of(const Eigen::MatrixXd& matrix) {
  system::Tensor tensor({static_cast<std::size_t>(matrix.rows()), static_cast<std::size_t>(matrix.cols())}, {});
  for (Eigen::Index a = 0; a < matrix.rows(); ++a) {
    for (Eigen::Index k = 0; k < matrix.cols(); ++k) tensor.values.push_back(matrix(a, k));
  }
  return tensor;
}

}  // namespace

system::TheoryOutcome solve_trajectory(const SpikingDescription& description, const system::Context& context) {
  system::TheoryOutcome outcome;
  outcome.warnings = description.warnings;
  const SpikingNetwork& network = description.network;
  if (network.weights.size() == 0 || network.groups.size() > kMostGroups) {
    outcome.warnings.push_back(fmt::format(
        "the time-dependent theory is given for up to {} groups: the simulation stands alone", kMostGroups));
    return outcome;
  }
  TrajectoryOptions options;
  options.horizon = description.horizon;
  options.bin = description.detection.bin * description.time_scale();
  options.initial = description.simulation.initial;
  options.stop = context.stop;
  context.progress(0.0, "trajectory");
  try {
    const RateTrajectory trajectory = rate_trajectory(network, options);
    outcome.branches.push_back({kBranch, std::nullopt, "", "the limit of many replicas from the initial state"});
    StateWriter write(description, kBranch, outcome);
    write.curve_of_replicas("rate_trajectory", {group_axis(network.groups.size()), {"time", "time", trajectory.times}},
                            rows_of(trajectory.rates), rows_of(trajectory.error));
    double worst = 0.0;
    for (Eigen::Index a = 0; a < trajectory.rates.rows(); ++a) {
      worst = std::max(worst, trajectory.error.row(a).maxCoeff() / trajectory.rates.row(a).maxCoeff());
    }
    if (worst > kLargestError) {
      outcome.warnings.push_back(fmt::format(
          "rate_trajectory is known to {:.2g} of the highest rate only: it passes close by an unstable state, where "
          "small errors grow",
          worst));
    }
  } catch (const ConvergenceError& error) {
    outcome.status = system::Status::kNotConverged;
    outcome.warnings.push_back(fmt::format("the trajectory was not found: {}", error.what()));
  }
  context.progress(1.0, "");
  return outcome;
}

}  // namespace limes::spiking

#include "limes/spiking/replica_continuation.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <utility>

#include "limes/spiking/spiking_description.hpp"
#include "limes/spiking/theory/state_branches.hpp"
#include "limes/system/journal_files.hpp"

namespace limes::spiking {

namespace {

constexpr std::size_t kMostGroups = 16;  // a point of a branch solves every group's neuron several times

bool same_network(const SpikingNetwork& a, const SpikingNetwork& b) {
  if (a.weights != b.weights || a.inputs.size() != b.inputs.size()) return false;
  for (std::size_t k = 0; k < a.groups.size(); ++k) {
    const Group &x = a.groups[k], &y = b.groups[k];
    if (x.size != y.size || x.base_rate != y.base_rate || x.time_constant != y.time_constant || x.reset != y.reset) {
      return false;
    }
  }
  for (std::size_t k = 0; k < a.inputs.size(); ++k) {
    for (std::size_t j = 0; j < a.inputs[k].size(); ++j) {
      if (a.inputs[k][j].weight != b.inputs[k][j].weight || a.inputs[k][j].rate != b.inputs[k][j].rate) return false;
    }
  }
  return true;
}

InputError refused(const system::ContinuationRequest& request, const std::string& message, const std::string& mend) {
  return InputError(Place{.file = "--over " + request.parameter, .line = 0, .column = 0, .key = request.parameter},
                    message, mend);
}

double mean_rate(const StateBranch& branch) {
  double sum = 0.0;
  for (const BranchPoint& point : branch.points) sum += point.rates(0);
  return sum / static_cast<double>(branch.points.size());
}

void write(const std::string& parameter, const std::string& label, const StateBranch& branch,
           system::BranchDiagram& diagram) {
  const auto& points = branch.points;
  const std::size_t groups = static_cast<std::size_t>(points.front().rates.size());
  const auto is_stable = [](const BranchPoint& point) { return point.growing == 0; };
  const bool all = std::all_of(points.begin(), points.end(), is_stable);
  const bool none = std::none_of(points.begin(), points.end(), is_stable);
  diagram.branches.push_back(
      {label, all || none ? std::optional(all) : std::nullopt, "", "self-consistent rates of the replica limit", true});
  system::Axis axis{parameter, "1", {}}, group_axis{"group", "1", {}};
  std::vector<double> stable, residual;
  for (const BranchPoint& point : points) {
    axis.values.push_back(point.parameter);
    stable.push_back(is_stable(point) ? 1.0 : 0.0);
    residual.push_back(point.residual);
  }
  system::Tensor rates({groups, points.size()}, {});
  for (std::size_t a = 0; a < groups; ++a) {
    group_axis.values.push_back(static_cast<double>(a));
    for (const BranchPoint& point : points) rates.values.push_back(point.rates(static_cast<Eigen::Index>(a)));
  }
  diagram.curves.push_back({"rate", label, {group_axis, axis}, std::move(rates)});
  diagram.curves.push_back({"stable", label, {axis}, system::Tensor(std::move(stable))});
  diagram.curves.push_back({"residual", label, {axis}, system::Tensor(std::move(residual))});
  for (const StateSpecialPoint& special : branch.special_points) {
    const BranchPoint& point = points[special.index];
    system::SpecialPoint& shown = diagram.special_points.emplace_back();
    shown.type = special.type;
    shown.value = point.parameter;
    shown.branch = label;
    shown.eigenvalue = special.eigenvalue;
    shown.state = {{"rate", system::Tensor(std::vector<double>(point.rates.begin(), point.rates.end()))}};
  }
  if (branch.lost) {
    diagram.warnings.push_back(fmt::format("{}: could not be followed beyond {} = {:.6g} and {:.6g}", label, parameter,
                                           points.front().parameter, points.back().parameter));
  }
}

}  // namespace

system::BranchDiagram continue_states(const system::ContinuationRequest& request, const system::Context& context) {
  const SpikingDescription first = describe(request.at(request.start));
  const SpikingDescription last = describe(request.at(request.stop));
  if (first.network.weights.size() == 0 || first.network.groups.size() > kMostGroups) {
    throw refused(request, fmt::format("branches are followed for at most {} groups", kMostGroups), "use fewer groups");
  }
  if (first.network.groups.size() != last.network.groups.size() || same_network(first.network, last.network)) {
    throw refused(request, fmt::format("'{}' does not enter the theory", request.parameter),
                  "follow one that does, for example coupling.total[0][0] or groups.base_rate[0]");
  }
  const NetworkFamily family = [&](double value) -> std::optional<SpikingNetwork> {
    try {
      return describe(request.at(value)).network;
    } catch (const InputError&) {
      return std::nullopt;
    }
  };
  context.progress(0.0, "states");
  system::JournalFiles files(context.checkpoints);
  system::BranchDiagram diagram;
  auto branches = state_branches(family, {std::min(request.start, request.stop), std::max(request.start, request.stop),
                                          context.stop, files.journal()});
  for (StateBranch& branch : branches) {
    const double from_front = std::abs(branch.points.front().parameter - request.start);
    if (from_front <= std::abs(branch.points.back().parameter - request.start)) continue;
    std::reverse(branch.points.begin(), branch.points.end());
    std::reverse(branch.special_points.begin(), branch.special_points.end());
    for (auto& point : branch.special_points) point.index = branch.points.size() - 1 - point.index;
  }
  std::stable_sort(branches.begin(), branches.end(),
                   [](const StateBranch& a, const StateBranch& b) { return mean_rate(a) < mean_rate(b); });
  for (std::size_t k = 0; k < branches.size(); ++k) {
    write(request.parameter, fmt::format("state-{}", k), branches[k], diagram);
  }
  if (branches.empty()) {
    diagram.status = system::Status::kNotConverged;
    diagram.warnings.emplace_back("no state of the replica limit was found anywhere between the two values");
  }
  if (first.network.groups.size() > 1) {
    diagram.warnings.emplace_back(
        "with several groups a branch that no start reached, and that meets none that was followed, is missing");
  }
  context.progress(1.0, "");
  return diagram;
}

}  // namespace limes::spiking

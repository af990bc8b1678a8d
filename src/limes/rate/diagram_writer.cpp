#include "limes/rate/diagram_writer.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "limes/rate/result_shape.hpp"

namespace limes::rate {
namespace {

using system::Tensor;
using theory::BranchState;
using theory::SpecialType;
using theory::StateBranch;

constexpr double kSingularError = 1e-11;

/// What symmetry makes zero comes out of sums as 1e-17, or as -0.
double cleaned(double value) { return std::abs(value) < 1e-15 ? 0.0 : value; }

std::string name_of(SpecialType type) {
  switch (type) {
    case SpecialType::kFold:
      return "fold";
    case SpecialType::kPitchfork:
      return "pitchfork";
    case SpecialType::kTranscritical:
      return "transcritical";
    case SpecialType::kFlip:
      return "flip";
    case SpecialType::kNeimarkSacker:
      return "neimark_sacker";
    case SpecialType::kHopf:
      return "hopf";
    case SpecialType::kChaos:
      return "chaos";
  }
  return "";
}

void reverse(StateBranch& branch) {
  std::reverse(branch.states.begin(), branch.states.end());
  std::reverse(branch.special_points.begin(), branch.special_points.end());
  for (auto& point : branch.special_points) point.index = branch.states.size() - 1 - point.index;
}

/// Averages of the means, then of the variances, population after population.
std::vector<double> place_of(const StateBranch& branch) {
  const std::size_t count = branch.states.front().mean.size();
  std::vector<double> place(2 * count, 0.0);
  for (const BranchState& state : branch.states) {
    for (std::size_t a = 0; a < count; ++a) {
      place[2 * a] += state.mean[a] / static_cast<double>(branch.states.size());
      place[2 * a + 1] += state.variance[a] / static_cast<double>(branch.states.size());
    }
  }
  return place;
}

bool precedes(const StateBranch& a, const StateBranch& b) {
  const std::vector<double> x = place_of(a), y = place_of(b);
  for (std::size_t i = 0; i < x.size(); ++i) {
    if (std::abs(x[i] - y[i]) > 1e-9 * (1.0 + std::abs(x[i]) + std::abs(y[i]))) return x[i] < y[i];
  }
  return false;
}

}  // namespace

void DiagramWriter::write(const std::string& family, const std::string& meaning, std::vector<StateBranch> branches) {
  std::erase_if(branches, [](const StateBranch& branch) { return branch.states.empty(); });
  for (StateBranch& branch : branches) {
    const double from_front = std::abs(branch.states.front().parameter - request_.start);
    if (from_front > std::abs(branch.states.back().parameter - request_.start)) reverse(branch);
  }
  std::stable_sort(branches.begin(), branches.end(), precedes);
  std::size_t index = 0;
  for (const StateBranch& branch : branches) write_one(fmt::format("{}-{}", family, index++), meaning, branch);
}

void DiagramWriter::write_one(const std::string& label, const std::string& meaning, const StateBranch& branch) {
  const auto& states = branch.states;
  const bool all = std::all_of(states.begin(), states.end(), [](const BranchState& s) { return s.stable; });
  const bool none = std::none_of(states.begin(), states.end(), [](const BranchState& s) { return s.stable; });
  diagram_.branches.push_back({label, all || none ? std::optional(all) : std::nullopt, "", meaning, true});
  system::Axis axis{request_.parameter, "1", {}};
  for (const BranchState& state : states) axis.values.push_back(state.parameter);

  const auto put = [&](const std::string& name, Tensor values, bool of_populations) {
    std::vector<system::Axis> axes{axis};
    if (of_populations) put_population_axis(description_, axes);
    diagram_.curves.push_back({name, label, std::move(axes), std::move(values)});
  };
  const auto populations = [&](const std::string& name, std::vector<double> BranchState::*values) {
    std::vector<std::vector<double>> rows((states.front().*values).size());
    for (const BranchState& state : states) {
      for (std::size_t a = 0; a < rows.size(); ++a) rows[a].push_back(cleaned((state.*values)[a]));
    }
    put(name, curve_values(description_, {axis}, rows), true);
  };
  const auto whole = [&](const std::string& name, const auto& value) {
    std::vector<double> values;
    for (const BranchState& state : states) values.push_back(value(state));
    put(name, Tensor(std::move(values)), false);
  };
  populations("mean", &BranchState::mean);
  populations("variance", &BranchState::variance);
  populations("frozen_variance", &BranchState::frozen);
  populations("mean_output", &BranchState::mean_output);
  whole("lyapunov_exponent", [](const BranchState& state) { return state.lyapunov_exponent; });
  if (std::isfinite(states.front().jacobian_radius)) {
    whole("jacobian_radius", [](const BranchState& state) { return state.jacobian_radius; });
  }
  if (std::any_of(states.begin(), states.end(), [](const BranchState& state) { return state.outlier.has_value(); })) {
    std::vector<double> pairs;
    for (const BranchState& state : states) {
      pairs.push_back(state.outlier ? state.outlier->real() : NAN);
      pairs.push_back(state.outlier ? state.outlier->imag() : NAN);
    }
    put("jacobian_outlier", Tensor({states.size()}, std::move(pairs), true), false);
  }
  whole("stable", [](const BranchState& state) { return state.stable ? 1.0 : 0.0; });
  whole("residual", [](const BranchState& state) { return state.residual; });

  for (const theory::BranchSpecialPoint& special : branch.special_points) {
    const BranchState& state = states[special.index];
    system::SpecialPoint& point = diagram_.special_points.emplace_back();
    point.type = name_of(special.type);
    point.value = state.parameter;
    point.branch = label;
    point.eigenvalue = special.eigenvalue;
    const auto value = [&](std::vector<double> values) {
      // At a branch point the equations are singular: a state is known less well there than elsewhere.
      for (double& x : values) x = std::abs(x) < kSingularError ? 0.0 : x;
      return per_population(description_, std::move(values));
    };
    point.state = {{"mean", value(state.mean)}, {"variance", value(state.variance)}};
  }
  if (branch.lost) {
    diagram_.warnings.push_back(fmt::format("{}: could not be followed beyond {} = {:.6g} and {:.6g}", label,
                                            request_.parameter, states.front().parameter, states.back().parameter));
  }
}

}  // namespace limes::rate

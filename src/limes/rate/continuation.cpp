#include "limes/rate/continuation.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "limes/coupling/gaussian.hpp"
#include "limes/rate/diagram_writer.hpp"
#include "limes/rate/given_matrix/fixed_point_branches.hpp"
#include "limes/rate/network_draws.hpp"
#include "limes/rate/population_theory.hpp"
#include "limes/rate/theory/continuation/branches.hpp"
#include "limes/system/journal_files.hpp"
#include "limes/transfer/expression.hpp"

namespace limes::rate {
namespace {

using system::BranchDiagram;
using system::ContinuationRequest;
using theory::PopulationEnsemble;

bool same_transfer(const transfer::Transfer& a, const transfer::Transfer& b) {
  const bool same_formula = !a.expression || !b.expression || a.expression->text() == b.expression->text();
  return a.kind == b.kind && a.gain == b.gain && same_formula;
}

/// Do two ensembles have the same stationary theory?
bool same_theory(const PopulationEnsemble& a, const PopulationEnsemble& b) {
  for (std::size_t i = 0; i < a.size(); ++i) {
    const theory::Population& x = a.populations[i];
    const theory::Population& y = b.populations[i];
    if (!same_transfer(x.transfer, y.transfer) || x.leak != y.leak || x.threshold_mean != y.threshold_mean ||
        x.threshold_deviation != y.threshold_deviation || x.noise_deviation != y.noise_deviation ||
        x.noise_intensity != y.noise_intensity) {
      return false;
    }
  }
  return a.coupling_mean == b.coupling_mean && a.second_moment == b.second_moment && a.centred == b.centred;
}

InputError refused(const ContinuationRequest& request, const std::string& message, const std::string& mend) {
  return InputError(Place{.file = "--over " + request.parameter, .line = 0, .column = 0, .key = request.parameter},
                    message, mend);
}

void require_single_theory(const system::Parameters& parameters, const RateDescription& description) {
  if (description.theory.kind == TheoryOptions::Kind::kTwoTime) {
    throw InputError(parameters.place("theory.kind"), "branches are those of the stationary theory",
                     "leave theory.kind out");
  }
  if (has_common_offset(description)) {
    throw InputError(parameters.place("threshold.correlation"),
                     "with a common threshold offset the theory is an average over many, each with its own branches",
                     "leave threshold.correlation out, and follow the branches in threshold.mean");
  }
}

/// The ensembles along the way; nothing where a value is no admissible one. `known`: the user's transfer function.
theory::EnsembleFamily family_of(const ContinuationRequest& request, TimeKind time,
                                 const std::shared_ptr<const transfer::Expression>& known) {
  return [&request, time, known](double value) -> std::optional<PopulationEnsemble> {
    try {
      return population_ensemble_of(describe(request.at(value), time, known));
    } catch (const InputError&) {
      return std::nullopt;
    }
  };
}

bool leaks_or_flows(const PopulationEnsemble& ensemble, TimeKind time) {
  return time == TimeKind::kContinuous || std::any_of(ensemble.populations.begin(), ensemble.populations.end(),
                                                      [](const theory::Population& p) { return p.leak != 0.0; });
}

bool has_noise(const PopulationEnsemble& ensemble) {
  return std::any_of(ensemble.populations.begin(), ensemble.populations.end(),
                     [](const theory::Population& p) { return p.noise_deviation != 0.0 || p.noise_intensity != 0.0; });
}

constexpr std::size_t kLargestNetwork = 600;  // a point of a branch takes some 20 N^3 operations

/// One gain and one leak for all neurons?
bool is_uniform(const RateDescription& description) {
  const Population& first = description.populations.front();
  return std::all_of(description.populations.begin(), description.populations.end(), [&](const Population& p) {
    return p.transfer.gain == first.transfer.gain && p.leak == first.leak;
  });
}

given_matrix::ConcreteNetwork network_of(const RateDescription& description) {
  given_matrix::ConcreteNetwork network;
  if (description.coupling.matrix) {
    network.coupling = coupling::to_dense(*description.coupling.matrix);
  } else {
    std::vector<std::size_t> sizes;
    for (const Population& population : description.populations) sizes.push_back(population.size);
    network.coupling = coupling::portable_matrix(description.coupling.seed, sizes, description.coupling.mean,
                                                 description.coupling.deviation);
  }
  const std::vector<double> thresholds = draw_thresholds(description, 0);
  network.threshold = Eigen::VectorXd::Zero(network.coupling.rows());
  if (!thresholds.empty()) {
    network.threshold = Eigen::Map<const Eigen::VectorXd>(thresholds.data(), network.coupling.rows());
  }
  network.transfer = description.populations.front().transfer;
  network.leak = description.populations.front().leak;
  return network;
}

bool same_network(const given_matrix::ConcreteNetwork& a, const given_matrix::ConcreteNetwork& b) {
  return a.coupling == b.coupling && a.threshold == b.threshold && same_transfer(a.transfer, b.transfer) &&
         a.leak == b.leak;
}

bool nearly_same(const given_matrix::ConcreteNetwork& a, const given_matrix::ConcreteNetwork& b) {
  const double size = 1.0 + a.coupling.cwiseAbs().maxCoeff() + a.threshold.cwiseAbs().maxCoeff();
  return (a.coupling - b.coupling).cwiseAbs().maxCoeff() < 1e-9 * size &&
         (a.threshold - b.threshold).cwiseAbs().maxCoeff() < 1e-9 * size &&
         std::abs(a.transfer.gain - b.transfer.gain) < 1e-9 && std::abs(a.leak - b.leak) < 1e-9;
}

/// The fixed points of a concrete network. False where the parameter does not change it; `required`: then, and where it
/// is too large, the parameter is refused.
bool network_branches(const ContinuationRequest& request, const system::Context& context, Journal* journal,
                      TimeKind time, bool required, DiagramWriter& writer, BranchDiagram& diagram) {
  const auto described = [&](double value) { return describe(request.at(value), time); };
  const RateDescription description = described(request.start);
  if (description.size() > kLargestNetwork) {
    const std::string text = fmt::format("fixed points are followed in networks of at most {} neurons, not {}",
                                         kLargestNetwork, description.size());
    if (required) throw refused(request, text, "take a smaller matrix");
    diagram.warnings.push_back(text);
    return true;
  }
  if (!is_uniform(description) || !is_uniform(described(request.stop))) {
    diagram.warnings.push_back(
        "the fixed points of the network are not followed: its populations differ in gain or leak");
    return true;
  }
  const given_matrix::NetworkFamily family{network_of(description), network_of(described(request.stop)), request.start,
                                           request.stop};
  const double middle = (request.start + request.stop) / 2.0;
  const given_matrix::ConcreteNetwork between = network_of(described(middle));
  if (same_network(family.first, family.last) && same_network(family.first, between)) return false;
  if (!nearly_same(family.at(middle), between)) {
    throw refused(request, fmt::format("the matrix is not linear in '{}'", request.parameter),
                  "follow the fixed points in network.gain, coupling.deviation or threshold.mean");
  }
  context.progress(0.1, "fixed points");
  given_matrix::FixedPointBranches found =
      given_matrix::fixed_point_branches(family, description.borders(),
                                         {.lower = std::min(request.start, request.stop),
                                          .upper = std::max(request.start, request.stop),
                                          .continuous_time = time == TimeKind::kContinuous,
                                          .stop = context.stop,
                                          .journal = journal});
  writer.write("fixed_point", "fixed points of this network; a search can't promise to have found all",
               std::move(found.branches));
  diagram.warnings.insert(diagram.warnings.end(), found.warnings.begin(), found.warnings.end());
  if (std::any_of(description.populations.begin(), description.populations.end(),
                  [](const Population& p) { return p.noise_deviation > 0.0 || p.noise_intensity > 0.0; })) {
    diagram.warnings.push_back("the fixed points are those of the network without its noise");
  }
  return true;
}

/// False where the parameter does not change the ensemble.
bool ensemble_branches(const ContinuationRequest& request, const system::Context& context, Journal* journal,
                       TimeKind time, const std::shared_ptr<const transfer::Expression>& known, DiagramWriter& writer,
                       BranchDiagram& diagram) {
  const theory::EnsembleFamily family = family_of(request, time, known);
  const auto at_start = family(request.start), at_stop = family(request.stop);
  const auto middle = family((request.start + request.stop) / 2.0);
  if (same_theory(*at_start, *at_stop) && (!middle || same_theory(*at_start, *middle))) return false;
  const theory::BranchOptions options{.lower = std::min(request.start, request.stop),
                                      .upper = std::max(request.start, request.stop),
                                      .continuous_time = time == TimeKind::kContinuous,
                                      .stop = context.stop,
                                      .journal = journal};
  context.progress(0.0, "static branches");
  const std::vector<theory::StateBranch> static_ones = theory::static_branches(family, options);
  writer.write("static", "every neuron constant in time", static_ones);
  context.progress(0.5, "fluctuating branches");
  if (!leaks_or_flows(*middle, time)) {
    writer.write("fluctuating", "chaos, noise or both", theory::white_branches(family, options));
  } else if (theory::has_lag_branches(*middle)) {
    writer.write("fluctuating", "chaos, noise or both", theory::lag_branches(family, options, static_ones));
  } else if (has_noise(*middle)) {
    writer.write("fluctuating", "chaos, noise or both", theory::population_lag_branches(family, options));
  } else {
    diagram.warnings.push_back(
        "fluctuating branches of several populations, or of a fixed in-degree, are followed with noise, or at leak 0 "
        "in "
        "discrete time; `limes sweep` finds their states");
  }
  return true;
}

}  // namespace

BranchDiagram continue_branches(const ContinuationRequest& request, const system::Context& context, TimeKind time) {
  const system::Parameters parameters = request.at(request.start);
  const RateDescription description = describe(parameters, time);
  (void)describe(request.at(request.stop), time);
  require_single_theory(parameters, description);
  system::JournalFiles files(context.checkpoints);
  BranchDiagram diagram;
  DiagramWriter writer(description, request, diagram);
  const bool given = description.coupling.kind == CouplingDescription::Kind::kGiven;
  bool enters = has_fixed_matrix(description) &&
                network_branches(request, context, files.journal(), time, given, writer, diagram);
  const auto& known = description.populations.front().transfer.expression;
  if (!given) enters = ensemble_branches(request, context, files.journal(), time, known, writer, diagram) || enters;
  if (!enters) {
    throw refused(request, fmt::format("'{}' does not enter the theory", request.parameter),
                  "follow one that does, for example network.gain, coupling.mean or threshold.mean");
  }
  if (diagram.branches.empty()) {
    diagram.status = system::Status::kNotConverged;
    diagram.warnings.push_back("no stationary state was found anywhere between the two values");
  }
  if (description.stimulus.kind != StimulusDescription::Kind::kNone) {
    diagram.warnings.push_back("the branches are those of the network without its stimulus");
  }
  context.progress(1.0, "");
  return diagram;
}

}  // namespace limes::rate

#include "limes/rate/continuation.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <numeric>

#include "limes/rate/diagram_writer.hpp"
#include "limes/rate/population_theory.hpp"
#include "limes/rate/theory/continuation/branches.hpp"

namespace limes::rate {
namespace {

using system::BranchDiagram;
using system::ContinuationRequest;
using theory::PopulationEnsemble;

bool same_transfer(const transfer::Transfer& a, const transfer::Transfer& b) {
  return a.kind == b.kind && a.gain == b.gain;
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

/// The ensembles along the way; nothing where a value is no admissible one.
theory::EnsembleFamily family_of(const ContinuationRequest& request, TimeKind time) {
  return [&request, time](double value) -> std::optional<PopulationEnsemble> {
    try {
      return population_ensemble_of(describe(request.at(value), time));
    } catch (const InputError&) {
      return std::nullopt;
    }
  };
}

bool leaks_or_flows(const PopulationEnsemble& ensemble, TimeKind time) {
  return time == TimeKind::kContinuous || std::any_of(ensemble.populations.begin(), ensemble.populations.end(),
                                                      [](const theory::Population& p) { return p.leak != 0.0; });
}

void ensemble_branches(const ContinuationRequest& request, const system::Context& context, TimeKind time,
                       DiagramWriter& writer) {
  const theory::EnsembleFamily family = family_of(request, time);
  const auto at_start = family(request.start), at_stop = family(request.stop);
  const auto middle = family((request.start + request.stop) / 2.0);
  if (same_theory(*at_start, *at_stop) && (!middle || same_theory(*at_start, *middle))) {
    throw refused(request, fmt::format("'{}' does not enter the theory", request.parameter),
                  "follow one that does, for example network.gain, coupling.mean or threshold.mean");
  }
  const theory::BranchOptions options{.lower = std::min(request.start, request.stop),
                                      .upper = std::max(request.start, request.stop),
                                      .continuous_time = time == TimeKind::kContinuous,
                                      .stop = context.stop};
  context.progress(0.0, "static branches");
  writer.write("static", "every neuron constant in time", theory::static_branches(family, options));
  context.progress(0.5, "fluctuating branches");
  if (!leaks_or_flows(*middle, time)) {
    writer.write("fluctuating", "chaos, noise or both", theory::white_branches(family, options));
  }
}

}  // namespace

BranchDiagram continue_branches(const ContinuationRequest& request, const system::Context& context, TimeKind time) {
  const system::Parameters parameters = request.at(request.start);
  const RateDescription description = describe(parameters, time);
  (void)describe(request.at(request.stop), time);
  require_single_theory(parameters, description);
  BranchDiagram diagram;
  DiagramWriter writer(description, request, diagram);
  ensemble_branches(request, context, time, writer);
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

#include "limes/experiment/comparison.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "limes/experiment/comparison_entries.hpp"
#include "limes/stats/multiple_testing.hpp"

namespace limes::experiment {
namespace {

// Names in schema order, then what the schema does not know, in order of appearance.
template <typename Infos, typename Items, typename Measured>
std::vector<std::string> names_in_order(const Infos& schema, const Items* theory,
                                        const system::SimulationOutcome* simulation, Measured measured) {
  std::vector<std::string> present;
  if (theory != nullptr) {
    for (const auto& item : *theory) present.push_back(item.name);
  }
  if (simulation != nullptr) {
    for (const auto& realisation : simulation->realisations) {
      for (const auto& item : realisation.*measured) present.push_back(item.name);
    }
  }
  std::vector<std::string> ordered;
  const auto add = [&](const std::string& name) {
    if (std::find(ordered.begin(), ordered.end(), name) == ordered.end()) ordered.push_back(name);
  };
  for (const auto& info : schema) {
    if (std::find(present.begin(), present.end(), info.name) != present.end()) add(info.name);
  }
  for (const std::string& name : present) add(name);
  return ordered;
}

std::vector<BranchShare> shares_of(const Evidence& evidence) {
  std::vector<BranchShare> shares;
  if (evidence.theory == nullptr || evidence.simulation == nullptr) return shares;
  const auto total = static_cast<double>(evidence.assignment.usable.size());
  for (const FamilyAssignment& family : evidence.assignment.families) {
    for (const std::size_t index : family.branches) {
      const system::Branch& branch = evidence.theory->branches[index];
      if (!branch.can_be_realised) continue;
      const std::size_t count = family.members(index).size();
      const double fraction = total > 0.0 ? static_cast<double>(count) / total : 0.0;
      shares.push_back({family.family, branch.label, branch.stable, count, fraction});
    }
  }
  return shares;
}

// The first test over all entries together.
void first_verdicts(std::vector<QuantityEntry>& quantities, std::vector<CurveEntry>& curves, Comparison& comparison) {
  std::vector<double> p_values;
  for (const QuantityEntry& entry : quantities) {
    if (!entry.components.empty()) p_values.push_back(*entry.shown.p_value);
  }
  for (const CurveEntry& entry : curves) {
    if (entry.shown.p_value) p_values.push_back(*entry.shown.p_value);
  }
  comparison.tests = p_values.size();
  const std::vector<double> adjusted = stats::holm_adjusted(p_values);
  const double level = comparison.family_wise_level;
  std::size_t next = 0;
  for (QuantityEntry& entry : quantities) {
    if (entry.components.empty()) continue;
    const double p = adjusted[next++];
    const bool significant = p <= level;
    entry.shown.verdict = significant ? Verdict::kDisagree : Verdict::kAgree;
    entry.shown.wants_second_size = significant && entry.size_could_matter;
    // Holm's factor of this entry times Bonferroni's of its components; the entry's own component is always among them.
    const double factor = *entry.shown.p_value > 0.0 ? p / *entry.shown.p_value : 1.0;
    const auto components = static_cast<double>(entry.components.size());
    for (Component& component : entry.components) {
      component.significant = significant && component.p_value * components * factor <= level * (1.0 + 1e-12);
    }
  }
  for (CurveEntry& entry : curves) {
    if (!entry.shown.p_value) continue;
    const bool significant = adjusted[next++] <= level;
    const bool bounded = !entry.slot.theory->approximate || !entry.slot.theory->error.empty();
    if (significant && !bounded) {
      entry.shown.verdict = Verdict::kNotApplicable;
      entry.shown.note = "differs, but an approximate theory's curve states no bound to judge it by";
      continue;
    }
    entry.shown.verdict = significant ? Verdict::kDisagree : Verdict::kAgree;
    entry.shown.wants_second_size = significant && entry.size_could_matter;
  }
}

// The second test, of each entry that did not pass the first.
void second_verdicts(std::vector<QuantityEntry>& quantities, std::vector<CurveEntry>& curves,
                     const Evidence& evidence) {
  constexpr const char* kUnmeasured = "differs; the second size does not show this branch often enough to compare";
  const Levels levels{evidence.options.family_wise_level, evidence.options.finite_size_level};
  const auto conclude = [&](auto& shown, const SizePair& pair, bool shrinks) {
    shown.verdict = shrinks ? Verdict::kFiniteSize : Verdict::kDisagree;
    const std::optional<double> larger_size =
        evidence.options.size
            ? std::optional(*evidence.options.size * std::max(1.0, evidence.options.second_size_ratio))
            : std::nullopt;
    shown.finite_size = finite_size_law(pair.larger, pair.smaller, pair.shrinkage, pair.ratio, larger_size);
    shown.note = shrinks ? sentence(*shown.finite_size)
                         : "differs, and does not shrink with size as 1/N would: " + sentence(*shown.finite_size);
  };
  for (QuantityEntry& entry : quantities) {
    if (!entry.shown.wants_second_size) continue;
    entry.shown.wants_second_size = false;
    measure_second_size(entry, evidence);
    const Component* worst = nullptr;  // the law shown: a component that does not shrink, else the least p
    bool all_shrink = true;
    for (const Component& component : entry.components) {
      if (!component.sizes) continue;
      const bool shrinks = shrinks_with_size(component.sizes->shrinkage, levels);
      if (worst == nullptr || (all_shrink && !shrinks) ||
          (all_shrink == shrinks && component.p_value < worst->p_value)) {
        worst = &component;
      }
      all_shrink = all_shrink && shrinks;
    }
    if (worst == nullptr) {
      entry.shown.note = kUnmeasured;
    } else {
      conclude(entry.shown, *worst->sizes, all_shrink);
    }
  }
  for (CurveEntry& entry : curves) {
    if (!entry.shown.wants_second_size) continue;
    entry.shown.wants_second_size = false;
    measure_second_size(entry, evidence);
    if (!entry.sizes) {
      entry.shown.note = kUnmeasured;
    } else {
      conclude(entry.shown, *entry.sizes, shrinks_with_size(entry.sizes->shrinkage, levels));
    }
  }
}

void read_switches(const Evidence& evidence, Comparison& comparison) {
  std::vector<std::string> ignored;
  const auto sample = collect(kSwitchesMeasurement, "", *evidence.simulation, evidence.assignment.usable, ignored);
  if (sample) comparison.switches = estimate(*sample, 0, ErrorKind::kNone).value;
}

// The same warning once, whichever entry met it.
std::vector<std::string> without_repetitions(const std::vector<std::string>& warnings) {
  std::vector<std::string> once;
  std::set<std::string> seen;
  for (const std::string& warning : warnings) {
    if (seen.insert(warning).second) once.push_back(warning);
  }
  return once;
}

}  // namespace

Comparison compare(const system::System& system, const system::TheoryOutcome* theory,
                   const system::SimulationOutcome* simulation, const ComparisonOptions& options,
                   const system::SimulationOutcome* second_size, const system::SimulationOutcome* surrogates,
                   const system::TheoryOutcome* second_theory) {
  Comparison comparison;
  comparison.family_wise_level = options.family_wise_level;
  Evidence evidence{system, theory, simulation, second_size, surrogates, options, {}, {}, {}, second_theory};
  std::vector<std::string>& warnings = comparison.warnings;
  std::vector<std::string> ignored;
  // Without a simulation no realisation is assigned, but the branches still order the entries.
  const system::SimulationOutcome nothing;
  evidence.assignment = assign_branches(system, theory, simulation != nullptr ? *simulation : nothing, warnings);
  if (second_size != nullptr) evidence.second_assignment = assign_branches(system, theory, *second_size, ignored);
  if (surrogates != nullptr) evidence.surrogate_assignment = assign_branches(system, theory, *surrogates, ignored);

  std::vector<QuantityEntry> quantities;
  for (const std::string& name : names_in_order(system.schema.quantities, theory ? &theory->quantities : nullptr,
                                                simulation, &system::Realisation::quantities)) {
    if (name == kSwitchesMeasurement) continue;
    for (QuantityEntry& entry : quantity_entries(name, evidence, warnings)) quantities.push_back(std::move(entry));
  }
  std::vector<CurveEntry> curves;
  for (const std::string& name : names_in_order(system.schema.curves, theory ? &theory->curves : nullptr, simulation,
                                                &system::Realisation::curves)) {
    for (CurveEntry& entry : curve_entries(name, evidence, warnings)) curves.push_back(std::move(entry));
  }
  first_verdicts(quantities, curves, comparison);
  if (second_size != nullptr) second_verdicts(quantities, curves, evidence);
  for (QuantityEntry& entry : quantities) comparison.quantities.push_back(std::move(entry.shown));
  for (CurveEntry& entry : curves) comparison.curves.push_back(std::move(entry.shown));
  comparison.branches = shares_of(evidence);
  if (simulation != nullptr) read_switches(evidence, comparison);
  comparison.warnings = without_repetitions(warnings);
  return comparison;
}

bool needs_second_size(const Comparison& comparison) {
  const auto wants = [](const auto& entry) { return entry.wants_second_size; };
  return std::any_of(comparison.quantities.begin(), comparison.quantities.end(), wants) ||
         std::any_of(comparison.curves.begin(), comparison.curves.end(), wants);
}

}  // namespace limes::experiment

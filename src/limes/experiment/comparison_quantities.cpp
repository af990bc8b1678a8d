// Scalar and array quantities: averages, the first test, the second size.
#include <fmt/format.h>

#include <cmath>
#include <limits>

#include "limes/experiment/comparison_entries.hpp"
#include "limes/stats/multiple_testing.hpp"
#include "limes/stats/percentile.hpp"
#include "limes/stats/student_t.hpp"
#include "limes/stats/summary.hpp"

namespace limes::experiment {
namespace {

constexpr std::size_t kFewestSurrogates = 5;

double rounding_of(double value) { return 64.0 * std::numeric_limits<double>::epsilon() * std::abs(value); }

double theory_error(const TheorySide& theory, std::size_t component) {
  if (component >= theory.error.values.size()) return 0.0;
  const double error = std::abs(theory.error.values[component]);
  return std::isfinite(error) ? error : 0.0;
}

std::optional<TheorySide> theory_side(const system::TheoryQuantity* quantity, std::vector<std::string>& warnings) {
  if (quantity == nullptr || quantity->value.empty()) return std::nullopt;
  if (!all_finite(quantity->value)) {
    if (quantity->valid) warnings.push_back(quantity->name + ": the theory's value is not finite; it is left out");
    return std::nullopt;
  }
  return TheorySide{quantity->value, quantity->error, quantity->valid, quantity->reason, quantity->approximate};
}

// The part of a difference that exceeds a bound of the theory's bias, with its sign.
double beyond(double difference, double bound) {
  return std::copysign(std::max(0.0, std::abs(difference) - bound), difference);
}

Component test_component(const Estimate& measured, double predicted, double error, bool approximate) {
  Component component;
  const double difference = measured.value - predicted;
  const double rounding = std::max(rounding_of(measured.value), rounding_of(predicted));
  component.shift = {approximate ? beyond(difference, error) : difference, *measured.error, measured.degrees};
  component.theory_error = approximate ? 0.0 : error;
  if (measured.constant || *measured.error <= 0.0) {
    // Nothing varies: the numbers are equal within the theory's error, or they are not.
    component.p_value =
        std::abs(difference) <= 4.0 * error + std::max(rounding, 1e-9 * std::abs(predicted)) ? 1.0 : 0.0;
    return component;
  }
  const double scale = std::hypot(*measured.error, component.theory_error);
  component.p_value = stats::student_t_two_sided_p(component.shift.difference / scale, measured.degrees);
  return component;
}

// Places the given matrix's values among those of surrogate networks; `components` receive prediction p values.
void place_among_surrogates(QuantityEntry& entry, const Sample& sample, const Evidence& evidence,
                            std::vector<std::string>& warnings) {
  ComparedQuantity& shown = entry.shown;
  const auto unplaced = [&](const char* why) {
    shown.verdict = Verdict::kNotApplicable;
    shown.note = why;
  };
  if (evidence.surrogates == nullptr) return unplaced("no surrogate networks were simulated");
  std::vector<std::size_t> members = members_of(entry.slot, evidence.surrogate_assignment);
  if (members.size() < kFewestSurrogates) members = evidence.surrogate_assignment.usable;
  const auto surrogates = collect(shown.name, entry.slot.label, *evidence.surrogates, members, warnings);
  if (!surrogates || surrogates->count() < kFewestSurrogates || surrogates->components() != sample.components()) {
    return unplaced("fewer than five surrogate networks measured it");
  }
  std::optional<PlaceAmongSurrogates> worst;
  for (std::size_t c = 0; c < sample.components(); ++c) {
    const std::vector<double> others = surrogates->column(c);
    const stats::PlaceAmongSample place = stats::place_among(stats::mean(sample.column(c)), others);
    const stats::Summary summary = stats::summarise(others);
    if (!(summary.standard_deviation > 1e-12 * std::abs(summary.mean))) continue;
    Component component;
    component.p_value = place.prediction_p;
    entry.components.push_back(component);
    if (!worst || place.prediction_p < worst->p_value) {
      worst = PlaceAmongSurrogates{place.percentile, place.sample_size, summary.mean, summary.standard_deviation,
                                   place.prediction_p};
    }
  }
  if (!worst) return unplaced("the surrogate networks do not differ in it");
  shown.surrogate = worst;
  shown.note = fmt::format("percentile {:.0f} among {} surrogate networks", worst->percentile, worst->surrogates);
}

void first_test(QuantityEntry& entry, const Sample& sample, ErrorKind kind, const Evidence& evidence,
                std::vector<std::string>& warnings) {
  ComparedQuantity& shown = entry.shown;
  const TheorySide& theory = *shown.theory;
  const auto not_applicable = [&](std::string why) {
    entry.components.clear();
    shown.verdict = Verdict::kNotApplicable;
    shown.note = std::move(why);
  };
  if (theory.value.values.size() != sample.components()) return not_applicable("theory and simulation differ in shape");
  const Relation relation = relation_of(evidence, entry.slot.family, shown.branch, theory.approximate);
  if (relation == Relation::kSurrogate || (relation == Relation::kOneDraw && evidence.surrogates != nullptr)) {
    place_among_surrogates(entry, sample, evidence, warnings);
    if (!theory.valid) entry.components.clear();
  }
  if (!theory.valid) return not_applicable(theory.reason.empty() ? "the theory does not hold here" : theory.reason);
  if (relation == Relation::kSurrogate) return;
  if (relation == Relation::kOneDraw) {
    if (entry.components.empty()) not_applicable("one draw of the disorder against a theory of the ensemble");
    return;
  }
  std::vector<double> z;
  for (std::size_t c = 0; c < sample.components(); ++c) {
    const Estimate measured = estimate(sample, c, kind);
    const double predicted = theory.value.values[c];
    const double error = theory_error(theory, c);
    if (!measured.error) {
      return not_applicable(evidence.simulation->one_matrix ? "one repeat without time batches gives no standard error"
                                                            : "one realisation on this branch gives no standard error");
    }
    const double scale = std::hypot(*measured.error, error);
    const double rounding = std::max(rounding_of(predicted), rounding_of(measured.value));
    z.push_back(scale + rounding > 0.0 ? (measured.value - predicted) / std::max(scale, rounding) : 0.0);
    entry.components.push_back(test_component(measured, predicted, error, theory.approximate));
  }
  shown.z = sample.tensor(z);
  entry.size_could_matter = !evidence.simulation->one_matrix && !entry.slot.theory->of_this_size;
}

}  // namespace

Relation relation_of(const Evidence& evidence, const std::string& family, const std::string& branch, bool approximate) {
  if (evidence.simulation == nullptr || !evidence.simulation->one_matrix) return Relation::kSame;
  if (family == kSurrogateFamily || family.starts_with(std::string(kSurrogateFamily) + "/")) {
    return Relation::kSurrogate;
  }
  // An exact property of the matrix has no branch; its own fixed points and its mean field have a family. The family
  // "ensemble" holds limits of the coupling matrix, which one draw of it need not meet.
  const bool of_ensemble =
      (family.empty() && !branch.empty()) || family == "ensemble" || family.starts_with("ensemble/");
  return of_ensemble && !approximate ? Relation::kOneDraw : Relation::kSame;
}

std::vector<QuantityEntry> quantity_entries(const std::string& name, const Evidence& evidence,
                                            std::vector<std::string>& warnings) {
  static const std::vector<system::TheoryQuantity> kNone;
  std::vector<QuantityEntry> entries;
  for (auto& slot :
       slots_of(name, evidence.theory, evidence.theory ? evidence.theory->quantities : kNone, evidence.assignment,
                labels_of(name, evidence.simulation, &system::Realisation::quantities))) {
    QuantityEntry entry;
    entry.shown.name = name;
    entry.shown.branch = slot.branch;
    entry.shown.stable = slot.stable;
    entry.shown.theory = theory_side(slot.theory, warnings);
    entry.slot = std::move(slot);
    std::optional<Sample> sample;
    if (evidence.simulation != nullptr) {
      sample = collect(name, entry.slot.label, *evidence.simulation, entry.slot.realisations, warnings);
    }
    if (sample) {
      const ErrorKind kind = error_kind(*sample, *evidence.simulation);
      std::vector<double> means;
      std::vector<double> errors;
      for (std::size_t c = 0; c < sample->components(); ++c) {
        const Estimate measured = estimate(*sample, c, kind);
        means.push_back(measured.value);
        if (measured.error) errors.push_back(*measured.error);
      }
      SimulationSide side{sample->tensor(means), std::nullopt, sample->count(), ""};
      if (kind != ErrorKind::kNone) {
        side.standard_error = sample->tensor(errors);
        side.error_kind = limes::experiment::name(kind);
      }
      entry.shown.simulation = std::move(side);
      if (entry.shown.theory) first_test(entry, *sample, kind, evidence, warnings);
    }
    if (!entry.components.empty()) {
      std::vector<double> p_values;
      for (const Component& component : entry.components) p_values.push_back(component.p_value);
      entry.shown.p_value = stats::bonferroni(p_values);
    }
    if (entry.shown.theory || entry.shown.simulation) entries.push_back(std::move(entry));
  }
  return entries;
}

void measure_second_size(QuantityEntry& entry, const Evidence& evidence) {
  std::vector<std::string> ignored;  // the same warnings were given for the first size
  const auto sample = collect(entry.shown.name, entry.slot.label, *evidence.second_size,
                              members_of(entry.slot, evidence.second_assignment), ignored);
  if (!sample || sample->count() < 2 || sample->components() != entry.components.size()) return;
  const double ratio = evidence.options.second_size_ratio;
  const TheorySide& theory = *entry.shown.theory;
  const system::TheoryQuantity* second =
      evidence.at_second_size(*entry.slot.theory, &system::TheoryOutcome::quantities);
  if (second == nullptr || second->value.shape != theory.value.shape || !all_finite(second->value)) return;
  for (std::size_t c = 0; c < entry.components.size(); ++c) {
    Component& component = entry.components[c];
    if (!component.significant) continue;
    const Estimate measured = estimate(*sample, c, ErrorKind::kRealisations);
    double difference = measured.value - second->value.values[c];
    // The allowed bias of an approximation is taken off at both sizes on the side of the first difference.
    if (theory.approximate) difference -= std::copysign(theory_error(theory, c), component.shift.difference);
    const Shift at_second{difference, *measured.error, measured.degrees};
    SizePair pair;
    pair.larger = ratio < 1.0 ? component.shift : at_second;
    pair.smaller = ratio < 1.0 ? at_second : component.shift;
    pair.ratio = ratio < 1.0 ? 1.0 / ratio : ratio;
    pair.shrinkage = measure_shrinkage(pair.larger, pair.smaller, pair.ratio, component.theory_error);
    component.sizes = pair;
  }
}

}  // namespace limes::experiment

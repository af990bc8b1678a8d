// A common offset of all thresholds (threshold.correlation) differs from network to network: the theory averages over
// it.

#include <algorithm>
#include <cmath>
#include <map>
#include <numbers>
#include <optional>

#include "limes/math/quadrature.hpp"
#include "limes/rate/ensemble_theory.hpp"
#include "limes/rate/population_theory.hpp"

namespace limes::rate {
namespace {

constexpr double kReach = 6.5;     // standard deviations of the offset; 8e-11 of the weight lies beyond
constexpr double kScanStep = 0.5;  // of the scan for offsets at which branches appear or change stability
constexpr double kTransition =
    1e-5;  // to which such an offset is located: values are continuous there, so the error is its square
constexpr double kPanel = 1.7;      // widest panel of smooth integrand
constexpr std::size_t kNodes = 10;  // Gauss-Legendre nodes per panel; the error is estimated with fewer
constexpr std::size_t kFewerNodes = 7;

using Outcome = system::TheoryOutcome;

/// The branches of the network (not those of the matrix itself) with their stability: where it changes, so does the
/// theory.
std::string signature(const Outcome& outcome) {
  std::string text;
  for (const system::Branch& branch : outcome.branches) {
    if (branch.family.empty()) text += branch.label + (branch.stable.value_or(false) ? "+ " : "- ");
  }
  return text;
}

/// The one stable branch of an outcome: the state that the network of this offset settles in.
std::optional<std::string> settled(const Outcome& outcome) {
  std::optional<std::string> label;
  for (const system::Branch& branch : outcome.branches) {
    if (!branch.family.empty() || !branch.stable.value_or(false)) continue;
    if (label) return std::nullopt;
    label = branch.label;
  }
  return label;
}

/// Numbers of one outcome under keys that different offsets share: branch and name, the settled branch as "settled".
class Values {
 public:
  Values(const Outcome& outcome, const std::optional<std::string>& stable) {
    const auto place = [&](const std::string& branch) {
      return stable && branch == *stable ? std::string("settled") : branch;
    };
    for (const auto& quantity : outcome.quantities)
      numbers_[place(quantity.branch) + "/" + quantity.name] = quantity.value.values;
    for (const auto& curve : outcome.curves) numbers_[place(curve.branch) + "//" + curve.name] = curve.values.values;
  }
  [[nodiscard]] const std::vector<double>* find(const std::string& key) const {
    const auto found = numbers_.find(key);
    return found == numbers_.end() ? nullptr : &found->second;
  }

 private:
  std::map<std::string, std::vector<double>> numbers_;
};

class OffsetAverage {
 public:
  OffsetAverage(const RateDescription& description, const StopToken& stop) : description_(description), stop_(stop) {}

  [[nodiscard]] Outcome at(double offset) const {
    stop_.check();
    const bool one_population =
        description_.populations.size() == 1 && description_.coupling.kind != CouplingDescription::Kind::kFixedInDegree;
    if (!one_population) return population_theory(description_, offset, stop_);
    return ensemble_theory(description_, ensemble_of(description_, offset), stop_);
  }

  /// Offsets between which the branches stay the same.
  [[nodiscard]] std::vector<double> panels() const {
    std::vector<double> ends{-kReach};
    std::string before = signature(at(-kReach));
    for (double from = -kReach; from < kReach - 1e-9; from += kScanStep) {
      const double to = from + kScanStep;
      const std::string after = signature(at(to));
      if (after != before) ends.push_back(transition(from, to, before));
      if (to - ends.back() > kPanel - kScanStep || to > kReach - 1e-9) ends.push_back(to);
      before = after;
    }
    return ends;
  }

  struct Node {
    double weight;
    Values values;
  };

  /// Values and weights (normal density included) of a Gauss-Legendre rule on each panel; `unique` is cleared where an
  /// offset has no single stable branch.
  [[nodiscard]] std::vector<Node> nodes(const std::vector<double>& ends, std::size_t order, bool& unique) const {
    const math::QuadratureRule rule = math::gauss_legendre(order);
    std::vector<Node> result;
    for (std::size_t p = 0; p + 1 < ends.size(); ++p) {
      const double middle = (ends[p] + ends[p + 1]) / 2.0, half = (ends[p + 1] - ends[p]) / 2.0;
      if (half <= 0.0) continue;
      for (std::size_t n = 0; n < order; ++n) {
        const double z = middle + half * rule.nodes[n];
        const Outcome outcome = at(z);
        const auto stable = settled(outcome);
        unique = unique && stable.has_value();
        const double density = std::exp(-z * z / 2.0) / std::sqrt(2.0 * std::numbers::pi);
        result.push_back({rule.weights[n] * half * density, Values(outcome, stable)});
      }
    }
    return result;
  }

 private:
  [[nodiscard]] double transition(double from, double to, const std::string& before) const {
    while (to - from > kTransition) {
      const double middle = (from + to) / 2.0;
      (signature(at(middle)) == before ? from : to) = middle;
    }
    return (from + to) / 2.0;
  }

  const RateDescription& description_;
  const StopToken& stop_;
};

/// The average of one entry; empty where some offset lacks it. Curves that are longer at some offsets keep their last
/// value.
std::optional<std::vector<double>> averaged(const std::vector<OffsetAverage::Node>& nodes, const std::string& key,
                                            std::size_t length) {
  std::vector<double> sum(length, 0.0);
  double total = 0.0;
  for (const auto& node : nodes) {
    const std::vector<double>* values = node.values.find(key);
    if (values == nullptr || values->empty()) return std::nullopt;
    for (std::size_t i = 0; i < length; ++i) sum[i] += node.weight * (*values)[std::min(i, values->size() - 1)];
    total += node.weight;
  }
  for (double& value : sum) value /= total;
  return sum;
}

void invalidate(system::TheoryQuantity& quantity) {
  quantity.valid = false;
  quantity.reason = "this branch does not exist at every common threshold offset: the value is that at zero offset";
}

}  // namespace

system::TheoryOutcome ensemble_theory_over_offsets(const RateDescription& description, const StopToken& stop) {
  const bool common = has_common_offset(description);
  const OffsetAverage average(description, stop);
  Outcome outcome = average.at(0.0);
  if (!common) return outcome;

  const std::vector<double> ends = average.panels();
  bool unique = true;
  const auto fine = average.nodes(ends, kNodes, unique);
  const auto coarse = average.nodes(ends, kFewerNodes, unique);
  const auto stable = unique ? settled(outcome) : std::nullopt;
  const auto key = [&](const std::string& branch, const std::string& separator, const std::string& name) {
    return (stable && branch == *stable ? "settled" : branch) + separator + name;
  };
  for (system::TheoryQuantity& quantity : outcome.quantities) {
    const std::size_t length = quantity.value.values.size();
    const auto value = averaged(fine, key(quantity.branch, "/", quantity.name), length);
    const auto check = averaged(coarse, key(quantity.branch, "/", quantity.name), length);
    if (!value || !check) {
      invalidate(quantity);
      continue;
    }
    quantity.value.values = *value;
    for (std::size_t i = 0; i < quantity.error.values.size() && i < length; ++i) {
      quantity.error.values[i] += std::abs((*value)[i] - (*check)[i]);
    }
  }
  std::erase_if(outcome.curves, [&](system::TheoryCurve& curve) {
    const auto values = averaged(fine, key(curve.branch, "//", curve.name), curve.values.values.size());
    if (values) curve.values.values = *values;
    return !values;
  });
  if (!unique) {
    outcome.warnings.push_back(
        "threshold.correlation: at some common offsets more than one state is stable, or none; only "
        "branches that exist at every offset are averaged");
  } else if (ends.size() > 2 && stable) {
    for (system::Branch& branch : outcome.branches) {
      if (branch.label == *stable) branch.description += "; averaged over the common threshold offset";
    }
  }
  return outcome;
}

}  // namespace limes::rate

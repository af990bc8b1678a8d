#include "limes/experiment/comparison_branches.hpp"

#include <fmt/format.h>

#include <cmath>
#include <limits>
#include <map>

#include "limes/stats/summary.hpp"

namespace limes::experiment {
namespace {

using Coordinates = std::map<std::string, std::vector<double>>;  // by coordinate name, components in order

Coordinates coordinates_of(const system::System& system, const system::TheoryOutcome& theory,
                           const std::string& branch) {
  Coordinates result;
  for (const system::TheoryQuantity& quantity : theory.quantities) {
    const auto& names = system.branch_coordinates;
    if (quantity.branch == branch && std::find(names.begin(), names.end(), quantity.name) != names.end()) {
      result[quantity.name] = quantity.value.values;
    }
  }
  return result;
}

Coordinates coordinates_of(const system::System& system, const system::Realisation& realisation) {
  Coordinates result;
  for (const system::Measurement& measurement : realisation.quantities) {
    const auto& names = system.branch_coordinates;
    if (std::find(names.begin(), names.end(), measurement.name) != names.end()) {
      result[measurement.name] = measurement.value.values;
    }
  }
  return result;
}

// The spread of one component over branches and realisations; 0 where it tells nothing apart.
class Spread {
 public:
  void add(const Coordinates& coordinates) {
    for (const auto& [name, values] : coordinates) {
      std::vector<std::vector<double>>& samples = samples_[name];
      if (samples.size() < values.size()) samples.resize(values.size());
      for (std::size_t i = 0; i < values.size(); ++i) {
        if (std::isfinite(values[i])) samples[i].push_back(values[i]);
      }
    }
  }
  [[nodiscard]] double of(const std::string& name, std::size_t component) const {
    const std::vector<double>& sample = samples_.at(name)[component];
    return sample.size() < 2 ? 0.0 : std::sqrt(stats::variance(sample));
  }

 private:
  std::map<std::string, std::vector<std::vector<double>>> samples_;
};

// Mean squared scaled distance over the components that both sides have; infinite if there is none.
double distance(const Coordinates& a, const Coordinates& b, const Spread& spread) {
  double sum = 0.0;
  int used = 0;
  for (const auto& [name, values] : a) {
    const auto other = b.find(name);
    if (other == b.end() || other->second.size() != values.size()) continue;
    for (std::size_t i = 0; i < values.size(); ++i) {
      const double difference = values[i] - other->second[i];
      const double scale = spread.of(name, i);
      if (!std::isfinite(difference)) continue;
      sum += scale > 0.0 ? (difference / scale) * (difference / scale) : 0.0;
      ++used;
    }
  }
  return used > 0 ? sum / used : std::numeric_limits<double>::infinity();
}

std::vector<std::size_t> candidates_of(const FamilyAssignment& family, const system::TheoryOutcome& theory) {
  std::vector<std::size_t> realisable;
  std::vector<std::size_t> stable;
  for (const std::size_t index : family.branches) {
    const system::Branch& branch = theory.branches[index];
    if (!branch.can_be_realised) continue;
    realisable.push_back(index);
    if (branch.stable.value_or(true)) stable.push_back(index);
  }
  return stable.empty() ? realisable : stable;
}

}  // namespace

std::vector<std::size_t> FamilyAssignment::members(std::size_t branch) const {
  std::vector<std::size_t> result;
  for (std::size_t r = 0; r < of_realisation.size(); ++r) {
    if (of_realisation[r] == branch) result.push_back(r);
  }
  return result;
}

BranchAssignment assign_branches(const system::System& system, const system::TheoryOutcome* theory,
                                 const system::SimulationOutcome& simulation, std::vector<std::string>& warnings) {
  BranchAssignment assignment;
  const auto& realisations = simulation.realisations;
  for (std::size_t r = 0; r < realisations.size(); ++r) {
    if (!realisations[r].diverged) assignment.usable.push_back(r);
  }
  if (const std::size_t diverged = realisations.size() - assignment.usable.size(); diverged > 0) {
    warnings.push_back(fmt::format("{} of {} realisations diverged and are left out", diverged, realisations.size()));
  }
  if (theory == nullptr) return assignment;
  for (std::size_t b = 0; b < theory->branches.size(); ++b) {
    const std::string& name = theory->branches[b].family;
    auto family = std::find_if(assignment.families.begin(), assignment.families.end(),
                               [&](const FamilyAssignment& known) { return known.family == name; });
    if (family == assignment.families.end()) {
      assignment.families.push_back({name, {}, std::vector<std::optional<std::size_t>>(realisations.size())});
      family = std::prev(assignment.families.end());
    }
    family->branches.push_back(b);
  }
  for (FamilyAssignment& family : assignment.families) {
    const std::vector<std::size_t> candidates = candidates_of(family, *theory);
    if (candidates.empty()) continue;
    std::vector<Coordinates> branches;
    Spread spread;
    for (const std::size_t index : candidates) {
      branches.push_back(coordinates_of(system, *theory, theory->branches[index].label));
      spread.add(branches.back());
    }
    for (const std::size_t r : assignment.usable) spread.add(coordinates_of(system, realisations[r]));
    bool blind = false;
    for (const std::size_t r : assignment.usable) {
      const Coordinates place = coordinates_of(system, realisations[r]);
      std::size_t nearest = 0;
      double least = std::numeric_limits<double>::infinity();
      for (std::size_t c = 0; c < candidates.size(); ++c) {
        const double apart = distance(branches[c], place, spread);
        if (apart < least) {
          least = apart;
          nearest = c;
        }
      }
      blind = blind || (!std::isfinite(least) && candidates.size() > 1);
      family.of_realisation[r] = candidates[nearest];
    }
    if (blind) {
      warnings.push_back(fmt::format("nothing measured tells the branches{} apart; realisations are shown on {}",
                                     family.family.empty() ? "" : " of " + family.family,
                                     theory->branches[candidates.front()].label));
    }
  }
  return assignment;
}

}  // namespace limes::experiment

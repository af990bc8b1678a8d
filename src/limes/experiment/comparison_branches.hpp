#pragma once
// Which realisation belongs to which branch, and which entries (name, branch) a comparison therefore has.

#include <algorithm>
#include <optional>
#include <string>
#include <vector>

#include "limes/experiment/comparison.hpp"

namespace limes::experiment {

/// The realisations of one simulation within one family of branches.
struct FamilyAssignment {
  std::string family;
  std::vector<std::size_t> branches;                       ///< indices into TheoryOutcome::branches
  std::vector<std::optional<std::size_t>> of_realisation;  ///< index into TheoryOutcome::branches

  /// Realisations on a branch, ascending.
  [[nodiscard]] std::vector<std::size_t> members(std::size_t branch) const;
};

struct BranchAssignment {
  std::vector<FamilyAssignment> families;  ///< in the theory's order
  std::vector<std::size_t> usable;         ///< realisations that did not diverge, ascending
};

/// Assigns each realisation to the nearest candidate branch of each family. Warnings: diverged realisations,
/// coordinates that could not be used.
[[nodiscard]] BranchAssignment assign_branches(const system::System& system, const system::TheoryOutcome* theory,
                                               const system::SimulationOutcome& simulation,
                                               std::vector<std::string>& warnings);

/// One entry to be: a name on a branch, with what there is for it. Item: TheoryQuantity or TheoryCurve.
template <typename Item>
struct Slot {
  std::string name;
  std::string family;
  std::string branch;
  std::optional<std::size_t> branch_index;  ///< into TheoryOutcome::branches; none: no branch, all realisations
  std::optional<bool> stable;
  const Item* theory = nullptr;
  std::vector<std::size_t> realisations;  ///< empty: the simulation is left out
  std::string label = {};                 ///< of the measurements that belong here (Measurement::branch)
};

/// The realisations of another simulation (second size, surrogates) that belong to a slot.
template <typename Item>
std::vector<std::size_t> members_of(const Slot<Item>& slot, const BranchAssignment& assignment) {
  if (!slot.branch_index) return assignment.usable;
  for (const FamilyAssignment& family : assignment.families) {
    if (family.family == slot.family) return family.members(*slot.branch_index);
  }
  return {};
}

/// The labels under which something of this name was measured, in order of appearance; the empty one is no label.
/// Measured: Measurement or MeasuredCurve.
template <typename Measured>
std::vector<std::string> labels_of(const std::string& name, const system::SimulationOutcome* simulation,
                                   std::vector<Measured> system::Realisation::*measured) {
  std::vector<std::string> labels;
  if (simulation == nullptr) return labels;
  for (const system::Realisation& realisation : simulation->realisations) {
    for (const Measured& item : realisation.*measured) {
      const bool is_new = item.name == name && !item.branch.empty() &&
                          std::find(labels.begin(), labels.end(), item.branch) == labels.end();
      if (is_new) labels.push_back(item.branch);
    }
  }
  return labels;
}

/// Entries of one name: per family the branches that have theory or realisations; those with realisations first (the
/// most populated first), then the rest. A name without theory has one entry per branch of the first populated family.
template <typename Item>
std::vector<Slot<Item>> slots_of(const std::string& name, const system::TheoryOutcome* theory,
                                 const std::vector<Item>& items, const BranchAssignment& assignment) {
  std::vector<Slot<Item>> slots;
  bool has_theory = false;
  const auto branch_slot = [&](const FamilyAssignment& family, std::size_t index) {
    const system::Branch& branch = theory->branches[index];
    Slot<Item> slot{name, family.family, branch.label, index, branch.stable, nullptr, family.members(index)};
    for (const Item& item : items) {
      if (item.name == name && item.branch == branch.label) slot.theory = &item;
    }
    return slot;
  };
  for (const Item& item : items) {
    if (item.name != name) continue;
    has_theory = true;
    const bool known = std::any_of(theory->branches.begin(), theory->branches.end(),
                                   [&](const system::Branch& branch) { return branch.label == item.branch; });
    if (!known) slots.push_back({name, "", item.branch, std::nullopt, std::nullopt, &item, assignment.usable});
  }
  for (const FamilyAssignment& family : assignment.families) {
    std::vector<Slot<Item>> of_family;
    for (const std::size_t index : family.branches) of_family.push_back(branch_slot(family, index));
    const bool mentioned =
        std::any_of(of_family.begin(), of_family.end(), [](const Slot<Item>& slot) { return slot.theory != nullptr; });
    const bool populated = std::any_of(of_family.begin(), of_family.end(),
                                       [](const Slot<Item>& slot) { return !slot.realisations.empty(); });
    if (!mentioned && (has_theory || !populated)) continue;
    for (Slot<Item>& slot : of_family) {
      if (slot.theory != nullptr || !slot.realisations.empty()) slots.push_back(std::move(slot));
    }
    if (!has_theory) break;
  }
  const bool simulated =
      std::any_of(slots.begin(), slots.end(), [](const Slot<Item>& slot) { return !slot.realisations.empty(); });
  if (!simulated && !assignment.usable.empty()) {
    slots.push_back({name, "", "", std::nullopt, std::nullopt, nullptr, assignment.usable});
  }
  std::stable_sort(slots.begin(), slots.end(), [](const Slot<Item>& a, const Slot<Item>& b) {
    return a.realisations.size() > b.realisations.size();
  });
  return slots;
}

/// The same with an entry for each label that the simulation gave itself: it holds the measurements of that label in
/// all realisations, and the theory's item on the branch of that name.
template <typename Item>
std::vector<Slot<Item>> slots_of(const std::string& name, const system::TheoryOutcome* theory,
                                 const std::vector<Item>& items, const BranchAssignment& assignment,
                                 const std::vector<std::string>& labels) {
  std::vector<Slot<Item>> slots;
  for (const std::string& label : labels) {
    slots.push_back({name, "", label, std::nullopt, std::nullopt, nullptr, assignment.usable, label});
  }
  for (Slot<Item>& slot : slots_of(name, theory, items, assignment)) {
    const auto labelled =
        std::find_if(slots.begin(), slots.begin() + static_cast<std::ptrdiff_t>(labels.size()),
                     [&](const Slot<Item>& own) { return !slot.branch.empty() && own.branch == slot.branch; });
    if (labelled == slots.begin() + static_cast<std::ptrdiff_t>(labels.size())) {
      slots.push_back(std::move(slot));
    } else {
      labelled->stable = slot.stable;
      labelled->theory = slot.theory;
    }
  }
  return slots;
}

}  // namespace limes::experiment

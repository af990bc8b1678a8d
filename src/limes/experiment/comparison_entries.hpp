#pragma once
// The two kinds of entries while they are judged: what the tests need to know besides what is shown.

#include "limes/experiment/comparison_branches.hpp"
#include "limes/experiment/comparison_values.hpp"
#include "limes/stats/curve_test.hpp"

namespace limes::experiment {

/// What a comparison is made from.
struct Evidence {
  const system::System& system;
  const system::TheoryOutcome* theory;
  const system::SimulationOutcome* simulation;
  const system::SimulationOutcome* second_size;
  const system::SimulationOutcome* surrogates;
  ComparisonOptions options;
  BranchAssignment assignment;
  BranchAssignment second_assignment;
  BranchAssignment surrogate_assignment;
  const system::TheoryOutcome* second_theory = nullptr;  ///< at the second size; null: that of the first holds there

  /// The theory's item at the second size that stands for this one; null where it has none of that name and shape.
  template <typename Item>
  [[nodiscard]] const Item* at_second_size(const Item& item,
                                           const std::vector<Item> system::TheoryOutcome::*items) const {
    if (second_theory == nullptr) return &item;
    for (const Item& other : second_theory->*items) {
      if (other.name == item.name && other.branch == item.branch) return &other;
    }
    return nullptr;
  }
};

/// A difference that did not pass the first test, at both sizes.
struct SizePair {
  Shift larger;
  Shift smaller;
  Shrinkage shrinkage;
  double ratio = 2.0;
};

/// How a theory relates to what was simulated.
enum class Relation {
  kSame,       ///< both describe the ensemble, or both this very matrix
  kOneDraw,    ///< the theory describes an ensemble of which one draw was simulated
  kSurrogate,  ///< the theory describes networks like the one simulated
};

struct Component {
  Shift shift;                ///< simulation - theory; for an approximate theory the part beyond its bound
  double theory_error = 0.0;  ///< noise-like error of the theory; 0 for an approximate one
  double p_value = 1.0;
  bool significant = false;
  std::optional<SizePair> sizes;
};

struct QuantityEntry {
  Slot<system::TheoryQuantity> slot;
  ComparedQuantity shown;
  std::vector<Component> components;  ///< empty: nothing to test
  bool size_could_matter = false;
};

struct CurveChannel {
  stats::CurveModes modes;
  std::vector<std::size_t> points;  ///< indices on the simulation's last axis that are tested
  Eigen::MatrixXd amplitudes;       ///< realisations x modes
  double p_value = 1.0;
};

struct CurveEntry {
  Slot<system::TheoryCurve> slot;
  ComparedCurve shown;
  std::vector<system::Axis> measured_axes;
  std::vector<CurveChannel> channels;  ///< tested ones
  std::vector<std::size_t> channel_indices;
  std::size_t worst = 0;  ///< index into `channels`
  bool size_could_matter = false;
  std::optional<SizePair> sizes;
};

[[nodiscard]] Relation relation_of(const Evidence& evidence, const std::string& family, const std::string& branch,
                                   bool approximate);

/// Builds the entries of one name and makes the first test's p values.
[[nodiscard]] std::vector<QuantityEntry> quantity_entries(const std::string& name, const Evidence& evidence,
                                                          std::vector<std::string>& warnings);
[[nodiscard]] std::vector<CurveEntry> curve_entries(const std::string& name, const Evidence& evidence,
                                                    std::vector<std::string>& warnings);

/// Measures the significant components at the second size (SizePair), where that simulation has the branch.
void measure_second_size(QuantityEntry& entry, const Evidence& evidence);
void measure_second_size(CurveEntry& entry, const Evidence& evidence);

}  // namespace limes::experiment

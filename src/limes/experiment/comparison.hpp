#pragma once
// Theory and simulation side by side: realisations assigned to branches, averages with their errors, and a verdict for
// each entry (verdict.hpp derives the tests and their error rates).

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "limes/experiment/verdict.hpp"
#include "limes/system/system.hpp"

namespace limes::experiment {

struct TheorySide {
  system::Tensor value;
  system::Tensor error;  ///< of the shape of `value`; empty if the theory gives none
  bool valid = true;
  std::string reason;
  bool approximate = false;
};

struct SimulationSide {
  system::Tensor value;                          ///< mean over the realisations of this branch
  std::optional<system::Tensor> standard_error;  ///< none where one realisation cannot give it
  std::size_t samples = 0;                       ///< realisations (or repeats) averaged
  std::string error_kind;                        ///< `realisations`, `repeats`, `time_batches`; empty without an error
};

/// Where the value of a given matrix lies among surrogate networks (for an array: of the component with the least p).
struct PlaceAmongSurrogates {
  double percentile = 50.0;  ///< mid-rank, 0 to 100
  std::size_t surrogates = 0;
  double mean = 0.0;  ///< of the surrogates
  double standard_deviation = 0.0;
  double p_value = 1.0;  ///< prediction t test: is the matrix one more draw?
};

struct ComparedQuantity {
  std::string name;
  std::string branch;  ///< empty: the quantity belongs to no branch
  std::optional<bool> stable;
  std::optional<TheorySide> theory;
  std::optional<SimulationSide> simulation;
  std::optional<system::Tensor> z;  ///< (simulation - theory) / error, of the shape of the value (re and im apart)
  std::optional<double> p_value;    ///< of the first test, Bonferroni over components, before Holm
  std::optional<Verdict> verdict;   ///< none where a side is missing
  std::string note;
  std::optional<FiniteSizeLaw> finite_size;
  std::optional<PlaceAmongSurrogates> surrogate;
  bool wants_second_size = false;  ///< differs significantly, and a second size could tell whether that is its size
};

/// One curve. All arrays lie on `axes` (the theory's grid, extended by the simulation's where that reaches further);
/// NaN marks a point that a side does not cover.
struct ComparedCurve {
  std::string name;
  std::string branch;
  std::optional<bool> stable;
  std::vector<system::Axis> axes;
  std::optional<system::Tensor> theory;
  std::optional<system::Tensor> theory_error;  ///< of approximation; none where the theory states none
  std::optional<system::Tensor> simulation;
  std::optional<system::Tensor> standard_error;
  std::size_t samples = 0;
  std::string error_kind;
  // Hotelling's T^2 on a few smooth modes (stats/curve_test.hpp); of the channel (population, re/im) of least p.
  std::optional<double> statistic;
  std::optional<double> numerator_degrees, denominator_degrees;
  std::optional<double> p_value;  ///< Bonferroni over channels, before Holm
  std::optional<Verdict> verdict;
  std::string note;
  std::optional<FiniteSizeLaw> finite_size;  ///< of the difference along its own direction in mode space
  bool wants_second_size = false;
};

/// How many realisations settled on a branch; of branches that can be realised, those without any included.
struct BranchShare {
  std::string family;
  std::string branch;
  std::optional<bool> stable;
  std::size_t realisations = 0;
  double fraction = 0.0;
};

struct Comparison {
  std::vector<ComparedQuantity> quantities;  ///< in schema order; per name those with a simulation first
  std::vector<ComparedCurve> curves;
  std::vector<BranchShare> branches;
  std::optional<double> switches;  ///< switches between branches per realisation, where the system measures them
  std::vector<std::string> warnings;
  std::size_t tests = 0;  ///< entries judged together
  double family_wise_level = 0.01;
};

struct ComparisonOptions {
  double family_wise_level = 0.01;   ///< alpha of verdict.hpp
  double finite_size_level = 0.001;  ///< beta of verdict.hpp
  std::optional<double> size;        ///< of the simulation (for the reported law only)
  double second_size_ratio = 0.5;    ///< second size over first
};

/// A measurement of this name is no quantity of its own: its mean over realisations becomes Comparison::switches.
inline constexpr const char* kSwitchesMeasurement = "branch_switches";
/// The family (or the families `iid_surrogate/...`) whose branches describe networks like the given one, not that one:
/// judged by place among surrogates.
inline constexpr const char* kSurrogateFamily = "iid_surrogate";

/// Any side may be null. `second_size` is the same simulation at another size (with independent seeds), `surrogates` an
/// ensemble of networks like the given matrix, `second_theory` the theory at that other size where it depends on it.
/// Rules, in short:
/// - Each realisation is assigned, in each branch family, to the nearest stable realisable branch (of all realisable
///   ones if none is stable) in System::branch_coordinates, each scaled by the spread of branches and realisations.
/// - Values are averaged within a branch. An entry with one side has no z and no verdict.
/// - z = (simulation - theory)/sqrt(standard_error^2 + theory error^2). For an approximate theory the error is a bound
///   of its bias, not noise: it disagrees only if it is off by more than that bound beyond chance. A curve of it is
///   judged as a whole: by its root mean square difference against the root mean square of its stated error; a curve
///   that states no error is never called wrong.
/// - One given matrix: theories of the ensemble (no family, not approximate) are not applicable, the surrogate family
/// is
///   placed among `surrogates`, theories of that matrix are judged with the error of repeats or time batches.
/// - Values that are not finite are dropped with a warning.
[[nodiscard]] Comparison compare(const system::System& system, const system::TheoryOutcome* theory,
                                 const system::SimulationOutcome* simulation, const ComparisonOptions& options = {},
                                 const system::SimulationOutcome* second_size = nullptr,
                                 const system::SimulationOutcome* surrogates = nullptr,
                                 const system::TheoryOutcome* second_theory = nullptr);

/// Some entry differs significantly and a second size could show that this is the network's finite size.
[[nodiscard]] bool needs_second_size(const Comparison& comparison);

}  // namespace limes::experiment

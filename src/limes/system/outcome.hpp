#pragma once
// A system yields named quantities twice: from its theory and from its simulation. These are the two forms.

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "limes/system/tensor.hpp"

namespace limes::system {

enum class Status { kOk, kNotConverged, kDiverged, kInterrupted };

struct Axis {
  std::string name;  ///< `lag`, `time`, `unit`, `index`, ...
  std::string unit = "1";
  std::vector<double> values;
  friend bool operator==(const Axis&, const Axis&) = default;
};

/// One solution of the theory.
struct Branch {
  std::string label;           ///< `static-0`, `fluctuating-0`, `quenched-0`, `iid_surrogate/static-0`, ...
  std::optional<bool> stable;  ///< left out where stability has no meaning
  /// Branches of one family are alternatives (a realisation settles on one of them); different families are different
  /// descriptions of the same state (`quenched`, `iid_surrogate`), and each family carries the simulation. Empty: the
  /// only family.
  std::string family;
  std::string description;  ///< what the branch is and what it ignores, one line; may be empty
  bool can_be_realised =
      true;  ///< false: never assigned a simulation (e.g. a fixed point of the noise-free part of a noisy network)
};

struct TheoryQuantity {
  std::string name;
  std::string branch;
  Tensor value;
  Tensor error;  ///< numerical error estimate, of the shape of `value` (or of approximation, if `approximate`)
  bool valid = true;
  std::string reason;         ///< why not valid
  bool approximate = false;   ///< the theory is an approximation for this network: its error is one of approximation
  bool of_this_size = false;  ///< not a limit: it holds at this size of the network, and no other size is asked
};

struct TheoryCurve {
  std::string name;
  std::string branch;
  std::vector<Axis> axes;
  Tensor values;
  bool approximate = false;  ///< as for TheoryQuantity
  /// Of the shape of `values`; empty: the curve is as exact as it is drawn. If `approximate`, the error of
  /// approximation at each point, which bounds how far a right network may lie from the curve.
  Tensor error = {};
  bool valid = true;
  std::string reason = {};    ///< why not valid
  bool of_this_size = false;  ///< as for TheoryQuantity
};

struct TheoryOutcome {
  Status status = Status::kOk;
  std::vector<Branch> branches;
  std::vector<TheoryQuantity> quantities;
  std::vector<TheoryCurve> curves;
  std::vector<std::string> warnings;
};

/// One number measured in one realisation; `standard_error` within it (time batches), where one could be had.
struct Measurement {
  std::string name;
  Tensor value;
  std::optional<Tensor> standard_error;
  /// A label that the simulation gives itself: a state that it detected, a number of replicas. It is compared with the
  /// theory's branch of that label, if there is one. Empty: with the branch that the whole realisation is assigned to.
  std::string branch = {};
};

struct MeasuredCurve {
  std::string name;
  std::vector<Axis> axes;
  Tensor values;
  std::optional<Tensor> standard_error;
  std::string branch = {};  ///< as for Measurement
};

/// What one realisation of the disorder (or one repeat on a given matrix) gave.
struct Realisation {
  int index = 0;
  bool diverged = false;  ///< then no quantity of it is used
  std::vector<Measurement> quantities;
  std::vector<MeasuredCurve> curves;
  std::vector<std::string> warnings;
};

struct SimulationOutcome {
  Status status = Status::kOk;
  int planned = 0;          ///< realisations asked for; fewer stand in `realisations` after an interruption
  bool one_matrix = false;  ///< all realisations share one given matrix: repeats, not draws of the disorder
  /// The network has no disorder to draw: realisations are repeats, and the theory is that of every one of them.
  bool no_disorder = false;
  std::vector<Realisation> realisations;  ///< ascending in `index`
  std::vector<std::string> warnings;
};

}  // namespace limes::system

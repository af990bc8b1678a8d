#include "limes/rate/rate_theory.hpp"

#include "limes/rate/dilution_error.hpp"
#include "limes/rate/ensemble_theory.hpp"
#include "limes/rate/given_matrix/given_matrix_theory.hpp"
#include "limes/rate/two_time_theory.hpp"

namespace limes::rate {
namespace {

constexpr const char* kSurrogate = "iid_surrogate";

/// The ensemble's branches under the name of what they are for a given matrix: a surrogate.
void append_surrogate(system::TheoryOutcome surrogate, system::TheoryOutcome& outcome) {
  for (system::Branch& branch : surrogate.branches) {
    branch.label = std::string(kSurrogate) + "/" + branch.label;
    branch.family = branch.family.empty() ? kSurrogate : std::string(kSurrogate) + "/" + branch.family;
    branch.description = "iid Gaussian couplings of the matrix's own mean and deviation: ignores its structure";
    outcome.branches.push_back(std::move(branch));
  }
  for (system::TheoryQuantity& quantity : surrogate.quantities) {
    quantity.branch = std::string(kSurrogate) + "/" + quantity.branch;
    outcome.quantities.push_back(std::move(quantity));
  }
  for (system::TheoryCurve& curve : surrogate.curves) {
    curve.branch = std::string(kSurrogate) + "/" + curve.branch;
    outcome.curves.push_back(std::move(curve));
  }
  for (const std::string& warning : surrogate.warnings)
    outcome.warnings.push_back(std::string(kSurrogate) + ": " + warning);
  if (outcome.status == system::Status::kOk) outcome.status = surrogate.status;
}

}  // namespace

system::TheoryOutcome solve_theory(const RateDescription& description, const system::Context& context) {
  system::TheoryOutcome outcome;
  if (description.theory.kind == TheoryOptions::Kind::kTwoTime) {
    outcome = two_time_theory(description, context);
    state_dilution_error(description, outcome);
    return outcome;
  }
  if (description.coupling.kind == CouplingDescription::Kind::kGiven) {
    outcome = given_matrix::given_matrix_theory(description, context);
    append_surrogate(ensemble_theory_over_offsets(description, context.stop), outcome);
  } else {
    outcome = ensemble_theory_over_offsets(description, context.stop);
    state_dilution_error(description, outcome);
  }
  if (description.stimulus.kind != StimulusDescription::Kind::kNone) {
    const auto invalidate = [](auto& entries) {
      for (auto& entry : entries) {
        entry.valid = false;
        entry.reason = "the stationary theory knows no stimulus";
      }
    };
    invalidate(outcome.quantities);
    invalidate(outcome.curves);
    outcome.warnings.push_back("the theory is that of the network without its stimulus");
  }
  return outcome;
}

}  // namespace limes::rate

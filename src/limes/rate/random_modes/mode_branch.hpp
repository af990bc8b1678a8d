#pragma once
// The named results of one theory of a random-mode network as a branch of the outcome.

#include <optional>
#include <string>
#include <vector>

#include "limes/rate/random_modes/theory/ladder.hpp"
#include "limes/system/outcome.hpp"

namespace limes::rate::random_modes {

/// Adds quantities and curves to one branch.
class ModeBranch {
 public:
  ModeBranch(system::TheoryOutcome& outcome, system::Branch branch, bool approximate)
      : outcome_(outcome), label_(branch.label), approximate_(approximate) {
    outcome.branches.push_back(std::move(branch));
  }

  void quantity(const std::string& name, double value, double error = 0.0);
  /// Its error is of the numerical solution, also where the branch is an approximation.
  void exact(const std::string& name, double value, double error = 0.0);
  /// Psi, and the participation ratio that it gives with the mean variance `trace`. `doubt`: relative error of Psi
  /// where the branch is an approximation.
  void dimension(const std::string& suffix, const Dimension& dimension, double doubt);
  /// Against lags k step.
  void curve(const std::string& name, double step, std::vector<double> values, double relative_error = 0.0);
  /// `cross_covariance`, the two normalised curves and the two time scales.
  void time_scales(double step, const std::vector<double>& output, const std::vector<double>& cross, double doubt);

 private:
  system::TheoryOutcome& outcome_;
  std::string label_;
  bool approximate_;
};

/// Spacing and number of the lags of the curves: steps of 0.1, up to max(20, 10 correlation times) or `asked`.
struct LagAxis {
  double step = 0.1;
  std::size_t points = 201;
};
[[nodiscard]] LagAxis lag_axis(double decay, std::optional<double> asked, double measured);

}  // namespace limes::rate::random_modes

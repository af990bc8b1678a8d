#pragma once
// From numbers of a theory to the entries of one branch of its outcome.

#include <string>
#include <vector>

#include "limes/rate/rate_description.hpp"
#include "limes/system/outcome.hpp"

namespace limes::rate {

/// Gaussian moments are good to 1e-10 and Newton ends at its rounding: errors are quoted ten times larger.
inline constexpr double kMomentError = 1e-9;

/// Collects the entries of one branch. Description and outcome must outlive it; a returned entry may be changed until
/// the next one is written.
class BranchWriter {
 public:
  /// `approximate`: the errors of its entries are errors of approximation.
  BranchWriter(const RateDescription& description, system::TheoryOutcome& outcome, system::Branch branch,
               bool approximate = false);

  /// A value of the whole network, or of its only population, with its absolute error.
  system::TheoryQuantity& quantity(const std::string& name, system::Tensor value, double error);
  void number(const std::string& name, double value, double relative_error = kMomentError);
  /// One value per population.
  void numbers(const std::string& name, std::vector<double> values, double relative_error = kMomentError);

  /// A curve of the only population.
  system::TheoryCurve& curve(const std::string& name, system::Axis axis, system::Tensor values,
                             system::Tensor error = {});
  /// A curve of every population, a row each.
  void curves(const std::string& name, std::vector<system::Axis> axes, const std::vector<std::vector<double>>& rows);

 private:
  const RateDescription& description_;
  system::TheoryOutcome& outcome_;
  std::string label_;
  bool approximate_;
};

/// Points of a theory's curve over lags: as many as theory.lags asks for, or at least 20 and as many as simulation.lags
/// and `correlated_points`.
[[nodiscard]] std::size_t curve_points(const RateDescription& description, double correlated_points);

/// spacing sum over positive and negative lags of (D - q) cos(w lag): exact for a map; by Simpson's rule for a flow,
/// whose autocovariance may have a kink at zero lag.
[[nodiscard]] std::vector<double> spectrum_of(const std::vector<double>& autocovariance, double frozen, double spacing,
                                              bool flow, const std::vector<double>& frequencies);

/// A warning for each candidate that did not converge; status kNotConverged if `none_found` and no static state is
/// stable. None of both where the only static state is stable: nothing else is due.
void warn_of_unconverged(const std::vector<double>& residuals, bool none_found, system::TheoryOutcome& outcome);

/// A warning where no state is stationary, none is stable, or none fluctuates.
void warn_where_nothing_happens(const RateDescription& description, system::TheoryOutcome& outcome);

}  // namespace limes::rate

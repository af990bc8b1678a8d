#include "limes/rate/branch_writer.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <utility>

#include "limes/rate/result_shape.hpp"

namespace limes::rate {

namespace {

constexpr std::size_t kLongestCurve = 20000;

/// What symmetry makes zero comes out of sums as 1e-17, or as -0.
double cleaned(double value) { return std::abs(value) < 1e-15 ? 0.0 : value; }

}  // namespace

BranchWriter::BranchWriter(const RateDescription& description, system::TheoryOutcome& outcome, system::Branch branch,
                           bool approximate)
    : description_(description), outcome_(outcome), label_(branch.label), approximate_(approximate) {
  outcome_.branches.push_back(std::move(branch));
}

system::TheoryQuantity& BranchWriter::quantity(const std::string& name, system::Tensor value, double error) {
  system::Tensor errors = value;
  errors.complex = false;
  errors.values.assign(value.complex ? value.values.size() / 2 : value.values.size(), error);
  outcome_.quantities.push_back({name, label_, quantity_of_population(description_, name, std::move(value)),
                                 quantity_of_population(description_, name, std::move(errors)), true, "",
                                 approximate_});
  return outcome_.quantities.back();
}

void BranchWriter::number(const std::string& name, double value, double relative_error) {
  quantity(name, system::Tensor(cleaned(value)), relative_error * std::max(std::abs(value), 1e-3));
}

void BranchWriter::numbers(const std::string& name, std::vector<double> values, double relative_error) {
  std::vector<double> errors;
  for (double& value : values) {
    errors.push_back(relative_error * std::max(std::abs(value), 1e-3));
    value = cleaned(value);
  }
  outcome_.quantities.push_back({name, label_, per_population(description_, std::move(values)),
                                 per_population(description_, std::move(errors)), true, "", approximate_});
}

system::TheoryCurve& BranchWriter::curve(const std::string& name, system::Axis axis, system::Tensor values,
                                         system::Tensor error) {
  std::vector<system::Axis> axes{std::move(axis)};
  if (!error.empty()) {
    std::vector<system::Axis> same = axes;
    put_population_axis(description_, name, same, error);
  }
  put_population_axis(description_, name, axes, values);
  outcome_.curves.push_back({name, label_, std::move(axes), std::move(values), approximate_, std::move(error)});
  return outcome_.curves.back();
}

void BranchWriter::curves(const std::string& name, std::vector<system::Axis> axes,
                          const std::vector<std::vector<double>>& rows) {
  system::Tensor values = curve_values(description_, axes, rows);
  put_population_axis(description_, axes);
  outcome_.curves.push_back({name, label_, std::move(axes), std::move(values), approximate_});
}

std::size_t curve_points(const RateDescription& description, double correlated_points) {
  const double step = lag_step(description);
  const double asked = description.theory.lags.value_or(std::max(20.0, description.simulation.lags)) / step;
  const double needed = description.theory.lags ? asked : std::max(asked, correlated_points);
  return std::min(kLongestCurve, static_cast<std::size_t>(std::ceil(needed)) + 1);
}

std::vector<double> spectrum_of(const std::vector<double>& autocovariance, double frozen, double spacing, bool flow,
                                const std::vector<double>& frequencies) {
  const std::size_t count = autocovariance.size() % 2 == 1 ? autocovariance.size() : autocovariance.size() - 1;
  std::vector<double> spectrum;
  for (const double frequency : frequencies) {
    double sum = 0.0;
    for (std::size_t k = 0; k < (flow ? count : autocovariance.size()); ++k) {
      const double end = k == 0 || k + 1 == count ? 1.0 : (k % 2 == 1 ? 4.0 : 2.0);
      const double weight = flow ? 2.0 * end / 3.0 : (k == 0 ? 1.0 : 2.0);
      sum += weight * (autocovariance[k] - frozen) * std::cos(frequency * spacing * static_cast<double>(k));
    }
    spectrum.push_back(sum * spacing);
  }
  return spectrum;
}

void warn_of_unconverged(const std::vector<double>& residuals, bool none_found, system::TheoryOutcome& outcome) {
  int statics = 0;
  bool stable = false;
  for (const system::Branch& branch : outcome.branches) {
    if (!branch.label.starts_with("static")) continue;
    ++statics;
    stable = stable || branch.stable.value_or(false);
  }
  // Where the only static state is stable nothing else is due: a candidate that leads nowhere is none.
  if (statics == 1 && stable && none_found) return;
  for (const double residual : residuals) {
    outcome.warnings.push_back(
        fmt::format("a candidate for a fluctuating branch did not converge: relative residual {:.2g}", residual));
  }
  if (!residuals.empty() && none_found && !stable) outcome.status = system::Status::kNotConverged;
}

void warn_where_nothing_happens(const RateDescription& description, system::TheoryOutcome& outcome) {
  if (outcome.status == system::Status::kNotConverged) return;  // what was not found says nothing
  bool has_static = false;
  bool has_fluctuating = false;
  bool has_stable = false;
  for (const system::Branch& branch : outcome.branches) {
    has_static = has_static || branch.label.starts_with("static");
    has_fluctuating = has_fluctuating || branch.label.starts_with("fluctuating");
    has_stable = has_stable || branch.stable.value_or(false);
  }
  const bool noisy =
      std::any_of(description.populations.begin(), description.populations.end(),
                  [](const Population& p) { return p.noise_deviation != 0.0 || p.noise_intensity != 0.0; });
  if (!has_static && !has_fluctuating) {
    outcome.warnings.push_back("no stationary state: the activity of the limit grows without bound");
  } else if (!has_stable) {
    outcome.warnings.push_back(
        "no stable stationary state: the population mean moves for ever (see the two-time theory)");
  } else if (!has_fluctuating && !noisy) {
    outcome.warnings.push_back("quiescent: no fluctuating state exists, every attractor is a fixed point");
  }
}

}  // namespace limes::rate

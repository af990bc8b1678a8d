#include "limes/rate/ensemble_theory.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <numbers>

#include "limes/rate/result_shape.hpp"
#include "limes/rate/theory/flow_fluctuations.hpp"
#include "limes/rate/theory/lyapunov.hpp"
#include "limes/rate/theory/map_fluctuations.hpp"
#include "limes/rate/theory/static_states.hpp"

namespace limes::rate {
namespace {

using system::Tensor;

// Gaussian moments are good to 1e-10 and Newton ends at its rounding: errors are quoted ten times larger.
constexpr double kMomentError = 1e-9;
constexpr std::size_t kLongestCurve = 20000;

/// Collects the entries of one branch.
class BranchWriter {
 public:
  BranchWriter(const RateDescription& description, system::TheoryOutcome& outcome, system::Branch branch)
      : description_(description), outcome_(outcome), label_(branch.label) {
    outcome_.branches.push_back(std::move(branch));
  }

  void quantity(const std::string& name, Tensor value, double error) {
    Tensor errors = value;
    errors.complex = false;
    errors.values.assign(value.complex ? value.values.size() / 2 : value.values.size(), error);
    outcome_.quantities.push_back({name, label_, quantity_of_population(description_, name, std::move(value)),
                                   quantity_of_population(description_, name, std::move(errors)), true, "", false});
  }
  void number(const std::string& name, double value, double relative_error = kMomentError) {
    // What symmetry makes zero comes out of sums as 1e-17, or as -0.
    const double cleaned = std::abs(value) < 1e-15 ? 0.0 : value;
    quantity(name, Tensor(cleaned), relative_error * std::max(std::abs(value), 1e-3));
  }
  void curve(const std::string& name, system::Axis axis, std::vector<double> values) {
    std::vector<system::Axis> axes{std::move(axis)};
    Tensor tensor(std::move(values));
    put_population_axis(description_, name, axes, tensor);
    outcome_.curves.push_back({name, label_, std::move(axes), std::move(tensor), false});
  }

 private:
  const RateDescription& description_;
  system::TheoryOutcome& outcome_;
  std::string label_;
};

void write_field(BranchWriter& writer, const theory::Ensemble& ensemble, const transfer::Moments& moments) {
  writer.number("field_mean", ensemble.coupling_mean * moments.f - ensemble.threshold_mean);
  writer.number("field_variance",
                ensemble.coupling_variance() * moments.ff + ensemble.threshold_variance() + ensemble.noise_variance());
  writer.quantity("field_kurtosis", Tensor(0.0), 0.0);
}

std::size_t curve_points(const RateDescription& description, double correlated_points) {
  const double step = lag_step(description);
  const double asked = description.theory.lags.value_or(std::max(20.0, description.simulation.lags)) / step;
  const double needed = description.theory.lags ? asked : std::max(asked, correlated_points);
  return std::min(kLongestCurve, static_cast<std::size_t>(std::ceil(needed)) + 1);
}

void write_static(const RateDescription& description, const theory::Ensemble& ensemble,
                  const theory::StaticState& state, std::size_t index, system::TheoryOutcome& outcome) {
  const std::string label = fmt::format("static-{}", index);
  BranchWriter writer(description, outcome, {label, state.stable, "", "every neuron constant in time", true});
  writer.number("mean", state.state.mean);
  writer.number("variance", state.state.variance);
  writer.number("frozen_variance", state.state.variance);
  writer.number("mean_output", state.mean_output);
  writer.number("lyapunov_exponent", state.lyapunov_exponent);
  writer.number("jacobian_radius", state.bulk_radius);
  if (state.outlier) {
    writer.quantity("jacobian_outlier", Tensor(*state.outlier), kMomentError * std::max(1.0, std::abs(*state.outlier)));
  } else {
    outcome.warnings.push_back(fmt::format("{}: no eigenvalue of the Jacobian lies outside the bulk", label));
  }
  write_field(writer, ensemble, state.state.moments);
  writer.quantity("residual", Tensor(state.state.residual), 0.0);
  const std::size_t points = curve_points(description, 0.0);
  writer.curve("autocovariance", lag_axis(description, points), std::vector<double>(points, state.state.variance));
}

/// spacing sum over positive and negative lags of (D - q) cos(w lag): exact for a map; by Simpson's rule for a flow,
/// whose autocovariance may have a kink at zero lag.
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

void write_common(BranchWriter& writer, const theory::Ensemble& ensemble, double mean, double variance, double frozen,
                  const transfer::Moments& moments, double residual) {
  writer.number("mean", mean);
  writer.number("variance", variance);
  writer.quantity("frozen_variance", Tensor(frozen), kMomentError * std::max(variance, 1e-3));
  writer.number("mean_output", moments.f);
  writer.number("jacobian_radius", ensemble.coupling_deviation * std::sqrt(moments.dfdf));
  write_field(writer, ensemble, moments);
  writer.quantity("residual", Tensor(residual), 0.0);
}

void write_fluctuating(const RateDescription& description, const theory::Ensemble& ensemble,
                       const theory::MapFluctuation& state, std::size_t index, system::TheoryOutcome& outcome) {
  BranchWriter writer(description, outcome,
                      {fmt::format("fluctuating-{}", index), state.stable, "",
                       state.lyapunov_exponent > 0.0 ? "chaotic" : "driven by noise, not chaotic", true});
  write_common(writer, ensemble, state.mean, state.variance, state.frozen, state.moments, state.residual);
  writer.number("lyapunov_exponent", state.lyapunov_exponent);
  if (ensemble.leak == 0.0) {
    const theory::SpectrumSummary summary = theory::free_spectrum_summary(ensemble, state.mean, state.variance);
    writer.number("entropy_rate", summary.entropy_rate, 1e-7);
    writer.number("kaplan_yorke_dimension", summary.kaplan_yorke_dimension, 1e-7);
  }
  // The autocovariance runs to 1e-11 of its start: ten correlation times are 10/25 of that.
  const std::size_t points = curve_points(description, 0.4 * static_cast<double>(state.autocovariance.size()));
  std::vector<double> values(points, state.frozen);
  std::copy_n(state.autocovariance.begin(), std::min(points, state.autocovariance.size()), values.begin());
  writer.curve("autocovariance", lag_axis(description, points), std::move(values));
  const std::vector<double> frequencies = spectrum_frequencies(TimeKind::kDiscrete);
  writer.curve("power_spectrum", {"frequency", "radian/step", frequencies},
               spectrum_of(state.autocovariance, state.frozen, 1.0, false, frequencies));
}

void write_fluctuating(const RateDescription& description, const theory::Ensemble& ensemble,
                       const theory::FlowFluctuation& state, std::size_t index, system::TheoryOutcome& outcome) {
  BranchWriter writer(description, outcome,
                      {fmt::format("fluctuating-{}", index), state.stable, "",
                       state.lyapunov_exponent > 0.0 ? "chaotic" : "driven by noise, not chaotic", true});
  write_common(writer, ensemble, state.mean, state.variance, state.frozen, state.moments, state.residual);
  writer.quantity("lyapunov_exponent", Tensor(state.lyapunov_exponent),
                  std::max(state.lyapunov_error, kMomentError * std::max(1.0, std::abs(state.lyapunov_exponent))));
  const double step = lag_step(description);
  const double decayed = static_cast<double>(state.autocovariance.size()) * state.step;
  const std::size_t points = curve_points(description, 0.4 * decayed / step);
  writer.curve("autocovariance", lag_axis(description, points),
               theory::flow_autocovariance(ensemble, state, step, points));
  const std::vector<double> frequencies = spectrum_frequencies(TimeKind::kContinuous);
  writer.curve("power_spectrum", {"frequency", "radian/tau", frequencies},
               spectrum_of(state.autocovariance, state.frozen, state.step, true, frequencies));
}

/// |J|_2 of the ensemble: 2 J, or the singular value that a mean above the deviation pulls out of the bulk.
double limit_of_norm(const theory::Ensemble& ensemble) {
  const double mean = std::abs(ensemble.coupling_mean);
  const double deviation = ensemble.coupling_deviation;
  return mean <= deviation ? 2.0 * deviation : mean + deviation * deviation / mean;
}

void write_ensemble(const RateDescription& description, const theory::Ensemble& ensemble,
                    system::TheoryOutcome& outcome) {
  BranchWriter writer(description, outcome,
                      {"ensemble", std::nullopt, "ensemble", "limits of the coupling matrix itself", true});
  const double norm = limit_of_norm(ensemble);
  writer.number("coupling_norm", norm);
  const double slope = transfer::largest_slope({ensemble.transfer.kind, 1.0});
  if (norm > 0.0) writer.number("contraction_gain", (1.0 - ensemble.leak) / (slope * norm));
}

void warn_where_nothing_happens(const theory::Ensemble& ensemble, system::TheoryOutcome& outcome) {
  bool has_static = false;
  bool has_fluctuating = false;
  bool has_stable = false;
  for (const system::Branch& branch : outcome.branches) {
    has_static = has_static || branch.label.starts_with("static");
    has_fluctuating = has_fluctuating || branch.label.starts_with("fluctuating");
    has_stable = has_stable || branch.stable.value_or(false);
  }
  const bool noisy = ensemble.noise_deviation != 0.0 || ensemble.noise_intensity != 0.0;
  if (!has_static && !has_fluctuating) {
    outcome.warnings.push_back("no stationary state: the activity of the limit grows without bound");
  } else if (!has_stable) {
    outcome.warnings.push_back(
        "no stable stationary state: the population mean moves for ever (see the two-time theory)");
  } else if (!has_fluctuating && !noisy) {
    outcome.warnings.push_back("quiescent: no fluctuating state exists, every attractor is a fixed point");
  }
}

}  // namespace

theory::Ensemble ensemble_of(const RateDescription& description, double offset) {
  const ThresholdDescription& threshold = description.threshold;
  theory::Ensemble ensemble;
  ensemble.transfer = description.transfer;
  ensemble.leak = description.time == TimeKind::kDiscrete ? description.leak : 0.0;
  ensemble.coupling_mean = description.coupling.mean;
  ensemble.coupling_deviation = description.coupling.deviation;
  ensemble.threshold_mean = threshold.mean + offset * threshold.deviation * std::sqrt(threshold.correlation);
  ensemble.threshold_deviation = threshold.deviation * std::sqrt(1.0 - threshold.correlation);
  if (description.time == TimeKind::kDiscrete) {
    ensemble.noise_deviation = description.noise_deviation;
  } else {
    ensemble.noise_intensity = description.noise_intensity;
  }
  return ensemble;
}

system::TheoryOutcome ensemble_theory(const RateDescription& description, const theory::Ensemble& ensemble,
                                      const StopToken& stop) {
  const bool flow = description.time == TimeKind::kContinuous;
  system::TheoryOutcome outcome;
  std::size_t index = 0;
  for (const theory::StaticState& state : theory::static_states(ensemble, flow)) {
    write_static(description, ensemble, state, index++, outcome);
  }
  index = 0;
  std::vector<double> unconverged;
  if (!flow) {
    for (const theory::MapFluctuation& state : theory::map_fluctuations(ensemble, stop, &unconverged)) {
      write_fluctuating(description, ensemble, state, index++, outcome);
    }
  } else {
    const bool iterate = description.theory.method == TheoryOptions::Method::kIteration;
    for (const theory::FlowFluctuation& state : iterate ? theory::flow_fluctuations_by_iteration(ensemble, {}, stop)
                                                        : theory::flow_fluctuations(ensemble, stop)) {
      if (!state.converged) unconverged.push_back(state.residual);
      write_fluctuating(description, ensemble, state, index++, outcome);
    }
  }
  write_ensemble(description, ensemble, outcome);
  for (const double residual : unconverged) {
    outcome.warnings.push_back(
        fmt::format("a candidate for a fluctuating branch did not converge: relative residual {:.2g}", residual));
  }
  if (!unconverged.empty() && index == 0) outcome.status = system::Status::kNotConverged;
  warn_where_nothing_happens(ensemble, outcome);
  return outcome;
}

}  // namespace limes::rate

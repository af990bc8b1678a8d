#include "limes/rate/symmetric_theory.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <string>
#include <utility>

#include "limes/rate/population_theory.hpp"
#include "limes/rate/result_shape.hpp"
#include "limes/rate/theory/two_time_embedding.hpp"

namespace limes::rate {

namespace {

// Student's t with 5 degrees of freedom: an error of the mean that is itself known to 30 %.
constexpr std::uint32_t kRepeats = 6;

/// Mean and standard error over repeats of one array, and the mean correction by the step where it was extrapolated.
class Average {
 public:
  void add(const std::vector<double>& values, const std::vector<double>& correction) {
    sum_.resize(values.size(), 0.0);
    correction_.resize(values.size(), 0.0);
    for (std::size_t i = 0; i < correction.size(); ++i) correction_[i] += correction[i] / kRepeats;
    square_.resize(values.size(), 0.0);
    for (std::size_t i = 0; i < values.size(); ++i) {
      sum_[i] += values[i];
      square_[i] += values[i] * values[i];
    }
  }
  [[nodiscard]] std::vector<double> mean() const {
    std::vector<double> result;
    for (const double sum : sum_) result.push_back(sum / kRepeats);
    return result;
  }
  [[nodiscard]] std::vector<double> error() const {
    std::vector<double> result;
    for (std::size_t i = 0; i < sum_.size(); ++i) {
      const double mean = sum_[i] / kRepeats;
      const double sampling = std::sqrt(std::max(0.0, square_[i] / kRepeats - mean * mean) / (kRepeats - 1));
      result.push_back(std::hypot(sampling, correction_[i]));
    }
    return result;
  }

  /// The largest correction over the largest value.
  [[nodiscard]] double relative_correction() const {
    double largest = 0.0, moved = 0.0;
    for (const double sum : sum_) largest = std::max(largest, std::abs(sum) / kRepeats);
    for (const double correction : correction_) moved = std::max(moved, std::abs(correction));
    return largest > 0.0 ? moved / largest : 0.0;
  }

 private:
  std::vector<double> sum_, square_, correction_;
};

/// Every `stride`-th row and column, row by row.
std::vector<double> thinned(const Eigen::MatrixXd& matrix, const TwoTimeGrid& grid) {
  std::vector<double> values;
  for (std::size_t i = 0; i < grid.points; ++i) {
    for (std::size_t j = 0; j < grid.points; ++j) {
      values.push_back(matrix(static_cast<Eigen::Index>(i) * grid.stride, static_cast<Eigen::Index>(j) * grid.stride));
    }
  }
  return values;
}

}  // namespace

system::TheoryOutcome symmetric_theory(const RateDescription& description, const system::Context& context) {
  const theory::PopulationEnsemble ensemble = population_ensemble_of(description);
  const bool flow = description.time == TimeKind::kContinuous;
  const double step = lag_step(description);
  TwoTimeGrid grid = two_time_grid(description);
  const double spacing = static_cast<double>(grid.stride) * description.simulation.step;
  if (flow) grid.stride = std::lround(spacing / step);
  const auto solved = [&](const theory::SymmetricOptions& options) -> theory::SymmetricFlow {
    const double symmetry = description.coupling.symmetry, horizon = description.theory.horizon;
    if (flow) return theory::two_time_symmetric_flow(ensemble, symmetry, horizon, step, options, context.stop);
    return {theory::two_time_symmetric(ensemble, symmetry, static_cast<std::size_t>(std::floor(horizon)), options,
                                       context.stop),
            {}};
  };
  std::size_t points = 0;
  Average mean, variance, mean_output, covariance, correlation, response;
  for (std::uint32_t repeat = 0; repeat < kRepeats; ++repeat) {
    context.progress(static_cast<double>(repeat) / kRepeats, "Monte-Carlo theory");
    const auto [one, correction] = solved({description.theory.samples, description.seed, repeat});
    const auto thinned_correction = [&](const Eigen::MatrixXd& matrix) {
      return flow ? thinned(matrix, grid) : std::vector<double>{};
    };
    points = one.mean.size();
    mean.add(one.mean, correction.mean);
    variance.add(one.variance, correction.variance);
    mean_output.add(one.mean_output, correction.mean_output);
    covariance.add(thinned(one.covariance, grid), thinned_correction(correction.covariance));
    correlation.add(thinned(one.correlation, grid), thinned_correction(correction.correlation));
    response.add(thinned(one.response, grid), thinned_correction(correction.response));
  }
  system::TheoryOutcome outcome;
  outcome.branches.push_back({"two_time", std::nullopt, "", "mean and covariance from the initial state on", true});
  const auto write = [&](const char* name, std::vector<system::Axis> axes, const Average& average) {
    system::TheoryCurve curve;
    curve.name = name;
    curve.branch = "two_time";
    curve.values = curve_values(description, axes, {average.mean()});
    curve.error = curve_values(description, axes, {average.error()});
    curve.approximate = flow;  // the step's error is bounded, not random
    put_population_axis(description, axes);
    curve.axes = std::move(axes);
    outcome.curves.push_back(std::move(curve));
  };
  system::Axis time{"time", std::string(time_unit(description.time)), {}};
  for (std::size_t t = 0; t < points; ++t) time.values.push_back(static_cast<double>(t) * step);
  system::Axis coarse{"time", time.unit, {}};
  for (std::size_t k = 0; k < grid.points; ++k) {
    coarse.values.push_back(static_cast<double>(k) * (flow ? spacing : static_cast<double>(grid.stride)));
  }
  constexpr double kWorthSaying = 0.02;
  if (const double moved = std::max(variance.relative_correction(), response.relative_correction());
      moved > kWorthSaying) {
    outcome.warnings.push_back(
        fmt::format("two_time: the extrapolation in the step moves the curves by up to {:.2g} of their largest value, "
                    "which is their error",
                    moved));
  }
  write("mean_trajectory", {time}, mean);
  write("variance_trajectory", {time}, variance);
  write("mean_output_trajectory", {time}, mean_output);
  write("two_time_covariance", {coarse, coarse}, covariance);
  write("correlation", {coarse, coarse}, correlation);
  write("response", {coarse, coarse}, response);
  return outcome;
}

}  // namespace limes::rate

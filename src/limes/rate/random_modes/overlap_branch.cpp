#include "limes/rate/random_modes/overlap_branch.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <optional>

#include "limes/base/errors.hpp"
#include "limes/rate/random_modes/given_theory.hpp"
#include "limes/rate/random_modes/mode_branch.hpp"
#include "limes/rate/random_modes/theory/sampled_mean_field.hpp"

namespace limes::rate::random_modes {

namespace {

constexpr double kScale = 0.5;  // of w = scale tan(theta)
constexpr int kFirstFrequencies = 20, kFrequencies = 160;

struct Estimate {
  OverlapDimension value, error;
};

/// On grids of growing size until they agree; the error is the last change. `count` receives the last size.
Estimate from_grids(const std::vector<ModeGroup>& modes, const std::function<UnitSpectra(double)>& unit, double noise,
                    double scale, int& count, const StopToken& stop) {
  const auto gap = [](double a, double b) { return std::abs(a - b); };
  count = kFirstFrequencies;
  OverlapDimension last = overlap_dimension(modes, unit, noise, scale, count, stop);
  for (;;) {
    count *= 2;
    const OverlapDimension next = overlap_dimension(modes, unit, noise, scale, count, stop);
    const OverlapDimension error{gap(next.variance, last.variance), gap(next.output_variance, last.output_variance),
                                 gap(next.state, last.state), gap(next.output, last.output)};
    if (count >= kFrequencies || (error.output < 1e-9 * next.output && error.state < 1e-9 * next.state)) {
      return {next, error};
    }
    last = next;
  }
}

void write_estimate(const ModesDescription& description, const std::vector<ModeGroup>& modes,
                    const std::function<UnitSpectra(double)>& unit, double scale, int count, const Estimate& estimate,
                    double slope, const StopToken& stop, system::TheoryOutcome& outcome) {
  ModeBranch write(outcome, {"fluctuating-0", true, "", ""}, false);
  const OverlapDimension& value = estimate.value;
  write.quantity("variance", value.variance, estimate.error.variance);
  write.quantity("output_variance", value.output_variance, estimate.error.output_variance);
  write.dimension("output", {value.output_variance, value.output, estimate.error.output}, 0.0);
  write.dimension("state", {value.variance, value.state, estimate.error.state}, 0.0);
  // All neurons are statistically equal.
  const auto zscored = [](double trace, double psi, double error) {
    return Dimension{1.0, psi / (trace * trace), error / (trace * trace)};
  };
  write.dimension("output_zscored", zscored(value.output_variance, value.output, estimate.error.output), 0.0);
  write.dimension("state_zscored", zscored(value.variance, value.state, estimate.error.state), 0.0);
  write.exact("effective_coupling", description.deviation);
  write.exact("inverse_rank", description.random_inverse_rank());
  write.exact("mean_gain", slope);
  // C(tau) = (1/pi) int_0^infinity C(w) cos(w tau) dw on the same nodes, finer.
  const LagAxis axis = lag_axis(1.0, description.theory.lags, description.simulation.lags);
  std::vector<double> lags, states(axis.points, 0.0), outputs(axis.points, 0.0);
  for (std::size_t k = 0; k < axis.points; ++k) lags.push_back(axis.step * static_cast<double>(k));
  const int nodes = 800;
  for (int n = 0; n < nodes; ++n) {
    const double theta = (n + 0.5) * M_PI / 2.0 / nodes, frequency = scale * std::tan(theta);
    const double weight = scale / std::pow(std::cos(theta), 2) / 2.0 / nodes;
    const UnitSpectra spectra = unit(frequency);
    const ModeSums sums = mode_sums(modes, spectra.response);
    const double field = sums.power * spectra.output + 2.0 * description.noise_intensity;
    const double state =
        (field + std::norm(sums.kernel) * spectra.output + 2.0 * (sums.kernel * spectra.response).real() * field) /
        (1.0 + frequency * frequency);
    for (std::size_t k = 0; k < axis.points; ++k) {
      const double cosine = std::cos(frequency * lags[k]);
      outputs[k] += weight * spectra.output * cosine;
      states[k] += weight * state * cosine;
    }
  }
  const double single = estimate.error.output_variance / value.output_variance;
  const double pairs = estimate.error.output / value.output;
  std::vector<double> cross = overlap_curve(modes, unit, scale, std::max(count, 64), lags, stop);
  // The sampled curves start at the numbers above.
  const auto scaled = [](std::vector<double> values, double first) {
    const double factor = first / values.front();
    for (double& one : values) one *= factor;
    return values;
  };
  states = scaled(std::move(states), value.variance);
  outputs = scaled(std::move(outputs), value.output_variance);
  cross = scaled(std::move(cross), value.output);
  write.curve("autocovariance", axis.step, states, estimate.error.variance / value.variance);
  write.curve("output_autocovariance", axis.step, outputs, single);
  write.time_scales(axis.step, outputs, cross, pairs);
}

constexpr std::array<double OverlapDimension::*, 4> kMembers = {&OverlapDimension::variance,
                                                                &OverlapDimension::output_variance,
                                                                &OverlapDimension::state, &OverlapDimension::output};

/// The four numbers from the sampled unit, of all rounds and of each batch.
struct SampledEstimate {
  SampledSolution solution;
  Estimate whole;
  int count = 0;
  std::vector<OverlapDimension> batches;

  SampledEstimate(const ModesDescription& description, const std::vector<ModeGroup>& modes, const StopToken& stop)
      : solution(solve_sampled({description.transfer, modes, description.noise_intensity, description.theory.samples,
                                description.theory.rounds, description.seed},
                               stop)) {
    const double noise = description.noise_intensity;
    whole = from_grids(
        modes, [&](double w) { return solution.mean.at(w); }, noise, kScale, count, stop);
    for (const SampledUnit& batch : solution.batches) {
      batches.push_back(overlap_dimension(
          modes, [&](double w) { return batch.at(w); }, noise, kScale, kFrequencies / 2, stop));
    }
  }
};

/// The same network without overlaps, whose theory is exact; none where it is quiescent.
std::optional<OverlapDimension> without_overlaps(const ModesDescription& description, const StopToken& stop) {
  TwoPointProblem single;
  single.transfer = description.transfer;
  single.coupling = description.deviation;
  single.noise_intensity = description.noise_intensity;
  const TwoPointSolution solution = solve_two_point(single, stop);
  if (solution.quiescent) return std::nullopt;
  const Dimensions exact = dimensions({&single, &solution, description.random_inverse_rank(), 1.0}, stop);
  return OverlapDimension{exact.state.trace, exact.output.trace, exact.state.cross_covariance,
                          exact.output.cross_covariance};
}

/// Psi magnifies the Monte-Carlo errors of <phi'> some twenty times. Most of them are common to a network without
/// overlaps that is sampled with the same random numbers, and of which the truth is known: results are multiplied by
/// truth over sample of that one.
void write_sampled(const ModesDescription& description, const std::vector<ModeGroup>& modes,
                   const system::Context& context, system::TheoryOutcome& outcome) {
  const SampledEstimate sampled(description, modes, context.stop);
  Estimate estimate = sampled.whole;
  std::vector<OverlapDimension> batches = sampled.batches;
  if (const auto truth = without_overlaps(description, context.stop)) {
    const SampledEstimate control(
        description, group_modes(description.strengths, {}, static_cast<double>(description.size)), context.stop);
    for (const auto member : kMembers) {
      const double factor = *truth.*member / control.whole.value.*member;
      estimate.value.*member *= factor;
      estimate.error.*member *= factor;
      for (std::size_t b = 0; b < batches.size(); ++b)
        batches[b].*member *= *truth.*member / control.batches[b].*member;
    }
  }
  // Monte-Carlo error: from the batches, each a fifth of the rounds.
  const auto number = static_cast<double>(batches.size());
  for (const auto member : kMembers) {
    double mean = 0.0, square = 0.0;
    for (const OverlapDimension& batch : batches) mean += batch.*member / number;
    for (const OverlapDimension& batch : batches) square += std::pow(batch.*member - mean, 2);
    estimate.error.*member = std::hypot(estimate.error.*member, std::sqrt(square / (number * (number - 1.0))));
  }
  write_estimate(
      description, modes, [&](double w) { return sampled.solution.mean.at(w); }, kScale, sampled.count, estimate,
      sampled.solution.mean.slope, context.stop, outcome);
}

}  // namespace

void solve_overlaps(const ModesDescription& description, const system::Context& context,
                    system::TheoryOutcome& outcome) {
  const auto modes = group_modes(description.strengths, description.overlaps, static_cast<double>(description.size));
  const double slope = transfer::derivative(description.transfer, 0.0);
  const bool stable = trivial_state_is_stable(modes, slope);
  const bool linear = description.transfer.kind == transfer::Kind::kLinear;
  if (description.noise_intensity == 0.0 && (stable || linear)) {
    if (!stable) throw ConvergenceError("a linear network beyond its stability edge has no stationary state", 1.0);
    write_quiescent(description.deviation, description.random_inverse_rank(), {"static-0", true, "", ""}, false,
                    outcome);
    return;
  }
  if (linear) {
    if (!stable) throw ConvergenceError("a linear network beyond its stability edge has no stationary state", 1.0);
    const auto unit = [&](double frequency) {
      UnitSpectra spectra;
      spectra.response = trivial_response(modes, slope, frequency);
      const double gain = std::norm(spectra.response);
      spectra.output =
          2.0 * description.noise_intensity * gain / (1.0 - gain * mode_sums(modes, spectra.response).power);
      return spectra;
    };
    int count = 0;
    const Estimate estimate = from_grids(modes, unit, description.noise_intensity, 1.0, count, context.stop);
    write_estimate(description, modes, unit, 1.0, count, estimate, slope, context.stop, outcome);
    return;
  }
  write_sampled(description, modes, context, outcome);
}

}  // namespace limes::rate::random_modes

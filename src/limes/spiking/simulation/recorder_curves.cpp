// The curves of a run.
#include <algorithm>
#include <cmath>
#include <functional>
#include <numeric>

#include "limes/spiking/simulation/recorder.hpp"

namespace limes::spiking {

namespace {

constexpr std::size_t kSurvivalPoints = 151;

/// The share of the visits that last longer, and the exponential law with their mean beside it.
void append_survival(const std::string& label, std::vector<double> times, double longest, system::Realisation& result) {
  std::sort(times.begin(), times.end());
  const auto count = static_cast<double>(times.size());
  const double mean = std::accumulate(times.begin(), times.end(), 0.0) / count;
  system::MeasuredCurve survival{"residence_survival", {{"time", "time", {}}}, {}, std::nullopt, label};
  survival.values.shape = {kSurvivalPoints};
  system::MeasuredCurve law = survival;
  law.name = "exponential_law";
  for (std::size_t p = 0; p < kSurvivalPoints; ++p) {
    // Dense at the start, so that one grid suits short and long visits.
    const double share = static_cast<double>(p) / (kSurvivalPoints - 1), time = longest * share * share;
    survival.axes[0].values.push_back(time);
    survival.values.values.push_back(
        static_cast<double>(times.end() - std::upper_bound(times.begin(), times.end(), time)) / count);
    law.values.values.push_back(std::exp(-time / mean));
  }
  law.axes = survival.axes;
  result.curves.push_back(std::move(survival));
  result.curves.push_back(std::move(law));
}

/// Densities by group and bin from counts; nothing where a group has no count.
template <typename Bins>
void append_density(const std::string& name, const std::string& label, const system::Axis& axis, std::size_t groups,
                    const std::function<std::span<const double>(std::size_t)>& counts, system::Realisation& result) {
  system::MeasuredCurve curve{name, {{"group", "1", {}}, axis}, {}, std::nullopt, label};
  curve.values.shape = {groups, Bins::kCount};
  for (std::size_t b = 0; b < Bins::kCount; ++b) curve.axes[1].values.push_back(Bins::centre(b));
  for (std::size_t a = 0; a < groups; ++a) {
    const auto own = counts(a);
    const double total = std::accumulate(own.begin(), own.end(), 0.0);
    if (!(total > 0.0)) return;
    curve.axes[0].values.push_back(static_cast<double>(a));
    for (std::size_t b = 0; b < Bins::kCount; ++b) curve.values.values.push_back(own[b] / total / Bins::width(b));
  }
  result.curves.push_back(std::move(curve));
}

}  // namespace

void Recorder::finish_densities(const std::string& label, system::Realisation& result) const {
  const auto groups = batch_.size();
  append_density<OctaveBins>(
      "isi_density", label, {"interval", "time", {}}, groups,
      [&](std::size_t a) { return counts_of_group<OctaveBins>(histogram_, a); }, result);
  std::vector<std::vector<double>> rates;
  for (std::size_t a = 0; a < groups; ++a) rates.push_back(coarse(counts_of_group<RateBins>(trace_counts_, a)));
  append_density<CoarseRateBins>(
      "rate_density", label, {"filtered_rate", "1/time", {}}, groups,
      [&](std::size_t a) { return std::span<const double>(rates[a]); }, result);
  if (states_.empty()) return;
  append_density<StateBins>(
      "state_density", label, {"state", "1", {}}, groups,
      [&](std::size_t a) { return std::span(states_).subspan(a * StateBins::kCount, StateBins::kCount); }, result);
}

/// Rates per neuron in the bins from the start of the run on.
void Recorder::finish_trajectory(const std::string& label, system::Realisation& result) const {
  const std::size_t groups = neurons_.size(), bins = trajectory_.size() / groups;
  system::Axis group{"group", "1", {}}, time{"time", "time", {}};
  for (std::size_t b = 0; b < bins; ++b) time.values.push_back(static_cast<double>(b) * plan_.bin);
  system::Tensor rates({groups, bins}, {});
  for (std::size_t a = 0; a < groups; ++a) {
    group.values.push_back(static_cast<double>(a));
    for (std::size_t b = 0; b < bins; ++b) {
      rates.values.push_back(trajectory_[b * groups + a] / (neurons_[a] * plan_.bin));
    }
  }
  result.curves.push_back({"rate_trajectory", {group, time}, std::move(rates), std::nullopt, label});
}

void Recorder::finish_state_curves(std::size_t k, const std::string& label, system::Realisation& result) const {
  append_density<OctaveBins>(
      "conditional_isi_density", label, {"interval", "time", {}}, batch_.size(),
      [&](std::size_t a) { return detector_.intervals(k, a); }, result);
  if (detector_.residences(k).size() < 2) return;
  append_survival(label, detector_.residences(k), 4000.0 * plan_.filter, result);
}

void Recorder::finish_curves(const std::string& label, system::Realisation& result) const {
  const auto groups = batch_.size();
  system::Axis group_axis{"group", "1", {}};
  for (std::size_t a = 0; a < groups; ++a) group_axis.values.push_back(static_cast<double>(a));
  finish_densities(label, result);
  if (!trace_.empty()) {
    const std::size_t bins = trace_.size() / groups;
    system::MeasuredCurve curve{"state_trace", {group_axis, {"time", "time", {}}}, {}, std::nullopt, label};
    curve.values.shape = {groups, bins};
    for (std::size_t b = 0; b < bins; ++b) curve.axes[1].values.push_back(static_cast<double>(b + 1) * plan_.bin);
    for (std::size_t a = 0; a < groups; ++a) {
      for (std::size_t b = 0; b < bins; ++b) curve.values.values.push_back(trace_[b * groups + a]);
    }
    result.curves.push_back(std::move(curve));
  }
  if (!raster_.empty()) {
    const std::size_t spikes = raster_.size() / 2;
    system::MeasuredCurve curve{"raster", {{"spike", "1", {}}}, {}, std::nullopt, label};
    for (std::size_t k = 0; k < spikes; ++k) curve.axes[0].values.push_back(static_cast<double>(k));
    curve.values = system::Tensor({spikes}, raster_, true);
    result.curves.push_back(std::move(curve));
  }
}

}  // namespace limes::spiking

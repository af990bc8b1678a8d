#include "limes/spiking/simulation/recorder.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <optional>

namespace limes::spiking {

namespace {

constexpr std::size_t kBatches = 32;
constexpr double kWarmFilter = 5.0;  // filter time constants before states are looked for

using Statistic = double (*)(const SpikeSums&);

SpikeSums sum_of(const std::vector<SpikeSums>& stretches) {
  SpikeSums total;
  for (const SpikeSums& stretch : stretches) total.add(stretch);
  return total;
}

/// One number per group, with errors where there are enough stretches; nothing where a group gives no finite number.
void measure_groups(const std::string& name, const std::string& label,
                    const std::vector<std::vector<SpikeSums>>& stretches, Statistic statistic,
                    system::Realisation& result) {
  std::vector<double> values;
  std::vector<double> errors;
  for (const auto& of_group : stretches) {
    const double value = statistic(sum_of(of_group));
    if (!std::isfinite(value)) return;
    values.push_back(value);
    if (const auto error = jackknife_error(of_group, statistic)) errors.push_back(*error);
  }
  std::optional<system::Tensor> error;
  if (errors.size() == values.size()) error = system::Tensor(errors);
  result.quantities.push_back({name, system::Tensor(values), error, label});
}

void measure_scalar(const std::string& name, const std::string& label, double value, std::optional<double> error,
                    system::Realisation& result) {
  if (!std::isfinite(value)) return;
  std::optional<system::Tensor> uncertainty;
  if (error && std::isfinite(*error)) uncertainty = system::Tensor(*error);
  result.quantities.push_back({name, system::Tensor(value), uncertainty, label});
}

/// Mean, CV and median over mean of residence times.
void measure_residence(const std::string& label, const std::vector<double>& times, system::Realisation& result) {
  measure_scalar("transition_count", label, static_cast<double>(times.size()), std::nullopt, result);
  if (times.empty()) return;
  // As sums of intervals, one stretch per visit: the same statistics and errors as everywhere.
  std::vector<SpikeSums> visits(times.size());
  for (std::size_t v = 0; v < times.size(); ++v) visits[v].add_interval(times[v]);
  const SpikeSums total = sum_of(visits);
  measure_scalar("residence_time", label, total.interval_mean(),
                 jackknife_error(visits, [](const SpikeSums& s) { return s.interval_mean(); }), result);
  if (times.size() < 2) return;
  measure_scalar("residence_time_cv", label, total.interval_cv(),
                 jackknife_error(visits, [](const SpikeSums& s) { return s.interval_cv(); }), result);
  std::vector<double> sorted = times;
  const auto middle = sorted.begin() + static_cast<std::ptrdiff_t>(sorted.size() / 2);
  std::nth_element(sorted.begin(), middle, sorted.end());
  measure_scalar("residence_median_ratio", label, *middle / total.interval_mean(), std::nullopt, result);
}

/// Per group the place of the largest density of the trace; nothing where a group has none.
std::optional<std::vector<double>> modal_rates(const std::function<std::span<const double>(std::size_t)>& counts,
                                               std::size_t groups) {
  std::vector<double> modes;
  for (std::size_t a = 0; a < groups; ++a) {
    const auto mode = mode_of(counts(a));
    if (!mode) return std::nullopt;
    modes.push_back(*mode);
  }
  return modes;
}

/// `replicas-10/state-0`, where both labels are there.
std::string joined(const std::string& label, const std::string& state) {
  return label.empty() ? state : label + "/" + state;
}

}  // namespace

RunPlan::RunPlan(const SpikingDescription& description) {
  const double scale = description.time_scale();
  const auto& simulation = description.simulation;
  bin = std::min(description.detection.bin * scale, simulation.duration);
  filter = description.detection.filter * scale;
  transient_bins = std::llround(std::ceil(simulation.transient / bin - 1e-9));
  measured_bins = std::max<std::int64_t>(1, std::llround(simulation.duration / bin));
  if (description.time_dependent) {
    const double horizon_bins = std::ceil(description.horizon / bin - 1e-9);
    trajectory_bins = std::min(total_bins(), static_cast<std::int64_t>(horizon_bins));
  }
  batches = static_cast<std::size_t>(std::min<std::int64_t>(kBatches, measured_bins));
}

Recorder::Recorder(const EventNetwork& network, const CoreSets& cores, const RunPlan& plan, bool first)
    : network_(network),
      plan_(plan),
      detector_(
          cores,
          [&] {
            std::vector<double> neurons;
            for (std::size_t a = 0; a < network.groups(); ++a) {
              const std::size_t size = network.group_borders[a + 1] - network.group_borders[a];
              neurons.push_back(static_cast<double>(size * network.replicas));
            }
            return neurons;
          }(),
          plan.filter, plan.bin),
      linear_(network.intensity == Intensity::kLinear),
      keeps_trace_(first && network.groups() <= kMostTraces),
      keeps_raster_(first),
      measuring_(plan.transient_bins == 0),
      bin_spikes_(network.groups(), 0.0),
      last_spike_(network.neurons(), -1.0),
      batch_(network.groups()) {
  for (std::size_t a = 0; a < network.groups(); ++a) {
    const std::size_t size = network.group_borders[a + 1] - network.group_borders[a];
    neurons_.push_back(static_cast<double>(size * network.replicas));
  }
  if (network.groups() <= kMostHistograms) {
    histogram_.assign(network.groups() * OctaveBins::kCount, 0.0);
    trace_counts_.assign(network.groups() * RateBins::kCount, 0.0);
    if (!linear_) states_.assign(network.groups() * StateBins::kCount, 0.0);
  }
}

void Recorder::record_raster(double time, std::size_t unit) {
  raster_.push_back(time - static_cast<double>(plan_.transient_bins) * plan_.bin);
  raster_.push_back(static_cast<double>(unit));
  keeps_raster_ = raster_.size() < 2 * kRasterSpikes;
}

void Recorder::end_bin(double time) {
  const bool warm = static_cast<double>(bin_ + 1) * plan_.bin >= kWarmFilter * plan_.filter;
  detector_.end_bin(time, bin_spikes_, measuring_ && warm);
  if (bin_ < plan_.trajectory_bins) trajectory_.insert(trajectory_.end(), bin_spikes_.begin(), bin_spikes_.end());
  if (measuring_) {
    const std::int64_t measured = bin_ - plan_.transient_bins;
    for (std::size_t a = 0; a < batch_.size(); ++a) {
      batch_[a].time += plan_.bin * neurons_[a];
      batch_[a].spikes += bin_spikes_[a];
    }
    for (std::size_t a = 0; !trace_counts_.empty() && warm && a < batch_.size(); ++a) {
      trace_counts_[a * RateBins::kCount + RateBins::index(detector_.trace()[a])] += 1.0;
    }
    if (keeps_trace_ && trace_.size() < kTraceBins * batch_.size()) {
      trace_.insert(trace_.end(), detector_.trace().begin(), detector_.trace().end());
    }
    const auto batches = static_cast<std::int64_t>(plan_.batches);
    if ((measured + 1) * batches / plan_.measured_bins != measured * batches / plan_.measured_bins) {
      batches_.push_back(batch_);
      std::fill(batch_.begin(), batch_.end(), SpikeSums{});
    }
  }
  std::fill(bin_spikes_.begin(), bin_spikes_.end(), 0.0);
  ++bin_;
  measuring_ = bin_ >= plan_.transient_bins;
}

void Recorder::finish(const std::string& label, system::Realisation& result) const {
  std::vector<std::vector<SpikeSums>> stretches(batch_.size());
  for (const auto& batch : batches_) {
    for (std::size_t a = 0; a < batch.size(); ++a) stretches[a].push_back(batch[a]);
  }
  // A run that went to and fro is in no one state: it is not to be compared with one (note section 10).
  const bool switched = detector_.states_seen() > 1;
  const std::string own = switched ? joined(label, "all_states") : label;
  measure_groups(
      "rate", own, stretches, [](const SpikeSums& s) { return s.rate(); }, result);
  measure_groups(
      "isi_cv", own, stretches, [](const SpikeSums& s) { return s.interval_cv(); }, result);
  measure_groups(
      "isi_mean", own, stretches, [](const SpikeSums& s) { return s.interval_mean(); }, result);
  measure_groups(
      "mean_state", own, stretches, [](const SpikeSums& s) { return s.state_mean(); }, result);
  measure_groups(
      "state_variance", own, stretches, [](const SpikeSums& s) { return s.state_variance(); }, result);
  if (detector_.cores().count() > 0) finish_states(label, result);
  if (!switched) {
    const auto modes =
        modal_rates([&](std::size_t a) { return counts_of_group<RateBins>(trace_counts_, a); }, batch_.size());
    if (modes) result.quantities.push_back({"modal_rate", system::Tensor(*modes), std::nullopt, own});
  }
  finish_curves(own, result);
  if (!trajectory_.empty()) finish_trajectory(label, result);
}

void Recorder::finish_states(const std::string& label, system::Realisation& result) const {
  const CoreSets& cores = detector_.cores();
  const std::size_t count = cores.count();
  double total = 0.0;
  for (std::size_t k = 0; k < count; ++k) total += detector_.time_in(k);
  if (total == 0.0) return;
  system::Tensor rates(std::vector<std::size_t>{count, count}, std::vector<double>(count * count, 0.0));
  for (std::size_t k = 0; k < count; ++k) {
    const std::string state = joined(label, cores.state(k).label);
    const double time = detector_.time_in(k);
    measure_scalar("occupancy", state, time / total, std::nullopt, result);
    for (std::size_t other = 0; other < count && time > 0.0; ++other) {
      rates.values[k * count + other] = detector_.transitions(k, other) / time;
    }
    // Exits of an exponential law are Poisson events of the time spent there, whether the last visit is over or not.
    double exits = 0.0;
    for (std::size_t other = 0; other < count; ++other) exits += detector_.transitions(k, other);
    if (exits > 0.0) {
      const double mean = time / (exits + 1.0);
      measure_scalar("mean_residence_time", state, mean, mean / std::sqrt(exits), result);
    }
    measure_residence(state, detector_.residences(k), result);
    finish_state_curves(k, state, result);
    std::vector<std::vector<SpikeSums>> visits;
    for (std::size_t a = 0; a < batch_.size(); ++a) visits.push_back(detector_.visits(k, a));
    measure_groups(
        "conditional_rate", state, visits, [](const SpikeSums& s) { return s.rate(); }, result);
    measure_groups(
        "conditional_isi_cv", state, visits, [](const SpikeSums& s) { return s.interval_cv(); }, result);
    const auto modes = modal_rates([&](std::size_t a) { return detector_.trace_counts(k, a); }, batch_.size());
    if (modes) result.quantities.push_back({"modal_rate", system::Tensor(*modes), std::nullopt, state});
  }
  result.quantities.push_back({"transition_rate", rates, std::nullopt, joined(label, "all_states")});
}

}  // namespace limes::spiking

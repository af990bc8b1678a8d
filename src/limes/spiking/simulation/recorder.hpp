#pragma once
// What is measured in one run.

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "limes/spiking/simulation/event_network.hpp"
#include "limes/spiking/simulation/histogram_bins.hpp"
#include "limes/spiking/simulation/spike_sums.hpp"
#include "limes/spiking/simulation/state_detector.hpp"
#include "limes/spiking/spiking_description.hpp"
#include "limes/system/outcome.hpp"

namespace limes::spiking {

/// Bins and batches of a run; times count from its start.
struct RunPlan {
  explicit RunPlan(const SpikingDescription& description);

  double bin = 0.25;
  double filter = 2.0;
  std::int64_t transient_bins = 0;
  std::int64_t measured_bins = 1;
  std::int64_t trajectory_bins = 0;  ///< from the start of the run on, transient included
  std::size_t batches = 32;          ///< of the measured time, equal to one bin

  [[nodiscard]] std::int64_t total_bins() const { return transient_bins + measured_bins; }
};

class Recorder {
 public:
  /// `first`: the run whose raster and trace are kept. All arguments must stay alive.
  Recorder(const EventNetwork& network, const CoreSets& cores, const RunPlan& plan, bool first);

  /// A spike during bin `bin_index()`.
  void on_spike(double time, std::size_t neuron) {
    const std::size_t unit = network_.replicas == 1 ? neuron : neuron % network_.units;
    const std::size_t a = network_.group_of[unit];
    bin_spikes_[a] += 1.0;
    const double start = last_spike_[neuron];
    last_spike_[neuron] = time;
    if (!measuring_) return;
    if (start >= 0.0) {
      const double interval = time - start;
      batch_[a].add_interval(interval);
      detector_.add_interval(a, start, interval);
      if (!histogram_.empty()) histogram_[a * OctaveBins::kCount + OctaveBins::index(interval)] += 1.0;
    }
    if (keeps_raster_ && neuron == unit) record_raster(time, unit);
  }
  /// y of a neuron at the end of a bin.
  void add_state(std::size_t neuron, double y) {
    const std::size_t unit = network_.replicas == 1 ? neuron : neuron % network_.units;
    const double state = linear_ ? y + network_.base[unit] : y;
    SpikeSums& sums = batch_[network_.group_of[unit]];
    sums.samples += 1.0;
    sums.state_sum += state;
    sums.state_square += state * state;
    if (!states_.empty()) states_[network_.group_of[unit] * StateBins::kCount + StateBins::index(y)] += 1.0;
  }
  /// Closes the bin that ends at `time`.
  void end_bin(double time);

  [[nodiscard]] std::int64_t bin_index() const { return bin_; }
  [[nodiscard]] bool measuring() const { return measuring_; }

  /// Appends the measurements, under `label` (and for states under their own), to `result`.
  void finish(const std::string& label, system::Realisation& result) const;

  template <typename Archive>
  void archive(Archive& a) {
    a(bin_, measuring_, keeps_raster_, bin_spikes_, last_spike_, batch_, batches_, histogram_, states_, trace_counts_,
      raster_, trace_, trajectory_, detector_);
  }

 private:
  static constexpr std::size_t kMostHistograms = 64;
  static constexpr std::size_t kMostTraces = 32;
  static constexpr std::size_t kRasterSpikes = 4000;
  static constexpr std::size_t kTraceBins = 2000;

  void record_raster(double time, std::size_t unit);
  void finish_trajectory(const std::string& label, system::Realisation& result) const;
  void finish_curves(const std::string& label, system::Realisation& result) const;
  void finish_states(const std::string& label, system::Realisation& result) const;
  void finish_densities(const std::string& label, system::Realisation& result) const;
  void finish_state_curves(std::size_t k, const std::string& label, system::Realisation& result) const;

  const EventNetwork& network_;
  const RunPlan& plan_;
  StateDetector detector_;
  std::vector<double> neurons_;  // per group, all replicas
  bool linear_;
  bool keeps_trace_;
  bool keeps_raster_;
  std::int64_t bin_ = 0;
  bool measuring_ = false;
  std::vector<double> bin_spikes_;
  std::vector<double> last_spike_;
  std::vector<SpikeSums> batch_;                 // per group
  std::vector<std::vector<SpikeSums>> batches_;  // finished ones
  std::vector<double> histogram_;                // of the intervals, by group and bin
  std::vector<double> states_;                   // of y, by group and bin; not for linear intensities
  std::vector<double> trace_counts_;             // of the trace, by group and bin
  std::vector<double> raster_;                   // pairs (time, unit)
  std::vector<double> trace_;                    // bin by bin, group by group
  std::vector<double> trajectory_;               // spikes, bin by bin, group by group
};

}  // namespace limes::spiking

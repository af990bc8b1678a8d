#pragma once
// Which metastable state a run is in, for how long, and what it does there (theory note rmf, section 4).

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <span>
#include <utility>
#include <vector>

#include "limes/spiking/simulation/core_sets.hpp"
#include "limes/spiking/simulation/histogram_bins.hpp"
#include "limes/spiking/simulation/spike_sums.hpp"

namespace limes::spiking {

/// The state trace: a causal exponential filter of the spikes per neuron and time, bin by bin.
class TraceFilter {
 public:
  /// `neurons`: per group, all replicas together.
  TraceFilter(std::vector<double> neurons, double filter, double bin)
      : neurons_(std::move(neurons)), bin_(bin), keep_(std::exp(-bin / filter)) {}
  /// s <- s e^{-bin/filter} + (1 - e^{-bin/filter}) count/(n bin).
  void end_bin(const std::vector<double>& spikes, std::vector<double>& trace) const {
    for (std::size_t a = 0; a < trace.size(); ++a) {
      trace[a] = keep_ * trace[a] + (1.0 - keep_) * spikes[a] / (neurons_[a] * bin_);
    }
  }

 private:
  std::vector<double> neurons_;
  double bin_;
  double keep_;  // e^{-bin/filter}
};

/// Fed with every bin and interval of a run.
class StateDetector {
 public:
  /// `neurons`: per group, all replicas together. `cores` must stay alive.
  StateDetector(const CoreSets& cores, std::vector<double> neurons, double filter, double bin);

  /// An interval of group `a` that began at `start` and ends now.
  void add_interval(std::size_t a, double start, double interval) {
    if (current_ < 0 || start < entered_) return;
    recent_[a].add_interval(interval);
    if (keeps_histograms_)
      recent_bins_.push_back(static_cast<std::uint32_t>(a * OctaveBins::kCount + OctaveBins::index(interval)));
  }
  /// The bin that ends at `time` held these spikes per group. Before `watching` only the trace is kept.
  void end_bin(double time, const std::vector<double>& spikes, bool watching);

  [[nodiscard]] const std::vector<double>& trace() const { return trace_; }
  [[nodiscard]] const CoreSets& cores() const { return cores_; }

  /// Residence times of the whole visits to state k, from entering its core to entering another; the first and the last
  /// visit of a run are not whole.
  [[nodiscard]] const std::vector<double>& residences(std::size_t k) const { return residences_[k]; }
  /// Time for which the last core was that of k, unfinished visits included.
  [[nodiscard]] double time_in(std::size_t k) const { return time_in_[k]; }
  [[nodiscard]] double transitions(std::size_t from, std::size_t to) const {
    return transitions_[from * cores_.count() + to];
  }
  /// Per visit to k: sums of group a while the last and the next core are that of k (unfinished visits included).
  [[nodiscard]] std::vector<SpikeSums> visits(std::size_t k, std::size_t a) const;
  [[nodiscard]] std::size_t states_seen() const;
  /// Counts of the intervals of group a during the visits to k, in OctaveBins; empty for very many groups.
  [[nodiscard]] std::span<const double> intervals(std::size_t k, std::size_t a) const;
  /// Counts of the trace of group a at the ends of bins while the last core was that of k, in RateBins.
  [[nodiscard]] std::span<const double> trace_counts(std::size_t k, std::size_t a) const;

  template <typename Archive>
  void archive(Archive& a) {
    a(trace_, current_, first_visit_, entered_, residences_, time_in_, transitions_, visits_, recent_, recent_bins_,
      intervals_, trace_counts_);
  }

 private:
  static constexpr std::size_t kMostHistograms = 64;

  void enter(int core, double time);

  const CoreSets& cores_;
  std::vector<double> neurons_;
  double bin_;
  TraceFilter filter_;
  std::vector<double> trace_;
  int current_ = -1;  // the last core
  bool first_visit_ = true;
  double entered_ = 0.0;
  std::vector<std::vector<double>> residences_;
  std::vector<double> time_in_;
  std::vector<double> transitions_;
  std::vector<std::vector<SpikeSums>> visits_;  // per state: visit by visit, group by group
  std::vector<SpikeSums> recent_;               // since the trace was in the core last
  bool keeps_histograms_;
  std::vector<std::uint32_t> recent_bins_;  // group and bin of the intervals since then
  std::vector<double> intervals_;           // by state, group, bin
  std::vector<double> trace_counts_;        // by state, group, bin
};

}  // namespace limes::spiking

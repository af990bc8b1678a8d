#include "limes/spiking/simulation/state_detector.hpp"

#include <utility>

namespace limes::spiking {

StateDetector::StateDetector(const CoreSets& cores, std::vector<double> neurons, double filter, double bin)
    : cores_(cores),
      neurons_(std::move(neurons)),
      bin_(bin),
      filter_(neurons_, filter, bin),
      trace_(neurons_.size(), 0.0),
      residences_(cores.count()),
      time_in_(cores.count(), 0.0),
      transitions_(cores.count() * cores.count(), 0.0),
      visits_(cores.count()),
      recent_(neurons_.size()),
      keeps_histograms_(cores.count() > 0 && neurons_.size() <= kMostHistograms) {
  if (!keeps_histograms_) return;
  intervals_.assign(cores.count() * neurons_.size() * OctaveBins::kCount, 0.0);
  trace_counts_.assign(cores.count() * neurons_.size() * RateBins::kCount, 0.0);
}

void StateDetector::end_bin(double time, const std::vector<double>& spikes, bool watching) {
  filter_.end_bin(spikes, trace_);
  if (!watching || cores_.count() == 0) return;
  const int core = cores_.core_of(trace_);
  if (current_ >= 0) {
    const auto k = static_cast<std::size_t>(current_);
    time_in_[k] += bin_;
    for (std::size_t a = 0; keeps_histograms_ && a < trace_.size(); ++a) {
      trace_counts_[(k * trace_.size() + a) * RateBins::kCount + RateBins::index(trace_[a])] += 1.0;
    }
    for (std::size_t a = 0; a < recent_.size(); ++a) {
      recent_[a].time += bin_ * neurons_[a];
      recent_[a].spikes += spikes[a];
    }
    if (core == current_) {
      // The trace is back in the core: what happened since it was there last belongs to the visit.
      const std::size_t first = visits_[k].size() - recent_.size();
      for (std::size_t a = 0; a < recent_.size(); ++a) {
        visits_[k][first + a].add(recent_[a]);
        recent_[a] = {};
      }
      const std::size_t offset = k * neurons_.size() * OctaveBins::kCount;
      for (const std::uint32_t bin : recent_bins_) intervals_[offset + bin] += 1.0;
      recent_bins_.clear();
    }
  }
  if (core < 0 || core == current_) return;
  enter(core, time);
  // The bin at whose end the trace is in the core: its last and its next core are this one.
  const auto k = static_cast<std::size_t>(core);
  const std::size_t first = visits_[k].size() - recent_.size();
  for (std::size_t a = 0; a < recent_.size(); ++a) {
    visits_[k][first + a].time += bin_ * neurons_[a];
    visits_[k][first + a].spikes += spikes[a];
  }
}

void StateDetector::enter(int core, double time) {
  if (current_ >= 0) {
    const auto from = static_cast<std::size_t>(current_);
    transitions_[from * cores_.count() + static_cast<std::size_t>(core)] += 1.0;
    if (!first_visit_) residences_[from].push_back(time - entered_);
    first_visit_ = false;
  }
  current_ = core;
  entered_ = time;
  for (SpikeSums& sums : recent_) sums = {};
  recent_bins_.clear();
  std::vector<SpikeSums>& visits = visits_[static_cast<std::size_t>(core)];
  visits.resize(visits.size() + recent_.size());
}

std::vector<SpikeSums> StateDetector::visits(std::size_t k, std::size_t a) const {
  std::vector<SpikeSums> result;
  for (std::size_t i = a; i < visits_[k].size(); i += neurons_.size()) result.push_back(visits_[k][i]);
  return result;
}

std::span<const double> StateDetector::intervals(std::size_t k, std::size_t a) const {
  if (!keeps_histograms_) return {};
  return std::span(intervals_).subspan((k * neurons_.size() + a) * OctaveBins::kCount, OctaveBins::kCount);
}

std::span<const double> StateDetector::trace_counts(std::size_t k, std::size_t a) const {
  if (!keeps_histograms_) return {};
  return std::span(trace_counts_).subspan((k * neurons_.size() + a) * RateBins::kCount, RateBins::kCount);
}

std::size_t StateDetector::states_seen() const {
  std::size_t seen = 0;
  for (const double time : time_in_) seen += time > 0.0 ? 1 : 0;
  return seen;
}

}  // namespace limes::spiking

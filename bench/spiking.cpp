// Event-driven simulation of spiking networks against a plain scalar loop of the same algorithm (lazy decay, thinning,
// flat or blocked sums, one exponential per decay and one per bound), on one thread; and the cost of a spike at 1e5
// neurons over that at 1e3.

#include <fmt/format.h>

#include <cmath>
#include <random>
#include <vector>

#include "bench/ratio.hpp"
#include "limes/spiking/simulation/event_simulator.hpp"

namespace {

using namespace limes;
using spiking::EventNetwork;
using spiking::Intensity;
using Simulator = spiking::EventSimulator<Intensity::kExponential>;

/// Note 8.4 for 20 neurons: all to all.
EventNetwork all_to_all(std::size_t size) {
  spiking::SpikingNetwork network;
  network.groups = {{size, 0.05, 1.0, 0.0}};
  network.weights = Eigen::MatrixXd::Constant(1, 1, 6.3 / (static_cast<double>(size) - 1.0));
  return {network, nullptr, 1};
}

/// 100 targets each: 80 excitatory, 20 inhibitory connections.
EventNetwork sparse(std::size_t size) {
  std::mt19937_64 generator(1);
  std::vector<Eigen::Triplet<double>> entries;
  for (std::size_t source = 0; source < size; ++source) {
    for (int k = 0; k < 100; ++k) {
      entries.emplace_back(static_cast<int>(generator() % size), static_cast<int>(source), k < 80 ? 0.04 : -0.1);
    }
  }
  coupling::SparseMatrix weights(static_cast<Eigen::Index>(size), static_cast<Eigen::Index>(size));
  weights.setFromTriplets(entries.begin(), entries.end());
  const coupling::Matrix matrix = weights;
  spiking::SpikingNetwork network;
  network.groups = {{size, 1.0, 1.0, 0.0}};
  return {network, &matrix, 1};
}

/// The plain loop.
class Plain {
 public:
  explicit Plain(const EventNetwork& network)
      : network_(network),
        y_(network.units, 0.0),
        last_(network.units, 0.0),
        bound_(network.base),
        sums_((network.units + 31) / 32, 0.0) {
    for (std::size_t i = 0; i < bound_.size(); ++i) sums_[i / 32] += bound_[i];
    for (const double sum : sums_) total_ += sum;
  }

  void run(std::uint64_t spikes) {
    while (spikes > 0) {
      time_ += waiting_(generator_) / total_;
      double place = uniform_(generator_) * total_;
      std::size_t block = 0;
      while (block + 1 < sums_.size() && place >= sums_[block]) place -= sums_[block++];
      std::size_t i = 32 * block;
      const std::size_t end = std::min(bound_.size(), i + 32);
      while (i + 1 < end && place >= bound_[i]) place -= bound_[i++];
      decay(i);
      if (place >= network_.base[i] * std::exp(y_[i])) {
        rebound(i);
        continue;
      }
      --spikes;
      y_[i] = network_.reset[i];
      rebound(i);
      if (network_.grouped) {
        for (std::size_t k = 0; k < y_.size(); ++k) {
          if (k != i) deliver(k, network_.hearers[0][0].weight);
        }
      } else {
        for (std::size_t k = network_.row[i]; k < network_.row[i + 1]; ++k)
          deliver(network_.target[k], network_.weight[k]);
      }
    }
  }

 private:
  void decay(std::size_t i) {
    y_[i] *= std::exp(-(time_ - last_[i]) * network_.clock_rate[network_.clock[i]]);
    last_[i] = time_;
  }
  void rebound(std::size_t i) {
    const double bound = network_.base[i] * std::exp(std::max(y_[i], 0.0));
    total_ += bound - bound_[i];
    sums_[i / 32] += bound - bound_[i];
    bound_[i] = bound;
  }
  void deliver(std::size_t i, double weight) {
    decay(i);
    y_[i] += weight;
    rebound(i);
  }

  const EventNetwork& network_;
  std::mt19937_64 generator_{1};
  std::uniform_real_distribution<double> uniform_;
  std::exponential_distribution<double> waiting_;
  std::vector<double> y_, last_, bound_, sums_;
  double total_ = 0.0;
  double time_ = 0.0;
};

const auto kIgnore = [](double, std::size_t) {};

void against_plain(benchmark::State& state, const EventNetwork& network, const std::string& name) {
  constexpr std::uint64_t kSpikes = 100'000;
  Plain plain(network);
  Simulator simulator(network, 1, 0, 0);
  plain.run(kSpikes);
  simulator.advance(1e300, kSpikes, kIgnore);
  const auto times = bench::in_turns(
      state, [&] { plain.run(kSpikes); }, [&] { simulator.advance(1e300, kSpikes, kIgnore); });
  state.counters["plain_spikes_per_s"] = kSpikes / times.first;
  state.counters["spikes_per_s"] = kSpikes / times.second;
  bench::report(state, "spiking_over_plain/" + name, times.first / times.second);
}

void spiking_all_to_all(benchmark::State& state) { against_plain(state, all_to_all(20), "all_to_all_20"); }
void spiking_sparse(benchmark::State& state) { against_plain(state, sparse(1000), "1000_neurons_100_targets"); }

void against_small(benchmark::State& state, const EventNetwork& small, const EventNetwork& large,
                   const std::string& name) {
  constexpr std::uint64_t kSpikes = 50'000;
  Simulator of_small(small, 1, 0, 0), of_large(large, 1, 0, 0);
  of_small.advance(1e300, kSpikes, kIgnore);
  of_large.advance(1e300, 10 * kSpikes, kIgnore);
  const auto times = bench::in_turns(
      state, [&] { of_small.advance(1e300, kSpikes, kIgnore); }, [&] { of_large.advance(1e300, kSpikes, kIgnore); });
  bench::report(state, name, times.second / times.first);
}

void spiking_size(benchmark::State& state) {
  against_small(state, sparse(1000), sparse(100'000), "spiking_cost_1e5_over_1e3_neurons");
}
void spiking_all_to_all_size(benchmark::State& state) {
  against_small(state, all_to_all(1000), all_to_all(100'000), "spiking_all_to_all_cost_1e5_over_1e3_neurons");
}

BENCHMARK(spiking_all_to_all)->Iterations(20)->UseManualTime()->Unit(benchmark::kMillisecond);
BENCHMARK(spiking_sparse)->Iterations(10)->UseManualTime()->Unit(benchmark::kMillisecond);
BENCHMARK(spiking_all_to_all_size)->Iterations(10)->UseManualTime()->Unit(benchmark::kMillisecond);
BENCHMARK(spiking_size)->Iterations(10)->UseManualTime()->Unit(benchmark::kMillisecond);

}  // namespace

int main(int argc, char** argv) { return limes::bench::main(argc, argv); }

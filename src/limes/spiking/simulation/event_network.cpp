#include "limes/spiking/simulation/event_network.hpp"

#include <algorithm>
#include <cmath>
#include <stdexcept>

namespace limes::spiking {

namespace {

void append_group(EventNetwork& result, const Group& group, std::uint32_t number) {
  const bool relaxes = std::isfinite(group.time_constant);
  const double rate = relaxes ? 1.0 / group.time_constant : 0.0;
  auto known = std::find(result.clock_rate.begin(), result.clock_rate.end(), rate);
  if (known == result.clock_rate.end()) known = result.clock_rate.insert(known, rate);
  const auto clock = static_cast<std::uint32_t>(known - result.clock_rate.begin());
  const bool linear = result.intensity == Intensity::kLinear;
  const double base = linear && !relaxes ? 0.0 : group.base_rate;
  result.base.insert(result.base.end(), group.size, base);
  result.reset.insert(result.reset.end(), group.size, linear ? group.reset - base : group.reset);
  result.clock.insert(result.clock.end(), group.size, clock);
  result.relaxation.insert(result.relaxation.end(), group.size, rate);
  result.group_of.insert(result.group_of.end(), group.size, number);
  result.group_borders.push_back(result.base.size());
}

/// Compressed columns: who hears unit j, and how much. `for_each` visits all (target, source, weight), twice.
template <typename ForEach>
void set_connections(EventNetwork& result, ForEach&& for_each) {
  result.grouped = false;
  std::vector<std::size_t> count(result.units + 1, 0);
  for_each([&](std::size_t i, std::size_t j, double) {
    if (i != j) ++count[j + 1];
  });
  for (std::size_t j = 0; j < result.units; ++j) count[j + 1] += count[j];
  result.row = count;
  result.target.resize(count.back());
  result.weight.resize(count.back());
  for_each([&](std::size_t i, std::size_t j, double value) {
    if (i == j) return;
    const std::size_t place = count[j]++;
    result.target[place] = static_cast<std::uint32_t>(i);
    result.weight[place] = value;
  });
}

void set_group_weights(EventNetwork& result, const Eigen::MatrixXd& weights) {
  const std::size_t groups = result.groups();
  if (weights.rows() != weights.cols() || static_cast<std::size_t>(weights.rows()) != groups) {
    throw std::invalid_argument("the weights are not groups x groups");
  }
  result.hearers.resize(groups);
  for (std::size_t c = 0; c < groups; ++c) {
    for (std::size_t a = 0; a < groups; ++a) {
      const double weight = weights(static_cast<Eigen::Index>(a), static_cast<Eigen::Index>(c));
      if (weight != 0.0) result.hearers[c].push_back({static_cast<std::uint32_t>(a), weight});
    }
  }
  if (result.replicas > 1 || result.units <= EventNetwork::kSmall || result.units >= 4 * groups) return;
  set_connections(result, [&](auto&& visit) {
    for (std::size_t j = 0; j < result.units; ++j) {
      for (const auto& [a, weight] : result.hearers[result.group_of[j]]) {
        for (std::size_t i = result.group_borders[a]; i < result.group_borders[a + 1]; ++i) visit(i, j, weight);
      }
    }
  });
}

}  // namespace

EventNetwork::EventNetwork(const SpikingNetwork& network, const coupling::Matrix* matrix, std::size_t replica_count)
    : intensity(network.intensity), replicas(replica_count), group_borders{0} {
  for (std::size_t a = 0; a < network.groups.size(); ++a) {
    append_group(*this, network.groups[a], static_cast<std::uint32_t>(a));
  }
  units = base.size();
  if (replicas < 1 || units < 1 || neurons() > (std::size_t{1} << 31)) {
    throw std::invalid_argument("an event network has between 1 and 2^31 neurons");
  }
  if (matrix != nullptr) {
    if (static_cast<std::size_t>(coupling::size(*matrix)) != units) {
      throw std::invalid_argument("the weight matrix has another size than the network");
    }
    set_connections(*this, [&](auto&& visit) {
      coupling::for_each_entry(*matrix, [&](Eigen::Index i, Eigen::Index j, double value) {
        visit(static_cast<std::size_t>(i), static_cast<std::size_t>(j), value);
      });
    });
  } else {
    set_group_weights(*this, network.weights);
  }
  for (std::size_t a = 0; a < network.inputs.size(); ++a) {
    const std::size_t count = network.groups.at(a).size;
    for (const ExternalInput& input : network.inputs[a]) {
      const double rate = input.rate * static_cast<double>(count * replicas);
      if (!(rate > 0.0) || input.weight == 0.0) continue;
      input_rate += rate;
      inputs.push_back({group_borders[a], count, input.weight, input_rate});
    }
  }
}

}  // namespace limes::spiking

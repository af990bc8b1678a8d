#include "limes/spiking/replica_frequency.hpp"

#include <Eigen/LU>
#include <algorithm>
#include <cmath>
#include <complex>

#include "limes/spiking/theory/neuron_solution.hpp"
#include "limes/spiking/theory/self_consistency.hpp"

namespace limes::spiking {

namespace {

using Complex = std::complex<double>;

constexpr std::size_t kMostGroups = 16;  // the response is one curve per pair of groups

/// 0, and sixty on a logarithmic grid from far below to far above all rates of the state.
std::vector<double> frequencies_of(const SpikingNetwork& network, const Eigen::VectorXd& rates) {
  double slowest = rates.minCoeff(), fastest = rates.maxCoeff();
  for (const Group& group : network.groups) {
    if (!std::isfinite(group.time_constant)) continue;
    slowest = std::min(slowest, 1.0 / group.time_constant);
    fastest = std::max(fastest, 1.0 / group.time_constant);
  }
  constexpr int kPoints = 60;
  const double lower = 0.02 * std::max(slowest, 1e-6 * fastest), upper = 50.0 * fastest;
  std::vector<double> frequencies{0.0};
  for (int k = 0; k < kPoints; ++k) frequencies.push_back(lower * std::pow(upper / lower, k / (kPoints - 1.0)));
  return frequencies;
}

/// The number of external inputs, or 0 where the groups have different ones.
std::size_t common_inputs(const SpikingNetwork& network) {
  if (network.inputs.empty()) return 0;
  const std::size_t count = network.inputs.front().size();
  const bool same = std::all_of(network.inputs.begin(), network.inputs.end(),
                                [&](const auto& inputs) { return inputs.size() == count; });
  return same ? count : 0;
}

/// [a] of the responses of the groups' neurons, and of their intervals' transforms.
struct Responses {
  std::vector<NeuronResponse> rate;
  std::vector<std::function<Complex(Complex)>> interval;
};

/// C o Jhat and Jhat_in at one frequency.
struct Modulation {
  Eigen::MatrixXcd recurrent, external;
};

Modulation modulation_at(const SpikingNetwork& network, const Responses& responses, std::size_t inputs, Complex s) {
  const auto groups = static_cast<Eigen::Index>(network.groups.size());
  Modulation result{Eigen::MatrixXcd::Zero(groups, groups),
                    Eigen::MatrixXcd::Zero(groups, static_cast<Eigen::Index>(inputs))};
  for (Eigen::Index a = 0; a < groups; ++a) {
    const auto target = static_cast<std::size_t>(a);
    const std::vector<Complex> response = responses.rate[target](s);
    std::size_t k = 0;
    for (Eigen::Index c = 0; c < groups; ++c) {
      const double connections = network.connections(target, static_cast<std::size_t>(c));
      if (network.weights(a, c) == 0.0 || connections == 0.0) continue;
      result.recurrent(a, c) = connections * response[k++];
    }
    for (Eigen::Index j = 0; j < result.external.cols(); ++j) result.external(a, j) = response[k++];
  }
  return result;
}

/// Matrices by frequency, as a complex tensor with the frequency last.
system::Tensor tensor_of(const std::vector<Eigen::MatrixXcd>& by_frequency) {
  const Eigen::MatrixXcd& first = by_frequency.front();
  system::Tensor tensor(
      {static_cast<std::size_t>(first.rows()), static_cast<std::size_t>(first.cols()), by_frequency.size()}, {}, true);
  for (Eigen::Index a = 0; a < first.rows(); ++a) {
    for (Eigen::Index c = 0; c < first.cols(); ++c) {
      for (const Eigen::MatrixXcd& matrix : by_frequency) {
        tensor.values.push_back(matrix(a, c).real());
        tensor.values.push_back(matrix(a, c).imag());
      }
    }
  }
  return tensor;
}

void write_power_spectrum(const Responses& responses, const Eigen::VectorXd& rates, const std::vector<double>& isi_cv,
                          const system::Axis& frequency, const StopToken& stop, StateWriter& write) {
  const std::size_t groups = responses.interval.size();
  system::Tensor power({groups, frequency.values.size()}, {});
  for (std::size_t a = 0; a < groups; ++a) {
    const double rate = rates(static_cast<Eigen::Index>(a));
    for (const double omega : frequency.values) {
      stop.check();
      if (omega == 0.0) {
        power.values.push_back(rate * isi_cv[a] * isi_cv[a]);
        continue;
      }
      const Complex phi = responses.interval[a](Complex(0.0, omega));
      power.values.push_back(rate * (1.0 - std::norm(phi)) / std::norm(1.0 - phi));
    }
  }
  write.exact_curve("power_spectrum", {group_axis(groups), frequency}, std::move(power));
}

}  // namespace

void write_frequency_curves(const SpikingNetwork& network, const Eigen::VectorXd& rates,
                            const std::vector<double>& isi_cv, const StopToken& stop, StateWriter& write) {
  if (network.groups.size() > kMostGroups) return;
  Responses responses;
  for (std::size_t a = 0; a < network.groups.size(); ++a) {
    const OneNeuron neuron = neuron_of_group(network, a, rates);
    responses.rate.push_back(response_of(neuron));
    responses.interval.push_back(interval_transform_of(neuron));
  }
  const system::Axis frequency{"frequency", "1/time", frequencies_of(network, rates)};
  write_power_spectrum(responses, rates, isi_cv, frequency, stop, write);
  const std::size_t inputs = common_inputs(network);
  const bool connected = has_connections(network);
  if (!connected && inputs == 0) return;
  const auto groups = static_cast<Eigen::Index>(network.groups.size());
  std::vector<Eigen::MatrixXcd> recurrent, closed;
  for (const double omega : frequency.values) {
    stop.check();
    Modulation at = modulation_at(network, responses, inputs, Complex(0.0, omega));
    if (inputs > 0) {
      const Eigen::MatrixXcd loop = Eigen::MatrixXcd::Identity(groups, groups) - at.recurrent;
      closed.emplace_back(loop.partialPivLu().solve(at.external));
    }
    recurrent.push_back(std::move(at.recurrent));
  }
  const auto count = static_cast<std::size_t>(groups);
  if (connected) {
    write.exact_curve("frequency_response", {group_axis(count, "target"), group_axis(count, "source"), frequency},
                      tensor_of(recurrent));
  }
  if (inputs > 0) {
    write.exact_curve("input_response", {group_axis(count), group_axis(inputs, "input"), frequency}, tensor_of(closed));
  }
}

}  // namespace limes::spiking

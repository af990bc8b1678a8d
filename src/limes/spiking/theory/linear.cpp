#include "limes/spiking/theory/linear.hpp"

#include <algorithm>
#include <cmath>

#include "limes/base/errors.hpp"
#include "limes/spiking/theory/survival.hpp"

namespace limes::spiking {
namespace {

/// The neuron whose hazard dies out survives for ever with S(infinity) = e^{-r tau}. Vanishing inputs leave
/// exponential waiting for the next one after that: beta = e^{r tau} sum_j nu_j k_j, CV^2 = 2/S(infinity) - 1.
OneNeuronStatistics quiescent(const LinearHazard& hazard) {
  const OneNeuron& neuron = hazard.neuron();
  const double risk = neuron.reset > 0 ? neuron.reset * neuron.time_constant : 0;
  OneNeuronStatistics statistics;
  statistics.isi_cv = std::sqrt(2 * std::exp(risk) - 1);
  for (std::size_t j = 0; j < neuron.inputs.size(); ++j)
    statistics.rate_sensitivity.push_back(std::exp(risk) * hazard.kernel_late(j));
  return statistics;
}

OneNeuronStatistics statistics_of(const LinearHazard& hazard, double refinement) {
  const SurvivalTable table = tabulate_survival(hazard, {0.0, refinement});
  const std::size_t inputs = hazard.neuron().inputs.size();
  double mean = 0, half_square = 0;
  std::vector<double> exposure(inputs, 0.0);
  for (std::size_t i = 0; i < table.time.size(); ++i) {
    const double share = table.weight[i] * table.survival[i];
    mean += share;
    half_square += share * table.time[i];
    for (std::size_t j = 0; j < inputs; ++j) exposure[j] += share * table.accumulated[j][i];
  }
  OneNeuronStatistics statistics;
  statistics.rate = 1 / mean;
  // Var ISI = 2 int (t - 1/beta) S dt + 1/beta^2.
  statistics.isi_cv = std::sqrt(std::max(0.0, 2 * half_square / mean / mean - 1));
  statistics.mean_state = statistics.rate;  // the intensity is the state
  for (std::size_t i = 0; i < table.time.size(); ++i) {
    const double deviation = hazard(table.time[i]) - statistics.rate;
    statistics.state_variance += statistics.rate * table.weight[i] * table.survival[i] *
                                 (deviation * deviation + hazard.variance(table.time[i]));
  }
  for (std::size_t j = 0; j < inputs; ++j)  // beta^2 int S D_j dt
    statistics.rate_sensitivity.push_back(statistics.rate * statistics.rate * exposure[j]);
  return statistics;
}

}  // namespace

OneNeuronStatistics solve_linear(const OneNeuron& neuron) {
  const LinearHazard hazard(neuron);
  if (!(hazard.late() > 0)) return quiescent(hazard);
  OneNeuronStatistics statistics = statistics_of(hazard, 1.0);
  const double finer = statistics_of(hazard, 2.0).rate;
  statistics.rate_error = std::abs(statistics.rate - finer) + 1e-15 * finer;
  return statistics;
}

std::vector<double> survival_exponents_linear(const OneNeuron& neuron, std::span<const double> times) {
  const LinearHazard hazard(neuron);
  // A hazard that dies out integrates to r tau (1 - e^{-t/tau}): intervals of a defective law.
  const bool lasting = hazard.late() > 0;
  const SurvivalTable table = lasting ? tabulate_survival(hazard) : SurvivalTable{};
  std::vector<double> exponents;
  exponents.reserve(times.size());
  for (const double t : times) {
    if (!(t >= 0)) throw InputError("an interval cannot be negative");
    exponents.push_back(lasting ? survival_exponent(hazard, table, t) : neuron.reset * hazard.grown(t));
  }
  return exponents;
}

std::vector<double> interval_density_linear(const OneNeuron& neuron, std::span<const double> times) {
  const LinearHazard hazard(neuron);
  std::vector<double> density = survival_exponents_linear(neuron, times);
  for (std::size_t k = 0; k < times.size(); ++k) density[k] = hazard(times[k]) * std::exp(-density[k]);
  return density;
}

std::complex<double> interval_transform_linear(const OneNeuron& neuron, std::complex<double> s) {
  const LinearHazard hazard(neuron);
  const SurvivalTable table = tabulate_survival(hazard, {s, 1.0});
  std::complex<double> transform = 0;
  for (std::size_t i = 0; i < table.time.size(); ++i)
    transform += table.weight[i] * table.survival[i] * std::exp(-s * table.time[i]);
  return 1.0 - s * transform;
}

std::vector<std::complex<double>> linear_response(const OneNeuron& neuron, std::complex<double> s) {
  // Every neuron spiked last at some t - a: int beta(t - a) S(t | t - a) da = 1. To first order in the modulation
  // e^{st} of nu_j, S loses S(a) e^{st} int_0^a e^{-sx} k_j(x) dx (an input x before t), so that
  // Jhat_j(s) int e^{-sa} S da = beta int S(a) int_0^a e^{-sx} k_j dx da = beta int e^{-sx} k_j(x) R(x) dx,
  // R(x) = int_x^infinity S.
  const LinearHazard hazard(neuron);
  const SurvivalTable table = tabulate_survival(hazard, {s, 1.0});
  std::complex<double> transform = 0;
  double mean = 0;
  std::vector<std::complex<double>> response(neuron.inputs.size());
  for (std::size_t i = 0; i < table.time.size(); ++i) {
    const std::complex<double> factor = table.weight[i] * std::exp(-s * table.time[i]);
    transform += factor * table.survival[i];
    mean += table.weight[i] * table.survival[i];
    for (std::size_t j = 0; j < response.size(); ++j)
      response[j] += factor * hazard.kernel(j, table.time[i]) * table.remaining[i];
  }
  for (auto& value : response) value /= mean * transform;
  return response;
}

}  // namespace limes::spiking

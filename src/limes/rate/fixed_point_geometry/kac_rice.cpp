#include "limes/rate/fixed_point_geometry/kac_rice.hpp"

#include <algorithm>
#include <cmath>
#include <complex>
#include <limits>
#include <numbers>

#include "limes/base/errors.hpp"
#include "limes/compute/blas_threads.hpp"
#include "limes/compute/lu.hpp"
#include "limes/compute/spectrum.hpp"
#include "limes/compute/transfer_kernels.hpp"
#include "limes/rate/fixed_point_geometry/theory/complexity.hpp"
#include "limes/rate/fixed_point_geometry/theory/constrained_law.hpp"

namespace limes::rate::fixed_points {

namespace {

// Laws of the mixture lie so many standard deviations of (1/N) sum phi^2 apart.
constexpr double kSpacing = 1.2;
// The number of fixed points with (1/N) sum phi^2 below c is proportional to c for small c: what lies below the first
// law is a negligible share of what lies below the typical one. With input it is proportional to c^(N/2).
constexpr double kSmallestShare = 1e-3, kSmallestWithInput = 0.05;
constexpr double kLargestOutput = 0.98;
constexpr std::size_t kMostLaws = 200;
// Share of every law in the mixture, whatever the pilot run says.
constexpr double kFloor = 0.1;
constexpr std::size_t kGrain = 16;
constexpr std::size_t kLeastPilot = 500;

/// The laws of the mixture, ascending in c.
std::vector<ComponentSampler> laws_of(const Ensemble& ensemble, std::size_t size, const StopToken& stop) {
  const Geometry limit = solve_geometry(ensemble, stop);
  const double typical = limit.phase == Phase::kOrigin ? 1.0 / static_cast<double>(size) : limit.order.c;
  std::vector<ComponentSampler> laws;
  double c = (ensemble.field_variance > 0.0 ? kSmallestWithInput : kSmallestShare) * typical;
  while (c < kLargestOutput && laws.size() < kMostLaws) {
    stop.check();
    try {
      laws.emplace_back(ensemble, constrained_order(ensemble, c));
    } catch (const ConvergenceError&) {
      break;  // beyond the outputs that components can have
    }
    c += kSpacing * std::max(laws.back().output_spread(), 0.05 * c) / std::sqrt(static_cast<double>(size));
  }
  if (laws.empty()) throw ConvergenceError("no law to draw fixed points from", c);
  return laws;
}

struct Sample {
  double log_weight = -std::numeric_limits<double>::infinity();  ///< of |det|, with the density of the mixture
  int sign = 0;                                                  ///< of det(1 - J diag phi')
  double output_square = 0.0, state_square = 0.0;                ///< per component
  std::size_t law = 0;                                           ///< the most likely one
  std::vector<double> components;                                ///< share in each bin
  // Of J diag phi', where asked for.
  double radius = 0.0, outside = 0.0, unstable = 0.0;
  std::vector<double> within;
};

/// Draws samples one after the other; one object for each thread.
class Sampler {
 public:
  Sampler(const Ensemble& ensemble, const std::vector<ComponentSampler>& laws, const std::vector<double>& share,
          const KacRiceOptions& options)
      : ensemble_(ensemble),
        laws_(laws),
        share_(share),
        options_(options),
        size_(options.size),
        matrix_(size_ * size_),
        pivots_(size_) {
    const std::size_t size = size_;
    for (auto* values : {&x_, &output_, &slope_, &shift_}) values->resize(size);
  }

  Sample draw(math::RandomStream stream, bool with_spectrum) {
    double u = stream.uniform();
    std::size_t k = 0;
    while (k + 1 < laws_.size() && u >= share_[k]) u -= share_[k++];
    for (double& value : x_) value = laws_[k].draw(stream);
    compute::apply_transfer_with_slope({ensemble_.transfer, 1.0}, x_, output_, slope_);
    const auto n = static_cast<double>(size_);
    Sample sample;
    for (std::size_t i = 0; i < size_; ++i) {
      sample.output_square += output_[i] * output_[i] / n;
      sample.state_square += x_[i] * x_[i] / n;
    }
    const double g2 = ensemble_.deviation * ensemble_.deviation;
    const double variance = g2 * sample.output_square + ensemble_.field_variance;
    const double log_density =
        -n / 2.0 * (std::log(2.0 * std::numbers::pi * variance) + sample.state_square / variance);
    draw_jacobian(stream, variance);
    if (with_spectrum) measure_spectrum(sample);
    const compute::Lu lu(matrix_.data(), pivots_);
    sample.sign = size_ % 2 == 0 ? lu.sign() : -lu.sign();
    const double log_determinant = lu.log_modulus();
    count_components(sample);
    sample.log_weight = log_density + log_determinant - log_mixture(sample);
    return sample;
  }

 private:
  /// -1 + J diag phi' with couplings drawn given F(x) = 0.
  void draw_jacobian(math::RandomStream& stream, double variance) {
    const double root = ensemble_.deviation / std::sqrt(static_cast<double>(size_));
    stream.fill_normal(matrix_);
    stream.fill_normal(shift_);
    const double input = std::sqrt(ensemble_.field_variance), share = root * root / variance;
    for (std::size_t i = 0; i < size_; ++i) {
      double* row = matrix_.data() + i * size_;
      double field = 0.0;
      for (std::size_t j = 0; j < size_; ++j) field += row[j] * output_[j];
      const double missing = (x_[i] - root * field - input * shift_[i]) * share;
      for (std::size_t j = 0; j < size_; ++j) row[j] = (root * row[j] + missing * output_[j]) * slope_[j];
      row[i] -= 1.0;
    }
  }

  void measure_spectrum(Sample& sample) {
    const auto n = static_cast<Eigen::Index>(size_);
    compute::RowMajorMatrix matrix = Eigen::Map<const compute::RowMajorMatrix>(matrix_.data(), n, n);
    matrix.diagonal().array() += 1.0;
    const double share = 1.0 / static_cast<double>(size_);
    sample.radius = std::sqrt(matrix.squaredNorm() * share);
    sample.within.assign(options_.radii.size(), 0.0);
    for (const std::complex<double> value : compute::eigenvalues(matrix)) {
      const double modulus = std::abs(value);
      sample.outside += modulus > 1.0 ? share : 0.0;
      sample.unstable += value.real() > 1.0 ? share : 0.0;
      for (std::size_t r = 0; r < options_.radii.size(); ++r) {
        if (modulus < options_.radii[r]) sample.within[r] += share;
      }
    }
  }

  void count_components(Sample& sample) const {
    const std::vector<double>& edges = options_.component_edges;
    if (edges.size() < 2) return;
    sample.components.assign(edges.size() - 1, 0.0);
    for (const double x : x_) {
      if (x < edges.front() || x >= edges.back()) continue;
      const auto bin = std::upper_bound(edges.begin(), edges.end(), x) - edges.begin() - 1;
      sample.components[static_cast<std::size_t>(bin)] += 1.0 / static_cast<double>(size_);
    }
  }

  /// ln of the density from which x was drawn; notes the most likely law.
  double log_mixture(Sample& sample) {
    const auto n = static_cast<double>(size_);
    const double g2 = ensemble_.deviation * ensemble_.deviation;
    logs_.clear();
    for (std::size_t k = 0; k < laws_.size(); ++k) {
      const OrderParameters& order = laws_[k].order();
      double log_product = 0.0, product = 1.0;
      for (std::size_t i = 0; i < size_; ++i) {
        product *= 1.0 + order.q * g2 * slope_[i] * slope_[i];
        if (i % 16 != 15) continue;
        log_product += std::log(product);
        product = 1.0;
      }
      log_product += std::log(product);
      const double variance = laws_[k].field_variance();
      logs_.push_back(std::log(share_[k]) + log_product / 2.0 +
                      n * (order.h * sample.output_square - sample.state_square / (2.0 * variance) -
                           laws_[k].log_normaliser() - std::log(2.0 * std::numbers::pi * variance) / 2.0));
    }
    const auto largest = std::max_element(logs_.begin(), logs_.end());
    sample.law = static_cast<std::size_t>(largest - logs_.begin());
    double sum = 0.0;
    for (const double value : logs_) sum += std::exp(value - *largest);
    return *largest + std::log(sum);
  }

  const Ensemble& ensemble_;
  const std::vector<ComponentSampler>& laws_;
  const std::vector<double>& share_;
  const KacRiceOptions& options_;
  std::size_t size_;
  std::vector<double> matrix_, x_, output_, slope_, shift_, logs_;
  std::vector<int> pivots_;
};

std::vector<Sample> draw_all(const Ensemble& ensemble, const std::vector<ComponentSampler>& laws,
                             const std::vector<double>& share, const KacRiceOptions& options, std::uint32_t run,
                             std::size_t count, compute::Threads& threads, const StopToken& stop) {
  std::vector<Sample> samples(count);
  compute::parallel_for(threads, 0, count, kGrain, [&](std::size_t first, std::size_t last) {
    if (stop.stop_requested()) return;
    const compute::SingleThreadedBlas single;
    Sampler sampler(ensemble, laws, share, options);
    for (std::size_t s = first; s < last; ++s) {
      samples[s] = sampler.draw(math::RandomStream(options.seed, run, math::Purpose::kTheory, s),
                                run > 0 && s < options.spectra);
    }
  });
  stop.check();
  return samples;
}

/// Mean and standard error of the mean.
Estimated mean_of(const std::vector<double>& values) {
  double sum = 0.0, squares = 0.0;
  const auto n = static_cast<double>(values.size());
  for (const double value : values) sum += value;
  for (const double value : values) squares += (value - sum / n) * (value - sum / n);
  return {sum / n, std::sqrt(squares / (n * std::max(1.0, n - 1.0)))};
}

/// sum w f / sum w, its error to first order.
Estimated ratio_of(const std::vector<double>& weights, const std::vector<double>& values) {
  double sum = 0.0, total = 0.0, squares = 0.0;
  for (std::size_t s = 0; s < weights.size(); ++s) {
    sum += weights[s];
    total += weights[s] * values[s];
  }
  if (sum <= 0.0) return {};
  for (std::size_t s = 0; s < weights.size(); ++s) {
    const double part = weights[s] * (values[s] - total / sum);
    squares += part * part;
  }
  return {total / sum, std::sqrt(squares) / sum};
}

/// mean(w) - b (mean(w s) - 1), where E w s = 1 is known and b has the least variance.
Estimated controlled(const std::vector<double>& weights, const std::vector<double>& signs, const Estimated& mean,
                     const Estimated& control) {
  double covariance = 0.0, variance = 0.0;
  for (std::size_t s = 0; s < weights.size(); ++s) {
    const double deviation = weights[s] * signs[s] - control.value;
    covariance += deviation * (weights[s] - mean.value);
    variance += deviation * deviation;
  }
  if (!(variance > 0.0)) return mean;
  const double b = covariance / variance;
  std::vector<double> corrected;
  for (std::size_t s = 0; s < weights.size(); ++s) corrected.push_back(weights[s] * (1.0 - b * signs[s]) + b);
  return mean_of(corrected);
}

void average_spectra(const std::vector<Sample>& samples, std::vector<double> weights, const KacRiceOptions& options,
                     KacRice& result) {
  const std::size_t count = std::min(options.spectra, samples.size());
  weights.resize(count);
  const auto average = [&](auto&& value) {
    std::vector<double> values;
    for (std::size_t s = 0; s < count; ++s) values.push_back(value(samples[s]));
    return ratio_of(weights, values);
  };
  result.jacobian_radius = average([](const Sample& sample) { return sample.radius; });
  result.outside_fraction = average([](const Sample& sample) { return sample.outside; });
  result.unstable_fraction = average([](const Sample& sample) { return sample.unstable; });
  for (std::size_t r = 0; r < options.radii.size(); ++r) {
    result.within.push_back(average([&](const Sample& sample) { return sample.within[r]; }));
  }
}

}  // namespace

KacRice sample_kac_rice(const Ensemble& ensemble, const KacRiceOptions& options, compute::Threads& threads,
                        const StopToken& stop) {
  if (options.size == 0 || options.samples < 2) throw InputError("Kac-Rice sampling needs neurons and samples");
  const std::vector<ComponentSampler> laws = laws_of(ensemble, options.size, stop);
  std::vector<double> share(laws.size(), 1.0 / static_cast<double>(laws.size()));
  const std::size_t pilots = std::max(options.samples / 10, kLeastPilot);
  const std::vector<Sample> pilot = draw_all(ensemble, laws, share, options, 0, pilots, threads, stop);
  double largest = -std::numeric_limits<double>::infinity();
  for (const Sample& sample : pilot) largest = std::max(largest, sample.log_weight);
  if (std::isfinite(largest)) {
    // Root mean square weights: few large ones must not be left to chance.
    std::vector<double> squares(laws.size(), 0.0);
    double sum = 0.0;
    for (const Sample& sample : pilot) squares[sample.law] += std::exp(2.0 * (sample.log_weight - largest));
    for (double& square : squares) sum += std::sqrt(square);
    for (std::size_t k = 0; k < laws.size(); ++k) {
      share[k] = kFloor / static_cast<double>(laws.size()) + (1.0 - kFloor) * std::sqrt(squares[k]) / sum;
    }
  }
  const std::vector<Sample> samples = draw_all(ensemble, laws, share, options, 1, options.samples, threads, stop);
  std::vector<double> weights, signs, signed_weights, outputs, states;
  double sum = 0.0, squares = 0.0;
  for (const Sample& sample : samples) {
    weights.push_back(std::exp(sample.log_weight));
    signs.push_back(sample.sign);
    signed_weights.push_back(weights.back() * sample.sign);
    outputs.push_back(sample.output_square);
    states.push_back(sample.state_square);
    sum += weights.back();
    squares += weights.back() * weights.back();
  }
  KacRice result;
  result.count = mean_of(weights);
  result.signed_count = mean_of(signed_weights);
  if (ensemble.field_variance > 0.0) result.count = controlled(weights, signs, result.count, result.signed_count);
  result.output_second_moment = ratio_of(weights, outputs);
  result.state_second_moment = ratio_of(weights, states);
  result.effective_samples = squares > 0.0 ? sum * sum / squares : 0.0;
  for (std::size_t bin = 0; bin + 1 < options.shell_edges.size(); ++bin) {
    const double low = options.shell_edges[bin], high = options.shell_edges[bin + 1];
    std::vector<double> inside;
    for (const double state : states) inside.push_back(state >= low && state < high ? 1.0 / (high - low) : 0.0);
    result.shell_density.push_back(ratio_of(weights, inside));
  }
  for (std::size_t bin = 0; bin + 1 < options.component_edges.size(); ++bin) {
    const double width = options.component_edges[bin + 1] - options.component_edges[bin];
    std::vector<double> inside;
    for (const Sample& sample : samples) inside.push_back(sample.components[bin] / width);
    result.component_density.push_back(ratio_of(weights, inside));
  }
  if (options.spectra > 0) average_spectra(samples, weights, options, result);
  return result;
}

}  // namespace limes::rate::fixed_points

#include "limes/rate/renormalized/simulation/trajectory_recorder.hpp"

#include <Eigen/Core>
#include <algorithm>
#include <cmath>

#include "limes/compute/transfer_kernels.hpp"
#include "limes/math/fft.hpp"

namespace limes::rate::renormalized {
namespace {

constexpr double kOriginSpacing = 1.0;     // tau
constexpr std::int64_t kMostOrigins = 32;  // kept at a time
constexpr double kOneSign = 0.8;           // share of <m^2> that the time mean of m holds in a magnetised trajectory
constexpr double kManyIndependent = 20.0;  // ... whose m^2 exceeds that of independent neurons by this

template <typename Real>
double product(const std::vector<Real>& a, const std::vector<Real>& b) {
  using Array = Eigen::Map<const Eigen::Matrix<Real, Eigen::Dynamic, 1>>;
  const auto count = static_cast<Eigen::Index>(a.size());
  return static_cast<double>(Array(a.data(), count).dot(Array(b.data(), count)));
}

}  // namespace

SamplePlan::SamplePlan(const RenormalizedDescription& description)
    : transient(description.network.simulation.transient_steps), stride(sample_stride(description.network)) {
  step = static_cast<double>(stride) * description.network.simulation.step;
  samples = std::max<std::int64_t>(2, description.network.simulation.measured_steps / stride + 1);
  lags = std::clamp<std::int64_t>(std::llround(description.measured_lags / step), 1,
                                  std::max<std::int64_t>(1, samples / 4));
  spacing = std::max<std::int64_t>({1, std::llround(kOriginSpacing / step), (lags + kMostOrigins) / kMostOrigins});
}

template <typename Real>
TrajectoryRecorder<Real>::TrajectoryRecorder(const RenormalizedDescription& description, const SamplePlan& plan)
    : description_(&description), plan_(plan), trajectories_(static_cast<std::size_t>(description.trajectories)) {
  const auto points = static_cast<std::size_t>(plan.lags) + 1;
  state_sums_.assign(points, 0.0);
  output_sums_.assign(points, 0.0);
  counts_.assign(points, 0);
  mean_outputs_.resize(trajectories_);
  mean_states_.resize(trajectories_);
  powers_.assign(trajectories_, 0.0);
}

template <typename Real>
void TrajectoryRecorder<Real>::record(std::int64_t sample, std::span<const Real> state) {
  const transfer::Transfer& transfer = description_->population().transfer;
  const std::size_t n = state.size() / trajectories_;
  const bool origin = sample % plan_.spacing == 0;
  output_.resize(state.size());
  if (origin) {
    slope_.resize(state.size());
    compute::apply_transfer_with_slope(transfer, state, std::span<Real>(output_), std::span<Real>(slope_));
    for (const Real value : slope_) slope_sum_ += static_cast<double>(value);
    slope_count_ += static_cast<std::int64_t>(slope_.size());
  } else {
    compute::apply_transfer(transfer, state, std::span<Real>(output_));
  }
  std::vector<double> outputs(trajectories_, 0.0), states(trajectories_, 0.0);
  for (std::size_t i = 0; i < n; ++i) {
    for (std::size_t b = 0; b < trajectories_; ++b) {
      outputs[b] += static_cast<double>(output_[i * trajectories_ + b]);
      states[b] += static_cast<double>(state[i * trajectories_ + b]);
    }
  }
  for (std::size_t b = 0; b < trajectories_; ++b) {
    mean_outputs_[b].push_back(outputs[b] / static_cast<double>(n));
    mean_states_[b].push_back(states[b] / static_cast<double>(n));
  }

  // An origin whose lags are all taken gives its place to the next.
  const std::vector<Real> now(state.begin(), state.end());
  if (origin) {
    const auto done =
        std::find_if(origins_.begin(), origins_.end(), [&](std::int64_t at) { return sample - at > plan_.lags; });
    const auto place = static_cast<std::size_t>(done - origins_.begin());
    if (done == origins_.end()) {
      origins_.push_back(sample);
      states_.push_back(now);
      outputs_.push_back(output_);
    } else {
      origins_[place] = sample;
      states_[place] = now;
      outputs_[place] = output_;
    }
    for (std::size_t i = 0; i < n; ++i) {
      for (std::size_t b = 0; b < trajectories_; ++b) {
        const auto x = static_cast<double>(now[i * trajectories_ + b]);
        powers_[b] += x * x / static_cast<double>(n);
      }
    }
  }
  for (std::size_t k = 0; k < origins_.size(); ++k) {
    const std::int64_t lag = sample - origins_[k];
    if (lag > plan_.lags) continue;
    const auto at = static_cast<std::size_t>(lag);
    state_sums_[at] += product(states_[k], now) / static_cast<double>(now.size());
    output_sums_[at] += product(outputs_[k], output_) / static_cast<double>(now.size());
    ++counts_[at];
  }
}

template <typename Real>
NetworkAverages TrajectoryRecorder<Real>::finish() const {
  NetworkAverages result;
  const std::size_t points = counts_.size();
  const auto trajectories = static_cast<double>(trajectories_);
  for (std::size_t k = 0; k < points; ++k) {
    const auto count = static_cast<double>(std::max<std::int64_t>(1, counts_[k]));
    result.state_products.push_back(state_sums_[k] / count);
    result.output_products.push_back(output_sums_[k] / count);
  }
  result.mean_gain = slope_sum_ / static_cast<double>(std::max<std::int64_t>(1, slope_count_));
  result.population_products.assign(points, 0.0);
  result.mean_state_products.assign(points, 0.0);
  math::FourierTransform fourier;
  const double size = static_cast<double>(description_->network.size());
  for (std::size_t b = 0; b < trajectories_; ++b) {
    const auto outputs = fourier.linear_autocorrelation(mean_outputs_[b], points - 1);
    const auto states = fourier.linear_autocorrelation(mean_states_[b], points - 1);
    for (std::size_t k = 0; k < points; ++k) {
      result.population_products[k] += outputs[k] / trajectories;
      result.mean_state_products[k] += states[k] / trajectories;
    }
    const auto average = [](const std::vector<double>& values) {
      double sum = 0.0;
      for (const double value : values) sum += value;
      return sum / static_cast<double>(values.size());
    };
    const double mean_output = average(mean_outputs_[b]), mean_state = average(mean_states_[b]);
    const double square = mean_output * mean_output;
    const bool magnetised =
        square > kOneSign * outputs[0] && size * outputs[0] > kManyIndependent * result.output_products[0];
    result.magnetised_fraction += (magnetised ? 1.0 : 0.0) / trajectories;
    result.mean_output += std::abs(mean_output) / trajectories;
    result.mean += std::copysign(mean_state, mean_state * mean_output) / trajectories;
    result.trajectory_population_power.push_back(outputs[0]);
    result.trajectory_power.push_back(powers_[b] / static_cast<double>(std::max<std::int64_t>(1, counts_[0])));
  }
  return result;
}

template class TrajectoryRecorder<double>;
template class TrajectoryRecorder<float>;

}  // namespace limes::rate::renormalized

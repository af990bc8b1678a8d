#include "limes/rate/random_modes/simulation/snapshots.hpp"

#include <algorithm>
#include <cmath>

#include "limes/base/errors.hpp"
#include "limes/compute/spectrum.hpp"

namespace limes::rate::random_modes {

namespace {

constexpr double kMostSnapshots = 16384;  // of all trajectories: their products stay cheaper than the simulation
constexpr double kThinnedInterval = 1.0;  // tau between the snapshots of quantities without a lag
constexpr std::size_t kLargestSpectrum = 3000;
constexpr double kSmallest = 1e-9;  // variance of a state at rest
// A trajectory repeats itself if phi(t).phi(t + tau) comes back to this share of |phi|^2 after half of the run.
constexpr double kRepeats = 0.9;

double dot(const float* a, const float* b, std::size_t count) {
  // Four sums: the order is fixed, and the compiler may use vectors.
  double sums[4] = {};
  std::size_t i = 0;
  for (; i + 4 <= count; i += 4) {
    for (std::size_t lane = 0; lane < 4; ++lane) {
      sums[lane] += static_cast<double>(a[i + lane]) * static_cast<double>(b[i + lane]);
    }
  }
  for (; i < count; ++i) sums[0] += static_cast<double>(a[i]) * static_cast<double>(b[i]);
  return (sums[0] + sums[1]) + (sums[2] + sums[3]);
}

}  // namespace

SnapshotPlan::SnapshotPlan(const ModesDescription& description) {
  const auto& simulation = description.simulation;
  const auto steps = [&](double time) { return static_cast<std::int64_t>(std::llround(time / simulation.step)); };
  transient_steps = steps(simulation.transient);
  const std::int64_t measured = std::max<std::int64_t>(4, steps(simulation.duration));
  stride = std::max<std::int64_t>(1, steps(simulation.sample_interval));
  while (static_cast<double>(measured / stride) * static_cast<double>(simulation.trajectories) > kMostSnapshots &&
         measured / (stride + 1) >= 16) {
    ++stride;
  }
  count = static_cast<std::size_t>(std::max<std::int64_t>(2, measured / stride));
  interval = static_cast<double>(stride) * simulation.step;
  lags = 1 + std::min(static_cast<std::size_t>(simulation.lags / interval + 1e-9), count / 2);
}

double PairSums::mean(Eigen::Index without) const {
  double sum = 0.0;
  std::size_t pairs = 0;
  for (Eigen::Index a = 0; a < values.rows(); ++a) {
    for (Eigen::Index b = a + 1; b < values.cols(); ++b) {
      if (a == without || b == without) continue;
      sum += values(a, b);
      ++pairs;
    }
  }
  return sum / static_cast<double>(pairs);
}

Snapshots::Snapshots(std::size_t neurons, std::size_t trajectories, const SnapshotPlan& plan)
    : neurons_(neurons),
      trajectories_(trajectories),
      plan_(plan),
      states_(neurons * trajectories * plan.count),
      outputs_(states_.size()) {}

template <typename Real>
void Snapshots::record(std::size_t index, std::span<const Real> state, std::span<const Real> output) {
  for (std::size_t b = 0; b < trajectories_; ++b) {
    float* states = states_.data() + (b * plan_.count + index) * neurons_;
    float* outputs = outputs_.data() + (b * plan_.count + index) * neurons_;
    for (std::size_t i = 0; i < neurons_; ++i) {
      states[i] = static_cast<float>(state[i * trajectories_ + b]);
      outputs[i] = static_cast<float>(output[i * trajectories_ + b]);
    }
  }
}

template void Snapshots::record<double>(std::size_t, std::span<const double>, std::span<const double>);
template void Snapshots::record<float>(std::size_t, std::span<const float>, std::span<const float>);

std::vector<double> Snapshots::mean_squares(const std::vector<float>& values) const {
  std::vector<double> squares(neurons_, 0.0);
  const std::size_t rows = trajectories_ * plan_.count;
  for (std::size_t r = 0; r < rows; ++r) {
    const float* own = values.data() + r * neurons_;
    for (std::size_t i = 0; i < neurons_; ++i) squares[i] += static_cast<double>(own[i]) * static_cast<double>(own[i]);
  }
  for (double& square : squares) square /= static_cast<double>(rows);
  return squares;
}

std::vector<PairSums> Snapshots::pair_sums(const std::vector<float>& values, const std::vector<double>& weights,
                                           std::size_t thinning, std::size_t lags, compute::Threads& threads,
                                           const StopToken& stop) const {
  const std::size_t count = (plan_.count + thinning - 1) / thinning;
  const auto size = static_cast<Eigen::Index>(trajectories_);
  std::vector<PairSums> sums(lags, PairSums{Eigen::MatrixXd::Zero(size, size)});
  std::vector<Rows> rows;
  for (std::size_t b = 0; b < trajectories_; ++b) {
    Rows& own = rows.emplace_back(count, neurons_);
    for (std::size_t t = 0; t < count; ++t) std::copy_n(row(values, b, t * thinning), neurons_, own.row(t).begin());
  }
  compute::parallel_for(threads, 1, trajectories_, 1, [&](std::size_t first, std::size_t last) {
    compute::Threads alone(1);
    std::vector<float> columns(neurons_ * count), products(count * count);
    for (std::size_t b = first; b < last; ++b) {
      for (std::size_t t = 0; t < count; ++t) {
        const float* own = row(values, b, t * thinning);
        for (std::size_t i = 0; i < neurons_; ++i) {
          columns[i * count + t] = weights.empty() ? own[i] : own[i] * static_cast<float>(weights[i]);
        }
      }
      for (std::size_t a = 0; a < b; ++a) {
        if (stop.stop_requested()) return;
        rows[a].apply(alone, columns.data(), products.data(), count);
        for (std::size_t lag = 0; lag < lags; ++lag) {
          const std::size_t left = count - lag;
          double sum = 0.0;
          for (std::size_t t = 0; t < left; ++t) {
            sum += dot(products.data() + t * count, products.data() + (t + lag) * count + lag, left);
          }
          const double value =
              sum / (static_cast<double>(left) * static_cast<double>(left) * static_cast<double>(neurons_));
          sums[lag].values(static_cast<Eigen::Index>(a), static_cast<Eigen::Index>(b)) = value;
          sums[lag].values(static_cast<Eigen::Index>(b), static_cast<Eigen::Index>(a)) = value;
        }
      }
    }
  });
  if (stop.stop_requested()) throw InterruptedError();
  return sums;
}

Eigen::MatrixXd Snapshots::own_products(const std::vector<float>& values, std::size_t lags,
                                        compute::Threads& threads) const {
  Eigen::MatrixXd result(static_cast<Eigen::Index>(lags), static_cast<Eigen::Index>(trajectories_));
  compute::parallel_for(threads, 0, trajectories_, 1, [&](std::size_t first, std::size_t last) {
    for (std::size_t b = first; b < last; ++b) {
      for (std::size_t lag = 0; lag < lags; ++lag) {
        double sum = 0.0;
        for (std::size_t t = 0; t + lag < plan_.count; ++t) {
          sum += dot(row(values, b, t), row(values, b, t + lag), neurons_);
        }
        result(static_cast<Eigen::Index>(lag), static_cast<Eigen::Index>(b)) =
            sum / (static_cast<double>(plan_.count - lag) * static_cast<double>(neurons_));
      }
    }
  });
  return result;
}

bool Snapshots::is_locked(compute::Threads& threads) const {
  std::vector<int> repeats(trajectories_, 0);
  compute::parallel_for(threads, 0, trajectories_, 1, [&](std::size_t first, std::size_t last) {
    for (std::size_t b = first; b < last; ++b) {
      for (std::size_t lag = plan_.count / 2; lag < plan_.count * 4 / 5 && repeats[b] == 0; ++lag) {
        double products = 0.0, squares = 0.0;
        // A few starts are enough to tell a cycle; thirty of them.
        const std::size_t skip = std::max<std::size_t>(1, (plan_.count - lag) / 30);
        for (std::size_t t = 0; t + lag < plan_.count; t += skip) {
          products += dot(row(outputs_, b, t), row(outputs_, b, t + lag), neurons_);
          squares += 0.5 * (dot(row(outputs_, b, t), row(outputs_, b, t), neurons_) +
                            dot(row(outputs_, b, t + lag), row(outputs_, b, t + lag), neurons_));
        }
        repeats[b] = std::abs(products) > kRepeats * squares ? 1 : 0;
      }
    }
  });
  return 2 * static_cast<std::size_t>(std::count(repeats.begin(), repeats.end(), 1)) >= trajectories_;
}

std::vector<double> Snapshots::spectrum(compute::Threads& threads) const {
  const std::size_t rows = trajectories_ * plan_.count;
  Rows transposed(neurons_, rows);
  for (std::size_t r = 0; r < rows; ++r) {
    for (std::size_t i = 0; i < neurons_; ++i) transposed.row(i)[r] = outputs_[r * neurons_ + i];
  }
  std::vector<float> products(neurons_ * neurons_);
  transposed.apply(threads, outputs_.data(), products.data(), neurons_);
  const auto size = static_cast<Eigen::Index>(neurons_);
  compute::RowMajorMatrix covariance(size, size);
  for (std::size_t k = 0; k < products.size(); ++k) {
    covariance.data()[k] = static_cast<double>(products[k]) / static_cast<double>(rows);
  }
  const auto values = compute::symmetric_spectrum(covariance).values;
  return {values.reverse().begin(), values.reverse().end()};
}

PopulationMeasures Snapshots::measure(bool with_spectrum, compute::Threads& threads, const StopToken& stop) const {
  PopulationMeasures measures;
  measures.autocovariance = own_products(states_, plan_.lags, threads);
  measures.output_autocovariance = own_products(outputs_, plan_.lags, threads);
  measures.variance = measures.autocovariance.row(0).transpose();
  measures.output_variance = measures.output_autocovariance.row(0).transpose();
  // At rest, or on the way: every trajectory is far smaller at the end than at the start.
  bool shrinks = true;
  for (std::size_t b = 0; b < trajectories_; ++b) {
    const double start = dot(row(states_, b, 0), row(states_, b, 0), neurons_);
    const double end = dot(row(states_, b, plan_.count - 1), row(states_, b, plan_.count - 1), neurons_);
    shrinks = shrinks && end <= 0.25 * start;
  }
  measures.at_rest = shrinks || measures.variance.maxCoeff() < kSmallest;
  if (measures.at_rest) return measures;
  const auto inverse = [](std::vector<double> squares) {
    for (double& square : squares) square = square > 0.0 ? 1.0 / square : 0.0;
    return squares;
  };
  const auto thinning = std::max<std::size_t>(1, static_cast<std::size_t>(kThinnedInterval / plan_.interval + 1e-9));
  measures.cross_covariance = pair_sums(outputs_, {}, 1, plan_.lags, threads, stop);
  measures.output = measures.cross_covariance.front();
  measures.output_zscored = pair_sums(outputs_, inverse(mean_squares(outputs_)), thinning, 1, threads, stop).front();
  measures.state = pair_sums(states_, {}, thinning, 1, threads, stop).front();
  measures.state_zscored = pair_sums(states_, inverse(mean_squares(states_)), thinning, 1, threads, stop).front();
  measures.locked = is_locked(threads);
  if (with_spectrum && neurons_ <= kLargestSpectrum) measures.spectrum = spectrum(threads);
  return measures;
}

}  // namespace limes::rate::random_modes

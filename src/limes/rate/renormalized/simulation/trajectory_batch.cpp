#include "limes/rate/renormalized/simulation/trajectory_batch.hpp"

#include <cmath>

#include "limes/compute/transfer_kernels.hpp"
#include "limes/math/random.hpp"

namespace limes::rate::renormalized {
namespace {

constexpr double kDivergence = 1e8;

}  // namespace

template <typename Real>
TrajectoryBatch<Real>::TrajectoryBatch(const RenormalizedDescription& description, const Network<Real>& network,
                                       std::uint32_t realisation)
    : description_(&description),
      network_(&network),
      realisation_(realisation),
      trajectories_(static_cast<std::size_t>(description.trajectories)) {
  const double noise = description.population().noise_intensity, h = description.network.simulation.step;
  noise_scale_ = description.integrator == Integrator::kExponential ? std::sqrt(noise * -std::expm1(-2.0 * h))
                                                                    : std::sqrt(2.0 * noise * h);
  // A given matrix holds its mean already.
  const double own = description.has_given_matrix() ? 0.0 : description.coupling_mean();
  mean_couplings_.assign(trajectories_, static_cast<Real>(own));
  if (description.paired) {
    mean_couplings_.insert(mean_couplings_.end(), trajectories_, static_cast<Real>(own - description.coupling_mean()));
  }
  const std::size_t n = network.size(), count = columns();
  state_.resize(n * count);
  for (std::size_t b = 0; b < trajectories_; ++b) {
    const auto number = realisation * static_cast<std::uint32_t>(trajectories_) + static_cast<std::uint32_t>(b);
    const std::vector<double> initial = draw_initial_state(description.network, number);
    for (std::size_t i = 0; i < n; ++i) {
      for (std::size_t column = b; column < count; column += trajectories_) {
        state_[i * count + column] = static_cast<Real>(initial[i]);
      }
    }
  }
  initial_power_ = column_power();
  for (auto* array : {&output_, &stage_, &next_}) array->resize(n * count);
  if (noise > 0.0) {
    normals_.resize(n * trajectories_);
    noise_.resize(n * count);
  }
}

template <typename Real>
void TrajectoryBatch<Real>::field(std::span<const Real> state, std::vector<Real>& result, compute::Threads& threads) {
  const std::size_t n = size(), count = columns();
  result.resize(n * count);
  compute::apply_transfer(threads, description_->population().transfer, state, std::span<Real>(output_));
  network_->apply(threads, output_.data(), result.data(), count);
  std::vector<double> sums(count, 0.0);
  for (std::size_t i = 0; i < n; ++i) {
    for (std::size_t b = 0; b < count; ++b) sums[b] += static_cast<double>(output_[i * count + b]);
  }
  std::vector<Real> common(count);
  for (std::size_t b = 0; b < count; ++b) {
    common[b] = static_cast<Real>(static_cast<double>(mean_couplings_[b]) * sums[b] / static_cast<double>(n));
  }
  for (std::size_t i = 0; i < n; ++i) {
    for (std::size_t b = 0; b < count; ++b) result[i * count + b] += common[b];
  }
}

template <typename Real>
void TrajectoryBatch<Real>::draw_noise() {
  const std::size_t n = size(), count = columns();
  math::RandomStream stream(stream_seed(description_->network.seed, n), realisation_, math::Purpose::kNoise,
                            static_cast<std::uint64_t>(step_));
  stream.fill_normal(normals_);
  for (std::size_t i = 0; i < n; ++i) {
    for (std::size_t b = 0; b < count; ++b) {
      noise_[i * count + b] = static_cast<Real>(noise_scale_ * normals_[i * trajectories_ + b % trajectories_]);
    }
  }
}

template <typename Real>
void TrajectoryBatch<Real>::advance(compute::Threads& threads) {
  const double step = description_->network.simulation.step;
  const auto h = static_cast<Real>(step);
  const std::size_t elements = state_.size();
  const bool noisy = !noise_.empty();
  if (noisy) draw_noise();
  const auto noise = [&](std::size_t k) { return noisy ? noise_[k] : Real{0}; };
  switch (description_->integrator) {
    case Integrator::kEuler:
      field(state_, field_, threads);
      for (std::size_t k = 0; k < elements; ++k) state_[k] += h * (field_[k] - state_[k]) + noise(k);
      break;
    case Integrator::kHeun:
      field(state_, field_, threads);
      for (std::size_t k = 0; k < elements; ++k) stage_[k] = state_[k] + h * (field_[k] - state_[k]) + noise(k);
      field(stage_, next_, threads);
      for (std::size_t k = 0; k < elements; ++k) {
        state_[k] += h / 2 * (field_[k] - state_[k] + next_[k] - stage_[k]) + noise(k);
      }
      break;
    case Integrator::kRungeKutta4: {
      constexpr double kPlaces[] = {0.5, 0.5, 1.0};
      constexpr double kWeights[] = {1.0 / 6, 1.0 / 3, 1.0 / 3, 1.0 / 6};
      next_ = state_;
      stage_ = state_;
      for (int stage = 0; stage < 4; ++stage) {
        field(stage_, field_, threads);
        const auto weight = static_cast<Real>(step * kWeights[stage]);
        const auto place = static_cast<Real>(stage < 3 ? step * kPlaces[stage] : 0.0);
        for (std::size_t k = 0; k < elements; ++k) {
          const Real slope = field_[k] - stage_[k];
          next_[k] += weight * slope;
          stage_[k] = state_[k] + place * slope;
        }
      }
      state_.swap(next_);
      break;
    }
    case Integrator::kExponential: {
      if (step_ == 0) {
        field(state_, field_, threads);
        previous_field_ = field_;
      }
      const auto kept = static_cast<Real>(std::exp(-step)), first = static_cast<Real>(-std::expm1(-step));
      const auto second = static_cast<Real>((step + std::expm1(-step)) / step);
      for (std::size_t k = 0; k < elements; ++k) {
        stage_[k] = kept * state_[k] + first * field_[k] + second * (field_[k] - previous_field_[k]) + noise(k);
      }
      field(stage_, next_, threads);
      for (std::size_t k = 0; k < elements; ++k) {
        state_[k] = stage_[k] + second * (next_[k] - 2 * field_[k] + previous_field_[k]);
      }
      previous_field_.swap(field_);
      field_.swap(next_);
      break;
    }
  }
  ++step_;
}

template <typename Real>
bool TrajectoryBatch<Real>::out_of_bounds() const {
  for (const Real x : state_) {
    if (!(std::abs(static_cast<double>(x)) <= kDivergence)) return true;
  }
  return false;
}

template <typename Real>
std::vector<double> TrajectoryBatch<Real>::column_power() const {
  const std::size_t count = columns();
  std::vector<double> power(count, 0.0);
  for (std::size_t k = 0; k < state_.size(); ++k)
    power[k % count] += static_cast<double>(state_[k]) * static_cast<double>(state_[k]);
  return power;
}

template <typename Real>
void TrajectoryBatch<Real>::lay_to_rest(double share) {
  const std::size_t count = columns();
  const std::vector<double> power = column_power();
  for (std::size_t k = 0; k < state_.size(); ++k) {
    if (power[k % count] <= share * initial_power_[k % count]) state_[k] = Real{0};
  }
}

template class TrajectoryBatch<double>;
template class TrajectoryBatch<float>;

}  // namespace limes::rate::renormalized

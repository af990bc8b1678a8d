#include "limes/rate/random_modes/simulation/trajectories.hpp"

#include <algorithm>
#include <cmath>

#include "limes/compute/transfer_kernels.hpp"
#include "limes/math/random.hpp"

namespace limes::rate::random_modes {

namespace {

using Integrator = ModesDescription::Integrator;

constexpr double kBound = 1e8;
constexpr std::size_t kChunk = 8192;  // elements of a task

}  // namespace

template <typename Real>
Trajectories<Real>::Trajectories(const ModesDescription& description, const ModeCouplings<Real>& couplings,
                                 TrajectorySeed seed)
    : description_(description), couplings_(couplings), seed_(seed), columns_(description.simulation.trajectories) {
  const std::size_t elements = couplings.size() * columns_;
  for (auto* array : {&state_, &output_, &stage_, &slope_, &next_}) array->assign(elements, Real{0});
  if (description.noise_intensity > 0.0) noise_.assign(elements, Real{0});
  std::vector<double> numbers(couplings.size());
  const double deviation = std::sqrt(description.initial_variance);
  for (std::size_t b = 0; b < columns_; ++b) {
    math::RandomStream(seed_.seed, seed_.realisation, math::Purpose::kInitialState, b).fill_normal(numbers);
    for (std::size_t i = 0; i < numbers.size(); ++i) {
      state_[i * columns_ + b] = static_cast<Real>(description.initial_mean + deviation * numbers[i]);
    }
  }
}

template <typename Real>
std::span<const Real> Trajectories<Real>::output(compute::Threads& threads) {
  compute::apply_transfer(threads, description_.transfer, std::span<const Real>(state_), std::span<Real>(output_));
  return output_;
}

template <typename Real>
bool Trajectories<Real>::diverged() const {
  return std::any_of(state_.begin(), state_.end(),
                     [](Real x) { return !(std::abs(static_cast<double>(x)) <= kBound); });
}

template <typename Real>
void Trajectories<Real>::flow(compute::Threads& threads, const std::vector<Real>& state, std::vector<Real>& slope) {
  compute::apply_transfer(threads, description_.transfer, std::span<const Real>(state), std::span<Real>(output_));
  couplings_.apply(threads, output_.data(), slope.data(), columns_);
  compute::parallel_for(threads, 0, slope.size(), kChunk, [&](std::size_t first, std::size_t last) {
    for (std::size_t element = first; element < last; ++element) slope[element] -= state[element];
  });
}

template <typename Real>
void Trajectories<Real>::advance(compute::Threads& threads) {
  if (description_.simulation.integrator == Integrator::kRungeKutta4) {
    advance_runge_kutta(threads);
  } else {
    advance_noisy(threads);
  }
  ++step_;
}

template <typename Real>
void Trajectories<Real>::advance_runge_kutta(compute::Threads& threads) {
  constexpr double kWeights[] = {1.0 / 6, 1.0 / 3, 1.0 / 3, 1.0 / 6}, kReaches[] = {0.5, 0.5, 1.0, 0.0};
  stage_ = state_;
  next_ = state_;
  for (int stage = 0; stage < 4; ++stage) {
    flow(threads, stage_, slope_);
    const Real weight = static_cast<Real>(kWeights[stage] * description_.simulation.step);
    const Real reach = static_cast<Real>(kReaches[stage] * description_.simulation.step);
    compute::parallel_for(threads, 0, state_.size(), kChunk, [&](std::size_t first, std::size_t last) {
      for (std::size_t element = first; element < last; ++element) {
        next_[element] += weight * slope_[element];
        stage_[element] = state_[element] + reach * slope_[element];
      }
    });
  }
  state_.swap(next_);
}

template <typename Real>
void Trajectories<Real>::draw_noise(compute::Threads& threads) {
  const std::size_t size = couplings_.size();
  const double scale = std::sqrt(2.0 * description_.noise_intensity * description_.simulation.step);
  compute::parallel_for(threads, 0, columns_, 1, [&](std::size_t first, std::size_t last) {
    std::vector<double> numbers(size);
    for (std::size_t b = first; b < last; ++b) {
      math::RandomStream(seed_.seed, seed_.realisation, math::Purpose::kNoise,
                         static_cast<std::uint64_t>(step_) * columns_ + b)
          .fill_normal(numbers);
      for (std::size_t i = 0; i < size; ++i) noise_[i * columns_ + b] = static_cast<Real>(scale * numbers[i]);
    }
  });
}

template <typename Real>
void Trajectories<Real>::advance_noisy(compute::Threads& threads) {
  const bool noisy = !noise_.empty();
  if (noisy) draw_noise(threads);
  const Real step = static_cast<Real>(description_.simulation.step);
  flow(threads, state_, slope_);
  const auto noise = [&](std::size_t element) { return noisy ? noise_[element] : Real{0}; };
  if (description_.simulation.integrator == Integrator::kEuler) {
    for (std::size_t element = 0; element < state_.size(); ++element) {
      state_[element] += step * slope_[element] + noise(element);
    }
    return;
  }
  // Heun: the mean of the slopes at both ends, the noise added once.
  for (std::size_t element = 0; element < state_.size(); ++element) {
    stage_[element] = state_[element] + step * slope_[element] + noise(element);
  }
  flow(threads, stage_, next_);
  const Real half = step / Real{2};
  for (std::size_t element = 0; element < state_.size(); ++element) {
    state_[element] += half * (slope_[element] + next_[element]) + noise(element);
  }
}

template class Trajectories<double>;
template class Trajectories<float>;

}  // namespace limes::rate::random_modes

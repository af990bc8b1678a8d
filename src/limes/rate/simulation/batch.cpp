#include "limes/rate/simulation/batch.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <type_traits>

#include "limes/compute/frame_factorisation.hpp"
#include "limes/compute/transfer_kernels.hpp"
#include "limes/math/random.hpp"

namespace limes::rate {

namespace {

using math::Purpose;
using math::RandomStream;

constexpr double kDivergence = 1e8;
// Elements of frames that one task works on.
constexpr std::size_t kElements = std::size_t{1} << 15;
// Neurons whose noise one task draws; even, because normals come in pairs.
constexpr std::size_t kNoiseChunk = 4096;

/// A whole trial below this is at rest: set to 0 before its numbers become denormal (which are slow).
template <typename Real>
constexpr Real kRest = std::is_same_v<Real, float> ? Real(1e-30) : Real(1e-150);

}  // namespace

template <typename Real>
Batch<Real>::Batch(const RateDescription& description, const Network<Real>& network,
                   const std::vector<std::uint32_t>& trials)
    : description_(&description),
      network_(&network),
      trials_(trials),
      stimulus_(description, trials),
      vectors_(static_cast<std::size_t>(description.simulation.exponents)),
      contracts_at_once_(std::all_of(description.populations.begin(), description.populations.end(),
                                     [&](const Population& population) {
                                       return description.time == TimeKind::kDiscrete && population.leak == 0.0;
                                     })) {
  const double step = description.simulation.step;
  const bool map = description.simulation.integrator == Integrator::kMap;
  weight_ = static_cast<Real>(map ? 1.0 : step);
  std::size_t n = 0;
  bool noisy = false;
  for (const Population& population : description.populations) {
    const double noise = map ? population.noise_deviation : std::sqrt(2.0 * population.noise_intensity * step);
    groups_.push_back({n, n + population.size, population.transfer,
                       static_cast<Real>(map ? population.leak : 1.0 - step), static_cast<Real>(noise)});
    n += population.size;
    noisy = noisy || noise > 0.0;
  }

  const std::size_t columns = trials_.size();
  for (auto* array : {&state_, &output_, &slope_, &field_}) array->assign(n * columns, Real{0});
  tangent_.assign(n * columns * vectors_, Real{0});
  if (noisy) noise_.assign(n * columns, Real{0});
  if (vectors_ > 0) input_.assign(n * columns * (1 + vectors_), Real{0});
  product_.assign(n * columns * (1 + vectors_), Real{0});
  if (description.simulation.integrator == Integrator::kRungeKutta4) {
    for (auto* array : {&stage_state_, &state_slope_, &next_state_}) array->assign(n * columns, Real{0});
    for (auto* array : {&stage_tangent_, &tangent_slope_, &next_tangent_}) array->assign(tangent_.size(), Real{0});
  }
  log_growth_.assign(columns * vectors_, 0.0);
  schedules_.assign(vectors_ > 1 ? columns : 0, FrameSchedule{});
  diverged_.assign(columns, 0);

  for (std::size_t b = 0; b < columns; ++b) {
    const auto initial = draw_initial_state(description, trials_[b]);
    for (std::size_t i = 0; i < n; ++i) state_[i * columns + b] = static_cast<Real>(initial[i]);
    std::vector<double> direction(n);
    for (std::size_t j = 0; j < vectors_; ++j) {
      RandomStream(stream_seed(description.seed, n), trials_[b], Purpose::kTangent, j).fill_normal(direction);
      for (std::size_t i = 0; i < n; ++i) {
        tangent_[(i * columns + b) * vectors_ + j] = static_cast<Real>(direction[i]);
      }
    }
  }
  if (vectors_ == 1) renormalise();
  std::fill(log_growth_.begin(), log_growth_.end(), 0.0);
}

template <typename Real>
void Batch<Real>::transfer(std::span<const Real> state) {
  const std::size_t columns = trials_.size();
  for (const Group& group : groups_) {
    const std::size_t first = group.first * columns, count = (group.last - group.first) * columns;
    compute::apply_transfer_with_slope(group.transfer, state.subspan(first, count),
                                       std::span(output_).subspan(first, count),
                                       std::span(slope_).subspan(first, count));
  }
}

template <typename Real>
void Batch<Real>::multiply(std::span<const Real> state, std::span<const Real> tangent, compute::Threads& threads) {
  const std::size_t columns = trials_.size();
  transfer(state);
  if (vectors_ == 0) {
    network_->apply(threads, output_.data(), product_.data(), columns);
    return;
  }
  const std::size_t stride = product_columns();
  compute::parallel_for(threads, 0, network_->size(), kElements / stride + 1, [&](std::size_t first, std::size_t last) {
    for (std::size_t i = first; i < last; ++i) {
      Real* row = input_.data() + i * stride;
      for (std::size_t b = 0; b < columns; ++b) row[b] = output_[i * columns + b];
      for (std::size_t b = 0; b < columns; ++b) {
        const Real slope = slope_[i * columns + b];
        const Real* vectors = tangent.data() + (i * columns + b) * vectors_;
        for (std::size_t j = 0; j < vectors_; ++j) row[columns + b * vectors_ + j] = slope * vectors[j];
      }
    }
  });
  network_->apply(threads, input_.data(), product_.data(), stride);
}

template <typename Real>
void Batch<Real>::draw_noise(compute::Threads& threads) {
  const std::size_t columns = trials_.size();
  const std::uint64_t seed = stream_seed(description_->seed, network_->size());
  compute::parallel_for(threads, 0, network_->size(), kNoiseChunk, [&](std::size_t first, std::size_t last) {
    std::vector<double> normals(last - first);
    for (std::size_t b = 0; b < columns; ++b) {
      RandomStream stream(seed, trials_[b], Purpose::kNoise, static_cast<std::uint64_t>(step_));
      stream.seek(first / 2);
      stream.fill_normal(normals);
      for (const Group& group : groups_) {
        for (std::size_t i = std::max(first, group.first); i < std::min(last, group.last); ++i) {
          noise_[i * columns + b] = group.noise_scale * static_cast<Real>(normals[i - first]);
        }
      }
    }
  });
}

template <typename Real>
void Batch<Real>::evaluate(compute::Threads& threads) {
  multiply(state_, tangent_, threads);
  if (!noise_.empty()) draw_noise(threads);
  const bool noise_in_field = !noise_.empty() && description_->time == TimeKind::kDiscrete;
  const std::size_t columns = trials_.size();
  const std::size_t stride = product_columns();
  const auto& thresholds = network_->thresholds();
  for (std::size_t i = 0; i < network_->size(); ++i) {
    for (std::size_t b = 0; b < columns; ++b) {
      const std::size_t element = i * columns + b;
      field_[element] = product_[i * stride + b] - thresholds[i];
      if (noise_in_field) field_[element] += noise_[element];
    }
  }
}

template <typename Real>
void Batch<Real>::advance(compute::Threads& threads, bool factorise) {
  if (description_->simulation.integrator == Integrator::kRungeKutta4) {
    advance_runge_kutta(threads);
  } else {
    advance_map(threads);
  }
  check_bounds();
  if (vectors_ == 1) renormalise();
  if (vectors_ > 1) factorise_frames(threads, factorise);
  stimulus_.advance();
  ++step_;
}

template <typename Real>
void Batch<Real>::advance_map(compute::Threads& threads) {
  const std::size_t columns = trials_.size();
  const bool noise_to_add = !noise_.empty() && description_->time == TimeKind::kContinuous;  // else: in the field
  stimulus_.add(0.0, std::span<Real>(field_));
  for (const Group& group : groups_) {
    for (std::size_t element = group.first * columns; element < group.last * columns; ++element) {
      state_[element] = group.keep * state_[element] + weight_ * field_[element];
    }
  }
  if (noise_to_add) {
    for (std::size_t element = 0; element < state_.size(); ++element) state_[element] += noise_[element];
  }
  if (vectors_ == 0) return;
  const std::size_t stride = product_columns(), own = columns * vectors_;
  for (const Group& group : groups_) {
    compute::parallel_for(threads, group.first, group.last, kElements / own + 1,
                          [&](std::size_t first, std::size_t last) {
                            for (std::size_t i = first; i < last; ++i) {
                              const Real* product = product_.data() + i * stride + columns;
                              for (std::size_t element = 0; element < own; ++element) {
                                Real& value = tangent_[i * own + element];
                                value = group.keep * value + weight_ * product[element];
                              }
                            }
                          });
  }
}

template <typename Real>
void Batch<Real>::flow(double fraction, std::span<const Real> state, std::span<const Real> tangent,
                       std::vector<Real>& state_slope, std::vector<Real>& tangent_slope, compute::Threads& threads) {
  const std::size_t columns = trials_.size();
  const std::size_t stride = product_columns(), own = stride - columns;
  const auto& thresholds = network_->thresholds();
  compute::parallel_for(threads, 0, network_->size(), kElements / stride + 1, [&](std::size_t first, std::size_t last) {
    for (std::size_t i = first; i < last; ++i) {
      const Real* product = product_.data() + i * stride;
      for (std::size_t b = 0; b < columns; ++b) {
        const std::size_t element = i * columns + b;
        state_slope[element] = product[b] - thresholds[i] - state[element];
      }
      for (std::size_t element = 0; element < own; ++element) {
        tangent_slope[i * own + element] = product[columns + element] - tangent[i * own + element];
      }
    }
  });
  stimulus_.add(fraction, std::span<Real>(state_slope));
}

template <typename Real>
void Batch<Real>::advance_runge_kutta(compute::Threads& threads) {
  struct Stage {
    double fraction;  // where in the step this slope is taken
    double weight;    // of this slope in the step
    double reach;     // how far along this slope the next stage lies
  };
  constexpr Stage kStages[] = {{0.0, 1.0 / 6, 0.5}, {0.5, 1.0 / 3, 0.5}, {0.5, 1.0 / 3, 1.0}, {1.0, 1.0 / 6, 0.0}};
  next_state_ = state_;
  stage_state_ = state_;
  next_tangent_ = tangent_;
  stage_tangent_ = tangent_;
  for (const auto& stage : kStages) {
    if (stage.fraction > 0.0) multiply(stage_state_, stage_tangent_, threads);  // else: evaluate() has done it
    flow(stage.fraction, stage_state_, stage_tangent_, state_slope_, tangent_slope_, threads);
    const Real weight = static_cast<Real>(stage.weight * description_->simulation.step);
    const Real reach = static_cast<Real>(stage.reach * description_->simulation.step);
    for (std::size_t element = 0; element < state_.size(); ++element) {
      next_state_[element] += weight * state_slope_[element];
      stage_state_[element] = state_[element] + reach * state_slope_[element];
    }
    compute::parallel_for(threads, 0, tangent_.size(), kElements, [&](std::size_t first, std::size_t last) {
      for (std::size_t element = first; element < last; ++element) {
        next_tangent_[element] += weight * tangent_slope_[element];
        stage_tangent_[element] = tangent_[element] + reach * tangent_slope_[element];
      }
    });
  }
  state_.swap(next_state_);
  tangent_.swap(next_tangent_);
}

template <typename Real>
void Batch<Real>::renormalise() {
  const std::size_t columns = trials_.size();
  for (std::size_t b = 0; b < columns; ++b) {
    double square = 0.0;
    for (std::size_t element = b; element < tangent_.size(); element += columns) {
      square += static_cast<double>(tangent_[element]) * static_cast<double>(tangent_[element]);
    }
    const double length = std::sqrt(square);
    const bool alive = length > 0.0 && std::isfinite(length) && diverged_[b] == 0;
    log_growth_[b] = alive ? std::log(length) : -std::numeric_limits<double>::infinity();
    const Real factor = alive ? static_cast<Real>(1.0 / length) : Real{0};
    for (std::size_t element = b; element < tangent_.size(); element += columns) {
      tangent_[element] = alive ? factor * tangent_[element] : Real{0};
    }
  }
}

template <typename Real>
void Batch<Real>::factorise_frames(compute::Threads& threads, bool now) {
  const std::size_t columns = trials_.size();
  compute::parallel_for(threads, 0, columns, 1, [&](std::size_t begin, std::size_t end) {
    for (std::size_t b = begin; b < end; ++b) {
      const std::span<double> logs(log_growth_.data() + b * vectors_, vectors_);
      if (diverged_[b] != 0) {
        for (std::size_t i = 0; i < network_->size(); ++i) {
          std::fill_n(tangent_.begin() + static_cast<std::ptrdiff_t>((i * columns + b) * vectors_), vectors_, Real{0});
        }
        continue;
      }
      if (!schedules_[b].is_due(now || contracts_at_once_)) continue;
      // Single precision has no digits for a frame: describe() refuses it.
      if constexpr (std::is_same_v<Real, double>) {
        double* frame = tangent_.data() + b * vectors_;
        const std::size_t stride = columns * vectors_;
        std::vector<double> lengths(vectors_);
        compute::orthonormalise(threads, frame, network_->size(), vectors_, stride, logs, lengths);
        if (std::find(lengths.begin(), lengths.end(), 0.0) != lengths.end()) redraw_vanished(threads, b, lengths);
        schedules_[b].take(logs, lengths);
      }
    }
  });
}

template <typename Real>
void Batch<Real>::redraw_vanished(compute::Threads& threads, std::size_t trial, const std::vector<double>& lengths) {
  if constexpr (std::is_same_v<Real, double>) {
    const std::size_t n = network_->size(), stride = trials_.size() * vectors_;
    double* frame = tangent_.data() + trial * vectors_;
    std::vector<double> direction(n), unused(vectors_), also_unused(vectors_);
    for (std::size_t j = 0; j < vectors_; ++j) {
      if (lengths[j] != 0.0) continue;
      const auto index = static_cast<std::uint64_t>(step_ + 1) * vectors_ + j;  // below vectors_: the first frame
      RandomStream(stream_seed(description_->seed, n), trials_[trial], Purpose::kTangent, index).fill_normal(direction);
      for (std::size_t i = 0; i < n; ++i) frame[i * stride + j] = direction[i];
    }
    compute::orthonormalise(threads, frame, n, vectors_, stride, unused, also_unused);
  }
}

template <typename Real>
FrameGrowth Batch<Real>::frame_growth(std::size_t trial) const {
  return {schedules_[trial].grown_steps(), std::span(log_growth_).subspan(trial * vectors_, vectors_)};
}

template <typename Real>
void Batch<Real>::check_bounds() {
  const std::size_t columns = trials_.size();
  constexpr Real kBound = static_cast<Real>(kDivergence);
  for (std::size_t b = 0; b < columns; ++b) {
    bool outside = false;
    bool at_rest = true;
    for (std::size_t element = b; element < state_.size(); element += columns) {
      const Real size = std::abs(state_[element]);
      outside |= !(size <= kBound);  // catches NaN too
      at_rest &= size < kRest<Real>;
    }
    if (outside) diverged_[b] = 1;
    if (!outside && !at_rest) continue;
    for (std::size_t element = b; element < state_.size(); element += columns) state_[element] = Real{0};
  }
}

template class Batch<double>;
template class Batch<float>;

}  // namespace limes::rate

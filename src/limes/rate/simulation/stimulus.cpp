#include "limes/rate/simulation/stimulus.hpp"

#include <cmath>
#include <utility>

#include "limes/math/random.hpp"
#include "limes/rate/simulation/network.hpp"

namespace limes::rate {

namespace {
// An onset that is a multiple of the step must not be missed for the last bit of n * step.
constexpr double kOnsetSlack = 1e-9;
}  // namespace

Stimulus::Stimulus(const RateDescription& description, std::vector<std::uint32_t> trials)
    : kind_(description.stimulus.kind), description_(&description), trials_(std::move(trials)) {
  if (kind_ != StimulusDescription::Kind::kCommonNoise) return;
  const auto& stimulus = description.stimulus;
  decay_ = std::exp(-description.simulation.step / stimulus.correlation_time);
  for (std::size_t b = 0; b < trials_.size(); ++b) {
    noise_now_.push_back(stimulus.amplitude * noise_number(b, 0));
    noise_next_.push_back(decay_ * noise_now_[b] +
                          stimulus.amplitude * std::sqrt(1.0 - decay_ * decay_) * noise_number(b, 1));
  }
}

double Stimulus::noise_number(std::size_t trial, std::int64_t step) const {
  return math::RandomStream(stream_seed(description_->seed, description_->size()), trials_[trial],
                            math::Purpose::kStimulus, static_cast<std::uint64_t>(step))
      .normal();
}

void Stimulus::advance() {
  ++step_;
  if (kind_ != StimulusDescription::Kind::kCommonNoise) return;
  const double fresh = description_->stimulus.amplitude * std::sqrt(1.0 - decay_ * decay_);
  for (std::size_t b = 0; b < trials_.size(); ++b) {
    noise_now_[b] = noise_next_[b];
    noise_next_[b] = decay_ * noise_now_[b] + fresh * noise_number(b, step_ + 1);
  }
}

double Stimulus::common(std::size_t trial, double fraction) const {
  const auto& stimulus = description_->stimulus;
  switch (kind_) {
    case StimulusDescription::Kind::kStep:
      return stimulus.amplitude;
    case StimulusDescription::Kind::kSine: {
      const double time = (static_cast<double>(step_) + fraction) * description_->simulation.step;
      return stimulus.amplitude * std::sin(stimulus.frequency * time);
    }
    case StimulusDescription::Kind::kCommonNoise:
      return (1.0 - fraction) * noise_now_[trial] + fraction * noise_next_[trial];
    case StimulusDescription::Kind::kFile:
      return stimulus.amplitude;
    case StimulusDescription::Kind::kNone:
      break;
  }
  return 0.0;
}

template <typename Real>
void Stimulus::add(double fraction, std::span<Real> field) const {
  if (!present()) return;
  const auto& stimulus = description_->stimulus;
  const double start = static_cast<double>(step_) * description_->simulation.step;
  if (start < stimulus.onset * (1.0 - kOnsetSlack)) return;
  const std::size_t columns = trials_.size();
  std::vector<double> value(columns);
  for (std::size_t b = 0; b < columns; ++b) value[b] = common(b, fraction);
  for (std::size_t i = 0; i < description_->size(); ++i) {
    double factor = stimulus.pattern.empty() ? 1.0 : stimulus.pattern[i];
    if (stimulus.table)
      factor *= (*stimulus.table)(step_, stimulus.table->cols() == 1 ? 0 : static_cast<Eigen::Index>(i));
    for (std::size_t b = 0; b < columns; ++b) field[i * columns + b] += static_cast<Real>(factor * value[b]);
  }
}

template void Stimulus::add<double>(double, std::span<double>) const;
template void Stimulus::add<float>(double, std::span<float>) const;

}  // namespace limes::rate

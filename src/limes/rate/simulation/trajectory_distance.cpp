#include "limes/rate/simulation/trajectory_distance.hpp"

#include <algorithm>
#include <cmath>
#include <string>
#include <utility>

#include "limes/rate/result_shape.hpp"

namespace limes::rate {

namespace {

constexpr double kRounding = 1e-16;

bool differ_in_initial_state_only(const RateDescription& description) {
  const bool noisy =
      std::any_of(description.populations.begin(), description.populations.end(),
                  [](const Population& p) { return p.noise_deviation > 0.0 || p.noise_intensity > 0.0; });
  return has_fixed_matrix(description) && !noisy && description.theory.kind == TheoryOptions::Kind::kStationary &&
         description.stimulus.kind != StimulusDescription::Kind::kCommonNoise;
}

}  // namespace

double contraction_factor(const RateDescription& description, double coupling_norm) {
  double leak = 0.0, slope = 0.0;
  for (const Population& population : description.populations) {
    leak = std::max(leak, population.leak);
    slope = std::max(slope, transfer::largest_slope(population.transfer));
  }
  if (description.time == TimeKind::kDiscrete) return leak + slope * coupling_norm;
  return std::exp(slope * coupling_norm - 1.0);
}

TrajectoryDistance::TrajectoryDistance(const RateDescription& description, std::size_t trials)
    : description_(&description), trials_(trials), present_(trials > 1 && differ_in_initial_state_only(description)) {}

void TrajectoryDistance::add(const std::vector<double>& squares) {
  for (std::size_t b = 1; b < trials_; ++b) distances_.push_back(std::sqrt(squares[b]));
}

void TrajectoryDistance::finish(std::size_t trial, std::optional<double> coupling_norm,
                                system::Realisation& realisation) const {
  const std::size_t others = trials_ - 1;
  if (!present_ || trial == 0 || distances_.empty() || !(distances_[trial - 1] > 0.0)) return;
  const double spacing = static_cast<double>(sample_stride(*description_)) * description_->simulation.step;
  const double factor = coupling_norm ? contraction_factor(*description_, *coupling_norm) : 1.0;
  system::Axis time{"time", std::string(time_unit(description_->time)), {}};
  std::vector<double> values, bound;
  for (std::size_t k = 0; k < distances_.size() / others; ++k) {
    time.values.push_back(static_cast<double>(k) * spacing);
    const double distance = distances_[k * others + trial - 1] / distances_[trial - 1];
    values.push_back(std::isfinite(distance) ? std::max(kRounding, distance) : kRounding);
    bound.push_back(std::max(kRounding, std::pow(factor, time.values.back())));
  }
  // A bound that grows says nothing.
  if (coupling_norm && factor < 1.0) {
    realisation.curves.push_back({"trajectory_distance_bound", {time}, system::Tensor(std::move(bound)), std::nullopt});
  }
  realisation.curves.push_back(
      {"trajectory_distance", {std::move(time)}, system::Tensor(std::move(values)), std::nullopt});
}

}  // namespace limes::rate

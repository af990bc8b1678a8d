#include "limes/rate/theory/continuation/solved_nearby.hpp"

#include <algorithm>
#include <utility>

namespace limes::rate::theory {
namespace {

constexpr std::size_t kMostKnown = 400;

}  // namespace

NearbyShapes::NearbyShapes(Eigen::VectorXd scale, double range, double spacing)
    : scale_(std::move(scale)), range_(range), spacing_(spacing) {}

Eigen::VectorXd NearbyShapes::place_of(const Eigen::VectorXd& x, double p) const {
  Eigen::VectorXd place(x.size() + 1);
  place << x.cwiseQuotient(scale_), p / range_;
  return place;
}

void NearbyShapes::move_to(const Eigen::VectorXd& x, double p) {
  const Eigen::VectorXd place = place_of(x, p);
  if (place.size() == place_.size() && place == place_) return;
  if (!offered_.empty()) known_.push_back({place_, std::move(offered_)});
  offered_.clear();
  place_ = place;
}

const NearbyShapes::Known* NearbyShapes::nearest_known() const {
  const auto nearest = std::min_element(known_.begin(), known_.end(), [&](const Known& a, const Known& b) {
    return (a.place - place_).squaredNorm() < (b.place - place_).squaredNorm();
  });
  return nearest == known_.end() ? nullptr : &*nearest;
}

const std::vector<double>* NearbyShapes::nearest() const {
  const Known* known = nearest_known();
  return known == nullptr ? nullptr : &known->shape;
}

void NearbyShapes::offer(std::vector<double> shape) {
  const Known* known = nearest_known();
  const bool near = known != nullptr && (known->place - place_).norm() < spacing_;
  if (!near && known_.size() < kMostKnown) offered_ = std::move(shape);
}

void NearbyShapes::add(const Eigen::VectorXd& x, double p, std::vector<double> shape) {
  known_.push_back({place_of(x, p), std::move(shape)});
}

std::vector<double> packed(const std::optional<BranchState>& state) {
  if (!state) return {};
  std::vector<double> values{state->parameter,
                             state->lyapunov_exponent,
                             state->jacobian_radius,
                             state->outlier ? 1.0 : 0.0,
                             state->outlier ? state->outlier->real() : 0.0,
                             state->outlier ? state->outlier->imag() : 0.0,
                             state->stable ? 1.0 : 0.0,
                             state->residual};
  for (const auto* part : {&state->mean, &state->variance, &state->frozen, &state->mean_output}) {
    values.insert(values.end(), part->begin(), part->end());
  }
  return values;
}

std::optional<BranchState> unpacked_state(const std::vector<double>& values, std::size_t populations) {
  if (values.empty()) return std::nullopt;
  BranchState state;
  state.parameter = values[0];
  state.lyapunov_exponent = values[1];
  state.jacobian_radius = values[2];
  if (values[3] != 0.0) state.outlier = {values[4], values[5]};
  state.stable = values[6] != 0.0;
  state.residual = values[7];
  auto next = values.begin() + 8;
  for (auto* part : {&state.mean, &state.variance, &state.frozen, &state.mean_output}) {
    part->assign(next, next + static_cast<std::ptrdiff_t>(populations));
    next += static_cast<std::ptrdiff_t>(populations);
  }
  return state;
}

}  // namespace limes::rate::theory

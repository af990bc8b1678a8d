#include "limes/rate/fixed_point_geometry/simulation/newton.hpp"

#include <algorithm>
#include <cmath>

#include "limes/compute/lu.hpp"

namespace limes::rate::fixed_points {

namespace {
// Where |F|^2 has not fallen by this factor in so many steps, the search creeps towards a minimum of it.
constexpr int kPatience = 12;
constexpr double kProgress = 0.5;
}  // namespace

Newton::Newton(const VectorField& field, const NewtonOptions& options)
    : field_(field), options_(options), work_(field), matrix_(field.size() * field.size()), pivots_(field.size()) {
  for (auto* values : {&flow_, &step_, &trial_, &trial_flow_}) values->resize(field.size());
}

NewtonEnd Newton::run(std::span<double> x) {
  const std::size_t n = x.size();
  const double count = static_cast<double>(n);
  const double goal = options_.tolerance * options_.tolerance * count;
  const double longest = options_.longest_step * options_.longest_step * count;
  double square = field_.evaluate(x, flow_, work_);
  double before = square;
  for (int k = 0; k < options_.steps; ++k) {
    field_.jacobian(work_.slope(), matrix_.data());
    const compute::Lu lu(matrix_.data(), pivots_);
    ++factorisations_;
    if (lu.singular()) return NewtonEnd::kLocalMinimum;
    std::copy(flow_.begin(), flow_.end(), step_.begin());
    lu.solve(step_);
    double length = 0.0;
    for (const double value : step_) length += value * value;
    if (!std::isfinite(length)) return NewtonEnd::kLocalMinimum;
    if (square <= goal) {
      for (std::size_t i = 0; i < n; ++i) x[i] -= step_[i];
      index_sign_ = n % 2 == 0 ? lu.sign() : -lu.sign();
      residual_ = std::sqrt(field_.evaluate(x, flow_, work_) / count);
      return NewtonEnd::kFixedPoint;
    }
    double factor = length > longest ? std::sqrt(longest / length) : 1.0;
    bool fell = false;
    for (int halving = 0; halving <= options_.halvings && !fell; ++halving, factor /= 2.0) {
      for (std::size_t i = 0; i < n; ++i) trial_[i] = x[i] - factor * step_[i];
      const double next = field_.evaluate(trial_, trial_flow_, work_);
      if (next < square) {
        fell = true;
        square = next;
        std::copy(trial_.begin(), trial_.end(), x.begin());
        flow_.swap(trial_flow_);
      }
    }
    if (!fell) return NewtonEnd::kLocalMinimum;
    if ((k + 1) % kPatience == 0) {
      if (square > kProgress * before) return NewtonEnd::kExhausted;
      before = square;
    }
  }
  return NewtonEnd::kExhausted;
}

}  // namespace limes::rate::fixed_points

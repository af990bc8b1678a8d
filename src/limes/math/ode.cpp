#include "limes/math/ode.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <stdexcept>

#include "limes/base/errors.hpp"

namespace limes::math {
namespace {

// Dormand & Prince (1980), RK5(4)7M; d: dense output of Hairer, Norsett & Wanner, DOPRI5.
constexpr int kStages = 7;
constexpr std::array<double, kStages> kNodes{0.0, 1.0 / 5, 3.0 / 10, 4.0 / 5, 8.0 / 9, 1.0, 1.0};
constexpr std::array<std::array<double, 6>, kStages> kWeights{{
    {},
    {1.0 / 5},
    {3.0 / 40, 9.0 / 40},
    {44.0 / 45, -56.0 / 15, 32.0 / 9},
    {19372.0 / 6561, -25360.0 / 2187, 64448.0 / 6561, -212.0 / 729},
    {9017.0 / 3168, -355.0 / 33, 46732.0 / 5247, 49.0 / 176, -5103.0 / 18656},
    {35.0 / 384, 0.0, 500.0 / 1113, 125.0 / 192, -2187.0 / 6784, 11.0 / 84},
}};
constexpr std::array<double, kStages> kError{71.0 / 57600,      0.0,        -71.0 / 16695, 71.0 / 1920,
                                             -17253.0 / 339200, 22.0 / 525, -1.0 / 40};
constexpr std::array<double, kStages> kDense{-12715105075.0 / 11282082432,  0.0,
                                             87487479700.0 / 32700410799,   -10690763975.0 / 1880347072,
                                             701980252875.0 / 199316789632, -1453857185.0 / 822651844,
                                             69997945.0 / 29380423};

double first_step_size(const RateFunction& f, double t, const std::vector<double>& x, const std::vector<double>& rate,
                       double direction, double span, const OdeOptions& options) {
  const std::size_t n = x.size();
  const auto norm = [&](const std::vector<double>& v) {
    double sum = 0.0;
    for (std::size_t i = 0; i < n; ++i) {
      const double scale = options.absolute_tolerance + options.relative_tolerance * std::abs(x[i]);
      sum += (v[i] / scale) * (v[i] / scale);
    }
    return std::sqrt(sum / static_cast<double>(std::max<std::size_t>(n, 1)));
  };
  const double d0 = norm(x);
  const double d1 = norm(rate);
  const double trial = std::min(span, d0 < 1e-5 || d1 < 1e-5 ? 1e-6 * span : 0.01 * d0 / d1);
  std::vector<double> moved(n);
  std::vector<double> rate_moved(n);
  for (std::size_t i = 0; i < n; ++i) moved[i] = x[i] + direction * trial * rate[i];
  f(t + direction * trial, moved, rate_moved);
  for (std::size_t i = 0; i < n; ++i) rate_moved[i] -= rate[i];
  const double d2 = norm(rate_moved) / trial;
  const double largest = std::max(d1, d2);
  const double next = largest <= 1e-15 ? std::max(1e-6 * span, 1e-3 * trial) : std::pow(0.01 / largest, 0.2);
  const double step = std::min({100.0 * trial, next, span});
  return std::isfinite(step) && step > 0.0 ? step : trial;
}

}  // namespace

std::vector<double> OdeSolution::final_state() const { return final_; }

std::size_t OdeSolution::step_of(double t) const {
  const bool forward = times_.back() >= times_.front();
  const double low = forward ? times_.front() : times_.back();
  const double high = forward ? times_.back() : times_.front();
  if (!(t >= low && t <= high)) throw std::out_of_range("OdeSolution: time outside the integrated interval");
  const auto after = forward ? std::upper_bound(times_.begin(), times_.end(), t)
                             : std::upper_bound(times_.begin(), times_.end(), t, std::greater<>());
  const auto index = static_cast<std::size_t>(std::distance(times_.begin(), after));
  return std::min(index == 0 ? 0 : index - 1, times_.size() - 2);
}

double OdeSolution::operator()(double t, std::size_t component) const {
  if (times_.size() == 1) return t == times_[0] ? final_[component] : throw std::out_of_range("OdeSolution: no step");
  const std::size_t step = step_of(t);
  const double theta = (t - times_[step]) / (times_[step + 1] - times_[step]);
  const double* c = coefficients_.data() + 5 * dimension_ * step + component;
  const double rest = 1.0 - theta;
  const std::size_t n = dimension_;
  return c[0] + theta * (c[n] + rest * (c[2 * n] + theta * (c[3 * n] + rest * c[4 * n])));
}

std::vector<double> OdeSolution::operator()(double t) const {
  std::vector<double> x(dimension_);
  for (std::size_t i = 0; i < dimension_; ++i) x[i] = (*this)(t, i);
  return x;
}

OdeSolution dormand_prince(const RateFunction& f, double start, std::vector<double> x, double end,
                           const OdeOptions& options) {
  const std::size_t n = x.size();
  OdeSolution solution;
  solution.dimension_ = n;
  solution.times_.push_back(start);
  solution.final_ = x;
  if (end == start || n == 0) return solution;
  const double direction = end > start ? 1.0 : -1.0;
  const double span = std::abs(end - start);
  const double largest = options.largest_step > 0.0 ? std::min(options.largest_step, span) : span;
  std::array<std::vector<double>, kStages> k;
  k.fill(std::vector<double>(n));
  std::vector<double> trial(n);
  f(start, x, k[0]);
  solution.evaluations_ = 1;
  for (const double rate : k[0]) {
    if (!std::isfinite(rate)) throw DivergenceError("the differential equation is not finite at its initial state");
  }
  double t = start;
  double h = options.first_step;
  if (!(h > 0.0)) {
    h = first_step_size(f, t, x, k[0], direction, span, options);
    ++solution.evaluations_;
  }
  h = std::min(h, largest);
  double previous_error = 1e-4;
  bool rejected = false;
  for (int attempts = 0; direction * (end - t) > 0.0; ++attempts) {
    if (attempts >= options.max_steps) throw ConvergenceError("too many steps of the differential equation", h);
    if (h < 16.0 * std::numeric_limits<double>::epsilon() * std::abs(t) || h < 1e-300) {
      throw ConvergenceError("the step of the differential equation shrank to rounding", h);
    }
    const bool last = h >= std::abs(end - t) * (1.0 - 1e-14);
    const double signed_step = last ? end - t : direction * h;
    for (int stage = 1; stage < kStages; ++stage) {
      for (std::size_t i = 0; i < n; ++i) {
        double sum = 0.0;
        for (int j = 0; j < stage; ++j) sum += kWeights[stage][j] * k[j][i];
        trial[i] = x[i] + signed_step * sum;
      }
      f(t + kNodes[stage] * signed_step, trial, k[stage]);
    }
    solution.evaluations_ += kStages - 1;
    double error = 0.0;  // `trial` now holds the fifth-order result (the last stage is the next step's first)
    for (std::size_t i = 0; i < n; ++i) {
      double difference = 0.0;
      for (int j = 0; j < kStages; ++j) difference += kError[j] * k[j][i];
      const double scale =
          options.absolute_tolerance + options.relative_tolerance * std::max(std::abs(x[i]), std::abs(trial[i]));
      error += (signed_step * difference / scale) * (signed_step * difference / scale);
    }
    error = std::sqrt(error / static_cast<double>(n));
    if (!std::isfinite(error)) {
      h *= 0.1;
      rejected = true;
      continue;
    }
    // PI controller of DOPRI5: beta = 0.04.
    const double proposed = 0.9 * std::pow(std::max(error, 1e-10), -0.17) * std::pow(previous_error, 0.04);
    if (error > 1.0) {
      h = std::abs(signed_step) * std::clamp(0.9 * std::pow(error, -0.2), 0.2, 1.0);
      rejected = true;
      continue;
    }
    std::vector<double>& c = solution.coefficients_;
    const std::size_t base = c.size();
    c.resize(base + 5 * n);
    for (std::size_t i = 0; i < n; ++i) {
      const double change = trial[i] - x[i];
      double dense = 0.0;
      for (int j = 0; j < kStages; ++j) dense += kDense[j] * k[j][i];
      c[base + i] = x[i];
      c[base + n + i] = change;
      c[base + 2 * n + i] = signed_step * k[0][i] - change;
      c[base + 3 * n + i] = change - signed_step * k[6][i] - c[base + 2 * n + i];
      c[base + 4 * n + i] = signed_step * dense;
    }
    t = last ? end : t + signed_step;
    x = trial;
    std::swap(k[0], k[6]);
    solution.times_.push_back(t);
    previous_error = std::max(error, 1e-4);
    h = std::min(std::abs(signed_step) * std::clamp(proposed, 0.2, rejected ? 1.0 : 10.0), largest);
    rejected = false;
    if (options.proceed && !options.proceed(t, x)) break;
  }
  solution.final_ = std::move(x);
  return solution;
}

void rk4_step(const RateFunction& f, double t, double h, std::span<double> x, Rk4Workspace& workspace) {
  const std::size_t n = x.size();
  for (auto* v : {&workspace.k1, &workspace.k2, &workspace.k3, &workspace.k4, &workspace.trial}) v->resize(n);
  f(t, x, workspace.k1);
  for (std::size_t i = 0; i < n; ++i) workspace.trial[i] = x[i] + 0.5 * h * workspace.k1[i];
  f(t + 0.5 * h, workspace.trial, workspace.k2);
  for (std::size_t i = 0; i < n; ++i) workspace.trial[i] = x[i] + 0.5 * h * workspace.k2[i];
  f(t + 0.5 * h, workspace.trial, workspace.k3);
  for (std::size_t i = 0; i < n; ++i) workspace.trial[i] = x[i] + h * workspace.k3[i];
  f(t + h, workspace.trial, workspace.k4);
  for (std::size_t i = 0; i < n; ++i) {
    x[i] += h / 6.0 * (workspace.k1[i] + 2.0 * workspace.k2[i] + 2.0 * workspace.k3[i] + workspace.k4[i]);
  }
}

std::vector<double> rk4(const RateFunction& f, double start, std::vector<double> x, double end, std::size_t steps) {
  std::vector<double> trajectory(x);
  trajectory.reserve((steps + 1) * x.size());
  Rk4Workspace workspace;
  const double h = steps == 0 ? 0.0 : (end - start) / static_cast<double>(steps);
  for (std::size_t step = 0; step < steps; ++step) {
    rk4_step(f, start + static_cast<double>(step) * h, h, x, workspace);
    trajectory.insert(trajectory.end(), x.begin(), x.end());
  }
  return trajectory;
}

}  // namespace limes::math

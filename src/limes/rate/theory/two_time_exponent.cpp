#include "limes/rate/theory/two_time_exponent.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "limes/base/errors.hpp"
#include "limes/rate/theory/output_history.hpp"
#include "limes/rate/theory/two_time_field.hpp"
#include "limes/transfer/moments.hpp"

namespace limes::rate::theory {
namespace {

using Rows = std::vector<std::vector<double>>;

constexpr std::size_t kFewestPoints = 8;
constexpr double kLarge = 1e60;
constexpr int kSweeps = 100;

double weight(const PopulationEnsemble& ensemble, std::size_t a, std::size_t b) {
  const auto row = static_cast<Eigen::Index>(a);
  const auto column = static_cast<Eigen::Index>(b);
  return ensemble.second_moment(row, column) + ensemble.centred(row, column);
}

/// ln |w| against time, the scale that was taken out included.
class GrowthCurve {
 public:
  /// Notes |w|^2. Returns by what squares are to be divided now, because they have become large or small; 1 mostly.
  double note(double square) {
    values_.push_back(0.5 * (std::log(square) + scale_));
    if (!(square > kLarge || (square < 1.0 / kLarge && square > 0.0))) return 1.0;
    scale_ += std::log(square);
    return square;
  }

  /// Over the last half, in two parts of whole periods where there is one (0: none) and they hold it.
  [[nodiscard]] TwoTimeExponent exponent(double step, double period) const {
    const std::size_t last = values_.size() - 1;
    const double part = 0.25 * static_cast<double>(last) * step;
    const double whole = period > 0.0 && part >= period ? std::floor(part / period) * period : part;
    const std::size_t quarter = last - static_cast<std::size_t>(std::lround(whole / step));
    const std::size_t middle = last - static_cast<std::size_t>(std::lround(2.0 * whole / step));
    const auto slope = [&](std::size_t from, std::size_t to) {
      const double rise = values_[to] - values_[from];
      // All perturbations have died: -infinity minus itself.
      if (!std::isfinite(values_[to])) return -std::numeric_limits<double>::infinity();
      return rise / (step * static_cast<double>(to - from));
    };
    return {slope(middle, last), slope(middle, quarter), slope(quarter, last), 0.0};
  }

 private:
  std::vector<double> values_;
  double scale_ = 0.0;
};

/// The mean over neurons of w^2, K_a(t,t) being that of population a.
double mean_square(const PopulationEnsemble& ensemble, const Rows& rows, std::size_t t) {
  double sum = 0.0;
  for (std::size_t a = 0; a < rows.size(); ++a) sum += ensemble.populations[a].share * rows[a][t];
  return sum;
}

void divide(Rows& rows, double divisor) {
  if (divisor == 1.0) return;
  for (auto& row : rows) {
    for (double& value : row) value /= divisor;
  }
}

std::size_t points_of(const TwoTimeSolution& solution) {
  const std::size_t points = solution.populations.front().mean.size();
  if (points < kFewestPoints)
    throw InputError(fmt::format("an exponent needs at least {} times, not {}", kFewestPoints, points));
  return points;
}

/// Without leak: K_a(t+1) = sum_b J_ab^2 E f_b'^2 K_b(t), and the linearised map of means and variances (note 4.5).
TwoTimeExponent leakless_exponent(const PopulationEnsemble& ensemble, const TwoTimeSolution& solution, double period) {
  const std::size_t points = points_of(solution);
  const std::size_t count = ensemble.size();
  GrowthCurve incoherent, coherent;
  Rows lengths(count, std::vector<double>{1.0});  // K_a(t,t)
  Rows change(1, std::vector<double>(2 * count, 1.0));
  // Any direction that no symmetry singles out.
  for (std::size_t a = 0; a < count; ++a) change[0][count + a] = 0.5 + static_cast<double>(a);
  for (std::size_t t = 0;; ++t) {
    divide(lengths, incoherent.note(mean_square(ensemble, lengths, 0)));
    double square = 0.0;
    for (const double value : change[0]) square += value * value;
    divide(change, std::sqrt(coherent.note(square)));
    if (t + 1 == points) break;
    Rows next_lengths(count, std::vector<double>{0.0});
    std::vector<double> next(2 * count, 0.0);
    for (std::size_t b = 0; b < count; ++b) {
      const TwoTimePopulation& law = solution.populations[b];
      const transfer::Moments m = transfer::moments(ensemble.populations[b].transfer, law.mean[t], law.variance[t]);
      const double dmean = change[0][b];
      const double dvariance = change[0][count + b];
      const double doutput = m.df * dmean + 0.5 * m.ddf * dvariance;
      const double dsquare = 2.0 * m.f_df * dmean + (m.dfdf + m.f_ddf) * dvariance;
      for (std::size_t a = 0; a < count; ++a) {
        const auto row = static_cast<Eigen::Index>(a);
        const auto column = static_cast<Eigen::Index>(b);
        next_lengths[a][0] += weight(ensemble, a, b) * m.dfdf * lengths[b][0];
        next[a] += ensemble.coupling_mean(row, column) * doutput;
        next[count + a] += weight(ensemble, a, b) * dsquare - 2.0 * ensemble.centred(row, column) * m.f * doutput;
      }
    }
    lengths = std::move(next_lengths);
    change[0] = std::move(next);
  }
  const TwoTimeExponent first = incoherent.exponent(1.0, period);
  const TwoTimeExponent second = coherent.exponent(1.0, period);
  return second.value > first.value ? second : first;
}

/// E f'(u(t)) f'(u(s)) of all populations, time after time.
class Gains {
 public:
  Gains(const PopulationEnsemble& ensemble, const TwoTimeSolution& solution, std::size_t stride)
      : solution_(solution), stride_(stride) {
    for (const Population& population : ensemble.populations) histories_.emplace_back(population.transfer);
    rows_.resize(ensemble.size());
  }

  /// For time index t (in units of the stride) and all earlier ones.
  const Rows& at(std::size_t t) {
    for (std::size_t b = 0; b < histories_.size(); ++b) {
      const TwoTimePopulation& law = solution_.populations[b];
      histories_[b].push(law.mean[t * stride_], law.variance[t * stride_]);
      const std::span<const double> all = law.covariance.row(t * stride_);
      covariances_.resize(t + 1);
      for (std::size_t s = 0; s <= t; ++s) covariances_[s] = all[s * stride_];
      rows_[b].resize(t + 1);
      histories_[b].gains(covariances_, rows_[b]);
    }
    return rows_;
  }

 private:
  const TwoTimeSolution& solution_;
  std::size_t stride_;
  std::vector<OutputHistory> histories_;
  std::vector<double> covariances_;
  Rows rows_;
};

/// The covariance of the perturbation's field: field[a][s] = sum_b J_ab^2 C_b'(t,s) K_b(t,s), s < count.
void perturbation_field(const PopulationEnsemble& ensemble, const Rows& gains, const Rows& rows, std::size_t count,
                        Rows& field) {
  for (std::size_t a = 0; a < rows.size(); ++a) {
    std::fill_n(field[a].begin(), count, 0.0);
    for (std::size_t b = 0; b < rows.size(); ++b) {
      const double factor = weight(ensemble, a, b);
      if (factor == 0.0) continue;
      for (std::size_t s = 0; s < count; ++s) field[a][s] += factor * gains[b][s] * rows[b][s];
    }
  }
}

TwoTimeExponent trapezoid_exponent(const PopulationEnsemble& ensemble, const TwoTimeSolution& solution, double step,
                                   std::size_t stride, double period, const StopToken& stop) {
  const std::size_t points = (points_of(solution) - 1) / stride + 1;
  const std::size_t count = ensemble.size();
  const double h = step * static_cast<double>(stride);
  const double keep = (1 - h / 2) / (1 + h / 2);
  const double take = h / 2 / (1 + h / 2);
  Gains gains(ensemble, solution, stride);
  GrowthCurve curve;
  Rows now(count, std::vector<double>(points, 0.0));
  Rows next = now, field = now, next_field = now;
  for (auto& row : now) row[0] = 1.0;
  perturbation_field(ensemble, gains.at(0), now, 1, field);
  for (std::size_t t = 0;; ++t) {
    const double divisor = curve.note(mean_square(ensemble, now, t));
    divide(now, divisor);
    divide(field, divisor);
    if (t + 1 == points) break;
    stop.check();
    const Rows& gain = gains.at(t + 1);
    for (std::size_t a = 0; a < count; ++a) next[a] = now[a];
    for (std::size_t a = 0; a < count; ++a) next[a][t + 1] = now[a][t];
    // Implicit in the field at t + 1: each sweep leaves about h of the change.
    for (int sweep = 0; sweep < kSweeps; ++sweep) {
      perturbation_field(ensemble, gain, next, t + 2, next_field);
      double change = 0.0;
      for (std::size_t a = 0; a < count; ++a) {
        double with_now = 0.0;   // U(s, t)
        double with_next = 0.0;  // U(s, t + 1)
        for (std::size_t s = 0; s <= t; ++s) {
          next[a][s] = keep * now[a][s] + take * (with_now + with_next);
          if (s < t) with_now = keep * with_now + take * (field[a][s] + field[a][s + 1]);
          with_next = keep * with_next + take * (next_field[a][s] + next_field[a][s + 1]);
        }
        const double behind = keep * with_now + take * (field[a][t] + next_field[a][t]);
        const double last = keep * next[a][t] + take * (behind + with_next);
        change = std::max(change, std::abs(last - next[a][t + 1]) / (std::abs(last) + 1e-300));
        next[a][t + 1] = last;
      }
      if (change < 1e-13) break;
    }
    perturbation_field(ensemble, gain, next, t + 2, field);
    std::swap(now, next);
  }
  return curve.exponent(h, period);
}

}  // namespace

TwoTimeExponent two_time_map_exponent(const PopulationEnsemble& ensemble, const TwoTimeSolution& solution,
                                      double period, const StopToken& stop) {
  const auto leaks = [](const Population& population) { return population.leak > 0.0; };
  if (std::none_of(ensemble.populations.begin(), ensemble.populations.end(), leaks))
    return leakless_exponent(ensemble, solution, period);
  const std::size_t points = points_of(solution);
  const std::size_t count = ensemble.size();
  Gains gains(ensemble, solution, 1);
  GrowthCurve curve;
  Rows now(count, std::vector<double>(points, 0.0));
  Rows next = now, field = now;
  for (auto& row : now) row[0] = 1.0;
  for (std::size_t t = 0;; ++t) {
    divide(now, curve.note(mean_square(ensemble, now, t)));
    if (t + 1 == points) return curve.exponent(1.0, period);
    stop.check();
    perturbation_field(ensemble, gains.at(t), now, t + 1, field);
    for (std::size_t a = 0; a < count; ++a) {
      advance_covariance(ensemble.populations[a].leak, 0.0, std::span(field[a]).first(t + 1),
                         std::span<const double>(now[a]).first(t + 1), std::span(next[a]).first(t + 2));
    }
    std::swap(now, next);
  }
}

TwoTimeExponent two_time_flow_exponent(const PopulationEnsemble& ensemble, const TwoTimeSolution& solution, double step,
                                       double period, const StopToken& stop) {
  const TwoTimeExponent fine = trapezoid_exponent(ensemble, solution, step, 1, period, stop);
  const TwoTimeExponent coarse = trapezoid_exponent(ensemble, solution, step, 2, period, stop);
  const auto extrapolated = [](double of_fine, double of_coarse) { return of_fine + (of_fine - of_coarse) / 3.0; };
  const double value = extrapolated(fine.value, coarse.value);
  // What the next power of the step leaves is a fraction of the last correction.
  return {value, extrapolated(fine.first_half, coarse.first_half), extrapolated(fine.last_half, coarse.last_half),
          0.2 * std::abs(value - fine.value)};
}

}  // namespace limes::rate::theory

#include "limes/rate/theory/two_time_trapezoid.hpp"

#include <algorithm>
#include <cmath>

#include "limes/base/errors.hpp"
#include "limes/rate/theory/output_history.hpp"
#include "limes/rate/theory/two_time_field.hpp"

namespace limes::rate::theory {
namespace {

/// Stops the iteration of one step: what is left is a fraction h of the last change.
constexpr double kChange = 1e-11;
constexpr int kMostSweeps = 200;

/// The state of one population in the sweep over times; rows are over the earlier times.
struct Sweep {
  OutputHistory history;
  std::vector<double> row;                   ///< Cov(u(t), u(s)) of the part that follows the field
  std::vector<double> next;                  ///< the same at t + 1
  std::vector<double> field;                 ///< Gam(t, s)
  std::vector<double> next_field;            ///< Gam(t + 1, s)
  std::vector<std::vector<double>> earlier;  ///< Gam at t - 1 and t - 2
  std::vector<double> with_field;            ///< U(s, t), s = 0..t
  double mean = 0.0;                         ///< the part that follows the field
  double next_mean = 0.0;
  double drive = 0.0;  ///< field mean M(t)
  double next_drive = 0.0;
  double earlier_drive = 0.0;
};

class Trapezoid {
 public:
  Trapezoid(const PopulationEnsemble& ensemble, double h, std::size_t steps, const InputFunctions& input)
      : ensemble_(ensemble), h_(h), a_((1 - h / 2) / (1 + h / 2)), b_(h / 2 / (1 + h / 2)), input_(input) {
    decay_.resize(2 * steps + 1);
    for (std::size_t k = 0; k < decay_.size(); ++k) decay_[k] = std::exp(-h * static_cast<double>(k));
    for (const Population& population : ensemble.populations) {
      Sweep sweep{OutputHistory(population.transfer), {}, {}, {}, {}, {}, {}};
      for (auto* row : {&sweep.row, &sweep.next, &sweep.field, &sweep.next_field, &sweep.with_field})
        row->resize(steps + 1, 0.0);
      sweep.earlier.assign(2, std::vector<double>(steps + 1, 0.0));
      sweeps_.push_back(std::move(sweep));
      products_.emplace_back(steps + 1);
      outputs_.emplace_back();
    }
    covariances_.resize(steps + 1);
    outputs_now_.resize(ensemble.size());
    start();
  }

  /// From time t to t + 1.
  void advance() {
    predict();
    for (std::size_t a = 0; a < sweeps_.size(); ++a) {
      sweeps_[a].history.push(mean(a, t_), variance(a));  // replaced by `evaluate`
      outputs_[a].push_back(0.0);
    }
    for (int iteration = 0;; ++iteration) {
      const double change = update();
      evaluate(t_ + 1);
      if (change < kChange) break;
      if (iteration == kMostSweeps)
        throw ConvergenceError("the implicit step of the two-time flow does not converge; take a smaller output step",
                               change);
    }
    ++t_;
    for (std::size_t a = 0; a < sweeps_.size(); ++a) {
      Sweep& sweep = sweeps_[a];
      std::swap(sweep.row, sweep.next);
      std::swap(sweep.earlier[0], sweep.earlier[1]);
      std::swap(sweep.field, sweep.earlier[0]);
      std::swap(sweep.field, sweep.next_field);
      sweep.mean = sweep.next_mean;
      sweep.earlier_drive = sweep.drive;
      sweep.drive = sweep.next_drive;
      // U(s,t) anew, from the final field.
      follow(sweep.field, sweep.with_field, t_);
      require_bounded(mean(a, t_), variance(a), a, h_ * static_cast<double>(t_));
    }
  }

  /// The solution's values at the present time, at index k of every stride-th time.
  void record(TwoTimeSolution& solution, std::size_t k, std::size_t stride) const {
    for (std::size_t a = 0; a < sweeps_.size(); ++a) {
      TwoTimePopulation& law = solution.populations[a];
      law.mean[k] = mean(a, t_);
      law.variance[k] = variance(a);
      law.mean_output[k] = outputs_[a][t_];
      const std::span<double> row = law.covariance.row(k);
      for (std::size_t j = 0; j <= k; ++j) row[j] = sweeps_[a].row[j * stride] + known_covariance(a, t_, j * stride);
    }
  }

 private:
  [[nodiscard]] double known_covariance(std::size_t a, std::size_t t, std::size_t s) const {
    const Population& population = ensemble_.populations[a];
    return population.noise_intensity * decay_[t - s] +
           (population.initial_variance - population.noise_intensity) * decay_[t + s];
  }
  [[nodiscard]] double mean(std::size_t a, std::size_t t) const {
    return sweeps_[a].mean + ensemble_.populations[a].initial_mean * decay_[t];
  }
  [[nodiscard]] double variance(std::size_t a) const { return sweeps_[a].row[t_] + known_covariance(a, t_, t_); }

  void start() {
    for (std::size_t a = 0; a < sweeps_.size(); ++a) {
      sweeps_[a].history.push(0.0, 1.0);
      outputs_[a].push_back(0.0);
    }
    evaluate(0);
    for (Sweep& sweep : sweeps_) {
      std::swap(sweep.field, sweep.next_field);
      sweep.drive = sweep.earlier_drive = sweep.next_drive;
    }
  }

  /// with_field[s] = U(s, .) for s = 0..t from a row of Gam: U(s+1) = a U(s) + b [Gam(s) + Gam(s+1)].
  void follow(const std::vector<double>& field, std::vector<double>& with_field, std::size_t t) const {
    with_field[0] = 0;
    for (std::size_t s = 0; s < t; ++s) with_field[s + 1] = a_ * with_field[s] + b_ * (field[s] + field[s + 1]);
  }

  /// A guess of the field at t + 1: quadratic along the diagonals, where it is smooth with noise too.
  void predict() {
    for (Sweep& sweep : sweeps_) {
      const std::vector<double>& now = sweep.field;
      const std::vector<double>& before = sweep.earlier[0];
      const std::vector<double>& first = sweep.earlier[1];
      std::vector<double>& guess = sweep.next_field;
      guess[0] = t_ > 0 ? 2 * now[0] - before[0] : now[0];
      for (std::size_t s = 1; s <= t_ + 1; ++s) {
        if (s >= 3 && t_ >= 2)
          guess[s] = 3 * now[s - 1] - 3 * before[s - 2] + first[s - 3];
        else
          guess[s] = s >= 2 ? 2 * now[s - 1] - before[s - 2] : now[s - 1];
      }
      sweep.next_drive = 2 * sweep.drive - sweep.earlier_drive;
    }
  }

  /// Mean and covariances at t + 1 from the field as it is known there; the largest change, relative to the variance.
  double update() {
    double change = 0;
    for (std::size_t a = 0; a < sweeps_.size(); ++a) {
      Sweep& sweep = sweeps_[a];
      const bool driven = !input_.empty() && input_[a];
      const double impulse = driven ? 2 * b_ * input_[a](h_ * (static_cast<double>(t_) + 0.5)) : 0.0;
      const double mean = a_ * sweep.mean + b_ * (sweep.drive + sweep.next_drive) + impulse;
      change = std::max(change, std::abs(mean - sweep.next_mean) / std::max(1.0, std::abs(mean)));
      sweep.next_mean = mean;
      double ahead = 0;  // U(s, t+1)
      double largest = 0;
      const auto set = [&](std::size_t s, double value) {
        largest = std::max(largest, std::abs(value - sweep.next[s]));
        sweep.next[s] = value;
      };
      for (std::size_t s = 0; s <= t_; ++s) {
        set(s, a_ * sweep.row[s] + b_ * (sweep.with_field[s] + ahead));
        ahead = a_ * ahead + b_ * (sweep.next_field[s] + sweep.next_field[s + 1]);
      }
      const double behind = a_ * sweep.with_field[t_] + b_ * (sweep.field[t_] + sweep.next_field[t_]);  // U(t+1, t)
      set(t_ + 1, a_ * sweep.next[t_] + b_ * (behind + ahead));
      change = std::max(change, largest / std::max(1.0, sweep.next[t_ + 1]));
    }
    return change;
  }

  /// The field at time t (its last row in `next_field`) from mean and covariances there (t = 0: the initial ones).
  void evaluate(std::size_t t) {
    for (std::size_t a = 0; a < sweeps_.size(); ++a) {
      Sweep& sweep = sweeps_[a];
      for (std::size_t s = 0; s <= t; ++s) covariances_[s] = sweep.next[s] + known_covariance(a, t, s);
      const double mean = sweep.next_mean + ensemble_.populations[a].initial_mean * decay_[t];
      require_bounded(mean, covariances_[t], a, h_ * static_cast<double>(t));
      sweep.history.replace_last(mean, covariances_[t]);
      sweep.history.products(std::span(covariances_).first(t + 1), products_[a]);
      outputs_now_[a] = outputs_[a][t] = sweep.history.mean_output(t);
    }
    for (std::size_t a = 0; a < sweeps_.size(); ++a) {
      sweeps_[a].next_drive = field_mean(ensemble_, a, outputs_now_);
      field_covariance(ensemble_, a, products_, outputs_, t, sweeps_[a].next_field);
    }
  }

  const PopulationEnsemble& ensemble_;
  double h_, a_, b_;
  const InputFunctions& input_;
  std::size_t t_ = 0;
  std::vector<double> decay_;  ///< e^(-k h)
  std::vector<Sweep> sweeps_;
  std::vector<std::vector<double>> products_;
  std::vector<std::vector<double>> outputs_;  ///< m_a(t)
  std::vector<double> outputs_now_;
  std::vector<double> covariances_;
};

}  // namespace

TwoTimeSolution two_time_trapezoid(const PopulationEnsemble& ensemble, double h, std::size_t stride, std::size_t points,
                                   const InputFunctions& input, const StopToken& stop) {
  TwoTimeSolution solution = empty_solution(ensemble, points);
  Trapezoid trapezoid(ensemble, h, (points - 1) * stride, input);
  trapezoid.record(solution, 0, stride);
  for (std::size_t k = 1; k < points; ++k) {
    for (std::size_t i = 0; i < stride; ++i) {
      stop.check();
      trapezoid.advance();
    }
    trapezoid.record(solution, k, stride);
  }
  return solution;
}

}  // namespace limes::rate::theory

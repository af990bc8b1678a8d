#pragma once
#include <array>
#include <cstddef>
#include <span>
#include <vector>

#include "limes/transfer/hermite_series.hpp"
#include "limes/transfer/moments.hpp"

namespace limes::rate::theory {

/// The work of the inner loops, in elementary steps.
struct SeriesWork {
  double coefficients = 0;  ///< products of a polynomial and a weight, summed to Hermite coefficients
  double terms = 0;         ///< terms of Hermite series, summed to output covariances
};

/// Output covariances E f(u(t)) f(u(s)) of one Gaussian process at times that are added one after the other, with any
/// mean and variance at each: what every step of the two-time equations asks for (note 4.1).
///
/// By region of the correlation (note 3): the Hermite series as far as its rest is below 3e-13 of
/// sqrt(E f(u(t))^2 E f(u(s))^2); for u(s) within 1e-6 of u(t) the second-order expansion about equal arguments; for
/// the pairs that are left (steep or kinked f, |rho| near 1) `transfer::output_pair`, right to 1e-10.
class OutputHistory {
 public:
  explicit OutputHistory(const transfer::Transfer& transfer) : transfer_(transfer) {}

  /// Adds the next time. Throws InputError as `transfer::moments`.
  void push(double mean, double variance);
  /// Replaces mean and variance of the last time.
  void replace_last(double mean, double variance);

  /// What the inner loops have done so far.
  [[nodiscard]] const SeriesWork& work() const { return work_; }

  [[nodiscard]] std::size_t size() const { return times_.size(); }
  /// E f(u(t)).
  [[nodiscard]] double mean_output(std::size_t t) const { return times_[t].moments.f; }

  /// result[s] = E f(u(t)) f(w(s)) for the last time t and s = 0..t; u(t) and w(s) have the laws of these times and the
  /// covariance covariances[s]. For the process itself covariances[t] is its variance. Throws InputError where a
  /// correlation exceeds 1 by more than 1e-9.
  void products(std::span<const double> covariances, std::span<double> result) const;

  /// result[s] = E f'(u(t)) f'(w(s)) for the same pairs, by the derivative of the series (Price's theorem): to about
  /// 1e-9 of sqrt(E f'^2 E f'^2), 1e-6 where u(s) is within 1e-6 of u(t). Throws as `products`.
  void gains(std::span<const double> covariances, std::span<double> result) const;

 private:
  static constexpr std::size_t kLanes = transfer::kHermiteLanes;
  static constexpr std::array<std::size_t, 15> kLengths = {8,   16,  24,  32,  48,   64,   96,  128,
                                                           192, 256, 384, 512, 1024, 1536, 2048};
  struct Time {
    double mean = 0;
    double variance = 0;
    double deviation = 0;
    double root_second_moment = 0;  ///< sqrt(E f^2)
    transfer::Moments moments;
    /// log of sqrt(sum of c_n^2 over n >= kLengths[i]) relative to sqrt(E f^2)
    std::array<double, kLengths.size()> log_rest{};
  };

  /// kLanes times side by side.
  struct Block {
    std::vector<double> coefficients;                 ///< c_n of time i at [kLanes n + i]
    std::array<double, kLanes> inverse_deviations{};  ///< 0 for zero variance and for times that are not there yet
    std::array<double, kLengths.size()> log_rest{};   ///< the largest of its times, or more
  };

  [[nodiscard]] Time describe(double mean, double variance);
  void store_last();
  [[nodiscard]] static std::size_t terms(const Time& now, std::span<const double> log_rest, double correlation);
  [[nodiscard]] bool nearly_equal(const Time& now, const Time& then, double covariance, double& output) const;
  [[nodiscard]] double by_other_means(const Time& now, const Time& then, double covariance) const;
  [[nodiscard]] double gain_by_other_means(const Time& now, const Time& then, double covariance) const;
  /// The correlations of one block of times with the last one, and how many terms their series need. Pairs that need
  /// other means are marked, with the correlation 0 in their place.
  struct Lanes {
    std::array<double, kLanes> rho{};
    std::array<bool, kLanes> elsewhere{};
    std::size_t count = 0;
    std::size_t length = 0;
  };
  [[nodiscard]] Lanes lanes(std::size_t begin, std::span<const double> covariances) const;

  transfer::Transfer transfer_;
  mutable SeriesWork work_;
  std::vector<Time> times_;
  std::vector<double> last_coefficients_;
  std::vector<Block> blocks_;  ///< time kLanes b + i is time i of block b
};

}  // namespace limes::rate::theory

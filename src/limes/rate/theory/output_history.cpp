#include "limes/rate/theory/output_history.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <optional>

namespace limes::rate::theory {
namespace {

using transfer::Kind;

constexpr double kRest = 3e-13;    // of sqrt(E f(x)^2 E f(y)^2), left out of the series
constexpr std::size_t kLong = 64;  // terms at which it pays to look at the pairs of a block one by one

}  // namespace

OutputHistory::Time OutputHistory::describe(double mean, double variance) {
  // A state that no longer changes, but for rounding, keeps its series: what that moves lies far below kRest. The law
  // that is kept is the one of the series, so that many small changes do not add up unseen.
  constexpr double kRounding = kRest;
  if (!times_.empty()) {
    const Time& last = times_.back();
    const bool same = std::abs(variance - last.variance) <= kRounding * last.variance &&
                      std::abs(mean - last.mean) <= kRounding * (std::abs(last.mean) + last.deviation);
    if (same) return last;
  }
  transfer::HermiteSeries series = transfer::hermite_series(transfer_, mean, variance);
  Time time;
  time.mean = mean;
  time.variance = variance;
  time.deviation = std::sqrt(variance);
  time.moments = series.one_point;
  time.root_second_moment = std::sqrt(time.moments.ff);
  const std::vector<double>& c = series.coefficients;
  double rest = series.rest;
  std::size_t n = c.size();
  for (std::size_t i = kLengths.size(); i-- > 0;) {
    for (; n > kLengths[i]; --n) rest += c[n - 1] * c[n - 1];
    time.log_rest[i] = rest > 0 ? 0.5 * std::log(rest / time.moments.ff) : -std::numeric_limits<double>::infinity();
  }
  work_.coefficients += static_cast<double>(series.products);
  last_coefficients_ = std::move(series.coefficients);
  return time;
}

void OutputHistory::store_last() {
  const Time& time = times_.back();
  const std::size_t lane = (times_.size() - 1) % kLanes;
  if (blocks_.size() * kLanes < times_.size()) {
    blocks_.emplace_back();
    blocks_.back().log_rest.fill(-std::numeric_limits<double>::infinity());
  }
  Block& block = blocks_.back();
  std::vector<double>& c = block.coefficients;
  if (c.size() < kLanes * last_coefficients_.size()) c.resize(kLanes * last_coefficients_.size(), 0.0);
  for (std::size_t n = 0; n < c.size() / kLanes; ++n)
    c[kLanes * n + lane] = n < last_coefficients_.size() ? last_coefficients_[n] : 0.0;
  block.inverse_deviations[lane] = time.deviation > 0 ? 1 / time.deviation : 0.0;
  for (std::size_t i = 0; i < kLengths.size(); ++i) block.log_rest[i] = std::max(block.log_rest[i], time.log_rest[i]);
}

void OutputHistory::push(double mean, double variance) {
  times_.push_back(describe(mean, variance));
  store_last();
}

void OutputHistory::replace_last(double mean, double variance) {
  times_.back() = describe(mean, variance);
  store_last();
}

std::size_t OutputHistory::terms(const Time& now, std::span<const double> log_rest, double correlation) {
  const double log_rho = std::log(std::abs(correlation));  // -infinity for 0
  static const double log_allowed = std::log(kRest);
  for (std::size_t i = 0; i < kLengths.size(); ++i)
    if (static_cast<double>(kLengths[i]) * log_rho + now.log_rest[i] + log_rest[i] <= log_allowed) return kLengths[i];
  return 0;
}

bool OutputHistory::nearly_equal(const Time& now, const Time& then, double covariance, double& output) const {
  // f(x) f(y) = [f(x)^2 + f(y)^2 - (f(x) - f(y))^2]/2 with f(x) - f(y) = f' (x - y) for x - y independent of their
  // common part: errors of ((x - y)/scale)^4 (of the third power with kinks), and of the squared differences of mean
  // and deviation. The scale is that of f, or of u where it is smaller or f has none.
  const double flattest = 1 / std::min(now.variance, then.variance);
  const double steepness = transfer_.kind == Kind::kRelu ? 0.0 : transfer::steepness(transfer_);
  const double unit = std::max(flattest, steepness * steepness);
  const double moved = now.deviation - then.deviation;
  const double drift = now.mean - then.mean;
  const double distance = now.variance + then.variance - 2 * covariance;
  const double largest = transfer::has_kink(transfer_) ? 1e-9 : 3e-7;
  if (!(std::abs(distance) * unit < largest) || !((moved * moved + drift * drift) * unit < 1e-13)) return false;
  if (distance < -1e-9 * now.variance) return false;  // not rounding: refused elsewhere
  const double slope = 0.5 * (now.moments.dfdf + then.moments.dfdf);
  output = 0.5 * (now.moments.ff + then.moments.ff) - 0.5 * slope * distance;
  return true;
}

double OutputHistory::by_other_means(const Time& now, const Time& then, double covariance) const {
  double output = 0;
  if (nearly_equal(now, then, covariance, output)) return output;
  if (const auto sum = transfer::reflection(transfer_); sum && covariance < 0) {
    Time mirrored = then;
    mirrored.mean = -then.mean;
    if (nearly_equal(now, mirrored, -covariance, output)) return *sum * now.moments.f - output;
  }
  return transfer::output_pair(transfer_, now.mean, now.variance, then.mean, then.variance, covariance);
}

double OutputHistory::gain_by_other_means(const Time& now, const Time& then, double covariance) const {
  double output = 0;
  if (nearly_equal(now, then, covariance, output)) return 0.5 * (now.moments.dfdf + then.moments.dfdf);
  return transfer::gain_pair(transfer_, now.mean, now.variance, then.mean, then.variance, covariance);
}

OutputHistory::Lanes OutputHistory::lanes(std::size_t begin, std::span<const double> covariances) const {
  const Time& now = times_.back();
  const double inverse = now.deviation > 0 ? 1 / now.deviation : 0.0;
  const Block& block = blocks_[begin / kLanes];
  Lanes lanes;
  std::array<double, kLanes>& rho = lanes.rho;
  lanes.count = std::min(kLanes, times_.size() - begin);
  for (std::size_t i = 0; i < lanes.count; ++i) rho[i] = covariances[begin + i] * inverse * block.inverse_deviations[i];
  double largest = 0;
  for (const double correlation : rho) largest = std::max(largest, std::abs(correlation));
  std::size_t longest = largest < 1 ? terms(now, block.log_rest, largest) : 0;
  if (longest == 0 || longest > kLong) {
    // Perhaps a few pairs only ask for so many: each by itself.
    longest = 1;
    for (std::size_t i = 0; i < lanes.count; ++i) {
      const std::size_t length = terms(now, times_[begin + i].log_rest, rho[i]);
      lanes.elsewhere[i] = length == 0 || !(std::abs(rho[i]) <= 1);
      if (lanes.elsewhere[i])
        rho[i] = 0;
      else
        longest = std::max(longest, length);
    }
  }
  lanes.length = std::min({longest, last_coefficients_.size(), block.coefficients.size() / kLanes});
  return lanes;
}

void OutputHistory::products(std::span<const double> covariances, std::span<double> result) const {
  const Time& now = times_.back();
  std::array<double, kLanes> sums;
  for (std::size_t begin = 0; begin < times_.size(); begin += kLanes) {
    const Block& block = blocks_[begin / kLanes];
    const Lanes now_and_then = lanes(begin, covariances);
    const std::size_t length = now_and_then.length;
    transfer::hermite_sums(std::span(last_coefficients_).first(length),
                           std::span(block.coefficients).first(kLanes * length), now_and_then.rho, sums);
    work_.terms += static_cast<double>(kLanes * length);
    for (std::size_t i = 0; i < now_and_then.count; ++i) {
      const std::size_t s = begin + i;
      result[s] = now_and_then.elsewhere[i] ? by_other_means(now, times_[s], covariances[s]) : sums[i];
    }
  }
}

void OutputHistory::gains(std::span<const double> covariances, std::span<double> result) const {
  const Time& now = times_.back();
  std::vector<double> slopes(last_coefficients_.size());
  for (std::size_t n = 1; n < slopes.size(); ++n) slopes[n - 1] = static_cast<double>(n) * last_coefficients_[n];
  std::array<double, kLanes> sums;
  for (std::size_t begin = 0; begin < times_.size(); begin += kLanes) {
    const Block& block = blocks_[begin / kLanes];
    const Lanes now_and_then = lanes(begin, covariances);
    // sum n c_n d_n rho^(n-1): the coefficients of both sides from order 1 on.
    const std::size_t length =
        std::min({std::max<std::size_t>(now_and_then.length, 2), slopes.size(), block.coefficients.size() / kLanes}) -
        1;
    transfer::hermite_sums(std::span(slopes).first(length),
                           std::span(block.coefficients).subspan(kLanes, kLanes * length), now_and_then.rho, sums);
    for (std::size_t i = 0; i < now_and_then.count; ++i) {
      const std::size_t s = begin + i;
      const double scale = now.deviation * times_[s].deviation;
      if (now_and_then.elsewhere[i]) {
        result[s] = gain_by_other_means(now, times_[s], covariances[s]);
      } else {
        // Without variance there is nothing to correlate with.
        result[s] = scale > 0 ? sums[i] / scale : now.moments.df * times_[s].moments.df;
      }
    }
  }
}

}  // namespace limes::rate::theory

// clipped_tan for strongly correlated pairs, where E f(x) f(y) = [E f(x)^2 + E f(y)^2 - E (f(x) - f(y))^2]/2 asks for a
// small difference only: fewer nodes than the average itself, and no slopes.

#include <algorithm>
#include <array>
#include <cmath>
#include <numbers>
#include <vector>

#include "limes/math/gaussian.hpp"
#include "limes/math/quadrature.hpp"
#include "limes/transfer/families.hpp"

namespace limes::transfer::families {
namespace {

constexpr double kReach = 6.8;  // exp(-6.8^2/2) = 1e-10 of the difference
constexpr double kBend = 2.5;   // panels of 5 widths over a normal density with its distribution function

const math::QuadratureRule& panel_rule() {
  static const math::QuadratureRule rule = math::gauss_legendre(12);
  return rule;
}

/// E [a - f(c + own w)]^2 for w standard normal.
class SquaredDifference {
 public:
  SquaredDifference(const Transfer& transfer, double own)
      : gain_(transfer.gain), kink_(std::numbers::pi / (4 * transfer.gain)), own_(own) {
    // Where no kink is in reach g own < .11, and this rule is exact up to (g own)^24.
    const math::QuadratureRule rule = math::gaussian_trapezoid(0.8, -kReach, kReach);
    for (std::size_t i = rule.nodes.size() / 2; i < rule.nodes.size(); ++i)
      steps_.push_back({rule.weights[i] * (rule.nodes[i] == 0 ? 0.5 : 1.0), std::tan(gain_ * own * rule.nodes[i])});
  }

  [[nodiscard]] double operator()(double a, double centre) const {
    const double reach = kReach * own_;
    if (centre > kink_ + reach) return (1 - a) * (1 - a);
    if (centre < -kink_ - reach) return (1 + a) * (1 + a);
    if (std::abs(centre) + reach < kink_) return within(a, centre);
    const double above = math::normal_cdf((centre - kink_) / own_);
    const double below = math::normal_cdf((-kink_ - centre) / own_);
    double sum = (1 - a) * (1 - a) * above + (1 + a) * (1 + a) * below;
    const double lower = std::max(-kink_, centre - reach);
    const double upper = std::min(kink_, centre + reach);
    const double panels = std::ceil((upper - lower) / (2 * kBend * own_));
    const double half = 0.5 * (upper - lower) / panels;
    for (double panel = 0; panel < panels; ++panel)
      for (std::size_t i = 0; i < panel_rule().nodes.size(); ++i) {
        const double y = lower + half * (2 * panel + 1 + panel_rule().nodes[i]);
        const double difference = a - std::tan(gain_ * y);
        sum +=
            half / own_ * panel_rule().weights[i] * math::normal_density((y - centre) / own_) * difference * difference;
      }
    return sum;
  }

 private:
  /// No kink in sight: tan(c + own w) by the addition theorem.
  [[nodiscard]] double within(double a, double centre) const {
    const double tangent = std::tan(gain_ * centre);
    double sum = 0;
    for (const auto& [weight, step] : steps_) {
      const double up = a - (tangent + step) / (1 - tangent * step);
      const double down = a - (tangent - step) / (1 + tangent * step);
      sum += weight * (up * up + down * down);
    }
    return sum;
  }

  double gain_, kink_, own_;
  std::vector<std::array<double, 2>> steps_;  ///< weight and tan(g own w) for w >= 0
};

}  // namespace

double clipped_neighbours(const Transfer& transfer, const Pair& given, const Correlation& rho) {
  // f is odd: a negative correlation is a positive one with -y.
  Pair pair = given;
  const double sign = rho.sine < 0 ? -1.0 : 1.0;
  pair.mean2 *= sign;
  const double correlation = std::abs(rho.sine);
  const double deviation1 = std::sqrt(pair.variance1);
  const double deviation2 = std::sqrt(pair.variance2);
  const double own = deviation2 * rho.cosine;
  const double slope = deviation2 * correlation;  // of the centre of y
  const double kink = std::numbers::pi / (4 * transfer.gain);
  std::vector<double> ends = {-kReach, kReach};
  for (const double place : {-kink, kink}) {
    ends.push_back((place - pair.mean1) / deviation1);
    const double bend = (place - pair.mean2) / slope;
    for (const double widths : {-kReach, -kBend, 0.0, kBend, kReach}) ends.push_back(bend + widths * own / slope);
  }
  std::sort(ends.begin(), ends.end());
  const SquaredDifference difference(transfer, own);
  double sum = 0;
  for (std::size_t i = 0; i + 1 < ends.size(); ++i) {
    const double lower = std::max(ends[i], -kReach);
    const double upper = std::min(ends[i + 1], kReach);
    if (!(upper - lower > 1e-14)) continue;
    const double middle = 0.5 * (lower + upper);
    const double x = pair.mean1 + deviation1 * middle;
    const double y = pair.mean2 + slope * middle;
    // Both beyond the same kink on the whole panel: no difference.
    if (std::min(x, y) > kink && pair.mean2 + slope * lower - kReach * own > kink * (1 - 1e-12)) continue;
    if (std::max(x, y) < -kink && pair.mean2 + slope * upper + kReach * own < -kink * (1 - 1e-12)) continue;
    const double pieces = std::ceil((upper - lower) / 3);
    const double half = 0.5 * (upper - lower) / pieces;
    for (double piece = 0; piece < pieces; ++piece)
      for (std::size_t j = 0; j < panel_rule().nodes.size(); ++j) {
        const double h = lower + half * (2 * piece + 1 + panel_rule().nodes[j]);
        const double f = value(transfer, pair.mean1 + deviation1 * h);
        sum += half * panel_rule().weights[j] * math::normal_density(h) * difference(f, pair.mean2 + slope * h);
      }
  }
  const double first = clipped_moments(transfer, pair.mean1, pair.variance1).ff;
  const double second = clipped_moments(transfer, pair.mean2, pair.variance2).ff;
  return 0.5 * sign * (first + second - sum);
}

}  // namespace limes::transfer::families

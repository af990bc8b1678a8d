// clipped_tan: f = tan(g u) up to the kinks u = +-k, k = pi/(4 g), and +-1 beyond. Gauss-Legendre panels that end at
// the kinks; inside, the nearest pole (u = +-2 k) is as far from a kink as the middle is.

#include <algorithm>
#include <cmath>
#include <numbers>
#include <vector>

#include "limes/math/gaussian.hpp"
#include "limes/math/quadrature.hpp"
#include "limes/transfer/families.hpp"

namespace limes::transfer::families {
namespace {

constexpr double kHalfWindow = 9;  // exp(-9^2/2) = 3e-18
constexpr double kFarthest = 28;   // exp(-x^2/2) is still a normal number there, with the window

const math::QuadratureRule& panel_rule() {
  static const math::QuadratureRule rule = math::gauss_legendre(24);
  return rule;
}

double kink_of(const Transfer& transfer) { return std::numbers::pi / (4 * transfer.gain); }

/// Where the sloping part lies from the mean, in standard deviations (0: the mean is within).
double place_of_slope(double kink, double mean, double variance) {
  return std::clamp((std::clamp(mean, -kink, kink) - mean) / std::sqrt(variance), -kFarthest, kFarthest);
}

/// E f(a + own w), E f'(a + own w), w standard normal.
struct Smoothed {
  double value = 0;
  double slope = 0;
};

/// `Smoothed` at many centres a for one `own`, with the tangents tabulated. A narrow average sees one kink at most:
/// near a kink the nodes are counted from it, well within the slope tan(a + b) + tan(a - b) costs one division.
class SmoothedClip {
 public:
  SmoothedClip(const Transfer& transfer, double own, double half_window)
      : transfer_(transfer), kink_(kink_of(transfer)), own_(own), half_window_(half_window) {
    if (own == 0) return;
    narrow_ = half_window * own < kink_;
    // Over the whole slope, or from a kink as far as two windows reach; 24 nodes leave 1e-15 of a normal density over
    // 6 standard deviations, and of tan over the whole slope.
    const double length = narrow_ ? 2 * half_window : 2 * kink_ / own;
    const auto panels = static_cast<int>(std::ceil(length / 6));
    const double half = 0.5 * length / panels;
    for (int panel = 0; panel < panels; ++panel)
      for (std::size_t i = 0; i < panel_rule().nodes.size(); ++i) {
        const double depth = half * (2 * panel + 1 + panel_rule().nodes[i]);  // below the upper kink, in units of own
        depths_.push_back({depth, half * panel_rule().weights[i], std::tan(transfer.gain * (kink_ - own * depth))});
      }
    if (!narrow_) return;
    const math::QuadratureRule rule =
        math::gaussian_trapezoid(math::gaussian_trapezoid_step(kink_ / own, 36), -half_window, half_window);
    for (std::size_t i = rule.nodes.size() / 2; i < rule.nodes.size(); ++i) {
      const double weight = rule.weights[i] * (rule.nodes[i] == 0 ? 1 : 2);
      steps_.push_back({rule.nodes[i], weight, std::tan(transfer.gain * own * rule.nodes[i])});
    }
  }

  [[nodiscard]] Smoothed operator()(double centre) const {
    if (own_ == 0) return {value(transfer_, centre), derivative(transfer_, centre)};
    const double sign = centre < 0 ? -1.0 : 1.0;
    const double depth = (kink_ - std::abs(centre)) / own_;
    Smoothed sum;
    if (depth < -half_window_) {
      sum.value = 1;
    } else if (narrow_ && depth > half_window_) {
      sum = deep(std::tan(transfer_.gain * std::abs(centre)));
    } else {
      sum.value = math::normal_cdf(-depth);
      if (!narrow_) sum.value -= math::normal_cdf(depth - 2 * kink_ / own_);
      for (const Node& node : depths_) {
        const double weight = node.weight * math::normal_density(node.place - depth);
        sum.value += weight * node.tangent;
        sum.slope += weight * (1 + node.tangent * node.tangent);
      }
      sum.slope *= transfer_.gain;
    }
    sum.value *= sign;
    return sum;
  }

 private:
  struct Node {
    double place, weight, tangent;
  };

  /// Both kinks out of sight. With T = tan(a), t = tan(b): (tan(a+b) + tan(a-b))/2 = T (1 + t^2)/(1 - T^2 t^2), and its
  /// derivative by a.
  [[nodiscard]] Smoothed deep(double tangent) const {
    const double square = tangent * tangent;
    Smoothed sum;
    for (const Node& node : steps_) {
      const double step = node.tangent * node.tangent;
      const double inverse = 1 / (1 - square * step);
      const double term = node.weight * (1 + step) * inverse;
      sum.value += term;
      sum.slope += term * (1 + square * step) * inverse;
    }
    return {sum.value * tangent, sum.slope * transfer_.gain * (1 + square)};
  }

  Transfer transfer_;
  double kink_;
  double own_;
  double half_window_;
  bool narrow_ = false;
  std::vector<Node> depths_;
  std::vector<Node> steps_;
};

/// Panels of a Gaussian average over z: the ends of the window, the breaks within, and no panel longer than 3.
std::vector<double> panel_ends(std::vector<double> breaks, double lower, double upper) {
  breaks.insert(breaks.end(), {lower, upper});
  std::sort(breaks.begin(), breaks.end());
  std::vector<double> ends = {lower};
  for (const double next : breaks) {
    const double length = next - ends.back();
    if (next > upper || !(length > 1e-14 * kHalfWindow)) continue;
    const int pieces = static_cast<int>(std::ceil(length / 3));
    const double start = ends.back();
    for (int piece = 1; piece < pieces; ++piece) ends.push_back(start + length * piece / pieces);
    ends.push_back(next);
  }
  return ends;
}

/// sum over panels of int f(z) phi(z) dz.
template <typename Function>
void average_over(const std::vector<double>& ends, Function&& add) {
  for (std::size_t panel = 0; panel + 1 < ends.size(); ++panel) {
    const double half = 0.5 * (ends[panel + 1] - ends[panel]);
    const double middle = 0.5 * (ends[panel + 1] + ends[panel]);
    for (std::size_t i = 0; i < panel_rule().nodes.size(); ++i) {
      const double z = middle + half * panel_rule().nodes[i];
      add(z, half * panel_rule().weights[i] * math::normal_density(z));
    }
  }
}

}  // namespace

Moments clipped_moments(const Transfer& transfer, double mean, double variance) {
  const double g = transfer.gain;
  const double kink = kink_of(transfer);
  const double deviation = std::sqrt(variance);
  const double to_upper = (kink - mean) / deviation;
  const double to_lower = (-kink - mean) / deviation;
  const double above = math::normal_cdf(-to_upper);
  const double below = math::normal_cdf(to_lower);
  const double place = place_of_slope(kink, mean, variance);
  const double lower = std::max(to_lower, std::min(place, 0.0) - kHalfWindow);
  const double upper = std::min(to_upper, std::max(place, 0.0) + kHalfWindow);
  // f'' has delta functions where f' falls from 2 g to 0 and rises from 0 to 2 g.
  const double at_upper = 2 * g * math::normal_density(to_upper) / deviation;
  const double at_lower = 2 * g * math::normal_density(to_lower) / deviation;
  Moments sum;
  sum.f = above - below;
  sum.ff = above + below;
  sum.ddf = at_lower - at_upper;
  sum.f_ddf = -at_lower - at_upper;
  if (!(lower < upper)) return sum;
  average_over(panel_ends({}, lower, upper), [&](double z, double weight) {
    const double tangent = std::tan(g * (mean + deviation * z));
    const double slope = g * (1 + tangent * tangent);
    const double bend = 2 * g * tangent * slope;
    sum.f += weight * tangent;
    sum.ff += weight * tangent * tangent;
    sum.df += weight * slope;
    sum.dfdf += weight * slope * slope;
    sum.ddf += weight * bend;
    sum.f_df += weight * tangent * slope;
    sum.f_ddf += weight * tangent * bend;
  });
  return sum;
}

PairAverages clipped_pair(const Transfer& transfer, const Pair& pair, const Correlation& rho) {
  const double kink = kink_of(transfer);
  const NestedForm form = nested_form(pair, rho);
  const double sign = rho.sine < 0 ? -1.0 : 1.0;
  const double place1 = place_of_slope(kink, pair.mean1, pair.variance1);
  const double place2 = place_of_slope(kink, pair.mean2, pair.variance2);
  const double share = std::sqrt(std::abs(rho.sine));
  const double lower = share * std::min({0.0, place1, sign * place2}) - kHalfWindow;
  const double upper = share * std::max({0.0, place1, sign * place2}) + kHalfWindow;
  // The inner average turns a kink into a bend of the width own/common in z, with normal tails.
  std::vector<double> breaks;
  const auto add_breaks = [&](double mean, double common, double own) {
    for (const double place : {(-kink - mean) / common, (kink - mean) / common})
      for (const double widths : {-9.0, -3.0, 0.0, 3.0, 9.0}) {
        const double point = place + widths * std::abs(own / common);
        if (point > lower && point < upper) breaks.push_back(point);
      }
  };
  add_breaks(pair.mean1, form.common1, form.own1);
  add_breaks(pair.mean2, form.common2, form.own2);
  const bool same = pair.variance1 == pair.variance2 && pair.mean1 == pair.mean2 && sign > 0;
  const double rest = std::sqrt(rho.complement);
  const SmoothedClip clip1(transfer, form.own1, kHalfWindow + rest * std::abs(place1));
  const SmoothedClip clip2(transfer, form.own2, kHalfWindow + rest * std::abs(place2));
  PairAverages sum;
  average_over(panel_ends(std::move(breaks), lower, upper), [&](double z, double weight) {
    const Smoothed first = clip1(pair.mean1 + form.common1 * z);
    const Smoothed second = same ? first : clip2(pair.mean2 + form.common2 * z);
    sum.output += weight * first.value * second.value;
    sum.gain += weight * first.slope * second.slope;
  });
  return sum;
}

}  // namespace limes::transfer::families

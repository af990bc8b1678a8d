// clipped_tan: E f'(x) f'(y) of two neighbours of one stationary process, in the coordinates s = (x + y)/sqrt(2) and
// d = (x - y)/sqrt(2), which are independent. Both slopes differ from 0 on the diamond |s| + |d| < sqrt(2) k, k =
// pi/(4 g), and their product there is
//   g^2 / (cos^2(g x) cos^2(g y)) = 4 g^2 / (cos A + cos B)^2,   A = sqrt(2) g s,  B = sqrt(2) g d,
// which is analytic with poles as far from the edge as the middle is. So a few dozen Gauss-Legendre nodes in each
// direction do, where the nested form needs an average of its own at every node.

#include <Eigen/Core>
#include <algorithm>
#include <cmath>
#include <numbers>
#include <vector>

#include "limes/math/gaussian.hpp"
#include "limes/math/quadrature.hpp"
#include "limes/transfer/families.hpp"

namespace limes::transfer::families {
namespace {

// exp(-L^2 b^2/2) on the Bernstein ellipse of half axis b leaves exp(n - n ln(8 n/L^2)) of a normal density on a panel
// of half length L deviations: 5e-22 for n = 32 and L = 4.5.
constexpr double kWindow = 9;
constexpr Eigen::Index kOrder = 32;

using Nodes = Eigen::Array<double, kOrder, 1>;

struct Rule {
  Nodes nodes, weights;
};

const Rule& panel_rule() {
  static const Rule rule = [] {
    const math::QuadratureRule legendre = math::gauss_legendre(static_cast<std::size_t>(kOrder));
    return Rule{Eigen::Map<const Nodes>(legendre.nodes.data()), Eigen::Map<const Nodes>(legendre.weights.data())};
  }();
  return rule;
}

/// Nodes and weights of E over a normal density, from -kWindow to kWindow deviations, in units of the window.
const Rule& whole_density() {
  static const Rule rule = [] {
    Rule result;
    result.nodes = Nodes::LinSpaced(-1.0, 1.0);
    result.weights = (-0.5 * (kWindow * result.nodes).square()).exp();
    result.weights /= result.weights.sum();
    return result;
  }();
  return rule;
}

/// cos for |x| <= pi/2 from its Taylor series: the first term left out is (pi/2)^24/24! = 8e-20.
Nodes cosine(const Nodes& x) {
  constexpr double kTerms[] = {-1.0 / (1 * 2),   -1.0 / (3 * 4),   -1.0 / (5 * 6),   -1.0 / (7 * 8),
                               -1.0 / (9 * 10),  -1.0 / (11 * 12), -1.0 / (13 * 14), -1.0 / (15 * 16),
                               -1.0 / (17 * 18), -1.0 / (19 * 20), -1.0 / (21 * 22)};
  const Nodes square = x.square();
  Nodes sum = Nodes::Constant(1.0);
  for (std::size_t n = std::size(kTerms); n-- > 0;) sum = 1.0 + kTerms[n] * square * sum;
  return sum;
}

/// How far a normal density must be followed beyond `place` deviations from its middle, in deviations: it has fallen to
/// exp(-kWindow^2/2) of what it was there.
double reach(double place) { return std::sqrt(place * place + kWindow * kWindow) - place; }

/// The average over s at one d, in angles: A ~ N(middle, deviation^2), |A| < pi/2 - B.
class SumAverage {
 public:
  SumAverage(double middle, double deviation) : middle_(std::abs(middle)), deviation_(deviation) {}

  [[nodiscard]] double operator()(double difference) const {
    const double edge = 0.5 * std::numbers::pi - difference;
    const double cosine_of_difference = std::cos(difference);
    if (deviation_ == 0) {
      if (middle_ >= edge) return 0;
      const double sum = std::cos(middle_) + cosine_of_difference;
      return 4 / (sum * sum);
    }
    const double nearest = std::min(middle_, edge);
    const double window = deviation_ * reach((middle_ - nearest) / deviation_);
    const double upper = std::min(edge, nearest + window);
    // What is symmetric is taken twice.
    const bool half = middle_ == 0;
    const double lower = half ? 0.0 : std::max(-edge, nearest - window);
    if (lower == nearest - window && upper == nearest + window && middle_ <= edge) {
      // The whole density: the trapezoid rule errs by exp(-2 pi^2/step^2) = 1e-26, and less by the poles.
      const Nodes angle = middle_ + window * whole_density().nodes;
      const double sum = (whole_density().weights / (cosine(angle) + cosine_of_difference).square()).sum();
      return 4 * sum;
    }
    const auto panels = std::max(1, static_cast<int>(std::ceil((upper - lower) / (kWindow * deviation_))));
    const double length = 0.5 * (upper - lower) / panels;
    double sum = 0;
    for (int panel = 0; panel < panels; ++panel) {
      const Nodes angle = lower + length * (2 * panel + 1 + panel_rule().nodes);
      const Nodes density = (-0.5 * ((angle - middle_) / deviation_).square()).exp();
      sum += (panel_rule().weights * density / (cosine(angle) + cosine_of_difference).square()).sum();
    }
    // 1/(sqrt(2 pi) deviation) of the density.
    return (half ? 2 : 1) * 4 * length * sum / deviation_ * std::numbers::inv_sqrtpi / std::numbers::sqrt2;
  }

  /// Where the average falls off: the edge of the diamond passes the middle of the density.
  [[nodiscard]] double fall() const { return 0.5 * std::numbers::pi - middle_; }
  [[nodiscard]] double deviation() const { return deviation_; }

 private:
  double middle_;
  double deviation_;
};

/// The ends of panels in B: from 0 to where nothing is left, with breaks around the fall of the average over A.
std::vector<double> panel_ends(const SumAverage& average, double deviation) {
  const double edge = 0.5 * std::numbers::pi;
  double last = std::min(edge, kWindow * deviation);
  std::vector<double> breaks;
  if (average.fall() > 0) {
    for (const double widths : {-kWindow, 0.0, kWindow}) {
      breaks.push_back(average.fall() + widths * average.deviation());
    }
    last = std::min(last, average.fall() + kWindow * average.deviation());
  } else {
    // The middle lies outside: both densities fall from B = 0 on, with exponent a B^2/2 + b B.
    const double own = average.deviation();
    const double a = 1 / (deviation * deviation) + 1 / (own * own);
    const double b = -average.fall() / (own * own);
    last = std::min(last, kWindow * kWindow / (b + std::sqrt(b * b + kWindow * kWindow * a)));
  }
  std::sort(breaks.begin(), breaks.end());
  breaks.push_back(last);
  std::vector<double> ends{0.0};
  for (const double next : breaks) {
    const double length = std::min(next, last) - ends.back();
    if (!(length > 1e-14 * last)) continue;
    const auto pieces = static_cast<int>(std::ceil(length / (kWindow * deviation)));
    const double start = ends.back();
    for (int piece = 1; piece <= pieces; ++piece) ends.push_back(start + length * piece / pieces);
  }
  return ends;
}

}  // namespace

double clipped_stationary_gain(const Transfer& transfer, double mean, double variance, const Correlation& rho) {
  // In the angles A and B every length is multiplied by sqrt(2) g; Var s = v (1 + rho), Var d = v (1 - rho).
  const double unit = std::numbers::sqrt2 * transfer.gain * std::sqrt(variance);
  const double narrow = unit * std::sqrt(rho.complement);
  const double wide = unit * std::sqrt(2 - rho.complement);
  const SumAverage average(2 * transfer.gain * mean, rho.sine < 0 ? narrow : wide);
  const double deviation = rho.sine < 0 ? wide : narrow;
  const double square = transfer.gain * transfer.gain;
  if (deviation == 0) return square * average(0);
  const std::vector<double> ends = panel_ends(average, deviation);
  double sum = 0;
  for (std::size_t panel = 0; panel + 1 < ends.size(); ++panel) {
    const double half = 0.5 * (ends[panel + 1] - ends[panel]);
    const double middle = 0.5 * (ends[panel + 1] + ends[panel]);
    for (Eigen::Index i = 0; i < kOrder; ++i) {
      const double difference = middle + half * panel_rule().nodes[i];
      sum += half * panel_rule().weights[i] * math::normal_density(difference / deviation) * average(difference);
    }
  }
  return 2 * square * sum / deviation;  // both signs of d
}

}  // namespace limes::transfer::families

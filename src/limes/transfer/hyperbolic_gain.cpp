// tanh and logistic: E f'(x) f'(y) of two neighbours of one stationary process, in the independent coordinates s = (x +
// y)/sqrt(2) and d = (x - y)/sqrt(2), as in clipped_gain.cpp:
//   sech^2(g x) sech^2(g y) = 4/(cosh A + cosh B)^2,   A = sqrt(2) g s,  B = sqrt(2) g d.
// The poles lie at Im = pi whatever the gain, so that the trapezoid rule needs some 70 x 40 nodes at any steepness, and
// both hyperbolic cosines come from tables.

#include <algorithm>
#include <cmath>
#include <numbers>
#include <vector>

#include "limes/math/gaussian.hpp"
#include "limes/math/quadrature.hpp"
#include "limes/transfer/families.hpp"

namespace limes::transfer::families {
namespace {

// exp(-36) = 2e-16, and 9 more for the pole: of fourth order where B = 0, it raises the error by (2 pi/step)^3.
constexpr double kDigits = 45;
constexpr double kFarthest = 20;  // 4/(cosh A + cosh B)^2 has fallen to exp(-40) there
constexpr double kWindow = 9;     // deviations

struct Nodes {
  std::vector<double> cosh;
  std::vector<double> weight;
};

/// The trapezoid rule over A ~ N(mean, deviation^2), where both the density and the slopes are left.
Nodes nodes_of(double mean, double deviation) {
  if (deviation == 0) return {{std::cosh(std::min(std::abs(mean), 300.0))}, {1.0}};
  const double step = deviation * math::gaussian_trapezoid_step(std::numbers::pi / deviation, kDigits);
  const double lower = std::max(-kFarthest, mean - kWindow * deviation);
  const double upper = std::min(kFarthest, mean + kWindow * deviation);
  Nodes nodes;
  for (double k = std::ceil(lower / step); k * step <= upper; ++k) {
    nodes.cosh.push_back(std::cosh(k * step));
    nodes.weight.push_back(step / deviation * math::normal_density((k * step - mean) / deviation));
  }
  return nodes;
}

}  // namespace

double hyperbolic_stationary_gain(const Transfer& transfer, double mean, double variance, const Correlation& rho) {
  const double unit = std::numbers::sqrt2 * transfer.gain * std::sqrt(variance);
  const double narrow = unit * std::sqrt(rho.complement);
  const double wide = unit * std::sqrt(2 - rho.complement);
  const Nodes sum_nodes = nodes_of(2 * transfer.gain * mean, rho.sine < 0 ? narrow : wide);
  const Nodes difference_nodes = nodes_of(0, rho.sine < 0 ? wide : narrow);
  double sum = 0;
  for (std::size_t j = 0; j < difference_nodes.cosh.size(); ++j) {
    double inner = 0;
    for (std::size_t i = 0; i < sum_nodes.cosh.size(); ++i) {
      const double both = sum_nodes.cosh[i] + difference_nodes.cosh[j];
      inner += sum_nodes.weight[i] / (both * both);
    }
    sum += difference_nodes.weight[j] * inner;
  }
  const double slope = transfer.kind == Kind::kLogistic ? 0.5 * transfer.gain : transfer.gain;
  return 4 * slope * slope * sum;
}

}  // namespace limes::transfer::families

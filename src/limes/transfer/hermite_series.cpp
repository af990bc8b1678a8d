#include "limes/transfer/hermite_series.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstring>
#include <limits>
#include <numbers>

#include "limes/math/gaussian.hpp"
#include "limes/math/quadrature.hpp"
#include "limes/transfer/families.hpp"
#include "limes/transfer/hyperbolic_tangents.hpp"
#include "limes/transfer/moments.hpp"
#include "limes/transfer/processor_clones.hpp"

namespace limes::transfer {
namespace {

using Four = double __attribute__((vector_size(32)));
constexpr std::size_t kFour = 4;
constexpr std::size_t kNodes = 16;  // of a rule, treated side by side
constexpr std::size_t kChunk = 16;  // coefficients between two looks at how far they have fallen
constexpr double kReach = 11.8;     // He_n(h)/sqrt(n!) exp(-h^2/2) < exp(-h^2/4) = 1e-15 beyond
constexpr double kDigits = 33;      // rules leave exp(-33) = 5e-15

/// Nodes with weights that contain the density, f' and sqrt(variance): c_n = sum weight p_(n-1)(node)/sqrt(n).
struct SlopeRule {
  std::vector<double> nodes;
  std::vector<double> weights;

  void add(const Transfer& transfer, double mean, double deviation, double node, double weight) {
    nodes.push_back(node);
    weights.push_back(weight * deviation * math::normal_density(node) * derivative(transfer, mean + deviation * node));
  }
};

/// The highest wave number of p_n at which a rule for `most` coefficients must look.
double wave_number(double needed, std::size_t most) { return std::sqrt(std::min(needed, static_cast<double>(most))); }

/// tanh, logistic: trapezoid; f' = 4 exp(-2 g |u|) is below 1e-15 where g |u| > 18.
SlopeRule hyperbolic_rule(const Transfer& transfer, double mean, double deviation, const HermiteLimits& limits) {
  using Eigen::ArrayXd;
  const double steepness = transfer.gain * deviation;
  const double pole = std::numbers::pi / (2 * steepness);
  const double fall = -std::log(limits.tolerance) / pole;
  const double waves = 2 * std::numbers::pi / math::gaussian_trapezoid_step(pole, kDigits) +
                       wave_number(fall * fall + 2 * kChunk, limits.most);
  const double step = 2 * std::numbers::pi / waves;
  const double lower = std::max(-kReach, (-18 / transfer.gain - mean) / deviation);
  const double upper = std::min(kReach, (18 / transfer.gain - mean) / deviation);
  if (!(lower < upper)) return {};
  const auto last = static_cast<Eigen::Index>(std::ceil((upper - lower) / step)) - 1;
  const ArrayXd nodes = ArrayXd::LinSpaced(last + 1, lower, lower + static_cast<double>(last) * step);
  const families::HyperbolicTangents at = families::hyperbolic_tangents(transfer.gain * (mean + deviation * nodes));
  const double slope = transfer.kind == Kind::kLogistic ? 0.5 * transfer.gain : transfer.gain;
  const double factor = step * deviation * slope * math::normal_density(0.0);
  const ArrayXd weights = factor * at.slope * (-0.5 * nodes.square()).exp();
  return {{nodes.begin(), nodes.end()}, {weights.begin(), weights.end()}};
}

/// clipped_tan: Gauss-Legendre panels between the kinks, each short enough for the highest wave.
SlopeRule clipped_rule(const Transfer& transfer, double mean, double deviation, const HermiteLimits& limits) {
  static const math::QuadratureRule panel = math::gauss_legendre(24);
  const double kink = std::numbers::pi / (4 * transfer.gain);
  const double lower = std::max(-kReach, (-kink - mean) / deviation);
  const double upper = std::min(kReach, (kink - mean) / deviation);
  SlopeRule rule;
  if (!(lower < upper)) return rule;
  // 24 nodes leave 1e-15 of exp(i k x) on half panels up to 16/k, and of a normal density on panels up to 3.
  const double longest = std::min(3.0, 32 / std::sqrt(static_cast<double>(limits.most)));
  const double slope_length = std::max(1.0, std::ceil((upper - lower) / longest));
  const auto panels = static_cast<std::size_t>(slope_length);
  const double half = 0.5 * (upper - lower) / slope_length;
  for (std::size_t i = 0; i < panels; ++i)
    for (std::size_t j = 0; j < panel.nodes.size(); ++j)
      rule.add(transfer, mean, deviation, lower + half * (2 * static_cast<double>(i) + 1 + panel.nodes[j]),
               half * panel.weights[j]);
  return rule;
}

/// expression: the panels of its family, each short enough for the highest wave.
SlopeRule expression_rule(const Transfer& transfer, double mean, double variance, const HermiteLimits& limits) {
  const double longest = std::min(3.0, 32 / std::sqrt(static_cast<double>(limits.most)));
  families::GaussianNodes nodes = families::expression_nodes(transfer, mean, variance, longest);
  for (std::size_t i = 0; i < nodes.places.size(); ++i) nodes.weights[i] *= std::sqrt(variance) * nodes.slopes[i];
  return {std::move(nodes.places), std::move(nodes.weights)};
}

/// p_(n+1) = rise[n] h p_n - keep[n] p_(n-1) for p_n = He_n/sqrt(n!).
struct Recurrence {
  std::vector<double> rise, keep;
  explicit Recurrence(std::size_t count) : rise(count), keep(count) {
    for (std::size_t n = 0; n < count; ++n) {
      const double next = static_cast<double>(n) + 1;
      rise[n] = 1 / std::sqrt(next);
      keep[n] = std::sqrt((next - 1) / next);
    }
  }
};

const Recurrence& recurrence(std::size_t count) {
  static const Recurrence usual(HermiteLimits{}.most);
  if (count <= usual.rise.size()) return usual;
  thread_local Recurrence longer(0);
  if (longer.rise.size() < count) longer = Recurrence(count);
  return longer;
}

/// Adds sum_i weights[i] p_n(nodes[i]) to sums[n - first] for n = first .. first + count - 1 and leaves p_n, p_(n-1) of
/// the next n in `current`, `previous`. All arrays over nodes have a length divisible by kNodes.
LIMES_FOR_EACH_PROCESSOR
void add_polynomials(std::size_t size, const double* nodes, const double* weights, double* current, double* previous,
                     const double* rise, const double* keep, std::size_t count, double* sums) {
  constexpr std::size_t kVectors = kNodes / kFour;  // recurrences side by side hide each other's latency
  Four sum[kChunk] = {};
  for (std::size_t i = 0; i < size; i += kNodes) {
    Four h[kVectors], w[kVectors], p[kVectors], q[kVectors];
    std::memcpy(h, nodes + i, sizeof h);
    std::memcpy(w, weights + i, sizeof w);
    std::memcpy(p, current + i, sizeof p);
    std::memcpy(q, previous + i, sizeof q);
    for (std::size_t n = 0; n < count; ++n) {
      Four added = sum[n];
#pragma GCC unroll 8
      for (std::size_t k = 0; k < kVectors; ++k) {
        added += w[k] * p[k];
        const Four next = (rise[n] * h[k]) * p[k] - keep[n] * q[k];
        q[k] = p[k];
        p[k] = next;
      }
      sum[n] = added;
    }
    std::memcpy(current + i, p, sizeof p);
    std::memcpy(previous + i, q, sizeof q);
  }
  for (std::size_t n = 0; n < count; ++n) sums[n] += (sum[n][0] + sum[n][1]) + (sum[n][2] + sum[n][3]);
}

LIMES_FOR_EACH_PROCESSOR
void sum_lanes(std::size_t count, const double* a, const double* b, const double* rho, double* result) {
  constexpr std::size_t kVectors = kHermiteLanes / kFour;
  static_assert(kVectors == 8);
  Four r[kVectors], s[kVectors];
  std::memcpy(r, rho, sizeof r);
  std::memset(s, 0, sizeof s);
  for (std::size_t n = count; n-- > 0;) {
    const double* row = b + kHermiteLanes * n;
    const double factor = a[n];
#pragma GCC unroll 8
    for (std::size_t i = 0; i < kVectors; ++i) {
      Four other;
      std::memcpy(&other, row + kFour * i, sizeof other);
      s[i] = s[i] * r[i] + factor * other;
    }
  }
  std::memcpy(result, s, sizeof s);
}

/// Cuts the series off where two chunks in a row have fallen below `small`; true once it has.
class Fall {
 public:
  explicit Fall(double small) : small_(small) {}

  bool reached(std::span<const double> chunk) {
    double energy = 0;
    double largest = 0;
    for (const double c : chunk) {
      energy += c * c;
      largest = std::max(largest, std::abs(c));
    }
    const bool done = largest <= small_ && last_largest_ <= small_;
    // The chunks fall slower than geometrically: a few times the geometric rest.
    const double ratio = last_energy_ > 0 ? std::min(0.9, energy / last_energy_) : 0;
    rest_ = 4 * energy * ratio / (1 - ratio);
    last_energy_ = energy;
    last_largest_ = largest;
    return done;
  }
  [[nodiscard]] double rest() const { return rest_; }

 private:
  double small_;
  double last_energy_ = 0;
  double last_largest_ = std::numeric_limits<double>::infinity();
  double rest_ = 0;
};

/// The series from E f, and c_n for n >= 1 chunk by chunk: `next(first, chunk)` fills c_first, c_(first+1), ...
template <typename Next>
HermiteSeries grow(const Moments& one_point, const HermiteLimits& limits, Next&& next) {
  HermiteSeries series;
  series.one_point = one_point;
  std::vector<double>& c = series.coefficients;
  c = {one_point.f};
  Fall fall(limits.tolerance * std::sqrt(one_point.ff));
  bool done = false;
  while (!done && c.size() < limits.most) {
    const std::size_t first = c.size();
    c.resize(std::min(first + kChunk, limits.most));
    const std::span<double> chunk = std::span(c).subspan(first);
    next(first, chunk);
    done = fall.reached(chunk);
  }
  if (done) {
    series.rest = fall.rest();
  } else {
    double sum = 0;
    for (const double value : c) sum += value * value;
    series.rest = std::max(1e-15 * one_point.ff, one_point.ff - sum);
  }
  return series;
}

HermiteSeries by_quadrature(SlopeRule rule, const Moments& one_point, const HermiteLimits& limits) {
  const std::size_t size = (rule.nodes.size() + kNodes - 1) / kNodes * kNodes;
  rule.nodes.resize(size, 0.0);
  rule.weights.resize(size, 0.0);
  std::vector<double> current(size, 1.0), previous(size, 0.0);
  const Recurrence& steps = recurrence(limits.most);
  HermiteSeries series = grow(one_point, limits, [&](std::size_t first, std::span<double> chunk) {
    std::fill(chunk.begin(), chunk.end(), 0.0);
    const std::size_t start = first - 1;  // p_(n-1) makes c_n
    add_polynomials(size, rule.nodes.data(), rule.weights.data(), current.data(), previous.data(),
                    steps.rise.data() + start, steps.keep.data() + start, chunk.size(), chunk.data());
    for (std::size_t i = 0; i < chunk.size(); ++i) chunk[i] *= steps.rise[start + i];
  });
  series.products = size * series.coefficients.size();
  return series;
}

/// c_n = amplitude ratio^n p_(n - derivative)(h) phi(h) sqrt((n - derivative)!/n!) up to the sign (-1)^(n -
/// derivative): f^(derivative) is a normal density (erf, normal_cdf: 1) or a delta function (relu: 2). `first` is c_1
/// for the latter.
HermiteSeries by_density(int derivative, double amplitude, double ratio, double h, double first,
                         const Moments& one_point, const HermiteLimits& limits) {
  const Recurrence& steps = recurrence(limits.most);
  double current = amplitude * math::normal_density(h) * ratio;
  double previous = 0;
  if (derivative == 2) current *= ratio;
  return grow(one_point, limits, [&](std::size_t begin, std::span<double> chunk) {
    for (std::size_t i = 0; i < chunk.size(); ++i) {
      const std::size_t n = begin + i;
      if (derivative == 2 && n == 1) {
        chunk[i] = first;
        continue;
      }
      const std::size_t order = n - static_cast<std::size_t>(derivative);
      const double root = steps.rise[n - 1] * (derivative == 2 ? steps.rise[n - 2] : 1.0);
      chunk[i] = current * root;
      // The sign and the ratio ride on the recurrence, so that powers of the ratio cannot overflow.
      const double next = -ratio * (steps.rise[order] * h * current + ratio * steps.keep[order] * previous);
      previous = current;
      current = next;
    }
  });
}

}  // namespace

HermiteSeries hermite_series(const Transfer& transfer, double mean, double variance, const HermiteLimits& limits) {
  const Moments one_point = moments(transfer, mean, variance);
  const double deviation = std::sqrt(variance);
  const double g = transfer.gain;
  if (variance == 0 || g == 0) return {{one_point.f, 0.0}, one_point};
  switch (transfer.kind) {
    case Kind::kLinear:
      return {{one_point.f, g * deviation}, one_point};
    case Kind::kErf:
    case Kind::kNormalCdf: {
      const bool odd = transfer.kind == Kind::kErf;
      const double b = odd ? g * std::sqrt(std::numbers::pi / 2) : g;
      const double widened = std::sqrt(1 + b * b * variance);
      return by_density(1, odd ? 2.0 : 1.0, b * deviation / widened, b * mean / widened, 0, one_point, limits);
    }
    case Kind::kRelu:
      return by_density(2, g * deviation, 1.0, mean / deviation, deviation * one_point.df, one_point, limits);
    case Kind::kTanh:
    case Kind::kLogistic:
      return by_quadrature(hyperbolic_rule(transfer, mean, deviation, limits), one_point, limits);
    case Kind::kClippedTan:
      return by_quadrature(clipped_rule(transfer, mean, deviation, limits), one_point, limits);
    case Kind::kExpression:
      return by_quadrature(expression_rule(transfer, mean, variance, limits), one_point, limits);
  }
  return {{one_point.f, 0.0}, one_point};
}

void hermite_sums(std::span<const double> a, std::span<const double> b, std::span<const double> rho,
                  std::span<double> result) {
  sum_lanes(a.size(), a.data(), b.data(), rho.data(), result.data());
}

}  // namespace limes::transfer

// expression: Gauss-Legendre panels on the cells of the function (expression.hpp), which end at its kinks. A cell that
// is narrow beside the Gaussian takes the values that the expression keeps; a wide one is cut.

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <vector>

#include "limes/math/gaussian.hpp"
#include "limes/math/quadrature.hpp"
#include "limes/transfer/expression.hpp"
#include "limes/transfer/expression_smoothing.hpp"
#include "limes/transfer/families.hpp"
#include "limes/transfer/hermite_series.hpp"

namespace limes::transfer::families {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();
constexpr double kLongest = 3;  // standard deviations of a panel: 24 nodes leave 1e-15 of a normal density
constexpr double kDigits = 75;  // exp(-75) of the largest density times f^2 is left out

const math::QuadratureRule& panel_rule() {
  static const math::QuadratureRule rule = math::gauss_legendre(kCellNodes);
  return rule;
}

/// The part of a cell that an average sees, in standard deviations from the mean.
struct Piece {
  std::size_t cell = 0;
  double lower = 0, upper = 0;
  bool whole = false;
};

/// Where N(mean, deviation^2), both in units of x = g u, meets the cells.
std::vector<Piece> pieces(const Expression& expression, double mean, double deviation) {
  const std::span<const Cell> cells = expression.cells();
  struct Reach {
    double lower, upper, nearest;
  };
  const auto reach = [&](std::size_t i) {
    const double lower = i == 0 ? -kInfinity : (cells[i].lower - mean) / deviation;
    const double upper = i + 1 == cells.size() ? kInfinity : (cells[i].upper - mean) / deviation;
    return Reach{lower, upper, std::clamp(0.0, lower, upper)};
  };
  double best_value = -kInfinity, best_slope = -kInfinity;
  for (std::size_t i = 0; i < cells.size(); ++i) {
    const double nearest = reach(i).nearest;
    best_value = std::max(best_value, 2 * cells[i].log_value - 0.5 * nearest * nearest);
    best_slope = std::max(best_slope, 2 * cells[i].log_slope - 0.5 * nearest * nearest);
  }
  std::vector<Piece> result;
  for (std::size_t i = 0; i < cells.size(); ++i) {
    const auto [lower, upper, nearest] = reach(i);
    const double by_value = cells[i].log_value == -kInfinity ? -1.0 : 2 * cells[i].log_value - best_value + kDigits;
    const double by_slope = cells[i].log_slope == -kInfinity ? -1.0 : 2 * cells[i].log_slope - best_slope + kDigits;
    const double square = 2 * std::max(by_value, by_slope);
    if (!(square > nearest * nearest)) continue;
    const double radius = std::sqrt(square);
    const Piece piece{i, std::max(lower, -radius), std::min(upper, radius), lower >= -radius && upper <= radius};
    if (piece.upper > piece.lower) result.push_back(piece);
  }
  return result;
}

/// f with its derivatives at x = mean + deviation h for h on panels between `ends`, no longer than `longest`.
void add_panels(const Transfer& transfer, double mean, double deviation, double lower, double upper, double longest,
                GaussianNodes& nodes) {
  const double count = std::max(1.0, std::ceil((upper - lower) / longest));
  const double half = 0.5 * (upper - lower) / count;
  std::array<double, kCellNodes> x, value, slope, bend;
  for (double panel = 0; panel < count; ++panel) {
    for (std::size_t i = 0; i < kCellNodes; ++i) {
      const double h = lower + half * (2 * panel + 1 + panel_rule().nodes[i]);
      x[i] = mean + deviation * h;
      nodes.places.push_back(h);
      nodes.weights.push_back(half * panel_rule().weights[i] * math::normal_density(h));
    }
    transfer.expression->evaluate(x, value, slope, bend);
    nodes.values.insert(nodes.values.end(), value.begin(), value.end());
    for (const double part : slope) nodes.slopes.push_back(transfer.gain * part);
    for (const double part : bend) nodes.bends.push_back(transfer.gain * transfer.gain * part);
  }
}

/// A pair that is nearly one: the average over x of f(x) times the average of f(y) given x.
PairAverages neighbours(const Transfer& transfer, const Pair& pair, const Correlation& rho) {
  const Expression& expression = *transfer.expression;
  const double g = transfer.gain;
  const double mean1 = g * pair.mean1, deviation1 = g * std::sqrt(pair.variance1);
  const double mean2 = g * pair.mean2, deviation2 = g * std::sqrt(pair.variance2);
  const double along = rho.sine * deviation2;
  const double own = rho.cosine * deviation2;
  std::vector<double> breaks;
  for (const Kink& kink : expression.kinks())
    for (const double widths : {-9.0, -3.0, 0.0, 3.0, 9.0})
      breaks.push_back((kink.place - mean2 + widths * own) / along);
  if (mean1 != mean2 || deviation1 != deviation2 || rho.sine < 0)
    for (const Cell& cell : expression.cells()) breaks.push_back((cell.upper - mean2) / along);
  std::sort(breaks.begin(), breaks.end());
  GaussianNodes nodes;
  for (const Piece& piece : pieces(expression, mean1, deviation1)) {
    double lower = piece.lower;
    const auto add = [&](double upper) {
      if (!(upper - lower > 1e-14)) return;
      add_panels(transfer, mean1, deviation1, lower, upper, kLongest, nodes);
      lower = upper;
    };
    for (auto next = std::upper_bound(breaks.begin(), breaks.end(), lower); next != breaks.end() && *next < piece.upper;
         ++next)
      add(*next);
    add(piece.upper);
  }
  SmoothedExpression smoothed(expression, own);
  PairAverages sum;
  for (std::size_t i = 0; i < nodes.places.size(); ++i) {
    const auto [value, slope] = smoothed(mean2 + along * nodes.places[i]);
    sum.output += nodes.weights[i] * nodes.values[i] * value;
    sum.gain += nodes.weights[i] * nodes.slopes[i] * slope;
  }
  sum.gain *= g;
  return sum;
}

/// Coefficients of f' in normalised Hermite polynomials, from those of f.
std::vector<double> slope_series(const Transfer& transfer, double mean, double variance, const Moments& one_point,
                                 std::size_t most) {
  // The gain must be resolved where f hardly varies, too.
  const double variation = std::sqrt(std::min(1.0, variance * one_point.dfdf / one_point.ff));
  const HermiteSeries series = hermite_series(transfer, mean, variance, {1e-10 * variation, most});
  std::vector<double> slopes(series.coefficients.size() - 1);
  for (std::size_t n = 1; n < series.coefficients.size(); ++n)
    slopes[n - 1] = series.coefficients[n] * std::sqrt(static_cast<double>(n) / variance);
  return slopes;
}

/// How many terms of rho^n reach 1e-16.
double terms_needed(const Correlation& rho) { return rho.complement >= 1 ? 2 : 2 + 37 / -std::log1p(-rho.complement); }

PairAverages sum_series(const std::vector<double>& a, const std::vector<double>& b, double means, double scale,
                        double rho) {
  PairAverages sum;
  for (std::size_t n = std::min(a.size(), b.size()); n-- > 0;) {
    const double product = a[n] * b[n];
    sum.gain = sum.gain * rho + product;
    sum.output = sum.output * rho + product / static_cast<double>(n + 1);
  }
  sum.output = means + scale * rho * sum.output;
  return sum;
}

}  // namespace

GaussianNodes expression_nodes(const Transfer& transfer, double mean, double variance, double longest) {
  const double g = transfer.gain;
  const double centre = g * mean;
  const double deviation = g * std::sqrt(variance);
  GaussianNodes nodes;
  for (const Piece& piece : pieces(*transfer.expression, centre, deviation)) {
    if (!piece.whole || piece.upper - piece.lower > longest) {
      add_panels(transfer, centre, deviation, piece.lower, piece.upper, longest, nodes);
      continue;
    }
    const Expression::CellNodes cell = transfer.expression->nodes(piece.cell);
    for (std::size_t i = 0; i < kCellNodes; ++i) {
      const double h = (cell.places[i] - centre) / deviation;
      nodes.places.push_back(h);
      nodes.weights.push_back(cell.weights[i] / deviation * math::normal_density(h));
      nodes.values.push_back(cell.values[i]);
      nodes.slopes.push_back(g * cell.slopes[i]);
      nodes.bends.push_back(g * g * cell.bends[i]);
    }
  }
  return nodes;
}

Moments expression_moments(const Transfer& transfer, double mean, double variance) {
  const GaussianNodes nodes = expression_nodes(transfer, mean, variance, kLongest);
  Moments sum;
  for (std::size_t i = 0; i < nodes.places.size(); ++i) {
    const double weight = nodes.weights[i];
    const double f = nodes.values[i], df = nodes.slopes[i], ddf = nodes.bends[i];
    sum.f += weight * f;
    sum.ff += weight * f * f;
    sum.df += weight * df;
    sum.dfdf += weight * df * df;
    sum.ddf += weight * ddf;
    sum.f_df += weight * f * df;
    sum.f_ddf += weight * f * ddf;
  }
  // f'' has delta functions where f' jumps.
  const double deviation = std::sqrt(variance);
  for (const Kink& kink : transfer.expression->kinks()) {
    if (kink.jump == 0) continue;
    const double h = (kink.place / transfer.gain - mean) / deviation;
    const double weight = transfer.gain * kink.jump * math::normal_density(h) / deviation;
    if (weight == 0) continue;
    sum.ddf += weight;
    sum.f_ddf += weight * transfer.expression->jet(kink.place).value;
  }
  return sum;
}

PairAverages expression_pair(const Transfer& transfer, const Pair& pair, const Correlation& rho) {
  const double needed = terms_needed(rho);
  if (needed > static_cast<double>(HermiteLimits{}.most)) return neighbours(transfer, pair, rho);
  const auto most = static_cast<std::size_t>(needed) + 1;
  const Moments first = expression_moments(transfer, pair.mean1, pair.variance1);
  const std::vector<double> a = slope_series(transfer, pair.mean1, pair.variance1, first, most);
  const double scale = std::sqrt(pair.variance1) * std::sqrt(pair.variance2);
  if (pair.mean1 == pair.mean2 && pair.variance1 == pair.variance2)
    return sum_series(a, a, first.f * first.f, scale, rho.sine);
  const Moments second = expression_moments(transfer, pair.mean2, pair.variance2);
  const std::vector<double> b = slope_series(transfer, pair.mean2, pair.variance2, second, most);
  return sum_series(a, b, first.f * second.f, scale, rho.sine);
}

ExpressionPairs::ExpressionPairs(const Transfer& transfer, double mean, double variance)
    : transfer_(transfer), mean_(mean), variance_(variance) {
  const Moments one_point = expression_moments(transfer, mean, variance);
  mean_output_ = one_point.f;
  slopes_ = slope_series(transfer, mean, variance, one_point, HermiteLimits{}.most);
}

PairAverages ExpressionPairs::operator()(const Correlation& rho) const {
  const bool complete = slopes_.size() + 1 < HermiteLimits{}.most;
  if (complete || terms_needed(rho) < static_cast<double>(slopes_.size()))
    return sum_series(slopes_, slopes_, mean_output_ * mean_output_, variance_, rho.sine);
  return neighbours(transfer_, {mean_, variance_, mean_, variance_, rho.sine * variance_}, rho);
}

}  // namespace limes::transfer::families

#pragma once
// Gaussian averages by brute force, for tests: Gauss-Legendre panels that shrink towards every place where an
// integrand turns. It knows nothing of closed forms, poles or the nested form that the library uses: the second
// variable is integrated over its conditional law.

#include <algorithm>
#include <boost/math/quadrature/gauss.hpp>
#include <cmath>
#include <numbers>
#include <utility>
#include <vector>

#include "limes/transfer/moments.hpp"

namespace limes::transfer::reference {

/// Where an integrand turns and on which scale.
using Turns = std::vector<std::pair<double, double>>;

/// int f(z) phi(z) dz over [lower, upper]: panels of `Points` nodes, no longer than 1, that double in length away from
/// each turn.
template <unsigned Points, typename Function>
void integrate(double lower, double upper, const Turns& turns, Function&& add) {
  using Rule = boost::math::quadrature::gauss<double, Points>;
  std::vector<double> ends = {lower, upper};
  for (double z = lower; z < upper; z += 1) ends.push_back(z);
  for (const auto& [place, scale] : turns) {
    ends.push_back(place);
    if (!(scale > 0) || !std::isfinite(scale) || !std::isfinite(place)) continue;
    for (double width = scale; width < upper - lower + std::abs(place); width *= 2) {
      ends.push_back(place - width);
      ends.push_back(place + width);
    }
  }
  std::erase_if(ends, [&](double end) { return !(end >= lower && end <= upper); });
  std::sort(ends.begin(), ends.end());
  for (std::size_t i = 0; i + 1 < ends.size(); ++i) {
    const double half = 0.5 * (ends[i + 1] - ends[i]);
    if (half < 1e-14) continue;
    for (std::size_t j = 0; j < Rule::abscissa().size(); ++j)
      for (const double sign : {-1.0, 1.0}) {
        const double z = ends[i] + half * (1 + sign * Rule::abscissa()[j]);
        add(z, half * Rule::weights()[j] * std::exp(-0.5 * z * z) / std::sqrt(2 * std::numbers::pi));
      }
  }
}

/// Where f turns, in u.
inline std::vector<double> turns_of(const Transfer& transfer) {
  const double kink = std::numbers::pi / (4 * transfer.gain);
  if (transfer.kind == Kind::kClippedTan) return {-kink, kink};
  return {0.0};
}

/// The window around 0 and, as far as it has weight, around a turn.
inline std::pair<double, double> window(const Turns& turns) {
  double lower = -10;
  double upper = 10;
  for (const auto& [place, scale] : turns) {
    lower = std::min(lower, std::max(place, -26.0) - 10);
    upper = std::max(upper, std::min(place, 26.0) + 10);
  }
  return {lower, upper};
}

/// E F(u) for u ~ N(mean, variance), variance > 0; F(u, h) with the standard normal h of u.
template <typename Function>
double average(const Transfer& transfer, double mean, double variance, Function&& function) {
  const double deviation = std::sqrt(variance);
  Turns turns;
  for (const double turn : turns_of(transfer))
    turns.emplace_back((turn - mean) / deviation, 0.7 / (transfer.gain * deviation));
  const auto [lower, upper] = window(turns);
  long double sum = 0;
  integrate<20>(lower, upper, turns,
                [&](double h, double weight) { sum += weight * function(mean + deviation * h, h); });
  return static_cast<double>(sum);
}

/// E f(x) f(y) and E f'(x) f'(y); variances > 0, rho in [-1, 1]. `complement` = sqrt(1 - rho^2).
inline PairAverages pair(const Transfer& transfer, const Pair& pair, double rho, double complement) {
  const double deviation1 = std::sqrt(pair.variance1);
  const double deviation2 = std::sqrt(pair.variance2);
  const double own = deviation2 * complement;
  const double scale = 0.7 / transfer.gain;
  Turns outer;
  for (const double turn : turns_of(transfer)) outer.emplace_back((turn - pair.mean1) / deviation1, scale / deviation1);
  const auto [lower, upper] = window(outer);
  if (rho != 0)
    for (const double turn : turns_of(transfer)) {
      const double place = (turn - pair.mean2) / (rho * deviation2);
      outer.emplace_back(place, std::max(own, scale) / std::abs(rho * deviation2));
      outer.emplace_back(place, own / std::abs(rho * deviation2));
    }
  long double output = 0;
  long double gain = 0;
  integrate<10>(lower, upper, outer, [&](double h, double weight) {
    const double x = pair.mean1 + deviation1 * h;
    const double centre = pair.mean2 + rho * deviation2 * h;
    long double inner_output = 0;
    long double inner_gain = 0;
    if (own == 0) {
      inner_output = value(transfer, centre);
      inner_gain = derivative(transfer, centre);
    } else {
      Turns inner;
      for (const double turn : turns_of(transfer)) inner.emplace_back((turn - centre) / own, scale / own);
      Turns near = inner;
      std::erase_if(near, [](const auto& turn) { return std::abs(turn.first) > 26; });
      const auto [from, to] = window(near);
      integrate<10>(from, to, inner, [&](double w, double inner_weight) {
        inner_output += inner_weight * value(transfer, centre + own * w);
        inner_gain += inner_weight * derivative(transfer, centre + own * w);
      });
    }
    output += weight * value(transfer, x) * inner_output;
    gain += weight * derivative(transfer, x) * inner_gain;
  });
  return {static_cast<double>(output), static_cast<double>(gain)};
}

}  // namespace limes::transfer::reference

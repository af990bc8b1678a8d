#include "limes/coupling/heavy_tailed.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <numeric>
#include <vector>

#include "limes/base/errors.hpp"
#include "limes/math/random.hpp"

namespace limes::coupling {

namespace {

void check(const HeavyTailed& law) {
  if (law.size < 2) throw InputError(fmt::format("a heavy-tailed matrix needs at least two units, not {}", law.size));
  const double most = static_cast<double>(law.size - 1);
  if (!(law.mean_degree > 0.0 && law.mean_degree <= most)) {
    throw InputError(fmt::format("the mean degree {} lies outside (0, {}]", law.mean_degree, most));
  }
  if (!(law.inhibitory_fraction >= 0.0 && law.inhibitory_fraction <= 1.0)) {
    throw InputError(fmt::format("the inhibitory fraction {} lies outside [0, 1]", law.inhibitory_fraction));
  }
  if (!(law.weight_log_deviation >= 0.0 && std::isfinite(law.weight_log_deviation))) {
    throw InputError("the deviation of the logarithms of the weights is negative or not finite");
  }
  if (!(law.degree_exponent > 1.0 && std::isfinite(law.degree_exponent))) {
    throw InputError("the exponent of the degrees must be finite and above 1, or they have no mean");
  }
}

/// Mean of min(x, most) for Pareto x > lowest with P(x > k) = (lowest / k)^a: a lowest / (a - 1) without the cut.
double cut_pareto_mean(double lowest, double a, double most) {
  if (lowest >= most) return most;
  return (a * lowest - most * std::pow(lowest / most, a)) / (a - 1.0);
}

/// The smallest degree of the cut Pareto law whose mean is `mean` (the mean grows with it: bisection).
double lowest_degree(const HeavyTailed& law) {
  const double most = static_cast<double>(law.size - 1);
  double low = 0.0;
  double high = most;
  for (int step = 0; step < 100; ++step) {
    const double middle = 0.5 * (low + high);
    (cut_pareto_mean(middle, law.degree_exponent, most) < law.mean_degree ? low : high) = middle;
  }
  return 0.5 * (low + high);
}

/// `count` different numbers below `bound`, ascending, without `excluded`. R. W. Floyd's sampling (Bentley and Floyd,
/// Commun. ACM 30 (1987) 754).
std::vector<int> choose(math::RandomStream& stream, int count, int bound, int excluded, std::vector<bool>& taken) {
  std::vector<int> chosen;
  chosen.reserve(static_cast<std::size_t>(count));
  const int candidates = bound - 1;  // all but the excluded one, which is left out by a shift
  for (int last = candidates - count; last < candidates; ++last) {
    const int drawn = static_cast<int>(stream.below(static_cast<std::uint64_t>(last) + 1));
    const int taken_now = taken[static_cast<std::size_t>(drawn)] ? last : drawn;
    taken[static_cast<std::size_t>(taken_now)] = true;
    chosen.push_back(taken_now);
  }
  for (int& number : chosen) {
    taken[static_cast<std::size_t>(number)] = false;
    if (number >= excluded) ++number;
  }
  std::sort(chosen.begin(), chosen.end());
  return chosen;
}

std::vector<double> signed_strengths(std::uint64_t seed, std::uint32_t realisation, const HeavyTailed& law) {
  const auto units = static_cast<std::size_t>(law.size);
  const auto inhibitory = static_cast<std::size_t>(std::lround(law.inhibitory_fraction * static_cast<double>(units)));
  double inhibition = -1.0;
  if (inhibitory > 0 && inhibitory < units) {
    inhibition = -static_cast<double>(units - inhibitory) / static_cast<double>(inhibitory);
  }
  std::vector<double> strengths(units, 1.0);
  std::fill_n(strengths.begin(), inhibitory, inhibition);
  math::RandomStream stream(seed, realisation, math::Purpose::kPermutation, 0);
  for (std::size_t k = units; k > 1; --k) std::swap(strengths[k - 1], strengths[stream.below(k)]);
  return strengths;
}

}  // namespace

SparseMatrix heavy_tailed_matrix(std::uint64_t seed, const HeavyTailed& law, std::uint32_t realisation) {
  check(law);
  const int units = static_cast<int>(law.size);
  const double lowest = lowest_degree(law);
  const double log_mean = -0.5 * law.weight_log_deviation * law.weight_log_deviation;  // E |weight| = 1
  const std::vector<double> strengths = signed_strengths(seed, realisation, law);
  std::vector<bool> taken(static_cast<std::size_t>(units), false);
  SparseMatrix matrix(units, units);
  matrix.reserve(static_cast<Eigen::Index>(law.mean_degree * units));
  for (int row = 0; row < units; ++row) {
    math::RandomStream stream(seed, realisation, math::Purpose::kCoupling, static_cast<std::uint64_t>(row));
    const double pareto = std::min(lowest * std::pow(stream.uniform(), -1.0 / law.degree_exponent), units - 1.0);
    // Rounded up or down at random, so that the mean stays.
    const int degree = std::min(static_cast<int>(pareto + stream.uniform()), units - 1);
    matrix.startVec(row);
    for (const int source : choose(stream, degree, units, row, taken)) {
      const double magnitude = std::exp(log_mean + law.weight_log_deviation * stream.normal());
      matrix.insertBack(row, source) = strengths[static_cast<std::size_t>(source)] * magnitude;
    }
  }
  matrix.finalize();
  return matrix;
}

}  // namespace limes::coupling

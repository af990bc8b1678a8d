#include "limes/stats/multiple_testing.hpp"

#include <algorithm>
#include <numeric>
#include <stdexcept>

namespace limes::stats {
namespace {

void check(std::span<const double> p_values) {
  for (const double p : p_values) {
    if (!(p >= 0.0 && p <= 1.0)) throw std::invalid_argument("a p value lies between 0 and 1");
  }
}

}  // namespace

std::vector<double> holm_adjusted(std::span<const double> p_values) {
  check(p_values);
  const std::size_t n = p_values.size();
  std::vector<std::size_t> order(n);
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) { return p_values[a] < p_values[b]; });
  std::vector<double> adjusted(n);
  double largest = 0.0;
  for (std::size_t rank = 0; rank < n; ++rank) {
    largest = std::max(largest, std::min(1.0, static_cast<double>(n - rank) * p_values[order[rank]]));
    adjusted[order[rank]] = largest;
  }
  return adjusted;
}

double bonferroni(std::span<const double> p_values) {
  check(p_values);
  if (p_values.empty()) return 1.0;
  return std::min(1.0, static_cast<double>(p_values.size()) * *std::min_element(p_values.begin(), p_values.end()));
}

}  // namespace limes::stats

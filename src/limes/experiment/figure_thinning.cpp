#include "limes/experiment/figure_thinning.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace limes::experiment {

namespace {

std::vector<std::size_t> all_indices(std::size_t count) {
  std::vector<std::size_t> indices(count);
  std::iota(indices.begin(), indices.end(), std::size_t{0});
  return indices;
}

double mean_of_finite(const std::vector<double>& values, std::size_t begin, std::size_t end) {
  double sum = 0.0;
  std::size_t count = 0;
  for (std::size_t i = begin; i < end; ++i) {
    if (!std::isfinite(values[i])) continue;
    sum += values[i];
    ++count;
  }
  return count == 0 ? 0.0 : sum / static_cast<double>(count);
}

}  // namespace

std::vector<std::size_t> outline_indices(const std::vector<double>& x, const std::vector<double>& y, std::size_t most) {
  const std::size_t count = std::min(x.size(), y.size());
  if (count <= most || most < 3) return all_indices(count);
  std::vector<std::size_t> chosen{0};
  const double width = static_cast<double>(count - 2) / static_cast<double>(most - 2);
  const auto edge = [&](std::size_t bucket) {
    return std::min(count - 1, 1 + static_cast<std::size_t>(std::floor(static_cast<double>(bucket) * width)));
  };
  for (std::size_t bucket = 0; bucket + 2 < most; ++bucket) {
    const std::size_t begin = edge(bucket), end = edge(bucket + 1);
    const std::size_t next_end = bucket + 3 < most ? edge(bucket + 2) : count;
    const double next_x = mean_of_finite(x, end, next_end), next_y = mean_of_finite(y, end, next_end);
    const std::size_t last = chosen.back();
    std::size_t best = begin;
    double largest = -1.0;
    for (std::size_t i = begin; i < end; ++i) {
      const double area = std::abs((x[last] - next_x) * (y[i] - y[last]) - (x[last] - x[i]) * (next_y - y[last]));
      if (area > largest) {
        largest = area;
        best = i;
      }
    }
    if (best > chosen.back()) chosen.push_back(best);
  }
  chosen.push_back(count - 1);
  return chosen;
}

std::vector<std::size_t> cloud_indices(const std::vector<double>& x, const std::vector<double>& y, std::size_t most) {
  const std::size_t count = std::min(x.size(), y.size());
  auto order = all_indices(count);
  if (count <= most) return order;
  const double centre_x = mean_of_finite(x, 0, count), centre_y = mean_of_finite(y, 0, count);
  std::vector<double> distance(count);
  for (std::size_t i = 0; i < count; ++i) {
    const double d = std::hypot(x[i] - centre_x, y[i] - centre_y);
    distance[i] = std::isfinite(d) ? d : -1.0;
  }
  std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) { return distance[a] > distance[b]; });
  const std::size_t far = most / 4, rest = most - far;
  std::vector<std::size_t> chosen(order.begin(), order.begin() + static_cast<std::ptrdiff_t>(far));
  for (std::size_t k = 0; k < rest; ++k) chosen.push_back(order[far + k * (count - far) / rest]);
  std::sort(chosen.begin(), chosen.end());
  return chosen;
}

}  // namespace limes::experiment

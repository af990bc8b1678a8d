#include "limes/stats/bootstrap.hpp"

#include <algorithm>
#include <cmath>
#include <stdexcept>
#include <vector>

#include "limes/stats/summary.hpp"

namespace limes::stats {

BootstrapResult bootstrap(std::span<const double> sample, const Statistic& statistic, int resamples,
                          math::RandomStream stream, double confidence) {
  if (sample.size() < 2 || resamples < 2 || !(confidence > 0.0 && confidence < 1.0)) {
    throw std::invalid_argument("bootstrap: two values, two resamples and a confidence in (0, 1) are needed");
  }
  std::vector<double> resample(sample.size());
  std::vector<double> values(static_cast<std::size_t>(resamples));
  for (double& value : values) {
    for (double& x : resample) x = sample[stream.below(sample.size())];
    value = statistic(resample);
  }
  BootstrapResult result;
  result.estimate = statistic(sample);
  result.standard_error = std::sqrt(variance(values));
  result.bias = mean(values) - result.estimate;
  std::sort(values.begin(), values.end());
  const auto at = [&](double probability) {
    const double place = probability * static_cast<double>(values.size() - 1);
    const auto below = static_cast<std::size_t>(place);
    const std::size_t above = std::min(below + 1, values.size() - 1);
    return values[below] + (place - static_cast<double>(below)) * (values[above] - values[below]);
  };
  result.lower = at(0.5 * (1.0 - confidence));
  result.upper = at(0.5 * (1.0 + confidence));
  return result;
}

JackknifeResult jackknife(std::span<const double> sample, const Statistic& statistic) {
  const std::size_t n = sample.size();
  if (n < 2) throw std::invalid_argument("jackknife: at least two values are needed");
  std::vector<double> values;
  for (std::size_t left_out = 0; left_out < n; ++left_out) {
    std::vector<double> rest(sample.begin(), sample.end());
    rest.erase(rest.begin() + static_cast<std::ptrdiff_t>(left_out));
    values.push_back(statistic(rest));
  }
  const auto count = static_cast<double>(n);
  return {count * statistic(sample) - (count - 1.0) * mean(values),
          std::sqrt((count - 1.0) * (count - 1.0) / count * variance(values))};
}

}  // namespace limes::stats

#include "limes/rate/renormalized/simulation/network_measures.hpp"

#include <cmath>
#include <utility>

#include "limes/rate/result_shape.hpp"
#include "limes/rate/simulation/measured_curve.hpp"
#include "limes/stats/summary.hpp"

namespace limes::rate::renormalized {
namespace {

using Values = std::vector<double>;

/// What is measured, under one label.
class Writer {
 public:
  Writer(const RenormalizedDescription& description, const SamplePlan& plan, std::string label,
         system::Realisation& result)
      : network_(description.network), label_(std::move(label)), result_(result) {
    for (std::int64_t k = 0; k <= plan.lags; ++k) lags_.values.push_back(static_cast<double>(k) * plan.step);
  }
  /// `repeats`: the same of every trajectory, for an error within one network.
  void add(const std::string& name, double value, const Values& repeats = {}) {
    system::Measurement measurement{name, per_population(network_, {value}), std::nullopt, label_};
    if (repeats.size() >= 2) {
      const double error = std::sqrt(stats::variance(repeats) / static_cast<double>(repeats.size()));
      measurement.standard_error = per_population(network_, {error});
    }
    result_.quantities.push_back(std::move(measurement));
  }
  void curve(const std::string& name, const Values& values) {
    system::MeasuredCurve curve = measured_curve(network_, name, {lags_}, {values});
    curve.branch = label_;
    result_.curves.push_back(std::move(curve));
  }

 private:
  const RateDescription& network_;
  std::string label_;
  system::Realisation& result_;
  system::Axis lags_{"lag", "tau", {}};
};

/// a p + b q, element by element.
Values combined(double a, const Values& p, double b, const Values& q) {
  Values result;
  for (std::size_t k = 0; k < p.size(); ++k) result.push_back(a * p[k] + b * q[k]);
  return result;
}

void write_magnetised(Writer& write, const NetworkAverages& averages) {
  const double square = averages.mean * averages.mean;
  write.add("mean", averages.mean);
  write.add("mean_output", averages.mean_output);
  write.add("variance", averages.state_products[0] - square);
  write.add("mean_gain", averages.mean_gain);
  write.curve("autocovariance",
              combined(1.0, averages.state_products, -square, Values(averages.state_products.size(), 1.0)));
}

void write_shifts(Writer& write, double size, const NetworkAverages& with, const NetworkAverages& without) {
  const auto autocovariance = combined(1.0, with.state_products, -1.0, without.state_products);
  const auto population = combined(1.0, with.population_products, -1.0, without.population_products);
  write.add("variance_shift", autocovariance[0]);
  write.add("scaled_variance_shift", size * autocovariance[0]);
  write.add("population_variance_shift", population[0]);
  write.add("mean_gain_shift", with.mean_gain - without.mean_gain);
  write.curve("autocovariance_shift", autocovariance);
  write.curve("population_autocovariance_shift", population);
}

}  // namespace

void write_measures(const RenormalizedDescription& description, const SamplePlan& plan, const NetworkAverages& averages,
                    const std::optional<NetworkAverages>& without, system::Realisation& result) {
  const double size = static_cast<double>(description.network.size());
  Writer plain(description, plan, "", result);
  plain.add("magnetised_fraction", averages.magnetised_fraction);
  if (averages.magnetised_fraction >= 0.5) {
    Writer write(description, plan, "magnetised-0", result);
    write_magnetised(write, averages);
  }
  plain.add("variance", averages.state_products[0], averages.trajectory_power);
  plain.add("output_variance", averages.output_products[0]);
  plain.add("population_variance", averages.population_products[0], averages.trajectory_population_power);
  plain.add("mean_gain", averages.mean_gain);
  plain.curve("autocovariance", averages.state_products);
  plain.curve("population_autocovariance", averages.population_products);
  plain.curve("output_autocovariance", averages.output_products);
  // Over pairs i != j: sum_ij = N^2 A, less the N terms i = j.
  const double pairs = 1.0 / (size - 1.0);
  plain.curve("cross_covariance",
              combined(size * pairs, averages.population_products, -pairs, averages.output_products));
  plain.curve("state_cross_covariance",
              combined(size * pairs, averages.mean_state_products, -pairs, averages.state_products));
  if (without) write_shifts(plain, size, averages, *without);
}

}  // namespace limes::rate::renormalized

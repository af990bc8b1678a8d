#include "limes/rate/random_modes/simulation/network_results.hpp"

#include <algorithm>
#include <cmath>
#include <functional>
#include <optional>

#include "limes/math/random.hpp"
#include "limes/rate/random_modes/time_scale.hpp"
#include "limes/stats/bootstrap.hpp"
#include "limes/stats/summary.hpp"

namespace limes::rate::random_modes {

namespace {

using system::MeasuredCurve;
using system::Measurement;
using system::Realisation;
using Values = std::vector<double>;

Values normalised(Values curve, bool squared) {
  const double first = curve.front();
  for (double& value : curve) {
    value /= first;
    if (squared) value *= value;
  }
  return curve;
}

/// sqrt((n-1)/n sum (x_k - mean)^2) of the values with the k-th trajectory left out.
double jackknife_error(const Values& values) {
  const auto count = static_cast<double>(values.size());
  const double mean = stats::mean(values);
  double sum = 0.0;
  for (const double value : values) sum += (value - mean) * (value - mean);
  return std::sqrt(sum * (count - 1.0) / count);
}

double mean_without(const Eigen::VectorXd& values, Eigen::Index without) {
  if (without < 0) return values.mean();
  return (values.sum() - values(without)) / static_cast<double>(values.size() - 1);
}

struct Writer {
  Realisation& result;
  const std::string& label;
  Eigen::Index trajectories;

  /// A function of the index of the trajectory that is left out (-1: none).
  void quantity(const std::string& name, const std::function<double(Eigen::Index)>& value) {
    Values without;
    for (Eigen::Index b = 0; b < trajectories; ++b) without.push_back(value(b));
    result.quantities.push_back({name, value(-1), system::Tensor(jackknife_error(without)), label});
  }
  void curve(const std::string& name, const system::Axis& axis, const std::function<Values(Eigen::Index)>& values) {
    const Values whole = values(-1);
    std::vector<Values> without;
    for (Eigen::Index b = 0; b < trajectories; ++b) without.push_back(values(b));
    Values errors;
    for (std::size_t k = 0; k < whole.size(); ++k) {
      Values column;
      for (const Values& one : without) column.push_back(one[k]);
      errors.push_back(jackknife_error(column));
    }
    result.curves.push_back({name, {axis}, whole, system::Tensor(errors), label});
  }
};

}  // namespace

void write_network(const SnapshotPlan& plan, const PopulationMeasures& m, const std::string& label, bool with_locked,
                   Realisation& result) {
  Writer write{result, label, m.variance.size()};
  if (m.at_rest) {
    // What is left is the way to x = 0.
    for (const char* name : {"variance", "output_variance"}) {
      result.quantities.push_back({name, 0.0, system::Tensor(0.0), label});
    }
    result.warnings.emplace_back("quiescent: the states decay to x = 0");
    return;
  }
  if (with_locked) result.quantities.push_back({"locked_fraction", m.locked ? 1.0 : 0.0, std::nullopt, label});
  write.quantity("variance", [&](Eigen::Index b) { return mean_without(m.variance, b); });
  write.quantity("output_variance", [&](Eigen::Index b) { return mean_without(m.output_variance, b); });
  const auto kind = [&](const std::string& suffix, const PairSums& sums, const Eigen::VectorXd* trace) {
    write.quantity("cross_covariance_" + suffix, [&](Eigen::Index b) { return sums.mean(b); });
    write.quantity("participation_ratio_" + suffix, [&](Eigen::Index b) {
      const double mean = trace == nullptr ? 1.0 : mean_without(*trace, b);
      return mean * mean / sums.mean(b);
    });
  };
  kind("output", m.output, &m.output_variance);
  kind("state", m.state, &m.variance);
  kind("output_zscored", m.output_zscored, nullptr);
  kind("state_zscored", m.state_zscored, nullptr);

  system::Axis lag{"lag", "tau", {}};
  for (std::size_t k = 0; k < plan.lags; ++k) lag.values.push_back(static_cast<double>(k) * plan.interval);
  const auto own = [&](const Eigen::MatrixXd& products) {
    return [&](Eigen::Index without) {
      Values values;
      for (Eigen::Index k = 0; k < products.rows(); ++k) values.push_back(mean_without(products.row(k), without));
      return values;
    };
  };
  const auto cross = [&](Eigen::Index without) {
    Values values;
    for (const PairSums& sums : m.cross_covariance) values.push_back(sums.mean(without));
    return values;
  };
  write.curve("autocovariance", lag, own(m.autocovariance));
  const auto output = own(m.output_autocovariance);
  write.curve("output_autocovariance", lag, output);
  write.curve("cross_covariance", lag, cross);
  const auto unit = [&](Eigen::Index b) { return normalised(output(b), true); };
  const auto population = [&](Eigen::Index b) { return normalised(cross(b), false); };
  write.curve("unit_correlation", lag, unit);
  write.curve("population_correlation", lag, population);
  const auto scale = [&](const std::string& name, const std::function<Values(Eigen::Index)>& curve) {
    if (!time_scale(curve(-1), plan.interval)) return;
    write.quantity(name, [&](Eigen::Index b) {
      return time_scale(curve(b), plan.interval).value_or(static_cast<double>(plan.lags) * plan.interval);
    });
  };
  scale("unit_time_scale", unit);
  scale("population_time_scale", population);
  if (m.spectrum.empty()) return;
  system::Axis share{"share", "1", {}};
  const auto count = static_cast<double>(m.spectrum.size());
  for (std::size_t k = 0; k < m.spectrum.size(); ++k) share.values.push_back((static_cast<double>(k) + 0.5) / count);
  result.curves.push_back({"covariance_spectrum", {share}, m.spectrum, std::nullopt, label});
}

namespace {

Measurement* quantity_of(Realisation& realisation, const std::string& name, const std::string& label) {
  for (Measurement& one : realisation.quantities) {
    if (one.name == name && one.branch == label) return &one;
  }
  return nullptr;
}

MeasuredCurve* curve_of(Realisation& realisation, const std::string& name, const std::string& label) {
  for (MeasuredCurve& one : realisation.curves) {
    if (one.name == name && one.branch == label) return &one;
  }
  return nullptr;
}

/// n f(all) - (n - 1) f(all but r) for f of the means of rows.
std::vector<Values> pseudo_values(const std::vector<Values>& rows, const std::function<Values(const Values&)>& f) {
  const auto count = static_cast<double>(rows.size());
  Values sum(rows.front().size(), 0.0);
  for (const Values& row : rows) {
    for (std::size_t k = 0; k < row.size(); ++k) sum[k] += row[k];
  }
  const auto mean_without = [&](const Values* row) {
    Values mean = sum;
    const double left = row == nullptr ? count : count - 1.0;
    for (std::size_t k = 0; k < mean.size(); ++k) mean[k] = (mean[k] - (row == nullptr ? 0.0 : (*row)[k])) / left;
    return mean;
  };
  const Values whole = f(mean_without(nullptr));
  std::vector<Values> result;
  for (const Values& row : rows) {
    Values value = f(mean_without(&row));
    for (std::size_t k = 0; k < value.size(); ++k) value[k] = count * whole[k] - (count - 1.0) * value[k];
    result.push_back(std::move(value));
  }
  return result;
}

void combine_ratio(std::vector<Realisation*>& networks, const std::string& label, const std::string& suffix,
                   const std::string& trace) {
  std::vector<Values> rows;
  for (Realisation* one : networks) {
    const Measurement* square = quantity_of(*one, "cross_covariance_" + suffix, label);
    const Measurement* mean = trace.empty() ? nullptr : quantity_of(*one, trace, label);
    rows.push_back({mean == nullptr ? 1.0 : mean->value.scalar(), square->value.scalar()});
  }
  const auto values = pseudo_values(rows, [](const Values& x) { return Values{x[0] * x[0] / x[1]}; });
  for (std::size_t r = 0; r < networks.size(); ++r) {
    quantity_of(*networks[r], "participation_ratio_" + suffix, label)->value = values[r].front();
  }
}

void combine_curve(std::vector<Realisation*>& networks, const std::string& label, const std::string& source,
                   const std::string& target, const std::string& scale, bool squared) {
  std::vector<Values> rows;
  for (Realisation* one : networks) rows.push_back(curve_of(*one, source, label)->values.values);
  const auto curves = pseudo_values(rows, [&](const Values& mean) { return normalised(mean, squared); });
  for (std::size_t r = 0; r < networks.size(); ++r) curve_of(*networks[r], target, label)->values.values = curves[r];
  const auto& lags = curve_of(*networks.front(), source, label)->axes.front().values;
  if (lags.size() < 2) return;
  bool reached = true;
  const auto scales = pseudo_values(rows, [&](const Values& mean) {
    const auto value = time_scale(normalised(mean, squared), lags[1]);
    reached = reached && value.has_value();
    return Values{value.value_or(0.0)};
  });
  for (std::size_t r = 0; r < networks.size(); ++r) {
    auto& quantities = networks[r]->quantities;
    std::erase_if(quantities, [&](const Measurement& one) { return one.name == scale && one.branch == label; });
    if (reached) quantities.push_back({scale, scales[r].front(), std::nullopt, label});
  }
}

/// Values whose mean is the median and whose standard error is that of the median, by bootstrap.
void add_median(std::vector<Realisation*>& networks, const std::string& label) {
  Values sample;
  for (Realisation* one : networks)
    sample.push_back(quantity_of(*one, "cross_covariance_output", label)->value.scalar());
  const auto median = [](std::span<const double> values) {
    Values sorted(values.begin(), values.end());
    std::sort(sorted.begin(), sorted.end());
    const std::size_t middle = sorted.size() / 2;
    return sorted.size() % 2 == 1 ? sorted[middle] : 0.5 * (sorted[middle - 1] + sorted[middle]);
  };
  const double center = median(sample);
  const double error =
      stats::bootstrap(sample, median, 400, math::RandomStream(1, 0, math::Purpose::kBootstrap, 0)).standard_error;
  const double spread = stats::standard_error(sample), mean = stats::mean(sample);
  for (std::size_t r = 0; r < networks.size(); ++r) {
    const double value = center + (spread > 0.0 ? (sample[r] - mean) * error / spread : 0.0);
    networks[r]->quantities.push_back({"cross_covariance_output_median", value, std::nullopt, label});
  }
}

}  // namespace

void combine_networks(std::vector<Realisation>& realisations) {
  std::vector<std::string> labels;
  for (const Realisation& one : realisations) {
    for (const Measurement& measured : one.quantities) {
      if (std::find(labels.begin(), labels.end(), measured.branch) == labels.end()) labels.push_back(measured.branch);
    }
  }
  for (const std::string& label : labels) {
    std::vector<Realisation*> networks;
    for (Realisation& one : realisations) {
      if (quantity_of(one, "cross_covariance_output", label) != nullptr) networks.push_back(&one);
    }
    if (networks.size() < 2) continue;
    combine_ratio(networks, label, "output", "output_variance");
    combine_ratio(networks, label, "state", "variance");
    combine_ratio(networks, label, "output_zscored", "");
    combine_ratio(networks, label, "state_zscored", "");
    combine_curve(networks, label, "output_autocovariance", "unit_correlation", "unit_time_scale", true);
    combine_curve(networks, label, "cross_covariance", "population_correlation", "population_time_scale", false);
    if (networks.size() >= 3) add_median(networks, label);
  }
}

}  // namespace limes::rate::random_modes

#include "limes/rate/simulation/lyapunov_spectrum.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <utility>

#include "limes/rate/simulation/time_batches.hpp"

namespace limes::rate {

namespace {

constexpr const char* kCurve = "lyapunov_spectrum";

/// The error of a function of the exponents from the batch means of its linear part; none for fewer than 8 batches.
std::optional<double> error_of(const SpectrumFunction& function, const std::vector<std::vector<double>>& batches) {
  std::vector<double> means;
  for (const auto& exponents : batches) {
    double sum = 0.0;
    for (std::size_t i = 0; i < function.weights.size(); ++i) sum += function.weights[i] * exponents[i];
    means.push_back(sum);
  }
  return batch_standard_error(means);
}

system::Measurement measurement(const char* name, double value, std::optional<double> error) {
  system::Measurement result{name, value, std::nullopt};
  if (error) result.standard_error = *error;
  return result;
}

}  // namespace

std::optional<SpectrumFunction> entropy_rate(const std::vector<double>& exponents, std::size_t size) {
  SpectrumFunction entropy;
  for (const double exponent : exponents) {
    if (!(exponent > 0.0)) return entropy;
    entropy.value += exponent;
    entropy.weights.push_back(1.0);
  }
  if (exponents.size() < size) return std::nullopt;
  return entropy;
}

std::optional<SpectrumFunction> kaplan_yorke_dimension(const std::vector<double>& exponents, std::size_t size) {
  SpectrumFunction dimension;
  double sum = 0.0;
  for (std::size_t j = 0; j < exponents.size(); ++j) {
    const double next = exponents[j];
    if (sum + next < 0.0) {
      // D = j - S_j / lambda_{j+1}
      dimension.value = static_cast<double>(j) - sum / next;
      dimension.weights.assign(j, -1.0 / next);
      dimension.weights.push_back(sum / (next * next));
      return dimension;
    }
    sum += next;
  }
  if (exponents.size() < size) return std::nullopt;
  dimension.value = static_cast<double>(size);
  return dimension;
}

system::Axis spectrum_axis(std::size_t count, std::size_t size) {
  system::Axis axis{"index", "1", {}};
  for (std::size_t i = 0; i < count; ++i) {
    axis.values.push_back((static_cast<double>(i) + 0.5) / static_cast<double>(size));
  }
  return axis;
}

SpectrumRecorder::SpectrumRecorder(std::size_t vectors, std::int64_t samples)
    : vectors_(vectors),
      samples_(samples),
      sums_(vectors * static_cast<std::size_t>(batch_count(samples)), 0.0),
      counts_(static_cast<std::size_t>(batch_count(samples)), 0.0),
      lost_(vectors, 0) {}

void SpectrumRecorder::add(std::int64_t index, const FrameGrowth& growth) {
  const auto batch = static_cast<std::size_t>(batch_of(index, samples_));
  counts_[batch] += static_cast<double>(growth.steps);
  for (std::size_t j = 0; j < vectors_; ++j) {
    if (std::isfinite(growth.logs[j])) {
      sums_[batch * vectors_ + j] += growth.logs[j];
    } else {
      lost_[j] = 1;
    }
  }
}

void SpectrumRecorder::finish(const RateDescription& description, system::Realisation& realisation) const {
  const std::size_t size = description.size();
  const auto kept = static_cast<std::size_t>(std::find(lost_.begin(), lost_.end(), 1) - lost_.begin());
  if (kept < vectors_) {
    realisation.warnings.push_back(fmt::format(
        "lyapunov_spectrum: exponents from index {} on are -infinity, or too low for double precision, and are left "
        "out: at some time the Jacobian was singular to rounding",
        kept));
  }
  if (kept == 0) return;
  std::vector<std::vector<double>> batches;
  std::vector<double> mean(kept, 0.0);
  double steps = 0.0;
  for (std::size_t batch = 0; batch < counts_.size(); ++batch) {
    if (counts_[batch] == 0.0) continue;
    auto& exponents = batches.emplace_back(kept);
    for (std::size_t j = 0; j < kept; ++j) {
      mean[j] += sums_[batch * vectors_ + j];
      exponents[j] = sums_[batch * vectors_ + j] / (counts_[batch] * description.simulation.step);
    }
    steps += counts_[batch];
  }
  if (steps == 0.0) return;
  for (double& exponent : mean) exponent /= steps * description.simulation.step;

  system::MeasuredCurve curve{kCurve, {spectrum_axis(kept, size)}, mean, std::nullopt};
  std::vector<double> errors;
  for (std::size_t j = 0; j < kept; ++j) {
    std::vector<double> own;
    for (const auto& exponents : batches) own.push_back(exponents[j]);
    if (const auto error = batch_standard_error(own)) errors.push_back(*error);
  }
  if (errors.size() == kept) curve.standard_error = system::Tensor(errors);
  realisation.quantities.push_back(
      measurement("lyapunov_exponent", mean[0], errors.size() == kept ? std::optional(errors[0]) : std::nullopt));
  realisation.curves.push_back(std::move(curve));

  const auto per_neuron = [&](const char* name, std::optional<SpectrumFunction> function) {
    if (!function) {
      realisation.warnings.push_back(
          fmt::format("{} is left out: {} exponents do not reach far enough; raise simulation.exponents", name, kept));
      return;
    }
    function->value /= static_cast<double>(size);
    for (double& weight : function->weights) weight /= static_cast<double>(size);
    realisation.quantities.push_back(measurement(name, function->value, error_of(*function, batches)));
  };
  // An exponent of -infinity closes the spectrum: what follows it adds nothing.
  const std::size_t extent = kept < vectors_ ? kept : size;
  const auto dimension = kaplan_yorke_dimension(mean, extent);
  per_neuron("entropy_rate", entropy_rate(mean, extent));
  per_neuron("kaplan_yorke_dimension", dimension);
  if (dimension && dimension->value == static_cast<double>(size)) {
    realisation.warnings.emplace_back(
        "kaplan_yorke_dimension is that of the whole space: the sum of all exponents is not negative");
  }
}

void keep_common_exponents(std::vector<system::Realisation>& realisations) {
  const auto for_each = [&](auto&& visit) {
    for (auto& realisation : realisations) {
      for (auto& curve : realisation.curves) {
        if (curve.name == kCurve) visit(curve);
      }
    }
  };
  std::size_t shortest = static_cast<std::size_t>(-1);
  for_each(
      [&](const system::MeasuredCurve& curve) { shortest = std::min(shortest, curve.axes.front().values.size()); });
  for_each([&](system::MeasuredCurve& curve) {
    const auto cut = [&](system::Tensor& tensor) {
      tensor.values.resize(shortest);
      tensor.shape = {shortest};
    };
    curve.axes.front().values.resize(shortest);
    cut(curve.values);
    if (curve.standard_error) cut(*curve.standard_error);
  });
}

}  // namespace limes::rate

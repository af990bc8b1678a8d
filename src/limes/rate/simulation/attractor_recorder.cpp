#include "limes/rate/simulation/attractor_recorder.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <numbers>
#include <string>
#include <utility>

#include "limes/rate/result_shape.hpp"
#include "limes/rate/simulation/principal_plane.hpp"

namespace limes::rate {

namespace {

constexpr std::int64_t kMostOutputs = std::int64_t{1} << 17;
constexpr std::int64_t kMostStates = 4096;
constexpr std::int64_t kMostNumbers = 1'000'000;
constexpr int kMostExponents = 8;
constexpr std::size_t kMostFrequencies = 4096;  // of the spectrum's curve
constexpr std::size_t kMostLines = 16;
constexpr std::size_t kMostPoints = 2000;  // of return plot and projection
// Samples of m(t) that are shown: some tens of turns of a map, some ten of a flow with tau / 10 between samples.
constexpr std::size_t kShownOfMap = 120, kShownOfFlow = 1000;
// An orbit agrees with its own past within this, in units of 1/g, the field that saturates a neuron.
constexpr double kSettled = 1e-6;

constexpr std::array<std::pair<AttractorKind, const char*>, 6> kFractions{
    {{AttractorKind::kFixedPoint, "fixed_point_fraction"},
     {AttractorKind::kPeriodic, "periodic_fraction"},
     {AttractorKind::kCircle, "circle_fraction"},
     {AttractorKind::kTorus, "torus_fraction"},
     {AttractorKind::kChaos, "chaos_fraction"},
     {AttractorKind::kUnresolved, "unresolved_fraction"}}};

system::Axis counted(const char* name, std::size_t count) {
  system::Axis axis{name, "1", {}};
  for (std::size_t k = 0; k < count; ++k) axis.values.push_back(static_cast<double>(k));
  return axis;
}

void add_plane(system::Realisation& realisation, const char* name, const std::vector<std::complex<double>>& points) {
  if (points.empty()) return;
  system::MeasuredCurve curve{name, {counted("index", points.size())}, {}, std::nullopt};
  curve.values.complex = true;
  curve.values.shape = {points.size()};
  for (const auto& point : points) curve.values.values.insert(curve.values.values.end(), {point.real(), point.imag()});
  realisation.curves.push_back(std::move(curve));
}

/// The maxima of a smooth record, by the parabola through three samples.
std::vector<double> maxima(const std::vector<double>& record) {
  std::vector<double> result;
  for (std::size_t t = 1; t + 1 < record.size(); ++t) {
    const double left = record[t] - record[t - 1], right = record[t] - record[t + 1];
    if (!(left > 0.0 && right >= 0.0)) continue;
    result.push_back(record[t] + (left - right) * (left - right) / (8.0 * (left + right)));
  }
  return result;
}

}  // namespace

AttractorRecorder::AttractorRecorder(const RateDescription& description, std::int64_t samples,
                                     std::int64_t growth_steps)
    : description_(&description),
      samples_(samples),
      exponents_(description.simulation.attractor
                     ? static_cast<std::size_t>(std::min(description.simulation.exponents, kMostExponents))
                     : 0,
                 growth_steps),
      lost_(exponents_.series(), 0) {
  const auto neurons = static_cast<std::int64_t>(description.size());
  kept_states_ = std::clamp<std::int64_t>(kMostNumbers / neurons, 2, kMostStates);
}

void AttractorRecorder::record(std::int64_t sample, std::span<const double> state, std::span<const double> output) {
  if (!description_->simulation.attractor) return;
  if (sample >= samples_ - kMostOutputs) {
    double sum = 0.0;
    for (const double value : output) sum += value;
    mean_output_.push_back(sum / static_cast<double>(output.size()));
  }
  if (sample >= samples_ - kept_states_) states_.insert(states_.end(), state.begin(), state.end());
}

void AttractorRecorder::record_growth(std::int64_t index, const FrameGrowth& growth) {
  if (exponents_.series() == 0 || growth.steps == 0) return;
  std::vector<double> logs(growth.logs.begin(), growth.logs.begin() + static_cast<std::ptrdiff_t>(lost_.size()));
  for (std::size_t j = 0; j < logs.size(); ++j) {
    if (std::isfinite(logs[j])) continue;
    lost_[j] = 1;
    logs[j] = 0.0;
  }
  exponents_.add(index, growth.steps, logs);
}

double AttractorRecorder::spacing() const {
  return static_cast<double>(sample_stride(*description_)) * description_->simulation.step;
}

LeadingExponents AttractorRecorder::exponents() const {
  LeadingExponents leading;
  for (std::size_t j = 0; j < exponents_.series(); ++j) {
    const double step = description_->simulation.step;
    leading.values.push_back(lost_[j] != 0 ? -std::numeric_limits<double>::infinity() : exponents_.mean(j) / step);
    leading.errors.push_back(lost_[j] != 0 ? 0.0 : exponents_.error(j) / step);
  }
  return leading;
}

Attractor AttractorRecorder::attractor() const {
  double gain = std::numeric_limits<double>::infinity();
  for (const Population& population : description_->populations) gain = std::min(gain, population.transfer.gain);
  return classify_attractor(description_->time, exponents(), orbit(), kSettled / gain);
}

void AttractorRecorder::finish(system::Realisation& realisation) const {
  if (!description_->simulation.attractor) return;
  const LeadingExponents leading = exponents();
  const bool finite =
      std::all_of(leading.values.begin(), leading.values.end(), [](double x) { return std::isfinite(x); });
  if (finite) {
    realisation.quantities.push_back(
        {"leading_exponents", system::Tensor(leading.values), system::Tensor(leading.errors)});
  }
  const Attractor found = attractor();
  for (const auto& [kind, name] : kFractions) {
    realisation.quantities.push_back({name, found.kind == kind ? 1.0 : 0.0, std::nullopt});
  }
  if (found.period > 0 && description_->time == TimeKind::kDiscrete) {
    realisation.quantities.push_back({"attractor_period", static_cast<double>(found.period), std::nullopt});
  }
  if (found.kind == AttractorKind::kUnresolved) realisation.warnings.push_back("attractor unresolved: " + found.reason);
  finish_spectrum(found, realisation);
  if (description_->simulation.realisations == 1) finish_orbit(realisation);
}

void AttractorRecorder::finish_spectrum(const Attractor& attractor, system::Realisation& realisation) const {
  if (attractor.kind == AttractorKind::kFixedPoint || mean_output_.size() < 16) return;
  const HannSpectrum spectrum = hann_spectrum(mean_output_, spacing());
  std::vector<SpectralLine> lines = find_lines(spectrum, kMostLines);
  std::optional<BaseFrequencies> base;
  switch (attractor.kind) {
    case AttractorKind::kPeriodic:
      base = label_harmonics(lines, 2.0 * std::numbers::pi / static_cast<double>(attractor.period), spacing(),
                             spectrum.resolution);
      break;
    case AttractorKind::kCircle:
    case AttractorKind::kTorus:
      // A third zero may be a slow approach; where two frequencies leave lines without labels, they are too few.
      base = label_lines(lines, static_cast<std::size_t>(std::min(attractor.dimension, 2)), spacing(),
                         spectrum.resolution);
      break;
    default:
      break;
  }
  if (base) realisation.quantities.push_back({"base_frequency", base->first, std::nullopt});
  if (base && base->second > 0.0) {
    realisation.quantities.push_back({"second_frequency", base->second, std::nullopt});
  }
  if (description_->simulation.realisations > 1) return;
  auto power = spectrum.power(kMostFrequencies);
  const std::string unit = "rad/" + std::string(time_unit(description_->time));
  realisation.curves.push_back({"mean_output_spectrum",
                                {system::Axis{"frequency", unit, std::move(power.frequencies)}},
                                system::Tensor(std::move(power.values)),
                                std::nullopt});
  // A broad band has maxima, but no lines.
  if (lines.empty() || attractor.kind == AttractorKind::kChaos || attractor.kind == AttractorKind::kUnresolved) return;
  system::MeasuredCurve curve{
      "spectral_lines", {counted("line", lines.size()), counted("component", 4)}, {}, std::nullopt};
  curve.values.shape = {lines.size(), 4};
  for (const SpectralLine& line : lines) {
    curve.values.values.insert(curve.values.values.end(),
                               {line.frequency, line.amplitude, double(line.first), double(line.second)});
  }
  realisation.curves.push_back(std::move(curve));
}

void AttractorRecorder::finish_orbit(system::Realisation& realisation) const {
  const bool map = description_->time == TimeKind::kDiscrete;
  const std::size_t shown = std::min(mean_output_.size(), map ? kShownOfMap : kShownOfFlow);
  const double start = static_cast<double>(description_->simulation.transient_steps) * description_->simulation.step;
  system::Axis time{"time", std::string(time_unit(description_->time)), {}};
  for (std::size_t k = static_cast<std::size_t>(samples_) - shown; k < static_cast<std::size_t>(samples_); ++k) {
    time.values.push_back(start + static_cast<double>(k) * spacing());
  }
  std::vector<double> values(mean_output_.end() - static_cast<std::ptrdiff_t>(shown), mean_output_.end());
  realisation.curves.push_back(
      {"attractor_output", {std::move(time)}, system::Tensor(std::move(values)), std::nullopt});
  const std::vector<double> record = map ? mean_output_ : maxima(mean_output_);
  std::vector<std::complex<double>> pairs;
  const std::size_t count = record.size() < 2 ? 0 : std::min(record.size() - 1, kMostPoints);
  for (std::size_t t = record.size() - 1 - count; count > 0 && t + 1 < record.size(); ++t) {
    pairs.emplace_back(record[t], record[t + 1]);
  }
  add_plane(realisation, "return_plot", pairs);
  add_plane(realisation, "attractor_projection", principal_plane(orbit(), kMostPoints));
}

}  // namespace limes::rate

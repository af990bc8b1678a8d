// Curves: averages on a common grid, Hotelling's test in a few smooth modes, the second size in the same modes.
#include <fmt/format.h>

#include <Eigen/Dense>
#include <cmath>
#include <limits>
#include <stdexcept>

#include "limes/experiment/bounded_curve.hpp"
#include "limes/experiment/comparison_entries.hpp"
#include "limes/experiment/comparison_grids.hpp"
#include "limes/stats/multiple_testing.hpp"
#include "limes/stats/student_t.hpp"
#include "limes/stats/summary.hpp"

namespace limes::experiment {
namespace {

constexpr double kMissing = std::numeric_limits<double>::quiet_NaN();

// The tail of a covariance is noise about zero: a point counts by the size of the theory there, and a little anyway.
constexpr double kLeastEmphasis = 0.1;

struct MeasuredSample {
  std::vector<system::Axis> axes;
  bool complex = false;
  std::vector<Eigen::MatrixXd> curves;  // channels x points, one per realisation
  std::optional<Eigen::MatrixXd> time_errors;
};

std::vector<std::size_t> leading_shape(const std::vector<system::Axis>& axes) {
  std::vector<std::size_t> shape;
  for (std::size_t d = 0; d + 1 < axes.size(); ++d) shape.push_back(axes[d].values.size());
  return shape;
}

const system::MeasuredCurve* find_curve(const system::Realisation& realisation, const std::string& name,
                                        const std::string& label) {
  for (const system::MeasuredCurve& curve : realisation.curves) {
    if (curve.name == name && curve.branch == label) return &curve;
  }
  return nullptr;
}

bool is_point_cloud(const system::System& system, const std::string& name) {
  for (const system::CurveInfo& info : system.schema.curves) {
    if (info.name == name) return info.scale == "points";
  }
  return false;
}

// Curves of one grid that are finite everywhere; others are left out with a warning.
std::optional<MeasuredSample> collect_curves(const std::string& name, const std::string& label,
                                             const system::SimulationOutcome& simulation,
                                             const std::vector<std::size_t>& realisations,
                                             std::vector<std::string>& warnings) {
  MeasuredSample sample;
  for (const std::size_t r : realisations) {
    const system::MeasuredCurve* curve = find_curve(simulation.realisations[r], name, label);
    if (curve == nullptr || curve->values.empty()) continue;
    const std::string who = name + ": realisation " + std::to_string(simulation.realisations[r].index);
    if (!is_gridded(curve->axes, curve->values)) {
      warnings.push_back(who + " gave a curve that does not fit its axes; it is left out");
    } else if (!all_finite(curve->values)) {
      warnings.push_back(who + " gave a curve with values that are not finite; it is left out");
    } else if (!sample.curves.empty() && (curve->axes != sample.axes || curve->values.complex != sample.complex)) {
      warnings.push_back(who + " gave a curve on another grid than the first; it is left out");
    } else {
      sample.axes = curve->axes;
      sample.complex = curve->values.complex;
      sample.curves.push_back(channels_of(curve->values));
      if (curve->standard_error && curve->standard_error->values.size() == curve->values.values.size() &&
          all_finite(*curve->standard_error)) {
        sample.time_errors = channels_of(*curve->standard_error);
      }
    }
  }
  if (sample.curves.empty()) return std::nullopt;
  return sample;
}

Eigen::MatrixXd mean_of(const MeasuredSample& sample) {
  Eigen::MatrixXd sum = sample.curves.front();
  for (std::size_t r = 1; r < sample.curves.size(); ++r) sum += sample.curves[r];
  return sum / static_cast<double>(sample.curves.size());
}

std::optional<Eigen::MatrixXd> error_of(const MeasuredSample& sample, const Eigen::MatrixXd& mean, bool repeats) {
  const std::size_t n = sample.curves.size();
  if (n < 2) return repeats ? sample.time_errors : std::nullopt;
  Eigen::MatrixXd squares = Eigen::MatrixXd::Zero(mean.rows(), mean.cols());
  for (const Eigen::MatrixXd& curve : sample.curves) squares += (curve - mean).cwiseAbs2();
  return (squares / static_cast<double>(n * (n - 1))).cwiseSqrt();
}

Eigen::MatrixXd moved(const Eigen::MatrixXd& channels, const std::vector<std::optional<Stencil>>& to) {
  Eigen::MatrixXd result(channels.rows(), static_cast<Eigen::Index>(to.size()));
  for (Eigen::Index c = 0; c < channels.rows(); ++c) {
    const Eigen::VectorXd row = channels.row(c).transpose();
    const std::span<const double> values(row.data(), static_cast<std::size_t>(row.size()));
    for (std::size_t t = 0; t < to.size(); ++t) {
      result(c, static_cast<Eigen::Index>(t)) = to[t] ? to[t]->apply(values) : kMissing;
    }
  }
  return result;
}

// Shows both sides on the theory's grid, extended by the simulation's points beyond it.
void show_both(ComparedCurve& shown, const system::TheoryCurve& theory, const MeasuredSample& sample,
               const Eigen::MatrixXd& mean, const std::optional<Eigen::MatrixXd>& error) {
  shown.axes = theory.axes;
  std::vector<double>& grid = shown.axes.back().values;
  const std::vector<double>& measured = sample.axes.back().values;
  const std::vector<double> own = grid;
  const double last = grid.back() + 1e-9 * (grid.back() - grid.front());
  for (const double x : measured) {
    if (x > last) grid.push_back(x);
  }
  const auto leading = leading_shape(shown.axes);
  const auto from_theory = stencils(own, grid);
  shown.theory = tensor_of(moved(channels_of(theory.values), from_theory), leading, theory.values.complex);
  if (!theory.error.empty()) {
    shown.theory_error = tensor_of(moved(channels_of(theory.error), from_theory), leading, theory.values.complex);
  }
  const auto from_measured = stencils(measured, grid);
  shown.simulation = tensor_of(moved(mean, from_measured), leading, sample.complex);
  if (error) shown.standard_error = tensor_of(moved(*error, from_measured), leading, sample.complex);
}

Eigen::MatrixXd residuals_of(const std::vector<Eigen::MatrixXd>& curves, const Eigen::MatrixXd& predicted,
                             Eigen::Index channel, const std::vector<std::size_t>& points) {
  Eigen::MatrixXd residuals(static_cast<Eigen::Index>(curves.size()), static_cast<Eigen::Index>(points.size()));
  for (std::size_t r = 0; r < curves.size(); ++r) {
    for (std::size_t k = 0; k < points.size(); ++k) {
      const auto point = static_cast<Eigen::Index>(points[k]);
      residuals(static_cast<Eigen::Index>(r), static_cast<Eigen::Index>(k)) =
          curves[r](channel, point) - predicted(channel, point);
    }
  }
  return residuals;
}

std::vector<double> column_spread(const Eigen::MatrixXd& rows) {
  std::vector<double> spread;
  for (Eigen::Index k = 0; k < rows.cols(); ++k) {
    const Eigen::VectorXd column = rows.col(k);
    spread.push_back(std::sqrt(stats::variance({column.data(), static_cast<std::size_t>(column.size())})));
  }
  return spread;
}

// Modes that vanish in every realisation (odd ones, of a curve that is even by construction) have no variance to be
// judged by, and make the covariance singular.
void leave_out_constant_modes(CurveChannel& channel) {
  const Eigen::RowVectorXd sizes = channel.amplitudes.cwiseAbs().colwise().maxCoeff();
  std::vector<Eigen::Index> kept;
  for (Eigen::Index k = 0; k < sizes.size(); ++k) {
    if (sizes(k) > 1e-10 * sizes.maxCoeff()) kept.push_back(k);
  }
  if (kept.size() == static_cast<std::size_t>(sizes.size())) return;
  channel.amplitudes = Eigen::MatrixXd(channel.amplitudes(Eigen::all, kept));
  channel.modes.projection = Eigen::MatrixXd(channel.modes.projection(Eigen::all, kept));
}

// T^2 per channel in the modes that the realisations carry.
void first_test(CurveEntry& entry, const MeasuredSample& sample, const system::TheoryCurve& theory) {
  const int modes = stats::mode_count(sample.curves.size());
  if (modes < 1) {
    entry.shown.verdict = Verdict::kNotApplicable;
    entry.shown.note = "a curve is tested from four realisations on";
    return;
  }
  const std::vector<double>& positions = sample.axes.back().values;
  const Eigen::MatrixXd predicted = moved(channels_of(theory.values), stencils(theory.axes.back().values, positions));
  std::vector<double> p_values;
  double least = 2.0;
  for (Eigen::Index c = 0; c < predicted.rows(); ++c) {
    CurveChannel channel;
    std::vector<double> at;
    std::vector<double> emphasis;
    for (std::size_t k = 0; k < positions.size(); ++k) {
      const double value = predicted(c, static_cast<Eigen::Index>(k));
      if (!std::isfinite(value)) continue;
      channel.points.push_back(k);
      at.push_back(positions[k]);
      emphasis.push_back(std::abs(value));
    }
    if (channel.points.empty()) continue;
    const double largest = *std::max_element(emphasis.begin(), emphasis.end());
    for (double& e : emphasis) e = largest > 0.0 ? e / largest + kLeastEmphasis : 1.0;
    const Eigen::MatrixXd residuals = residuals_of(sample.curves, predicted, c, channel.points);
    const std::vector<double> spread = column_spread(residuals);
    const double scale = std::max(largest, residuals.cwiseAbs().maxCoeff());
    if (!(*std::max_element(spread.begin(), spread.end()) > 1e-12 * scale)) continue;
    const int count = std::min(modes, static_cast<int>(channel.points.size()));
    channel.modes = stats::curve_modes(at, spread, emphasis, count);
    channel.amplitudes = residuals * channel.modes.projection;
    leave_out_constant_modes(channel);
    const stats::CurveTest test = stats::hotelling(channel.amplitudes);
    if (!test.p_value) continue;
    channel.p_value = *test.p_value;
    p_values.push_back(channel.p_value);
    if (channel.p_value < least) {
      least = channel.p_value;
      entry.worst = entry.channels.size();
      entry.shown.statistic = test.statistic;
      entry.shown.numerator_degrees = test.numerator_degrees;
      entry.shown.denominator_degrees = test.denominator_degrees;
    }
    entry.channel_indices.push_back(static_cast<std::size_t>(c));
    entry.channels.push_back(std::move(channel));
  }
  if (p_values.empty()) {
    entry.shown.verdict = Verdict::kNotApplicable;
    entry.shown.note = "the realisations do not vary where the theory is given";
    return;
  }
  entry.shown.p_value = stats::bonferroni(p_values);
}

/// A curve of an approximate theory: is its mean square difference beyond that of the stated error?
void bounded_test(CurveEntry& entry, const MeasuredSample& sample, const system::TheoryCurve& theory,
                  const std::optional<Eigen::MatrixXd>& error) {
  if (!error) {
    entry.shown.verdict = Verdict::kNotApplicable;
    entry.shown.note = "one realisation without time batches gives no standard error";
    return;
  }
  const auto onto = stencils(theory.axes.back().values, sample.axes.back().values);
  const Eigen::MatrixXd predicted = moved(channels_of(theory.values), onto);
  const Eigen::MatrixXd stated = moved(channels_of(theory.error), onto);
  BoundedCurve curve;
  for (Eigen::Index c = 0; c < predicted.rows(); ++c) {
    for (Eigen::Index k = 0; k < predicted.cols(); ++k) {
      if (!std::isfinite(predicted(c, k))) continue;
      for (const Eigen::MatrixXd& measured : sample.curves) curve.residuals.push_back(measured(c, k) - predicted(c, k));
      curve.bounds.push_back(stated(c, k));
      curve.standard_errors.push_back((*error)(c, k));
    }
  }
  if (curve.bounds.empty()) {
    entry.shown.verdict = Verdict::kNotApplicable;
    entry.shown.note = "theory and simulation have no point in common";
    return;
  }
  const BoundedCurveTest test = test_bounded_curve(curve, sample.curves.size());
  entry.shown.p_value = test.p_value;
  entry.shown.note = test.difference > 0.0
                         ? fmt::format("root mean square difference {:.2g}, stated error of approximation {:.2g}",
                                       test.difference, test.bound)
                         : "no difference beyond the standard errors of the simulation";
}

void judge(CurveEntry& entry, const MeasuredSample& sample, const std::optional<Eigen::MatrixXd>& error,
           const Evidence& evidence) {
  const auto not_applicable = [&](std::string why) {
    entry.shown.verdict = Verdict::kNotApplicable;
    entry.shown.note = std::move(why);
  };
  const system::TheoryCurve& theory = *entry.slot.theory;
  if (!theory.valid) return not_applicable(theory.reason.empty() ? "the theory does not hold here" : theory.reason);
  switch (relation_of(evidence, entry.slot.family, entry.shown.branch, theory.approximate)) {
    case Relation::kSurrogate:
      return not_applicable("surrogate networks; its quantities are placed among them");
    case Relation::kOneDraw:
      return not_applicable("one draw of the disorder against a theory of the ensemble");
    case Relation::kSame:
      break;
  }
  if (theory.approximate && !theory.error.empty()) return bounded_test(entry, sample, theory, error);
  first_test(entry, sample, theory);
  entry.size_could_matter = !evidence.simulation->one_matrix && !theory.approximate && !theory.of_this_size;
}

CurveEntry make_entry(const Slot<system::TheoryCurve>& slot, const Evidence& evidence,
                      std::vector<std::string>& warnings) {
  CurveEntry entry;
  entry.slot = slot;
  ComparedCurve& shown = entry.shown;
  shown.name = slot.name;
  shown.branch = slot.branch;
  shown.stable = slot.stable;
  const system::TheoryCurve* theory = slot.theory;
  if (theory != nullptr && (theory->values.empty() || !all_finite(theory->values))) {
    warnings.push_back(slot.name + ": the theory's curve is not finite everywhere; it is left out");
    theory = nullptr;
  }
  const bool has_error = theory != nullptr && !theory->error.empty();
  if (has_error && (theory->error.shape != theory->values.shape || !all_finite(theory->error))) {
    throw std::logic_error(slot.name + ": the error of the theory's curve has another shape, or is not finite");
  }
  std::optional<MeasuredSample> sample;
  if (evidence.simulation != nullptr && is_point_cloud(evidence.system, slot.name)) {
    // Clouds of points have no common grid: the first realisation stands for all.
    for (const std::size_t r : slot.realisations) {
      const system::MeasuredCurve* curve = find_curve(evidence.simulation->realisations[r], slot.name, slot.label);
      if (curve == nullptr || !all_finite(curve->values)) continue;
      shown.axes = curve->axes;
      shown.simulation = curve->values;
      shown.samples = 1;
      return entry;
    }
  } else if (evidence.simulation != nullptr) {
    sample = collect_curves(slot.name, slot.label, *evidence.simulation, slot.realisations, warnings);
  }
  if (theory != nullptr) {
    shown.axes = theory->axes;
    shown.theory = theory->values;
    if (has_error) shown.theory_error = theory->error;
  }
  if (!sample) return entry;
  const bool repeats = evidence.simulation->one_matrix || evidence.simulation->no_disorder;
  const Eigen::MatrixXd mean = mean_of(*sample);
  const auto error = error_of(*sample, mean, repeats);
  shown.samples = sample->curves.size();
  if (error) {
    shown.error_kind = name(shown.samples < 2 ? ErrorKind::kTimeBatches
                            : repeats         ? ErrorKind::kRepeats
                                              : ErrorKind::kRealisations);
  }
  entry.measured_axes = sample->axes;
  const bool comparable = theory != nullptr && is_gridded(theory->axes, theory->values) &&
                          theory->values.complex == sample->complex && same_leading_axes(theory->axes, sample->axes);
  if (comparable) {
    show_both(shown, *theory, *sample, mean, error);
    judge(entry, *sample, error, evidence);
    return entry;
  }
  if (theory != nullptr) {
    warnings.push_back(slot.name + ": theory and simulation have no common grid; the simulation is left out");
    return entry;
  }
  shown.axes = sample->axes;
  shown.simulation = tensor_of(mean, leading_shape(sample->axes), sample->complex);
  if (error) shown.standard_error = tensor_of(*error, leading_shape(sample->axes), sample->complex);
  return entry;
}

// p value of "the vector a has mean zero" with covariance C: Hotelling's T^2 with `degrees` degrees of freedom.
double vector_p(const Eigen::VectorXd& a, const Eigen::MatrixXd& covariance, double degrees) {
  const auto p = static_cast<double>(a.size());
  if (degrees - p + 1.0 < 1.0) return 1.0;
  const Eigen::VectorXd scale = covariance.diagonal().cwiseSqrt().cwiseMax(1e-300);
  const Eigen::MatrixXd correlation =
      scale.cwiseInverse().asDiagonal() * covariance * scale.cwiseInverse().asDiagonal();
  const Eigen::VectorXd scaled = a.cwiseQuotient(scale);
  const double statistic = scaled.dot(correlation.ldlt().solve(scaled));
  return stats::fisher_f_upper_p(statistic * (degrees - p + 1.0) / (degrees * p), p, degrees - p + 1.0);
}

}  // namespace

std::vector<CurveEntry> curve_entries(const std::string& name, const Evidence& evidence,
                                      std::vector<std::string>& warnings) {
  static const std::vector<system::TheoryCurve> kNone;
  std::vector<CurveEntry> entries;
  const auto& curves = evidence.theory ? evidence.theory->curves : kNone;
  for (const auto& slot : slots_of(name, evidence.theory, curves, evidence.assignment,
                                   labels_of(name, evidence.simulation, &system::Realisation::curves))) {
    CurveEntry entry = make_entry(slot, evidence, warnings);
    if (entry.shown.theory || entry.shown.simulation) entries.push_back(std::move(entry));
  }
  return entries;
}

void measure_second_size(CurveEntry& entry, const Evidence& evidence) {
  if (entry.channels.empty()) return;
  std::vector<std::string> ignored;
  const auto sample = collect_curves(entry.shown.name, entry.slot.label, *evidence.second_size,
                                     members_of(entry.slot, evidence.second_assignment), ignored);
  const CurveChannel& channel = entry.channels[entry.worst];
  const auto row = static_cast<Eigen::Index>(entry.channel_indices[entry.worst]);
  if (!sample || sample->curves.size() < 2 || !same_leading_axes(sample->axes, entry.measured_axes)) return;
  // The same modes at both sizes: the second size's curves on the first one's grid.
  const std::vector<double>& positions = entry.measured_axes.back().values;
  const auto onto = stencils(sample->axes.back().values, positions);
  std::vector<Eigen::MatrixXd> curves;
  for (const Eigen::MatrixXd& curve : sample->curves) curves.push_back(moved(curve, onto));
  const system::TheoryCurve* theory = evidence.at_second_size(*entry.slot.theory, &system::TheoryOutcome::curves);
  if (theory == nullptr || theory->values.complex != entry.slot.theory->values.complex) return;
  const Eigen::MatrixXd predicted = moved(channels_of(theory->values), stencils(theory->axes.back().values, positions));
  if (row >= predicted.rows()) return;
  const Eigen::MatrixXd residuals = residuals_of(curves, predicted, row, channel.points);
  if (!residuals.allFinite()) return;  // the second size does not reach as far
  const Eigen::MatrixXd second = residuals * channel.modes.projection;
  const double ratio = evidence.options.second_size_ratio;
  const Eigen::MatrixXd& larger = ratio < 1.0 ? channel.amplitudes : second;
  const Eigen::MatrixXd& smaller = ratio < 1.0 ? second : channel.amplitudes;
  const double r = ratio < 1.0 ? 1.0 / ratio : ratio;
  const Eigen::VectorXd d = larger.colwise().mean().transpose();
  const Eigen::VectorXd d_small = smaller.colwise().mean().transpose();
  const auto n = static_cast<double>(larger.rows());
  const auto n_small = static_cast<double>(smaller.rows());
  const Eigen::MatrixXd covariance = stats::sample_covariance(larger) / n;
  const Eigen::MatrixXd covariance_small = stats::sample_covariance(smaller) / n_small;
  const double all_modes_p =
      vector_p(r * d - d_small, r * r * covariance + covariance_small, std::min(n, n_small) - 1.0);
  // The shift along its own direction, in units of the modes' spread, so that decrease and exponent have a meaning.
  const Eigen::VectorXd weights = (covariance + covariance_small).diagonal().cwiseMax(1e-300).cwiseInverse();
  Eigen::VectorXd direction = weights.cwiseProduct(d + d_small);
  direction /= std::max(direction.norm(), 1e-300);
  SizePair pair;
  pair.larger = {direction.dot(d), std::sqrt(direction.dot(covariance * direction)), n - 1.0};
  pair.smaller = {direction.dot(d_small), std::sqrt(direction.dot(covariance_small * direction)), n_small - 1.0};
  pair.ratio = r;
  pair.shrinkage = measure_shrinkage(pair.larger, pair.smaller, r);
  // Two looks at the limit: along the shift, which is sharp, and over all modes, which sees a limit of another shape.
  pair.shrinkage.zero_limit_p = std::min(1.0, 2.0 * std::min(pair.shrinkage.zero_limit_p, all_modes_p));
  entry.sizes = pair;
}

}  // namespace limes::experiment

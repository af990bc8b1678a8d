#include <fmt/format.h>
#include <algorithm>
#include <cmath>

#include "limes/experiment/figure_kinds.hpp"
#include "limes/experiment/figure_thinning.hpp"

namespace limes::experiment {

namespace {

constexpr std::size_t kMostUnits = 1500;
constexpr std::size_t kMostBranches = 4;

/// `x` and `y` where both are finite, thinned as a cloud; errors go with `y`.
Series cloud(const std::vector<double>& x, const std::vector<double>& y, const std::vector<double>& error,
             const std::vector<double>& unit = {}) {
  Series series;
  series.points = true;
  for (const std::size_t i : cloud_indices(x, y, kMostUnits)) {
    if (!std::isfinite(x[i]) || !std::isfinite(y[i])) continue;
    series.x.push_back(x[i]);
    series.y.push_back(y[i]);
    if (unit.size() == x.size()) series.unit.push_back(unit[i]);
    if (error.size() != y.size()) continue;
    series.low.push_back(y[i] - kBandWidth * error[i]);
    series.high.push_back(y[i] + kBandWidth * error[i]);
  }
  return series;
}

/// Correlation of two samples, over the pairs where both are finite; NaN below three pairs, and where x varies less
/// than the errors of y: nothing is predicted then that could be correlated.
double correlation(const std::vector<double>& x, const std::vector<double>& y, const std::vector<double>& error) {
  double n = 0.0, sx = 0.0, sy = 0.0, sxx = 0.0, syy = 0.0, sxy = 0.0;
  for (int pass = 0; pass < 2; ++pass) {  // centred in the second pass, so that large means lose no digits
    const double mx = pass == 0 ? 0.0 : sx / n, my = pass == 0 ? 0.0 : sy / n;
    sxx = syy = sxy = 0.0;
    for (std::size_t i = 0; i < x.size(); ++i) {
      if (!std::isfinite(x[i]) || !std::isfinite(y[i])) continue;
      if (pass == 0) {
        n += 1.0;
        sx += x[i];
        sy += y[i];
      } else {
        sxx += (x[i] - mx) * (x[i] - mx);
        syy += (y[i] - my) * (y[i] - my);
        sxy += (x[i] - mx) * (y[i] - my);
      }
    }
    if (n < 3.0) return NAN;
  }
  double noise = 0.0;
  for (const double e : error) noise += std::isfinite(e) ? e * e : 0.0;
  if (error.size() == x.size() && sxx <= noise) return NAN;
  return sxy / std::sqrt(sxx * syy);
}

std::string of_branch(const std::string& head, const ReadCurve& curve, bool several) {
  return several && !curve.branch.empty() ? head + ", " + curve.branch : head;
}

}  // namespace

Figure unit_figure(const std::vector<ReadCurve>& curves) {
  const auto& first = curves.front();
  Figure figure;
  figure.id = figure.quantity = first.name;
  figure.title = title_of_name(first.name) + " of every unit";
  figure.x.label = label_with_unit(first.axis_name, first.axis_unit);
  figure.y.label = label_with_unit(first.name, first.unit);
  std::vector<Series> theories, simulations;
  std::vector<const Slice*> drawn;
  const auto simulated_slice = [](const Slice& slice) { return !slice.simulation.empty(); };
  const bool simulated = std::any_of(curves.begin(), curves.end(), [&](const ReadCurve& curve) {
    return std::any_of(curve.slices.begin(), curve.slices.end(), simulated_slice);
  });
  for (std::size_t i = 0; i < std::min(curves.size(), kMostBranches); ++i) {
    const auto& curve = curves[i];
    for (const auto& slice : curve.slices) {
      // Where there is a simulation, other branches would only hide it: hundreds of marks each.
      if (!slice.theory.empty() && (!simulated || !slice.simulation.empty())) {
        auto series = cloud(curve.axis, slice.theory, {});
        series.label = of_branch("theory", curve, curves.size() > 1);
        series.colour = fmt::format("theory-{}", theories.size() % 5 + 1);
        series.shape = "dash";
        theories.push_back(std::move(series));
      }
      const bool known = std::any_of(drawn.begin(), drawn.end(),
                                     [&](const Slice* other) { return other->simulation == slice.simulation; });
      if (slice.simulation.empty() || known) continue;
      drawn.push_back(&slice);
      auto series = cloud(curve.axis, slice.simulation, slice.standard_error);
      if (!series.low.empty()) figure.note = "Bars: ± 2 standard errors.";
      series.label = of_branch("simulation", curve, curves.size() > 1);
      series.colour = fmt::format("simulation-{}", simulations.size() % 5 + 1);
      simulations.push_back(std::move(series));
    }
  }
  for (auto& series : simulations) figure.series.push_back(std::move(series));
  for (auto& series : theories) figure.series.push_back(std::move(series));
  return figure;
}

std::optional<Figure> predicted_against_simulated(const std::vector<ReadCurve>& curves) {
  Figure figure;
  figure.quantity = curves.front().name;
  figure.id = figure.quantity + "-predicted_against_simulated";
  figure.title = title_of_name(figure.quantity) + ": predicted against simulated";
  figure.x.label = label_with_unit("predicted " + figure.quantity, curves.front().unit);
  figure.y.label = label_with_unit("simulated " + figure.quantity, curves.front().unit);
  figure.equal_aspect = true;
  double least = INFINITY, largest = -INFINITY;
  for (const auto& curve : curves) {
    for (const auto& slice : curve.slices) {
      if (slice.theory.empty() || slice.theory.size() != slice.simulation.size()) continue;
      if (figure.series.size() >= kMostBranches) break;
      auto series = cloud(slice.theory, slice.simulation, slice.standard_error, curve.axis);
      series.label = of_branch("one point per unit", curve, true);
      series.colour = fmt::format("theory-{}", figure.series.size() % 5 + 1);
      for (std::size_t i = 0; i < series.x.size(); ++i) {
        least = std::min({least, series.x[i], series.y[i]});
        largest = std::max({largest, series.x[i], series.y[i]});
      }
      const double r = correlation(slice.theory, slice.simulation, slice.standard_error);
      if (std::isfinite(r)) {
        figure.note += fmt::format("{}correlation {:.3f}{}", figure.note.empty() ? "" : "; ", r,
                                   curve.branch.empty() ? "" : " (" + curve.branch + ")");
      }
      figure.series.push_back(std::move(series));
    }
  }
  if (figure.series.empty() || !(least <= largest)) return std::nullopt;
  if (!figure.note.empty()) figure.note[0] = 'C';
  if (!figure.series.front().low.empty())
    figure.note += (figure.note.empty() ? "" : ". ") + std::string("Bars: ± 2 standard errors.");
  figure.x.logarithmic = figure.y.logarithmic = least > 0.0 && largest > 100.0 * least;
  Series diagonal;
  diagonal.label = "equal";
  diagonal.colour = "reference";
  diagonal.x = diagonal.y = {least, largest};
  diagonal.line = true;
  figure.series.insert(figure.series.begin(), std::move(diagonal));
  return figure;
}

}  // namespace limes::experiment

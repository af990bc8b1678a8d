#pragma once
// The kinds of figure, each made from what was read of one curve (all its branches).

#include <optional>
#include <vector>

#include "limes/experiment/figure.hpp"
#include "limes/experiment/figure_reading.hpp"

namespace limes::experiment {

/// Error bands and bars reach two standard errors to either side.
inline constexpr double kBandWidth = 2.0;

/// A curve against its axis: theory lines, simulation with its band.
[[nodiscard]] Figure line_figure(const std::vector<ReadCurve>& curves, const ResultJson& result);

/// Shades where the theory has several stable states, in every figure over the one key of a sweep.
void shade_coexistence(std::vector<Figure>& figures, const ResultJson& result);

/// Draws the laws in size that the sweep found for the figure's quantity, one line for each branch.
void add_laws(Figure& figure, const ResultJson& result);

/// Draws a curve that bounds the one of the figure, as a dashed line below it.
void add_bound(Figure& figure, const ReadCurve& bound);

/// One value per unit against the unit's index.
[[nodiscard]] Figure unit_figure(const std::vector<ReadCurve>& curves);

/// One point per unit, theory against simulation, with the diagonal; none where no branch has both.
[[nodiscard]] std::optional<Figure> predicted_against_simulated(const std::vector<ReadCurve>& curves);

/// Complex points in their plane. For a Jacobian spectrum also the disc of `jacobian_radius` around the leak, the
/// outlier of the theory, and the boundary of stability (unit circle in discrete time, real part 1 in continuous time,
/// where the spectrum is that of the coupling part alone).
[[nodiscard]] Figure plane_figure(const std::vector<ReadCurve>& curves, const ResultJson& result);

/// A curve whose last two axes are the keys of a sweep: a heat map of the theory and one of the simulation, in the same
/// colours.
[[nodiscard]] std::vector<Figure> map_figures(const ResultJson& entry);

/// Where the values of the map pass `level`: segments, parted by NaN. Between the middles of cells values are linear.
[[nodiscard]] Series contour_of(const HeatMap& map, double level);

/// The same where one of the two keys has a handful of values (network sizes): one line for each of them against the
/// other key, one theory where all have the same, and what `result` has beside it. None where both keys have more.
[[nodiscard]] std::optional<Figure> family_figure(const ResultJson& entry, const ResultJson& result);

/// Positive values that are spread over more than a decade, the larger ones ever further apart: they want a logarithmic
/// axis.
[[nodiscard]] bool are_spread_over_decades(std::vector<double> values);

/// All branches of a quantity against the parameter of a continuation; none for `stable` and `residual`.
[[nodiscard]] std::optional<Figure> branch_figure(const std::vector<ReadCurve>& curves, const ResultJson& result);

/// A line spectrum on a logarithmic axis (what lies 1e-10 below the largest value is drawn there), with `lines` - rows
/// of frequency, amplitude, n_1, n_2 - as marks and the strongest labelled; `lines` may be empty.
[[nodiscard]] Figure spectrum_figure(const ReadCurve& curve, const ResultJson& lines);

/// The simulated values of the curve `spectral_lines` on a branch; empty where there is none.
[[nodiscard]] const ResultJson& lines_of(const ResultJson& result, const std::string& branch);

/// Whether this curve of a sweep was kept from its points: its first axes are the swept keys, and it has its own.
[[nodiscard]] bool is_kept_curve(const ResultJson& entry, const ResultJson& result);

/// Such a curve: a small plot for each point of the sweep (at most twelve), with the swept value and the name of what a
/// quantity NAME_fraction says holds there (its value is 1: `circle`). None where no point has a value.
[[nodiscard]] std::optional<Figure> panel_figure(const ResultJson& entry, const ResultJson& result);

/// Simulation - theory against 1 / N, with the fitted line a + b / N; `key` is what N is.
[[nodiscard]] std::optional<Figure> convergence_figure(const ResultJson& entry, const std::string& key);

}  // namespace limes::experiment

#pragma once
// What a figure shows, free of how it is drawn: the static SVG and the interactive page are both made from it.

#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

namespace limes::experiment {

/// Several values against one axis, drawn alike. A value that is missing (null in the result) is NaN and leaves a gap.
struct Series {
  std::string label;
  std::string colour;  ///< `theory-1`..`theory-5`, `simulation-1`..`simulation-5`, `reference`, `contour`, `halo`
  std::vector<double> x;
  std::vector<double> y;
  std::vector<double> low;   ///< lower edge of the error band or bar; empty: none
  std::vector<double> high;  ///< upper edge
  bool line = false;         ///< joined by a line
  bool points = false;       ///< marked; where the marks would hide each other only some are drawn (`mark_stride`)
  bool band = false;         ///< errors are drawn as a band, otherwise as bars at the points
  bool dashed = false;
  std::vector<double> unit;             ///< which unit each point is, where x does not tell; empty elsewhere
  std::string shape = "circle";         ///< `circle`, `ring`, `dash`, `diamond`
  std::vector<std::string> texts = {};  ///< written above the points; empty: nowhere
};

/// Every how many points of a series a mark is drawn so that about forty are seen; 1 for clouds and short series.
[[nodiscard]] std::size_t mark_stride(const Series& series);

struct FigureAxis {
  std::string label;
  bool logarithmic = false;
};

/// A value for each cell of a plane, shown by its colour. NaN: no value.
struct HeatMap {
  std::vector<double> x_edges;  ///< ascending, one more than there are columns
  std::vector<double> y_edges;
  std::vector<double> values;       ///< column by column
  std::vector<std::string> titles;  ///< what a cell says under the mouse; empty: nothing
  double low = 0.0;                 ///< value of the first colour
  double high = 1.0;
  std::string label;  ///< of the colour scale
};

/// One of several small plots that share their axes' labels.
struct Panel {
  std::string title;     ///< the value that it is about: `gain = 1.2`
  std::string subtitle;  ///< what is found there: `circle`; may be empty
  std::vector<Series> series;
  bool equal_aspect = false;
};

/// A stretch of the horizontal axis that is shaded.
struct Span {
  double from = 0.0;
  double to = 0.0;
};

struct Figure {
  std::string id;        ///< file name without `.svg`
  std::string title;     ///< one line
  std::string note;      ///< what a reader must know to read it, one line; may be empty
  std::string quantity;  ///< name of the curve in the result that it shows
  FigureAxis x;
  FigureAxis y;
  bool equal_aspect = false;  ///< a plane: one unit is as long on both axes
  std::vector<Span> spans;    ///< below the series; the note says what they are
  std::vector<Series> series;
  std::optional<HeatMap> map;  ///< drawn below the series
  std::vector<Panel> panels;   ///< then there are no series: a grid of small plots
  bool labelled = false;       ///< texts stand in it, which the interactive drawing has not

  /// Stays as it is drawn: has no interactive form.
  [[nodiscard]] bool is_still() const { return map.has_value() || !panels.empty() || labelled; }
};

/// All figures of a result (`result.json`, DESIGN section 6), thinned for display. Entries that hold no number to draw
/// give no figure; malformed entries are skipped rather than refused, because a report must open.
[[nodiscard]] std::vector<Figure> figures_of(const nlohmann::ordered_json& result);

}  // namespace limes::experiment

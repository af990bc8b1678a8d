// Where the values of a heat map pass a level: the lines of a phase diagram.
#include <cmath>

#include "limes/experiment/figure_kinds.hpp"

namespace limes::experiment {

namespace {

struct Point {
  double x = 0.0, y = 0.0;
};

/// The middles of the cells along one axis.
std::vector<double> middles(const std::vector<double>& edges) {
  std::vector<double> result;
  for (std::size_t i = 0; i + 1 < edges.size(); ++i) result.push_back(0.5 * (edges[i] + edges[i + 1]));
  return result;
}

void add_segment(Series& series, const Point& a, const Point& b) {
  for (const Point& p : {a, b, Point{NAN, NAN}}) {
    series.x.push_back(p.x);
    series.y.push_back(p.y);
  }
}

/// The segment in a triangle at whose corners the values are known (linear between them); none without all three.
void cut_triangle(Series& series, const Point corners[3], const double values[3]) {
  std::vector<Point> cuts;
  for (int i = 0; i < 3; ++i) {
    const int j = (i + 1) % 3;
    if (!std::isfinite(values[i]) || !std::isfinite(values[j]) || (values[i] > 0.0) == (values[j] > 0.0)) continue;
    const double share = values[i] / (values[i] - values[j]);
    cuts.push_back(
        {corners[i].x + share * (corners[j].x - corners[i].x), corners[i].y + share * (corners[j].y - corners[i].y)});
  }
  if (cuts.size() == 2) add_segment(series, cuts[0], cuts[1]);
}

}  // namespace

Series contour_of(const HeatMap& map, double level) {
  const std::vector<double> x = middles(map.x_edges), y = middles(map.y_edges);
  Series series;
  series.line = true;
  for (std::size_t i = 0; i + 1 < x.size(); ++i) {
    for (std::size_t j = 0; j + 1 < y.size(); ++j) {
      const auto value = [&](std::size_t a, std::size_t b) { return map.values[a * y.size() + b] - level; };
      // Four triangles around the middle: no cell is ambiguous.
      const Point corner[4] = {{x[i], y[j]}, {x[i + 1], y[j]}, {x[i + 1], y[j + 1]}, {x[i], y[j + 1]}};
      const double at[4] = {value(i, j), value(i + 1, j), value(i + 1, j + 1), value(i, j + 1)};
      const Point middle{0.5 * (x[i] + x[i + 1]), 0.5 * (y[j] + y[j + 1])};
      const double mean = (at[0] + at[1] + at[2] + at[3]) / 4.0;
      for (int k = 0; k < 4; ++k) {
        const Point corners[3] = {corner[k], corner[(k + 1) % 4], middle};
        const double values[3] = {at[k], at[(k + 1) % 4], mean};
        cut_triangle(series, corners, values);
      }
    }
  }
  return series;
}

}  // namespace limes::experiment

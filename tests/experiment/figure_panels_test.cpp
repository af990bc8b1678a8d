// Small plots of the curves that a sweep keeps, spectra with their labels, bounds.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

#include "limes/experiment/figure.hpp"
#include "limes/experiment/figure_svg.hpp"
#include "limes/experiment/report.hpp"
#include "limes/experiment/sweep_curves.hpp"

namespace limes::experiment {
namespace {

using system::Json;
using ::testing::HasSubstr;

/// Two gains: a curve over time, points in a plane, a spectrum with two lines; the first point is a circle.
Json kept_curves() {
  return Json::parse(R"({"system": "rate.discrete", "sweep": {"over": [{"key": "network.gain", "values": [1.0, 1.5]}]},
    "curves": [
      {"name": "circle_fraction", "axes": [{"name": "network.gain", "values": [1.0, 1.5]}], "simulation": [1.0, 0.0]},
      {"name": "chaos_fraction", "axes": [{"name": "network.gain", "values": [1.0, 1.5]}], "simulation": [0.0, 1.0]},
      {"name": "attractor_output", "axes": [{"name": "network.gain", "values": [1.0, 1.5]},
        {"name": "time", "unit": "step", "values": [0, 1, 2]}], "simulation": [[0.1, 0.2, 0.1], [0.5, -0.5, 0.4]]},
      {"name": "return_plot", "axes": [{"name": "network.gain", "values": [1.0, 1.5]},
        {"name": "index", "values": [0, 1]}], "simulation": [[[0.1, 0.2], [0.2, 0.1]], [[0.5, -0.5], [null, null]]]},
      {"name": "mean_output_spectrum", "axes": [{"name": "network.gain", "values": [1.0, 1.5]},
        {"name": "frequency", "unit": "rad/step", "values": [0, 1, 2, 3]}],
        "simulation": [[1e-30, 0.5, 1e-3, 1e-6], [0.1, 0.1, 0.1, 0.1]]},
      {"name": "spectral_lines", "axes": [{"name": "network.gain", "values": [1.0, 1.5]},
        {"name": "line", "values": [0, 1]}, {"name": "component", "values": [0, 1, 2, 3]}],
        "simulation": [[[1.0, 1.0, 1, 0], [2.0, 0.0447, 2, 0]], [[null, null, null, null], [null, null, null, null]]]}
    ]})");
}

const Figure& figure(const std::vector<Figure>& figures, const std::string& id) {
  for (const Figure& one : figures) {
    if (one.id == id) return one;
  }
  throw std::out_of_range(id);
}

TEST(FigurePanels, AConstantLineDoesNotStretchTheSharedAxis) {
  // A fixed point at 0 would get an axis from -1 to 1 of its own; beside a swing of .05 the axis is that of the swing.
  Json result = kept_curves();
  for (Json& curve : result["curves"]) {
    if (curve["name"] == "attractor_output") curve["simulation"] = Json::parse("[[0, 1e-17, 0], [0.05, -0.05, 0.04]]");
  }
  const std::string svg = figure_svg(figure(figures_of(result), "attractor_output"));
  EXPECT_THAT(svg, HasSubstr(">0.04</text"));
  EXPECT_THAT(svg, ::testing::Not(HasSubstr(">−1.0<")));
}

TEST(FigurePanels, ShowEachPointUnderItsAttractor) {
  const auto figures = figures_of(kept_curves());
  const Figure& output = figure(figures, "attractor_output");
  ASSERT_EQ(output.panels.size(), 2U);
  EXPECT_EQ(output.panels[0].title, "gain = 1");
  EXPECT_EQ(output.panels[0].subtitle, "circle");
  EXPECT_EQ(output.panels[1].subtitle, "chaos");
  EXPECT_EQ(output.panels[1].series[0].y, (std::vector<double>{0.5, -0.5, 0.4}));
  EXPECT_EQ(output.x.label, "time (step)");
  const Figure& plot = figure(figures, "return_plot");
  EXPECT_EQ(plot.x.label, "m(t)");
  EXPECT_TRUE(plot.panels[0].equal_aspect);
  EXPECT_EQ(plot.panels[1].series[0].x.size(), 1U);  // what is null is no point
  EXPECT_THROW((void)figure(figures, "spectral_lines"), std::out_of_range);
}

TEST(FigurePanels, KeepTheScaleOfTheirCurve) {
  Json result = kept_curves();
  EXPECT_FALSE(figure(figures_of(result), "attractor_output").y.logarithmic);
  for (Json& curve : result["curves"]) {
    if (curve["name"] == "attractor_output") curve["scale"] = "logarithmic";
  }
  EXPECT_TRUE(figure(figures_of(result), "attractor_output").y.logarithmic);
}

TEST(FigurePanels, SpectraCarryTheirLines) {
  const auto figures = figures_of(kept_curves());
  const Figure& spectrum = figure(figures, "mean_output_spectrum");
  EXPECT_TRUE(spectrum.y.logarithmic);
  ASSERT_EQ(spectrum.panels[0].series.size(), 2U);
  EXPECT_EQ(spectrum.panels[0].series[1].texts, (std::vector<std::string>{"ω", "2ω"}));
  EXPECT_DOUBLE_EQ(spectrum.panels[0].series[0].y[0], 0.5e-10);  // the floor, so that the axis is of use
  EXPECT_EQ(spectrum.panels[1].series.size(), 1U);
}

TEST(FigurePanels, AreDrawnWholeAndStayStill) {
  const auto figures = figures_of(kept_curves());
  const std::string svg = figure_svg(figure(figures, "return_plot"));
  EXPECT_THAT(svg, HasSubstr("gain = 1.5"));
  EXPECT_THAT(svg, HasSubstr("chaos"));
  EXPECT_EQ(svg.find("nan"), std::string::npos);
  const std::string page = report_html(kept_curves());
  EXPECT_THAT(page, HasSubstr("data-drawn=\"panels\""));
}

TEST(FigurePanels, ASingleRunLabelsItsLinesToo) {
  Json result = kept_curves();
  result.erase("sweep");
  for (Json& curve : result["curves"]) {
    curve["axes"].erase(0);
    const Json first = curve["simulation"][0];
    curve["simulation"] = first;
  }
  const auto figures = figures_of(result);
  const Figure& spectrum = figure(figures, "mean_output_spectrum");
  ASSERT_EQ(spectrum.series.size(), 2U);
  EXPECT_TRUE(spectrum.is_still());
  EXPECT_THAT(figure_svg(spectrum), HasSubstr("2ω"));
}

TEST(FigureLines, ABoundIsDrawnIntoTheFigureOfWhatItBounds) {
  const Json result = Json::parse(R"({"curves": [
      {"name": "trajectory_distance_bound", "axes": [{"name": "time", "values": [0, 1, 2]}], "simulation": [1, 0.5, 0.25]},
      {"name": "trajectory_distance", "axes": [{"name": "time", "values": [0, 1, 2]}], "simulation": [1, 0.01, 0.0001]}
    ]})");
  const auto figures = figures_of(result);
  ASSERT_EQ(figures.size(), 1U);
  EXPECT_EQ(figures[0].series.front().label, "bound");
  EXPECT_TRUE(figures[0].y.logarithmic);
}

TEST(SweepCurves, AreAsLongAsTheLongest) {
  Grid grid;
  grid.axes.push_back({"network.gain", "network.gain", true, {1.0, 2.0, 3.0}, {"1", "2", "3"}});
  PointRuns runs;
  const auto point = [](const char* curve) {
    PointResult result;
    result.kept.push_back(Json::parse(curve));
    return result;
  };
  runs.points = {
      point(R"({"name": "c", "axes": [{"name": "index", "values": [0, 1]}], "simulation": [[1, 2], [3, 4]]})"),
      point(R"({"name": "c", "axes": [{"name": "index", "values": [0]}], "simulation": [[5, 6]]})"), std::nullopt};
  std::vector<std::string> warnings;
  const auto curves = curves_over_points({}, grid, runs, warnings);
  ASSERT_EQ(curves.size(), 1U);
  EXPECT_EQ(curves[0]["simulation"], Json::parse("[[[1,2],[3,4]], [[5,6],[null,null]], [[null,null],[null,null]]]"));
  EXPECT_EQ(curves[0]["axes"][1]["values"], Json({0, 1}));
  EXPECT_TRUE(warnings.empty());
  runs.points[1] = point(R"({"name": "c", "axes": [{"name": "index", "values": [0.5]}], "simulation": [[5, 6]]})");
  EXPECT_TRUE(curves_over_points({}, grid, runs, warnings).empty());
  ASSERT_EQ(warnings.size(), 1U);
  EXPECT_THAT(warnings[0], HasSubstr("its grids differ"));
}

TEST(SweepCurves, OfDifferentGridsAreMovedToTheCoarsest) {
  Grid grid;
  grid.axes.push_back({"network.size", "network.size", true, {1.0, 2.0}, {"1", "2"}});
  PointRuns runs;
  for (const char* curve : {
           R"({"name": "c", "axes": [{"name": "x", "values": [0.125, 0.375, 0.625, 0.875]}], "theory": [1, 2, 3, null],
               "simulation": [0, 4, 2, 1], "standard_error": [1, 1, 3, 1]})",
           R"({"name": "c", "axes": [{"name": "x", "values": [0.25, 0.75]}], "theory": [5, 7], "simulation": [8, 9],
               "standard_error": [1, 2]})"}) {
    PointResult result;
    result.kept.push_back(Json::parse(curve));
    runs.points.emplace_back(std::move(result));
  }
  std::vector<std::string> warnings;
  const auto curves = curves_over_points({}, grid, runs, warnings);
  ASSERT_EQ(curves.size(), 1U);
  EXPECT_EQ(curves[0]["axes"][1]["values"], Json({0.25, 0.75}));
  EXPECT_EQ(curves[0]["theory"], Json::parse("[[1.5, null], [5, 7]]"));
  EXPECT_EQ(curves[0]["simulation"], Json::parse("[[2.0, 1.5], [8, 9]]"));
  EXPECT_EQ(curves[0]["standard_error"], Json::parse("[[1.0, 2.0], [1, 2]]"));
  ASSERT_EQ(warnings.size(), 1U);
  EXPECT_THAT(warnings[0], HasSubstr("interpolated onto the coarsest"));
}

}  // namespace
}  // namespace limes::experiment

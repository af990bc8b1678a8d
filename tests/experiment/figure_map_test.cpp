// Heat maps of a sweep over two keys, and the headline of a sweep.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "limes/experiment/figure_kinds.hpp"
#include "limes/experiment/figure_map_svg.hpp"
#include "limes/experiment/figure_svg.hpp"
#include "limes/experiment/report_verdict.hpp"

namespace limes::experiment {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;

nlohmann::ordered_json sweep_result() {
  return nlohmann::ordered_json::parse(R"({
    "sweep": {"over": [{"key": "network.gain"}, {"key": "noise.deviation"}]},
    "curves": [{"name": "variance", "unit": "1", "branch": "static-0",
      "axes": [{"name": "network.gain", "values": [3, 1]}, {"name": "noise.deviation", "values": [0, 1, 4]}],
      "theory": [[1, 2, 3], [4, null, 6]], "simulation": [[1.5, 2, 3], [4, 5, 9]],
      "standard_error": [[0.1, 0.1, 0.1], [0.1, 0.1, 0.1]]}]})");
}

TEST(HeatMap, OneForTheoryAndOneForSimulationInTheSameColours) {
  const auto figures = figures_of(sweep_result());
  ASSERT_EQ(figures.size(), 2U);
  EXPECT_EQ(figures[0].id, "variance-static-0-theory");
  EXPECT_EQ(figures[1].title, "Variance, static-0: simulation");
  for (const Figure& figure : figures) {
    ASSERT_TRUE(figure.map);
    EXPECT_EQ(figure.map->low, 1.0);
    EXPECT_EQ(figure.map->high, 9.0);
    EXPECT_THAT(figure.map->x_edges, ElementsAre(0.0, 2.0, 4.0));  // sorted; half-way, and as far beyond
    EXPECT_THAT(figure.map->y_edges, ElementsAre(-0.5, 0.5, 2.5, 5.5));
  }
  EXPECT_THAT(figures[0].map->values, ElementsAre(4.0, ::testing::IsNan(), 6.0, 1.0, 2.0, 3.0));
  EXPECT_EQ(figures[0].map->titles[1], "1, 1: no value");
  EXPECT_EQ(figures[1].map->titles[3], "3, 0: 1.5 ± 0.1");
}

TEST(HeatMap, IsDrawnWithItsScaleAndNeverWithNan) {
  const auto figures = figures_of(sweep_result());
  for (const SvgUse use : {SvgUse::kFile, SvgUse::kPage}) {
    const std::string svg = figure_svg(figures[0], use);
    EXPECT_THAT(svg, HasSubstr("<title>1, 1: no value</title>"));
    EXPECT_THAT(svg, HasSubstr(map_colour((6.0 - 1.0) / 8.0)));
    EXPECT_THAT(svg, HasSubstr("network.gain"));
    EXPECT_THAT(svg, Not(HasSubstr("nan")));
  }
}

TEST(HeatMap, LargeGridsAreThinned) {
  auto result = sweep_result();
  nlohmann::ordered_json values = nlohmann::ordered_json::array(), row = nlohmann::ordered_json::array();
  for (int i = 0; i < 300; ++i) values.push_back(i);
  for (int i = 0; i < 300; ++i) row.push_back(i);
  auto& curve = result["curves"][0];
  curve["axes"][0]["values"] = {1, 2, 3, 4, 5, 6};
  curve["axes"][1]["values"] = values;
  curve["theory"] = {row, row, row, row, row, row};
  curve["simulation"] = nlohmann::ordered_json::array();
  const auto figures = figures_of(result);
  ASSERT_EQ(figures.size(), 1U);
  EXPECT_EQ(figures[0].map->values.size(), 6 * 48U);
  EXPECT_EQ(figures[0].map->high, 299.0);
  EXPECT_THAT(figures[0].note, HasSubstr("the files hold all"));
}

TEST(HeatMap, OneValueEverywhereIsNotDrawn) {
  auto result = sweep_result();
  result["curves"][0]["theory"] = {{2, 2, 2}, {2, nullptr, 2}};
  result["curves"][0]["simulation"] = nlohmann::ordered_json::array();
  EXPECT_TRUE(figures_of(result).empty());
}

TEST(HeatMap, TheBorderOfChaosIsALine) {
  auto result = sweep_result();
  auto& curve = result["curves"][0];
  curve["name"] = "lyapunov_exponent";
  curve["axes"][0]["values"] = {0, 1};
  curve["axes"][1]["values"] = {0, 1, 2};
  curve["theory"] = {{-1, 1, 3}, {-2, 0.5, 3}};  // zero at 1/2 and at 4/5 of the first step
  curve["simulation"] = nlohmann::ordered_json::array();
  const auto figures = figures_of(result);
  ASSERT_EQ(figures.size(), 1U);
  const Series& line = figures[0].series.back();
  EXPECT_EQ(line.colour, "contour");
  EXPECT_THAT(figures[0].note, HasSubstr("Line: lyapunov exponent = 0."));
  double left = NAN, right = NAN;
  for (std::size_t i = 0; i < line.x.size(); ++i) {
    if (line.x[i] == 0.0) left = line.y[i];
    if (line.x[i] == 1.0) right = line.y[i];
  }
  EXPECT_DOUBLE_EQ(left, 0.5);
  EXPECT_DOUBLE_EQ(right, 0.8);
}

TEST(Families, AHandfulOfSizesGivesLinesOfOneTheory) {
  auto result = sweep_result();
  auto& curve = result["curves"][0];
  curve["axes"][0] = {{"name", "network.gain"}, {"values", {5, 1, 2, 3, 4}}};
  curve["axes"][1] = {{"name", "network.size"}, {"values", {400, 100}}};
  curve["theory"] = {{5, 5}, {1, 1}, {2, 2}, {3, 3}, {4, 4}};
  curve["simulation"] = {{5.5, 6}, {1.5, 2}, {2.5, 3}, {3.5, 4}, {4.5, 5}};
  curve["standard_error"] = {{0.5, 1}, {0.5, 1}, {0.5, 1}, {0.5, 1}, {0.5, 1}};
  const auto figures = figures_of(result);
  ASSERT_EQ(figures.size(), 1U);
  EXPECT_FALSE(figures[0].map);
  ASSERT_EQ(figures[0].series.size(), 3U);
  EXPECT_THAT(figures[0].series[0].y, ElementsAre(1.0, 2.0, 3.0, 4.0, 5.0));
  EXPECT_EQ(figures[0].series[0].label, "theory");
  EXPECT_EQ(figures[0].series[1].label, "simulation, size = 100");
  EXPECT_THAT(figures[0].series[1].y, ElementsAre(2.0, 3.0, 4.0, 5.0, 6.0));
  EXPECT_EQ(figures[0].series[2].high[0], 2.5);  // 1.5 + 2 * 0.5
  curve["theory"][0][1] = 7;
  EXPECT_EQ(figures_of(result)[0].series.size(), 4U) << "each size has a theory of its own";
}

TEST(HeatMap, ColoursRunFromDarkToLight) {
  EXPECT_EQ(map_colour(0.0), "#440154");
  EXPECT_EQ(map_colour(1.0), "#fde725");
  EXPECT_EQ(map_colour(-1.0), map_colour(0.0));
}

Headline headline(int agree, int finite_size, int disagree) {
  nlohmann::ordered_json result;
  result["status"] = "ok";
  result["sweep"] = {{"point_verdicts", {{"agree", agree}, {"finite_size", finite_size}, {"disagree", disagree}}}};
  return headline_of(result);
}

TEST(SweepHeadline, AllowsForTheErrorRateOfManyPoints) {
  EXPECT_EQ(headline(10, 0, 0).verdict, "agree");
  EXPECT_EQ(headline(10, 2, 0).verdict, "finite_size");
  EXPECT_EQ(headline(199, 0, 1).verdict, "agree");   // two of 200 are to be expected
  EXPECT_EQ(headline(9, 0, 2).verdict, "disagree");  // of eleven, two come by chance in 0.5 % of sweeps
  EXPECT_EQ(headline(192, 0, 8).verdict, "disagree");
  EXPECT_EQ(headline(8, 1, 2).words,
            "Theory and simulation agree at 8 of 11 points, up to finite-size shifts at 1, disagree at 2");
}

}  // namespace
}  // namespace limes::experiment

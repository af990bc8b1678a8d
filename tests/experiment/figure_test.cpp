#include "limes/experiment/figure.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <fstream>
#include <numbers>

#include "limes/experiment/figure_scale.hpp"
#include "limes/experiment/figure_svg.hpp"
#include "limes/experiment/figure_thinning.hpp"
#include "limes/experiment/figures.hpp"

namespace limes::experiment {
namespace {

using Json = nlohmann::ordered_json;

Json sample(const std::string& name) {
  std::ifstream input(std::string(LIMES_SOURCE_DIR) + "/tests/experiment/data/" + name);
  return Json::parse(input);
}

const Figure& find(const std::vector<Figure>& figures, const std::string& id) {
  const auto found = std::find_if(figures.begin(), figures.end(), [&](const Figure& f) { return f.id == id; });
  if (found == figures.end()) throw std::runtime_error("no figure " + id);
  return *found;
}

const Series& find_series(const Figure& figure, const std::string& label) {
  const auto found =
      std::find_if(figure.series.begin(), figure.series.end(), [&](const Series& s) { return s.label == label; });
  if (found == figure.series.end()) throw std::runtime_error("no series " + label);
  return *found;
}

Json curve(const std::string& name, const std::vector<Json>& axes, const Json& theory, const Json& simulation,
           const Json& error) {
  return {{"name", name},           {"unit", "1"},      {"branch", "static-0"},
          {"axes", Json(axes)},     {"theory", theory}, {"simulation", simulation},
          {"standard_error", error}};
}

Json axis(const std::string& name, const std::vector<double>& values) {
  return {{"name", name}, {"unit", "1"}, {"values", values}};
}

Json with_curves(const std::vector<Json>& curves) {
  Json result;
  result["curves"] = curves;
  return result;
}

TEST(Figures, OneForEachCurveNameWithAllItsBranches) {
  const auto figures = figures_of(sample("sample_result.json"));
  ASSERT_EQ(figures.size(), 4U);
  const auto& autocovariance = find(figures, "autocovariance");
  ASSERT_EQ(autocovariance.series.size(), 3U);
  EXPECT_EQ(autocovariance.x.label, "lag (τ)");
  EXPECT_FALSE(find_series(autocovariance, "theory, fluctuating-0").dashed);
  EXPECT_TRUE(find_series(autocovariance, "theory, fluctuating-1").dashed) << "no realisation is there";
  EXPECT_TRUE(find(figures, "power_spectrum").y.logarithmic) << "it spans more than three decades";
}

TEST(Figures, BandReachesTwoStandardErrors) {
  const Json result = {
      {"curves", {curve("c", {axis("lag", {0, 1, 2})}, {1.0, 2.0, 3.0}, {1.5, 2.5, nullptr}, {0.25, 0.5, nullptr})}}};
  const auto figures = figures_of(result);
  ASSERT_EQ(figures.size(), 1U);
  const auto& simulation = find_series(figures[0], "simulation");
  EXPECT_DOUBLE_EQ(simulation.low[1], 1.5);  // 2.5 - 2 * 0.5
  EXPECT_DOUBLE_EQ(simulation.high[0], 2.0);
  EXPECT_TRUE(std::isnan(simulation.y[2])) << "null leaves a gap";
}

TEST(Figures, ApproximationsOfOneStateShareTheirSimulation) {
  auto first = curve("c", {axis("lag", {0, 1})}, {1.0, 2.0}, {1.5, 2.5}, Json::array());
  auto second = first;
  second["branch"] = "quenched-0";
  second["theory"] = {1.1, 2.1};
  const auto figures = figures_of(with_curves({first, second}));
  ASSERT_EQ(figures[0].series.size(), 3U);  // two theories, one simulation
  second["simulation"] = {1.6, 2.6};
  EXPECT_EQ(figures_of(with_curves({first, second}))[0].series.size(), 4U);
}

TEST(Figures, PopulationsAreSlicesOfOneCurve) {
  const auto figures =
      figures_of(with_curves({curve("mean_trajectory", {axis("population", {0, 1}), axis("time", {0, 1, 2})},
                                    {{1, 2, 3}, {4, 5, 6}}, Json::array(), Json::array())}));
  ASSERT_EQ(figures[0].series.size(), 2U);
  EXPECT_EQ(find_series(figures[0], "theory, population 1").y, (std::vector<double>{4, 5, 6}));
}

TEST(Figures, UnitsArePlottedPredictedAgainstSimulated) {
  const auto figures = figures_of(sample("sample_connectome.json"));
  const auto& scatter = find(figures, "neuron_variance-predicted_against_simulated");
  ASSERT_EQ(scatter.series.size(), 2U);  // the diagonal and the only branch that was simulated
  EXPECT_EQ(scatter.series[0].x, scatter.series[0].y);
  EXPECT_EQ(scatter.series[1].x.size(), 279U);
  EXPECT_EQ(scatter.series[1].unit[17], 17.0);
  EXPECT_TRUE(scatter.x.logarithmic);
  EXPECT_NO_THROW(find(figures, "neuron_variance"));
}

TEST(Figures, JacobianDiscLiesAroundTheLeak) {
  auto result = sample("sample_connectome.json");  // discrete time, leak 0.1, radius 0.83 of the surrogate
  // The disc of another state's slopes does not belong around these points.
  const auto of_two_states = figures_of(result);
  for (const auto& series : find(of_two_states, "jacobian_spectrum").series) {
    EXPECT_EQ(series.label.find("bulk radius"), std::string::npos);
  }
  for (auto& quantity : result["quantities"]) {
    if (quantity["name"] == "jacobian_radius") quantity["branch"] = "fixed_point-0";
  }
  const auto figures = figures_of(result);
  const auto& plane = find(figures, "jacobian_spectrum");
  EXPECT_TRUE(plane.equal_aspect);
  const auto& disc = find_series(plane, "theory: bulk radius 0.83");
  for (std::size_t i = 0; i < disc.x.size(); ++i) {
    EXPECT_NEAR(std::hypot(disc.x[i] - 0.1, disc.y[i]), 0.83, 1e-14);  // rounding only
  }
  EXPECT_EQ(find_series(plane, "theory: outlier").x, std::vector<double>{1.38});
  const auto& circle = find_series(plane, "boundary of stability (unit circle)");
  EXPECT_NEAR(std::hypot(circle.x[50], circle.y[50]), 1.0, 1e-14);  // rounding only
}

TEST(Figures, MalformedResultsGiveNone) {
  for (const auto* text : {"{}", "[]", "3", R"({"curves": 3})", R"({"curves": [3, {}, {"axes": []}]})",
                           R"({"curves": [{"name": "c", "axes": [{"name": "lag"}], "theory": [null]}]})",
                           R"({"curves": [{"axes": [3], "theory": "x", "simulation": {}}]})"}) {
    EXPECT_TRUE(figures_of(Json::parse(text)).empty()) << text;
  }
}

TEST(Figures, FileNamesAreSafeAndDifferent) {
  const auto one = curve("../../etc/x", {axis("lag", {0, 1})}, {1, 2}, Json::array(), Json::array());
  auto other = one;
  other["name"] = "..?..?etc?x";
  const auto files = figures_svg(with_curves({one, other}));
  ASSERT_EQ(files.size(), 2U);
  EXPECT_EQ(files[0].first, "______etc_x.svg");
  EXPECT_EQ(files[1].first, "______etc_x-2.svg");
}

TEST(Figures, ConvergenceIsDrawnAgainstTheInverseSize) {
  const Json entry = {{"name", "variance"},
                      {"branch", "static-0"},
                      {"sizes", {250, 500}},
                      {"difference", {0.04, 0.02}},
                      {"standard_error", {0.01, 0.005}},
                      {"limit", 0.0},
                      {"slope", 10.0}};
  const auto figures = figures_of({{"convergence", Json::array({entry})}});
  ASSERT_EQ(figures.size(), 1U);
  EXPECT_EQ(find_series(figures[0], "simulation − theory").x, (std::vector<double>{0.004, 0.002}));
  const auto& fit = find_series(figures[0], "fit a + b / N");
  EXPECT_DOUBLE_EQ(fit.y[1], 10.0 * fit.x[1]);
}

TEST(FigureSvg, EscapesWhatComesFromTheResult) {
  auto evil = curve("c\"><script>alert(1)</script>", {axis("lag\"<b>", {0, 1})}, {1, 2}, Json::array(), Json::array());
  const auto svg = figure_svg(figures_of(with_curves({evil}))[0]);
  EXPECT_EQ(svg.find("<script"), std::string::npos);
  EXPECT_EQ(svg.find("<b>"), std::string::npos);
  EXPECT_NE(svg.find("&lt;"), std::string::npos);
}

TEST(FigureSvg, HoldsNoNumberThatIsNotFinite) {
  const Json result = with_curves({curve("c", {axis("lag", {0, 1, 2})}, {nullptr, 2.0, nullptr},
                                         {nullptr, nullptr, 1.0}, {nullptr, 1.0, nullptr})});
  for (const auto use : {SvgUse::kFile, SvgUse::kPage}) {
    const auto svg = figure_svg(figures_of(result)[0], use);
    EXPECT_EQ(svg.find("nan"), std::string::npos);
    EXPECT_EQ(svg.find("inf"), std::string::npos);
  }
}

TEST(FigureScale, TicksAreRoundAndInside) {
  const Scale scale{-0.03, 1.07, false, 500.0};
  const auto marks = ticks(scale, 6);
  ASSERT_EQ(marks.size(), 6U);  // 0, 0.2, ..., 1
  EXPECT_EQ(marks[0].label, "0.0");
  EXPECT_DOUBLE_EQ(marks[3].value, 3 * 0.2);
  EXPECT_EQ(ticks({-2.1, -0.9, false, 100.0}, 3).front().label, "−2.0");
  const auto decades = ticks({0.5e-6, 2e3, true, 400.0}, 5);
  EXPECT_EQ(decades.front().label, "10⁻⁶");  // -6, -3, 0, 3: whole multiples of the stride
  for (const auto& tick : decades) EXPECT_GE(tick.value, 0.5e-6);
}

TEST(FigureScale, PlacesOnLogarithmicAxesByRatio) {
  const Scale scale{1.0, 100.0, true, 200.0};
  EXPECT_DOUBLE_EQ(scale.place(10.0), 100.0);
  EXPECT_TRUE(std::isnan(scale.place(0.0)));
  EXPECT_TRUE(std::isnan(scale.place(-1.0)));
}

TEST(FigureScale, ConstantDataStillHaveARange) {
  Figure figure;
  figure.series.push_back({});
  figure.series[0].x = {0.0, 1.0};
  for (const double value : {0.0, 5.0, -1e12, 1e-300}) {
    figure.series[0].y = {value, value};
    const auto scale = scale_of(figure, true, 100.0, 0.05);
    EXPECT_LT(scale.low, value);
    EXPECT_GT(scale.high, value);
  }
}

TEST(FigureScale, HoldsTheErrorBarsButForHugeOnes) {
  Figure figure;
  Series& series = figure.series.emplace_back();
  series.points = true;
  series.x = {0.0, 1.0, 2.0, 3.0};
  series.y = {0.0, 0.0, 1.0, 1.0};
  series.low = {-1.0, -1.0, 0.0, -50.0};
  series.high = {1.0, 1.0, 3.0, 52.0};
  const auto scale = scale_of(figure, true, 100.0, 0.0);
  EXPECT_EQ(scale.low, -1.0);
  EXPECT_EQ(scale.high, 3.0);
}

TEST(Figures, MarksThatWouldMissTheSwingsGiveWayToALine) {
  std::vector<double> times, slow, fast, errors;
  for (int t = 0; t < 120; ++t) {
    times.push_back(t);
    slow.push_back(std::cos(0.02 * t));
    fast.push_back(std::cos(2.1 * t));
    errors.push_back(0.01);
  }
  const auto simulated = [&](const std::vector<double>& values) {
    return find_series(figures_of(with_curves({curve("c", {axis("time", times)}, values, values, errors)}))[0],
                       "simulation");
  };
  EXPECT_TRUE(simulated(slow).points);
  EXPECT_FALSE(simulated(slow).line);
  EXPECT_FALSE(simulated(fast).points);
  EXPECT_TRUE(simulated(fast).line);
}

TEST(Figures, EveryPopulationIsCutAtTheSameTimes) {
  Json values = Json::array();
  for (int p = 0; p < 2; ++p) {
    values.push_back(Json::array());
    for (int t = 0; t < 9; ++t) values[p].push_back({p, t, 0.5});
  }
  const auto figures = figures_of(with_curves(
      {curve("two_time_covariance",
             {axis("population", {0, 1}), axis("time", {0, 1, 2, 3, 4, 5, 6, 7, 8}), axis("time", {0, 1, 2})}, values,
             Json::array(), Json::array())}));
  ASSERT_EQ(figures[0].series.size(), 4U);
  EXPECT_NO_THROW((void)find_series(figures[0], "theory, population 0, time 4"));
  EXPECT_NO_THROW((void)find_series(figures[0], "theory, population 1, time 8"));
}

TEST(FigureSvg, APointWithoutNeighboursIsSeen) {
  const Json json =
      with_curves({curve("c", {axis("lag", {0, 1, 2})}, {nullptr, 1.0, nullptr}, Json::array(), Json::array())});
  EXPECT_NE(figure_svg(figures_of(json)[0]).find("h.01"), std::string::npos);
}

TEST(FigureThinning, KeepsEndsAndPeaks) {
  std::vector<double> x(10000), y(10000);
  for (std::size_t i = 0; i < x.size(); ++i) {
    x[i] = static_cast<double>(i);
    y[i] = std::sin(2.0 * std::numbers::pi * x[i] / 5000.0);
  }
  y[4321] = 9.0;
  const auto kept = outline_indices(x, y, 300);
  EXPECT_LE(kept.size(), 300U);
  EXPECT_GT(kept.size(), 290U);
  EXPECT_EQ(kept.front(), 0U);
  EXPECT_EQ(kept.back(), 9999U);
  EXPECT_TRUE(std::is_sorted(kept.begin(), kept.end()));
  EXPECT_NE(std::find(kept.begin(), kept.end(), 4321U), kept.end()) << "a lone peak is seen";
}

TEST(FigureThinning, KeepsOutliersOfAClouds) {
  std::vector<double> x(5000), y(5000);
  for (std::size_t i = 0; i < x.size(); ++i) {
    x[i] = std::cos(static_cast<double>(i));
    y[i] = std::sin(static_cast<double>(i));
  }
  x[1234] = 3.0;
  const auto kept = cloud_indices(x, y, 100);
  EXPECT_EQ(kept.size(), 100U);
  EXPECT_NE(std::find(kept.begin(), kept.end(), 1234U), kept.end());
  EXPECT_EQ(std::adjacent_find(kept.begin(), kept.end()), kept.end()) << "none twice";
}

TEST(Figures, ACurveMayBeDrawnIntoTheFigureOfAnother) {
  Json law = curve("exponential_law", {axis("time", {0, 1, 2})}, Json::array(), {1.0, 0.5, 0.25}, Json::array());
  law["beside"] = "survival";
  Json survival = curve("survival", {axis("time", {0, 1, 2})}, Json::array(), {1.0, 0.6, 0.0}, {0.0, 0.1, 0.0});
  survival["scale"] = "logarithmic";
  const auto figures = figures_of(with_curves({law, survival}));
  ASSERT_EQ(figures.size(), 1U) << "and none of its own";
  EXPECT_EQ(figures[0].id, "survival");
  EXPECT_TRUE(figures[0].y.logarithmic);
  ASSERT_EQ(figures[0].series.size(), 2U);
  EXPECT_TRUE(find_series(figures[0], "exponential law, static-0").dashed);
}

TEST(Figures, LawsInSizeAreLinesInTheFigureOfTheirQuantity) {
  Json result = with_curves(
      {curve("mean_residence_time", {axis("groups.size", {10, 20})}, Json::array(), {100.0, 1000.0}, {5.0, 50.0})});
  result["sweep"] = {{"over", {Json::object()}}};
  result["laws"] = {{{"name", "mean_residence_time"},
                     {"branch", "state-0"},
                     {"law", "exponential"},
                     {"sizes", {10, 20}},
                     {"slope", 0.23},
                     {"slope_error", 0.01},
                     {"intercept", 2.3}},
                    {{"name", "other"},
                     {"branch", "state-0"},
                     {"law", "exponential"},
                     {"sizes", {10, 20}},
                     {"slope", 0.23},
                     {"slope_error", 0.01},
                     {"intercept", 2.3}}};
  const auto figures = figures_of(result);
  ASSERT_EQ(figures.size(), 1U);
  ASSERT_EQ(figures[0].series.size(), 2U);
  const Series& law = find_series(figures[0], "exp(a + b size), state-0: b = 0.23 ± 0.01");
  EXPECT_DOUBLE_EQ(law.x.back(), 20.0);
  EXPECT_DOUBLE_EQ(law.y.back(), std::exp(2.3 + 0.23 * 20.0));
}

TEST(Figures, SeveralStableStatesAreShaded) {
  Json low = curve("stable", {axis("k", {1, 2, 3, 4})}, {1, 1, 1, nullptr}, Json::array(), Json::array());
  Json high = curve("stable", {axis("k", {1, 2, 3, 4})}, {nullptr, 1, 1, 1}, Json::array(), Json::array());
  Json rate = curve("rate", {axis("k", {1, 2, 3, 4})}, {1, 2, 3, 4}, Json::array(), Json::array());
  Json result = with_curves({rate, low, high});
  result["sweep"] = {{"over", {Json::object()}}};
  const auto figures = figures_of(result);
  const auto& figure = find(figures, "rate");
  ASSERT_EQ(figure.spans.size(), 1U);
  EXPECT_DOUBLE_EQ(figure.spans[0].from, 1.5);
  EXPECT_DOUBLE_EQ(figure.spans[0].to, 3.5);
  EXPECT_NE(figure.note.find("several stable states"), std::string::npos);
  EXPECT_NE(figure_svg(figure).find("class=\"span\""), std::string::npos);
}

TEST(Figures, NetworksAreMarksInABifurcationDiagram) {
  const std::string key = "coupling.total[0][0]";
  Json rate =
      curve("rate", {axis("group", {0}), axis(key, {5, 6, 7})}, {{1.0, 10.0, 500.0}}, Json::array(), Json::array());
  Json conditional = curve("conditional_rate", {axis("component", {0}), axis(key, {5.5, 6.5})}, Json::array(),
                           {{2.0, 20.0}}, {{0.1, 1.0}});
  conditional["branch"] = "simulation/state-0";
  conditional["beside"] = "rate";
  Json result = with_curves({rate, conditional});
  result["continuation"] = {{"parameter", key}};
  const auto figures = figures_of(result);
  ASSERT_EQ(figures.size(), 1U);
  EXPECT_TRUE(figures[0].y.logarithmic) << "over two decades and a half";
  const Series& marks = find_series(figures[0], "networks, conditional rate");
  EXPECT_TRUE(marks.points);
  EXPECT_FALSE(marks.line);
  EXPECT_DOUBLE_EQ(marks.high[1], 22.0);
}

}  // namespace
}  // namespace limes::experiment

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <ctime>
#include <limits>
#include <thread>

#include "experiment/fake_system.hpp"
#include "experiment/hdf5_reading.hpp"
#include "limes/experiment/json_text.hpp"
#include "limes/experiment/result_hdf5.hpp"
#include "limes/experiment/result_json.hpp"

namespace limes::experiment {
namespace {

using system::Json;
using system::Tensor;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

constexpr double kNan = std::numeric_limits<double>::quiet_NaN();

TEST(JsonText, ReadsBackToTheSameBits) {
  Json json = {{"a", 0.1 + 0.2},
               {"b", {1, 2.5, nullptr}},
               {"c", {{{"d", 1e-300}}, {{"d", "x\"y"}}}},
               {"e", Json::object()},
               {"f", Json::array()}};
  EXPECT_EQ(Json::parse(json_text(json)), json);
  EXPECT_EQ(json_text(json).back(), '\n');
}

TEST(JsonText, TextThatIsNotUtf8IsMended) { EXPECT_TRUE(Json::accept(json_text({{"title", "\xff\xfe"}}))); }

TEST(TensorJson, NestsByShapeAndCountsWhatIsNotFinite) {
  std::size_t bad = 0;
  EXPECT_EQ(tensor_json(Tensor(1.5), bad).dump(), "1.5");
  EXPECT_EQ(tensor_json(Tensor(std::complex<double>(1.0, -2.0)), bad).dump(), "[1.0,-2.0]");
  EXPECT_EQ(tensor_json(Tensor({2, 3}, {1, 2, 3, 4, 5, 6}), bad).dump(), "[[1.0,2.0,3.0],[4.0,5.0,6.0]]");
  EXPECT_EQ(tensor_json(Tensor({2}, {1, 2, 3, 4}, true), bad).dump(), "[[1.0,2.0],[3.0,4.0]]");
  EXPECT_EQ(tensor_json(Tensor({1}, {1}), bad).dump(), "[1.0]");
  EXPECT_EQ(bad, 0U);
  EXPECT_EQ(tensor_json(Tensor({2}, {kNan, std::numeric_limits<double>::infinity()}), bad).dump(), "[null,null]");
  EXPECT_EQ(bad, 2U);
}

struct Parts {
  system::System system = fake::make();
  system::Parameters parameters{fake::schema(), {}, 3};
  Comparison comparison;

  Parts() {
    ComparedQuantity mean;
    mean.name = "mean";
    mean.branch = "static-0";
    mean.stable = true;
    mean.theory = TheorySide{.value = 0.0, .error = 1e-9, .valid = true, .reason = "", .approximate = false};
    mean.simulation =
        SimulationSide{.value = 0.5, .standard_error = Tensor(0.25), .samples = 6, .error_kind = "realisations"};
    mean.z = Tensor(2.0);
    mean.verdict = Verdict::kAgree;
    ComparedQuantity outlier;
    outlier.name = "outlier";
    outlier.theory = TheorySide{
        .value = std::complex<double>(0.5, kNan), .error = {}, .valid = false, .reason = "no", .approximate = false};
    ComparedQuantity single;
    single.name = "variance";
    single.simulation = SimulationSide{.value = 2.0, .standard_error = {}, .samples = 1, .error_kind = ""};
    comparison.quantities = {mean, outlier, single};
    ComparedCurve curve;
    curve.name = "covariance";
    curve.branch = "iid_surrogate/static-0";
    curve.axes = {{"unit", "1", {0, 1}}, {"lag", "tau", {0, 0.5, 1}}};
    curve.theory = Tensor({2, 3}, {1, 2, 3, 4, 5, kNan});
    comparison.curves = {curve};
  }

  [[nodiscard]] Json json() const {
    const ResultHead head{system, parameters, "title", system::Status::kOk, "abc", "--quick", 2};
    return result_json(head, comparison, nullptr, nullptr, {{"theory", 0.5}});
  }
};

TEST(ResultJson, HasTheNamesOfTheContract) {
  const Json json = Parts().json();
  EXPECT_EQ(json["system"], "fake.gaussian");
  EXPECT_EQ(json["seed"], 3);
  EXPECT_EQ(json["status"], "ok");
  EXPECT_EQ(json["parameters"]["network"]["size"], 200);
  const Json& mean = json["quantities"][0];
  EXPECT_EQ(mean["unit"], "1");
  EXPECT_EQ(mean["meaning"], "mean over the numbers");
  EXPECT_EQ(mean["branch"], "static-0");
  EXPECT_EQ(mean["stable"], true);
  EXPECT_EQ(mean["theory"].dump(), R"({"value":0.0,"error":1e-09,"valid":true})");
  EXPECT_EQ(mean["simulation"]["standard_error"], 0.25);
  EXPECT_EQ(mean["simulation"]["samples"], 6);
  EXPECT_EQ(mean["z"], 2.0);
  EXPECT_EQ(mean["verdict"], "agree");
  EXPECT_TRUE(json["special_points"].is_array());
  EXPECT_EQ(json["seconds"]["theory"], 0.5);
}

TEST(ResultJson, WhatIsUnknownIsLeftOutOrNull) {
  const Json json = Parts().json();
  const Json& outlier = json["quantities"][1];
  EXPECT_FALSE(outlier.contains("simulation"));
  EXPECT_FALSE(outlier.contains("z"));
  EXPECT_FALSE(outlier.contains("verdict"));
  EXPECT_FALSE(outlier.contains("branch"));
  EXPECT_EQ(outlier["theory"]["value"].dump(), "[0.5,null]");
  EXPECT_EQ(outlier["theory"]["reason"], "no");
  EXPECT_EQ(json["warnings"].dump(), R"(["outlier: 1 number is not finite and given as null"])");
  const Json& single = json["quantities"][2];
  EXPECT_TRUE(single["simulation"]["standard_error"].is_null());
  EXPECT_FALSE(single.contains("theory"));
}

TEST(ResultHdf5, HoldsCurvesWithUnitsAndAxes) {
  const Hdf5Reader file(result_hdf5(Parts().json()));
  const std::string curve = "/curves/covariance/iid_surrogate/static-0";
  EXPECT_EQ(file.text(curve, "unit"), "1");
  EXPECT_EQ(file.texts(curve, "axes"), (std::vector<std::string>{"unit", "lag"}));
  EXPECT_EQ(file.text(curve + "/axes/lag", "unit"), "tau");
  EXPECT_THAT(file.values(curve + "/axes/lag"), ElementsAre(0.0, 0.5, 1.0));
  EXPECT_THAT(file.shape(curve + "/theory"), ElementsAre(2U, 3U));
  EXPECT_EQ(file.values(curve + "/theory")[4], 5.0);
  EXPECT_TRUE(std::isnan(file.values(curve + "/theory")[5]));
  EXPECT_FALSE(file.exists(curve + "/simulation"));
  EXPECT_EQ(file.text("/", "system"), "fake.gaussian");
  EXPECT_THAT(file.dataset_text("/parameters"), HasSubstr("\"size\":200"));
}

TEST(ResultFiles, HoldTheErrorOfACurvesApproximation) {
  Parts parts;
  EXPECT_FALSE(parts.json()["curves"][0].contains("theory_error"));
  parts.comparison.curves[0].theory_error = Tensor({2, 3}, {0.1, 0.2, 0.3, 0.4, 0.5, kNan});
  const Json json = parts.json();
  EXPECT_EQ(json["curves"][0]["theory_error"].dump(), "[[0.1,0.2,0.3],[0.4,0.5,null]]");
  const Hdf5Reader file(result_hdf5(json));
  const std::string error = "/curves/covariance/iid_surrogate/static-0/theory_error";
  EXPECT_THAT(file.shape(error), ElementsAre(2U, 3U));
  EXPECT_EQ(file.values(error)[4], 0.5);
  EXPECT_EQ(file.text(error, "unit"), "1");
}

TEST(ResultHdf5, HoldsQuantitiesAndComplexNumbers) {
  const Hdf5Reader file(result_hdf5(Parts().json()));
  EXPECT_THAT(file.values("/quantities/mean/static-0/simulation"), ElementsAre(0.5));
  EXPECT_TRUE(file.shape("/quantities/mean/static-0/theory").empty());
  EXPECT_EQ(file.text("/quantities/mean/static-0", "verdict"), "agree");
  EXPECT_TRUE(file.is_compound("/quantities/outlier/-/theory"));
  EXPECT_TRUE(file.shape("/quantities/outlier/-/theory").empty());
}

TEST(ResultHdf5, HoldsSpecialPoints) {
  Json json = Parts().json();
  EXPECT_FALSE(Hdf5Reader(result_hdf5(json)).exists("/special_points"));
  const Json scalar = {{"mean", 0.5}, {"variance", 0.25}},
             arrays = {{"mean", {1.0, 2.0}}, {"variance", {3.0, nullptr}}};
  const auto point = [](const char* type, double value, const Json& state) {
    return Json{{"type", type},   {"parameter", "network.gain"}, {"value", value}, {"branch", "static-0"},
                {"state", state}, {"eigenvalue", {0.6, 0.8}}};
  };
  json["special_points"] = {point("fold", 1.25, scalar), point("neimark_sacker", 1.5, arrays)};
  const Hdf5Reader file(result_hdf5(json));
  EXPECT_EQ(file.text("/special_points/0", "type"), "fold");
  EXPECT_EQ(file.text("/special_points/1", "parameter"), "network.gain");
  EXPECT_EQ(file.text("/special_points/1", "branch"), "static-0");
  EXPECT_EQ(file.number("/special_points/1", "value"), 1.5);
  EXPECT_TRUE(file.is_compound("/special_points/0/eigenvalue"));
  EXPECT_TRUE(file.shape("/special_points/0/eigenvalue").empty());
  EXPECT_THAT(file.values("/special_points/0/state/variance"), ElementsAre(0.25));
  EXPECT_THAT(file.values("/special_points/1/state/mean"), ElementsAre(1.0, 2.0));
}

TEST(ResultHdf5, ParametersMayBeLong) {
  Json json = Parts().json();
  json["parameters"]["threshold"]["values"] = std::vector<double>(20000, 0.125);
  EXPECT_EQ(Hdf5Reader(result_hdf5(json)).dataset_text("/parameters"), json["parameters"].dump());
}

TEST(ResultHdf5, TheSameResultGivesTheSameBytesAtAnyTime) {
  const std::string first = result_hdf5(Parts().json());
  // Times in the file would be whole seconds: wait for the next one.
  for (const auto start = std::time(nullptr); std::time(nullptr) == start;) std::this_thread::yield();
  EXPECT_EQ(result_hdf5(Parts().json()), first);
}

}  // namespace
}  // namespace limes::experiment

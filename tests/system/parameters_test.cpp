#include "limes/system/parameters.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <ostream>

#include "limes/system/parameter_check.hpp"

namespace limes::system {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

Parameter make(std::string key, Type type, Form form = Form::kScalar) {
  Parameter parameter;
  parameter.key = std::move(key);
  parameter.type = type;
  parameter.form = form;
  parameter.meaning = "a value";
  return parameter;
}

Schema schema() {
  Parameter size = make("network.size", Type::kInteger, Form::kScalarOrList);
  size.minimum = 1;
  size.default_value = 1000;
  Parameter gain = make("network.gain", Type::kReal);
  gain.default_value = 1.0;
  Parameter leak = make("network.leak", Type::kReal);
  leak.minimum = 0;
  leak.maximum = 1;
  leak.maximum_excluded = true;
  Parameter constant = make("network.time_constant", Type::kReal);
  constant.minimum = 0;
  constant.minimum_excluded = true;
  constant.infinity_allowed = true;
  Parameter transfer = make("network.transfer", Type::kChoice);
  transfer.choices = {"tanh", "erf", "relu"};
  transfer.default_value = "tanh";
  Schema schema;
  schema.parameters = {size,
                       gain,
                       leak,
                       constant,
                       transfer,
                       make("coupling.file", Type::kPath),
                       make("coupling.values", Type::kReal, Form::kMatrix),
                       make("coupling.mean", Type::kReal, Form::kScalarOrMatrix),
                       make("threshold.values", Type::kReal, Form::kList),
                       make("simulation.spectrum", Type::kBoolean),
                       make("simulation.label", Type::kString)};
  return schema;
}

Parameters read(const std::string& key, Json value) {
  return Parameters(schema(), {{key, GivenValue{std::move(value), Place{"my.toml", 7, 1, key}}}}, 1);
}

/// The message that a bad value gives; empty if it is accepted.
std::string message(const std::string& key, Json value) {
  try {
    static_cast<void>(read(key, std::move(value)));
  } catch (const InputError& error) {
    return error.what();
  }
  return "";
}

TEST(Parameters, DefaultsFillInAndGivenValuesWin) {
  const Parameters parameters = read("network.gain", 2);
  EXPECT_EQ(parameters.real("network.gain"), 2.0);
  EXPECT_EQ(parameters.integer("network.size"), 1000);
  EXPECT_EQ(parameters.text("network.transfer"), "tanh");
  EXPECT_TRUE(parameters.is_given("network.gain"));
  EXPECT_FALSE(parameters.is_given("network.size"));
  EXPECT_FALSE(parameters.has("network.leak"));
  EXPECT_EQ(parameters.place("network.gain").line, 7);
  EXPECT_EQ(parameters.place("network.size").key, "network.size");
  EXPECT_EQ(parameters.place("network.size").line, 0);
}

TEST(Parameters, AnIntegerIsAcceptedWhereverARealIsExpected) {
  EXPECT_EQ(read("network.gain", 2).resolved(), read("network.gain", 2.0).resolved());
  EXPECT_THAT(read("threshold.values", {1, 2.5}).reals("threshold.values"), ElementsAre(1.0, 2.5));
}

TEST(Parameters, FormsAreRead) {
  EXPECT_THAT(read("network.size", 5).reals("network.size"), ElementsAre(5.0));
  EXPECT_FALSE(read("network.size", 5).is_list("network.size"));
  EXPECT_TRUE(read("network.size", {5}).is_list("network.size"));
  EXPECT_THAT(read("coupling.values", {{1, 2}, {3, 4}}).matrix("coupling.values"),
              ElementsAre(ElementsAre(1.0, 2.0), ElementsAre(3.0, 4.0)));
  EXPECT_THAT(read("coupling.mean", 3).matrix("coupling.mean"), ElementsAre(ElementsAre(3.0)));
  EXPECT_TRUE(read("simulation.spectrum", true).flag("simulation.spectrum"));
}

TEST(Parameters, InfinityIsAcceptedWhereAKeySaysSo) {
  const double infinity = std::numeric_limits<double>::infinity();
  EXPECT_EQ(read("network.time_constant", infinity).real("network.time_constant"), infinity);
  EXPECT_EQ(read("network.time_constant", "inf").real("network.time_constant"), infinity);
  EXPECT_EQ(read("network.time_constant", infinity).resolved()["network"]["time_constant"], "inf");
  EXPECT_THAT(message("network.time_constant", -infinity), HasSubstr("must be greater than 0, not -inf"));
}

TEST(Parameters, ResolvedNestsTablesInSchemaOrder) {
  const Json resolved = read("network.gain", 2).resolved();
  EXPECT_EQ(resolved.dump(), R"({"network":{"size":1000,"gain":2.0,"transfer":"tanh"}})");
}

TEST(Parameters, WithChangesACopy) {
  const Parameters first = read("network.gain", 2);
  const Parameters second = first.with("network.size", 500).with("network.leak", 0.5).with_seed(9);
  EXPECT_EQ(first.integer("network.size"), 1000);
  EXPECT_EQ(second.integer("network.size"), 500);
  EXPECT_EQ(second.real("network.leak"), 0.5);
  EXPECT_EQ(second.seed(), 9U);
  EXPECT_EQ(first.seed(), 1U);
  EXPECT_EQ(second.with("threshold.values", {1.0}).resolved(), read("network.gain", 2)
                                                                   .with("threshold.values", {1.0})
                                                                   .with("network.leak", 0.5)
                                                                   .with("network.size", 500)
                                                                   .resolved())
      << "the order is that of the schema";
}

TEST(Parameters, ReadingWhatTheSchemaDoesNotPromiseIsAProgrammingError) {
  const Parameters parameters = read("network.gain", 2);
  EXPECT_THROW(static_cast<void>(parameters.real("network.leak")), std::logic_error);
  EXPECT_THROW(static_cast<void>(parameters.integer("network.gain")), std::logic_error);
  EXPECT_THROW(static_cast<void>(parameters.real("network.transfer")), std::logic_error);
}

struct BadValue {
  std::string key;
  Json value;
  std::string message;
};

// Names a case in the output of the tests by what is given.
void PrintTo(const BadValue& bad, std::ostream* stream) { *stream << bad.key << " = " << bad.value.dump(); }

class BadValues : public ::testing::TestWithParam<BadValue> {};

TEST_P(BadValues, AreRefusedWithPlaceAndMend) {
  EXPECT_EQ(message(GetParam().key, GetParam().value), "my.toml:7:1: " + GetParam().message);
}

const double kNan = std::numeric_limits<double>::quiet_NaN();
const double kInfinity = std::numeric_limits<double>::infinity();

INSTANTIATE_TEST_SUITE_P(
    Parameters, BadValues,
    ::testing::Values(
        BadValue{"network.gian", 1, "unknown key 'network.gian'; did you mean 'network.gain'?"},
        BadValue{"netwrok.gain", 1, "unknown key 'netwrok.gain'; did you mean 'network.gain'?"},
        BadValue{"simulation.gain", 1, "unknown key 'simulation.gain'; did you mean 'network.gain'?"},
        BadValue{"threshold.zzzzzzzz", 1, "unknown key 'threshold.zzzzzzzz'; the keys of [threshold] are values"},
        BadValue{"zzzzzzzz", 1,
                 "unknown key 'zzzzzzzz'; the tables of this system are network, coupling, threshold, simulation"},
        BadValue{"networl", Json::object(), "unknown table 'networl'; did you mean 'network'?"},
        BadValue{"network", 5, "'network' is a table, not 5; write its keys below [network]"},
        BadValue{"network.gain.x", 5, "'network.gain' must be a real number, not a table"},
        BadValue{"network.gain", "2",
                 "'network.gain' must be a real number, not the string \"2\"; write the number without quotes"},
        BadValue{"network.gain", true, "'network.gain' must be a real number, not true"},
        BadValue{"network.gain", Json::array({1}), "'network.gain' must be a real number, not an array"},
        BadValue{"network.gain", kNan, "'network.gain' must be a number, not nan"},
        BadValue{"network.gain", kInfinity, "'network.gain' must be finite, not inf"},
        BadValue{"network.gain", -1e51,
                 "'network.gain' is -1e+51, beyond 1e+50 in magnitude; choose units in which it is smaller"},
        BadValue{"network.leak", kInfinity, "'network.leak' must be finite, not inf; give a number in [0, 1)"},
        BadValue{"network.leak", 1.0, "'network.leak' must be in [0, 1), not 1.0"},
        BadValue{"network.leak", -0.1, "'network.leak' must be in [0, 1), not -0.1"},
        BadValue{"network.size", 0, "'network.size' must be at least 1, not 0"},
        BadValue{"network.size", 1e3, "'network.size' must be an integer, not 1000; write 1000"},
        BadValue{"network.size", Json::array({3, 0}), "'network.size[1]' must be at least 1, not 0"},
        BadValue{"network.size", Json::array(), "'network.size' is an empty array; give at least one value"},
        BadValue{"network.transfer", "tahn",
                 "'network.transfer' must be one of tanh, erf or relu, not the string \"tahn\"; did you mean 'tanh'?"},
        BadValue{"network.transfer", 3, "'network.transfer' must be one of tanh, erf or relu, not 3"},
        BadValue{"coupling.file", "", "'coupling.file' is empty; give the name of a file"},
        BadValue{"coupling.file", 3, "'coupling.file' must be a file name, not 3; write \"3\""},
        BadValue{"coupling.values", Json::array({1, 2}),
                 "'coupling.values' must be an array of rows, but 'coupling.values[0]' is 1; write values = [[...], "
                 "[...]]"},
        BadValue{"coupling.values", Json{{1, 2}, {3}},
                 "the rows of 'coupling.values' differ in length: row 0 has 2, row 1 has 1"},
        BadValue{"coupling.values", Json{{1, kNan}, {3, 4}}, "'coupling.values[0][1]' must be a number, not nan"},
        BadValue{"threshold.values", 1.5, "'threshold.values' must be a list of real numbers, not 1.5"},
        BadValue{"simulation.spectrum", 1, "'simulation.spectrum' must be true or false, not 1"},
        BadValue{"simulation.label", 1, "'simulation.label' must be a string, not 1; write \"1\""}));

TEST(Parameters, AnEmptyTableOfTheSchemaMeansNothing) {
  EXPECT_EQ(message("network", Json::object()), "");
  EXPECT_FALSE(read("network", Json::object()).is_given("network"));
}

TEST(Parameters, ARequiredKeyThatIsMissingIsNamed) {
  Schema with_required = schema();
  with_required.parameters[1].required = true;
  try {
    const Parameters parameters(with_required, {}, 1);
    FAIL() << "network.gain is missing";
  } catch (const InputError& error) {
    EXPECT_EQ(error.message(), "'network.gain' is required (a value)");
    EXPECT_EQ(error.mend(), "add 'gain' below [network]: a real number");
    EXPECT_EQ(error.place().key, "network.gain");
  }
}

TEST(RangeText, SaysWhatIsAdmissible) {
  Parameter parameter = make("a.b", Type::kReal);
  EXPECT_EQ(range_text(parameter), "");
  parameter.minimum = 0;
  EXPECT_EQ(range_text(parameter), "at least 0");
  parameter.minimum_excluded = true;
  EXPECT_EQ(range_text(parameter), "greater than 0");
  parameter.maximum = 2.5;
  EXPECT_EQ(range_text(parameter), "in (0, 2.5]");
  parameter.minimum = -std::numeric_limits<double>::infinity();
  EXPECT_EQ(range_text(parameter), "at most 2.5");
}

}  // namespace
}  // namespace limes::system

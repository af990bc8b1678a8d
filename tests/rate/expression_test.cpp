// network.transfer = "expression": the parser, its refusals, and whole systems against those with a named function.

#include <gtest/gtest.h>

#include <cmath>
#include <numbers>

#include "limes/rate/expression_parser.hpp"
#include "limes/rate/rate_continuous_system.hpp"
#include "limes/rate/rate_discrete_system.hpp"
#include "limes/transfer/moments.hpp"

namespace limes::rate {
namespace {

using system::Json;
using Given = std::map<std::string, Json>;

system::Parameters parameters_of(const system::System& system, const Given& values) {
  std::map<std::string, system::GivenValue> given;
  int line = 0;
  for (const auto& [key, value] : values) given[key] = {value, Place{"my.toml", ++line, 1, key}};
  return system::Parameters(system.schema, given, 3);
}

Given with(Given values, const Given& more) {
  values.insert(more.begin(), more.end());
  return values;
}

Given own(const std::string& text) { return {{"network.transfer", "expression"}, {"network.expression", text}}; }

TEST(ExpressionParser, FollowsTheUsualRules) {
  const auto at = [](const std::string& text, double x) { return parse_expression(text).jet(x).value; };
  EXPECT_EQ(at("-x^2", 3), -9);           // the power before the sign
  EXPECT_EQ(at("2^-x", 3), 0.125);        // and a sign in the exponent
  EXPECT_EQ(at("x^3^0", 3), 3);           // powers from the right
  EXPECT_EQ(at("12/2/(2 + x^2)", 1), 2);  // quotients from the left
  EXPECT_EQ(at("1 - 2 - x*2", 3), -7);
  EXPECT_EQ(at("+x - -x", 1.5), 3);
  EXPECT_EQ(at("1.5e1*x + .5", 2), 30.5);
  EXPECT_EQ(at("2e-1*x", 5), 1);
  EXPECT_EQ(at("e*x - pi*x", 1), std::numbers::e - std::numbers::pi);
  EXPECT_EQ(at("max(x, 0)^2 / (1 + x^2)", 2), 0.8);
  EXPECT_EQ(at("select(x > 1, 2*x - 1, x^2)", 3), 5);
  EXPECT_EQ(at("select(x > 1, 2*x - 1, x^2)", 0.5), 0.25);
  EXPECT_EQ(at("x*(x >= 0) + 0*(x <= 2)*x*(x < 3)", 2), 2);
  EXPECT_NEAR(at("log2(8)*x + log10(100) + ln(e) + log(1)", 1), 6, 4e-15);  // quotients of logarithms
  EXPECT_EQ(at("step(x)*x + sign(x)*x*0", -4), 0);
}

TEST(ExpressionParser, KnowsItsFunctionsAndTheirDerivatives) {
  // Each at a point of its domain, inside of tanh(x)/2 so that it is finite everywhere; derivatives against central
  // differences of fourth order, whose error is 1e-12 of rounding per step and h^4 = 1e-12 of the fifth derivative.
  for (const std::string name : {"abs", "sqrt", "exp", "log", "ln", "log2", "log10", "sin", "cos", "tan", "asin",
                                 "acos", "atan", "sinh", "cosh", "tanh", "erf", "erfc"}) {
    const transfer::Expression f = parse_expression(name + "(1/2 + tanh(x)/4)");
    for (const double x : {-0.9, 0.3, 1.4}) {
      const double h = 1e-3;
      const auto value = [&](double place) { return f.jet(place).value; };
      const auto slope = [&](double place) { return f.jet(place).slope; };
      const auto difference = [&](auto&& g) {
        return (8 * (g(x + h) - g(x - h)) - (g(x + 2 * h) - g(x - 2 * h))) / (12 * h);
      };
      EXPECT_NEAR(f.jet(x).slope, difference(value), 1e-10) << name;
      EXPECT_NEAR(f.jet(x).bend, difference(slope), 1e-10) << name;
    }
  }
  // Powers of every kind.
  for (const std::string text : {"(1.3 + tanh(x))^2", "(1.3 + tanh(x))^-3", "(1.3 + tanh(x))^1.7",
                                 "(1.3 + tanh(x))^(x/(1 + x^2))", "1.7^tanh(x)", "(1.3 + tanh(x))^0.5"}) {
    const transfer::Expression f = parse_expression(text);
    const double x = 0.4, h = 1e-3;
    const auto slope = [&](double place) { return f.jet(place).slope; };
    const auto value = [&](double place) { return f.jet(place).value; };
    EXPECT_NEAR(f.jet(x).slope, (8 * (value(x + h) - value(x - h)) - (value(x + 2 * h) - value(x - 2 * h))) / (12 * h),
                1e-10)
        << text;
    EXPECT_NEAR(f.jet(x).bend, (8 * (slope(x + h) - slope(x - h)) - (slope(x + 2 * h) - slope(x - 2 * h))) / (12 * h),
                1e-10)
        << text;
  }
}

TEST(ExpressionParser, RefusesWithThePlace) {
  const auto refusal = [](const std::string& text) -> std::string {
    try {
      static_cast<void>(parse_expression(text));
    } catch (const InputError& error) {
      return error.what();
    }
    return "nothing was refused";
  };
  std::string long_sum = "x";
  for (int i = 0; i < 1200; ++i) long_sum += "+x";
  const std::pair<std::string, std::string> cases[] = {
      {"", "the expression is empty"},
      {"   ", "the expression is empty"},
      {"x + y", "unknown name 'y' at character 5"},
      {"tnah(x)", "did you mean 'tanh'?"},
      {"tanh(x", "a parenthesis is not closed"},
      {"tanh x", "the function 'tanh' wants its argument in parentheses"},
      {"x +", "ends too early"},
      {"x * / 2", "at character 5"},
      {"2 x", "unexpected 'x' at character 3"},
      {"x)", "unexpected ')' at character 2"},
      {"max(x)", "too few arguments"},
      {"sin(x, 2)", "too many arguments"},
      {"x, 1", "not several"},
      {"x ? 1 : 2", "unknown character '?' at character 3"},
      {"x = 1", "at character 3"},
      {"\"x\"", "unknown character '\"'"},
      {"x \xc2\xb7 2", "unknown character"},
      {"1e999*x", "at character 1"},
      {"3", "does not depend on x"},
      {"x/0", "infinite at x"},
      {"0/0*x", "not a number"},
      {"1/x", "infinite at x = 0"},
      {"1/(x - 0.3217)", "not finite at x = 0.3217"},
      {"sqrt(x)", "not a number at x = -50"},
      {"log(x)", "not a number at x = -50"},
      {"tan(x)", "not finite at x"},
      {"step(x)", "jumps at x = 0"},
      {"select(x > 2.5, x, 0)", "jumps at x = 2.5"},
      {"abs(x)^0.5", "no finite slope at x = 0"},
      {std::string(5000, '(') + "x" + std::string(5000, ')'), "more than"},
      {std::string(1000, '(') + "x" + std::string(1000, ')'), "nested parentheses"},
      {long_sum, "more than 1000"},
  };
  for (const auto& [text, message] : cases) {
    EXPECT_NE(refusal(text).find(message), std::string::npos) << text.substr(0, 40) << ": " << refusal(text);
  }
}

TEST(ExpressionSystem, RefusesAnExpressionWithoutItsTransferAndTheReverse) {
  const auto refusal = [](const Given& values) -> std::string {
    const auto system = discrete_system();
    try {
      static_cast<void>(system.prepare(parameters_of(system, values)));
    } catch (const InputError& error) {
      EXPECT_EQ(error.place().file, "my.toml");
      return error.what();
    }
    return "nothing was refused";
  };
  EXPECT_NE(refusal({{"network.expression", "x"}}).find("network.transfer = \"tanh\""), std::string::npos);
  EXPECT_NE(refusal({{"network.transfer", "expression"}}).find("network.expression is missing"), std::string::npos);
  EXPECT_NE(refusal(own("tanh(x")).find("my.toml:1:1: network.expression: a parenthesis"), std::string::npos)
      << refusal(own("tanh(x"));
}

/// Both theories, quantity by quantity.
void expect_same_theory(const system::System& system, const Given& common, const std::string& named,
                        const std::string& text, double tolerance) {
  const auto expected = system.prepare(parameters_of(system, with(common, {{"network.transfer", named}})))->theory({});
  const auto found = system.prepare(parameters_of(system, with(common, own(text))))->theory({});
  EXPECT_EQ(found.status, expected.status);
  ASSERT_EQ(found.branches.size(), expected.branches.size()) << named;
  for (std::size_t i = 0; i < expected.branches.size(); ++i) {
    EXPECT_EQ(found.branches[i].label, expected.branches[i].label) << named;
    EXPECT_EQ(found.branches[i].stable, expected.branches[i].stable) << named;
  }
  ASSERT_EQ(found.quantities.size(), expected.quantities.size()) << named;
  for (std::size_t i = 0; i < expected.quantities.size(); ++i) {
    const auto& quantity = expected.quantities[i];
    EXPECT_EQ(found.quantities[i].name, quantity.name);
    EXPECT_EQ(found.quantities[i].valid, quantity.valid) << named << ' ' << quantity.name;
    ASSERT_EQ(found.quantities[i].value.values.size(), quantity.value.values.size());
    if (quantity.name == "residual") continue;  // rounding
    for (std::size_t k = 0; k < quantity.value.values.size(); ++k)
      EXPECT_NEAR(found.quantities[i].value.values[k], quantity.value.values[k],
                  tolerance * std::max(1.0, std::abs(quantity.value.values[k])))
          << named << ' ' << quantity.branch << ' ' << quantity.name;
  }
  ASSERT_EQ(found.curves.size(), expected.curves.size());
  for (std::size_t i = 0; i < expected.curves.size(); ++i) {
    ASSERT_EQ(found.curves[i].values.values.size(), expected.curves[i].values.values.size()) << expected.curves[i].name;
    for (std::size_t k = 0; k < expected.curves[i].values.values.size(); ++k)
      // The last exponents of a spectrum, -40 and less, are those of slopes of 1e-17.
      EXPECT_NEAR(found.curves[i].values.values[k], expected.curves[i].values.values[k],
                  10 * tolerance * std::max(1.0, std::abs(expected.curves[i].values.values[k])))
          << named << ' ' << expected.curves[i].name << ' ' << k;
  }
}

// Solvers stop at 1e-10 (theory.tolerance); both go through the same steps with moments that differ by 1e-13.
constexpr double kSolved = 1e-8;

TEST(ExpressionSystem, HasTheTheoryOfTheNamedFunctionsInDiscreteTime) {
  const auto system = discrete_system();
  expect_same_theory(system, {{"network.gain", 2.0}}, "tanh", "tanh(x)", kSolved);
  expect_same_theory(system, {{"network.gain", 3.0}, {"noise.deviation", 0.1}, {"threshold.deviation", 0.2}}, "erf",
                     "erf(sqrt(pi)*x/2)", kSolved);
  expect_same_theory(system, {{"network.gain", 3.0}, {"coupling.mean", 0.5}, {"network.leak", 0.2}}, "logistic",
                     "1/(1 + exp(-2*x))", kSolved);
  expect_same_theory(system, {{"network.gain", 1.0}, {"coupling.mean", 0.3}, {"threshold.mean", -0.2}}, "relu",
                     "max(x, 0)", kSolved);
}

TEST(ExpressionSystem, HasTheTheoryOfTheNamedFunctionsInContinuousTime) {
  const auto system = continuous_system();
  expect_same_theory(system, {{"network.gain", 1.8}}, "tanh", "tanh(x)", kSolved);
  expect_same_theory(system, {{"network.gain", 1.5}, {"noise.intensity", 0.1}}, "erf", "erf(sqrt(pi)*x/2)", kSolved);
}

TEST(ExpressionSystem, HasTheTwoTimeTheoryOfTheNamedFunctions) {
  const auto system = discrete_system();
  const Given common = {{"network.gain", 2.5}, {"theory.kind", "two_time"}, {"theory.horizon", 20}};
  expect_same_theory(system, common, "tanh", "tanh(x)", kSolved);
  expect_same_theory(system, common, "clipped_tan", "tan(min(max(x, -pi/4), pi/4))", kSolved);
}

system::SimulationOutcome simulated(const system::System& system, const Given& values, int threads) {
  system::Context context;
  context.threads = threads;
  return system.prepare(parameters_of(system, values))->simulate(context);
}

TEST(ExpressionSystem, SimulatesTheTrajectoryOfTheNamedFunction) {
  const Given common = {{"network.size", 60},
                        {"network.gain", 0.8},
                        {"simulation.realisations", 1},
                        {"simulation.transient", 0},
                        {"threshold.deviation", 0.3}};
  for (const auto& [named, text] :
       {std::pair{"tanh", "tanh(x)"}, std::pair{"relu", "max(x, 0)"}, std::pair{"logistic", "1/(1 + exp(-2*x))"}}) {
    const auto system = discrete_system();
    const Given steps = {{"simulation.steps", 40}};
    const auto expected =
        simulated(system, with(with(common, steps), {{"network.transfer", named}}), 1).realisations.at(0);
    const auto found = simulated(system, with(with(common, steps), own(text)), 1).realisations.at(0);
    ASSERT_EQ(found.curves.size(), expected.curves.size());
    for (std::size_t i = 0; i < expected.curves.size(); ++i)
      for (std::size_t k = 0; k < expected.curves[i].values.values.size(); ++k)
        // The network contracts, so that differences of 1e-16 in f stay of that order.
        EXPECT_NEAR(found.curves[i].values.values[k], expected.curves[i].values.values[k], 1e-12)
            << named << ' ' << expected.curves[i].name;
    for (std::size_t i = 0; i < expected.quantities.size(); ++i)
      EXPECT_NEAR(found.quantities[i].value.scalar(), expected.quantities[i].value.scalar(), 1e-10)
          << named << ' ' << expected.quantities[i].name;
  }
}

TEST(ExpressionSystem, GivesTheSameBitsWithTwoThreads) {
  for (const auto& system : {discrete_system(), continuous_system()}) {
    Given values = with(own("max(x,0)^2 / (1 + x^2)"), {{"network.size", 301},
                                                        {"network.gain", 6.0},
                                                        {"coupling.mean", 1.0},
                                                        {"simulation.realisations", 2},
                                                        {"simulation.transient", 5}});
    values[system.id == "rate.discrete" ? "simulation.steps" : "simulation.duration"] = 30;
    const auto one = simulated(system, values, 1);
    const auto two = simulated(system, values, 2);
    ASSERT_EQ(one.realisations.size(), two.realisations.size());
    for (std::size_t r = 0; r < one.realisations.size(); ++r)
      for (std::size_t i = 0; i < one.realisations[r].quantities.size(); ++i)
        EXPECT_EQ(one.realisations[r].quantities[i].value.values, two.realisations[r].quantities[i].value.values);
  }
}

TEST(ExpressionSystem, TheoryAndSimulationOfTheIssuesExampleAgree) {
  const auto system = discrete_system();
  const Given values = with(own("max(x,0)^2 / (1 + x^2)"), {{"network.size", 1000},
                                                            {"network.gain", 2.0},
                                                            {"coupling.mean", 2.0},
                                                            {"coupling.deviation", 0.5},
                                                            {"threshold.mean", -0.5},
                                                            {"threshold.deviation", 0.3},
                                                            {"simulation.steps", 50},
                                                            {"simulation.transient", 100},
                                                            {"simulation.realisations", 6}});
  const auto model = system.prepare(parameters_of(system, values));
  const auto theory = model->theory({});
  const auto simulation = model->simulate({});
  std::string stable;
  for (const auto& branch : theory.branches)
    if (branch.stable.value_or(false)) stable = branch.label;
  ASSERT_FALSE(stable.empty());
  for (const std::string name : {"mean", "variance", "mean_output"}) {
    double expected = NAN;
    for (const auto& quantity : theory.quantities)
      if (quantity.name == name && quantity.branch == stable) expected = quantity.value.scalar();
    double sum = 0, squares = 0;
    for (const auto& realisation : simulation.realisations)
      for (const auto& quantity : realisation.quantities)
        if (quantity.name == name) {
          sum += quantity.value.scalar();
          squares += quantity.value.scalar() * quantity.value.scalar();
        }
    const double count = static_cast<double>(simulation.realisations.size());
    const double error = std::sqrt((squares / count - sum * sum / count / count) / (count - 1));
    // Five standard errors: a probability of 4e-3 with five degrees of freedom, on a fixed seed.
    EXPECT_NEAR(sum / count, expected, 5 * error + 1e-3 * std::abs(expected)) << name;
  }
}

}  // namespace
}  // namespace limes::rate

#include <gtest/gtest.h>

#include <cmath>
#include <vector>

#include "limes/rate/theory/two_time_exponent.hpp"
#include "limes/rate/theory/two_time_flow.hpp"
#include "limes/transfer/moments.hpp"
#include "population_helpers.hpp"

namespace limes::rate::theory {
namespace {

Ensemble tanh_network(double coupling, double leak = 0.0) {
  Ensemble e;
  e.coupling_deviation = coupling;
  e.leak = leak;
  return e;
}

// Note 10: the stationary exponents, which the two-time solution reaches.
TEST(TwoTimeExponent, OfMapsIsTheStationaryOne) {
  {
    Ensemble e = tanh_network(1.0);
    e.transfer.gain = 2.0;
    const PopulationEnsemble network = one_population(e, 0.0, 1.0);
    const auto found = two_time_map_exponent(network, two_time_map(network, 200));
    EXPECT_NEAR(found.value, 0.1547242298, 1e-9);  // the digits of the note
    EXPECT_NEAR(found.first_half, found.last_half, 1e-9);
  }
  Ensemble e = tanh_network(0.8, 0.5);
  const PopulationEnsemble network = one_population(e, 0.0, 1.0);
  const auto found = two_time_map_exponent(network, two_time_map(network, 800));
  EXPECT_NEAR(found.value, 0.02917088, 2e-6);  // K(t,t) has not shed its slow modes: what is left falls as 1/t^2
}

TEST(TwoTimeExponent, OfFlowsIsTheStationaryOne) {
  const PopulationEnsemble network = one_population(tanh_network(2.0), 0.0, 1.0);
  TwoTimeFlowOptions options;
  options.output_step = 0.1;
  const TwoTimeFlow flow = two_time_flow(network, 100.0, options);
  const auto found = two_time_flow_exponent(network, flow.solution, flow.step);
  EXPECT_NEAR(found.value, 0.11245811, 2e-5);
  EXPECT_LT(found.step_error, 2e-4);
}

// A static state: kappa = gamma + R, and the collective mode where that is larger.
TEST(TwoTimeExponent, OfStaticStatesIsThatOfTheJacobian) {
  Ensemble e = tanh_network(0.7);
  e.coupling_mean = 2.0;
  e.threshold_mean = 0.1;
  e.threshold_deviation = 0.2;
  const PopulationEnsemble network = one_population(e, 1.6, 0.4);
  const auto found = two_time_map_exponent(network, two_time_map(network, 60));
  EXPECT_NEAR(found.value, std::log(0.3333), 2e-4);  // note 4.5: the outlier, above the radius .2235
  e.coupling_mean = 0.0;
  e.leak = 0.4;
  const PopulationEnsemble leaky = one_population(e, 0.0, 0.1);
  const TwoTimeSolution solution = two_time_map(leaky, 400);
  const auto& law = solution.populations[0];
  const double radius = 0.7 * std::sqrt(transfer::moments(e.transfer, law.mean.back(), law.variance.back()).dfdf);
  // psi is flat here: corrections to the growth fall as 1/t.
  EXPECT_NEAR(two_time_map_exponent(leaky, solution).value, std::log(0.4 + radius), 3e-3);
}

// A strong common drive suppresses chaos (Molgedey, Schuchhardt and Schuster 1992).
TEST(TwoTimeExponent, ADriveSuppressesChaos) {
  Ensemble e = tanh_network(1.0);
  e.transfer.gain = 1.5;
  const PopulationEnsemble network = one_population(e, 0.0, 0.3);
  double before = 1.0;
  for (const double amplitude : {0.0, 0.3, 0.6, 1.2}) {
    InputSeries input(1);
    for (int t = 0; t < 400; ++t) input[0].push_back(amplitude * std::sin(0.7 * t));
    const TwoTimeSolution solution = two_time_map(network, 400, input);
    const auto found = two_time_map_exponent(network, solution);
    // Without leak and coupling mean: the time average of ln(J^2 E f'^2)/2.
    double average = 0.0;
    for (std::size_t t = 200; t < 400; ++t) {
      average +=
          0.5 *
          std::log(transfer::moments(e.transfer, solution.populations[0].mean[t], solution.populations[0].variance[t])
                       .dfdf) /
          200.0;
    }
    EXPECT_NEAR(found.value, average, 1e-10);
    EXPECT_LT(found.value, before);
    before = found.value;
  }
  EXPECT_LT(before, 0.0);
}

TEST(TwoTimeExponent, EqualPopulationsAreOne) {
  const Ensemble e = tanh_network(0.9, 0.3);
  const PopulationEnsemble one = one_population(e, 0.1, 0.5);
  PopulationEnsemble two = uncoupled(2);
  for (auto& population : two.populations) {
    population = one.populations[0];
    population.share = 0.5;
  }
  two.second_moment.setConstant(0.5 * 0.81);
  const auto of_one = two_time_map_exponent(one, two_time_map(one, 100));
  const auto of_two = two_time_map_exponent(two, two_time_map(two, 100));
  EXPECT_NEAR(of_one.value, of_two.value, 1e-9);
}

TEST(TwoTimeExponent, NeedsSomeTimes) {
  const PopulationEnsemble network = one_population(tanh_network(1.0), 0.0, 1.0);
  EXPECT_THROW((void)two_time_map_exponent(network, two_time_map(network, 4)), InputError);
}

}  // namespace
}  // namespace limes::rate::theory

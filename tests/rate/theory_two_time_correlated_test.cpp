#include "limes/rate/theory/two_time_correlated.hpp"

#include <gtest/gtest.h>

#include <cmath>

#include "limes/base/errors.hpp"
#include "limes/transfer/moments.hpp"
#include "rate/check_values.hpp"

namespace limes::rate::theory {
namespace {

Ensemble of_the_note() {
  Ensemble e = ensemble(transfer::Kind::kTanh, 1.3);
  e.coupling_mean = 0.6;
  e.coupling_deviation = 1.2;
  e.threshold_mean = 0.15;
  e.threshold_deviation = 0.2;
  e.noise_deviation = 0.1;
  return e;
}

TEST(TwoTimeCorrelated, MatchesTheCheckValues) {
  const auto solution = two_time_correlated(one_population(of_the_note(), 0.2, 0.5), {{1, .35}, {1, .3}}, 8);
  EXPECT_NEAR(solution.neuron.mean[1], -.05150384, kEightDigits);
  EXPECT_NEAR(solution.neuron.variance[1], .61766207, kEightDigits);
  EXPECT_NEAR(solution.neighbour_covariance[1][1], .19868172, kEightDigits);
  EXPECT_NEAR(solution.neuron.mean[8], -.25500029, kEightDigits);
  // The note's .88528737 is off by 5e-8: 161^2 and 401^2 nodes of its own rule in section 3 both give .8852874153799.
  EXPECT_NEAR(solution.neuron.variance[8], .8852874154, kTenDigits);
  EXPECT_NEAR(solution.neighbour_covariance[1][8], .2923506, kEightDigits);
}

TEST(TwoTimeCorrelated, IndependentCouplingsAreTheUsualTheory) {
  Ensemble e = of_the_note();
  e.leak = 0.4;
  const PopulationEnsemble network = one_population(e, 0.2, 0.5);
  const auto usual = two_time_map(network, 15).populations[0];
  const auto solution = two_time_correlated(network, {}, 15);
  // Correlated rows alone (B = delta) leave the law of one neuron as it is.
  const auto rows = two_time_correlated(network, {{1, 0.3, 0.1}, {1}}, 15);
  for (std::size_t t = 0; t <= 15; ++t)
    for (std::size_t s = 0; s <= t; ++s) {
      EXPECT_NEAR(solution.neuron.covariance(t, s), usual.covariance(t, s), 1e-14);
      EXPECT_NEAR(rows.neuron.covariance(t, s), usual.covariance(t, s), 1e-14);
    }
  EXPECT_EQ(rows.neighbour_covariance.size(), 3U);
  EXPECT_GT(rows.neighbour_covariance[2][15], 0.0);
}

TEST(TwoTimeCorrelated, FarSourcesAddTheSquareOfTheMeanOutput) {
  // B reaches beyond A, gamma = 0: v' = sigma_theta^2 + sigma^2 + J^2 [E f^2 + 2 B(1) M^1 + 2 B(2) m^2].
  const Ensemble e = of_the_note();
  const auto solution = two_time_correlated(one_population(e, 0.6, 0.5), {{1, 0.4}, {1, 0.5, 0.2}}, 3);
  const TwoTimePopulation& law = solution.neuron;
  const auto moments = transfer::moments(e.transfer, law.mean[2], law.variance[2]);
  const double neighbour = transfer::output_pair(e.transfer, law.mean[2], law.variance[2], law.mean[2], law.variance[2],
                                                 solution.neighbour_covariance[1][2]);
  const double sum = moments.ff + 2 * 0.5 * neighbour + 2 * 0.2 * moments.f * moments.f;
  EXPECT_NEAR(law.variance[3], 0.04 + 0.01 + 1.44 * sum, 1e-10);
  EXPECT_NEAR(solution.neighbour_covariance[1][3], 1.44 * 0.4 * sum, 1e-10);
}

TEST(TwoTimeCorrelated, LeakFiltersEveryLagAlike) {
  // Linear f, no mean: Gam^k = J^2 A(k) sum_l B(l) D^l, so that S = sum_l B(l) D^l is closed: two independent
  // combinations of lags, D^0 + 2 B(1) D^1 and D^1 - A(1) D^0, where the second only remembers its start.
  Ensemble e = ensemble(transfer::Kind::kLinear, 0.5);
  e.leak = 0.6;
  e.coupling_deviation = 0.9;
  const double a = 0.4;
  const double b = 0.3;
  const auto solution = two_time_correlated(one_population(e, 0.0, 1.0), {{1, a}, {1, b}}, 12);
  for (std::size_t t = 0; t <= 12; ++t)
    EXPECT_NEAR(solution.neighbour_covariance[1][t] - a * solution.neuron.variance[t],
                -a * std::pow(0.6, 2 * static_cast<double>(t)), 1e-13);
}

TEST(TwoTimeCorrelated, RefusesWhatIsNoCovariance) {
  const PopulationEnsemble network = one_population(of_the_note(), 0.2, 0.5);
  EXPECT_THROW((void)two_time_correlated(network, {{1, 0.6}, {1}}, 2), InputError);
  EXPECT_THROW((void)two_time_correlated(network, {{1}, {1, -0.6}}, 2), InputError);
  EXPECT_THROW((void)two_time_correlated(network, {{0.5}, {1}}, 2), InputError);
  EXPECT_THROW((void)two_time_correlated(network, {{}, {1}}, 2), InputError);
  EXPECT_NO_THROW((void)two_time_correlated(network, {{1, 0.5}, {1, -0.5}}, 2));  // touches 0
  EXPECT_THROW((void)two_time_correlated(uncoupled(2), {}, 2), InputError);
}

}  // namespace
}  // namespace limes::rate::theory

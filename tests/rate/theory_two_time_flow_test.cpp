#include "limes/rate/theory/two_time_flow.hpp"

#include <gtest/gtest.h>

#include <cmath>

#include "limes/base/errors.hpp"
#include "limes/rate/theory/flow_fluctuations.hpp"
#include "rate/check_values.hpp"

namespace limes::rate::theory {
namespace {

using transfer::Kind;

/// The default tolerance of the flow's own estimate.
constexpr double kPromise = 1e-7;

Ensemble driven() {
  Ensemble e = scs(2.0, 0.5);
  e.coupling_mean = 0.5;
  e.threshold_mean = 0.3;
  e.threshold_deviation = 0.2;
  return e;
}

TEST(TwoTimeFlow, LinearNetworkHasItsClosedForm) {
  // u(t) = e^-t e^(J t) u(0), powers of an iid matrix uncorrelated: D(t,s) = v0 e^-(t+s) I_0(2 g sqrt(t s)).
  Ensemble e = scs(1.3);
  e.transfer = {Kind::kLinear, 1.0};
  const auto flow = two_time_flow(one_population(e, 0.0, 0.7), 4.0);
  EXPECT_TRUE(flow.converged);
  EXPECT_LE(flow.error, kPromise);
  for (const std::size_t t : {5U, 20U, 40U})
    for (std::size_t s = 0; s <= t; s += 5) {
      const double product = 0.01 * static_cast<double>(t * s);
      const double expected =
          0.7 * std::exp(-0.1 * static_cast<double>(t + s)) * std::cyl_bessel_i(0.0, 2 * 1.3 * std::sqrt(product));
      EXPECT_NEAR(flow.solution.populations[0].covariance(t, s), expected, kPromise);
    }
}

TEST(TwoTimeFlow, WithoutCouplingsIsAnOrnsteinUhlenbeckProcess) {
  Ensemble e = scs(0.0, 0.4);
  e.threshold_mean = 0.3;
  const auto flow = two_time_flow(one_population(e, 1.0, 0.2), 3.0);
  const TwoTimePopulation& law = flow.solution.populations[0];
  for (std::size_t t = 0; t <= 30; t += 6) {
    const double time = 0.1 * static_cast<double>(t);
    EXPECT_NEAR(law.mean[t], std::exp(-time) - 0.3 * (1 - std::exp(-time)), kPromise);
    EXPECT_NEAR(law.covariance(30, t), 0.4 * (std::exp(time - 3) - std::exp(-time - 3)) + 0.2 * std::exp(-3 - time),
                1e-14);
  }
}

TEST(TwoTimeFlow, IsTheLimitOfTheEulerEmbedding) {
  // Two steps, one extrapolation: an error of h^2, here 3e-5 (it falls by four where both steps are halved).
  const Ensemble e = driven();
  const auto flow = two_time_flow(one_population(e, 0.2, 0.5), 3.0);
  EXPECT_TRUE(flow.converged);
  std::vector<TwoTimePopulation> euler;
  for (const std::size_t parts : {10U, 20U}) {
    const double h = 0.1 / static_cast<double>(parts);
    Ensemble map = e;
    map.leak = 1 - h;
    map.coupling_mean *= h;
    map.coupling_deviation *= h;
    map.threshold_mean *= h;
    map.threshold_deviation *= h;
    map.noise_intensity = 0;
    map.noise_deviation = std::sqrt(2 * e.noise_intensity * h);
    euler.push_back(two_time_map(one_population(map, 0.2, 0.5), 30 * parts).populations[0]);
  }
  const TwoTimePopulation& law = flow.solution.populations[0];
  for (const std::size_t t : {3U, 15U, 30U}) {
    EXPECT_NEAR(law.mean[t], 2 * euler[1].mean[20 * t] - euler[0].mean[10 * t], 3e-5);
    for (const std::size_t s : {0U, 2U, 15U, 29U, 30U}) {
      if (s > t) continue;
      EXPECT_NEAR(law.covariance(t, s), 2 * euler[1].covariance(20 * t, 20 * s) - euler[0].covariance(10 * t, 10 * s),
                  3e-5);
    }
  }
}

TEST(TwoTimeFlow, ForgetsItsStartInTheStationaryState) {
  // Noise beyond the chaos line (note 10: g = 2, D = 1, lambda = -.07) makes the approach quick.
  const Ensemble e = scs(2.0, 1.0);
  const auto states = flow_fluctuations(e);
  const std::vector<double> stationary = flow_autocovariance(e, states.at(0), 0.1, 51);
  const auto flow = two_time_flow(one_population(e, 0.0, 1.0), 50.0);
  EXPECT_TRUE(flow.converged);
  for (const std::size_t lag : {0U, 1U, 10U, 50U})
    EXPECT_NEAR(flow.solution.populations[0].covariance(500, 500 - lag), stationary[lag], 1e-6) << lag;
}

TEST(TwoTimeFlow, IdenticalPopulationsAreOne) {
  const Ensemble e = driven();
  const auto one = two_time_flow(one_population(e, 0.2, 0.5), 2.0);
  PopulationEnsemble network = uncoupled(2);
  network.populations.assign(2, one_population(e, 0.2, 0.5).populations[0]);
  network.coupling_mean << 0.1, 0.4, 0.8, -0.3;  // rows of sum .5
  network.second_moment << 1.0, 3.0, 3.5, 0.5;   // rows of sum 4
  const auto two = two_time_flow(network, 2.0);
  for (const TwoTimePopulation& law : two.solution.populations)
    for (std::size_t t = 0; t <= 20; t += 4) {
      EXPECT_NEAR(law.mean[t], one.solution.populations[0].mean[t], 1e-10);  // the implicit steps end at 1e-11
      EXPECT_NEAR(law.covariance(20, t), one.solution.populations[0].covariance(20, t), 1e-10);
    }
}

TEST(TwoTimeFlow, FollowsAStepOfTheInput) {
  const Ensemble e = scs(0.0);
  const auto flow =
      two_time_flow(one_population(e, 0.0, 1.0), 3.0, {}, {[](double time) { return time > 1.0 ? 2.0 : 0.0; }});
  const std::vector<double>& mean = flow.solution.populations[0].mean;
  EXPECT_EQ(mean[10], 0.0);
  EXPECT_NEAR(mean[17], 2 * (1 - std::exp(-0.7)), kPromise);
  const auto sine = two_time_flow(one_population(e, 0.0, 1.0), 3.0, {}, {[](double time) { return std::sin(time); }});
  EXPECT_NEAR(sine.solution.populations[0].mean[30], 0.5 * (std::sin(3.0) - std::cos(3.0) + std::exp(-3.0)), kPromise);
}

TEST(TwoTimeFlow, ItsEstimateBoundsTheError) {
  // Against a solution of two more levels.
  const PopulationEnsemble network = one_population(driven(), 0.2, 0.5);
  const auto coarse = two_time_flow(network, 2.0, {0.2, 0.0, 3});
  const auto fine = two_time_flow(network, 2.0, {0.2, 0.0, 5});
  EXPECT_FALSE(coarse.converged);
  EXPECT_LT(fine.error, coarse.error);
  double largest = 0;
  for (std::size_t t = 0; t <= 10; ++t)
    for (std::size_t s = 0; s <= t; ++s)
      largest = std::max(largest, std::abs(coarse.solution.populations[0].covariance(t, s) -
                                           fine.solution.populations[0].covariance(t, s)));
  EXPECT_LE(largest, coarse.error);
  EXPECT_GT(largest, 0.0);
}

TEST(TwoTimeFlow, RefusesBadInput) {
  const PopulationEnsemble good = one_population(driven(), 0.2, 0.5);
  PopulationEnsemble leaky = good;
  leaky.populations[0].leak = 0.1;
  EXPECT_THROW((void)two_time_flow(leaky, 1.0), InputError);
  PopulationEnsemble noisy = good;
  noisy.populations[0].noise_deviation = 0.1;
  EXPECT_THROW((void)two_time_flow(noisy, 1.0), InputError);
  EXPECT_THROW((void)two_time_flow(good, -1.0), InputError);
  EXPECT_THROW((void)two_time_flow(good, 1.0, {1.5, 1e-7, 3}), InputError);
  EXPECT_THROW((void)two_time_flow(good, 1.0, {0.1, 1e-7, 1}), InputError);
  EXPECT_THROW((void)two_time_flow(good, 1.0, {}, {{}, {}}), InputError);
}

}  // namespace
}  // namespace limes::rate::theory

#include "limes/rate/theory/two_time.hpp"

#include <gtest/gtest.h>

#include <Eigen/Eigenvalues>
#include <cmath>
#include <numbers>

#include "limes/base/errors.hpp"
#include "limes/rate/theory/map_fluctuations.hpp"
#include "limes/transfer/moments.hpp"
#include "rate/check_values.hpp"

namespace limes::rate::theory {
namespace {

using transfer::Kind;

/// Averages are right to 1e-12 of their scale and some tens of steps add them up.
constexpr double kAccumulated = 1e-10;

Ensemble everything() {
  Ensemble e = ensemble(Kind::kTanh, 1.2);
  e.leak = 0.4;
  e.coupling_mean = 0.8;
  e.coupling_deviation = 1.1;
  e.threshold_mean = 0.2;
  e.threshold_deviation = 0.3;
  e.noise_deviation = 0.2;
  return e;
}

PopulationEnsemble excitatory_inhibitory() {
  PopulationEnsemble e = uncoupled(2);
  e.coupling_mean << 3, -3, 3, -0.5;
  e.second_moment << 0.25, 0.09, 0.16, 0.04;
  for (Population& population : e.populations) {
    population.transfer = {Kind::kLogistic, 4.0};
    population.threshold_deviation = 0.1;
    population.initial_variance = 0.2;
  }
  e.populations[0].threshold_mean = 0.2;
  e.populations[1].threshold_mean = 0.6;
  e.populations[0].initial_mean = 0.3;
  return e;
}

TEST(TwoTime, MatchesTheCheckValues) {
  const auto solution = two_time_map(one_population(everything(), 0.5, 0.7), 12);
  const TwoTimePopulation& law = solution.populations.at(0);
  EXPECT_NEAR(law.mean[12], -.8250205705, kTenDigits);
  EXPECT_NEAR(law.variance[12], 2.3245930574, kTenDigits);
  EXPECT_NEAR(law.covariance(12, 6), .9162146224, kTenDigits);
  EXPECT_NEAR(law.covariance(6, 12), .9162146224, kTenDigits);
  EXPECT_NEAR(law.mean_output[12], -.3738296564, kTenDigits);
}

TEST(TwoTime, OrbitOfAnExcitatoryInhibitoryNetwork) {
  const auto solution = two_time_map(excitatory_inhibitory(), 20);
  EXPECT_NEAR(solution.populations[0].mean[20], -2.13627858, kEightDigits);
  EXPECT_NEAR(solution.populations[1].mean[20], -.03669008, kEightDigits);
  EXPECT_NEAR(solution.populations[0].variance[20], .17007849, kEightDigits);
  EXPECT_NEAR(solution.populations[1].variance[20], .09485563, kEightDigits);
}

TEST(TwoTime, SparseCouplings) {
  Ensemble e = ensemble(Kind::kTanh, 1.0);
  e.coupling_mean = -2;
  e.coupling_deviation = 0.9;
  e.threshold_mean = -1;
  e.threshold_deviation = 0.2;
  const double extra = degree_variance(e.coupling_mean, 20, 2000);
  PopulationEnsemble gaussian = one_population(e, 0.1, 0.5);
  PopulationEnsemble bernoulli = gaussian;
  bernoulli.second_moment(0, 0) += extra;
  PopulationEnsemble fixed_in_degree = gaussian;
  fixed_in_degree.centred(0, 0) = extra;
  const auto expect = [](const PopulationEnsemble& network, double mean, double variance) {
    const auto solution = two_time_map(network, 4);
    EXPECT_NEAR(solution.populations[0].mean[4], mean, kEightDigits);
    EXPECT_NEAR(solution.populations[0].variance[4], variance, kEightDigits);
  };
  expect(gaussian, -.63420655, .60450623);
  expect(bernoulli, -.56727171, .70755125);
  expect(fixed_in_degree, -.58555066, .59132289);
}

TEST(TwoTime, WithoutLeakIsTheClosedOneTimeMap) {
  Ensemble e = everything();
  e.leak = 0;
  const auto solution = two_time_map(one_population(e, 0.5, 0.7), 40);
  const TwoTimePopulation& law = solution.populations[0];
  double mean = 0.5;
  double variance = 0.7;
  for (std::size_t t = 0; t <= 40; ++t) {
    EXPECT_NEAR(law.mean[t], mean, kAccumulated);
    EXPECT_NEAR(law.variance[t], variance, kAccumulated);
    EXPECT_EQ(law.variance[t], law.covariance(t, t));
    const auto moments = transfer::moments(e.transfer, mean, variance);
    EXPECT_NEAR(law.mean_output[t], moments.f, kAccumulated);
    mean = e.coupling_mean * moments.f - e.threshold_mean;
    variance = e.coupling_variance() * moments.ff + e.threshold_variance() + e.noise_variance();
  }
  // u(t+1) is the field: D(t+1,s+1) = Gam(t,s), D(t+1,0) = 0.
  EXPECT_EQ(law.covariance(7, 0), 0.0);
  EXPECT_NEAR(law.covariance(9, 5),
              e.coupling_variance() * transfer::output_pair(e.transfer, law.mean[8], law.variance[8], law.mean[4],
                                                            law.variance[4], law.covariance(8, 4)) +
                  e.threshold_variance(),
              kAccumulated);
}

TEST(TwoTime, ErfFollowsFromItsClosedFormByDirectSummation) {
  // u(t) = gamma^t u(0) + sum_r gamma^(t-1-r) G(r): D(t,s) as the double sum, and C by the arc sine (note 1.1).
  Ensemble e = ensemble(Kind::kErf, 1.4);
  e.leak = 0.6;
  e.coupling_deviation = 0.7;
  e.threshold_deviation = 0.2;
  e.noise_deviation = 0.3;
  constexpr std::size_t kSteps = 25;
  Eigen::MatrixXd field = Eigen::MatrixXd::Zero(kSteps, kSteps);
  const auto covariance = [&](std::size_t t, std::size_t s) {
    double sum = std::pow(e.leak, static_cast<double>(t + s)) * 0.7;
    for (std::size_t r = 0; r < t; ++r)
      for (std::size_t q = 0; q < s; ++q)
        sum += std::pow(e.leak, static_cast<double>(t + s - 2 - r - q)) *
               field(static_cast<Eigen::Index>(r), static_cast<Eigen::Index>(q));
    return sum;
  };
  const auto solution = two_time_map(one_population(e, 0.0, 0.7), kSteps - 1);
  const double a = std::numbers::pi * 1.4 * 1.4 / 2;
  for (std::size_t t = 0; t < kSteps; ++t)
    for (std::size_t s = 0; s <= t; ++s) {
      const double d = covariance(t, s);
      EXPECT_NEAR(solution.populations[0].covariance(t, s), d, kAccumulated) << t << " " << s;
      const double scale = std::sqrt((1 + a * covariance(t, t)) * (1 + a * covariance(s, s)));
      const double gam = e.coupling_variance() * 2 / std::numbers::pi * std::asin(a * d / scale) +
                         e.threshold_variance() + (t == s ? e.noise_variance() : 0.0);
      field(static_cast<Eigen::Index>(t), static_cast<Eigen::Index>(s)) = gam;
      field(static_cast<Eigen::Index>(s), static_cast<Eigen::Index>(t)) = gam;
    }
}

TEST(TwoTime, LinearNetworkHasItsClosedForm) {
  // Powers of an iid matrix are uncorrelated: u(t) = sum_k binom(t,k) gamma^(t-k) J^k u(0) gives
  // D(t,s) = v0 sum_k binom(t,k) binom(s,k) gamma^(t+s-2k) (J g)^(2k).
  Ensemble e = ensemble(Kind::kLinear, 0.5);
  e.leak = 0.7;
  e.coupling_deviation = 0.8;
  const auto solution = two_time_map(one_population(e, 0.0, 1.3), 30);
  const auto binomial = [](double n, double k) {
    return std::exp(std::lgamma(n + 1) - std::lgamma(k + 1) - std::lgamma(n - k + 1));
  };
  for (const std::size_t t : {0U, 1U, 7U, 30U})
    for (std::size_t s = 0; s <= t; ++s) {
      double expected = 0;
      for (std::size_t k = 0; k <= s; ++k) {
        const auto n = static_cast<double>(k);
        expected += 1.3 * binomial(static_cast<double>(t), n) * binomial(static_cast<double>(s), n) *
                    std::pow(0.7, static_cast<double>(t + s - 2 * k)) * std::pow(0.4, 2 * n);
      }
      EXPECT_NEAR(solution.populations[0].covariance(t, s), expected, 1e-11 * expected);  // lgamma loses four digits
    }
}

TEST(TwoTime, IdenticalPopulationsAreOne) {
  const Ensemble e = everything();
  const auto one = two_time_map(one_population(e, 0.5, 0.7), 20);
  PopulationEnsemble network = uncoupled(2);
  network.populations.assign(2, one_population(e, 0.5, 0.7).populations[0]);
  network.coupling_mean << 0.3, 0.5, 0.9, -0.1;   // rows of sum .8
  network.second_moment << 0.21, 1.0, 1.2, 0.01;  // rows of sum 1.21
  const auto two = two_time_map(network, 20);
  for (const TwoTimePopulation& law : two.populations)
    for (std::size_t t = 0; t <= 20; ++t) {
      EXPECT_NEAR(law.mean[t], one.populations[0].mean[t], 1e-12);  // rounding, grown by chaos
      for (std::size_t s = 0; s <= t; ++s)
        EXPECT_NEAR(law.covariance(t, s), one.populations[0].covariance(t, s), 1e-12);
    }
}

TEST(TwoTime, ForgetsItsStartInTheStationaryChaoticState) {
  Ensemble e;
  e.leak = 0.5;
  e.coupling_deviation = 1.5;  // far above the onset of chaos at .5, where the approach would be slow
  const auto stationary = map_fluctuations(e).at(0).autocovariance;
  constexpr std::size_t kSteps = 400;
  const auto solution = two_time_map(one_population(e, 0.0, 0.5), kSteps);
  for (const std::size_t lag : {0U, 1U, 5U, 20U, 60U})
    EXPECT_NEAR(solution.populations[0].covariance(kSteps, kSteps - lag), stationary[lag], 1e-8) << lag;
}

TEST(TwoTime, StaticStateKeepsCorrelationOne) {
  // Thresholds at low gain: u freezes, D(t,s) -> v for all large t, s, the closed one-time state.
  for (const Kind kind : {Kind::kTanh, Kind::kErf, Kind::kRelu, Kind::kClippedTan}) {
    Ensemble e = ensemble(kind, 0.4);
    e.threshold_deviation = 0.5;
    e.threshold_mean = 0.1;
    const auto solution = two_time_map(one_population(e, 0.0, 1.0), 60);
    const TwoTimePopulation& law = solution.populations[0];
    EXPECT_NEAR(law.covariance(60, 45), law.variance[60], 1e-9);
    EXPECT_NEAR(law.covariance(60, 59), law.variance[60], 1e-9);
    const auto moments = transfer::moments(e.transfer, law.mean[60], law.variance[60]);
    EXPECT_NEAR(law.variance[60], moments.ff + 0.25, 1e-9);
  }
}

TEST(TwoTime, CovarianceIsPositiveSemidefinite) {
  const auto solution = two_time_map(excitatory_inhibitory(), 60);
  for (const TwoTimePopulation& law : solution.populations) {
    Eigen::MatrixXd d(61, 61);
    for (Eigen::Index t = 0; t < 61; ++t)
      for (Eigen::Index s = 0; s < 61; ++s)
        d(t, s) = law.covariance(static_cast<std::size_t>(t), static_cast<std::size_t>(s));
    const double smallest = Eigen::SelfAdjointEigenSolver<Eigen::MatrixXd>(d).eigenvalues()[0];
    EXPECT_GT(smallest, -1e-11 * d.trace());  // errors of 1e-13 per entry of a 61 x 61 matrix
  }
}

TEST(TwoTime, AnInputIsAMovingThreshold) {
  Ensemble e = everything();
  PopulationEnsemble network = one_population(e, 0.5, 0.7);
  const InputSeries constant = {std::vector<double>(15, -0.35)};
  const auto driven = two_time_map(network, 15, constant);
  network.populations[0].threshold_mean += 0.35;
  const auto shifted = two_time_map(network, 15);
  EXPECT_NEAR(driven.populations[0].mean[15], shifted.populations[0].mean[15], 1e-12);
  EXPECT_NEAR(driven.populations[0].covariance(15, 9), shifted.populations[0].covariance(15, 9), 1e-12);
  // Causal: what comes at step 10 shows at time 11.
  InputSeries late = {std::vector<double>(15, 0.0)};
  late[0][10] = 1;
  const auto quiet = two_time_map(one_population(e, 0.5, 0.7), 15);
  const auto kicked = two_time_map(one_population(e, 0.5, 0.7), 15, late);
  EXPECT_EQ(kicked.populations[0].mean[10], quiet.populations[0].mean[10]);
  EXPECT_NEAR(kicked.populations[0].mean[11], quiet.populations[0].mean[11] + 1, 1e-14);
}

TEST(TwoTime, StartsFromASharpState) {
  // v0 = 0: all neurons at u = 1; v(1) = J^2 f(1)^2, D(1,0) = 0.
  Ensemble e;
  e.leak = 0.3;
  const auto solution = two_time_map(one_population(e, 1.0, 0.0), 3);
  EXPECT_NEAR(solution.populations[0].variance[1], std::tanh(1.0) * std::tanh(1.0), 1e-15);
  EXPECT_EQ(solution.populations[0].covariance(1, 0), 0.0);
  EXPECT_GT(solution.populations[0].variance[3], 0.0);
}

TEST(TwoTime, RefusesBadInput) {
  const auto refused = [](auto&& change) {
    PopulationEnsemble e = excitatory_inhibitory();
    change(e);
    EXPECT_THROW((void)two_time_map(e, 3), InputError);
  };
  refused([](auto& e) { e.populations[1].leak = 1.0; });
  refused([](auto& e) { e.populations[0].initial_variance = -1; });
  refused([](auto& e) { e.populations[0].noise_deviation = NAN; });
  refused([](auto& e) { e.second_moment(0, 1) = -0.1; });
  refused([](auto& e) { e.coupling_mean(1, 1) = INFINITY; });
  refused([](auto& e) { e.centred.resize(1, 2); });
  refused([](auto& e) { e.populations.clear(); });
  const PopulationEnsemble good = excitatory_inhibitory();
  EXPECT_THROW((void)two_time_map(good, 3, {{0, 0, 0}}), InputError);
  EXPECT_THROW((void)two_time_map(good, 3, {{0, 0, 0}, {0, 0}}), InputError);
  EXPECT_THROW((void)two_time_map(good, 3, {{0, 0, 0}, {0, NAN, 0}}), InputError);
  EXPECT_THROW((void)degree_variance(1, 30, 20), InputError);
}

TEST(TwoTime, ReportsDivergence) {
  Ensemble e = ensemble(Kind::kRelu, 1.0);
  e.coupling_deviation = 5;
  EXPECT_THROW((void)two_time_map(one_population(e, 0.0, 1.0), 200), DivergenceError);
}

}  // namespace
}  // namespace limes::rate::theory

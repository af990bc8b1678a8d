// The Monte-Carlo theory of partially symmetric couplings: the Gaussian limit eta = 0, note section 10, a linear
// network in closed form.

#include <gtest/gtest.h>

#include <cmath>

#include "limes/base/errors.hpp"
#include "limes/rate/theory/two_time.hpp"
#include "limes/rate/theory/two_time_symmetric.hpp"

namespace limes::rate::theory {
namespace {

PopulationEnsemble ensemble(double leak, double coupling, double variance) {
  Ensemble one;
  one.leak = leak;
  one.coupling_deviation = coupling;
  return one_population(one, 0.0, variance);
}

/// Mean and standard error of a number over `repeats` independent runs.
template <typename Read>
std::pair<double, double> over_repeats(const PopulationEnsemble& network, double symmetry, std::size_t horizon,
                                       std::size_t samples, Read read) {
  constexpr std::uint32_t kRepeats = 6;
  double sum = 0.0, squares = 0.0;
  for (std::uint32_t repeat = 0; repeat < kRepeats; ++repeat) {
    const double value = read(two_time_symmetric(network, symmetry, horizon, {samples, 1, repeat}));
    sum += value;
    squares += value * value;
  }
  const double mean = sum / kRepeats;
  return {mean, std::sqrt((squares / kRepeats - mean * mean) / (kRepeats - 1))};
}

TEST(TwoTimeSymmetric, WithoutSymmetryItIsTheGaussianTheory) {
  auto network = ensemble(0.4, 1.1, 0.7);
  network.coupling_mean(0, 0) = 0.8;
  network.populations[0].threshold_mean = 0.2;
  network.populations[0].threshold_deviation = 0.3;
  network.populations[0].noise_deviation = 0.2;
  network.populations[0].initial_mean = 0.5;
  const auto exact = two_time_map(network, 8).populations.front();
  const auto check = [&](double value, auto read) {
    const auto [mean, error] = over_repeats(network, 0.0, 8, 5000, read);
    EXPECT_NEAR(mean, value, 7.0 * error);  // Student's t, 5 degrees of freedom: false alarm 1e-3 each, seeds fixed
  };
  check(exact.mean[8], [](const TwoTimeSymmetric& s) { return s.mean[8]; });
  check(exact.variance[8], [](const TwoTimeSymmetric& s) { return s.variance[8]; });
  check(exact.covariance(8, 3), [](const TwoTimeSymmetric& s) { return s.covariance(8, 3); });
}

TEST(TwoTimeSymmetric, CheckValuesOfTheNote) {
  // Section 10 gives Monte-Carlo values with errors: 5 of the joint error.
  const auto check = [](const PopulationEnsemble& network, double symmetry, double value, double value_error,
                        auto read) {
    const auto [mean, error] = over_repeats(network, symmetry, 12, 10000, read);
    EXPECT_NEAR(mean, value, 5.0 * std::hypot(error, value_error));
  };
  const auto second = [](const TwoTimeSymmetric& s) { return s.variance[12] + s.mean[12] * s.mean[12]; };
  check(ensemble(0.0, 1.2, 1.0), 0.5, 1.3572, 0.0016, second);
  check(ensemble(0.0, 1.2, 1.0), 0.5, 0.4624, 0.0004, [](const TwoTimeSymmetric& s) { return s.correlation(12, 10); });
  check(ensemble(0.3, 1.5, 1.0), -0.5, 2.7945, 0.0036, second);
  check(ensemble(0.3, 1.5, 1.0), -0.5, -0.4013, 0.0013,
        [](const TwoTimeSymmetric& s) { return s.correlation(12, 10); });
  check(ensemble(0.3, 1.5, 1.0), -0.5, 0.1748, 0.0005, [](const TwoTimeSymmetric& s) { return s.correlation(12, 11); });
}

TEST(TwoTimeSymmetric, ResponseOfALinearNetwork) {
  // f = g u: chi does not depend on the path. With J^2 = a: chi(1,0) = 1, chi(2,0) = gamma, R = g chi, and the first
  // echo chi(3,0) = gamma^2 + eta a R(2,1) g chi(1,0) = gamma^2 + eta a g^2.
  auto network = ensemble(0.3, 0.8, 1.0);
  network.populations[0].transfer = {transfer::Kind::kLinear, 0.9};
  const auto solution = two_time_symmetric(network, 0.5, 3, {200, 1, 0});
  EXPECT_NEAR(solution.response(1, 0), 0.9, 1e-14);
  EXPECT_NEAR(solution.response(2, 0), 0.9 * 0.3, 1e-14);
  EXPECT_NEAR(solution.response(3, 0), 0.9 * (0.09 + 0.5 * 0.64 * 0.81), 1e-14);
  EXPECT_EQ(solution.response(0, 1), 0.0);
}

TEST(TwoTimeSymmetric, BadInputIsRefused) {
  EXPECT_THROW(static_cast<void>(two_time_symmetric(ensemble(0.0, 1.0, 1.0), 1.5, 3, {})), InputError);
  EXPECT_THROW(static_cast<void>(two_time_symmetric(ensemble(0.0, 1.0, 1.0), 0.5, 3, {1, 1, 0})), InputError);
  EXPECT_THROW(static_cast<void>(two_time_symmetric(uncoupled(2), 0.5, 3, {})), InputError);
}

}  // namespace
}  // namespace limes::rate::theory

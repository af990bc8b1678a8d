#include <gtest/gtest.h>

#include <cmath>

#include "limes/base/errors.hpp"
#include "limes/rate/theory/output_history.hpp"

namespace limes::rate::theory {
namespace {

using transfer::Kind;

/// The promise of OutputHistory, relative to sqrt(E f(x)^2 E f(y)^2): that of transfer::output_pair, with which it is
/// compared.
constexpr double kPromise = 1e-10;

struct Law {
  double mean, variance;
};

class OutputHistoryOf : public testing::TestWithParam<Kind> {};

TEST_P(OutputHistoryOf, AgreesWithThePairAverageInEveryRegionOfTheCorrelation) {
  const std::vector<Law> laws = {{0.0, 1.0}, {0.3, 0.5}, {-1.2, 2.0}, {0.0, 1e-6}, {0.7, 0.0}, {0.4, 4.0}, {0.0, 1.0}};
  const std::vector<double> correlations = {0.0, 1e-5, -0.3, 0.6, -0.9, 0.97, 0.995, -0.999, 1 - 1e-6, 1 - 1e-9, 1, -1};
  for (const double gain : {0.2, 1.0, 8.0}) {
    const transfer::Transfer transfer{GetParam(), gain};
    OutputHistory history(transfer);
    for (std::size_t t = 0; t < laws.size(); ++t) {
      history.push(laws[t].mean, laws[t].variance);
      const double now = transfer::moments(transfer, laws[t].mean, laws[t].variance).ff;
      for (const double correlation : correlations) {
        std::vector<double> covariances, result(t + 1);
        for (std::size_t s = 0; s <= t; ++s)
          covariances.push_back(correlation * std::sqrt(laws[t].variance) * std::sqrt(laws[s].variance));
        history.products(covariances, result);
        for (std::size_t s = 0; s <= t; ++s) {
          const double then = transfer::moments(transfer, laws[s].mean, laws[s].variance).ff;
          const double expected = transfer::output_pair(transfer, laws[t].mean, laws[t].variance, laws[s].mean,
                                                        laws[s].variance, covariances[s]);
          EXPECT_NEAR(result[s], expected, kPromise * std::sqrt(now * then))
              << "gain " << gain << " times " << t << " " << s << " rho " << correlation;
        }
      }
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Kinds, OutputHistoryOf,
                         testing::Values(Kind::kTanh, Kind::kErf, Kind::kLogistic, Kind::kNormalCdf, Kind::kRelu,
                                         Kind::kLinear, Kind::kClippedTan),
                         [](const auto& tested) { return std::string(transfer::name(tested.param)); });

TEST(OutputHistory, ManyTimesFillSeveralBlocks) {
  const transfer::Transfer transfer{Kind::kTanh, 1.5};
  OutputHistory history(transfer);
  const auto variance = [](std::size_t t) { return 0.2 + 0.01 * static_cast<double>(t); };
  for (std::size_t t = 0; t < 75; ++t) history.push(0.1, variance(t));
  std::vector<double> covariances(75), result(75);
  for (std::size_t s = 0; s < 75; ++s) covariances[s] = 0.5 * variance(s);
  history.products(covariances, result);
  for (std::size_t s = 0; s < 75; ++s)
    EXPECT_NEAR(result[s], transfer::output_pair(transfer, 0.1, variance(74), 0.1, variance(s), covariances[s]),
                kPromise);
  // A replaced time is as if it had been pushed so.
  history.replace_last(-0.4, 2.0);
  history.products(covariances, result);
  EXPECT_NEAR(result[40], transfer::output_pair(transfer, -0.4, 2.0, 0.1, variance(40), covariances[40]), kPromise);
  EXPECT_EQ(history.size(), 75U);
}

TEST(OutputHistory, RefusesCorrelationsBeyondOne) {
  OutputHistory history({Kind::kTanh, 1.0});
  history.push(0.0, 1.0);
  std::vector<double> covariances = {1.0 + 1e-6}, result(1);
  EXPECT_THROW(history.products(covariances, result), InputError);
  EXPECT_THROW(history.push(0.0, -1.0), InputError);
}

}  // namespace
}  // namespace limes::rate::theory

#include "limes/transfer/hermite_series.hpp"

#include <gtest/gtest.h>

#include <array>
#include <cmath>

#include "limes/transfer/moments.hpp"
#include "transfer/reference.hpp"

namespace limes::transfer {
namespace {

/// He_n(h)/sqrt(n!).
double polynomial(int n, double h) {
  double previous = 0;
  double current = 1;
  for (int k = 0; k < n; ++k) {
    const double next = (h * current - std::sqrt(static_cast<double>(k)) * previous) / std::sqrt(k + 1.0);
    previous = current;
    current = next;
  }
  return current;
}

class HermiteSeriesOf : public testing::TestWithParam<Kind> {};

TEST_P(HermiteSeriesOf, CoefficientsAreTheAverages) {
  // The reference integrates f itself, the library its slope. The latter's window of 10 leaves
  // exp(-10^2/4) = 1e-11 of polynomials that still rise there, those of degree 25 and more.
  for (const double gain : {0.3, 1.0, 6.0})
    for (const auto& [mean, variance] : {std::pair{0.0, 1.0}, {0.4, 0.3}, {-1.5, 2.0}}) {
      const Transfer transfer{GetParam(), gain};
      const HermiteSeries series = hermite_series(transfer, mean, variance);
      const double scale = std::sqrt(moments(transfer, mean, variance).ff);
      for (const int n : {0, 1, 2, 3, 7, 15, 16, 17, 20}) {
        const double expected = reference::average(
            transfer, mean, variance, [&](double u, double h) { return value(transfer, u) * polynomial(n, h); });
        const auto index = static_cast<std::size_t>(n);
        const double found = index < series.coefficients.size() ? series.coefficients[index] : 0.0;
        // Beyond the end, what the limits leave out.
        const double tolerance = index < series.coefficients.size() ? 1e-12 : 1e-7;
        EXPECT_NEAR(found, expected, tolerance * scale) << gain << " " << mean << " " << variance << " n " << n;
      }
    }
}

TEST_P(HermiteSeriesOf, SquaresSumToTheSecondMoment) {
  // Parseval; `rest` is an estimate, exact where the series is cut at its greatest length.
  for (const double gain : {0.5, 2.0, 30.0}) {
    const Transfer transfer{GetParam(), gain};
    const HermiteSeries series = hermite_series(transfer, 0.2, 0.8);
    const double second_moment = moments(transfer, 0.2, 0.8).ff;
    double sum = 0;
    for (const double c : series.coefficients) sum += c * c;
    EXPECT_LE(sum, second_moment * (1 + 1e-13));
    EXPECT_NEAR(sum + series.rest, second_moment, 1e-12 * second_moment);  // rounding of 2000 terms
  }
}

INSTANTIATE_TEST_SUITE_P(Kinds, HermiteSeriesOf,
                         testing::Values(Kind::kTanh, Kind::kErf, Kind::kLogistic, Kind::kNormalCdf, Kind::kRelu,
                                         Kind::kLinear, Kind::kClippedTan),
                         [](const auto& tested) { return std::string(name(tested.param)); });

TEST(HermiteSums, AreTheSeriesOfEveryLane) {
  constexpr std::size_t kCount = 5;
  const std::array<double, kCount> a = {1.0, -0.5, 0.25, 2.0, -1.0};
  std::vector<double> b(kCount * kHermiteLanes), rho(kHermiteLanes), result(kHermiteLanes);
  for (std::size_t n = 0; n < kCount; ++n)
    for (std::size_t i = 0; i < kHermiteLanes; ++i) b[kHermiteLanes * n + i] = std::cos(static_cast<double>(7 * n + i));
  for (std::size_t i = 0; i < kHermiteLanes; ++i) rho[i] = -1 + 0.06 * static_cast<double>(i);
  hermite_sums(a, b, rho, result);
  for (std::size_t i = 0; i < kHermiteLanes; ++i) {
    double expected = 0;
    for (std::size_t n = 0; n < kCount; ++n)
      expected += a[n] * b[kHermiteLanes * n + i] * std::pow(rho[i], static_cast<double>(n));
    EXPECT_NEAR(result[i], expected, 1e-14);
  }
}

}  // namespace
}  // namespace limes::transfer

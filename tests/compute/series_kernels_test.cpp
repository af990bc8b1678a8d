#include "limes/compute/series_kernels.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <vector>

namespace limes::compute {
namespace {

TEST(SeriesKernels, SmallProductsAreThoseOfTheDefinition) {
  for (const std::size_t rows : {1, 3, 4, 9}) {
    for (const std::size_t columns : {8, 24, 32}) {
      const std::size_t inner = 13;
      std::vector<double> a(rows * inner), x(inner * columns), y(rows * columns, 1e300);
      for (std::size_t k = 0; k < a.size(); ++k) a[k] = std::sin(1.0 + static_cast<double>(k));
      for (std::size_t k = 0; k < x.size(); ++k) x[k] = std::cos(2.0 * static_cast<double>(k));
      multiply_small(a.data(), rows, inner, x.data(), columns, y.data());
      for (std::size_t i = 0; i < rows; ++i) {
        for (std::size_t b = 0; b < columns; ++b) {
          double sum = 0.0;
          for (std::size_t k = 0; k < inner; ++k) sum += a[i * inner + k] * x[k * columns + b];
          EXPECT_NEAR(y[i * columns + b], sum, 1e-14);  // thirteen roundings of numbers below 1
        }
      }
    }
  }
}

TEST(SeriesKernels, SumsAreThoseOfTheGeometricSeries) {
  constexpr std::size_t kOrders = 20;
  const std::vector<double> ones(kOrders, 1.0);
  std::vector<double> x;
  for (int k = 0; k <= 42; ++k) x.push_back(k / 42.0);
  std::vector<double> sum(x.size()), slope(x.size()), alone(x.size());
  const PowerSeries series{ones.data(), kOrders, 3.0, 31};
  sum_series(series, x.data(), x.size(), sum.data(), slope.data());
  sum_series(series, x.data(), x.size(), alone.data(), nullptr);
  EXPECT_EQ(sum, alone);
  for (std::size_t k = 0; k < x.size(); ++k) {
    const double n = kOrders;
    const double z = x[k];
    const bool one = z == 1.0;
    const double geometric = one ? n : z * (1 - std::pow(z, n)) / (1 - z);
    const double rise =
        one ? 0.5 * n * (n + 1) : (1 - (n + 1) * std::pow(z, n) + n * std::pow(z, n + 1)) / ((1 - z) * (1 - z));
    // Near z = 1 the closed forms cancel: (1 - z)^2 is 6e-4 there.
    EXPECT_NEAR(sum[k], geometric + 3 * std::pow(z, 31), 1e-12) << z;
    EXPECT_NEAR(slope[k], rise + 93 * std::pow(z, 30), 1e-10) << z;
  }
  // The bits of an element do not depend on its place.
  for (std::size_t k = 0; k < x.size(); ++k) {
    double value = 0.0;
    sum_series(series, &x[k], 1, &value, nullptr);
    EXPECT_EQ(value, sum[k]);
  }
}

TEST(SeriesKernels, NoOrdersLeaveTheHighOneAlone) {
  const double x[] = {0.0, 0.5, 1.0};
  double sum[3];
  double slope[3];
  sum_series({nullptr, 0, 2.0, 2}, x, 3, sum, slope);
  for (int k = 0; k < 3; ++k) {
    EXPECT_EQ(sum[k], 2.0 * x[k] * x[k]);
    EXPECT_EQ(slope[k], 4.0 * x[k]);
  }
}

}  // namespace
}  // namespace limes::compute

#include <gtest/gtest.h>

#include <cmath>
#include <vector>

#include "limes/rate/given_matrix/lag_grid.hpp"

namespace limes::rate::given_matrix {
namespace {

Eigen::RowVectorXd at_nodes(const LagGrid& grid, double rate) {
  Eigen::RowVectorXd values(grid.size());
  for (Eigen::Index n = 0; n < grid.size(); ++n)
    values[n] = std::exp(-rate * grid.nodes()[static_cast<std::size_t>(n)]);
  return values;
}

TEST(QuenchedLagGrid, FiltersAnExponentialInDiscreteTime) {
  // (1 + g^2) D(k) - g (D(k+1) + D(k-1)) = a^|k| against the sum of its Green function over all lags.
  const double leak = 0.7;
  const double a = 0.9;
  const LagGrid grid(false, leak, 400.0);
  const Eigen::RowVectorXd filtered = at_nodes(grid, -std::log(a)) * grid.filter().transpose();
  for (Eigen::Index n = 0; n < grid.size(); ++n) {
    const double lag = grid.nodes()[static_cast<std::size_t>(n)];
    double sum = 0.0;
    for (int m = -600; m <= 600; ++m) {
      sum += std::pow(leak, std::abs(lag - m)) / (1 - leak * leak) * std::pow(a, std::abs(m));
    }
    // Degree 10 on panels of doubling length: 1e-8 of the value at lag 0.
    EXPECT_NEAR(filtered[n], sum, 1e-8 * filtered[0]) << lag;
  }
}

TEST(QuenchedLagGrid, FiltersAnExponentialInContinuousTime) {
  // kappa^2 D - D'' = e^(-a s), D'(0) = 0: D = [e^(-a s) - (a/kappa) e^(-kappa s)]/(kappa^2 - a^2).
  const LagGrid grid(true, 0.0, 60.0);
  for (const double kappa : {1.0, 1.6}) {
    const double a = 0.5;
    const Eigen::RowVectorXd filtered = at_nodes(grid, a) * grid.filter(kappa).transpose();
    for (Eigen::Index n = 0; n < grid.size(); ++n) {
      const double s = grid.nodes()[static_cast<std::size_t>(n)];
      const double exact = (std::exp(-a * s) - a / kappa * std::exp(-kappa * s)) / (kappa * kappa - a * a);
      EXPECT_NEAR(filtered[n], exact, 1e-9) << s;
    }
  }
}

TEST(QuenchedLagGrid, RespondsToWhiteNoiseAndInterpolates) {
  const LagGrid discrete(false, 0.6, 30.0);
  EXPECT_NEAR(discrete.noise_response(0.25)[0], 0.25 / (1 - 0.36), 1e-15);
  EXPECT_NEAR(discrete.noise_response(0.25)[2], 0.25 / (1 - 0.36) * 0.36, 1e-15);
  const LagGrid continuous(true, 0.0, 30.0);
  EXPECT_NEAR(continuous.noise_response(0.5)[0], 0.5, 1e-15);
  const Eigen::RowVectorXd values = at_nodes(continuous, 0.8);
  for (const double lag : {0.0, 0.123, 1.7, 5.5, 20.0}) {
    // The same panels: 1e-9.
    EXPECT_NEAR(continuous.interpolate({values.data(), static_cast<std::size_t>(values.size())}, lag),
                std::exp(-0.8 * lag), 1e-9);
  }
  EXPECT_EQ(continuous.interpolate({values.data(), static_cast<std::size_t>(values.size())}, 1e3), 0.0);
  EXPECT_EQ(LagGrid(false, 0.0, 100.0).size(), 1);
}

}  // namespace
}  // namespace limes::rate::given_matrix

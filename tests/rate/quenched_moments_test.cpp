#include <gtest/gtest.h>

#include <cmath>
#include <vector>

#include "limes/rate/given_matrix/neuron_moments.hpp"
#include "limes/transfer/moments.hpp"

namespace limes::rate::given_matrix {
namespace {

using transfer::Kind;
using transfer::Transfer;

constexpr Kind kAllKinds[] = {Kind::kTanh, Kind::kErf,    Kind::kLogistic,  Kind::kNormalCdf,
                              Kind::kRelu, Kind::kLinear, Kind::kClippedTan};

TEST(QuenchedMoments, OutputsAndGainsAreThoseOfTheTransferFloor) {
  const std::vector<double> mean{0.0, 0.3, -1.2, 2.5, 0.7, -0.4};
  const std::vector<double> variance{0.0, 0.01, 0.25, 1.0, 9.0, 400.0};
  for (const Kind kind : kAllKinds) {
    const Transfer transfer{kind, 1.3};
    NeuronMoments moments(transfer);
    compute::Threads threads(1);
    const OutputMoments outputs = moments.outputs(threads, mean, variance);
    const GainMoments gains = moments.gains(mean, variance);
    for (std::size_t i = 0; i < mean.size(); ++i) {
      const transfer::Moments exact = transfer::moments(transfer, mean[i], variance[i]);
      const auto k = static_cast<Eigen::Index>(i);
      // 1e-10 of the size of f (or f') in this state: the rules hold 1e-12, the transfer floor 1e-11.
      const double size = 1e-10 * (1.0 + std::sqrt(exact.ff));
      EXPECT_NEAR(outputs.f[k], exact.f, size) << transfer::name(kind) << " " << i;
      EXPECT_NEAR(outputs.variance[k], exact.ff - exact.f * exact.f, size * (1.0 + std::sqrt(exact.ff)));
      EXPECT_NEAR(gains.df[k], exact.df, 1e-9);
      EXPECT_NEAR(gains.dfdf[k], exact.dfdf, 1e-9);
      EXPECT_NEAR(gains.ddf[k], exact.ddf, 1e-9);
      EXPECT_NEAR(gains.f_df[k], exact.f_df, 1e-9 * (1.0 + std::sqrt(exact.ff)));
      EXPECT_NEAR(gains.f_ddf[k], exact.f_ddf, 1e-9 * (1.0 + std::sqrt(exact.ff)));
    }
    EXPECT_EQ(outputs.variance[0], 0.0);
  }
}

TEST(QuenchedMoments, LaggedOutputsAreThoseOfTheGaussianPair) {
  const std::vector<double> rho{1.0, 0.97, 0.8, 0.4, 0.05, 0.0};
  for (const Kind kind : kAllKinds) {
    const bool kinked = kind == Kind::kRelu || kind == Kind::kClippedTan;
    for (const double variance : {0.04, 0.7, 2.5, 9.0}) {
      const Transfer transfer{kind, 1.0};
      NeuronMoments moments(transfer);
      compute::Threads threads(1);
      RowMajorMatrix covariance(1, std::ssize(rho));
      for (Eigen::Index l = 0; l < covariance.cols(); ++l)
        covariance(0, l) = rho[static_cast<std::size_t>(l)] * variance;
      RowMajorMatrix outputs;
      RowMajorMatrix gains;
      const std::vector<double> mean{0.4};
      const double f = moments.lag_outputs(threads, mean, covariance, outputs, &gains)[0];
      const double size = std::sqrt(transfer::moments(transfer, 0.4, variance).ff);
      // Orders beyond 160 are lumped together: 1e-5 at g sqrt(v) = 3, 3e-4 where a kink makes the series algebraic.
      const double series = kinked ? 3e-4 : variance > 4.0 ? 1e-5 : 1e-9;
      for (std::size_t l = 0; l < rho.size(); ++l) {
        const auto k = static_cast<Eigen::Index>(l);
        const auto pair = transfer::pair_averages(transfer, {0.4, variance, 0.4, variance, covariance(0, k)});
        EXPECT_NEAR(outputs(0, k) + f * f, pair.output, series * size * size) << transfer::name(kind) << " " << rho[l];
        if (!kinked && rho[l] < 1.0) {
          EXPECT_NEAR(gains(0, k), pair.gain, 100 * series) << transfer::name(kind) << " " << rho[l] << " " << variance;
        }
      }
    }
  }
}

TEST(QuenchedMoments, NeitherNeighboursNorThreadsChangeABit) {
  constexpr Eigen::Index kNeurons = 500;
  const Transfer transfer{Kind::kTanh, 1.2};
  std::vector<double> mean;
  RowMajorMatrix covariance(kNeurons, 21);
  for (Eigen::Index i = 0; i < kNeurons; ++i) {
    mean.push_back(std::sin(static_cast<double>(i)));
    const double variance = i % 17 == 0 ? 0.0 : 3.0 * std::pow(std::cos(static_cast<double>(3 * i)), 2);
    for (Eigen::Index l = 0; l < covariance.cols(); ++l)
      covariance(i, l) = variance * std::exp(-0.2 * static_cast<double>(l));
  }
  NeuronMoments moments(transfer);
  compute::Threads one(1);
  compute::Threads two(2);
  RowMajorMatrix outputs, gains, outputs_two, gains_two, own, own_gains;
  const Eigen::VectorXd f = moments.lag_outputs(one, mean, covariance, outputs, &gains);
  EXPECT_EQ(f, moments.lag_outputs(two, mean, covariance, outputs_two, &gains_two));
  EXPECT_EQ(outputs, outputs_two);
  EXPECT_EQ(gains, gains_two);
  for (const Eigen::Index i : {1, 17, 250, 499}) {
    const RowMajorMatrix row = covariance.row(i);
    EXPECT_EQ(f[i], moments.lag_outputs(one, {&mean[static_cast<std::size_t>(i)], 1}, row, own, &own_gains)[0]);
    EXPECT_EQ(outputs.row(i), own.row(0)) << i;
    EXPECT_EQ(gains.row(i), own_gains.row(0)) << i;
  }
}

}  // namespace
}  // namespace limes::rate::given_matrix

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
    const OutputMoments outputs = moments.outputs(mean, variance);
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
      std::vector<double> covariance;
      for (const double r : rho) covariance.push_back(r * variance);
      std::vector<double> outputs(rho.size());
      std::vector<double> gains(rho.size());
      const double f = moments.lag_outputs(0.4, covariance, outputs, gains);
      const double size = std::sqrt(transfer::moments(transfer, 0.4, variance).ff);
      // Orders beyond 160 are lumped together: 1e-5 at g sqrt(v) = 3, 3e-4 where a kink makes the series algebraic.
      const double series = kinked ? 3e-4 : variance > 4.0 ? 1e-5 : 1e-9;
      for (std::size_t l = 0; l < rho.size(); ++l) {
        const auto pair = transfer::pair_averages(transfer, {0.4, variance, 0.4, variance, covariance[l]});
        EXPECT_NEAR(outputs[l] + f * f, pair.output, series * size * size) << transfer::name(kind) << " " << rho[l];
        if (!kinked && rho[l] < 1.0) {
          EXPECT_NEAR(gains[l], pair.gain, 100 * series) << transfer::name(kind) << " " << rho[l] << " " << variance;
        }
      }
    }
  }
}

}  // namespace
}  // namespace limes::rate::given_matrix

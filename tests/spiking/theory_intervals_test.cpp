// The law of the intervals: against the solvers' rate and CV, and closed forms.

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <numeric>

#include "limes/spiking/interval_bins.hpp"
#include "limes/spiking/theory/interval_law.hpp"
#include "limes/spiking/theory/neuron_solution.hpp"
#include "limes/stats/curve_test.hpp"
#include "spiking/spiking_helpers.hpp"

namespace limes::spiking {
namespace {

using testing::kInfinity;

/// Mean and CV from the share of longer intervals at the borders: int S dt and int t S dt by the closed Newton-Cotes
/// rule of nine points on every octave, whose error is some 1e-7 where S changes over a whole octave.
struct Moments {
  double mean = 0.0;
  double half_square = 0.0;
  [[nodiscard]] double cv() const { return std::sqrt(2.0 * half_square / (mean * mean) - 1.0); }
};

Moments moments_of(const std::vector<double>& masses) {
  constexpr std::array<double, 9> kWeights = {3956, 23552, -3712, 41984, -18160, 41984, -3712, 23552, 3956};
  std::vector<double> longer(masses.size() + 1, 0.0);
  for (std::size_t k = masses.size(); k-- > 0;) longer[k] = longer[k + 1] + masses[k];
  const double first = IntervalBins::octave(0);
  longer[0] = 1.0 - masses[0] * 8.0 / 9.0;  // the first bin begins at 0; eight ninths of it lie before 2^-14
  Moments moments{first, 0.5 * first * first};
  for (std::size_t bin = 0; bin < IntervalBins::kCount; bin += IntervalBins::kPerOctave) {
    for (std::size_t k = 0; k < kWeights.size(); ++k) {
      const double time = IntervalBins::octave(bin) + static_cast<double>(k) * IntervalBins::width(bin);
      const double share = IntervalBins::width(bin) * kWeights[k] / 14175.0 * longer[bin + k];
      moments.mean += share;
      moments.half_square += share * time;
    }
  }
  return moments;
}

OneNeuron exponential(double base, double time, double reset, std::vector<ExternalInput> inputs) {
  return {Intensity::kExponential, base, time, reset, std::move(inputs)};
}

TEST(TheoryIntervals, HaveTheMeanAndTheCvOfTheSolvers) {
  const std::vector<OneNeuron> neurons = {
      exponential(1, 1, 0, {{.3, 10}}),
      exponential(.5, 2, -1, {{.5, 6}, {-.5, 4}}),
      exponential(.2, 1, -2, {{.4, 12}, {-.8, 3}}),
      exponential(2, .5, .5, {{.2, 20}, {-.3, 20}}),
      exponential(1, 1, 0, {{-.5, 8}}),
      exponential(1, 1, 0, {{6, 2}}),
      exponential(.5, kInfinity, 0, {{.4, 3}}),
      {Intensity::kLinear, 1, 1, .5, {{.2, 14}}},
      {Intensity::kLinear, 0, kInfinity, .6, {{.9, 1.5}}},
  };
  for (const OneNeuron& neuron : neurons) {
    const OneNeuronStatistics statistics = solve_neuron(neuron, TheorySolver::kBackward);
    const std::vector<double> masses = interval_masses(neuron);
    ASSERT_EQ(masses.size(), IntervalBins::kCount);
    EXPECT_NEAR(std::accumulate(masses.begin(), masses.end(), 0.0), 1.0, 1e-12);
    const Moments moments = moments_of(masses);
    EXPECT_NEAR(moments.mean * statistics.rate, 1.0, 5e-7) << statistics.rate;
    EXPECT_NEAR(moments.cv(), statistics.isi_cv, 2e-6) << statistics.rate;
  }
}

TEST(TheoryIntervals, WithoutInputFollowTheHazardOfTheResting) {
  // rho = 0: a Poisson process. Else -ln S = Lam int_0^t exp(rho e^{-z/tau}) dz (note section 7), by Simpson's rule.
  const std::vector<double> poisson = interval_masses(exponential(1.7, 2, 0, {}));
  const std::vector<double> relaxing = interval_masses(exponential(.8, 1.5, -2, {}));
  double before = 0.0, exponent = 0.0;
  for (std::size_t bin = 0; bin + 1 < IntervalBins::kCount; ++bin) {
    const double after = IntervalBins::octave(bin) + (static_cast<double>(bin % 8) + 1.0) * IntervalBins::width(bin);
    EXPECT_NEAR(poisson[bin], std::exp(-1.7 * before) - std::exp(-1.7 * after), 1e-12) << bin;
    double step = 0.0;
    constexpr int kParts = 64;
    for (int k = 0; k <= kParts; ++k) {
      const double z = before + (after - before) * k / kParts;
      step += (k == 0 || k == kParts ? 1.0 : k % 2 == 1 ? 4.0 : 2.0) * .8 * std::exp(-2.0 * std::exp(-z / 1.5));
    }
    step *= (after - before) / (3.0 * kParts);
    EXPECT_NEAR(relaxing[bin], std::exp(-exponent) - std::exp(-exponent - step), 1e-9) << bin;
    exponent += step;
    before = after;
  }
}

TEST(TheoryIntervals, SilentNeuronsFireRarelyLikeAPoissonProcess) {
  // Deep inhibition: the rate is 1e-13 per time unit, and nothing falls into the bins but into the last.
  const std::vector<double> masses = interval_masses(exponential(.01, 1, 0, {{-4, 100}}));
  EXPECT_NEAR(masses.back(), 1.0, 1e-6);
  EXPECT_GE(*std::min_element(masses.begin(), masses.end()), 0.0);
}

TEST(TheoryIntervals, AreThoseOfTheSimulation) {
  // One neuron with Poisson inputs: the limit is exact. Of sixteen runs five smooth modes are tested; a right theory
  // fails with probability 1e-3. Inputs a tenth too strong must be seen.
  using namespace testing;
  auto description = run_of(Intensity::kExponential, {{1, .5, 2.0, -1.0}}, matrix({{0.0}}), 4000);
  description.network.inputs = {{{.5, 6}, {-.5, 4}}};
  description.simulation.realisations = 16;
  const auto outcome = simulate(description);
  const auto p_value = [&](double factor) {
    const std::vector<double> masses = interval_masses(exponential(.5, 2, -1, {{.5, 6 * factor}, {-.5, 4}}));
    std::vector<double> centres, predicted;
    std::size_t first = 0;
    for (std::size_t bin = 0; bin < masses.size(); ++bin) {
      if (masses[bin] < 1e-3) continue;
      if (centres.empty()) first = bin;
      centres.push_back(IntervalBins::centre(bin));
      predicted.push_back(IntervalBins::density(masses[bin], bin));
    }
    Eigen::MatrixXd residuals(16, static_cast<Eigen::Index>(centres.size()));
    for (std::size_t r = 0; r < 16; ++r) {
      for (const auto& curve : outcome.realisations[r].curves) {
        if (curve.name != "isi_density") continue;
        for (std::size_t k = 0; k < centres.size(); ++k) {
          residuals(static_cast<Eigen::Index>(r), static_cast<Eigen::Index>(k)) =
              curve.values.values[first + k] - predicted[k];
        }
      }
    }
    return stats::curve_test(residuals, centres, predicted).p_value.value();
  };
  EXPECT_GT(p_value(1.0), 1e-3);
  EXPECT_LT(p_value(1.1), 1e-6);
}

}  // namespace
}  // namespace limes::spiking

// Branches in one parameter against the check values of note rate-networks, section 10, and closed forms.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <functional>

#include "limes/rate/theory/continuation/branches.hpp"
#include "rate/population_helpers.hpp"

namespace limes::rate::theory {
namespace {

// The note's values have ten digits; special points are located far below that.
constexpr double kDigits = 2e-10;

PopulationEnsemble single(transfer::Kind kind, const std::function<void(Ensemble&)>& change) {
  Ensemble ensemble;
  ensemble.transfer = {kind, 1.0};
  change(ensemble);
  return one_population(ensemble, 0.0, 1.0);
}

EnsembleFamily family(transfer::Kind kind, std::function<void(Ensemble&, double)> change) {
  return [kind, change = std::move(change)](double value) {
    return single(kind, [&](Ensemble& ensemble) { change(ensemble, value); });
  };
}

struct Point {
  double value;
  std::complex<double> eigenvalue;
  const BranchState* state;
};

std::vector<Point> points_of(const std::vector<StateBranch>& branches, SpecialType type) {
  std::vector<Point> points;
  for (const StateBranch& branch : branches) {
    for (const BranchSpecialPoint& special : branch.special_points) {
      const BranchState& state = branch.states[special.index];
      if (special.type == type) points.push_back({state.parameter, special.eigenvalue, &state});
    }
  }
  std::sort(points.begin(), points.end(), [](const Point& a, const Point& b) { return a.value < b.value; });
  return points;
}

TEST(StaticBranches, ChaosLinesWithThresholds) {
  const struct {
    double leak, deviation, expected;
  } cases[] = {{0.0, 0.1, 1.2203568676},
               {0.0, 0.3, 1.5175784929},
               {0.0, 0.5, 1.8002435292},
               {0.5, 0.1, 0.6101784338},
               {0.5, 0.3, 0.7587892464}};
  for (const auto& c : cases) {
    const auto branches = static_branches(family(transfer::Kind::kTanh,
                                                 [&](Ensemble& e, double gain) {
                                                   e.transfer.gain = gain;
                                                   e.leak = c.leak;
                                                   e.threshold_deviation = c.deviation;
                                                 }),
                                          {.lower = 0.4, .upper = 2.2});
    const auto chaos = points_of(branches, SpecialType::kChaos);
    ASSERT_EQ(chaos.size(), 1U);
    EXPECT_NEAR(chaos[0].value, c.expected, kDigits);
  }
}

TEST(StaticBranches, ChaosLinesOfTheLogisticFunction) {
  for (const auto& [threshold, expected] : {std::pair{0.0, 2.5449813747}, {0.25, 2.3406240129}}) {
    const auto branches = static_branches(family(transfer::Kind::kLogistic,
                                                 [&](Ensemble& e, double gain) {
                                                   e.transfer.gain = gain;
                                                   e.coupling_deviation = 2.0;
                                                   e.threshold_deviation = 0.1;
                                                   e.threshold_mean = threshold;
                                                 }),
                                          {.lower = 1.0, .upper = 3.5});
    const auto chaos = points_of(branches, SpecialType::kChaos);
    ASSERT_EQ(chaos.size(), 1U);
    EXPECT_NEAR(chaos[0].value, expected, kDigits);
  }
}

TEST(StaticBranches, CoexistingStatesOfTheLogisticFunction) {
  // Note 4.6: at thetabar = 0.5 the chaos line lies on the branch of large variance, and at g = 6 there are three
  // states: a quiescent one and the saddle that it meets at a fold below, and the one beyond the chaos line.
  const auto branches = static_branches(family(transfer::Kind::kLogistic,
                                               [&](Ensemble& e, double gain) {
                                                 e.transfer.gain = gain;
                                                 e.coupling_deviation = 2.0;
                                                 e.threshold_deviation = 0.1;
                                                 e.threshold_mean = 0.5;
                                               }),
                                        {.lower = 1.0, .upper = 6.0});
  ASSERT_EQ(branches.size(), 2U);
  const auto chaos = points_of(branches, SpecialType::kChaos);
  ASSERT_FALSE(chaos.empty());
  EXPECT_NEAR(chaos.front().value, 2.1736320593, kDigits);
  EXPECT_EQ(points_of(branches, SpecialType::kFold).size(), 1U);
  std::vector<double> variances;
  for (const StateBranch& branch : branches) {
    for (const BranchState* end : {&branch.states.front(), &branch.states.back()}) {
      if (end->parameter == 6.0) variances.push_back(end->variance[0]);
    }
  }
  std::sort(variances.begin(), variances.end());
  ASSERT_EQ(variances.size(), 3U);
  EXPECT_NEAR(variances[0], 0.010422, 5e-7);  // the digits of the note
  EXPECT_NEAR(variances[1], 0.047904, 5e-7);
  EXPECT_NEAR(variances[2], 1.205314, 5e-7);
}

TEST(StaticBranches, PitchforksInTheMeanCoupling) {
  const struct {
    double deviation, thresholds, expected;
  } cases[] = {{0.7, 0.2, 1.0662068579}, {1.2, 0.0, 1.2095890578}};
  for (const auto& c : cases) {
    const auto branches = static_branches(family(transfer::Kind::kTanh,
                                                 [&](Ensemble& e, double mean) {
                                                   e.coupling_mean = mean;
                                                   e.coupling_deviation = c.deviation;
                                                   e.threshold_deviation = c.thresholds;
                                                 }),
                                          {.lower = 0.5, .upper = 2.0});
    const auto pitchforks = points_of(branches, SpecialType::kPitchfork);
    const auto hit = std::count_if(pitchforks.begin(), pitchforks.end(),
                                   [&](const Point& p) { return std::abs(p.value - c.expected) < 1e-9; });
    EXPECT_EQ(hit, 1) << c.deviation;
    EXPECT_TRUE(points_of(branches, SpecialType::kFold).empty());
  }
}

TEST(StaticBranches, TheImperfectPitchforkFoldsWhereTheJacobianIsSingular) {
  // Note 10: three states at Jbar = 2; the fold lies where 1 is an eigenvalue of the linearised map.
  const auto branches = static_branches(family(transfer::Kind::kTanh,
                                               [&](Ensemble& e, double mean) {
                                                 e.coupling_mean = mean;
                                                 e.coupling_deviation = 0.7;
                                                 e.threshold_mean = 0.1;
                                                 e.threshold_deviation = 0.2;
                                               }),
                                        {.lower = 0.5, .upper = 2.0});
  ASSERT_EQ(branches.size(), 2U);
  const auto folds = points_of(branches, SpecialType::kFold);
  ASSERT_EQ(folds.size(), 1U);
  ASSERT_TRUE(folds[0].state->outlier);
  EXPECT_NEAR(std::abs(*folds[0].state->outlier - 1.0), 0.0, 1e-7);  // linear in the place along the curve
  std::vector<double> means;
  for (const StateBranch& branch : branches) {
    for (const BranchState* end : {&branch.states.front(), &branch.states.back()}) {
      if (end->parameter == 2.0) means.push_back(end->mean[0]);
    }
  }
  std::sort(means.begin(), means.end());
  ASSERT_EQ(means.size(), 3U);
  EXPECT_NEAR(means[0], -1.92551999, 5e-9);
  EXPECT_NEAR(means[1], 0.11677606, 5e-9);
  EXPECT_NEAR(means[2], 1.62317401, 5e-9);
}

TEST(StaticBranches, NeimarkSackerPointOfExcitationAndInhibition) {
  const auto branches = static_branches(excitatory_inhibitory, {.lower = 0.5, .upper = 1.5});
  const auto points = points_of(branches, SpecialType::kNeimarkSacker);
  ASSERT_EQ(points.size(), 1U);
  EXPECT_NEAR(points[0].value, 1.0354232514, kDigits);
  EXPECT_NEAR(points[0].eigenvalue.real(), 0.32316068, 5e-9);
  EXPECT_NEAR(points[0].eigenvalue.imag(), 0.94634411, 5e-9);
  EXPECT_NEAR(points[0].state->mean[0], -0.78565019, 5e-9);
  EXPECT_NEAR(points[0].state->variance[1], 0.0205611, 5e-8);
}

TEST(StaticBranches, HopfPointOfTheSameInContinuousTime) {
  // Of the flow the line is Re z = 1: on the same states, at another gain.
  const auto branches = static_branches(excitatory_inhibitory, {.lower = 0.5, .upper = 6.0, .continuous_time = true});
  const auto points = points_of(branches, SpecialType::kHopf);
  ASSERT_FALSE(points.empty());
  for (const Point& point : points) {
    EXPECT_NEAR(point.eigenvalue.real(), 1.0, 1e-9);
    EXPECT_GT(point.eigenvalue.imag(), 0.1);
  }
}

TEST(StaticBranches, FlipWithInhibitoryMean) {
  // Without thresholds and below the chaos line u = 0 flips where Jbar g = -1 (note 4.5: -1 is an outlier, R = J g).
  const auto branches = static_branches(family(transfer::Kind::kTanh,
                                               [&](Ensemble& e, double mean) {
                                                 e.coupling_mean = mean;
                                                 e.coupling_deviation = 0.5;
                                               }),
                                        {.lower = -2.0, .upper = 0.5});
  const auto flips = points_of(branches, SpecialType::kFlip);
  ASSERT_EQ(flips.size(), 1U);
  EXPECT_NEAR(flips[0].value, -1.0, 1e-10);
  EXPECT_NEAR(flips[0].eigenvalue.real(), -1.0, 1e-10);
}

TEST(StaticBranches, VarianceIsBornAtTheChaosPointOfTheSilentState) {
  const auto branches =
      static_branches(family(transfer::Kind::kTanh, [](Ensemble& e, double gain) { e.transfer.gain = gain; }),
                      {.lower = 0.5, .upper = 1.5});
  ASSERT_EQ(branches.size(), 2U);
  const auto chaos = points_of(branches, SpecialType::kChaos);
  ASSERT_EQ(chaos.size(), 1U);
  EXPECT_NEAR(chaos[0].value, 1.0, 1e-10);
  EXPECT_TRUE(points_of(branches, SpecialType::kPitchfork).empty());
  EXPECT_TRUE(points_of(branches, SpecialType::kTranscritical).empty());
}

TEST(WhiteBranches, ChaosByNoise) {
  // Note 4.6: at gamma = 0 the line with noise sigma is that with sigma_theta = sigma.
  const auto branches = white_branches(family(transfer::Kind::kTanh,
                                              [](Ensemble& e, double gain) {
                                                e.transfer.gain = gain;
                                                e.noise_deviation = 1.0;
                                              }),
                                       {.lower = 1.0, .upper = 4.0});
  ASSERT_EQ(branches.size(), 1U);
  const auto chaos = points_of(branches, SpecialType::kChaos);
  ASSERT_EQ(chaos.size(), 1U);
  EXPECT_NEAR(chaos[0].value, 2.5373159275, kDigits);
  EXPECT_EQ(chaos[0].state->frozen[0], 0.0);
}

TEST(WhiteBranches, ChaosWithoutNoiseBeginsOnTheStaticBranch) {
  const auto with_thresholds = family(transfer::Kind::kTanh, [](Ensemble& e, double gain) {
    e.transfer.gain = gain;
    e.threshold_deviation = 0.3;
  });
  const auto branches = white_branches(with_thresholds, {.lower = 1.0, .upper = 3.0});
  ASSERT_EQ(branches.size(), 1U);
  const auto chaos = points_of(branches, SpecialType::kChaos);
  ASSERT_EQ(chaos.size(), 1U);
  EXPECT_NEAR(chaos[0].value, 1.5175784929, kDigits);
  const auto& states = branches[0].states;
  const BranchState& end = states.front().parameter == 3.0 ? states.front() : states.back();
  ASSERT_EQ(end.parameter, 3.0);
  EXPECT_NEAR(end.variance[0], 0.8093702343, kDigits);  // note 10
  EXPECT_NEAR(end.frozen[0], 0.3280711629, kDigits);
  EXPECT_NEAR(end.lyapunov_exponent, 0.2757886940, kDigits);
}

TEST(WhiteBranches, NoiseDoesNotReachTheStaticTheory) {
  const auto noisy = family(transfer::Kind::kTanh, [](Ensemble& e, double gain) {
    e.transfer.gain = gain;
    e.noise_deviation = 0.5;
  });
  EXPECT_TRUE(static_branches(noisy, {.lower = 1.0, .upper = 2.0}).empty());
}

}  // namespace
}  // namespace limes::rate::theory

#include "limes/rate/given_matrix/given_matrix_theory.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <set>

#include "limes/coupling/gaussian.hpp"

namespace limes::rate::given_matrix {
namespace {

RateDescription described(TimeKind time, double noise) {
  RateDescription description;
  description.time = time;
  description.populations[0].size = 40;
  description.populations[0].transfer = {transfer::Kind::kTanh, 1.2};
  description.coupling.kind = CouplingDescription::Kind::kGiven;
  description.coupling.matrix = std::make_shared<const coupling::Matrix>(coupling::gaussian_matrix(4, 0, 40, 2.0, 0.5));
  description.populations[0].threshold_mean = 0.05;
  description.populations[0].threshold_deviation = 0.1;
  (time == TimeKind::kDiscrete ? description.populations[0].noise_deviation
                               : description.populations[0].noise_intensity) = noise;
  description.simulation.step = time == TimeKind::kDiscrete ? 1.0 : 0.05;
  description.simulation.lags = 30.0;
  return description;
}

const system::TheoryQuantity* find(const system::TheoryOutcome& outcome, const std::string& branch,
                                   const std::string& name) {
  const auto found = std::find_if(outcome.quantities.begin(), outcome.quantities.end(),
                                  [&](const auto& q) { return q.branch == branch && q.name == name; });
  return found == outcome.quantities.end() ? nullptr : &*found;
}

TEST(GivenMatrixTheory, NamesWhatTheContractNames) {
  for (const TimeKind time : {TimeKind::kDiscrete, TimeKind::kContinuous}) {
    const system::TheoryOutcome outcome = given_matrix_theory(described(time, 0.2), {});
    EXPECT_EQ(outcome.status, system::Status::kOk);
    std::set<std::string> labels;
    for (const system::Branch& branch : outcome.branches) {
      EXPECT_TRUE(labels.insert(branch.label).second) << branch.label;
      EXPECT_EQ(branch.label.rfind(branch.family, 0), 0U);
      EXPECT_FALSE(branch.description.empty());
      // With noise no network stays at a fixed point.
      EXPECT_EQ(branch.can_be_realised, branch.family != "fixed_point") << branch.label;
    }
    EXPECT_TRUE(labels.contains("quenched-0"));
    EXPECT_TRUE(labels.contains("fixed_point-0"));
    for (const std::string name : {"mean", "variance", "frozen_variance", "mean_output", "lyapunov_exponent"}) {
      const auto* quenched = find(outcome, "quenched-0", name);
      ASSERT_NE(quenched, nullptr) << name;
      EXPECT_TRUE(quenched->approximate);
      EXPECT_TRUE(std::isfinite(quenched->value.scalar()));
      EXPECT_GT(quenched->error.scalar(), 0.0);
      EXPECT_NE(find(outcome, "fixed_point-0", name), nullptr) << name;
    }
    ASSERT_NE(find(outcome, "exact", "coupling_norm"), nullptr);
    ASSERT_NE(find(outcome, "exact", "contraction_gain"), nullptr);
    EXPECT_EQ(find(outcome, "exact", "critical_gain"), nullptr);  // thresholds
    for (const system::TheoryCurve& curve : outcome.curves) {
      ASSERT_EQ(curve.axes.size(), 1U);
      ASSERT_EQ(curve.values.shape.size(), 1U);
      EXPECT_EQ(curve.axes[0].values.size(), curve.values.shape[0]) << curve.name;
      EXPECT_EQ(curve.values.values.size(), curve.values.shape[0] * (curve.values.complex ? 2 : 1)) << curve.name;
      if (curve.name == "autocovariance") {
        EXPECT_DOUBLE_EQ(curve.values.values.front(), find(outcome, curve.branch, "variance")->value.scalar());
        EXPECT_GE(curve.axes[0].values.back(), 30.0 - 1e-9);
        EXPECT_TRUE(curve.approximate);
      }
      if (curve.name == "jacobian_spectrum") {
        EXPECT_EQ(curve.axes[0].name, "index");
      }
      if (curve.name == "neuron_variance") {
        EXPECT_EQ(curve.axes[0].name, "unit");
        const bool quenched = curve.branch.starts_with("quenched");
        EXPECT_EQ(curve.approximate, quenched);
        EXPECT_EQ(curve.error.shape, quenched ? curve.values.shape : std::vector<std::size_t>{});
        for (const double error : curve.error.values) EXPECT_GT(error, 0.0);
      }
    }
  }
}

TEST(GivenMatrixTheory, WithoutNoiseStableFixedPointsCanBeRealised) {
  const system::TheoryOutcome outcome = given_matrix_theory(described(TimeKind::kDiscrete, 0.0), {});
  bool realised = false;
  for (const system::Branch& branch : outcome.branches) {
    if (branch.family != "fixed_point") continue;
    EXPECT_EQ(branch.can_be_realised, branch.stable.value());
    realised = realised || branch.can_be_realised;
  }
  EXPECT_TRUE(realised);
}

TEST(GivenMatrixTheory, QuenchedCanBeLeftOut) {
  RateDescription description = described(TimeKind::kDiscrete, 0.2);
  description.theory.quenched = false;
  description.array_results = true;
  const system::TheoryOutcome outcome = given_matrix_theory(description, {});
  EXPECT_EQ(find(outcome, "quenched-0", "mean"), nullptr);
  // network.size = [40]: one value per population.
  EXPECT_EQ(find(outcome, "fixed_point-0", "mean")->value.shape, std::vector<std::size_t>{1});
  EXPECT_TRUE(find(outcome, "exact", "coupling_norm")->value.shape.empty());
}

TEST(GivenMatrixTheory, StopsWhenAsked) {
  std::atomic<bool> stop{true};
  system::Context context;
  context.stop = StopToken(&stop);
  EXPECT_THROW((void)given_matrix_theory(described(TimeKind::kDiscrete, 0.2), context), InterruptedError);
}

}  // namespace
}  // namespace limes::rate::given_matrix

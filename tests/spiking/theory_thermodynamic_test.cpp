// The thermodynamic mean field: closed forms, derivatives, and the limit of many faint inputs.

#include <gtest/gtest.h>

#include <boost/math/quadrature/gauss_kronrod.hpp>
#include <boost/math/special_functions/expint.hpp>
#include <cmath>

#include "limes/spiking/theory/backward.hpp"
#include "limes/spiking/theory/self_consistency.hpp"
#include "limes/spiking/theory/thermodynamic.hpp"
#include "limes/spiking/thermodynamic_states.hpp"
#include "spiking/spiking_helpers.hpp"

namespace limes::spiking {
namespace {

using testing::kInfinity;

OneNeuron exponential(double base, double time, double reset, std::vector<ExternalInput> inputs) {
  return {Intensity::kExponential, base, time, reset, std::move(inputs)};
}

TEST(TheoryThermodynamic, TheSurvivalIsThatOfTheDriftingState) {
  // -ln S = Lam tau e^m [Ei(rho - m) - Ei((rho - m) e^{-t/tau})] with m = tau sum nu w.
  for (const double reset : {-1.5, 0.4}) {
    const OneNeuron neuron = exponential(.7, 1.3, reset, {{.3, 4}, {-.2, 2}});
    const double m = 1.3 * (1.2 - .4), from = reset - m;
    const auto survival = [&](double t) {
      using boost::math::expint;
      return std::exp(-.7 * 1.3 * std::exp(m) * (expint(from) - expint(from * std::exp(-t / 1.3))));
    };
    const double mean = boost::math::quadrature::gauss_kronrod<double, 61>::integrate(survival, 0.0, 60.0, 12, 1e-13);
    EXPECT_NEAR(thermodynamic_rate(neuron) * mean, 1.0, 1e-11);
  }
}

TEST(TheoryThermodynamic, WithoutRelaxationTheStateClimbs) {
  // y = rho + D t: int S dt = e^a E1(a)/D, a = Lam e^rho/D.
  const OneNeuron neuron = exponential(.5, kInfinity, -1, {{.4, 3}});
  const double drift = 1.2, a = .5 * std::exp(-1.0) / drift;
  EXPECT_NEAR(thermodynamic_rate(neuron) * std::exp(a) * boost::math::expint(1, a) / drift, 1.0, 1e-11);
  EXPECT_EQ(thermodynamic_rate(exponential(.5, kInfinity, -1, {{-.4, 3}})), 0.0) << "it falls silent";
}

TEST(TheoryThermodynamic, SensitivityIsTheDerivative) {
  const std::vector<ExternalInput> inputs = {{.3, 4}, {-.2, 2}};
  const RateAndSlope solution = thermodynamic_rate_and_slope(exponential(.7, 1.3, -.5, inputs));
  for (std::size_t j = 0; j < 2; ++j) {
    const auto rate = [&](double change) {
      auto changed = inputs;
      changed[j].rate += change;
      return thermodynamic_rate(exponential(.7, 1.3, -.5, changed));
    };
    // Fourth-order difference: truncation h^4 ~ 1e-12, rounding 1e-13/h.
    const double h = 1e-3;
    const double slope = (8 * (rate(h) - rate(-h)) - (rate(2 * h) - rate(-2 * h))) / (12 * h);
    EXPECT_NEAR(solution.sensitivity[j], slope, 1e-9);
  }
}

TEST(TheoryThermodynamic, IsTheLimitOfManyFaintInputs) {
  // With sum nu w = 2 fixed the replica limit's rate differs by the variance of the jumps, in proportion to w.
  const double drift = thermodynamic_rate(exponential(.5, 1, -.5, {{1, 2}}));
  const double coarse = BackwardSolution(exponential(.5, 1, -.5, {{.02, 100}})).rate() - drift;
  const double fine = BackwardSolution(exponential(.5, 1, -.5, {{.01, 200}})).rate() - drift;
  EXPECT_NEAR(coarse / fine, 2.0, 0.01);
  EXPECT_LT(std::abs(2 * fine - coarse), 1e-5);
}

TEST(TheoryThermodynamic, EveryStateHasItsPartner) {
  // Note 8.6, row 1: one state, 1.748350723 by drift.
  const SpikingNetwork linear = testing::linear(10, 0, kInfinity, .5, .2, 1, 1).network;
  std::vector<std::string> warnings;
  auto partners = thermodynamic_partners(linear, find_states(linear), {}, warnings);
  ASSERT_EQ(partners.size(), 1u);
  EXPECT_NEAR(partners[0]->rates(0), 1.748350723, 2e-9) << "the table's last digit";
  EXPECT_TRUE(warnings.empty());
  // E20: three states each; all solve their equation.
  const SpikingNetwork bistable = testing::bistable(1, 1, 0).network;
  const ReplicaStates states = find_states(bistable);
  partners = thermodynamic_partners(bistable, states, {}, warnings);
  ASSERT_EQ(partners.size(), 3u);
  for (const auto& partner : partners) {
    if (!partner) continue;
    const double rate = partner->rates(0);
    EXPECT_NEAR(thermodynamic_rate(neuron_of_group(bistable, 0, partner->rates)) / rate, 1.0, 1e-9);
  }
  EXPECT_EQ(std::count_if(partners.begin(), partners.end(), [](const auto& p) { return !p; }),
            static_cast<std::ptrdiff_t>(warnings.size()));
}

}  // namespace
}  // namespace limes::spiking

// The law of the log-intensity in bins, against closed forms and the moments of the backward solver.

#include <gtest/gtest.h>

#include <cmath>
#include <numeric>

#include "limes/spiking/state_bins.hpp"
#include "limes/spiking/state_density.hpp"
#include "limes/spiking/theory/backward.hpp"

namespace limes::spiking {
namespace {

OneNeuron neuron(double base_rate, double time_constant, double reset, std::vector<ExternalInput> inputs) {
  OneNeuron result;
  result.base_rate = base_rate;
  result.time_constant = time_constant;
  result.reset = reset;
  result.inputs = std::move(inputs);
  return result;
}

TEST(StateDensity, OfANeuronWithoutInputs) {
  // Note 7: y = rho e^{-t/tau} since the last spike, S(t) = exp(-Lam tau [Ei(rho) - Ei(rho e^{-t/tau})]); the mass of a
  // bin is beta times the integral of S over the times that y spends in it.
  const double base = .8, tau = 1.5, rho = -2.0, beta = 0.395931566039;
  const StateMasses masses = state_masses(neuron(base, tau, rho, {}));
  const auto survival = [&](double t) {
    return std::exp(-base * tau * (std::expint(rho) - std::expint(rho * std::exp(-t / tau))));
  };
  for (std::size_t bin = StateBins::index(-1.9); bin < StateBins::index(-0.1); ++bin) {
    const double from = tau * std::log(rho / StateBins::lower(bin)),
                 to = tau * std::log(rho / StateBins::lower(bin + 1));
    const double middle = 0.5 * (from + to);
    const double exact = beta * (to - from) / 6.0 * (survival(from) + 4.0 * survival(middle) + survival(to));
    EXPECT_NEAR(masses.value[bin], exact, 1e-4 * exact + masses.error[bin]) << StateBins::centre(bin);
    EXPECT_LT(masses.error[bin], 0.02 * exact) << StateBins::centre(bin);
  }
}

TEST(StateDensity, HasTheMomentsOfTheBackwardSolver) {
  for (const OneNeuron& one : {neuron(1, 1, 0, {{.3, 10}}), neuron(.5, 2, -1, {{.5, 6}, {-.5, 4}})}) {
    const StateMasses masses = state_masses(one);
    const OneNeuronStatistics exact = solve_backward(one);
    double mean = 0.0;
    for (std::size_t bin = 0; bin < StateBins::kCount; ++bin) mean += masses.value[bin] * StateBins::centre(bin);
    EXPECT_NEAR(std::accumulate(masses.value.begin(), masses.value.end(), 0.0), 1.0, 1e-6);
    // The centre of a bin stands for what is in it: to half a bin at most, for the atom at 0 exactly so.
    const double atom = one.reset == 0.0 ? exact.rate / (one.base_rate + 10.0) : 0.0;
    EXPECT_NEAR(mean - 0.0625 * atom, exact.mean_state, 0.01);
  }
}

TEST(StateDensity, HoldsTheAtomOfAResetToRest) {
  // Note 8.1, case 1: mass .20838 at y = 0, which a bin holds beside the density about it.
  const StateMasses masses = state_masses(neuron(1, 1, 0, {{.3, 10}}));
  const double at_rest = masses.value[StateBins::index(0.0)];
  EXPECT_GT(at_rest, .20838);
  EXPECT_LT(at_rest, .20838 + 0.15);
}

}  // namespace
}  // namespace limes::spiking

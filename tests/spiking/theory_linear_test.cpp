// The linear neuron's explicit solution against the note's tables, closed forms, and relations between its own results
// that hold for any renewal process.

#include <gtest/gtest.h>

#include <boost/math/quadrature/gauss_kronrod.hpp>
#include <boost/math/special_functions/gamma.hpp>
#include <cmath>
#include <functional>
#include <limits>

#include "limes/base/errors.hpp"
#include "limes/math/roots.hpp"
#include "limes/spiking/theory/linear.hpp"
#include "limes/spiking/theory/thermodynamic.hpp"

namespace limes::spiking {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();

OneNeuron linear(double base, double time, double reset, std::vector<ExternalInput> inputs) {
  return {Intensity::kLinear, base, time, reset, std::move(inputs)};
}

struct Network {
  double size, base, time, reset, weight;
  double rate;
  double thermodynamic, cv;  // 0: not in the table
};

// Note 8.6; all digits printed there.
const std::vector<Network> kNetworks = {{10, 0, kInfinity, .5, .2, 1.68321568404, 1.748350723, .63652829},
                                        {20, 0, kInfinity, 1, .5, 7.09994316437, 7.288908610, 0},
                                        {5, 0, kInfinity, .2, 1, 2.38004691531, 2.797794101, .59005732},
                                        {10, 1, 1, .5, .2, 1.56628334839, 0, .69695890},
                                        {8, .5, 2, 0, .4, 1.50634157978, 0, 0},
                                        {12, 2, .5, 3, .5, 6.13196497183, 0, 0}};

OneNeuron in_network(const Network& network, double rate) {
  return linear(network.base, network.time, network.reset, {{network.weight, (network.size - 1) * rate}});
}

TEST(TheoryLinear, SelfConsistentRatesOfTheTable) {
  for (const Network& network : kNetworks) {
    SCOPED_TRACE(network.rate);
    const double rate =
        math::brent([&](double beta) { return solve_linear(in_network(network, beta)).rate - beta; }, 1e-3, 100.0);
    EXPECT_NEAR(rate, network.rate, 6e-12 * std::max(1.0, rate)) << "half a unit of the table's last digit";
    const OneNeuronStatistics statistics = solve_linear(in_network(network, rate));
    EXPECT_LT(statistics.rate_error, 1e-12 * rate);
    if (network.cv > 0) {
      EXPECT_NEAR(statistics.isi_cv, network.cv, 6e-9) << "half a unit of the table's last digit";
    }
    if (network.thermodynamic > 0) {
      const double drift =
          math::brent([&](double beta) { return thermodynamic_rate(in_network(network, beta)) - beta; }, 1e-3, 100.0);
      EXPECT_NEAR(drift, network.thermodynamic, 6e-10) << "half a unit of the table's last digit";
    }
  }
}

TEST(TheoryLinear, TwoGroupsOfTheTable) {
  double first = 1.9334308, second = 1.5369905;
  for (int step = 0; step < 60; ++step) {  // a contraction: J < 1
    const double next = solve_linear(linear(1, 1, .2, {{.3, 5 * first}, {.5, 4 * second}})).rate;
    second = solve_linear(linear(.5, 2, .5, {{.2, 6 * first}, {.1, 3 * second}})).rate;
    first = next;
  }
  EXPECT_NEAR(first, 1.9334308, 6e-8) << "half a unit of the table's last digit";
  EXPECT_NEAR(second, 1.5369905, 6e-8);
}

TEST(TheoryLinear, CountingModelIsTheIncompleteGammaFunction) {
  // Equation 17, itself good to about 1e-13 for a up to 100.
  for (const double reset : {.1, 1.0, 4.0})
    for (const double weight : {.05, .7, 5.0, 200.0})
      for (const double rate : {.01, 1.0, 10.0}) {
        const double a = (reset + rate) / weight, c = rate / weight;
        const double expected = weight * std::exp(a * std::log(c) - c - std::lgamma(a)) / boost::math::gamma_p(a, c);
        EXPECT_NEAR(solve_linear(linear(0, kInfinity, reset, {{weight, rate}})).rate / expected, 1, 1e-12)
            << reset << ' ' << weight << ' ' << rate;
      }
}

TEST(TheoryLinear, NoInputAndEqualResetIsPoisson) {
  for (const double time : {.3, 4.0, kInfinity}) {
    const OneNeuronStatistics statistics = solve_linear(linear(1.7, time, 1.7, {}));
    EXPECT_NEAR(statistics.rate, 1.7, 1e-13);
    EXPECT_NEAR(statistics.isi_cv, 1, 1e-13);
    EXPECT_NEAR(statistics.mean_state, 1.7, 1e-13);
    EXPECT_NEAR(statistics.state_variance, 0, 1e-24);
  }
}

TEST(TheoryLinear, VarianceObeysTheGenerator) {
  // 0 = E[(b - lam)/tau + sum nu mu + lam (r - lam)], E lam = beta: an equation that the survival integrals do not use.
  for (const double time : {.2, 1.0, 30.0, kInfinity}) {
    const OneNeuron neuron = linear(.8, time, .3, {{.4, 2}, {1.5, .7}, {.02, 5}});
    const OneNeuronStatistics statistics = solve_linear(neuron);
    const double beta = statistics.rate;
    const double drift = (std::isinf(time) ? 0 : (.8 - beta) / time) + .8 + 1.05 + .1;
    EXPECT_NEAR(statistics.state_variance, drift + beta * (.3 - beta), 1e-12 * (1 + 1 / time)) << time;
  }
}

TEST(TheoryLinear, SensitivityIsTheDerivative) {
  const std::vector<ExternalInput> inputs = {{.4, 2}, {1.5, .7}, {.3, 0}};
  for (const double time : {1.3, kInfinity}) {
    const OneNeuronStatistics statistics = solve_linear(linear(.5, time, .3, inputs));
    for (std::size_t j = 0; j < inputs.size(); ++j) {
      const auto rate = [&](double change) {
        auto changed = inputs;
        changed[j].rate += change;
        return solve_linear(linear(.5, time, .3, changed)).rate;
      };
      // Five-point one-sided difference: error h^4 F'''''/5 ~ 1e-12, rounding 1e-15/h = 1e-12.
      const double h = 1e-3;
      const double slope =
          (-25 * rate(0) + 48 * rate(h) - 36 * rate(2 * h) + 16 * rate(3 * h) - 3 * rate(4 * h)) / (12 * h);
      EXPECT_NEAR(statistics.rate_sensitivity[j], slope, 1e-10);
    }
  }
}

TEST(TheoryLinear, ResponseAndTransform) {
  const OneNeuron neuron = linear(.5, 1.3, 2.0, {{.4, 2}, {1.5, .7}});
  const OneNeuronStatistics statistics = solve_linear(neuron);
  const auto at_rest = linear_response(neuron, 0.0);
  for (std::size_t j = 0; j < 2; ++j) {
    EXPECT_NEAR(at_rest[j].real(), statistics.rate_sensitivity[j], 1e-13);
    EXPECT_EQ(at_rest[j].imag(), 0);
    // Each jump of mean mu raises the intensity at once: Jhat_j -> mu_j/s.
    const std::complex<double> fast = linear_response(neuron, {0.0, 3000.0})[j] * std::complex<double>{0.0, 3000.0};
    EXPECT_NEAR(std::abs(fast / neuron.inputs[j].weight - 1.0), 0, 6 / 3000.0)
        << "the next order is (rates and weights of the problem)/s";
  }
  // E e^{-s ISI} = 1 - s/beta + s^2 E ISI^2/2: the transform carries rate and CV. s^3 E ISI^3/6 ~ 1e-9.
  const double s = 1e-3, beta = statistics.rate;
  const double square = (1 + statistics.isi_cv * statistics.isi_cv) / (beta * beta);
  EXPECT_NEAR(interval_transform_linear(neuron, s).real(), 1 - s / beta + s * s * square / 2, 2e-9);
  EXPECT_NEAR(interval_transform_linear(neuron, 0.0).real(), 1, 1e-15);
  // The transform of the density by an independent rule.
  const auto part = [&](bool imaginary) {
    return boost::math::quadrature::gauss_kronrod<double, 61>::integrate(
        [&](double t) {
          const std::vector<double> time = {t};
          const double density = interval_density_linear(neuron, time)[0];
          return density * std::exp(-.3 * t) * (imaginary ? -std::sin(2 * t) : std::cos(2 * t));
        },
        0.0, 25.0, 12, 1e-13);
  };
  const auto transform = interval_transform_linear(neuron, {.3, 2.0});
  EXPECT_NEAR(transform.real(), part(false), 1e-12);
  EXPECT_NEAR(transform.imag(), part(true), 1e-12);
}

TEST(TheoryLinear, ResponseToASlowExponentialModulation) {
  // A modulation that has grown as e^{st} for ever: the renewal equation int beta(t - a) S(a | t - a) da = 1 solved by
  // a plain Riemann sum with the perturbed survival function of equation 16, at a small finite amplitude.
  const OneNeuron neuron = linear(0, kInfinity, .6, {{.9, 1.5}});
  const double s = .8, amplitude = 1e-5, step = 2e-3;
  const double beta = solve_linear(neuron).rate;
  double base = 0, lost = 0, transform = 0;
  for (double a = step / 2; a < 25; a += step) {
    const double survival = std::exp(-.6 * a - 1.5 * (a + std::expm1(-.9 * a) / .9));
    // int_0^a e^{-sx} (1 - e^{-mu x}) dx
    const double kernel = -std::expm1(-s * a) / s + std::expm1(-(s + .9) * a) / (s + .9);
    base += step * survival;
    lost += step * survival * (1 - std::exp(-amplitude * kernel)) / amplitude;
    transform += step * survival * std::exp(-s * a);
  }
  EXPECT_NEAR(beta * base, 1, 1e-6) << "midpoint rule";
  EXPECT_NEAR(linear_response(neuron, s)[0].real(), beta * lost / transform, 1e-5) << "amplitude";
}

TEST(TheoryLinear, LimitsOfWeightAndRelaxation) {
  EXPECT_NEAR(solve_linear(linear(0, kInfinity, .5, {{1e9, 2}})).rate, 2.5, 1e-7) << "r + nu up to 1/mu";
  EXPECT_NEAR(solve_linear(linear(.4, 1e-7, .5, {{1, 2}})).rate, .4, 1e-6) << "b up to tau";
  const OneNeuron small = linear(.4, 2, .5, {{1e-6, 2e6}});
  EXPECT_NEAR(solve_linear(small).rate, thermodynamic_rate(small), 1e-6) << "jumps become drift up to mu";
  const OneNeuron counting = linear(0, kInfinity, .5, {{.3, 2}});
  const double diffusion = .6, x = .5 / std::sqrt(2 * diffusion);
  EXPECT_NEAR(thermodynamic_rate(counting), 1 / (std::sqrt(M_PI / (2 * diffusion)) * std::exp(x * x) * std::erfc(x)),
              1e-13);
  EXPECT_NEAR(solve_linear(linear(0, 1e7, .5, {{.3, 2}})).rate, solve_linear(counting).rate, 1e-6)
      << "no relaxation up to 1/tau";
}

TEST(TheoryLinear, AHazardThatDiesOutHasTheLimitOfVanishingInput) {
  const OneNeuronStatistics quiet = solve_linear(linear(0, 2, .7, {{.4, 0}}));
  const double rate = 1e-7;
  const OneNeuronStatistics nearly = solve_linear(linear(0, 2, .7, {{.4, rate}}));
  EXPECT_EQ(quiet.rate, 0);
  EXPECT_NEAR(quiet.rate_sensitivity[0], nearly.rate / rate, 1e-5) << "up to nu";
  EXPECT_NEAR(quiet.isi_cv, nearly.isi_cv, 1e-5);
  EXPECT_NEAR(nearly.mean_state, nearly.rate, 1e-20);
}

TEST(TheoryLinear, RefusesWhatIsNoLinearNeuron) {
  OneNeuron exponential = linear(1, 1, 0, {});
  exponential.intensity = Intensity::kExponential;
  EXPECT_THROW((void)solve_linear(exponential), InputError);
  EXPECT_THROW((void)solve_linear(linear(1, 0, 0, {})), InputError);
  EXPECT_THROW((void)solve_linear(linear(1, 1, 0, {{-.1, 1}})), InputError);
  EXPECT_THROW((void)solve_linear(linear(1, 1, -1, {})), InputError);
  EXPECT_THROW((void)linear_response(linear(1, 1, 1, {{.1, 1}}), -2.0), InputError);
}

}  // namespace
}  // namespace limes::spiking

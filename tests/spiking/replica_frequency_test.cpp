// Curves of a state against frequency: both ends are known.

#include <gtest/gtest.h>

#include <cmath>
#include <complex>

#include "limes/spiking/replica_frequency.hpp"
#include "limes/spiking/theory/neuron_solution.hpp"
#include "limes/spiking/theory/self_consistency.hpp"
#include "spiking/spiking_helpers.hpp"

namespace limes::spiking {
namespace {

struct Curves {
  ReplicaState state;
  std::vector<double> isi_cv;
  system::TheoryOutcome outcome;

  explicit Curves(const SpikingDescription& description) {
    const SpikingNetwork& network = description.network;
    state = refine_state(network, Eigen::VectorXd::Constant(static_cast<Eigen::Index>(network.groups.size()), 0.6));
    for (std::size_t a = 0; a < network.groups.size(); ++a) {
      isi_cv.push_back(solve_neuron(neuron_of_group(network, a, state.rates), TheorySolver::kBackward).isi_cv);
    }
    StateWriter write(description, "state-0", outcome);
    write_frequency_curves(network, state.rates, isi_cv, {}, write);
  }
  [[nodiscard]] const system::TheoryCurve* find(const std::string& name) const {
    for (const auto& curve : outcome.curves) {
      if (curve.name == name) return &curve;
    }
    return nullptr;
  }
};

std::complex<double> at(const system::TheoryCurve& curve, std::size_t row, std::size_t column, std::size_t frequency) {
  const std::size_t place = (row * curve.values.shape[1] + column) * curve.values.shape[2] + frequency;
  return {curve.values.values[2 * place], curve.values.values[2 * place + 1]};
}

TEST(ReplicaFrequency, TheResponseBeginsAtTheGainAndEndsAtTheJump) {
  const SpikingDescription description = testing::excitation_inhibition(100, 1);
  const Curves curves(description);
  const auto* response = curves.find("frequency_response");
  ASSERT_NE(response, nullptr);
  EXPECT_EQ(curves.find("input_response"), nullptr) << "there are no external inputs";
  const std::vector<double>& frequency = response->axes[2].values;
  ASSERT_EQ(frequency.front(), 0.0);
  const std::complex<double> last(0.0, frequency.back());
  for (std::size_t a = 0; a < 2; ++a) {
    for (std::size_t c = 0; c < 2; ++c) {
      const auto row = static_cast<Eigen::Index>(a), column = static_cast<Eigen::Index>(c);
      EXPECT_NEAR(std::abs(at(*response, a, c, 0) - curves.state.map.gain(row, column)), 0.0, 1e-12);
      // A jump by w multiplies the intensity at once: C beta (e^w - 1)/(i omega).
      const double jump = description.network.connections(a, c) * curves.state.rates(row) *
                          std::expm1(description.network.weights(row, column));
      EXPECT_NEAR(std::abs(at(*response, a, c, frequency.size() - 1) * last / jump - 1.0), 0.0, 0.1)
          << "the next order is (rates of the problem)/omega: some 4/50";
    }
  }
}

TEST(ReplicaFrequency, TheSpectrumBeginsAtTheVariabilityAndEndsAtTheRate) {
  for (const bool is_linear : {false, true}) {
    const SpikingDescription description =
        is_linear ? testing::linear(10, 1, 1, .5, .2, 100, 1) : testing::excitation_inhibition(100, 1);
    const Curves curves(description);
    const auto* spectrum = curves.find("power_spectrum");
    ASSERT_NE(spectrum, nullptr);
    const std::size_t points = spectrum->axes[1].values.size();
    for (std::size_t a = 0; a < curves.isi_cv.size(); ++a) {
      const double* values = &spectrum->values.values[a * points];
      const double rate = curves.state.rates(static_cast<Eigen::Index>(a));
      EXPECT_NEAR(values[0], rate * curves.isi_cv[a] * curves.isi_cv[a], 1e-12);
      EXPECT_NEAR(values[1] / values[0], 1.0, 3e-3) << "the second point lies at 0.02 of the slowest rate; its square";
      EXPECT_NEAR(values[points - 1] / rate, 1.0, 0.02);
      for (std::size_t k = 0; k < points; ++k) EXPECT_GT(values[k], 0.0);
    }
  }
}

TEST(ReplicaFrequency, TheNetworkAnswersInputsWithItsLoopClosed) {
  // At 0: the derivative of the self-consistent rates by the rate of an input of all groups.
  SpikingDescription description = testing::excitation_inhibition(100, 1);
  description.network.inputs = {{{.3, 2}}, {{.3, 2}}};
  const Curves curves(description);
  const auto* response = curves.find("input_response");
  ASSERT_NE(response, nullptr);
  const auto rates_at = [&](double change) {
    SpikingNetwork network = description.network;
    for (auto& inputs : network.inputs) inputs[0].rate += change;
    return refine_state(network, curves.state.rates).rates;
  };
  const double h = 1e-3;  // truncation h^2 ~ 1e-6 of it, rounding 1e-11/h
  const Eigen::VectorXd slope = (rates_at(h) - rates_at(-h)) / (2 * h);
  for (std::size_t a = 0; a < 2; ++a) {
    EXPECT_NEAR(at(*response, a, 0, 0).real(), slope(static_cast<Eigen::Index>(a)), 1e-6);
    EXPECT_NEAR(at(*response, a, 0, 0).imag(), 0.0, 1e-14);
  }
}

}  // namespace
}  // namespace limes::spiking

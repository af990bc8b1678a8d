#pragma once
// The survival function of the linear neuron's inter-spike interval on panels of Gauss-Legendre nodes (theory note rmf,
// equation 16).

#include <complex>
#include <cstddef>
#include <vector>

#include "limes/spiking/theory/one_neuron.hpp"

namespace limes::spiking {

/// How an input moves the intensity: by jumps (the replica limit) or by its mean drift (the thermodynamic limit).
enum class InputLaw { kJumps, kDrift };

/// Mean hazard at age t, given survival, and the kernels it is made of: with g = tau (1 - e^{-t/tau}),
/// h = r e^{-t/tau} + b (1 - e^{-t/tau}) + sum_j nu_j k_j, k_j = 1 - e^{-mu_j g} for jumps and mu_j g for drift.
class LinearHazard {
 public:
  /// Throws InputError on a neuron that is no linear one.
  explicit LinearHazard(const OneNeuron& neuron, InputLaw law = InputLaw::kJumps);

  [[nodiscard]] double grown(double t) const;  ///< g(t)
  [[nodiscard]] double kernel(std::size_t input, double t) const;
  [[nodiscard]] double operator()(double t) const;
  [[nodiscard]] double late() const;  ///< h(infinity)
  [[nodiscard]] double kernel_late(std::size_t input) const;
  /// Variance of the intensity at age t given survival: sum_j nu_j mu_j^2 int_0^t e^{-mu_j g} e^{-2z/tau} dz.
  [[nodiscard]] double variance(double t) const;
  [[nodiscard]] double fastest_scale() const;  ///< shortest time in which anything changes at t = 0
  [[nodiscard]] const OneNeuron& neuron() const { return neuron_; }

 private:
  OneNeuron neuron_;
  InputLaw law_;
};

/// Nodes over [0, horizon], beyond which e^{-Re(s) t} S < 1e-19; weights of int dt.
struct SurvivalTable {
  std::vector<double> time, weight, survival;
  std::vector<std::vector<double>> accumulated;     ///< per input: D_j(t) = int_0^t k_j dz
  std::vector<double> remaining;                    ///< int_t^infinity S dz
  std::vector<double> panel_start, panel_exponent;  ///< where each panel begins, and -ln S there
};

struct SurvivalOptions {
  std::complex<double> s = 0.0;  ///< panels resolve e^{-st} too
  double refinement = 1.0;       ///< panels are shorter by this factor than the tolerance asks for
};

/// Needs late() + Re s > 0 (InputError).
[[nodiscard]] SurvivalTable tabulate_survival(const LinearHazard& hazard, const SurvivalOptions& options = {});

/// -ln S at any t >= 0.
[[nodiscard]] double survival_exponent(const LinearHazard& hazard, const SurvivalTable& table, double t);

}  // namespace limes::spiking

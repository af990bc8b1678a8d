#pragma once
// The survival function of the linear neuron's inter-spike interval on panels of Gauss-Legendre nodes (theory note rmf,
// equation 16).

#include <complex>
#include <cstddef>
#include <vector>

#include "limes/spiking/theory/linear_hazard.hpp"

namespace limes::spiking {

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

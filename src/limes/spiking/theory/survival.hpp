#pragma once
// The survival function of a neuron whose hazard at a given age is known - the linear neuron (theory note rmf, equation
// 16), or one whose inputs are a drift - on panels of Gauss-Legendre nodes.

#include <complex>
#include <cstddef>
#include <functional>
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

/// Hazard at each age since the last spike, and what an input of unit rate adds to it.
struct Hazard {
  std::function<double(double)> at;
  std::function<double(std::size_t, double)> kernel;
  std::size_t inputs = 0;
  double late = 0.0;           ///< h(infinity)
  double fastest_scale = 1.0;  ///< shortest time in which anything changes at t = 0
};

/// Needs late + Re s > 0 (InputError).
[[nodiscard]] SurvivalTable tabulate_survival(const Hazard& hazard, const SurvivalOptions& options = {});
[[nodiscard]] SurvivalTable tabulate_survival(const LinearHazard& hazard, const SurvivalOptions& options = {});

/// -ln S at any t >= 0.
[[nodiscard]] double survival_exponent(const LinearHazard& hazard, const SurvivalTable& table, double t);

}  // namespace limes::spiking

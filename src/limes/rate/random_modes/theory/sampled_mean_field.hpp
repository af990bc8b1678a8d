#pragma once
// Single-unit theory with overlaps, by sampling (note random-mode, (11) and section 6): the unit
//   dx/dt = -x + eta + xi + int_0^infinity K(s) phi(x(t-s)) ds
// is not Gaussian. Paths are periodic; what is linear, (eta + xi)/(1 + i w), is drawn exactly in Fourier space, and
// only the part that K drives is integrated.

#include <cstdint>
#include <vector>

#include "limes/base/interruption.hpp"
#include "limes/rate/random_modes/theory/overlap_ladder.hpp"
#include "limes/transfer/transfer.hpp"

namespace limes::rate::random_modes {

struct SampledProblem {
  transfer::Transfer transfer;
  std::vector<ModeGroup> modes;
  double noise_intensity = 0.0;
  std::size_t paths = 2000;  ///< of each round
  int rounds = 30;           ///< that are averaged, after as many as it takes to settle
  std::uint64_t seed = 1;
  double step = 0.1;          ///< of time
  std::size_t points = 2048;  ///< of a period
};

/// The unit as the average over some rounds.
struct SampledUnit {
  double step = 0.1;
  std::vector<double> output;    ///< C_phi at lags k step, tapered to 0
  std::vector<double> response;  ///< what S adds to slope/(1 + i w): a causal kernel at times k step
  double slope = 0.0;            ///< <phi'>
  [[nodiscard]] UnitSpectra at(double frequency) const;
};

struct SampledSolution {
  SampledUnit mean;                  ///< over all rounds
  std::vector<SampledUnit> batches;  ///< over fifths of them: for the Monte-Carlo error
};

[[nodiscard]] SampledSolution solve_sampled(const SampledProblem& problem, const StopToken& stop = {});

}  // namespace limes::rate::random_modes

#pragma once
// Ensembles by short names, and the tolerance of the check values of the theory note (section 10).

#include <cmath>

#include "limes/rate/theory/ensemble.hpp"

namespace limes::rate::theory {

/// The note prints ten digits after the point: half a unit of the last one, doubled.
inline constexpr double kTenDigits = 1e-10;
inline constexpr double kEightDigits = 1e-8;
inline constexpr double kSixDigits = 1e-6;

inline Ensemble ensemble(transfer::Kind kind, double gain) {
  Ensemble e;
  e.transfer = {kind, gain};
  return e;
}

/// The map whose step of length `dt` is the Euler step of the SCS flow with coupling deviation g and noise intensity D.
inline Ensemble euler_embedding(double g, double noise_intensity, double dt) {
  Ensemble e;
  e.leak = 1.0 - dt;
  e.coupling_deviation = g * dt;
  e.noise_deviation = std::sqrt(2.0 * noise_intensity * dt);
  return e;
}

inline Ensemble scs(double g, double noise_intensity = 0.0) {
  Ensemble e;
  e.coupling_deviation = g;
  e.noise_intensity = noise_intensity;
  return e;
}

}  // namespace limes::rate::theory

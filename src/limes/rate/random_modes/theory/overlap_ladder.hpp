#pragma once
// Four-point theory with overlaps between left and right modes (note random-mode, 4.2, equation (12)).

#include <complex>
#include <functional>
#include <vector>

#include "limes/base/interruption.hpp"
#include "limes/rate/random_modes/theory/ladder.hpp"

namespace limes::rate::random_modes {

/// Modes of one strength and one overlap.
struct ModeGroup {
  double share = 1.0;     ///< their number over N
  double strength = 1.0;  ///< D_a
  double overlap = 0.0;   ///< rho_a
};

/// Equal pairs (D_a, rho_a) together; `overlaps` empty: all 0.
[[nodiscard]] std::vector<ModeGroup> group_modes(const std::vector<double>& strengths,
                                                 const std::vector<double>& overlaps, double size);

/// What the single unit yields at one frequency.
struct UnitSpectra {
  std::complex<double> response;  ///< S = d phi/d eta
  double output = 0.0;            ///< C_phi
};

/// Sums over the modes at one response S: with Delta_a = D_a/(1 - rho_a D_a S),
struct ModeSums {
  std::complex<double> kernel;  ///< K = (1/N) sum rho_a Delta_a
  double power = 0.0;           ///< (1/N) sum |Delta_a|^2
};
[[nodiscard]] ModeSums mode_sums(const std::vector<ModeGroup>& modes, std::complex<double> response);

/// Psi(0,0) of phi and of x from (12), on midpoints theta of w = scale tan(theta), `count` of them on each side of 0.
/// With field spectrum C_eta = power C_phi + 2 D: C_x = (C_eta + |K|^2 C_phi + 2 Re(K S) C_eta)/(1 + w^2). The states
/// enter as ends of the ladder: (C_xphi, dx/deta) in place of (C_phi, S).
struct OverlapDimension {
  double variance = 0.0, output_variance = 0.0;
  double state = 0.0, output = 0.0;  ///< Psi
};
[[nodiscard]] OverlapDimension overlap_dimension(const std::vector<ModeGroup>& modes,
                                                 const std::function<UnitSpectra(double)>& unit, double noise_intensity,
                                                 double scale, int count, const StopToken& stop = {});

/// The same of lags tau: Psi^phi(tau, tau).
[[nodiscard]] std::vector<double> overlap_curve(const std::vector<ModeGroup>& modes,
                                                const std::function<UnitSpectra(double)>& unit, double scale, int count,
                                                const std::vector<double>& lags, const StopToken& stop = {});

/// S_0 of the trivial state, S_0 = slope/(1 + i w - slope K(S_0)), continued from w = infinity; and whether x = 0 is
/// stable: |S_0|^2 (1/N) sum |Delta_a|^2 < 1 at all frequencies.
[[nodiscard]] std::complex<double> trivial_response(const std::vector<ModeGroup>& modes, double slope,
                                                    double frequency);
[[nodiscard]] bool trivial_state_is_stable(const std::vector<ModeGroup>& modes, double slope);

}  // namespace limes::rate::random_modes

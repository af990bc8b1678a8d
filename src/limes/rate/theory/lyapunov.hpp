#pragma once
#include <span>
#include <vector>

#include "limes/rate/theory/ensemble.hpp"

namespace limes::rate::theory {

/// Maximal exponent per step of a stationary state of the map (note 5.1): the largest kappa for which
///   (kappa^2 + gamma^2) psi(k) - gamma kappa [psi(k+1) + psi(k-1)] = J^2 C'(k) psi(k)
/// has an even bounded solution; lambda = ln kappa. `gains[k]` = C'(D(k)) for k = 0, 1, ...; the last one stands for
/// all larger lags. At gamma = 0: lambda = ln(J^2 C'(0))/2. Returns -infinity for J = 0 at gamma = 0.
[[nodiscard]] double discrete_lyapunov_exponent(double coupling_variance, double leak, std::span<const double> gains);

/// Maximal exponent per tau of a stationary state of the flow (note 6.3): lambda = -1 + sqrt(1 - E0), E0 the ground
/// energy of
///   -psi'' + [1 - J^2 C'(Delta(tau))] psi = E psi,   psi even.
/// `gains[k]` = C'(Delta(k step/2)): twice as dense as the integration step; the last one stands for all larger lags.
/// Solved through the Riccati equation of psi'/psi, integrated from infinity inwards (stable) by Runge-Kutta 4.
[[nodiscard]] double continuous_lyapunov_exponent(double coupling_variance, double step, std::span<const double> gains);

/// Free Lyapunov spectrum of a decorrelated chaotic map (gamma = 0), note 5.3: lambda(x) = ln(J^2 x / s(x))/2 with
/// E[s f'^2/(1 + s f'^2)] = x, u ~ N(mean, variance), for every x in (0, 1) (fastest in ascending order). It holds with
/// a frozen part too, and for a static state: then ln r, where the eigenvalue density of J Lambda has mass x outside r.
/// -infinity for x beyond P(f' != 0).
[[nodiscard]] std::vector<double> free_lyapunov_spectrum(const Ensemble& ensemble, double mean, double variance,
                                                         std::span<const double> x);

struct SpectrumSummary {
  double entropy_rate = 0.0;            ///< int max(lambda, 0) dx, nats per step and neuron
  double kaplan_yorke_dimension = 0.0;  ///< per neuron
};

/// Entropy rate and Kaplan-Yorke dimension per neuron of the free spectrum (0 and 0 where no exponent is positive).
[[nodiscard]] SpectrumSummary free_spectrum_summary(const Ensemble& ensemble, double mean, double variance);

}  // namespace limes::rate::theory

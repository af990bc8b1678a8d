#include "limes/rate/theory/lyapunov.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

namespace limes::rate::theory {
namespace {

/// Does the half-line operator of the exponent's equation have a negative eigenvalue at this kappa? Sturm count by the
/// pivots of L D L^T, from the largest lag inwards. The tail solution decays as rho^k (or is constant at the band
/// edge).
bool has_negative_eigenvalue(double coupling_variance, double leak, std::span<const double> gains, double kappa) {
  const double hop = leak * kappa;
  const auto diagonal = [&](std::size_t k) { return kappa * kappa + leak * leak - coupling_variance * gains[k]; };
  const std::size_t last = gains.size() - 1;
  const double ratio = diagonal(last) / hop;  // rho + 1/rho of the tail
  if (ratio < 2.0) return true;               // the band itself reaches below zero
  const double rho = 2.0 / (ratio + std::sqrt(ratio * ratio - 4.0));
  double pivot = diagonal(last) - hop * rho;
  if (pivot < 0.0) return true;
  for (std::size_t k = last; k-- > 0;) {
    // The even sector couples psi(0) to psi(1) with sqrt(2) times the hop.
    const double coupling = (k == 0 ? 2.0 : 1.0) * hop * hop;
    pivot = diagonal(k) - coupling / pivot;
    if (!(pivot >= 0.0)) return true;
  }
  return false;
}

/// psi'/psi at the origin for a trial energy; a pole (psi changes sign) means the energy is too high: returned as
/// +infinity.
double logarithmic_slope(double coupling_variance, double step, std::span<const double> gains, double energy) {
  const auto potential = [&](std::size_t half) { return 1.0 - coupling_variance * gains[half] - energy; };
  const std::size_t last = (gains.size() - 1) / 2 * 2;
  const double tail = potential(gains.size() - 1);
  if (tail < 0.0) return std::numeric_limits<double>::infinity();
  double y = -std::sqrt(tail);
  for (std::size_t k = last; k >= 2; k -= 2) {
    // y' = V - E - y^2, from lag k/2 steps to k/2 - 1 steps.
    const double a = potential(k), b = potential(k - 1), c = potential(k - 2);
    const double k1 = a - y * y;
    const double y2 = y - step / 2.0 * k1;
    const double k2 = b - y2 * y2;
    const double y3 = y - step / 2.0 * k2;
    const double k3 = b - y3 * y3;
    const double y4 = y - step * k3;
    const double k4 = c - y4 * y4;
    y -= step / 6.0 * (k1 + 2.0 * k2 + 2.0 * k3 + k4);
    if (!(y < 1e3)) return std::numeric_limits<double>::infinity();
  }
  return y;
}

}  // namespace

double discrete_lyapunov_exponent(double coupling_variance, double leak, std::span<const double> gains) {
  if (leak == 0.0) {
    const double square = coupling_variance * gains[0];
    return square > 0.0 ? std::log(square) / 2.0 : -std::numeric_limits<double>::infinity();
  }
  // At kappa = gamma the band touches zero from above or below: any well binds a negative level there.
  double low = leak;
  double high = leak + std::sqrt(coupling_variance * std::max(gains[0], 0.0)) + 1e-12;
  if (coupling_variance * gains[0] <= 0.0) return std::log(leak);
  for (int i = 0; i < 200 && high - low > 1e-16 * high; ++i) {
    const double middle = (low + high) / 2.0;
    (has_negative_eigenvalue(coupling_variance, leak, gains, middle) ? low : high) = middle;
  }
  return std::log((low + high) / 2.0);
}

double continuous_lyapunov_exponent(double coupling_variance, double step, std::span<const double> gains) {
  // The ground energy lies between the bottom of the well and the edge of the continuum.
  double low = 1.0 - coupling_variance * *std::max_element(gains.begin(), gains.end());
  double high = 1.0 - coupling_variance * gains.back();
  if (high <= low) return -1.0 + std::sqrt(std::max(0.0, 1.0 - high));
  for (int i = 0; i < 200 && high - low > 1e-15; ++i) {
    const double middle = (low + high) / 2.0;
    // Even ground state: psi'(0) = 0. A lower energy bends psi outwards, psi'(0) < 0.
    (logarithmic_slope(coupling_variance, step, gains, middle) < 0.0 ? low : high) = middle;
  }
  return -1.0 + std::sqrt(std::max(0.0, 1.0 - (low + high) / 2.0));
}

}  // namespace limes::rate::theory

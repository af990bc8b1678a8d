#include "limes/rate/theory/static_states.hpp"

#include <cmath>

namespace limes::rate::theory {

std::vector<std::complex<double>> mean_field_map_eigenvalues(const Ensemble& ensemble, const transfer::Moments& m) {
  const double kept = 1.0 - ensemble.leak;
  const double a = ensemble.coupling_mean * m.df;
  const double b = ensemble.coupling_mean * m.ddf;
  const double c = ensemble.coupling_variance() * m.f_df / kept;
  const double d = ensemble.coupling_variance() * (m.dfdf + m.f_ddf) / kept;
  const std::complex<double> root = std::sqrt(std::complex<double>((a - d) * (a - d) / 4.0 + b * c));
  return {(a + d) / 2.0 + root, (a + d) / 2.0 - root};
}

std::vector<StaticState> static_states(const Ensemble& ensemble, bool continuous_time) {
  if (ensemble.noise_deviation != 0.0 || ensemble.noise_intensity != 0.0) return {};
  std::vector<StaticState> states;
  for (const OneTimeState& one_time : one_time_states(ensemble, 0.0)) {
    StaticState state;
    state.state = one_time;
    state.mean_output = one_time.moments.f;
    state.bulk_radius = ensemble.coupling_deviation * std::sqrt(one_time.moments.dfdf);
    const auto growth = [&](std::complex<double> z) { return continuous_time ? z.real() : std::abs(z); };
    double largest = ensemble.leak + state.bulk_radius;
    for (const std::complex<double> eigenvalue : mean_field_map_eigenvalues(ensemble, one_time.moments)) {
      if (std::abs(eigenvalue) <= state.bulk_radius) continue;  // absorbed by the bulk
      const std::complex<double> candidate = ensemble.leak + eigenvalue;
      largest = std::max(largest, growth(candidate));
      if (!state.outlier || growth(candidate) > growth(*state.outlier)) state.outlier = candidate;
    }
    state.stable = largest < 1.0;
    state.lyapunov_exponent = continuous_time ? largest - 1.0 : std::log(largest);
    states.push_back(state);
  }
  return states;
}

}  // namespace limes::rate::theory

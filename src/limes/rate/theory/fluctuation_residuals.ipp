// Included by fluctuation_scan.hpp: the residuals, once for every provider of pair moments.
#include "limes/rate/theory/frozen_part.hpp"

namespace limes::rate::theory {

template <typename Pair>
std::optional<double> frozen_part(const Ensemble& ensemble, double variance, const Pair& pair) {
  const double kept = (1.0 - ensemble.leak) * (1.0 - ensemble.leak);
  const double coupling = ensemble.coupling_variance() / kept;
  const double thresholds = ensemble.threshold_variance() / kept;
  return smallest_frozen_part([&](double q) { return coupling * pair.output(q) + thresholds; },
                              [&](double q) { return coupling * pair.gain(q); }, variance, false);
}

template <typename Pair>
FluctuationResidual energy_residual(const Ensemble& ensemble, double mean, double variance, double mean_output,
                                    const Pair& pair) {
  const double coupling = ensemble.coupling_variance();
  const double noise = ensemble.noise_intensity * ensemble.noise_intensity / 2.0;
  FluctuationResidual residual;
  residual.mean = mean - ensemble.coupling_mean * mean_output + ensemble.threshold_mean;
  const auto frozen = frozen_part(ensemble, variance, pair);
  if (!frozen) {
    // The variance is too small to hold even a frozen state.
    const double missing = coupling * pair.output(variance) + ensemble.threshold_variance() - variance;
    residual.variance = -missing * missing / 2.0 - noise;
    residual.frozen = variance;
    return residual;
  }
  residual.frozen = *frozen;
  residual.variance = (variance - *frozen) * ((variance + *frozen) / 2.0 - ensemble.threshold_variance()) -
                      coupling * (pair.output_integral(variance) - pair.output_integral(*frozen)) - noise;
  return residual;
}

template <typename Pair>
FluctuationResidual white_residual(const Ensemble& ensemble, double mean, double variance, double mean_output,
                                   const Pair& pair) {
  const double leak = ensemble.leak;
  FluctuationResidual residual;
  residual.mean = (1.0 - leak) * mean - ensemble.coupling_mean * mean_output + ensemble.threshold_mean;
  const auto frozen = frozen_part(ensemble, variance, pair);
  residual.frozen = frozen.value_or(variance);
  if (!frozen) {
    const double kept = (1.0 - leak) * (1.0 - leak);
    residual.variance = kept * variance - ensemble.coupling_variance() * pair.output(variance) -
                        ensemble.threshold_variance() - ensemble.noise_variance();
    return residual;
  }
  residual.variance = (1.0 - leak * leak) * (variance - *frozen) -
                      ensemble.coupling_variance() * (pair.output(variance) - pair.output(*frozen)) -
                      ensemble.noise_variance();
  return residual;
}

}  // namespace limes::rate::theory

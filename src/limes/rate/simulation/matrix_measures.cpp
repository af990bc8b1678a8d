#include "limes/rate/simulation/matrix_measures.hpp"

#include <algorithm>
#include <cmath>
#include <complex>
#include <optional>

#include "limes/compute/spectrum.hpp"

namespace limes::rate {

namespace {

// The norm is then good to much better than this (quadratically); tighter only costs products.
constexpr double kNormTolerance = 1e-7;

template <typename Real>
compute::LinearMap linear_map_of(const Network<Real>& network, compute::Threads& threads, const StopToken& stop) {
  const std::size_t n = network.size();
  const auto product = [&network, &threads, &stop, n](const double* x, double* y, bool transposed) {
    stop.check();
    std::vector<Real> input(x, x + n);
    std::vector<Real> output(n);
    if (transposed) {
      network.apply_transposed(threads, input.data(), output.data(), 1);
    } else {
      network.apply(threads, input.data(), output.data(), 1);
    }
    std::copy(output.begin(), output.end(), y);
  };
  return {n, [product](const double* x, double* y) { product(x, y, false); },
          [product](const double* x, double* y) { product(x, y, true); }};
}

template <typename Real>
compute::SingularValue norm_of(const Network<Real>& network, compute::Threads& threads, const StopToken& stop) {
  compute::LanczosOptions options;
  // Products in single precision are good to 1e-7 each: the residual can't fall below a few of these.
  options.tolerance = std::is_same_v<Real, float> ? 1e-5 : kNormTolerance;
  return compute::leading_singular_value(linear_map_of(network, threads, stop), options);
}

std::optional<std::complex<double>> outlier(const std::vector<std::complex<double>>& eigenvalues, double leak,
                                            double radius, bool map) {
  const auto n = static_cast<double>(eigenvalues.size());
  const double clear = radius * (1.0 + 2.0 * std::sqrt(std::log(n) / (4.0 * n)));
  std::optional<std::complex<double>> leading;
  const auto rank = [&](const std::complex<double>& z) { return map ? std::abs(leak + z) : z.real(); };
  for (const auto& z : eigenvalues) {
    if (z.imag() < 0.0 || !(std::abs(z) > clear)) continue;  // of a pair the one in the upper half plane
    if (!leading || rank(z) > rank(*leading)) leading = z;
  }
  if (leading) *leading += leak;
  return leading;
}

}  // namespace

template <typename Real>
void measure_matrix(const RateDescription& description, const Network<Real>& network, compute::Threads& threads,
                    const StopToken& stop, system::Realisation& realisation) {
  try {
    const auto norm = norm_of(network, threads, stop);
    realisation.quantities.push_back({"coupling_norm", norm.value, norm.residual});
    if (!(norm.value > 0.0)) {
      realisation.warnings.emplace_back("all couplings are zero: contraction_gain is infinite and is left out");
      return;
    }
    // c depends on the kind only: the largest slope at gain 1.
    const double c = transfer::largest_slope({description.transfer.kind, 1.0});
    const double gain = (1.0 - description.leak) / (c * norm.value);
    realisation.quantities.push_back({"contraction_gain", gain, gain * norm.residual / norm.value});
  } catch (const ConvergenceError& error) {
    realisation.warnings.push_back(std::string("coupling_norm and contraction_gain are left out: ") + error.what());
  }
}

template <typename Real>
void measure_jacobian(const RateDescription& description, const Network<Real>& network, std::span<const double> slope,
                      bool is_static, compute::Threads& threads, system::Realisation& realisation) {
  const std::size_t n = network.size();
  coupling::DenseMatrix jacobian = network.dense(threads);
  for (std::size_t i = 0; i < n; ++i) {
    for (std::size_t j = 0; j < n; ++j) jacobian(i, j) *= slope[j];
  }
  const auto eigenvalues = compute::eigenvalues(jacobian);
  system::MeasuredCurve curve{"jacobian_spectrum", {system::Axis{"index", "1", {}}}, {}, std::nullopt};
  curve.values.complex = true;
  curve.values.shape = {n};
  for (std::size_t k = 0; k < n; ++k) {
    curve.axes.front().values.push_back(static_cast<double>(k));
    const auto shifted = eigenvalues[k] + description.leak;
    curve.values.values.insert(curve.values.values.end(), {shifted.real(), shifted.imag()});
  }
  realisation.curves.push_back(std::move(curve));
  if (!is_static) return;
  double radius_square = 0.0;
  for (std::size_t j = 0; j < n; ++j) {
    radius_square += network.column_power()[j] * slope[j] * slope[j] / static_cast<double>(n);
  }
  const auto leading =
      outlier(eigenvalues, description.leak, std::sqrt(radius_square), description.time == TimeKind::kDiscrete);
  if (leading) {
    realisation.quantities.push_back({"jacobian_outlier", *leading, std::nullopt});
  } else {
    realisation.warnings.emplace_back("no eigenvalue of the Jacobian stands clear of the bulk: no jacobian_outlier");
  }
}

template void measure_matrix<double>(const RateDescription&, const Network<double>&, compute::Threads&,
                                     const StopToken&, system::Realisation&);
template void measure_matrix<float>(const RateDescription&, const Network<float>&, compute::Threads&, const StopToken&,
                                    system::Realisation&);
template void measure_jacobian<double>(const RateDescription&, const Network<double>&, std::span<const double>, bool,
                                       compute::Threads&, system::Realisation&);
template void measure_jacobian<float>(const RateDescription&, const Network<float>&, std::span<const double>, bool,
                                      compute::Threads&, system::Realisation&);

}  // namespace limes::rate

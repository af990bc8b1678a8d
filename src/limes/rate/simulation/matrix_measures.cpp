#include "limes/rate/simulation/matrix_measures.hpp"

#include <algorithm>
#include <cmath>
#include <complex>
#include <optional>

#include "limes/compute/spectrum.hpp"
#include "limes/rate/simulation/bulk_radius.hpp"

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

/// (1 - leak)/(c |J|_2) with the slowest population's leak; none where the populations differ in gain.
std::optional<double> contraction_gain(const RateDescription& description, double norm) {
  double leak = 0.0;
  for (const Population& population : description.populations) {
    if (population.transfer.gain != description.populations.front().transfer.gain) return std::nullopt;
    leak = std::max(leak, population.leak);
  }
  // c depends on the kind only: the largest slope at gain 1.
  return (1.0 - leak) /
         (transfer::largest_slope(transfer::with_gain(description.populations.front().transfer, 1.0)) * norm);
}

/// The leak of all populations; none where they differ.
std::optional<double> common_leak(const RateDescription& description) {
  const double leak = description.populations.front().leak;
  for (const Population& population : description.populations) {
    if (population.leak != leak) return std::nullopt;
  }
  return leak;
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
    const auto gain_of_bound = contraction_gain(description, norm.value);
    if (!gain_of_bound) {
      realisation.warnings.emplace_back("contraction_gain is left out: the populations differ in gain");
      return;
    }
    const double gain = *gain_of_bound;
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
  // A leak common to all neurons shifts the eigenvalues of J Lambda; leaks that differ stand on the diagonal.
  const std::optional<double> leak = common_leak(description);
  if (!leak) {
    Eigen::Index i = 0;
    for (const Population& population : description.populations) {
      for (std::size_t k = 0; k < population.size; ++k, ++i) jacobian(i, i) += population.leak;
    }
  }
  const auto eigenvalues = compute::eigenvalues(jacobian);
  system::MeasuredCurve curve{"jacobian_spectrum", {system::Axis{"index", "1", {}}}, {}, std::nullopt};
  curve.values.complex = true;
  curve.values.shape = {n};
  for (std::size_t k = 0; k < n; ++k) {
    curve.axes.front().values.push_back(static_cast<double>(k));
    const auto shifted = eigenvalues[k] + leak.value_or(0.0);
    curve.values.values.insert(curve.values.values.end(), {shifted.real(), shifted.imag()});
  }
  realisation.curves.push_back(std::move(curve));
  if (!is_static || !leak) return;
  const double radius = bulk_radius(description, network.column_power(), slope);
  const auto leading = outlier(eigenvalues, *leak, radius, description.time == TimeKind::kDiscrete);
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

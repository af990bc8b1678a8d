#include "limes/math/fft.hpp"

#include <algorithm>
#include <map>
#include <numbers>
#include <stdexcept>
#include <unsupported/Eigen/FFT>

namespace limes::math {
namespace {

using Complex = std::complex<double>;

std::size_t largest_prime_factor(std::size_t n) {
  std::size_t largest = 1;
  for (std::size_t p = 2; p * p <= n; ++p) {
    while (n % p == 0) {
      largest = p;
      n /= p;
    }
  }
  return std::max(largest, n);
}

// kissfft's butterfly for a general prime factor p costs n p; beyond this the chirp transform is cheaper.
constexpr std::size_t kLargestDirectFactor = 31;

// Bluestein: k t = (k^2 + t^2 - (k-t)^2) / 2 turns the transform into a convolution with the chirp exp(i pi t^2 / n).
struct Chirp {
  std::size_t padded = 0;
  std::vector<Complex> chirp;            // exp(-i pi t^2 / n)
  std::vector<Complex> kernel_spectrum;  // transform of the conjugate chirp, wrapped
};

}  // namespace

struct FourierTransform::Plans {
  Eigen::FFT<double> engine;
  std::map<std::size_t, Chirp> chirps;

  Plans() { engine.SetFlag(Eigen::FFT<double>::HalfSpectrum); }

  static bool is_direct(std::size_t n) { return largest_prime_factor(n) <= kLargestDirectFactor; }

  void direct_forward(std::vector<Complex>& result, const Complex* x, std::size_t n) {
    result.resize(n);
    if (n == 1) {
      result[0] = x[0];
      return;
    }
    engine.fwd(result.data(), x, static_cast<Eigen::Index>(n));
  }

  const Chirp& chirp_of(std::size_t n) {
    Chirp& plan = chirps[n];
    if (plan.padded != 0) return plan;
    plan.padded = fast_fourier_length(2 * n);
    plan.chirp.resize(n);
    std::vector<Complex> kernel(plan.padded, Complex(0.0, 0.0));
    for (std::size_t t = 0; t < n; ++t) {
      const auto phase = static_cast<double>((t * t) % (2 * n));  // reduced exactly before it is rounded
      plan.chirp[t] = std::polar(1.0, -std::numbers::pi * phase / static_cast<double>(n));
      kernel[t] = std::conj(plan.chirp[t]);
      if (t > 0) kernel[plan.padded - t] = kernel[t];
    }
    direct_forward(plan.kernel_spectrum, kernel.data(), plan.padded);
    return plan;
  }

  std::vector<Complex> forward(std::span<const Complex> x) {
    const std::size_t n = x.size();
    std::vector<Complex> result;
    if (n == 0) return result;
    if (is_direct(n)) {
      direct_forward(result, x.data(), n);
      return result;
    }
    const Chirp& plan = chirp_of(n);
    std::vector<Complex> padded(plan.padded, Complex(0.0, 0.0));
    for (std::size_t t = 0; t < n; ++t) padded[t] = x[t] * plan.chirp[t];
    std::vector<Complex> product;
    direct_forward(product, padded.data(), plan.padded);
    for (std::size_t k = 0; k < plan.padded; ++k) product[k] *= plan.kernel_spectrum[k];
    engine.inv(padded.data(), product.data(), static_cast<Eigen::Index>(plan.padded));
    result.resize(n);
    for (std::size_t k = 0; k < n; ++k) result[k] = padded[k] * plan.chirp[k];
    return result;
  }
};

FourierTransform::FourierTransform() : plans_(std::make_unique<Plans>()) {}
FourierTransform::~FourierTransform() = default;
FourierTransform::FourierTransform(FourierTransform&&) noexcept = default;
FourierTransform& FourierTransform::operator=(FourierTransform&&) noexcept = default;

std::vector<Complex> FourierTransform::forward(std::span<const Complex> x) { return plans_->forward(x); }

std::vector<Complex> FourierTransform::inverse(std::span<const Complex> spectrum) {
  // The inverse is the conjugate of the forward transform of the conjugate, over n.
  std::vector<Complex> work(spectrum.begin(), spectrum.end());
  for (Complex& z : work) z = std::conj(z);
  work = plans_->forward(work);
  const double scale = work.empty() ? 1.0 : 1.0 / static_cast<double>(work.size());
  for (Complex& z : work) z = std::conj(z) * scale;
  return work;
}

std::vector<Complex> FourierTransform::forward_real(std::span<const double> x) {
  const std::size_t n = x.size();
  if (n == 0) return {};
  if (n % 4 == 0 && Plans::is_direct(n)) {
    std::vector<Complex> result(n / 2 + 1);
    plans_->engine.fwd(result.data(), x.data(), static_cast<Eigen::Index>(n));
    return result;
  }
  const std::vector<Complex> complex_record(x.begin(), x.end());
  std::vector<Complex> result = plans_->forward(complex_record);
  result.resize(n / 2 + 1);
  return result;
}

std::vector<double> FourierTransform::inverse_real(std::span<const Complex> half_spectrum, std::size_t length) {
  if (length == 0 || half_spectrum.size() != length / 2 + 1) {
    throw std::invalid_argument("inverse_real: a record of length n has n/2 + 1 spectral values");
  }
  if (length % 4 == 0 && Plans::is_direct(length)) {
    std::vector<double> result(length);
    const std::vector<Complex> work(half_spectrum.begin(), half_spectrum.end());
    plans_->engine.inv(result.data(), work.data(), static_cast<Eigen::Index>(length));
    return result;
  }
  std::vector<Complex> full(length);
  for (std::size_t k = 0; k < length; ++k) {
    full[k] = k < half_spectrum.size() ? half_spectrum[k] : std::conj(half_spectrum[length - k]);
  }
  const std::vector<Complex> record = inverse(full);
  std::vector<double> result(length);
  std::transform(record.begin(), record.end(), result.begin(), [](const Complex& z) { return z.real(); });
  return result;
}

std::vector<double> FourierTransform::linear_crosscorrelation(std::span<const double> x, std::span<const double> y,
                                                              std::size_t max_lag) {
  const std::size_t n = x.size();
  if (y.size() != n) throw std::invalid_argument("linear_crosscorrelation: records of unequal length");
  if (max_lag >= n) throw std::invalid_argument("linear_crosscorrelation: the largest lag must be below the length");
  const std::size_t padded = fast_fourier_length(n + max_lag);
  std::vector<double> record(padded, 0.0);
  std::copy(x.begin(), x.end(), record.begin());
  std::vector<Complex> spectrum = forward_real(record);
  if (x.data() == y.data()) {
    for (Complex& z : spectrum) z = std::norm(z);
  } else {
    std::copy(y.begin(), y.end(), record.begin());
    const std::vector<Complex> other = forward_real(record);
    for (std::size_t k = 0; k < spectrum.size(); ++k) spectrum[k] = std::conj(spectrum[k]) * other[k];
  }
  std::vector<double> result = inverse_real(spectrum, padded);
  result.resize(max_lag + 1);
  for (std::size_t k = 0; k <= max_lag; ++k) result[k] /= static_cast<double>(n - k);
  return result;
}

std::vector<double> FourierTransform::linear_autocorrelation(std::span<const double> x, std::size_t max_lag) {
  return linear_crosscorrelation(x, x, max_lag);
}

std::size_t fast_fourier_length(std::size_t n) {
  for (std::size_t candidate = std::max<std::size_t>(4, (n + 3) / 4 * 4);; candidate += 4) {
    if (largest_prime_factor(candidate) <= 5) return candidate;
  }
}

std::vector<Complex> fft(std::span<const Complex> x) { return FourierTransform().forward(x); }
std::vector<Complex> inverse_fft(std::span<const Complex> spectrum) { return FourierTransform().inverse(spectrum); }
std::vector<Complex> real_fft(std::span<const double> x) { return FourierTransform().forward_real(x); }
std::vector<double> inverse_real_fft(std::span<const Complex> half_spectrum, std::size_t length) {
  return FourierTransform().inverse_real(half_spectrum, length);
}
std::vector<double> linear_autocorrelation(std::span<const double> x, std::size_t max_lag) {
  return FourierTransform().linear_autocorrelation(x, max_lag);
}

PowerSpectrum power_spectrum(std::span<const double> x, double step, std::size_t segment_length, double mean) {
  if (segment_length < 4 || segment_length > x.size()) {
    throw std::invalid_argument("power_spectrum: the segment length must lie between 4 and the record's length");
  }
  if (!(step > 0.0)) throw std::invalid_argument("power_spectrum: the sampling step must be positive");
  const auto length = static_cast<double>(segment_length);
  std::vector<double> window(segment_length);
  double power = 0.0;
  for (std::size_t t = 0; t < segment_length; ++t) {
    window[t] = 0.5 - 0.5 * std::cos(2.0 * std::numbers::pi * static_cast<double>(t) / length);
    power += window[t] * window[t];
  }
  PowerSpectrum result;
  result.density.assign(segment_length / 2 + 1, 0.0);
  FourierTransform transform;
  std::vector<double> segment(segment_length);
  for (std::size_t start = 0; start + segment_length <= x.size(); start += segment_length / 2) {
    for (std::size_t t = 0; t < segment_length; ++t) segment[t] = window[t] * (x[start + t] - mean);
    const std::vector<Complex> spectrum = transform.forward_real(segment);
    for (std::size_t k = 0; k < spectrum.size(); ++k) result.density[k] += std::norm(spectrum[k]);
    ++result.segments;
  }
  const double scale = step / (power * static_cast<double>(result.segments));
  for (std::size_t k = 0; k < result.density.size(); ++k) {
    result.density[k] *= scale;
    result.frequencies.push_back(2.0 * std::numbers::pi * static_cast<double>(k) / (length * step));
  }
  return result;
}

}  // namespace limes::math

#pragma once
// Discrete Fourier transforms of any length (Eigen's kissfft backend), and the two estimators that need nothing else.

#include <complex>
#include <cstddef>
#include <memory>
#include <span>
#include <vector>

namespace limes::math {

/// A Fourier transform that keeps its twiddle factors: make one and use it for many records of equal length.
/// Lengths whose prime factors are small cost O(n log n) directly; others go through Bluestein's chirp transform, so
/// that no length costs O(n^2). Not to be shared between threads.
class FourierTransform {
 public:
  FourierTransform();
  ~FourierTransform();
  FourierTransform(FourierTransform&&) noexcept;
  FourierTransform& operator=(FourierTransform&&) noexcept;

  /// X_k = sum_t x_t exp(-2 pi i k t / n), k = 0 .. n-1.
  [[nodiscard]] std::vector<std::complex<double>> forward(std::span<const std::complex<double>> x);
  /// x_t = (1/n) sum_k X_k exp(+2 pi i k t / n).
  [[nodiscard]] std::vector<std::complex<double>> inverse(std::span<const std::complex<double>> spectrum);
  /// The same for real x; the n/2 + 1 values k = 0 .. n/2 that determine the rest (X_{n-k} is the conjugate of X_k).
  [[nodiscard]] std::vector<std::complex<double>> forward_real(std::span<const double> x);
  /// The real record of `length` n whose transform has the n/2 + 1 values `half_spectrum`. Throws
  /// std::invalid_argument where the two lengths do not fit.
  [[nodiscard]] std::vector<double> inverse_real(std::span<const std::complex<double>> half_spectrum,
                                                 std::size_t length);

  /// Mean lagged products r_k = 1/(n-k) sum_{t < n-k} x_t x_{t+k}, k = 0 .. max_lag: no wrap-around (zero padded), no
  /// mean subtracted. Throws std::invalid_argument unless max_lag < n. Rounding: about 1e-16 log2(n) r_0 n/(n-k).
  [[nodiscard]] std::vector<double> linear_autocorrelation(std::span<const double> x, std::size_t max_lag);
  /// Mean lagged products of two records of equal length: 1/(n-k) sum_{t < n-k} x_t y_{t+k}.
  [[nodiscard]] std::vector<double> linear_crosscorrelation(std::span<const double> x, std::span<const double> y,
                                                            std::size_t max_lag);

 private:
  struct Plans;
  std::unique_ptr<Plans> plans_;
};

/// The smallest length >= n whose prime factors are 2, 3 and 5 and which is a multiple of 4 (the fast real transform).
[[nodiscard]] std::size_t fast_fourier_length(std::size_t n);

// One-off forms of the members above.
[[nodiscard]] std::vector<std::complex<double>> fft(std::span<const std::complex<double>> x);
[[nodiscard]] std::vector<std::complex<double>> inverse_fft(std::span<const std::complex<double>> spectrum);
[[nodiscard]] std::vector<std::complex<double>> real_fft(std::span<const double> x);
[[nodiscard]] std::vector<double> inverse_real_fft(std::span<const std::complex<double>> half_spectrum,
                                                   std::size_t length);
[[nodiscard]] std::vector<double> linear_autocorrelation(std::span<const double> x, std::size_t max_lag);

/// A two-sided power spectral density at the frequencies omega >= 0, normalised so that the integral over all omega of
/// S / (2 pi) is the variance: S(omega) = step * sum_k C(k step) exp(-i omega k step).
struct PowerSpectrum {
  std::vector<double> frequencies;  ///< radians per unit of time, 2 pi j / (segment_length step), j = 0 .. length/2
  std::vector<double> density;
  std::size_t segments = 0;  ///< how many overlapping segments were averaged
};

/// Welch's estimate: segments of `segment_length` (>= 4, at most the record) that overlap by half, each under a
/// periodic Hann window; `mean` is subtracted first. `step` is the sampling interval. Throws std::invalid_argument.
[[nodiscard]] PowerSpectrum power_spectrum(std::span<const double> x, double step, std::size_t segment_length,
                                           double mean = 0.0);

}  // namespace limes::math

#pragma once
// Time averages that settle fast on quasi-periodic orbits.

#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace limes::rate {

/// Averages of k series over the steps 0, ..., samples - 1 with the weight w(x) = exp(-1/(x (1 - x))), x =
/// step/samples: on a quasi-periodic orbit their error falls faster than any power of 1/samples, where that of the
/// plain average is of order 1/samples (S. Das, Y. Saiki, E. Sander, J. A. Yorke, Nonlinearity 30 (2017) 4111). Zero
/// exponents are so told from small ones. In chaos the variance is twice that of the plain average.
class BirkhoffAverage {
 public:
  BirkhoffAverage(std::size_t series, std::int64_t samples) : samples_(samples), sums_(3 * series, 0.0) {}

  [[nodiscard]] std::size_t series() const { return sums_.size() / 3; }

  /// `values[j]`, the sums of series j over the `steps` steps that end with step `index`.
  template <typename Values>
  void add(std::int64_t index, std::int64_t steps, const Values& values) {
    constexpr std::array<std::array<double, 2>, 3> kWindows{{{0.0, 1.0}, {0.0, 0.5}, {0.5, 1.0}}};
    for (std::size_t w = 0; w < kWindows.size(); ++w) {
      double weight = 0.0;
      for (std::int64_t step = index - steps + 1; step <= index; ++step) {
        const double x = (static_cast<double>(step) + 0.5) / static_cast<double>(samples_);
        const double place = (x - kWindows[w][0]) / (kWindows[w][1] - kWindows[w][0]);
        if (place > 0.0 && place < 1.0) weight += std::exp(-1.0 / (place * (1.0 - place)));
      }
      weights_[w] += weight;
      for (std::size_t j = 0; j < series(); ++j) {
        sums_[w * series() + j] += weight / static_cast<double>(steps) * values[j];
      }
    }
  }

  [[nodiscard]] double mean(std::size_t j) const { return window_mean(0, j); }
  /// The larger distance of the averages over either half from that over the whole: for independent fluctuations some
  /// 1.5 standard errors, on quasi-periodic orbits an upper bound (a half settles later than the whole).
  [[nodiscard]] double error(std::size_t j) const {
    return std::fmax(std::abs(window_mean(1, j) - mean(j)), std::abs(window_mean(2, j) - mean(j)));
  }

  template <typename Archive>
  void archive(Archive& a) {
    a(samples_, sums_, weights_);
  }

 private:
  [[nodiscard]] double window_mean(std::size_t w, std::size_t j) const { return sums_[w * series() + j] / weights_[w]; }

  std::int64_t samples_;
  std::vector<double> sums_;  // window by window
  std::array<double, 3> weights_{};
};

}  // namespace limes::rate

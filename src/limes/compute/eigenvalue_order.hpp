#pragma once

#include <algorithm>
#include <cmath>
#include <complex>
#include <tuple>
#include <vector>

#include "limes/compute/spectrum.hpp"

namespace limes::compute {

/// Descending modulus or real part; ties by the other, then the positive imaginary part first.
inline void sort_eigenvalues(std::vector<std::complex<double>>& values, Leading leading) {
  const auto key = [leading](const std::complex<double>& value) {
    // hypot of a conjugate pair is the same number twice, so that pairs stay together.
    const double modulus = std::abs(value);
    return leading == Leading::kLargestModulus ? std::tuple(modulus, value.real(), value.imag())
                                               : std::tuple(value.real(), modulus, value.imag());
  };
  std::sort(values.begin(), values.end(), [&](const auto& a, const auto& b) { return key(a) > key(b); });
}

}  // namespace limes::compute

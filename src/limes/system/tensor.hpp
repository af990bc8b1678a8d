#pragma once
#include <complex>
#include <cstddef>
#include <vector>

namespace limes::system {

/// A scalar (empty shape), vector or array of real or complex numbers, row-major. A complex tensor stores pairs
/// (re, im) of consecutive doubles; `shape` counts numbers, not doubles.
struct Tensor {
  std::vector<std::size_t> shape;
  std::vector<double> values;
  bool complex = false;

  Tensor() = default;
  Tensor(double scalar) : values{scalar} {}  // NOLINT(google-explicit-constructor): a number is a tensor
  Tensor(std::complex<double> scalar) : values{scalar.real(), scalar.imag()}, complex(true) {}  // NOLINT
  Tensor(std::vector<double> vector) : shape{vector.size()}, values(std::move(vector)) {}       // NOLINT
  Tensor(std::vector<std::size_t> dimensions, std::vector<double> numbers, bool is_complex = false)
      : shape(std::move(dimensions)), values(std::move(numbers)), complex(is_complex) {}

  [[nodiscard]] bool is_scalar() const { return shape.empty() && !complex && values.size() == 1; }
  [[nodiscard]] double scalar() const { return values.at(0); }
  [[nodiscard]] bool empty() const { return values.empty(); }
  friend bool operator==(const Tensor&, const Tensor&) = default;
};

}  // namespace limes::system

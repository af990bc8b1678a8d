#pragma once
// The transfer functions f of a rate neuron. The gain g stands inside: f(u) = h(g u).

#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace limes::transfer {

class Expression;  // expression.hpp

/// | kind       | f(u)                                   | name         |
/// |------------|----------------------------------------|--------------|
/// | tanh       | tanh(g u)                              | `tanh`       |
/// | erf        | erf(sqrt(pi) g u / 2), slope g at 0    | `erf`        |
/// | logistic   | (1 + tanh(g u))/2 = 1/(1 + e^(-2 g u)) | `logistic`   |
/// | normal cdf | Phi(g u)                               | `normal_cdf` |
/// | relu       | max(g u, 0)                            | `relu`       |
/// | linear     | g u                                    | `linear`     |
/// | clipped tan| tan of g u clipped to +-pi/4           | `clipped_tan`|
/// | expression | h(g u), h the user's own               | `expression` |
enum class Kind { kTanh, kErf, kLogistic, kNormalCdf, kRelu, kLinear, kClippedTan, kExpression };

/// A transfer function with its gain g >= 0 (dimensionless, as is u).
struct Transfer {
  Kind kind = Kind::kTanh;
  double gain = 1.0;
  std::shared_ptr<const Expression> expression = nullptr;  ///< of kExpression, and only there
};

/// The same function h with another gain.
[[nodiscard]] inline Transfer with_gain(const Transfer& transfer, double gain) {
  return {transfer.kind, gain, transfer.expression};
}

/// The name that experiments use, e.g. `normal_cdf`.
[[nodiscard]] std::string_view name(Kind kind);

/// The kind of that name; throws InputError, with the nearest name, where there is none.
[[nodiscard]] Kind kind_from_name(std::string_view name);

/// All names, in the order of `Kind`.
[[nodiscard]] std::span<const std::string> kind_names();

/// f(u).
[[nodiscard]] double value(const Transfer& transfer, double u);

/// f'(u) = df/du (one factor g included). At a kink the slope on the flat side: 0.
[[nodiscard]] double derivative(const Transfer& transfer, double u);

/// f''(u) away from kinks (no delta function there).
[[nodiscard]] double second_derivative(const Transfer& transfer, double u);

/// F(u) with F' = f and F(0) = 0.
[[nodiscard]] double primitive(const Transfer& transfer, double u);

/// max over u of |f'(u)|: the constant c g of the contraction bound (theory note 1.3). Infinite where there is none.
[[nodiscard]] double largest_slope(const Transfer& transfer);

/// f(-u) = -f(u) for all u.
[[nodiscard]] bool is_odd(const Transfer& transfer);

/// The constant A of f(-u) = A - f(u) for all u, where there is one: 0 for odd functions.
[[nodiscard]] std::optional<double> reflection(const Transfer& transfer);

/// f is bounded.
[[nodiscard]] bool is_bounded(const Transfer& transfer);

/// The interval that holds all f(u); infinite ends where f is not bounded.
struct OutputRange {
  double low = 0, high = 0;
  /// The largest f^2.
  [[nodiscard]] double square() const;
};
[[nodiscard]] OutputRange output_range(const Transfer& transfer);

/// How fast f' varies: 1/steepness is the scale of u on which it does. The gain, for every kind but an expression.
[[nodiscard]] double steepness(const Transfer& transfer);

/// f or a derivative of f breaks off somewhere.
[[nodiscard]] bool has_kink(const Transfer& transfer);

/// f' jumps at u, up to rounding of u.
[[nodiscard]] bool has_kink_at(const Transfer& transfer, double u);

}  // namespace limes::transfer

#pragma once
// The transfer functions f of a rate neuron. The gain g stands inside: f(u) = h(g u).

#include <span>
#include <string>
#include <string_view>

namespace limes::transfer {

/// | kind       | f(u)                                   | name         |
/// |------------|----------------------------------------|--------------|
/// | tanh       | tanh(g u)                              | `tanh`       |
/// | erf        | erf(sqrt(pi) g u / 2), slope g at 0    | `erf`        |
/// | logistic   | (1 + tanh(g u))/2 = 1/(1 + e^(-2 g u)) | `logistic`   |
/// | normal cdf | Phi(g u)                               | `normal_cdf` |
/// | relu       | max(g u, 0)                            | `relu`       |
/// | linear     | g u                                    | `linear`     |
/// | clipped tan| tan of g u clipped to +-pi/4           | `clipped_tan`|
enum class Kind { kTanh, kErf, kLogistic, kNormalCdf, kRelu, kLinear, kClippedTan };

/// A transfer function with its gain g >= 0 (dimensionless, as is u).
struct Transfer {
  Kind kind = Kind::kTanh;
  double gain = 1.0;
};

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

/// max over u of f'(u): the constant c g of the contraction bound (theory note 1.3).
[[nodiscard]] double largest_slope(const Transfer& transfer);

/// f(-u) = -f(u) for all u.
[[nodiscard]] bool is_odd(Kind kind);

/// |f| <= 1 for all u.
[[nodiscard]] bool is_bounded(Kind kind);

}  // namespace limes::transfer

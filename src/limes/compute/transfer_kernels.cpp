#include "limes/compute/transfer_kernels.hpp"

#include <fmt/format.h>

#include <numbers>

#include "limes/base/errors.hpp"
#include "limes/compute/expression_kernel.hpp"
#include "limes/compute/simd_targets.hpp"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "limes/compute/transfer_kernels.cpp"
#include <hwy/foreach_target.h>
// after foreach_target
#include <hwy/highway.h>

#include "limes/compute/vector_math-inl.hpp"

HWY_BEFORE_NAMESPACE();
namespace limes::compute::transfer_kernels {
namespace HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;
namespace vm = limes::compute::vector_math::HWY_NAMESPACE;
using transfer::Kind;

template <class V>
struct Response {
  V value;
  V slope;  ///< df/dx with x = g u: the factor g is still missing
};

/// f and its slope as functions of x = g u. Definitions: transfer.hpp.
template <Kind kKind, class D>
HWY_INLINE Response<hn::Vec<D>> respond(D d, hn::Vec<D> x) {
  using T = hn::TFromD<D>;
  const auto constant = [d](double value) { return hn::Set(d, static_cast<T>(value)); };
  const auto one = constant(1);
  if constexpr (kKind == Kind::kTanh || kKind == Kind::kLogistic) {
    // With e = exp(-2|x|): tanh|x| = (1 - e)/(1 + e), 1 - tanh^2 = 4 e/(1 + e)^2, logistic = 1/(1 + e) for x > 0.
    const auto e = vm::exponential(d, hn::Mul(hn::Abs(x), constant(-2)));
    const auto inverse = hn::Div(one, hn::Add(one, e.value));
    const auto small = hn::Mul(e.value, inverse);
    const auto quarter_slope = hn::Mul(small, inverse);
    if constexpr (kKind == Kind::kTanh)
      return {hn::CopySign(hn::Mul(e.minus_one, inverse), x), hn::Mul(constant(4), quarter_slope)};
    else
      return {hn::IfThenElse(hn::Gt(x, hn::Zero(d)), inverse, small), hn::Mul(constant(2), quarter_slope)};
  } else if constexpr (kKind == Kind::kErf) {
    const auto z = hn::Mul(x, constant(0.886226925452758));  // sqrt(pi)/2
    const auto gaussian = vm::exponential(d, hn::Neg(hn::Mul(z, z))).value;
    return {vm::error_function(d, z, gaussian), gaussian};
  } else if constexpr (kKind == Kind::kNormalCdf) {
    const auto z = hn::Mul(x, constant(1 / std::numbers::sqrt2));
    const auto gaussian = vm::exponential(d, hn::Neg(hn::Mul(z, z))).value;
    const auto half = constant(0.5);
    return {hn::MulAdd(half, vm::error_function(d, z, gaussian), half),
            hn::Mul(gaussian, constant(0.3989422804014327))};  // 1/sqrt(2 pi)
  } else if constexpr (kKind == Kind::kRelu) {
    const auto active = hn::Gt(x, hn::Zero(d));
    return {hn::IfThenElseZero(active, x), hn::IfThenElseZero(active, one)};
  } else if constexpr (kKind == Kind::kLinear) {
    return {x, one};
  } else {
    const auto clip = constant(std::numbers::pi / 4);
    const auto tangent = vm::tangent(d, hn::Clamp(x, hn::Neg(clip), clip));
    return {tangent, hn::IfThenElseZero(hn::Lt(hn::Abs(x), clip), hn::MulAdd(tangent, tangent, one))};
  }
}

template <Kind kKind, bool kWithSlope, typename T>
HWY_INLINE void store(const T* u, T gain, T* f, T* slope) {
  const hn::ScalableTag<T> d;
  const auto g = hn::Set(d, gain);
  const auto x = hn::Mul(g, hn::LoadU(d, u));
  const auto response = respond<kKind>(d, x);
  const auto nan = hn::IsNaN(x);
  hn::StoreU(hn::IfThenElse(nan, x, response.value), d, f);
  if constexpr (kWithSlope) hn::StoreU(hn::IfThenElse(nan, x, hn::Mul(g, response.slope)), d, slope);
}

template <Kind kKind, bool kWithSlope, typename T>
HWY_NOINLINE void loop(const T* u, std::size_t count, T gain, T* f, T* slope) {
  constexpr std::size_t lanes = hn::MaxLanes(hn::ScalableTag<T>());
  std::size_t i = 0;
  for (; i + lanes <= count; i += lanes) store<kKind, kWithSlope>(u + i, gain, f + i, kWithSlope ? slope + i : nullptr);
  if (i == count) return;
  // The rest goes through the same code in a vector filled up with zeros, so that it gets the same bits.
  HWY_ALIGN T rest[3 * lanes] = {};
  for (std::size_t k = i; k < count; ++k) rest[k - i] = u[k];
  store<kKind, kWithSlope>(rest, gain, rest + lanes, rest + 2 * lanes);
  for (std::size_t k = i; k < count; ++k) {
    f[k] = rest[lanes + k - i];
    if constexpr (kWithSlope) slope[k] = rest[2 * lanes + k - i];
  }
}

template <bool kWithSlope, typename T>
HWY_INLINE void apply(Kind kind, const T* u, std::size_t count, T gain, T* f, T* slope) {
  switch (kind) {
    case Kind::kTanh:
      return loop<Kind::kTanh, kWithSlope>(u, count, gain, f, slope);
    case Kind::kErf:
      return loop<Kind::kErf, kWithSlope>(u, count, gain, f, slope);
    case Kind::kLogistic:
      return loop<Kind::kLogistic, kWithSlope>(u, count, gain, f, slope);
    case Kind::kNormalCdf:
      return loop<Kind::kNormalCdf, kWithSlope>(u, count, gain, f, slope);
    case Kind::kRelu:
      return loop<Kind::kRelu, kWithSlope>(u, count, gain, f, slope);
    case Kind::kLinear:
      return loop<Kind::kLinear, kWithSlope>(u, count, gain, f, slope);
    case Kind::kClippedTan:
      return loop<Kind::kClippedTan, kWithSlope>(u, count, gain, f, slope);
    case Kind::kExpression:
      return;  // expression_kernel.cpp
  }
}

void double_value(Kind kind, const double* u, std::size_t count, double gain, double* f, double* slope) {
  apply<false>(kind, u, count, gain, f, slope);
}
void double_slope(Kind kind, const double* u, std::size_t count, double gain, double* f, double* slope) {
  apply<true>(kind, u, count, gain, f, slope);
}
void float_value(Kind kind, const float* u, std::size_t count, float gain, float* f, float* slope) {
  apply<false>(kind, u, count, gain, f, slope);
}
void float_slope(Kind kind, const float* u, std::size_t count, float gain, float* f, float* slope) {
  apply<true>(kind, u, count, gain, f, slope);
}

}  // namespace HWY_NAMESPACE
}  // namespace limes::compute::transfer_kernels
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace limes::compute {
namespace transfer_kernels {
HWY_EXPORT(double_value);
HWY_EXPORT(double_slope);
HWY_EXPORT(float_value);
HWY_EXPORT(float_slope);

void expect_length(std::size_t input, std::size_t output) {
  if (input != output)
    throw InputError(fmt::format("a transfer function was given {} inputs but room for {} results", input, output));
}
}  // namespace transfer_kernels

void apply_transfer(const transfer::Transfer& transfer, std::span<const double> u, std::span<double> f) {
  transfer_kernels::expect_length(u.size(), f.size());
  if (transfer.kind == transfer::Kind::kExpression) return apply_expression(transfer, u, f, {});
  using namespace transfer_kernels;  // NOLINT(google-build-using-namespace): as in series_kernels.cpp
  HWY_DYNAMIC_DISPATCH(double_value)(transfer.kind, u.data(), u.size(), transfer.gain, f.data(), nullptr);
}

void apply_transfer(const transfer::Transfer& transfer, std::span<const float> u, std::span<float> f) {
  transfer_kernels::expect_length(u.size(), f.size());
  if (transfer.kind == transfer::Kind::kExpression) return apply_expression(transfer, u, f, {});
  using namespace transfer_kernels;  // NOLINT(google-build-using-namespace): as in series_kernels.cpp
  HWY_DYNAMIC_DISPATCH(float_value)
  (transfer.kind, u.data(), u.size(), static_cast<float>(transfer.gain), f.data(), nullptr);
}

void apply_transfer_with_slope(const transfer::Transfer& transfer, std::span<const double> u, std::span<double> f,
                               std::span<double> slope) {
  transfer_kernels::expect_length(u.size(), f.size());
  transfer_kernels::expect_length(u.size(), slope.size());
  if (transfer.kind == transfer::Kind::kExpression) return apply_expression(transfer, u, f, slope);
  using namespace transfer_kernels;  // NOLINT(google-build-using-namespace): as in series_kernels.cpp
  HWY_DYNAMIC_DISPATCH(double_slope)(transfer.kind, u.data(), u.size(), transfer.gain, f.data(), slope.data());
}

void apply_transfer_with_slope(const transfer::Transfer& transfer, std::span<const float> u, std::span<float> f,
                               std::span<float> slope) {
  transfer_kernels::expect_length(u.size(), f.size());
  transfer_kernels::expect_length(u.size(), slope.size());
  if (transfer.kind == transfer::Kind::kExpression) return apply_expression(transfer, u, f, slope);
  using namespace transfer_kernels;  // NOLINT(google-build-using-namespace): as in series_kernels.cpp
  HWY_DYNAMIC_DISPATCH(float_slope)
  (transfer.kind, u.data(), u.size(), static_cast<float>(transfer.gain), f.data(), slope.data());
}

}  // namespace limes::compute
#endif  // HWY_ONCE

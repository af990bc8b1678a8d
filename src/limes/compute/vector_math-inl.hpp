// Elementary functions on vectors, once per instruction set (hence the guard that opens again for each of them).
// Every lane is computed by the same sequence of correctly rounded operations, whatever its neighbours.
//
// Accuracy, measured in tests/compute/transfer_kernels_test.cpp through the transfer functions: a few units in the last
// place. Series are Taylor's, cut where the next term is below half a unit in the last place; the two polynomials of
// erf are Chebyshev interpolants (fit in 50 digits, error below 1e-16 of erf; float: below 5e-7 of erfc, 5e-8 of erf).
#if defined(LIMES_COMPUTE_VECTOR_MATH_INL) == defined(HWY_TARGET_TOGGLE)
#ifdef LIMES_COMPUTE_VECTOR_MATH_INL
#undef LIMES_COMPUTE_VECTOR_MATH_INL
#else
#define LIMES_COMPUTE_VECTOR_MATH_INL
#endif

#include <hwy/highway.h>

#include <concepts>
#include <cstddef>
#include <cstdint>

HWY_BEFORE_NAMESPACE();
namespace limes::compute::vector_math {
namespace HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

template <class D>
using Real = hn::TFromD<D>;

/// c[0] + c[1] x + c[2] x^2 + ... by Horner's rule.
template <class D, std::size_t kCount>
HWY_INLINE hn::Vec<D> polynomial(D d, hn::Vec<D> x, const Real<D> (&c)[kCount]) {
  auto sum = hn::Set(d, c[kCount - 1]);
  for (std::size_t n = kCount - 1; n-- > 0;) sum = hn::MulAdd(sum, x, hn::Set(d, c[n]));
  return sum;
}

template <typename T>
struct Constants;

template <>
struct Constants<double> {
  static constexpr double kLowestExponent = -708.0;  // e^y is a normal number above it, and counts as 0 below
  static constexpr double kRounder = 0x1.8p52;       // adding it rounds to an integer, whose bits stand lowest
  static constexpr std::int64_t kBias = 1023;
  static constexpr int kFractionBits = 52;
  static constexpr double kLn2High = 0x1.62e42feep-1, kLn2Low = 0x1.a39ef35793c76p-33;
  // (e^r - 1 - r)/r^2 for |r| <= ln 2 / 2: 1/(n + 2)!
  static constexpr double kExp[] = {1.0 / 2,       1.0 / 6,        1.0 / 24,        1.0 / 120,
                                    1.0 / 720,     1.0 / 5040,     1.0 / 40320,     1.0 / 362880,
                                    1.0 / 3628800, 1.0 / 39916800, 1.0 / 479001600, 1.0 / 6227020800};
  // (sin x - x)/x^3 and cos x for |x| <= pi/4, in x^2
  static constexpr double kSin[] = {-1.0 / 6,        1.0 / 120,        -1.0 / 5040,          1.0 / 362880,
                                    -1.0 / 39916800, 1.0 / 6227020800, -1.0 / 1307674368000, 1.0 / 355687428096000};
  static constexpr double kCos[] = {1.0,
                                    -1.0 / 2,
                                    1.0 / 24,
                                    -1.0 / 720,
                                    1.0 / 40320,
                                    -1.0 / 3628800,
                                    1.0 / 479001600,
                                    -1.0 / 87178291200,
                                    1.0 / 20922789888000};
  // erf(x)/x on [0, 1] in x^2; e^(x^2) erfc(x) on [1, 6] in (x - 2.5)/(x + 2.5)
  static constexpr double kErf[] = {1.1283791670955126,      -0.37612638903183543,   0.11283791670945006,
                                    -0.02686617064323777,    0.0052239776071164225,  -0.0008548325975389692,
                                    0.00012055294904839707,  -1.492473690741966e-05, 1.6447424703317362e-06,
                                    -1.6208483801871705e-07, 1.3720064546777686e-08, -7.795898827002142e-10};
  static constexpr double kErfc[] = {0.2108063640611436,      -0.37173673394897294,    0.2517131932174488,
                                     -0.12503305237891782,    0.03992253907546523,     -0.003993701160123029,
                                     -0.0026423659518134547,  0.0008759152875774328,   0.0002283799633257643,
                                     -0.00012887483134837842, -3.4175718896856294e-05, 1.8596747731144528e-05,
                                     7.499735050763299e-06,   -2.2328516517555215e-06, -1.587633893127344e-06};
};

template <>
struct Constants<float> {
  static constexpr float kLowestExponent = -87.0F;
  static constexpr float kRounder = 0x1.8p23F;
  static constexpr std::int32_t kBias = 127;
  static constexpr int kFractionBits = 23;
  static constexpr float kLn2High = 0x1.62e4p-1F, kLn2Low = 0x1.7f7d1cp-20F;
  static constexpr float kExp[] = {1.0F / 2, 1.0F / 6, 1.0F / 24, 1.0F / 120, 1.0F / 720, 1.0F / 5040};
  static constexpr float kSin[] = {-1.0F / 6, 1.0F / 120, -1.0F / 5040, 1.0F / 362880};
  static constexpr float kCos[] = {1.0F, -1.0F / 2, 1.0F / 24, -1.0F / 720, 1.0F / 40320, -1.0F / 3628800};
  static constexpr float kErf[] = {1.1283791261787373F,   -0.37612343775327806F, 0.11280316652505075F,
                                   -0.02671505423226643F, 0.004921762027877231F, -0.0005648059865503044F};
  static constexpr float kErfc[] = {0.2108059159111562F,   -0.3717358201198217F, 0.2517587169345458F,
                                    -0.12507096276098476F, 0.0392336128106532F,  -0.0036378384585460375F};
};

template <class V>
struct Exponential {
  V value;      ///< e^y
  V minus_one;  ///< e^y - 1, with full relative accuracy near 0
};

/// e^y for y <= 0. Reduction: y = k ln 2 + r with |r| <= ln 2 / 2, e^y = 2^k (1 + (e^r - 1)).
template <class D>
HWY_INLINE Exponential<hn::Vec<D>> exponential(D d, hn::Vec<D> y) {
  using C = Constants<Real<D>>;
  const hn::RebindToSigned<D> di;
  const auto lowest = hn::Set(d, C::kLowestExponent);
  const auto clamped = hn::Max(y, lowest);
  const auto shifted =
      hn::MulAdd(clamped, hn::Set(d, static_cast<Real<D>>(1.4426950408889634)), hn::Set(d, C::kRounder));
  const auto k = hn::Sub(shifted, hn::Set(d, C::kRounder));
  const auto r = hn::NegMulAdd(k, hn::Set(d, C::kLn2Low), hn::NegMulAdd(k, hn::Set(d, C::kLn2High), clamped));
  const auto q = hn::MulAdd(hn::Mul(r, r), polynomial(d, r, C::kExp), r);  // e^r - 1
  const auto exponent = hn::Add(hn::BitCast(di, shifted), hn::Set(di, C::kBias));
  const auto scale = hn::BitCast(d, hn::ShiftLeft<C::kFractionBits>(exponent));  // 2^k
  const auto value = hn::MulAdd(scale, q, scale);
  return {hn::IfThenElseZero(hn::Ge(y, lowest), value), hn::MulAdd(scale, q, hn::Sub(scale, hn::Set(d, Real<D>{1})))};
}

/// erf(x), given e^(-x^2).
template <class D>
HWY_INLINE hn::Vec<D> error_function(D d, hn::Vec<D> x, hn::Vec<D> gaussian) {
  using C = Constants<Real<D>>;
  const auto size = hn::Abs(x);
  const auto one = hn::Set(d, Real<D>{1});
  const auto inner = hn::Min(size, one);
  const auto near_zero = hn::Mul(inner, polynomial(d, hn::Mul(inner, inner), C::kErf));
  const auto outer = hn::Min(size, hn::Set(d, Real<D>{6}));
  const auto middle = hn::Set(d, static_cast<Real<D>>(2.5));
  const auto t = hn::Div(hn::Sub(outer, middle), hn::Add(outer, middle));
  const auto far = hn::NegMulAdd(gaussian, polynomial(d, t, C::kErfc), one);
  return hn::CopySign(hn::IfThenElse(hn::Lt(size, one), near_zero, far), x);
}

/// tan(x) for |x| <= pi/4.
template <class D>
HWY_INLINE hn::Vec<D> tangent(D d, hn::Vec<D> x) {
  using C = Constants<Real<D>>;
  const auto square = hn::Mul(x, x);
  const auto sine = hn::MulAdd(hn::Mul(x, square), polynomial(d, square, C::kSin), x);
  return hn::Div(sine, polynomial(d, square, C::kCos));
}

}  // namespace HWY_NAMESPACE
}  // namespace limes::compute::vector_math
HWY_AFTER_NAMESPACE();

#endif  // LIMES_COMPUTE_VECTOR_MATH_INL

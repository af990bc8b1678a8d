#include "limes/compute/transfer_kernels.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <memory>
#include <numbers>
#include <vector>

#include "compute/instruction_sets.hpp"
#include "compute/scalar_reference.hpp"
#include "limes/base/errors.hpp"
#include "limes/transfer/expression.hpp"

namespace limes::compute {
namespace {

using transfer::Kind;
using transfer::Transfer;

constexpr Kind kKinds[] = {Kind::kTanh, Kind::kErf,    Kind::kLogistic,  Kind::kNormalCdf,
                           Kind::kRelu, Kind::kLinear, Kind::kClippedTan};

struct Exact {
  long double value, slope;
};

// The definitions of transfer.hpp in 64-bit precision.
Exact exact(const Transfer& transfer, double u) {
  const long double g = transfer.gain, x = g * u;
  const long double pi = std::numbers::pi_v<long double>, clip = std::numbers::pi / 4;
  const long double e = std::exp(-2 * std::abs(x)), sech_squared = 4 * e / ((1 + e) * (1 + e));
  switch (transfer.kind) {
    case Kind::kTanh:
      return {std::tanh(x), g * sech_squared};
    case Kind::kErf:
      return {std::erf(std::sqrt(pi) / 2 * x), g * std::exp(-pi / 4 * x * x)};
    case Kind::kLogistic:
      return {(x > 0 ? 1 : e) / (1 + e), g * sech_squared / 2};
    case Kind::kNormalCdf:
      return {std::erfc(-x / std::sqrt(2.0L)) / 2, g * std::exp(-x * x / 2) / std::sqrt(2 * pi)};
    case Kind::kRelu:
      return {std::max(x, 0.0L), x > 0 ? g : 0};
    case Kind::kLinear:
      return {x, g};
    case Kind::kClippedTan: {
      const long double tangent = std::tan(std::min(std::max(x, -clip), clip));
      return {tangent, std::abs(x) < clip ? g * (1 + tangent * tangent) : 0};
    }
    case Kind::kExpression:
      break;  // a test of its own
  }
  return {};
}

// Where double arithmetic is at its worst: 0, denormal and tiny numbers, the joints of the approximations, saturation,
// huge numbers; between them a dense sweep.
std::vector<double> arguments() {
  std::vector<double> u = {0.0,   -0.0,  5e-324, -5e-324, 1e-310, 1e-300, -1e-200, 1e-40, -1e-30, 1e-20, 1e-8,
                           -1e-5, 707.9, 708,    709,     -745,   1e3,    -1e5,    1e9,   -1e9,   1e30,  -1e30};
  for (double centre :
       {0.25, 0.34657359, 0.5, 0.785, 0.7853981, 1.0, 1.1283791, 1.4142135, 3.0, 6.0, 6.77, 8.48, 19.0, 37.0})
    for (double offset : {-1e-7, -1e-13, 0.0, 1e-13, 1e-7}) u.insert(u.end(), {centre + offset, -centre - offset});
  for (double x = -9; x < 9; x += 0.00371) u.push_back(x);
  for (double x = -45; x < 45; x += 0.0613) u.push_back(x);
  return u;
}

// True where g u, rounded to the precision of the kernel, may fall on the other side of a kink than the exact product.
bool at_kink(const Transfer& transfer, double u, double precision) {
  const double x = transfer.gain * u;
  if (transfer.kind == Kind::kRelu) return u != 0 && x == 0;  // underflow
  return transfer.kind == Kind::kClippedTan && std::abs(std::abs(x) - std::numbers::pi / 4) < precision;
}

TEST(TransferKernels, DoubleIsGoodToFourUnitsOfTheLastPlaceOr1e15) {
  const auto u = arguments();
  std::vector<double> f(u.size()), f_again(u.size()), slope(u.size());
  const double ulp = std::numeric_limits<double>::epsilon();
  for_each_instruction_set([&](bool) {
    for (const Kind kind : kKinds) {
      for (const double gain : {1.0, 0.3, 2.0, 17.5}) {
        const Transfer transfer{kind, gain};
        apply_transfer(transfer, u, f_again);
        apply_transfer_with_slope(transfer, u, f, slope);
        EXPECT_EQ(f, f_again) << transfer::name(kind) << ": with and without the slope";
        for (std::size_t i = 0; i < u.size(); ++i) {
          const auto truth = exact(transfer, u[i]);
          const auto value = static_cast<double>(truth.value), derivative = static_cast<double>(truth.slope);
          ASSERT_NEAR(f[i], value, std::max(1e-15, 4 * ulp * std::abs(value)))
              << transfer::name(kind) << ", gain " << gain << ", u = " << u[i];
          if (at_kink(transfer, u[i], 1e-15)) continue;
          ASSERT_NEAR(slope[i], derivative, 1e-15 * std::max(gain, derivative))
              << transfer::name(kind) << "', gain " << gain << ", u = " << u[i];
        }
      }
    }
  });
}

TEST(TransferKernels, OddFunctionsKeepRelativeAccuracyNearZero) {
  const std::vector<double> u = {5e-324, 1e-310, 1e-300, 1e-100, 1e-30, 1e-16, 1e-9,
                                 1e-4,   0.01,   0.1,    0.3,    -0.2,  -1e-12};
  std::vector<double> f(u.size());
  for (const Kind kind : {Kind::kTanh, Kind::kErf, Kind::kClippedTan}) {
    apply_transfer({kind, 1.0}, u, f);
    for (std::size_t i = 0; i < u.size(); ++i) {
      const auto value = static_cast<double>(exact({kind, 1.0}, u[i]).value);
      // Four units in the last place; below the normal numbers the last place is the smallest number itself.
      EXPECT_NEAR(f[i], value, std::max(4 * std::numeric_limits<double>::epsilon() * std::abs(value), 1e-323))
          << transfer::name(kind) << ", u = " << u[i];
    }
  }
}

TEST(TransferKernels, FloatIsGoodTo1e6) {
  const auto wide = arguments();
  const std::vector<float> u(wide.begin(), wide.end());
  std::vector<float> f(u.size()), slope(u.size());
  for_each_instruction_set([&](bool) {
    for (const Kind kind : kKinds) {
      for (const double gain : {1.0, 0.5, 2.0, 17.5}) {  // exact in single precision
        const Transfer transfer{kind, gain};
        apply_transfer_with_slope(transfer, u, f, slope);
        for (std::size_t i = 0; i < u.size(); ++i) {
          const auto truth = exact(transfer, static_cast<double>(u[i]));
          const auto value = static_cast<double>(truth.value), derivative = static_cast<double>(truth.slope);
          ASSERT_NEAR(static_cast<double>(f[i]), value, 1e-6 * std::max(1.0, std::abs(value)))
              << transfer::name(kind) << ", gain " << gain << ", u = " << u[i];
          if (at_kink(transfer, static_cast<double>(u[i]), 1e-6)) continue;
          ASSERT_NEAR(static_cast<double>(slope[i]), derivative, 1e-6 * std::max(gain, derivative))
              << transfer::name(kind) << "', gain " << gain << ", u = " << u[i];
        }
      }
    }
  });
}

TEST(TransferKernels, AreTheFunctionsOfTheTransferFloor) {
  const auto u = arguments();
  std::vector<double> f(u.size()), slope(u.size());
  for (const Kind kind : kKinds) {
    const Transfer transfer{kind, 1.5};
    apply_transfer_with_slope(transfer, u, f, slope);
    for (std::size_t i = 0; i < u.size(); ++i) {
      // Both sides are rounded: twice the bounds of the first test.
      const double value = transfer::value(transfer, u[i]);
      EXPECT_NEAR(f[i], value, std::max(2e-15, 2e-15 * std::abs(value))) << transfer::name(kind) << ", u = " << u[i];
      EXPECT_NEAR(slope[i], transfer::derivative(transfer, u[i]), 4e-15 * transfer::largest_slope(transfer))
          << transfer::name(kind) << "', u = " << u[i];
    }
  }
}

template <typename Real>
class TransferKernelsTest : public ::testing::Test {};
using Precisions = ::testing::Types<double, float>;
TYPED_TEST_SUITE(TransferKernelsTest, Precisions);

TYPED_TEST(TransferKernelsTest, AResultDoesNotDependOnItsPlace) {
  const auto numbers = reference::numbers<TypeParam>(67, 5);
  for_each_instruction_set([&](bool) {
    for (const Kind kind : kKinds) {
      const Transfer transfer{kind, 3.0};
      std::vector<TypeParam> whole(67), whole_slope(67);
      apply_transfer_with_slope(transfer, std::span<const TypeParam>(numbers), std::span(whole),
                                std::span(whole_slope));
      for (std::size_t offset = 0; offset < 20; ++offset) {
        for (const std::size_t count : {0, 1, 2, 3, 7, 20, 47}) {
          std::vector<TypeParam> f(count + 1, 99), slope(count + 1, 99);
          apply_transfer_with_slope(transfer, std::span(numbers).subspan(offset, count), std::span(f).first(count),
                                    std::span(slope).first(count));
          for (std::size_t i = 0; i < count; ++i) {
            ASSERT_EQ(f[i], whole[offset + i]);
            ASSERT_EQ(slope[i], whole_slope[offset + i]);
          }
          ASSERT_EQ(f[count], 99) << "wrote beyond the span";
          ASSERT_EQ(slope[count], 99) << "wrote beyond the span";
        }
      }
    }
  });
}

TYPED_TEST(TransferKernelsTest, MayOverwriteItsInput) {
  const auto numbers = reference::numbers<TypeParam>(39, 5);
  std::vector<TypeParam> expected(39), f = numbers;
  apply_transfer({Kind::kTanh, 2.0}, std::span<const TypeParam>(numbers), std::span(expected));
  apply_transfer({Kind::kTanh, 2.0}, std::span<const TypeParam>(f), std::span(f));
  EXPECT_EQ(f, expected);
}

TYPED_TEST(TransferKernelsTest, NotANumberStaysAndInfinityGivesTheLimit) {
  const TypeParam infinity = std::numeric_limits<TypeParam>::infinity();
  const std::vector<TypeParam> u = {std::numeric_limits<TypeParam>::quiet_NaN(), infinity, -infinity};
  for_each_instruction_set([&](bool) {
    for (const Kind kind : kKinds) {
      std::vector<TypeParam> f(3), slope(3);
      apply_transfer_with_slope({kind, 1.0}, std::span<const TypeParam>(u), std::span(f), std::span(slope));
      EXPECT_TRUE(std::isnan(f[0]) && std::isnan(slope[0])) << transfer::name(kind);
      for (const std::size_t i : {1, 2}) {
        const auto limit = static_cast<TypeParam>(transfer::value({kind, 1.0}, static_cast<double>(u[i])));
        if (std::isinf(limit)) {
          EXPECT_EQ(f[i], limit) << transfer::name(kind);
        } else
          EXPECT_NEAR(f[i], limit, std::numeric_limits<TypeParam>::epsilon()) << transfer::name(kind);
        EXPECT_EQ(slope[i], transfer::derivative({kind, 1.0}, static_cast<double>(u[i]))) << transfer::name(kind);
      }
    }
  });
}

TYPED_TEST(TransferKernelsTest, BitsDoNotDependOnTheNumberOfThreads) {
  const auto numbers = reference::numbers<TypeParam>(3 * kTransferChunk + 5, 5);
  const std::span<const TypeParam> u(numbers);
  std::vector<TypeParam> f(u.size()), slope(u.size()), value(u.size()), f_serial(u.size()), slope_serial(u.size());
  apply_transfer_with_slope({Kind::kErf, 2.0}, u, std::span(f_serial), std::span(slope_serial));
  for (const std::size_t count : {1, 2}) {
    Threads threads(count);
    apply_transfer(threads, {Kind::kErf, 2.0}, u, std::span(value));
    apply_transfer_with_slope(threads, {Kind::kErf, 2.0}, u, std::span(f), std::span(slope));
    EXPECT_EQ(value, f_serial);
    EXPECT_EQ(f, f_serial);
    EXPECT_EQ(slope, slope_serial);
  }
}

TYPED_TEST(TransferKernelsTest, AnExpressionHasTheBitsOfItsProgramHoweverItIsCut) {
  // x/(1 + x^2): one operation after the other, so that each element can be computed by hand.
  using transfer::Operation;
  const auto function =
      std::make_shared<const transfer::Expression>(transfer::ExpressionProgram({{Operation::kVariable, {}, 0},
                                                                                {Operation::kConstant, {}, 1},
                                                                                {Operation::kSquare, {0, 0, 0}, 0},
                                                                                {Operation::kAdd, {1, 2, 0}, 0},
                                                                                {Operation::kDivide, {0, 3, 0}, 0}}),
                                                   "x/(1 + x^2)");
  const Transfer transfer{Kind::kExpression, 1.5, function};
  const auto numbers = reference::numbers<TypeParam>(2 * kTransferChunk + 13, 5);
  const std::span<const TypeParam> u(numbers);
  std::vector<TypeParam> f(u.size()), slope(u.size()), value(u.size());
  for (const std::size_t count : {1, 2}) {
    Threads threads(count);
    apply_transfer(threads, transfer, u, std::span(value));
    apply_transfer_with_slope(threads, transfer, u, std::span(f), std::span(slope));
    EXPECT_EQ(value, f);
    for (std::size_t i = 0; i < u.size(); ++i) {
      const double x = 1.5 * static_cast<double>(u[i]);
      ASSERT_EQ(f[i], static_cast<TypeParam>(x / (1 + x * x)));
      const double expected = 1.5 * (1 - x * x) / ((1 + x * x) * (1 + x * x));
      const double precision = sizeof(TypeParam) == 4 ? 1e-7 : 1e-15;  // of the type, times the gain
      ASSERT_NEAR(static_cast<double>(slope[i]), expected, 2 * precision);
    }
  }
}

TEST(TransferKernels, RefuseSpansOfDifferentLength) {
  std::vector<double> u(3), f(2), slope(3);
  EXPECT_THROW(apply_transfer({}, u, f), InputError);
  EXPECT_THROW(apply_transfer_with_slope({}, u, slope, f), InputError);
  Threads threads(1);
  EXPECT_THROW(apply_transfer(threads, {}, std::span<const double>(u), std::span(f)), InputError);
}

}  // namespace
}  // namespace limes::compute

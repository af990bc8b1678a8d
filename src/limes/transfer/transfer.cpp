#include "limes/transfer/transfer.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <numbers>

#include "limes/base/errors.hpp"
#include "limes/base/suggestion.hpp"
#include "limes/math/gaussian.hpp"
#include "limes/transfer/expression.hpp"

namespace limes::transfer {
namespace {

const double kErfScale = std::sqrt(std::numbers::pi) / 2;
constexpr double kClip = std::numbers::pi / 4;

const std::array<std::string, 8>& names() {
  static const std::array<std::string, 8> all = {"tanh", "erf",    "logistic",    "normal_cdf",
                                                 "relu", "linear", "clipped_tan", "expression"};
  return all;
}

double logistic(double x) {
  const double decay = std::exp(-2 * std::abs(x));
  return (x > 0 ? 1.0 : decay) / (1 + decay);
}

/// 1 - tanh(x)^2 without the cancellation of that expression.
double sech_squared(double x) {
  const double decay = std::exp(-2 * std::abs(x));
  return 4 * decay / ((1 + decay) * (1 + decay));
}

/// ln cosh x; the second form neither overflows nor loses digits far from 0, the first none near 0.
double log_cosh(double x) {
  const double size = std::abs(x);
  if (size < 1) {
    const double sine = std::sinh(x);
    return 0.5 * std::log1p(sine * sine);
  }
  return size + std::log1p(std::exp(-2 * size)) - std::numbers::ln2;
}

/// -ln cos x for |x| <= pi/4.
double minus_log_cos(double x) {
  const double sine = std::sin(x);
  return -0.5 * std::log1p(-sine * sine);
}

}  // namespace

std::string_view name(Kind kind) { return names()[static_cast<std::size_t>(kind)]; }

Kind kind_from_name(std::string_view name) {
  const auto found = std::find(names().begin(), names().end(), name);
  if (found != names().end()) return static_cast<Kind>(found - names().begin());
  const std::string nearest = nearest_name(name, names());
  std::string mend;
  if (nearest.empty()) {
    for (const std::string& known : names()) mend += (mend.empty() ? "one of: " : ", ") + known;
  } else {
    mend = "did you mean '" + nearest + "'?";
  }
  throw InputError("unknown transfer function '" + std::string(name) + "'", mend);
}

std::span<const std::string> kind_names() { return names(); }

double value(const Transfer& transfer, double u) {
  const double x = transfer.gain * u;
  switch (transfer.kind) {
    case Kind::kTanh:
      return std::tanh(x);
    case Kind::kErf:
      return std::erf(kErfScale * x);
    case Kind::kLogistic:
      return logistic(x);
    case Kind::kNormalCdf:
      return math::normal_cdf(x);
    case Kind::kRelu:
      return std::max(x, 0.0);
    case Kind::kLinear:
      return x;
    case Kind::kClippedTan:
      return std::tan(std::clamp(x, -kClip, kClip));
    case Kind::kExpression:
      return transfer.expression->jet(x).value;
  }
  return 0;
}

double derivative(const Transfer& transfer, double u) {
  const double g = transfer.gain;
  const double x = g * u;
  switch (transfer.kind) {
    case Kind::kTanh:
      return g * sech_squared(x);
    case Kind::kErf:
      return g * std::exp(-kErfScale * kErfScale * x * x);
    case Kind::kLogistic:
      return 0.5 * g * sech_squared(x);
    case Kind::kNormalCdf:
      return g * math::normal_density(x);
    case Kind::kRelu:
      return x > 0 ? g : 0.0;
    case Kind::kLinear:
      return g;
    case Kind::kClippedTan: {
      if (std::abs(x) >= kClip) return 0;
      const double tangent = std::tan(x);
      return g * (1 + tangent * tangent);
    }
    case Kind::kExpression:
      return g * transfer.expression->jet(x).slope;
  }
  return 0;
}

double second_derivative(const Transfer& transfer, double u) {
  const double g = transfer.gain;
  const double x = g * u;
  switch (transfer.kind) {
    case Kind::kTanh:
      return -2 * g * g * std::tanh(x) * sech_squared(x);
    case Kind::kErf:
      return -0.5 * std::numbers::pi * g * g * x * std::exp(-kErfScale * kErfScale * x * x);
    case Kind::kLogistic:
      return -g * g * std::tanh(x) * sech_squared(x);
    case Kind::kNormalCdf:
      return -g * g * x * math::normal_density(x);
    case Kind::kRelu:
    case Kind::kLinear:
      return 0;
    case Kind::kClippedTan: {
      if (std::abs(x) >= kClip) return 0;
      const double tangent = std::tan(x);
      return 2 * g * g * tangent * (1 + tangent * tangent);
    }
    case Kind::kExpression:
      return g * g * transfer.expression->jet(x).bend;
  }
  return 0;
}

double primitive(const Transfer& transfer, double u) {
  const double g = transfer.gain;
  if (g == 0) return value(transfer, 0.0) * u;
  const double x = g * u;
  switch (transfer.kind) {
    case Kind::kTanh:
      return log_cosh(x) / g;
    case Kind::kErf: {
      const double scaled = kErfScale * x;
      return u * std::erf(scaled) + std::expm1(-scaled * scaled) * 2 / (std::numbers::pi * g);
    }
    case Kind::kLogistic:
      return 0.5 * (u + log_cosh(x) / g);
    case Kind::kNormalCdf:
      return u * math::normal_cdf(x) + math::normal_density(0.0) * std::expm1(-0.5 * x * x) / g;
    case Kind::kRelu:
      return 0.5 * std::max(x, 0.0) * std::max(u, 0.0);
    case Kind::kLinear:
      return 0.5 * x * u;
    case Kind::kClippedTan: {
      const double inside = std::clamp(x, -kClip, kClip);
      return (minus_log_cos(inside) + std::abs(x - inside)) / g;
    }
    case Kind::kExpression:
      return transfer.expression->primitive(x) / g;
  }
  return 0;
}

double largest_slope(const Transfer& transfer) {
  const double g = transfer.gain;
  switch (transfer.kind) {
    case Kind::kTanh:
    case Kind::kErf:
    case Kind::kRelu:
    case Kind::kLinear:
      return g;
    case Kind::kLogistic:
      return 0.5 * g;
    case Kind::kNormalCdf:
      return g * math::normal_density(0.0);
    case Kind::kClippedTan:
      return 2 * g;
    case Kind::kExpression:
      return g == 0 ? 0 : g * transfer.expression->largest_slope();
  }
  return 0;
}

bool is_odd(const Transfer& transfer) {
  const auto sum = reflection(transfer);
  return sum && *sum == 0;
}

std::optional<double> reflection(const Transfer& transfer) {
  switch (transfer.kind) {
    case Kind::kTanh:
    case Kind::kErf:
    case Kind::kLinear:
    case Kind::kClippedTan:
      return 0.0;
    case Kind::kLogistic:
    case Kind::kNormalCdf:
      return 1.0;
    case Kind::kRelu:
      return std::nullopt;
    case Kind::kExpression:
      return transfer.expression->reflection();
  }
  return std::nullopt;
}

bool is_bounded(const Transfer& transfer) { return std::isfinite(output_range(transfer).square()); }

double OutputRange::square() const { return std::max(low * low, high * high); }

OutputRange output_range(const Transfer& transfer) {
  constexpr double kInfinity = std::numeric_limits<double>::infinity();
  switch (transfer.kind) {
    case Kind::kTanh:
    case Kind::kErf:
    case Kind::kClippedTan:
      return {-1, 1};
    case Kind::kLogistic:
    case Kind::kNormalCdf:
      return {0, 1};
    case Kind::kRelu:
    case Kind::kLinear:
      return {transfer.kind == Kind::kRelu ? 0.0 : -kInfinity, kInfinity};
    case Kind::kExpression:
      return {transfer.expression->lowest(), transfer.expression->highest()};
  }
  return {};
}

double steepness(const Transfer& transfer) {
  return transfer.kind == Kind::kExpression ? transfer.gain * transfer.expression->sharpness() : transfer.gain;
}

bool has_kink(const Transfer& transfer) {
  if (transfer.kind == Kind::kExpression) return !transfer.expression->kinks().empty();
  return transfer.kind == Kind::kRelu || transfer.kind == Kind::kClippedTan;
}

bool has_kink_at(const Transfer& transfer, double u) {
  const double x = transfer.gain * u;
  switch (transfer.kind) {
    case Kind::kRelu:
      return u == 0;
    case Kind::kClippedTan:
      return std::abs(std::abs(x) - kClip) <= 1e-15;
    case Kind::kExpression:
      return std::any_of(
          transfer.expression->kinks().begin(), transfer.expression->kinks().end(), [&](const Kink& kink) {
            return kink.jump != 0 && std::abs(x - kink.place) <= 1e-14 * std::max(1.0, std::abs(kink.place));
          });
    default:
      return false;
  }
}

}  // namespace limes::transfer

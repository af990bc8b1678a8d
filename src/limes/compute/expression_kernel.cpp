#include "limes/compute/expression_kernel.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>

#include "limes/transfer/expression.hpp"

namespace limes::compute {
namespace {

constexpr std::size_t kBlock = 512;

template <typename Real>
void apply(const transfer::Transfer& transfer, std::span<const Real> u, std::span<Real> f, std::span<Real> slope) {
  std::array<double, kBlock> x, value, derivative;
  const double gain = static_cast<double>(static_cast<Real>(transfer.gain));
  for (std::size_t begin = 0; begin < u.size(); begin += kBlock) {
    const std::size_t count = std::min(kBlock, u.size() - begin);
    for (std::size_t i = 0; i < count; ++i) x[i] = gain * static_cast<double>(u[begin + i]);
    const std::span<double> values = std::span(value).first(count);
    const std::span<double> slopes = slope.empty() ? std::span<double>() : std::span(derivative).first(count);
    transfer.expression->evaluate(std::span(x).first(count), values, slopes);
    for (std::size_t i = 0; i < count; ++i) f[begin + i] = static_cast<Real>(value[i]);
    for (std::size_t i = 0; i < slopes.size(); ++i) slope[begin + i] = static_cast<Real>(gain * derivative[i]);
  }
}

}  // namespace

void apply_expression(const transfer::Transfer& transfer, std::span<const double> u, std::span<double> f,
                      std::span<double> slope) {
  apply(transfer, u, f, slope);
}

void apply_expression(const transfer::Transfer& transfer, std::span<const float> u, std::span<float> f,
                      std::span<float> slope) {
  apply(transfer, u, f, slope);
}

}  // namespace limes::compute

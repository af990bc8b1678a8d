#pragma once

#include <span>

#include "limes/compute/threads.hpp"
#include "limes/transfer/transfer.hpp"

namespace limes::compute {

/// Elements that are worth handing to another thread: some 10 microseconds of work.
inline constexpr std::size_t kTransferChunk = 4096;

/// f[i] = f(u[i]), vectorised, for every kind of transfer function. `f` may be `u` itself, but must not overlap it
/// otherwise; both have the same length. The result of an element does not depend on its place in the span.
/// double: within 4 units in the last place or 1e-15 absolute of the exact value; float: within 1e-6 (bounded kinds,
/// relative for relu and linear). NaN stays NaN; infinities give the limits.
void apply_transfer(const transfer::Transfer& transfer, std::span<const double> u, std::span<double> f);
void apply_transfer(const transfer::Transfer& transfer, std::span<const float> u, std::span<float> f);

/// As above, and slope[i] = f'(u[i]), to the same accuracy times max f'. The value is bit for bit that of
/// `apply_transfer`.
void apply_transfer_with_slope(const transfer::Transfer& transfer, std::span<const double> u, std::span<double> f,
                               std::span<double> slope);
void apply_transfer_with_slope(const transfer::Transfer& transfer, std::span<const float> u, std::span<float> f,
                               std::span<float> slope);

/// The same, shared among threads.
template <typename Real>
void apply_transfer(Threads& threads, const transfer::Transfer& transfer, std::span<const Real> u, std::span<Real> f) {
  if (u.size() != f.size()) return apply_transfer(transfer, u, f);  // which says what is wrong
  parallel_for(threads, 0, u.size(), kTransferChunk, [&](std::size_t first, std::size_t last) {
    apply_transfer(transfer, u.subspan(first, last - first), f.subspan(first, last - first));
  });
}

template <typename Real>
void apply_transfer_with_slope(Threads& threads, const transfer::Transfer& transfer, std::span<const Real> u,
                               std::span<Real> f, std::span<Real> slope) {
  if (u.size() != f.size() || u.size() != slope.size()) return apply_transfer_with_slope(transfer, u, f, slope);
  parallel_for(threads, 0, u.size(), kTransferChunk, [&](std::size_t first, std::size_t last) {
    apply_transfer_with_slope(transfer, u.subspan(first, last - first), f.subspan(first, last - first),
                              slope.subspan(first, last - first));
  });
}

}  // namespace limes::compute

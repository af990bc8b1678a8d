#include "limes/coupling/diluted.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

#include "limes/base/errors.hpp"
#include "limes/math/random.hpp"

namespace limes::coupling {

namespace {

void check(std::span<const std::size_t> sizes, const DilutedLaw& law) {
  double entries = 0.0;
  for (std::size_t a = 0; a < sizes.size(); ++a) {
    for (std::size_t b = 0; b < sizes.size(); ++b) {
      const double degree = law.degree(static_cast<Eigen::Index>(a), static_cast<Eigen::Index>(b));
      if (!(degree >= 0.0 && degree <= static_cast<double>(sizes[b]))) {
        throw InputError(fmt::format("a degree of {} lies outside [0, {}]", degree, sizes[b]));
      }
      if (law.dilution == Dilution::kFixedInDegree && degree != std::floor(degree)) {
        throw InputError(fmt::format("a fixed in-degree of {} is no whole number", degree));
      }
      entries += degree * static_cast<double>(sizes[a]);
    }
  }
  if (entries > 0.99 * std::numeric_limits<int>::max()) {
    throw InputError(fmt::format("a sparse matrix of {:.3g} entries is too large", entries));
  }
}

/// Each of `count` numbers with probability `probability`, ascending: the gaps between them are geometric.
void choose_independently(math::RandomStream& stream, std::size_t count, double probability, std::vector<int>& chosen) {
  chosen.clear();
  if (probability <= 0.0) return;
  if (probability >= 1.0) {
    for (std::size_t k = 0; k < count; ++k) chosen.push_back(static_cast<int>(k));
    return;
  }
  const double log_miss = std::log1p(-probability);
  double place = -1.0;
  while (true) {
    place += 1.0 + std::floor(std::log(stream.uniform()) / log_miss);
    if (!(place < static_cast<double>(count))) return;
    chosen.push_back(static_cast<int>(place));
  }
}

/// `wanted` different numbers below `count`, ascending. R. W. Floyd's sampling (Bentley and Floyd, Commun. ACM 30
/// (1987) 754); `taken` holds `count` zeros, and does so again at the end.
void choose_exactly(math::RandomStream& stream, std::size_t count, std::size_t wanted, std::vector<char>& taken,
                    std::vector<int>& chosen) {
  chosen.clear();
  for (std::size_t last = count - wanted; last < count; ++last) {
    const std::size_t drawn = stream.below(last + 1);
    const std::size_t kept = taken[drawn] != 0 ? last : drawn;
    taken[kept] = 1;
    chosen.push_back(static_cast<int>(kept));
  }
  for (const int number : chosen) taken[static_cast<std::size_t>(number)] = 0;
  std::sort(chosen.begin(), chosen.end());
}

}  // namespace

SparseMatrix diluted_matrix(std::uint64_t seed, std::uint32_t realisation, std::span<const std::size_t> sizes,
                            const DilutedLaw& law) {
  check(sizes, law);
  std::size_t total = 0, largest = 0;
  for (const std::size_t size : sizes) {
    total += size;
    largest = std::max(largest, size);
  }
  std::vector<int> offsets{0}, columns, chosen;
  std::vector<double> values, normals;
  std::vector<char> taken(largest, 0);
  std::uint64_t row = 0;
  for (std::size_t a = 0; a < sizes.size(); ++a) {
    for (std::size_t i = 0; i < sizes[a]; ++i, ++row) {
      math::RandomStream stream(seed, realisation, math::Purpose::kCoupling, row);
      int first = 0;
      for (std::size_t b = 0; b < sizes.size(); ++b) {
        const auto target = static_cast<Eigen::Index>(a), source = static_cast<Eigen::Index>(b);
        const double degree = law.degree(target, source);
        if (law.dilution == Dilution::kBernoulli) {
          choose_independently(stream, sizes[b], degree / static_cast<double>(sizes[b]), chosen);
        } else {
          choose_exactly(stream, sizes[b], static_cast<std::size_t>(degree), taken, chosen);
        }
        normals.resize(chosen.size());
        stream.fill_normal(normals);
        for (std::size_t k = 0; k < chosen.size(); ++k) {
          columns.push_back(first + chosen[k]);
          values.push_back(law.mean(target, source) / degree +
                           law.deviation(target, source) / std::sqrt(degree) * normals[k]);
        }
        first += static_cast<int>(sizes[b]);
      }
      offsets.push_back(static_cast<int>(columns.size()));
    }
  }
  const auto size = static_cast<Eigen::Index>(total);
  return Eigen::Map<const SparseMatrix>(size, size, static_cast<Eigen::Index>(values.size()), offsets.data(),
                                        columns.data(), values.data());
}

}  // namespace limes::coupling

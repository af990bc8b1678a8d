#include "limes/math/random.hpp"

#include <gtest/gtest.h>

#include <Eigen/Dense>
#include <algorithm>
#include <boost/math/distributions/chi_squared.hpp>
#include <cmath>
#include <set>
#include <vector>

#include "limes/math/random_kernel.hpp"
#include "limes/math/random_portable.hpp"

namespace limes::math {
namespace {

constexpr Purpose kPurpose = Purpose::kUser;

double normal_cdf(double x) { return 0.5 * std::erfc(-x / std::sqrt(2.0)); }

/// Largest distance between the distribution of a sorted sample and a distribution function, times sqrt(n).
template <typename Cdf>
double kolmogorov_smirnov(std::vector<double> sample, Cdf cdf) {
  std::sort(sample.begin(), sample.end());
  const double n = static_cast<double>(sample.size());
  double largest = 0.0;
  for (std::size_t k = 0; k < sample.size(); ++k) {
    const double value = cdf(sample[k]);
    largest = std::max({largest, static_cast<double>(k + 1) / n - value, value - static_cast<double>(k) / n});
  }
  return std::sqrt(n) * largest;
}

// P(sqrt(n) D > 2.23) = 2 exp(-2 2.23^2) = 1e-4 (the limit law of Kolmogorov); the seeds are fixed.
constexpr double kKolmogorovBound = 2.23;

// Published vectors: tests/kat_vectors of the Random123 distribution, lines "philox4x32 10".
TEST(Philox, GivesThePublishedKnownAnswers) {
  const auto block = [](std::array<std::uint32_t, 4> counter, std::array<std::uint32_t, 2> key) {
    const auto words =
        random_kernel::philox_block({key, {counter[2], counter[3]}}, counter[0] | (std::uint64_t{counter[1]} << 32));
    return std::array<std::uint32_t, 4>{
        static_cast<std::uint32_t>(words[0]), static_cast<std::uint32_t>(words[0] >> 32),
        static_cast<std::uint32_t>(words[1]), static_cast<std::uint32_t>(words[1] >> 32)};
  };
  using Output = std::array<std::uint32_t, 4>;
  EXPECT_EQ(block({0, 0, 0, 0}, {0, 0}), (Output{0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8}));
  constexpr std::uint32_t kOnes = 0xffffffff;
  EXPECT_EQ(block({kOnes, kOnes, kOnes, kOnes}, {kOnes, kOnes}),
            (Output{0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd}));
  EXPECT_EQ(block({0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344}, {0xa4093822, 0x299f31d0}),
            (Output{0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1}));
}

TEST(Philox, ManyBlocksAtOnceAreTheBlocksOneByOne) {
  const random_kernel::Key key{{0x12345678, 0x9abcdef0}, {7, 0xfffffffe}};
  const std::uint64_t first = 0xFFFFFFFFULL - 60;  // the lower counter word overflows on the way
  random_kernel::Words words;
  random_kernel::philox_blocks(key, first, words);
  for (std::size_t k = 0; k < words.first.size(); ++k) {
    const auto expected = random_kernel::philox_block(key, first + k);
    EXPECT_EQ(words.first[k], expected[0]) << k;
    EXPECT_EQ(words.second[k], expected[1]) << k;
  }
}

TEST(RandomKernel, LogarithmAndTurnAreGoodToTheLastDigits) {
  RandomStream stream(1, 0, kPurpose, 0);
  for (int k = 0; k < 200000; ++k) {
    const double u = k % 2 == 0 ? stream.uniform() : std::ldexp(stream.uniform(), -(k % 50));
    // Both this logarithm and the library's err by at most 1 ulp (2.2e-16 relative).
    EXPECT_NEAR(random_kernel::natural_logarithm(u), std::log(u), 4.5e-16 * std::abs(std::log(u))) << u;
    const auto [sine, cosine] = random_kernel::turn(u);
    // The rounding of 2 pi x costs 1e-16 pi/4, the polynomials as much; the library's argument is off by 1e-15 itself.
    const long double angle = 6.283185307179586476925286766559L * static_cast<long double>(u);
    EXPECT_NEAR(sine, static_cast<double>(std::sin(angle)), 3e-16) << u;
    EXPECT_NEAR(cosine, static_cast<double>(std::cos(angle)), 3e-16) << u;
  }
}

TEST(RandomKernel, ExtremeWordsGiveFiniteNormals) {
  constexpr std::uint64_t kOnes = ~std::uint64_t{0};
  EXPECT_GT(random_kernel::open_unit(0), 0.0);
  EXPECT_LT(random_kernel::open_unit(kOnes), 1.0);
  EXPECT_EQ(random_kernel::open_unit(0), 1.0 - random_kernel::open_unit(kOnes));
  for (const std::uint64_t first : {std::uint64_t{0}, kOnes}) {
    for (const std::uint64_t second : {std::uint64_t{0}, kOnes, kOnes / 2, kOnes / 4, kOnes / 2 + 1}) {
      const auto pair = random_kernel::box_muller(first, second);
      // sqrt(2 * 53 ln 2) = 8.57 is the largest radius.
      EXPECT_LE(std::hypot(pair[0], pair[1]), 8.58);
      EXPECT_FALSE(std::isnan(pair[0]) || std::isnan(pair[1]));
    }
  }
}

TEST(RandomStream, FillingIsDrawingOneByOneBitForBit) {
  for (const std::size_t count : {0, 1, 2, 3, 255, 256, 257, 1000, 1537}) {
    for (const int drawn_before : {0, 1, 2, 3}) {
      RandomStream one_by_one(5, 6, kPurpose, 7);
      RandomStream filling(5, 6, kPurpose, 7);
      for (int k = 0; k < drawn_before; ++k) EXPECT_EQ(one_by_one.normal(), filling.normal());
      std::vector<double> filled(count);
      filling.fill_normal(filled);
      for (const double value : filled) ASSERT_EQ(value, one_by_one.normal());
      EXPECT_EQ(one_by_one.uniform(), filling.uniform());
    }
  }
}

TEST(RandomStream, OpensAtAnyPlace) {
  RandomStream whole(1, 2, Purpose::kNoise, 3);
  std::vector<double> normals(2000);
  whole.fill_normal(normals);
  for (const std::uint64_t block : {0, 1, 499, 999}) {
    RandomStream opened(1, 2, Purpose::kNoise, 3);
    opened.normal();
    opened.seek(block);
    EXPECT_EQ(opened.normal(), normals[2 * block]);
    EXPECT_EQ(opened.normal(), normals[2 * block + 1]);
  }
}

TEST(RandomStream, AnyDifferentKeyIsADifferentStream) {
  std::set<std::uint64_t> first_words;
  std::size_t streams = 0;
  for (const std::uint64_t seed : {0ULL, 1ULL, 1ULL << 32, ~0ULL}) {
    for (const std::uint32_t realisation : {0U, 1U, ~0U}) {
      for (const Purpose purpose : {Purpose::kCoupling, Purpose::kThreshold, Purpose::kNoise}) {
        for (const std::uint64_t index : {0ULL, 1ULL, 1ULL << 32, ~0ULL}) {
          RandomStream stream(seed, realisation, purpose, index);
          for (int k = 0; k < 4; ++k) first_words.insert(stream.bits());
          ++streams;
        }
      }
    }
  }
  EXPECT_EQ(first_words.size(), 4 * streams);  // 576 words of 64 bits collide with probability 1e-14
}

TEST(RandomStream, NeighbouringStreamsAreUncorrelated) {
  // Correlation of n = 1e5 pairs: standard error 1 / sqrt(n); 4.5 of them are exceeded with probability 7e-6 per pair.
  constexpr std::size_t kCount = 100000;
  const auto draw = [](std::uint64_t seed, std::uint32_t realisation, Purpose purpose, std::uint64_t index) {
    std::vector<double> values(kCount);
    RandomStream(seed, realisation, purpose, index).fill_normal(values);
    return values;
  };
  const auto correlation = [](const std::vector<double>& a, const std::vector<double>& b, std::size_t lag) {
    double sum = 0.0;
    for (std::size_t k = 0; k + lag < a.size(); ++k) sum += a[k] * b[k + lag];
    return sum / std::sqrt(static_cast<double>(kCount));
  };
  const auto base = draw(1, 1, Purpose::kNoise, 1);
  for (const std::size_t lag : {1, 2, 3, 256}) EXPECT_LT(std::abs(correlation(base, base, lag)), 4.5) << lag;
  for (const auto& other : {draw(2, 1, Purpose::kNoise, 1), draw(1, 2, Purpose::kNoise, 1),
                            draw(1, 1, Purpose::kTangent, 1), draw(1, 1, Purpose::kNoise, 2)}) {
    for (const std::size_t lag : {0, 1, 2}) EXPECT_LT(std::abs(correlation(base, other, lag)), 4.5) << lag;
  }
}

TEST(RandomStream, NormalsHaveTheMomentsAndTheLawOfTheNormalDistribution) {
  constexpr std::size_t kCount = 1000000;
  std::vector<double> values(kCount);
  RandomStream(3, 0, kPurpose, 0).fill_normal(values);
  double power[7] = {};
  for (const double value : values) {
    double product = 1.0;
    for (double& sum : power) {
      sum += product / kCount;
      product *= value;
    }
  }
  // Each moment against its standard error sqrt(Var(x^k) / n), Var = 1, 2, 15, 96, 945, 10170; 4.5 errors: 7e-6 each.
  const double expected[7] = {1, 0, 1, 0, 3, 0, 15};
  const double variance[7] = {0, 1, 2, 15, 96, 945, 10170};
  for (int k = 1; k <= 6; ++k) {
    EXPECT_LT(std::abs(power[k] - expected[k]), 4.5 * std::sqrt(variance[k] / kCount)) << k;
  }
  EXPECT_LT(kolmogorov_smirnov(values, normal_cdf), kKolmogorovBound);
  // Both halves of a Box-Muller pair, and their squared radius (exponential with mean 2).
  std::vector<double> radius(kCount / 2);
  for (std::size_t k = 0; k < radius.size(); ++k) {
    radius[k] = values[2 * k] * values[2 * k] + values[2 * k + 1] * values[2 * k + 1];
  }
  EXPECT_LT(kolmogorov_smirnov(radius, [](double r) { return 1.0 - std::exp(-r / 2.0); }), kKolmogorovBound);
}

TEST(RandomStream, UniformAndExponentialHaveTheirLaws) {
  std::vector<double> uniform(500000);
  std::vector<double> exponential(500000);
  RandomStream stream(4, 0, kPurpose, 0);
  for (double& value : uniform) value = stream.uniform();
  for (double& value : exponential) value = stream.exponential();
  EXPECT_LT(kolmogorov_smirnov(uniform, [](double u) { return u; }), kKolmogorovBound);
  EXPECT_LT(kolmogorov_smirnov(exponential, [](double t) { return -std::expm1(-t); }), kKolmogorovBound);
}

TEST(RandomStream, BelowIsUniformWithoutBias) {
  for (const std::uint64_t bound : {1ULL, 2ULL, 7ULL, 100ULL}) {
    RandomStream stream(5, 0, kPurpose, bound);
    std::vector<double> counts(bound, 0.0);
    constexpr int kDraws = 200000;
    for (int k = 0; k < kDraws; ++k) {
      const std::uint64_t value = stream.below(bound);
      ASSERT_LT(value, bound);
      counts[value] += 1.0;
    }
    if (bound == 1) continue;
    const double expected = kDraws / static_cast<double>(bound);
    double chi_square = 0.0;
    for (const double count : counts) chi_square += (count - expected) * (count - expected) / expected;
    const boost::math::chi_squared law(static_cast<double>(bound - 1));
    EXPECT_LT(chi_square, quantile(complement(law, 1e-5))) << bound;  // false alarm: 1e-5 per bound
  }
  // A bound of 3/4 2^64 rejects a quarter of the words; without the rejection a third of the values would come twice.
  RandomStream stream(6, 0, kPurpose, 0);
  const std::uint64_t bound = 3ULL << 62;
  int lowest_third = 0;
  for (int k = 0; k < 30000; ++k) lowest_third += stream.below(bound) % 3 == 0 ? 1 : 0;
  EXPECT_NEAR(lowest_third, 10000, 4.5 * std::sqrt(30000 * 2.0 / 9.0));
  EXPECT_THROW((void)stream.below(0), std::invalid_argument);
}

// The check values of note rate-networks.md, section 2.1, to the digits printed there.
TEST(PortableNormal, GivesThePublishedValues) {
  EXPECT_EQ(portable_bits(1, 3),
            (std::vector<std::uint64_t>{10451216379200822465ULL, 13757245211066428519ULL, 17911839290282890590ULL}));
  const std::vector<double> of_1{-0.02824975, -1.06561765, -0.22791952, 0.08309417};
  const std::vector<double> of_42{0.41471975, 0.65268122, -0.89188621, 1.32683356};
  for (std::size_t k = 0; k < 4; ++k) {
    EXPECT_NEAR(portable_normal(1, 4)[k], of_1[k], 0.5e-8);
    EXPECT_NEAR(portable_normal(42, 4)[k], of_42[k], 0.5e-8);
  }
  // An odd count is the beginning of a longer run.
  EXPECT_EQ(portable_normal(1, 3)[2], portable_normal(1, 4)[2]);
  EXPECT_EQ(portable_normal(1, 3).size(), 3U);
  EXPECT_TRUE(portable_normal(1, 0).empty());
}

TEST(PortableNormal, GivesMatricesOfThePublishedSpectralRadius) {
  const double radii[] = {1.047424080853, 1.056712808460, 1.106886735901, 1.011159084024, 0.998079552845};
  for (std::uint64_t seed = 1; seed <= 5; ++seed) {
    std::vector<double> normals = portable_normal(seed, 10000);
    const Eigen::Map<Eigen::Matrix<double, 100, 100, Eigen::RowMajor>> matrix(normals.data());
    const double radius = Eigen::EigenSolver<Eigen::MatrixXd>(matrix / 10.0, false).eigenvalues().cwiseAbs().maxCoeff();
    EXPECT_NEAR(radius, radii[seed - 1], 1e-12) << seed;  // printed to 12 decimals; eigenvalues good to some 1e-14
  }
}

}  // namespace
}  // namespace limes::math

#pragma once
// Counter-based random streams. A stream is named by (seed, realisation, purpose, index) and can be opened anywhere,
// at any place, without drawing the others; results therefore do not depend on which thread draws what, and when.

#include <array>
#include <cstdint>
#include <span>

namespace limes::math {

/// What a stream is drawn for. The numbers enter the streams: never reuse or renumber them, only append.
enum class Purpose : std::uint32_t {
  kCoupling = 1,
  kThreshold = 2,
  kInitialState = 3,
  kNoise = 4,
  kTangent = 5,
  kStimulus = 6,
  kSurrogate = 7,
  kBootstrap = 8,
  kTheory = 9,        ///< Monte-Carlo steps of a theory
  kFixedPoints = 10,  ///< starts of searches for fixed points
  kPermutation = 11,  ///< shuffles and permutation tests
  kDemonstration = 12,
  kUser = 13,
  kEvents = 14,  ///< events of a point process
};

/// A stream of independent random numbers: Philox4x32-10 (J. K. Salmon, M. A. Moraes, R. O. Dror, D. E. Shaw, "Parallel
/// random numbers: as easy as 1, 2, 3", SC11). The 64-bit seed is the key of one Philox block whose counter is
/// (realisation, purpose, index); its 128 bits are the key and the upper half of the counter of the stream. Philox is a
/// bijection of the counter, so two streams of one seed never share a block; the 2^64 blocks of a stream are not used
/// up.
///
/// A block holds two 64-bit words. `bits`, `uniform`, `below` and `exponential` take one word (`below` rarely more); a
/// pair of normals takes one whole block, from the start of the next unread one. A value type of 80 bytes, cheap to
/// make.
class RandomStream {
 public:
  RandomStream(std::uint64_t seed, std::uint32_t realisation, Purpose purpose, std::uint64_t index);

  /// 64 independent fair bits.
  std::uint64_t bits();
  /// Uniform on the open interval (0, 1): an odd multiple of 2^-53, so never 0 or 1 and symmetric about 1/2.
  double uniform();
  /// Normal with mean 0 and variance 1 (Box-Muller; |n| <= 8.6, the largest that the uniforms allow).
  double normal();
  /// Uniform on 0, ..., bound - 1, without bias. Throws std::invalid_argument if `bound` is 0.
  std::uint64_t below(std::uint64_t bound);
  /// Exponential with mean 1.
  double exponential();
  /// The next `values.size()` results of `normal`, bit for bit, several times faster.
  void fill_normal(std::span<double> values);

  /// The next whole blocks of words: `words.size()` words, an even number, starting at the next unread block. Several
  /// times faster than `bits`.
  void fill_bits(std::span<std::uint64_t> words);

  /// Goes to block `block` of the stream (it starts at 0): the next normal is number 2 * block.
  void seek(std::uint64_t block);
  /// The first block of which nothing has been read yet.
  [[nodiscard]] std::uint64_t block() const { return next_block_; }

 private:
  std::array<std::uint32_t, 2> key_;
  std::array<std::uint32_t, 2> counter_high_;
  std::uint64_t next_block_ = 0;
  std::array<std::uint64_t, 2> words_{};
  int words_left_ = 0;
  double spare_normal_ = 0.0;
  bool has_spare_normal_ = false;
};

}  // namespace limes::math

#pragma once
#include <Eigen/Dense>
#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

namespace limes::rate {

/// Root mean square over pairs of neurons of the correlation coefficient of their time courses: sqrt(< r_ij r'_ij >)
/// with r, r' measured in the first and the last 7/16 of the run, so that sampling noise, which would add 1/samples to
/// r^2, averages out. At most 256 evenly spaced neurons and some 2000 samples in each part are used.
class PairCorrelation {
 public:
  PairCorrelation(std::size_t neurons, std::int64_t samples);
  PairCorrelation() = default;

  void add(std::int64_t index, std::span<const double> state);
  /// 0 where the mean product is negative; none where no pair of neurons fluctuates.
  [[nodiscard]] std::optional<double> rms();

  template <typename Archive>
  void archive(Archive& a) {
    a(neurons_, samples_, stride_, part_size_, buffer_, parts_);
  }

 private:
  struct Part {
    std::vector<double> origin;    // subtracted first, against cancellation: the first sample
    std::vector<double> sums;      // of x_i
    std::vector<double> products;  // of x_i x_j, row-major, lower triangle
    double count = 0.0;
    template <typename Archive>
    void archive(Archive& a) {
      a(origin, sums, products, count);
    }
  };
  void flush(Part& part);
  [[nodiscard]] static Eigen::MatrixXd covariance(const Part& part);

  std::vector<std::size_t> neurons_;
  std::int64_t samples_ = 0;
  std::int64_t stride_ = 1;
  std::int64_t part_size_ = 0;
  std::vector<double> buffer_;  // samples of the part in progress, one after the other
  std::vector<Part> parts_;     // two
};

}  // namespace limes::rate

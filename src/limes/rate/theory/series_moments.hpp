#pragma once
#include <vector>

#include "limes/transfer/transfer.hpp"

namespace limes::rate::theory {

/// The output covariance of one stationary Gaussian process as a truncated Hermite series (note rate-networks, section
/// 3):
///   E f(x) f(y) = sum_n c_n^2 (c/v)^n.
/// Some microseconds to build and right to a few digits: for scans that look for candidates, never for results.
class SeriesMoments {
 public:
  SeriesMoments(const transfer::Transfer& transfer, double mean, double variance);
  [[nodiscard]] double mean_output() const { return mean_output_; }
  [[nodiscard]] double output(double covariance) const;           ///< C(c)
  [[nodiscard]] double gain(double covariance) const;             ///< dC/dc
  [[nodiscard]] double output_integral(double covariance) const;  ///< int_0^c C

 private:
  double variance_;
  double mean_output_ = 0.0;
  std::vector<double> squares_;  // c_n^2; the last one carries the tail, so that C(v) = E f^2
};

}  // namespace limes::rate::theory

#include "limes/rate/simulation/bulk_radius.hpp"

#include <Eigen/Eigenvalues>
#include <cmath>

namespace limes::rate {

double bulk_radius_square(const RateDescription& description, std::span<const double> column_power,
                          std::span<const double> slope) {
  const auto count = static_cast<Eigen::Index>(description.populations.size());
  Eigen::MatrixXd power = Eigen::MatrixXd::Zero(count, count);
  for (Eigen::Index a = 0; a < count; ++a) {
    const double* own = column_power.data() + static_cast<std::size_t>(a) * slope.size();
    std::size_t j = 0;
    for (Eigen::Index b = 0; b < count; ++b) {
      for (std::size_t k = 0; k < description.populations[static_cast<std::size_t>(b)].size; ++k, ++j) {
        power(a, b) += own[j] * slope[j] * slope[j];
      }
    }
    power.row(a) /= static_cast<double>(description.populations[static_cast<std::size_t>(a)].size);
  }
  if (count == 1) return power(0, 0);
  // The Perron root of a matrix without negative entries is its eigenvalue of largest real part.
  return Eigen::EigenSolver<Eigen::MatrixXd>(power, false).eigenvalues().real().maxCoeff();
}

double bulk_radius(const RateDescription& description, std::span<const double> column_power,
                   std::span<const double> slope) {
  return std::sqrt(bulk_radius_square(description, column_power, slope));
}

}  // namespace limes::rate

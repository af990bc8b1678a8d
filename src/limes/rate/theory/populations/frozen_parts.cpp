#include "limes/rate/theory/populations/frozen_parts.hpp"

#include <Eigen/LU>
#include <algorithm>
#include <cmath>

#include "limes/rate/theory/populations/perron.hpp"

namespace limes::rate::theory {

std::optional<std::vector<double>> least_frozen_parts(const PopulationEnsemble& ensemble, std::span<const double> mean,
                                                      std::span<const double> variance,
                                                      std::span<const double> mean_output, Accuracy accuracy) {
  const Eigen::Index count = static_cast<Eigen::Index>(ensemble.size());
  const Eigen::MatrixXd total = ensemble.second_moment + ensemble.centred;
  std::vector<OutputCovariance> pairs;
  Eigen::VectorXd kept(count), source(count), largest(count), centre(count);
  for (Eigen::Index a = 0; a < count; ++a) {
    const Population& population = ensemble.populations[a];
    pairs.emplace_back(accuracy, population.transfer, mean[a], variance[a]);
    kept(a) = (1.0 - population.leak) * (1.0 - population.leak);
    source(a) = population.threshold_variance();
    largest(a) = variance[a];
    centre(a) = mean_output[a] * mean_output[a];
  }
  source -= ensemble.centred * centre;

  Eigen::VectorXd q = Eigen::VectorXd::Zero(count);
  for (int iteration = 0; iteration < 200; ++iteration) {
    Eigen::VectorXd output(count), gain(count);
    for (Eigen::Index b = 0; b < count; ++b) {
      output(b) = pairs[b].output(q(b));
      gain(b) = pairs[b].gain(q(b));
    }
    const Eigen::VectorXd missing = total * output + source - kept.cwiseProduct(q);
    // Rounding of an even transfer moment must not open a frozen part of 1e-17.
    if (iteration == 0 && (missing.array() <= 1e-15 * kept.array() * largest.array()).all()) break;
    Eigen::MatrixXd slope = -total * gain.asDiagonal();
    slope.diagonal() += kept;
    if (!is_m_matrix(slope)) return std::nullopt;  // past the last point where a solution could be
    const Eigen::VectorXd step = slope.partialPivLu().solve(missing.cwiseMax(0.0));
    q += step;
    if (((q - largest).array() > 1e-9 * largest.array()).any()) return std::nullopt;
    q = q.cwiseMin(largest);
    if ((step.array() <= 1e-15 * largest.array()).all()) break;
  }
  return std::vector<double>(q.data(), q.data() + count);
}

}  // namespace limes::rate::theory

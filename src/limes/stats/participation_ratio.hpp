#pragma once
#include <Eigen/Core>
#include <span>

namespace limes::stats {

/// (sum lambda)^2 / sum lambda^2: between 1 and the number of eigenvalues. Throws std::invalid_argument if all are
/// zero.
[[nodiscard]] double participation_ratio(std::span<const double> eigenvalues);

/// (tr C)^2 / tr(C^2) of a symmetric covariance matrix, without its eigenvalues.
[[nodiscard]] double participation_ratio(const Eigen::MatrixXd& covariance);

/// tr(C1) tr(C2) / tr(C1 C2) with covariances from two independent halves of the record: tr(C^2) of one estimated
/// covariance is biased upwards by about (tr C)^2 / (independent samples).
[[nodiscard]] double participation_ratio(const Eigen::MatrixXd& first_half, const Eigen::MatrixXd& second_half);

}  // namespace limes::stats

#pragma once
// How the couplings of an ensemble enter the field of a neuron in the limit (note rate-networks 4.1 to 4.3).

#include <Eigen/Core>

#include "limes/rate/rate_description.hpp"

namespace limes::rate {

/// S_ab of Cov[G_a(t), G_a(s)] = sum_b S_ab E f_b(t) f_b(s) + ...: J_ab^2; with Bernoulli dilution the number of inputs
/// varies, J_ab^2 + (Jbar_ab^2/K_ab)(1 - K_ab/N_b) (note 4.3).
[[nodiscard]] Eigen::MatrixXd second_moment_coefficients(const RateDescription& description);

/// X_ab of the centred part sum_b X_ab Cov[f_b(t), f_b(s)] of a fixed in-degree, (Jbar_ab^2/K_ab)(1 - K_ab/N_b); zero
/// for the other ensembles.
[[nodiscard]] Eigen::MatrixXd centred_coefficients(const RateDescription& description);

}  // namespace limes::rate

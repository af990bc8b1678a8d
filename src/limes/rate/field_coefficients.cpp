#include "limes/rate/field_coefficients.hpp"

namespace limes::rate {

namespace {

using Kind = CouplingDescription::Kind;

/// (Jbar_ab^2/K_ab)(1 - K_ab/N_b): what drawing the sources adds.
Eigen::MatrixXd dilution(const RateDescription& description) {
  const auto& coupling = description.coupling;
  Eigen::MatrixXd result = Eigen::MatrixXd::Zero(coupling.mean.rows(), coupling.mean.cols());
  for (Eigen::Index a = 0; a < result.rows(); ++a) {
    for (Eigen::Index b = 0; b < result.cols(); ++b) {
      const double degree = coupling.degree(a, b);
      const auto sources = static_cast<double>(description.populations[static_cast<std::size_t>(b)].size);
      if (degree > 0.0) result(a, b) = coupling.mean(a, b) * coupling.mean(a, b) / degree * (1.0 - degree / sources);
    }
  }
  return result;
}

}  // namespace

Eigen::MatrixXd second_moment_coefficients(const RateDescription& description) {
  const auto& coupling = description.coupling;
  Eigen::MatrixXd result = coupling.deviation.cwiseProduct(coupling.deviation);
  if (coupling.kind == Kind::kBernoulli) result += dilution(description);
  return result;
}

Eigen::MatrixXd centred_coefficients(const RateDescription& description) {
  if (description.coupling.kind == Kind::kFixedInDegree) return dilution(description);
  return Eigen::MatrixXd::Zero(description.coupling.mean.rows(), description.coupling.mean.cols());
}

}  // namespace limes::rate

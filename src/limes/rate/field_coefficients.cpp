#include "limes/rate/field_coefficients.hpp"

#include "limes/rate/theory/population_ensemble.hpp"

namespace limes::rate {

namespace {

using Kind = CouplingDescription::Kind;

/// What drawing the sources adds; a pair without connections adds nothing.
Eigen::MatrixXd dilution(const RateDescription& description) {
  const auto& coupling = description.coupling;
  Eigen::MatrixXd result = Eigen::MatrixXd::Zero(coupling.mean.rows(), coupling.mean.cols());
  for (Eigen::Index a = 0; a < result.rows(); ++a) {
    for (Eigen::Index b = 0; b < result.cols(); ++b) {
      const auto sources = static_cast<double>(description.populations[static_cast<std::size_t>(b)].size);
      const double degree = coupling.degree(a, b);
      if (degree > 0.0) result(a, b) = theory::degree_variance(coupling.mean(a, b), degree, sources);
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

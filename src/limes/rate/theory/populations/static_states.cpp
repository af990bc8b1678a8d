#include "limes/rate/theory/populations/static_states.hpp"

#include <Eigen/Eigenvalues>
#include <algorithm>
#include <cmath>

#include "limes/rate/theory/populations/perron.hpp"

namespace limes::rate::theory {
namespace {

Eigen::VectorXd leaks(const PopulationEnsemble& ensemble) {
  Eigen::VectorXd result(static_cast<Eigen::Index>(ensemble.size()));
  for (Eigen::Index a = 0; a < result.size(); ++a) result(a) = ensemble.populations[a].leak;
  return result;
}

/// (S+X)_ab E f_b'^2.
Eigen::MatrixXd slope_matrix(const PopulationEnsemble& ensemble, std::span<const transfer::Moments> moments) {
  Eigen::MatrixXd matrix = ensemble.second_moment + ensemble.centred;
  for (Eigen::Index b = 0; b < matrix.cols(); ++b) matrix.col(b) *= moments[b].dfdf;
  return matrix;
}

/// Perron root of the slopes filtered by 1/|z - gamma_b|^2: >= 1 inside the bulk.
double bulk_strength(const Eigen::MatrixXd& slopes, const Eigen::VectorXd& leak, std::complex<double> z) {
  Eigen::MatrixXd filtered = slopes;
  for (Eigen::Index b = 0; b < leak.size(); ++b) filtered.col(b) /= std::norm(z - leak(b));
  return filtered.allFinite() ? perron_root(filtered) : INFINITY;
}

PopulationEnsemble without_leaks(PopulationEnsemble ensemble) {
  for (Population& population : ensemble.populations) population.leak = 0.0;
  return ensemble;
}

}  // namespace

double bulk_edge(const PopulationEnsemble& ensemble, std::span<const transfer::Moments> moments) {
  const Eigen::VectorXd leak = leaks(ensemble);
  const Eigen::MatrixXd slopes = slope_matrix(ensemble, moments);
  const double radius = std::sqrt(std::max(0.0, perron_root(slopes)));
  double low = leak.maxCoeff();
  double high = low + radius;
  if (low == leak.minCoeff()) return high;
  for (int i = 0; i < 200 && high - low > 1e-16 * high; ++i) {
    const double middle = (low + high) / 2.0;
    (bulk_strength(slopes, leak, middle) > 1.0 ? low : high) = middle;
  }
  return (low + high) / 2.0;
}

bool lies_outside_bulk(const PopulationEnsemble& ensemble, std::span<const transfer::Moments> moments,
                       std::complex<double> z) {
  return bulk_strength(slope_matrix(ensemble, moments), leaks(ensemble), z) < 1.0;
}

std::vector<std::complex<double>> mean_field_eigenvalues(const PopulationEnsemble& ensemble,
                                                         std::span<const transfer::Moments> moments) {
  const Eigen::Index count = static_cast<Eigen::Index>(ensemble.size());
  const Eigen::MatrixXd total = ensemble.second_moment + ensemble.centred;
  Eigen::MatrixXd matrix(2 * count, 2 * count);
  for (Eigen::Index b = 0; b < count; ++b) {
    const transfer::Moments& m = moments[b];
    matrix.block(0, b, count, 1) = m.df * ensemble.coupling_mean.col(b);
    matrix.block(0, count + b, count, 1) = m.ddf * ensemble.coupling_mean.col(b);
    matrix.block(count, b, count, 1) = m.f_df * total.col(b) - m.f * m.df * ensemble.centred.col(b);
    matrix.block(count, count + b, count, 1) =
        (m.dfdf + m.f_ddf) * total.col(b) - m.f * m.ddf * ensemble.centred.col(b);
  }
  for (Eigen::Index a = 0; a < count; ++a) {
    const double leak = ensemble.populations[a].leak;
    matrix.row(count + a) /= 1.0 - leak;
    matrix(a, a) += leak;
    matrix(count + a, count + a) += leak;
  }
  const Eigen::EigenSolver<Eigen::MatrixXd> solver(matrix, false);
  return {solver.eigenvalues().begin(), solver.eigenvalues().end()};
}

double bulk_radius(const PopulationEnsemble& ensemble, std::span<const transfer::Moments> moments) {
  return std::sqrt(std::max(0.0, perron_root(slope_matrix(ensemble, moments))));
}

PopulationStaticState static_state(const PopulationEnsemble& ensemble, const PopulationOneTimeState& solution,
                                   bool continuous_time) {
  PopulationStaticState state;
  state.state = solution;
  for (const transfer::Moments& m : solution.moments) state.mean_output.push_back(m.f);
  const Eigen::MatrixXd slopes = slope_matrix(ensemble, solution.moments);
  state.bulk_radius = bulk_radius(ensemble, solution.moments);
  state.bulk_edge = bulk_edge(ensemble, solution.moments);
  const Eigen::VectorXd leak = leaks(ensemble);
  const auto growth = [&](std::complex<double> z) { return continuous_time ? z.real() : std::abs(z); };
  double largest = state.bulk_edge;
  for (const std::complex<double> z : mean_field_eigenvalues(ensemble, solution.moments)) {
    if (bulk_strength(slopes, leak, z) >= 1.0) continue;  // absorbed by the bulk
    largest = std::max(largest, growth(z));
    // Of a conjugate pair the member above the real axis is shown.
    if (!state.outlier || growth(z) > growth(*state.outlier)) state.outlier = {z.real(), std::abs(z.imag())};
  }
  state.stable = largest < 1.0;
  state.lyapunov_exponent = continuous_time ? largest - 1.0 : std::log(largest);
  return state;
}

std::vector<PopulationStaticState> static_states(const PopulationEnsemble& ensemble, bool continuous_time,
                                                 const StopToken& stop) {
  require_valid(ensemble);
  for (const Population& population : ensemble.populations) {
    if ((continuous_time ? population.noise_intensity : population.noise_deviation) != 0.0) return {};
  }
  const PopulationEnsemble used = continuous_time ? without_leaks(ensemble) : ensemble;
  const std::vector<double> no_noise(ensemble.size(), 0.0);
  std::vector<PopulationStaticState> states;
  for (const PopulationOneTimeState& solution : one_time_states(used, no_noise, stop)) {
    states.push_back(static_state(used, solution, continuous_time));
  }
  return states;
}

}  // namespace limes::rate::theory

#include "limes/rate/theory/populations/exponents.hpp"

#include <Eigen/LU>
#include <algorithm>
#include <cmath>

#include "limes/rate/theory/populations/perron.hpp"

namespace limes::rate::theory {
namespace {

/// middle(k) psi_k + outer(k-1) psi_{k-1} + outer(k+1) psi_{k+1}, both outer entries <= 0, on k = 0, 1, ... with
/// psi_{-1} = psi_1: are all pivots from the last lag inwards M-matrices? `last` stands for all larger lags.
template <typename Middle, typename Outer>
bool is_m_operator(Eigen::Index last, const Middle& middle, const Outer& outer) {
  const Eigen::MatrixXd far = outer(last);
  // Long waves decide whether the tail alone is one.
  if (!is_m_matrix(middle(last) + 2.0 * far)) return false;
  Eigen::MatrixXd pivot = middle(last) + far * decaying_solution<double>(far, middle(last), far);
  if (!is_m_matrix(pivot)) return false;
  for (Eigen::Index k = last; k-- > 0;) {
    // Row k + 1 holds outer(k) psi_k, row k holds outer(k+1) psi_{k+1}, twice at k = 0.
    const Eigen::MatrixXd carried = pivot.partialPivLu().solve(outer(k));
    pivot = middle(k) - (k == 0 ? 2.0 : 1.0) * outer(k + 1) * carried;
    if (!is_m_matrix(pivot)) return false;
  }
  return true;
}

template <typename Test>
double smallest_passing(double low, double high, const Test& passes) {
  for (int i = 0; i < 200 && high - low > 4e-16 * high; ++i) {
    const double middle = (low + high) / 2.0;
    (passes(middle) ? high : low) = middle;
  }
  return (low + high) / 2.0;
}

}  // namespace

double map_exponent(const PopulationEnsemble& ensemble, const Eigen::MatrixXd& gains) {
  const Eigen::Index count = gains.rows();
  const Eigen::MatrixXd total = ensemble.second_moment + ensemble.centred;
  Eigen::VectorXd leak(count);
  for (Eigen::Index a = 0; a < count; ++a) leak(a) = ensemble.populations[a].leak;
  const double strength = std::sqrt(std::max(0.0, perron_root(total * gains.col(0).asDiagonal())));
  const auto passes = [&](double kappa) {
    const auto middle = [&](Eigen::Index k) {
      Eigen::MatrixXd block = -total * gains.col(k).asDiagonal();
      block.diagonal().array() += kappa * kappa + leak.array().square();
      return block;
    };
    const auto outer = [&](Eigen::Index) { return Eigen::MatrixXd((-kappa * leak).asDiagonal()); };
    return is_m_operator(gains.cols() - 1, middle, outer);
  };
  return std::log(smallest_passing(leak.maxCoeff(), leak.maxCoeff() + strength + 1e-12, passes));
}

double flow_exponent(const PopulationEnsemble& ensemble, double step, const Eigen::MatrixXd& gains,
                     const Eigen::VectorXd& kink_slope) {
  const Eigen::MatrixXd total = ensemble.second_moment + ensemble.centred;
  const double inverse = 1.0 / (step * step);
  const double highest = std::sqrt(std::max(0.0, perron_root(total * gains.rowwise().maxCoeff().asDiagonal())));
  const auto passes = [&](double kappa) {
    const auto potential = [&](Eigen::Index k) {
      Eigen::MatrixXd block = -total * gains.col(k).asDiagonal();
      block.diagonal().array() += kappa * kappa;
      return block;
    };
    const auto middle = [&](Eigen::Index k) {
      Eigen::MatrixXd block = 10.0 / 12.0 * potential(k);
      // The potential has a kink at 0: psi'''(0+) = V'(0+) psi.
      if (k == 0) block -= step / 6.0 * total * kink_slope.asDiagonal();
      block.diagonal().array() += 2.0 * inverse;
      return block;
    };
    const auto outer = [&](Eigen::Index k) {
      Eigen::MatrixXd block = potential(k) / 12.0;
      block.diagonal().array() -= inverse;
      return block;
    };
    return is_m_operator(gains.cols() - 1, middle, outer);
  };
  return smallest_passing(0.0, highest + 1e-12, passes) - 1.0;
}

Eigen::VectorXd gain_kinks(const PopulationEnsemble& flow, const PopulationLags& state) {
  const Eigen::VectorXd variance = state.variance();
  Eigen::VectorXd kinks = Eigen::VectorXd::Zero(variance.size());
  for (Eigen::Index b = 0; b < kinks.size(); ++b) {
    const Population& population = flow.populations[b];
    if (population.noise_intensity == 0.0) continue;
    const transfer::PairMoments pair(population.transfer, state.mean(b), variance(b));
    const double slope = -population.noise_intensity * pair.gain_derivative(variance(b));
    if (std::isfinite(slope)) kinks(b) = slope;
  }
  return kinks;
}

}  // namespace limes::rate::theory

#include "limes/rate/given_matrix/exponent_error.hpp"

#include <algorithm>
#include <cmath>

#include "limes/math/quadrature.hpp"
#include "limes/math/random.hpp"
#include "limes/stats/batch_means.hpp"

namespace limes::rate::given_matrix {
namespace {

using Eigen::ArrayXd;
using Eigen::Index;
using Eigen::VectorXd;

/// Gaussian averages of one neuron: of its output f and of g = f'^2. Zero where they vanish with the variance.
struct NeuronTerms {
  double gain = 0.0;                                              ///< E g
  double slope1 = 0.0, slope2 = 0.0, slope3 = 0.0, slope4 = 0.0;  ///< E g', .., E g''''
  double third = 0.0, fourth = 0.0;                               ///< cumulants of f
  double with_output = 0.0, with_square = 0.0;                    ///< Cov(g, f), Cov(g, (f - m)^2)
};

/// The sizes of corrections: a rule that is good to a few digits for any transfer, kinks included.
NeuronTerms terms_of(const transfer::Transfer& transfer, double mean, double variance,
                     const math::QuadratureRule& rule) {
  NeuronTerms terms;
  const double deviation = std::sqrt(variance);
  const std::size_t count = rule.nodes.size();
  std::vector<double> f(count), g(count);
  double output = 0.0;
  for (std::size_t k = 0; k < count; ++k) {
    const double u = mean + deviation * rule.nodes[k];
    f[k] = transfer::value(transfer, u);
    g[k] = std::pow(transfer::derivative(transfer, u), 2);
    output += rule.weights[k] * f[k];
    terms.gain += rule.weights[k] * g[k];
  }
  if (variance == 0.0) return terms;
  double square = 0.0;
  double fourth_moment = 0.0;
  for (std::size_t k = 0; k < count; ++k) {
    const double z = rule.nodes[k];
    const double w = rule.weights[k];
    const double x = f[k] - output;
    // E g^(n) = E g He_n(z) / deviation^n, by parts.
    terms.slope1 += w * g[k] * z / deviation;
    terms.slope2 += w * g[k] * (z * z - 1) / variance;
    terms.slope3 += w * g[k] * (z * z - 3) * z / (variance * deviation);
    terms.slope4 += w * g[k] * ((z * z - 6) * z * z + 3) / (variance * variance);
    square += w * x * x;
    terms.third += w * x * x * x;
    fourth_moment += w * x * x * x * x;
    terms.with_output += w * (g[k] - terms.gain) * x;
    terms.with_square += w * (g[k] - terms.gain) * x * x;
  }
  terms.fourth = fourth_moment - 3 * square * square;
  return terms;
}

/// sum_j J_ij^power x_j.
VectorXd powers_times(const coupling::Matrix& matrix, int power, const VectorXd& x) {
  VectorXd result = VectorXd::Zero(x.size());
  coupling::for_each_entry(matrix, [&](Index row, Index column, double value) {
    const double square = value * value;
    result[row] += (power == 3 ? square * value : square * square) * x[column];
  });
  return result;
}

VectorXd transposed_squares_times(const coupling::Matrix& matrix, const VectorXd& x) {
  VectorXd result = VectorXd::Zero(x.size());
  coupling::for_each_entry(matrix,
                           [&](Index row, Index column, double value) { result[column] += value * value * x[row]; });
  return result;
}

/// Mean growth of one vector under products of J diag(slopes), slopes independent from step to step, and its standard
/// error.
std::pair<double, double> growth_of_a_vector(QuenchedEquations& equations, const QuenchedPoint& point,
                                             const StopToken& stop) {
  const QuenchedProblem& problem = equations.problem();
  const Index size = equations.size();
  const double work = static_cast<double>(coupling::nonzeros(*problem.coupling)) + 20.0 * static_cast<double>(size);
  const auto steps = static_cast<int>(std::clamp(2e8 / work, 200.0, 20000.0));
  const VectorXd deviation = point.covariance.col(0).cwiseAbs().cwiseSqrt();
  math::RandomStream stream(3, 0, math::Purpose::kTheory, 0);
  VectorXd vector = VectorXd::Ones(size);
  VectorXd normal(size);
  std::vector<double> growth;
  for (int step = -steps / 10; step < steps; ++step) {
    if (step % 16 == 0) stop.check();
    stream.fill_normal({normal.data(), static_cast<std::size_t>(size)});
    for (Index i = 0; i < size; ++i) {
      vector[i] *= transfer::derivative(problem.transfer, point.mean[i] + deviation[i] * normal[i]);
    }
    vector = coupled(*problem.coupling, vector);
    const double length = vector.norm();
    if (!(length > 0.0)) return {0.0, 0.0};
    vector /= length;
    if (step >= 0) growth.push_back(std::log(length));
  }
  const stats::BatchMeans batches = stats::batch_means(growth);
  return {batches.mean, batches.standard_error};
}

}  // namespace

IncoherentTerms incoherent_terms(QuenchedEquations& equations, const QuenchedPoint& point, double incoherent,
                                 bool with_vector, const StopToken& stop) {
  const QuenchedProblem& problem = equations.problem();
  const coupling::Matrix& matrix = *problem.coupling;
  const Index size = equations.size();
  const math::QuadratureRule rule = math::gaussian_trapezoid(0.25, -8.0, 8.0);
  VectorXd gain(size), third(size), fourth(size), with_output(size), with_square(size);
  Eigen::Matrix<double, Eigen::Dynamic, 4> slopes(size, 4);
  for (Index i = 0; i < size; ++i) {
    const NeuronTerms terms = terms_of(problem.transfer, point.mean[i], std::abs(point.covariance(i, 0)), rule);
    gain[i] = terms.gain;
    slopes.row(i) << terms.slope1, terms.slope2, terms.slope3, terms.slope4;
    third[i] = terms.third;
    fourth[i] = terms.fourth;
    with_output[i] = terms.with_output;
    with_square[i] = terms.with_square;
  }
  // w_i^2 after a step is sum_j J_ij^2 g_j w_j^2: right and left Perron vectors.
  VectorXd right = VectorXd::Ones(size);
  VectorXd left = VectorXd::Ones(size);
  const Product forward = [&](const VectorXd& x) {
    return VectorXd(equations.squares().times(gain.cwiseProduct(x)).col(0));
  };
  const Product backward = [&](const VectorXd& x) {
    return VectorXd(gain.cwiseProduct(transposed_squares_times(matrix, x)));
  };
  constexpr double kTolerance = 1e-4;  // first-order shifts
  constexpr int kIterations = 300;
  const double root = perron_root(forward, right, kTolerance, kIterations);
  const double same = perron_root(backward, left, kTolerance, kIterations);
  IncoherentTerms result;
  // The gain of neuron i acts after its tangent component w_i has come in: weights l_i of what follows.
  const VectorXd after = transposed_squares_times(matrix, left);
  const VectorXd before = equations.squares().times(gain.cwiseProduct(right)).col(0);  // E w_i^2
  const double total = after.cwiseProduct(gain).dot(before);
  if (!(root > 0.0 && same > 0.0 && total > 0.0)) return result;
  const VectorXd shared = slopes.col(0).cwiseProduct(powers_times(matrix, 3, with_output.cwiseProduct(right))) +
                          0.5 * slopes.col(1).cwiseProduct(powers_times(matrix, 4, with_square.cwiseProduct(right)));
  const VectorXd changed_gain = slopes.col(2).cwiseProduct(powers_times(matrix, 3, third)) / 6.0 +
                                slopes.col(3).cwiseProduct(powers_times(matrix, 4, fourth)) / 24.0;
  result.shared_inputs = 0.5 * after.dot(shared) / total;
  result.non_gaussian = 0.5 * after.dot(changed_gain.cwiseProduct(before)) / total;
  if (with_vector && equations.one_lag()) {
    const auto [growth, error] = growth_of_a_vector(equations, point, stop);
    if (growth != 0.0) result.one_vector = growth - incoherent;
    result.one_vector_error = error;
  }
  return result;
}

}  // namespace limes::rate::given_matrix

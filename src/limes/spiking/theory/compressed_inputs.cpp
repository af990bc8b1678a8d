#include "limes/spiking/theory/compressed_inputs.hpp"

#include <Eigen/Eigenvalues>
#include <algorithm>
#include <cmath>
#include <numbers>

namespace limes::spiking {

namespace {

constexpr Eigen::Index kMostNodes = 24, kMostSamples = 40;
constexpr std::size_t kFewWeights = 32;

/// Nodes and weights of the Gauss rule of sum_j nu_j delta(w_j) with at most `count` nodes: the eigenvalues of the
/// Jacobi matrix that the Lanczos process makes of diag(w) from sqrt(nu), reorthogonalised.
std::vector<ExternalInput> gauss_rule(const std::vector<ExternalInput>& inputs, Eigen::Index count) {
  const auto n = static_cast<Eigen::Index>(inputs.size());
  Eigen::VectorXd w(n), q(n);
  double total = 0.0;
  for (Eigen::Index j = 0; j < n; ++j) {
    const ExternalInput& input = inputs[static_cast<std::size_t>(j)];
    w(j) = input.weight;
    q(j) = std::sqrt(input.rate);
    total += input.rate;
  }
  if (!(total > 0.0)) return {};
  q /= std::sqrt(total);
  const double scale = w.cwiseAbs().maxCoeff();
  Eigen::MatrixXd basis(n, count);
  Eigen::VectorXd diagonal(count), beside = Eigen::VectorXd::Zero(count);
  Eigen::Index made = 0;
  for (; made < count; ++made) {
    basis.col(made) = q;
    Eigen::VectorXd next = w.cwiseProduct(q);
    diagonal(made) = q.dot(next);
    const auto before = basis.leftCols(made + 1);
    for (int pass = 0; pass < 2; ++pass) next -= before * (before.transpose() * next);
    beside(made) = next.norm();
    if (!(beside(made) > 1e-13 * scale)) {
      ++made;
      break;
    }
    q = next / beside(made);
  }
  Eigen::SelfAdjointEigenSolver<Eigen::MatrixXd> solver;
  solver.computeFromTridiagonal(diagonal.head(made), beside.head(made - 1));
  std::vector<ExternalInput> rule;
  for (Eigen::Index k = 0; k < made; ++k) {
    const double share = solver.eigenvectors()(0, k);
    rule.push_back({solver.eigenvalues()(k), total * share * share});
  }
  return rule;
}

/// Barycentric interpolation from Chebyshev points of the first kind on [lower, upper] to the weights.
Eigen::MatrixXd interpolation_to(const std::vector<ExternalInput>& inputs, const std::vector<double>& points) {
  const auto count = static_cast<Eigen::Index>(points.size());
  Eigen::MatrixXd result = Eigen::MatrixXd::Zero(static_cast<Eigen::Index>(inputs.size()), count);
  for (Eigen::Index j = 0; j < result.rows(); ++j) {
    const double w = inputs[static_cast<std::size_t>(j)].weight;
    for (Eigen::Index k = 0; k < count; ++k) {
      const double apart = w - points[static_cast<std::size_t>(k)];
      if (apart == 0.0) {
        result.row(j).setZero();
        result(j, k) = 1.0;
        break;
      }
      const double angle = std::numbers::pi * (static_cast<double>(k) + 0.5) / static_cast<double>(count);
      result(j, k) = (k % 2 == 0 ? 1.0 : -1.0) * std::sin(angle) / apart;
    }
    result.row(j) /= result.row(j).sum();
  }
  return result;
}

}  // namespace

std::optional<CompressedNeuron> compressed(const OneNeuron& neuron) {
  if (neuron.inputs.size() <= kFewWeights) return std::nullopt;
  std::vector<double> weights;
  for (const ExternalInput& input : neuron.inputs) weights.push_back(input.weight);
  std::sort(weights.begin(), weights.end());
  const auto distinct = std::unique(weights.begin(), weights.end()) - weights.begin();
  if (static_cast<std::size_t>(distinct) <= kFewWeights) return std::nullopt;
  const double lower = weights.front(), upper = weights[static_cast<std::size_t>(distinct) - 1];
  // The functions vary on the scale of a unit of the state.
  const double range = neuron.intensity == Intensity::kLinear
                           ? (upper - lower) * (std::isfinite(neuron.time_constant) ? neuron.time_constant : 1.0)
                           : upper - lower;
  const auto nodes = static_cast<Eigen::Index>(std::min(8.0 + 3.0 * range, 1.0 * kMostNodes));
  const auto samples = static_cast<Eigen::Index>(std::min(16.0 + 6.0 * range, 1.0 * kMostSamples));
  CompressedNeuron result;
  result.neuron = neuron;
  result.neuron.inputs = gauss_rule(neuron.inputs, nodes);
  std::vector<double> points;
  for (Eigen::Index k = 0; k < samples; ++k) {
    const double angle = std::numbers::pi * (static_cast<double>(k) + 0.5) / static_cast<double>(samples);
    points.push_back(0.5 * (lower + upper) + 0.5 * (upper - lower) * std::cos(angle));
    result.neuron.inputs.push_back({points.back(), 0.0});
  }
  result.interpolation = interpolation_to(neuron.inputs, points);
  return result;
}

}  // namespace limes::spiking

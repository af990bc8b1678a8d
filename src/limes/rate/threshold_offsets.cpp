// A common offset of all thresholds (threshold.correlation) differs from network to network: the theory averages over
// it.

#include <Eigen/Eigenvalues>
#include <algorithm>
#include <cmath>

#include "limes/rate/ensemble_theory.hpp"

namespace limes::rate {
namespace {

constexpr int kNodes = 24;  // of the rule that counts; its error is estimated from half as many

struct HermiteRule {
  std::vector<double> nodes, weights;
};

/// Gauss-Hermite nodes of the standard normal law (Golub and Welsch 1969).
HermiteRule hermite_rule(int order) {
  Eigen::MatrixXd jacobi = Eigen::MatrixXd::Zero(order, order);
  for (int n = 1; n < order; ++n) jacobi(n, n - 1) = jacobi(n - 1, n) = std::sqrt(static_cast<double>(n));
  const Eigen::SelfAdjointEigenSolver<Eigen::MatrixXd> solver(jacobi);
  HermiteRule rule;
  for (int n = 0; n < order; ++n) {
    rule.nodes.push_back(solver.eigenvalues()(n));
    rule.weights.push_back(solver.eigenvectors()(0, n) * solver.eigenvectors()(0, n));
  }
  return rule;
}

bool same_branches(const system::TheoryOutcome& a, const system::TheoryOutcome& b) {
  if (a.branches.size() != b.branches.size() || a.quantities.size() != b.quantities.size()) return false;
  for (std::size_t i = 0; i < a.branches.size(); ++i) {
    if (a.branches[i].label != b.branches[i].label || a.branches[i].stable != b.branches[i].stable) return false;
  }
  return true;
}

/// Adds weight * source to target; curves grow to the longest (the value at the last lag is the frozen part).
void add_scaled(std::vector<double>& target, const std::vector<double>& source, double weight) {
  if (target.size() < source.size()) target.resize(source.size(), target.empty() ? 0.0 : target.back());
  for (std::size_t i = 0; i < target.size(); ++i) target[i] += weight * source[std::min(i, source.size() - 1)];
}

struct Average {
  system::TheoryOutcome outcome;
  bool consistent = true;
};

Average average(const RateDescription& description, const system::TheoryOutcome& middle, int order,
                const StopToken& stop) {
  Average result;
  const HermiteRule rule = hermite_rule(order);
  bool first = true;
  for (std::size_t n = 0; n < rule.nodes.size(); ++n) {
    if (rule.weights[n] < 1e-12) continue;
    system::TheoryOutcome at = ensemble_theory(description, ensemble_of(description, rule.nodes[n]), stop);
    if (!same_branches(at, middle)) {
      result.consistent = false;
      return result;
    }
    if (first) {
      result.outcome = at;
      for (auto& quantity : result.outcome.quantities)
        std::fill(quantity.value.values.begin(), quantity.value.values.end(), 0.0);
      for (auto& curve : result.outcome.curves) std::fill(curve.values.values.begin(), curve.values.values.end(), 0.0);
      first = false;
    }
    for (std::size_t i = 0; i < at.quantities.size(); ++i) {
      add_scaled(result.outcome.quantities[i].value.values, at.quantities[i].value.values, rule.weights[n]);
    }
    for (std::size_t i = 0; i < at.curves.size(); ++i) {
      auto& curve = result.outcome.curves[i];
      add_scaled(curve.values.values, at.curves[i].values.values, rule.weights[n]);
      if (at.curves[i].axes.back().values.size() > curve.axes.back().values.size()) curve.axes = at.curves[i].axes;
      curve.values.shape.back() = curve.axes.back().values.size();
    }
  }
  return result;
}

}  // namespace

system::TheoryOutcome ensemble_theory_over_offsets(const RateDescription& description, const StopToken& stop) {
  system::TheoryOutcome middle = ensemble_theory(description, ensemble_of(description, 0.0), stop);
  const bool common = description.threshold.correlation > 0.0 && description.threshold.deviation > 0.0 &&
                      description.threshold.values.empty();
  if (!common) return middle;
  Average fine = average(description, middle, kNodes, stop);
  const Average coarse = fine.consistent ? average(description, middle, kNodes / 2, stop) : Average{};
  if (!fine.consistent || !coarse.consistent || coarse.outcome.quantities.size() != fine.outcome.quantities.size()) {
    for (auto& quantity : middle.quantities) {
      quantity.valid = false;
      quantity.reason = "the branches change with the common threshold offset: this is the value at zero offset";
    }
    middle.warnings.push_back(
        "threshold.correlation: networks with different common offsets have different branches; no average exists");
    return middle;
  }
  for (std::size_t i = 0; i < fine.outcome.quantities.size(); ++i) {
    auto& quantity = fine.outcome.quantities[i];
    for (std::size_t n = 0; n < quantity.error.values.size(); ++n) {
      quantity.error.values[n] += std::abs(quantity.value.values[n] - coarse.outcome.quantities[i].value.values[n]);
    }
  }
  fine.outcome.warnings = middle.warnings;
  return fine.outcome;
}

}  // namespace limes::rate

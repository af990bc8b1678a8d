#include "limes/spiking/theory/survival.hpp"

#include <Eigen/Core>
#include <algorithm>
#include <cmath>
#include <limits>

#include "limes/base/errors.hpp"
#include "limes/math/quadrature.hpp"

namespace limes::spiking {
namespace {

constexpr std::size_t kOrder = 16;
constexpr double kFarthest = 44.0;    // e^{-44} = 8e-20: nothing is left even of t^2 S
constexpr double kTolerance = 1e-13;  // of the last coefficients: the integrals are better still

/// Gauss-Legendre on [-1, 1] with the integrals from -1 to each node and the Legendre coefficients of a function.
struct Panel {
  math::QuadratureRule rule = math::gauss_legendre(kOrder);
  Eigen::VectorXd weights = Eigen::Map<const Eigen::VectorXd>(rule.weights.data(), kOrder);
  Eigen::MatrixXd integral{kOrder, kOrder};
  Eigen::MatrixXd coefficients{kOrder, kOrder};

  Panel() {
    Eigen::MatrixXd legendre(kOrder, kOrder + 1);
    for (std::size_t i = 0; i < kOrder; ++i) {
      legendre(i, 0) = 1;
      legendre(i, 1) = rule.nodes[i];
      for (std::size_t k = 1; k < kOrder; ++k) {
        const double index = static_cast<double>(k);
        legendre(i, k + 1) =
            ((2 * index + 1) * rule.nodes[i] * legendre(i, k) - index * legendre(i, k - 1)) / (index + 1);
      }
    }
    // int_{-1}^x P_k = (P_{k+1} - P_{k-1})/(2k + 1), and x + 1 for k = 0.
    Eigen::MatrixXd primitives(kOrder, kOrder);
    for (std::size_t k = 0; k < kOrder; ++k)
      for (std::size_t i = 0; i < kOrder; ++i) {
        const double degree = static_cast<double>(2 * k + 1);
        primitives(i, k) = k == 0 ? rule.nodes[i] + 1 : (legendre(i, k + 1) - legendre(i, k - 1)) / degree;
        coefficients(k, i) = 0.5 * degree * rule.weights[i] * legendre(i, k);
      }
    integral = primitives * coefficients;
  }

  [[nodiscard]] bool resolves(const Eigen::VectorXd& values) const {
    const double last = (coefficients.bottomRows(2) * values).cwiseAbs().maxCoeff();
    return last <= kTolerance * values.cwiseAbs().maxCoeff() + std::numeric_limits<double>::min();
  }
};

const Panel& shared_panel() {
  static const Panel panel;
  return panel;
}

}  // namespace

SurvivalTable tabulate_survival(const Hazard& hazard, const SurvivalOptions& options) {
  if (!(hazard.late + options.s.real() > 0))
    throw InputError(
        "the intervals have no Laplace transform at this point: its real part must exceed minus the late "
        "hazard");
  const Panel& panel = shared_panel();
  const std::size_t inputs = hazard.inputs;
  SurvivalTable table;
  table.accumulated.resize(inputs);
  std::vector<double> totals(inputs, 0.0);
  std::vector<double> panel_integrals;
  double start = 0, exponent = 0;
  double length = hazard.fastest_scale;
  const double longest = std::abs(options.s) > 0 ? 3 / std::abs(options.s) : std::numeric_limits<double>::infinity();
  Eigen::VectorXd rates(kOrder), survival(kOrder), growth(kOrder);
  while (exponent + options.s.real() * start < kFarthest) {
    length = std::min(length, longest);
    const double half = 0.5 * length / options.refinement;
    for (std::size_t i = 0; i < kOrder; ++i) rates[i] = hazard.at(start + half * (1 + panel.rule.nodes[i]));
    growth = half * (panel.integral * rates);
    const double risk = half * panel.weights.dot(rates);
    survival = (-growth).array().exp();
    // A panel over which S falls by more than e^{-8} wastes its nodes; a function that varies is halved until it fits.
    if (growth[kOrder - 1] > 8 || !panel.resolves(rates) || !panel.resolves(survival)) {
      length /= 2;
      if (length < 1e-12 * start)
        throw ConvergenceError("the survival function of a linear neuron could not be resolved", length);
      continue;
    }
    double integral = 0;
    const double before = std::exp(-exponent);
    for (std::size_t i = 0; i < kOrder; ++i) {
      table.time.push_back(start + half * (1 + panel.rule.nodes[i]));
      table.weight.push_back(half * panel.rule.weights[i]);
      table.survival.push_back(before * survival[i]);
      integral += table.weight.back() * table.survival.back();
    }
    panel_integrals.push_back(integral);
    table.panel_start.push_back(start);
    table.panel_exponent.push_back(exponent);
    for (std::size_t j = 0; j < inputs; ++j) {
      for (std::size_t i = 0; i < kOrder; ++i) rates[i] = hazard.kernel(j, start + half * (1 + panel.rule.nodes[i]));
      growth = half * (panel.integral * rates);
      for (std::size_t i = 0; i < kOrder; ++i) table.accumulated[j].push_back(totals[j] + growth[i]);
      totals[j] += half * panel.weights.dot(rates);
    }
    exponent += risk;
    start += 2 * half;
    length *= 1.5;
  }
  // Integrated from the far end, so that the small remainders keep their digits.
  table.remaining.resize(table.time.size());
  double beyond = 0;
  for (std::size_t p = panel_integrals.size(); p-- > 0;) {
    const double half = table.weight[p * kOrder] / panel.rule.weights[0];
    for (std::size_t i = 0; i < kOrder; ++i) survival[i] = table.survival[p * kOrder + i];
    growth = half * (panel.integral * survival);
    for (std::size_t i = 0; i < kOrder; ++i)
      table.remaining[p * kOrder + i] = beyond + std::max(panel_integrals[p] - growth[i], 0.0);
    beyond += panel_integrals[p];
  }
  return table;
}

SurvivalTable tabulate_survival(const LinearHazard& hazard, const SurvivalOptions& options) {
  return tabulate_survival(
      {[&](double t) { return hazard(t); }, [&](std::size_t input, double t) { return hazard.kernel(input, t); },
       hazard.neuron().inputs.size(), hazard.late(), hazard.fastest_scale()},
      options);
}

double survival_exponent(const LinearHazard& hazard, const SurvivalTable& table, double t) {
  const Panel& panel = shared_panel();
  const auto after = std::upper_bound(table.panel_start.begin(), table.panel_start.end(), t);
  const auto index = static_cast<std::size_t>(after - table.panel_start.begin()) - 1;
  const double start = table.panel_start[index];
  const double half = 0.5 * (t - start);
  double exponent = table.panel_exponent[index];
  for (std::size_t i = 0; i < kOrder; ++i)
    exponent += half * panel.rule.weights[i] * hazard(start + half * (1 + panel.rule.nodes[i]));
  return exponent;
}

}  // namespace limes::spiking

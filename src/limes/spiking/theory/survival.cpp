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
constexpr double kFarthest = 44.0;  // e^{-44} = 8e-20: nothing is left even of t^2 S
constexpr double kTolerance = 1e-14;

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

void check(const OneNeuron& neuron) {
  if (neuron.intensity != Intensity::kLinear)
    throw InputError("the explicit solution holds for linear intensities only");
  if (!(neuron.time_constant > 0)) throw InputError("the time constant of a linear neuron must be positive");
  if (!(neuron.reset >= 0) || !std::isfinite(neuron.reset) || !(neuron.base_rate >= 0) ||
      !std::isfinite(neuron.base_rate))
    throw InputError("the reset and the base rate of a linear neuron must be finite and not negative");
  for (const ExternalInput& input : neuron.inputs)
    if (!(input.weight >= 0) || !(input.rate >= 0) || !std::isfinite(input.weight) || !std::isfinite(input.rate))
      throw InputError("weights and rates of a linear neuron's inputs must be finite and not negative",
                       "inhibition needs the exponential model");
}

}  // namespace

LinearHazard::LinearHazard(const OneNeuron& neuron, InputLaw law) : neuron_(neuron), law_(law) { check(neuron); }

double LinearHazard::grown(double t) const {
  const double tau = neuron_.time_constant;
  return std::isinf(tau) ? t : -tau * std::expm1(-t / tau);
}

double LinearHazard::kernel(std::size_t input, double t) const {
  const double moved = neuron_.inputs[input].weight * grown(t);
  return law_ == InputLaw::kJumps ? -std::expm1(-moved) : moved;
}

double LinearHazard::kernel_late(std::size_t input) const {
  const double weight = neuron_.inputs[input].weight;
  if (weight == 0) return 0;
  const double moved = weight * neuron_.time_constant;
  return law_ == InputLaw::kJumps ? -std::expm1(-moved) : moved;
}

double LinearHazard::operator()(double t) const {
  const double aged = -std::expm1(-t / neuron_.time_constant);
  // e^{-t/tau} on its own: 1 - aged would be rounding noise where only a faint input is left.
  double hazard = neuron_.reset * std::exp(-t / neuron_.time_constant) + neuron_.base_rate * aged;
  for (std::size_t j = 0; j < neuron_.inputs.size(); ++j) hazard += neuron_.inputs[j].rate * kernel(j, t);
  return hazard;
}

double LinearHazard::late() const {
  double hazard = std::isinf(neuron_.time_constant) ? neuron_.reset : neuron_.base_rate;
  for (std::size_t j = 0; j < neuron_.inputs.size(); ++j)
    if (neuron_.inputs[j].rate > 0) hazard += neuron_.inputs[j].rate * kernel_late(j);
  return hazard;
}

double LinearHazard::variance(double t) const {
  // With dg = e^{-z/tau} dz and e^{-z/tau} = 1 - g/tau: int_0^g e^{-mu g'} (1 - g'/tau) dg', here in x = mu g.
  const double g = grown(t);
  double variance = 0;
  for (const ExternalInput& input : neuron_.inputs) {
    const double x = input.weight * g;
    // 1 - e^{-x} (1 + x) loses digits for small x; its series is x^2/2 - x^3/3 + x^4/8 - x^5/30 + ...
    double second = 0;
    if (x < 0.1) {
      double term = x;
      for (int k = 2; k < 14; ++k) {
        term *= -x / k;
        second -= term * (k - 1);
      }
    } else {
      second = -std::expm1(-x) - x * std::exp(-x);
    }
    variance += input.rate * (-input.weight * std::expm1(-x) - second / neuron_.time_constant);
  }
  return variance;
}

double LinearHazard::fastest_scale() const {
  double speed = 1 / neuron_.time_constant + neuron_.reset + late();
  if (std::isinf(speed)) speed = neuron_.reset;
  for (const ExternalInput& input : neuron_.inputs)
    speed += law_ == InputLaw::kJumps ? input.weight : std::sqrt(input.rate * input.weight);
  return 1 / speed;
}

SurvivalTable tabulate_survival(const LinearHazard& hazard, const SurvivalOptions& options) {
  if (!(hazard.late() + options.s.real() > 0))
    throw InputError(
        "the intervals have no Laplace transform at this point: its real part must exceed minus the late "
        "hazard");
  const Panel& panel = shared_panel();
  const std::size_t inputs = hazard.neuron().inputs.size();
  SurvivalTable table;
  table.accumulated.resize(inputs);
  std::vector<double> totals(inputs, 0.0);
  std::vector<double> panel_integrals;
  double start = 0, exponent = 0;
  double length = hazard.fastest_scale();
  const double longest = std::abs(options.s) > 0 ? 3 / std::abs(options.s) : std::numeric_limits<double>::infinity();
  Eigen::VectorXd rates(kOrder), survival(kOrder), growth(kOrder);
  while (exponent + options.s.real() * start < kFarthest) {
    length = std::min(length, longest);
    const double half = 0.5 * length / options.refinement;
    for (std::size_t i = 0; i < kOrder; ++i) rates[i] = hazard(start + half * (1 + panel.rule.nodes[i]));
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
    length *= 2;
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

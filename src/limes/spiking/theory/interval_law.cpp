#include "limes/spiking/theory/interval_law.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <unsupported/Eigen/MatrixFunctions>

#include "limes/base/errors.hpp"
#include "limes/spiking/interval_bins.hpp"
#include "limes/spiking/theory/backward.hpp"
#include "limes/spiking/theory/linear.hpp"

namespace limes::spiking {

namespace {

constexpr double kNothingLeft = 1e-25;  // share of intervals that is not worth another octave
constexpr double kLargestDefect = 1e-6;

/// Masses by the exponential of the collocated generator: in steps of an eighth of an octave, whose exponential is the
/// square of that an octave before.
std::vector<double> masses_by_exponential(const BackwardSolution& solution) {
  const Eigen::MatrixXd generator = solution.generator();
  double step = IntervalBins::width(0);
  Eigen::MatrixXd advance = (step * generator).exp();
  const auto ones = Eigen::VectorXd::Ones(generator.rows());
  Eigen::RowVectorXd law = solution.reset_row();
  std::vector<double> masses(IntervalBins::kCount, 0.0);
  const auto advance_by = [&](double& mass) {
    // Chance to spike within the step, from every node.
    mass += law * (ones - advance * ones);
    law = (law * advance).eval();
  };
  for (std::size_t k = 0; k < IntervalBins::kPerOctave; ++k) advance_by(masses[0]);
  for (std::size_t bin = 0; bin < IntervalBins::kCount; ++bin) {
    if (bin > 0 && bin % IntervalBins::kPerOctave == 0) {
      if (law.sum() < kNothingLeft) break;
      advance = (advance * advance).eval();
    }
    advance_by(masses[bin]);
  }
  masses.back() += law.sum();
  return masses;
}

/// From -ln S at the borders of the bins.
std::vector<double> masses_of_exponents(const std::vector<double>& exponents) {
  std::vector<double> masses;
  for (std::size_t k = 0; k + 1 < exponents.size(); ++k) {
    masses.push_back(-std::exp(-exponents[k]) * std::expm1(exponents[k] - exponents[k + 1]));
  }
  return masses;
}

std::vector<double> upper_borders() {
  std::vector<double> borders;
  for (std::size_t bin = 0; bin < IntervalBins::kCount; ++bin) {
    borders.push_back(IntervalBins::centre(bin) + 0.5 * IntervalBins::width(bin));
  }
  return borders;
}

}  // namespace

std::vector<double> interval_masses(const OneNeuron& neuron) {
  const std::vector<double> borders = upper_borders();
  std::vector<double> masses;
  if (neuron.intensity == Intensity::kLinear) {
    std::vector<double> exponents = survival_exponents_linear(neuron, borders);
    exponents.insert(exponents.begin(), 0.0);
    exponents.back() = std::numeric_limits<double>::infinity();
    return masses_of_exponents(exponents);
  }
  const BackwardSolution solution(neuron);
  if (solution.without_spikes()) {  // too rare to be anything but a Poisson process
    std::vector<double> exponents{0.0};
    for (const double border : borders) exponents.push_back(solution.rate() * border);
    exponents.back() = std::numeric_limits<double>::infinity();
    return masses_of_exponents(exponents);
  }
  masses = masses_by_exponential(solution);
  double sum = 0.0, smallest = 0.0;
  for (const double mass : masses) {
    sum += mass;
    smallest = std::min(smallest, mass);
  }
  const double defect = std::max(std::abs(sum - 1.0), -smallest);
  if (!(defect < kLargestDefect)) throw ConvergenceError("the law of the intervals was not found", defect);
  for (double& mass : masses) mass = std::max(0.0, mass);
  return masses;
}

}  // namespace limes::spiking

#include "limes/rate/random_modes/theory/ladder.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <numbers>

#include "limes/base/errors.hpp"
#include "limes/math/quadrature.hpp"

namespace limes::rate::random_modes {

namespace {

using Complex = std::complex<double>;

constexpr int kFirstFrequencies = 96;
constexpr int kMostFrequencies = 1 << 16;
constexpr double kWanted = 1e-11;

/// The averages over neurons that do not depend on frequency.
struct Averages {
  Eigen::ArrayXd weight, left_square, slope_square;
  double coupling_variance, right_square, right_fourth, feedback;

  explicit Averages(const LadderProblem& problem)
      : weight(static_cast<Eigen::Index>(problem.single->classes.size())),
        left_square(weight.size()),
        slope_square(problem.solution->slope.array().square()),
        coupling_variance(problem.single->coupling * problem.single->coupling),
        right_square(problem.single->right_square),
        right_fourth(problem.right_fourth) {
    for (Eigen::Index k = 0; k < weight.size(); ++k) {
      const NeuronClass& one = problem.single->classes[static_cast<std::size_t>(k)];
      weight(k) = one.weight;
      left_square(k) = one.left * one.left;
    }
    feedback = coupling_variance * right_square * (weight * left_square * slope_square).sum();
  }
};

/// Nodes of the integral over w1 / (2 pi), both signs: w = scale tan(theta), midpoints in theta (the integrand is even
/// and smooth in theta).
struct Frequencies {
  std::vector<double> places, weights;
  Frequencies(double scale, int count) {
    for (int k = 0; k < count; ++k) {
      const double theta = (k + 0.5) * std::numbers::pi / 2.0 / count;
      places.push_back(scale * std::tan(theta));
      weights.push_back(2.0 / (2.0 * std::numbers::pi) * scale / std::pow(std::cos(theta), 2) * std::numbers::pi / 2.0 /
                        count);
    }
  }
};

/// Fluctuations live on the scales of the decay and of 1: their geometric mean resolves both.
double frequency_scale(double decay) { return std::sqrt(decay); }

/// B[C] = int int C C Re 1/(q - a) and D[C] = int int C C /|q - a|^2 of each class, q = (1 + i w1)(1 + i w2).
struct Integrals {
  Eigen::ArrayXd output_chain, state_chain, output_square;
  double mean_square = 0.0;  // D of the mean of C_phi over neurons

  Integrals(const Averages& averages, const PanelSeries& output, const PanelSeries& state, const Frequencies& grid,
            const StopToken& stop)
      : output_chain(Eigen::ArrayXd::Zero(averages.weight.size())),
        state_chain(output_chain),
        output_square(output_chain) {
    const Eigen::RowVectorXd weight = averages.weight.matrix().transpose();
    for (std::size_t k = 0; k < grid.places.size(); ++k) {
      if (k % 64 == 0 && stop.stop_requested()) throw InterruptedError();
      const double frequency = grid.places[k];
      const Complex own(1.0, frequency), p = 1.0 - averages.feedback / own;
      const Eigen::RowVectorXcd inner = output.laplace(p), inner_state = state.laplace(p);
      const Eigen::RowVectorXd density = 2.0 * output.laplace(Complex(0.0, frequency)).real();
      const Eigen::RowVectorXd density_state = 2.0 * state.laplace(Complex(0.0, frequency)).real();
      const double square = grid.weights[k] / (std::norm(own) * p.real());
      for (Eigen::Index c = 0; c < output_chain.size(); ++c) {
        output_chain(c) += grid.weights[k] * density(c) * (inner(c) / own).real();
        state_chain(c) += grid.weights[k] * density_state(c) * (inner_state(c) / own).real();
        output_square(c) += square * density(c) * inner(c).real();
      }
      mean_square += square * density.dot(weight) * (inner * weight.transpose().cast<Complex>())(0).real();
    }
  }
};

struct Variances {
  Eigen::ArrayXd output, state;
};

/// (10) for read-out weights w of the outputs.
Dimension output_dimension(const LadderProblem& problem, const Averages& a, const Integrals& integrals,
                           const Variances& variances, const Eigen::ArrayXd& w) {
  const double beta = a.coupling_variance * (a.weight * w * a.left_square * a.slope_square).sum();
  Dimension result;
  result.trace = (a.weight * w * variances.output).sum();
  result.cross_covariance = (a.weight * w.square() * variances.output.square()).sum() +
                            2.0 * a.right_square * beta * (a.weight * w * integrals.output_chain).sum() +
                            beta * beta *
                                (a.right_fourth * (a.weight * integrals.output_square).sum() +
                                 problem.inverse_rank * a.right_square * a.right_square * integrals.mean_square);
  return result;
}

Dimension state_dimension(const LadderProblem& problem, const Averages& a, const Integrals& integrals,
                          const Variances& variances, const Eigen::ArrayXd& w) {
  const double beta = a.coupling_variance * (a.weight * w * a.left_square).sum();
  Dimension result;
  result.trace = (a.weight * w * variances.state).sum();
  result.cross_covariance =
      (a.weight * w.square() * variances.state.square()).sum() +
      2.0 * a.right_square * beta * (a.weight * w * a.slope_square * integrals.state_chain).sum() +
      beta * beta *
          (a.right_fourth * (a.weight * integrals.output_square).sum() +
           problem.inverse_rank * a.right_square * a.right_square * integrals.mean_square);
  return result;
}

Dimensions all_dimensions(const LadderProblem& problem, const Averages& averages, const Integrals& integrals) {
  const Variances variances{problem.solution->output.row(0).transpose().array(),
                            problem.solution->state.row(0).transpose().array()};
  const Eigen::ArrayXd one = Eigen::ArrayXd::Ones(averages.weight.size());
  return {output_dimension(problem, averages, integrals, variances, one),
          output_dimension(problem, averages, integrals, variances, variances.output.inverse()),
          state_dimension(problem, averages, integrals, variances, one),
          state_dimension(problem, averages, integrals, variances, variances.state.inverse())};
}

constexpr std::array<Dimension Dimensions::*, 4> kKinds = {&Dimensions::output, &Dimensions::output_zscored,
                                                           &Dimensions::state, &Dimensions::state_zscored};

}  // namespace

Dimensions dimensions(const LadderProblem& problem, const StopToken& stop) {
  const Averages averages(problem);
  const TwoPointSolution& solution = *problem.solution;
  const PanelSeries output(solution.grid, solution.output, solution.decay);
  const PanelSeries state(solution.grid, solution.state, solution.decay);
  const double scale = frequency_scale(solution.decay);
  Dimensions last;
  for (int count = kFirstFrequencies; count <= kMostFrequencies; count *= 2) {
    Dimensions next =
        all_dimensions(problem, averages, Integrals(averages, output, state, Frequencies(scale, count), stop));
    double worst = 0.0;
    for (const auto kind : kKinds) {
      const double change = std::abs((next.*kind).cross_covariance - (last.*kind).cross_covariance);
      (next.*kind).error = change;
      worst = std::max(worst, change / (next.*kind).cross_covariance);
    }
    last = next;
    if (count > kFirstFrequencies && worst < kWanted) break;
  }
  return last;
}

std::vector<double> cross_covariance_curve(const LadderProblem& problem, double step, std::size_t points,
                                           const StopToken& stop) {
  const Averages averages(problem);
  const TwoPointSolution& solution = *problem.solution;
  // Column c: C_phi of class c; the last column: its mean over neurons.
  const Eigen::Index classes = averages.weight.size();
  Eigen::MatrixXd values(solution.output.rows(), classes + 1);
  values.leftCols(classes) = solution.output;
  values.col(classes) = solution.output * averages.weight.matrix();
  const PanelSeries series(solution.grid, values, solution.decay);

  const math::QuadratureRule rule = math::gauss_legendre(6);
  const auto nodes = static_cast<Eigen::Index>(rule.nodes.size());
  const auto lags = static_cast<Eigen::Index>(points);
  Eigen::MatrixXd at_lags(lags, classes + 1);
  Eigen::MatrixXd within(lags * nodes, classes + 1);  // between lag k and lag k + 1
  for (Eigen::Index k = 0; k < lags; ++k) {
    at_lags.row(k) = series.at(step * static_cast<double>(k));
    for (Eigen::Index n = 0; n < nodes; ++n) {
      within.row(k * nodes + n) =
          series.at(step * (static_cast<double>(k) + (1.0 + rule.nodes[static_cast<std::size_t>(n)]) / 2.0));
    }
  }
  const double beta =
      averages.coupling_variance * (averages.weight * averages.left_square * averages.slope_square).sum();
  Eigen::VectorXd chain_weight = Eigen::VectorXd::Zero(classes + 1), square_weight = chain_weight;
  chain_weight.head(classes) = 2.0 * averages.right_square * beta * averages.weight.matrix();
  square_weight.head(classes) = beta * beta * averages.right_fourth * averages.weight.matrix();
  square_weight(classes) = beta * beta * problem.inverse_rank * averages.right_square * averages.right_square;

  Eigen::VectorXd sum = (at_lags.leftCols(classes).array().square().matrix()) * averages.weight.matrix();
  const double scale = frequency_scale(solution.decay);
  const double longest = step * static_cast<double>(points);
  const int count = std::clamp(static_cast<int>(4.0 * (scale + 4.0 / scale) * longest), 768, 16384);
  const Frequencies grid(scale, count);
  Eigen::MatrixXcd forward(lags, classes + 1), backward(lags, classes + 1);
  for (std::size_t f = 0; f < grid.places.size(); ++f) {
    if (f % 16 == 0 && stop.stop_requested()) throw InterruptedError();
    const double frequency = grid.places[f];
    const Complex own(1.0, frequency), p = 1.0 - averages.feedback / own;
    const Eigen::RowVectorXd density = 2.0 * series.laplace(Complex(0.0, frequency)).real();
    // forward_k = int_-infinity^tau C(u) exp(-p (tau - u)) du, backward_k = int_tau^infinity C(u) exp(-p (u - tau)) du.
    Eigen::RowVectorXcd to_end(nodes), from_start(nodes);
    for (Eigen::Index n = 0; n < nodes; ++n) {
      const double place = (1.0 + rule.nodes[static_cast<std::size_t>(n)]) / 2.0;
      const double weight = rule.weights[static_cast<std::size_t>(n)] * step / 2.0;
      to_end(n) = weight * std::exp(-p * step * (1.0 - place));
      from_start(n) = weight * std::exp(-p * step * place);
    }
    const Complex hop = std::exp(-p * step);
    forward.row(0) = series.laplace(p);
    for (Eigen::Index k = 0; k + 1 < lags; ++k) {
      forward.row(k + 1) = hop * forward.row(k) + to_end * within.middleRows(k * nodes, nodes);
    }
    backward.row(lags - 1) = series.laplace_from(step * static_cast<double>(lags - 1), p);
    for (Eigen::Index k = lags - 1; k > 0; --k) {
      backward.row(k - 1) = hop * backward.row(k) + from_start * within.middleRows((k - 1) * nodes, nodes);
    }
    const Complex turn = std::exp(Complex(0.0, frequency * step));
    Complex phase(grid.weights[f], 0.0);
    const Eigen::VectorXd chain = chain_weight.array() * density.transpose().array();
    const Eigen::VectorXd square =
        square_weight.array() * density.transpose().array() / (std::norm(own) * 2.0 * p.real());
    for (Eigen::Index k = 0; k < lags; ++k) {
      const Complex ahead = (forward.row(k) * chain.cast<Complex>())(0);
      const Complex behind = (backward.row(k) * chain.cast<Complex>())(0);
      const Complex both = ((forward.row(k) + backward.row(k).conjugate()) * square.cast<Complex>())(0);
      sum(k) += 0.5 * (phase / own * ahead + std::conj(phase) / own * behind).real() + (phase * both).real();
      phase *= turn;
    }
  }
  return {sum.begin(), sum.end()};
}

}  // namespace limes::rate::random_modes

#include "limes/rate/random_modes/quenched_branch.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <mutex>
#include <numbers>

#include "limes/base/errors.hpp"
#include "limes/compute/complex_inverse.hpp"
#include "limes/compute/spectrum.hpp"
#include "limes/compute/threads.hpp"
#include "limes/rate/given_matrix/lag_grid.hpp"
#include "limes/rate/given_matrix/quenched.hpp"
#include "limes/rate/random_modes/mode_branch.hpp"
#include "limes/transfer/moments.hpp"
#include "limes/transfer/pair_moments.hpp"

namespace limes::rate::random_modes {

namespace {

using Complex = std::complex<double>;

constexpr std::size_t kLargest = 1500;     // neurons: minutes of inversions above
constexpr std::size_t kManyNeurons = 400;  // above, fewer lags of the population curve are kept
constexpr int kFrequencies = 128;          // midpoints of theta, w = scale tan(theta)
constexpr double kSlack = 1e-3;

/// What each neuron does by itself, and in the network of linear responses.
struct Neurons {
  Eigen::VectorXd mean_output, slope;
  Eigen::VectorXd variance;  // of x, uncentred
  PanelGrid grid{1.0, 1.0, 2.0};
  Eigen::MatrixXd output;  // centred C_phi at the nodes, one column per neuron
};

Neurons single_neurons(const ModesDescription& description, const given_matrix::QuenchedState& state) {
  const auto size = static_cast<Eigen::Index>(description.size);
  Neurons neurons;
  neurons.mean_output.resize(size);
  neurons.slope.resize(size);
  neurons.variance.resize(size);
  const double last = state.lags.back();
  neurons.grid = PanelGrid(0.1, std::max(1.0, last / 20.0), last);
  const Eigen::VectorXd& nodes = neurons.grid.nodes();
  neurons.output.resize(nodes.size(), size);
  const given_matrix::LagGrid lags(true, 0.0, last);
  const bool fits = lags.nodes().size() == state.lags.size();
  if (!fits) throw ConvergenceError("the quenched autocovariances stand on another grid of lags", 1.0);
  for (Eigen::Index i = 0; i < size; ++i) {
    const auto at = static_cast<std::size_t>(i);
    const double mean = state.mean[at], variance = std::max(state.variance[at], 1e-300);
    const transfer::Moments moments = transfer::moments(description.transfer, mean, variance);
    neurons.mean_output(i) = moments.f;
    neurons.slope(i) = moments.df;
    neurons.variance(i) = variance + mean * mean;
    const std::span own(state.lag_covariances.data() + at * state.lags.size(), state.lags.size());
    Eigen::VectorXd covariance(nodes.size());
    for (Eigen::Index n = 0; n < nodes.size(); ++n) {
      covariance(n) = std::clamp(lags.interpolate(own, nodes(n)), -variance, variance);
    }
    try {
      const transfer::PairMoments pair(description.transfer, mean, variance);
      for (Eigen::Index n = 0; n < nodes.size(); ++n) {
        neurons.output(n, i) = pair.output(covariance(n)) - pair.output(0.0);
      }
    } catch (const ConvergenceError&) {
      // A saturated neuron, whose output hardly moves: to first order.
      neurons.output.col(i) = moments.df * moments.df * covariance;
    }
  }
  return neurons;
}

/// Covariances of all pairs of neurons.
struct PairCovariances {
  std::vector<Eigen::MatrixXd> output;  // C_phi at the lags
  Eigen::MatrixXd state;                // C_x at lag 0
  double clipped = 0.0;                 // share of the sources' power that came out negative and was set to 0
};

/// C(w) = G diag(Xi) G^+, G = (1 - S J)^-1, S_i = <phi'_i>/(1 + i w), sources Xi such that the diagonal is C_phi,i.
PairCovariances pair_covariances(const ModesDescription& description, const coupling::DenseMatrix& matrix,
                                 const Neurons& neurons, const std::vector<double>& lags,
                                 const system::Context& context) {
  const Eigen::Index size = matrix.rows();
  const PanelSeries series(neurons.grid, neurons.output, 1.0);
  PairCovariances sums;
  sums.output.assign(lags.size(), Eigen::MatrixXd::Zero(size, size));
  Eigen::MatrixXd filtered = Eigen::MatrixXd::Zero(size, size), cross = filtered;
  double negative = 0.0, positive = 0.0;
  compute::Threads threads(static_cast<std::size_t>(std::max(1, context.threads)));
  const double scale = 0.5, noise = 2.0 * description.noise_intensity;
  // A few frequencies at a time: each on a thread, then added in their order.
  constexpr int kAtOnce = 4;
  for (int first = 0; first < kFrequencies; first += kAtOnce) {
    std::vector<Eigen::MatrixXcd> inverses(kAtOnce), covariances(kAtOnce);
    std::vector<Eigen::VectorXd> sources(kAtOnce);
    const auto frequency = [&](int k) { return scale * std::tan((k + 0.5) * std::numbers::pi / 2.0 / kFrequencies); };
    compute::parallel_for(threads, 0, kAtOnce, 1, [&](std::size_t begin, std::size_t end) {
      for (std::size_t slot = begin; slot < end; ++slot) {
        if (context.stop.stop_requested()) return;
        const double w = frequency(first + static_cast<int>(slot));
        const Eigen::VectorXcd response = neurons.slope.cast<Complex>() / Complex(1.0, w);
        Eigen::MatrixXcd inverse = -(response.asDiagonal() * matrix.cast<Complex>());
        inverse.diagonal().array() += 1.0;
        compute::invert(inverse);
        const Eigen::VectorXd density = 2.0 * series.laplace(Complex(0.0, w)).real().transpose();
        sources[slot] = inverse.cwiseAbs2().partialPivLu().solve(density.cwiseMax(0.0));
        const Eigen::MatrixXcd weighted = inverse * sources[slot].cwiseMax(0.0).asDiagonal();
        covariances[slot].noalias() = weighted * inverse.adjoint();
        inverses[slot] = std::move(inverse);
      }
    });
    if (context.stop.stop_requested()) throw InterruptedError();
    for (int slot = 0; slot < kAtOnce; ++slot) {
      const auto at = static_cast<std::size_t>(slot);
      const double w = frequency(first + slot);
      const double theta = std::atan(w / scale);
      const double weight = scale / std::pow(std::cos(theta), 2) / 2.0 / kFrequencies;  // both signs of w
      negative += weight * (-sources[at].cwiseMin(0.0)).sum();
      positive += weight * sources[at].cwiseMax(0.0).sum();
      for (std::size_t l = 0; l < lags.size(); ++l) {
        // <phi_i(t) phi_j(t + tau)> has e^{-i w tau} or e^{+i w tau} with the transposed: Psi sums over both.
        const double cosine = std::cos(w * lags[l]), sine = std::sin(w * lags[l]);
        sums.output[l] += weight * (cosine * covariances[at].real() - sine * covariances[at].imag());
      }
      filtered += weight / (1.0 + w * w) * covariances[at].real();
      if (noise > 0.0) {
        const Eigen::MatrixXcd response = inverses[at] * (neurons.slope.cast<Complex>() / Complex(1.0, w)).asDiagonal();
        cross += weight * noise / (1.0 + w * w) * response.real();
      }
    }
    context.progress(static_cast<double>(first + kAtOnce) / kFrequencies, "quenched prediction");
  }
  sums.clipped = negative / positive;
  sums.state = matrix * filtered * matrix.transpose();
  if (noise > 0.0) {
    const Eigen::MatrixXd driven = matrix * cross;
    sums.state += driven + driven.transpose();
    sums.state.diagonal().array() += description.noise_intensity;
  }
  return sums;
}

Dimension dimension_of(const Eigen::MatrixXd& covariance, bool zscored) {
  const auto size = static_cast<double>(covariance.rows());
  if (!zscored) return {covariance.trace() / size, covariance.squaredNorm() / size, 0.0};
  const Eigen::VectorXd inverse = covariance.diagonal().cwiseMax(1e-300).cwiseSqrt().cwiseInverse();
  return {1.0, (inverse.asDiagonal() * covariance * inverse.asDiagonal()).squaredNorm() / size, 0.0};
}

/// The stable state with the largest fluctuations; none: x = 0.
const given_matrix::QuenchedState* fluctuating(const std::vector<given_matrix::QuenchedState>& states) {
  const given_matrix::QuenchedState* best = nullptr;
  const auto variance = [](const given_matrix::QuenchedState& state) {
    return state.population_variance - state.frozen_variance;
  };
  for (const auto& state : states) {
    if (!state.converged || !(variance(state) > 1e-12)) continue;
    if (best == nullptr || std::pair(state.stable, variance(state)) > std::pair(best->stable, variance(*best)))
      best = &state;
  }
  return best;
}

}  // namespace

void write_quenched(const ModesDescription& description, const coupling::DenseMatrix& matrix,
                    const system::Context& context, system::TheoryOutcome& outcome) {
  if (description.size > kLargest) {
    outcome.warnings.push_back(fmt::format("quenched is left out above {} neurons", kLargest));
    return;
  }
  given_matrix::QuenchedProblem problem;
  problem.coupling = description.matrix.get();
  problem.transfer = description.transfer;
  problem.continuous = true;
  problem.noise_intensity = description.noise_intensity;
  given_matrix::QuenchedOptions options;
  options.stop = context.stop;
  const auto states = given_matrix::quenched_states(problem, options);
  const given_matrix::QuenchedState* state = fluctuating(states);
  if (state == nullptr) {
    outcome.warnings.emplace_back("quenched is left out: the quenched mean field has no fluctuating state");
    return;
  }
  try {
    const Neurons neurons = single_neurons(description, *state);
    const auto gains = compute::eigenvalues(neurons.slope.asDiagonal() * matrix);
    double edge = -1.0;
    for (const Complex gain : gains) edge = std::max(edge, gain.real());
    const bool causal = edge < 1.0 - kSlack;
    const std::size_t count = description.size > kManyNeurons ? 41 : 101;
    std::vector<double> lags;
    const double step = description.size > kManyNeurons ? 0.5 : 0.2;  // up to 20 tau
    for (std::size_t l = 0; l < count; ++l) lags.push_back(step * static_cast<double>(l));
    PairCovariances pairs = pair_covariances(description, matrix, neurons, lags, context);
    // What is frozen stays at every lag: covariances are uncentred.
    const Eigen::MatrixXd frozen = neurons.mean_output * neurons.mean_output.transpose();
    for (Eigen::MatrixXd& covariance : pairs.output) covariance += frozen;
    const Eigen::Map<const Eigen::VectorXd> means(state->mean.data(), matrix.rows());
    pairs.state += means * means.transpose();

    const std::size_t before = outcome.quantities.size(), curves_before = outcome.curves.size();
    ModeBranch write(outcome,
                     {"quenched", true, "quenched",
                      "this matrix: each neuron with its own variance, pairs by linear response (note 4.3)"},
                     true);
    const Dimension output = dimension_of(pairs.output.front(), false), states_raw = dimension_of(pairs.state, false);
    const double doubt = 1.0 / std::sqrt(static_cast<double>(description.size) * output.participation_ratio());
    write.quantity("variance", neurons.variance.mean(), 0.5 * doubt * neurons.variance.mean());
    write.quantity("output_variance", output.trace, 0.5 * doubt * output.trace);
    write.dimension("output", output, doubt);
    write.dimension("state", states_raw, doubt);
    write.dimension("output_zscored", dimension_of(pairs.output.front(), true), doubt);
    write.dimension("state_zscored", dimension_of(pairs.state, true), doubt);
    write.exact("residual", state->residual);
    std::vector<double> outputs, cross;
    for (const Eigen::MatrixXd& covariance : pairs.output) {
      cross.push_back(covariance.squaredNorm() / static_cast<double>(matrix.rows()));
    }
    // The diagonal is that of the single neurons, whose lags need no grid of frequencies.
    const PanelSeries average(neurons.grid, neurons.output.rowwise().mean(), 1.0);
    for (const double lag : lags)
      outputs.push_back(average.at(lag)(0) + neurons.mean_output.squaredNorm() / static_cast<double>(matrix.rows()));
    write.curve("output_autocovariance", step, outputs, doubt);
    write.time_scales(step, outputs, cross, doubt);
    std::vector<double> spectrum;
    system::Axis share{"share", "1", {}};
    const auto values = compute::symmetric_spectrum(compute::RowMajorMatrix(pairs.output.front())).values;
    for (Eigen::Index k = values.size(); k-- > 0;) {
      share.values.push_back((static_cast<double>(spectrum.size()) + 0.5) / static_cast<double>(values.size()));
      spectrum.push_back(values(k));
    }
    system::TheoryCurve curve{"covariance_spectrum", "quenched", {share}, spectrum};
    curve.valid = false;
    curve.reason = "measured eigenvalues are spread by the length of the run";
    outcome.curves.push_back(std::move(curve));
    const auto doubted = [&](auto& entry) {
      entry.valid = false;
      entry.reason = fmt::format("the linear responses grow: an eigenvalue of <phi'> J has real part {:.3f}", edge);
    };
    if (!causal) {
      for (std::size_t k = before; k < outcome.quantities.size(); ++k) doubted(outcome.quantities[k]);
      for (std::size_t k = curves_before; k < outcome.curves.size(); ++k) doubted(outcome.curves[k]);
    }
    if (pairs.clipped > 0.01) {
      outcome.warnings.push_back(fmt::format(
          "quenched: {:.0f} % of the sources' power came out negative and was set to 0", 100.0 * pairs.clipped));
    }
  } catch (const ConvergenceError& error) {
    outcome.warnings.push_back(fmt::format("quenched is left out: {}", error.what()));
  }
}

}  // namespace limes::rate::random_modes

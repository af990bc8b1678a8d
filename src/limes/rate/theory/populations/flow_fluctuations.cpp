#include "limes/rate/theory/populations/flow_fluctuations.hpp"

#include <algorithm>
#include <array>
#include <cmath>

#include "limes/rate/theory/populations/collective_modes.hpp"
#include "limes/rate/theory/populations/exponents.hpp"
#include "limes/rate/theory/populations/lag_search.hpp"
#include "limes/rate/theory/populations/one_time_states.hpp"

namespace limes::rate::theory {
namespace {

// A noise-free solution with a smaller connected part is the static state, found at the limit of the discretisation.
constexpr double kSmallestConnectedPart = 1e-5;
constexpr double kAcceptedResidual = 1e-9;
constexpr int kLevels = 3;

/// How much faster than tau the lag functions can bend: for a steep transfer, the time a covariance takes to leave the
/// neighbourhood of the variance.
double sharpness(const PopulationEnsemble& ensemble, const Eigen::VectorXd& variance) {
  double largest = 1.0;
  for (Eigen::Index b = 0; b < variance.size(); ++b) {
    const transfer::Transfer& f = ensemble.populations[b].transfer;
    if (transfer::is_bounded(f)) largest = std::max(largest, 0.5 * transfer::steepness(f) * std::sqrt(variance(b)));
  }
  return largest;
}

}  // namespace

PopulationEnsemble without_leaks(PopulationEnsemble ensemble) {
  for (Population& population : ensemble.populations) {
    population.leak = 0.0;
    population.noise_deviation = 0.0;
  }
  return ensemble;
}

double search_step(const PopulationEnsemble& ensemble) {
  Eigen::VectorXd variance = (ensemble.second_moment + ensemble.centred).rowwise().sum();
  for (Eigen::Index a = 0; a < variance.size(); ++a) {
    variance(a) += ensemble.populations[a].threshold_variance() + ensemble.populations[a].noise_intensity;
  }
  return 0.2 / sharpness(ensemble, variance);
}

// Even about lag 0 is not assumed: there is a kink.
PopulationLags resampled(const PopulationLags& state, double from, double to) {
  const Eigen::Index lags = state.connected.cols();
  const Eigen::Index count =
      static_cast<Eigen::Index>(std::floor(static_cast<double>(lags - 1) * from / to + 1e-9)) + 1;
  PopulationLags result{state.mean, state.frozen, Eigen::MatrixXd(state.mean.size(), std::max<Eigen::Index>(count, 8))};
  for (Eigen::Index k = 0; k < result.connected.cols(); ++k) {
    const double x = std::min(static_cast<double>(k) * to / from, static_cast<double>(lags - 1));
    const Eigen::Index i = std::clamp<Eigen::Index>(static_cast<Eigen::Index>(x) - 1, 0, lags - 4);
    const double t = x - static_cast<double>(i);  // nodes 0, 1, 2, 3
    result.connected.col(k) = -(t - 1) * (t - 2) * (t - 3) / 6.0 * state.connected.col(i) +
                              t * (t - 2) * (t - 3) / 2.0 * state.connected.col(i + 1) -
                              t * (t - 1) * (t - 3) / 2.0 * state.connected.col(i + 2) +
                              t * (t - 1) * (t - 2) / 6.0 * state.connected.col(i + 3);
  }
  return result;
}

namespace {

/// Limit of values at steps h, h/2, h/4 whose errors are of order h^4 and h^`next`, and the last correction. `next` =
/// 0: errors of unknown order, where noise meets a kink of f (C' has a root singularity at the variance).
struct Limit {
  double value, correction;
};
Limit extrapolated(double coarse, double middle, double fine, int next) {
  if (next == 0) {  // Aitken, where the differences shrink
    const double ratio = (middle - coarse) / (fine - middle);
    const bool regular = std::isfinite(ratio) && ratio > 2.0 && ratio < 64.0;
    return {regular ? fine + (fine - middle) / (ratio - 1.0) : fine, std::abs(fine - middle)};
  }
  const double first = (16.0 * middle - coarse) / 15.0;
  const double second = (16.0 * fine - middle) / 15.0;
  const double value = second + (second - first) / (std::pow(2.0, next) - 1.0);
  return {value, std::abs(value - second)};
}

class Solver {
 public:
  Solver(const PopulationEnsemble& ensemble, const StopToken& stop) : ensemble_(ensemble), stop_(stop) {
    for (const Population& population : ensemble.populations) {
      noise_free_ = noise_free_ && population.noise_intensity == 0.0;
    }
  }
  [[nodiscard]] bool noise_free() const { return noise_free_; }

  /// The state at three steps; empty where the coarsest does not converge (`failed` gets its residual).
  std::vector<SolvedLags> levels(const PopulationLags& start, double start_step, double step, double& failed) const {
    std::vector<SolvedLags> result;
    PopulationLags guess = resampled(start, start_step, step);
    for (int level = 0; level < kLevels; ++level) {
      const double h = std::ldexp(step, -level);
      result.push_back(
          solve_lags(ensemble_, flow_filter(ensemble_, h), guess, Accuracy::kExact, kAcceptedResidual, stop_));
      if (!result.back().converged) {
        failed = result.back().at.size;
        return {};
      }
      guess = resampled(result.back().state, h, h / 2.0);
    }
    return result;
  }

  PopulationFlowFluctuation finished(const std::vector<SolvedLags>& levels, double step) const {
    const Eigen::Index count = static_cast<Eigen::Index>(ensemble_.size());
    const int next = next_order();
    PopulationFlowFluctuation state;
    state.step = step;
    const auto limit = [&](const auto& part) {
      return extrapolated(part(levels[0].state), part(levels[1].state), part(levels[2].state), next);
    };
    Eigen::Index lags = levels[0].state.connected.cols();
    for (int level = 1; level < kLevels; ++level) {
      lags = std::min(lags, ((levels[level].state.connected.cols() - 1) >> level) + 1);
    }
    for (Eigen::Index a = 0; a < count; ++a) {
      const Limit mean = limit([&](const PopulationLags& s) { return s.mean(a); });
      const Limit variance = limit([&](const PopulationLags& s) { return s.frozen(a) + s.connected(a, 0); });
      const Limit frozen = limit([&](const PopulationLags& s) { return s.frozen(a); });
      state.mean.push_back(mean.value);
      state.variance.push_back(std::max(0.0, variance.value));
      state.frozen.push_back(frozen.value);
      state.variance_error = std::max(state.variance_error, variance.correction / std::max(variance.value, 1e-300));
      state.moments.push_back(
          transfer::moments(ensemble_.populations[a].transfer, state.mean.back(), state.variance.back()));
      state.autocovariance.emplace_back();
      for (Eigen::Index k = 0; k < lags; ++k) {
        const double c = extrapolated(levels[0].state.connected(a, k), levels[1].state.connected(a, 2 * k),
                                      levels[2].state.connected(a, 4 * k), next)
                             .value;
        state.autocovariance.back().push_back(frozen.value + c);
      }
      state.autocovariance.back()[0] = state.variance.back();
    }
    std::array<double, kLevels> exponents{};
    for (int level = 0; level < kLevels; ++level)
      exponents[level] = bulk_exponent(levels[level], std::ldexp(step, -level));
    const Limit exponent = extrapolated(exponents[0], exponents[1], exponents[2], next);
    state.bulk_exponent = state.lyapunov_exponent = exponent.value;
    state.lyapunov_error = exponent.correction;
    state.converged = true;
    for (const SolvedLags& level : levels) state.residual = std::max(state.residual, level.at.size);
    add_collective_modes(levels, step, state);
    return state;
  }

 private:
  [[nodiscard]] int next_order() const {
    const bool kinked =
        std::any_of(ensemble_.populations.begin(), ensemble_.populations.end(),
                    [](const Population& population) { return transfer::has_kink(population.transfer); });
    return noise_free_ ? 6 : (kinked ? 0 : 5);
  }

  [[nodiscard]] double bulk_exponent(const SolvedLags& solved, double step) const {
    return flow_exponent(ensemble_, step, solved.at.gains, gain_kinks(ensemble_, solved.state));
  }

  void add_collective_modes(const std::vector<SolvedLags>& levels, double step,
                            PopulationFlowFluctuation& state) const {
    std::array<std::complex<double>, kLevels> rates{};
    for (int level = 0; level < kLevels; ++level) {
      stop_.check();
      const SolvedLags& solved = levels[level];
      const FlowModes modes(ensemble_, std::ldexp(step, -level), solved.at,
                            sensitivities(ensemble_, solved.state, solved.at, Accuracy::kExact));
      std::optional<std::complex<double>> mode;
      if (level == 0) {
        state.unstable_modes = modes.count_beyond(0.0);
        state.stable =
            state.unstable_modes == 0 && holds_frozen_parts(ensemble_, flow_filter(ensemble_, step), solved.at);
        mode = modes.leading_beyond(state.bulk_exponent + 1e-6);
      } else {
        mode = modes.mode_near(rates[level - 1]);
      }
      if (!mode) return;
      rates[level] = *mode;
    }
    const int next = next_order();
    const Limit real = extrapolated(rates[0].real(), rates[1].real(), rates[2].real(), next);
    const Limit imaginary = extrapolated(rates[0].imag(), rates[1].imag(), rates[2].imag(), next);
    state.collective_mode = {real.value, imaginary.value};
    state.lyapunov_exponent = real.value;
    state.lyapunov_error = std::max(real.correction, state.lyapunov_error);
  }

  const PopulationEnsemble& ensemble_;
  const StopToken& stop_;
  bool noise_free_ = true;
};

}  // namespace

double resolving_step(const PopulationEnsemble& ensemble, const std::vector<double>& variance) {
  return 0.1 / sharpness(ensemble, Eigen::Map<const Eigen::VectorXd>(variance.data(),
                                                                     static_cast<Eigen::Index>(variance.size())));
}

std::vector<PopulationFlowFluctuation> flow_fluctuations(const PopulationEnsemble& ensemble, const StopToken& stop,
                                                         std::vector<double>* unconverged) {
  require_valid(ensemble);
  const PopulationEnsemble flow = without_leaks(ensemble);
  const Solver solver(flow, stop);
  const double coarse = search_step(flow);
  std::vector<PopulationLags> known;
  std::vector<double> failures;  // of the search
  std::vector<PopulationFlowFluctuation> states;
  for (const PopulationLags& start : search_lags(flow, flow_filter(flow, coarse), stop, &failures)) {
    const Eigen::VectorXd variance = start.variance();
    const double step = resolving_step(flow, {variance.data(), variance.data() + variance.size()});
    double failed = 0.0;
    const std::vector<SolvedLags> levels = solver.levels(start, coarse, step, failed);
    if (levels.empty()) {
      if (unconverged != nullptr) unconverged->push_back(failed);
      continue;
    }
    const PopulationLags& finest = levels.back().state;
    if (solver.noise_free() && !fluctuates(finest, kSmallestConnectedPart)) continue;
    const auto same = [&](const PopulationLags& other) { return same_lags(other, finest, 1e-6); };
    if (std::any_of(known.begin(), known.end(), same)) continue;
    PopulationFlowFluctuation state = solver.finished(levels, step);
    if (solver.noise_free() && state.bulk_exponent <= 0.0) continue;
    known.push_back(finest);
    states.push_back(std::move(state));
  }
  if (states.empty() && unconverged != nullptr && !failures.empty() &&
      fluctuations_are_due(flow, solver.noise_free(), true, stop)) {
    unconverged->push_back(*std::min_element(failures.begin(), failures.end()));
  }
  std::sort(states.begin(), states.end(),
            [](const auto& a, const auto& b) { return precedes(a.mean, a.variance, b.mean, b.variance); });
  return states;
}

}  // namespace limes::rate::theory

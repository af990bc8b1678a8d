#include "limes/rate/theory/populations/lag_search.hpp"

#include <Eigen/Eigenvalues>
#include <algorithm>
#include <cmath>

#include "limes/base/errors.hpp"
#include "limes/rate/theory/populations/frozen_parts.hpp"
#include "limes/rate/theory/populations/one_time_states.hpp"
#include "limes/rate/theory/populations/perron.hpp"
#include "limes/rate/theory/populations/static_states.hpp"

namespace limes::rate::theory {
namespace {

constexpr Eigen::Index kLargestWindow = 100000;
constexpr Eigen::Index kShortestWindow = 40;
// The series is truncated: what Newton reaches with it is refined by PairMoments afterwards.
constexpr double kSearchResidual = 1e-8;

bool admissible(const PopulationLags& state) {
  const Eigen::VectorXd variance = state.variance();
  if (!state.mean.allFinite() || !variance.allFinite()) return false;
  const double floor = -1e-12 * variance.cwiseAbs().maxCoeff();
  return (variance.array() >= 0.0).all() && variance.maxCoeff() > 0.0 &&
         (state.frozen.cwiseAbs().array() <= variance.array() * (1.0 + 1e-9) - floor).all();
}

PopulationLags corrected(const PopulationLags& state, const PopulationLags& correction, double fraction) {
  PopulationLags next{state.mean + fraction * correction.mean, state.frozen + fraction * correction.frozen,
                      state.connected + fraction * correction.connected};
  for (Eigen::Index a = 0; a < next.mean.size(); ++a) {
    if (std::abs(next.mean(a)) < 1e-14 * std::sqrt(std::max(0.0, next.variance()(a)))) next.mean(a) = 0.0;
    // A silent population stays so: rounding must not make its variance negative.
    const double largest = next.variance().maxCoeff();
    if (next.frozen(a) + next.connected(a, 0) < 0.0 && next.frozen(a) + next.connected(a, 0) > -1e-9 * largest) {
      next.connected.row(a).setZero();
      next.frozen(a) = 0.0;
    }
  }
  return next;
}

/// Lengthens the window by its own tail until the connected parts have fallen to 1e-11 of their start; cuts off what
/// is below 1e-13. Populations whose connected part is negligible do not count. True if the window changed.
bool fit_window(PopulationLags& state, const Eigen::MatrixXd& tail) {
  const Eigen::Index lags = state.connected.cols();
  const Eigen::VectorXd start = state.connected.col(0).cwiseAbs();
  const double floor = 1e-6 * start.maxCoeff();
  const auto share = [&](Eigen::Index k) {
    return (state.connected.col(k).array().abs() / start.array().max(floor)).maxCoeff();
  };
  if (!(floor > 0.0)) return false;
  const double end = share(lags - 1);
  if (end <= 1e-11) {
    Eigen::Index needed = lags;
    while (needed > kShortestWindow && share(needed - 1) < 1e-13) --needed;
    if (lags - needed < lags / 8) return false;
    state.connected.conservativeResize(Eigen::NoChange, needed);
    return true;
  }
  const double ratio = perron_root(tail);
  if (!(ratio < 1.0)) return false;
  const double missing = std::log(1e-12 / end) / std::log(ratio);
  const Eigen::Index target = static_cast<Eigen::Index>(
      std::min(static_cast<double>(lags) + missing + 1.0, static_cast<double>(kLargestWindow)));
  if (target <= lags) return false;
  state.connected.conservativeResize(Eigen::NoChange, target);
  for (Eigen::Index k = lags; k < target; ++k) state.connected.col(k) = tail * state.connected.col(k - 1);
  return true;
}

/// sigma_a^2/(1-gamma_a^2), or D_a: the variance that the noise alone causes.
Eigen::VectorXd variance_of_noise(const LagFilter& filter) {
  if (filter.step != 0.0) return filter.noise;
  return filter.noise.array() / (filter.kept.array() * (2.0 - filter.kept.array()));
}

class Searcher {
 public:
  Searcher(const PopulationEnsemble& ensemble, const LagFilter& filter, const StopToken& stop,
           std::vector<double>* unconverged)
      : ensemble_(ensemble), filter_(filter), stop_(stop), unconverged_(unconverged) {}

  std::vector<PopulationLags> run() {
    noise_free_ = filter_.noise.maxCoeff() == 0.0;
    const Eigen::VectorXd extra =
        filter_.kept.cwiseAbs2().cwiseProduct(variance_of_noise(filter_));  // enters divided by (1-gamma)^2
    from_one_time_states({extra.data(), extra.data() + extra.size()});
    if (!noise_free_) from_one_time_states(std::vector<double>(static_cast<std::size_t>(extra.size()), 0.0));
    between_states();
    return found_;
  }

 private:
  void from_one_time_states(const std::vector<double>& extra) {
    for (const PopulationOneTimeState& state : one_time_states(ensemble_, extra, stop_)) {
      stop_.check();
      const Eigen::Index count = filter_.kept.size();
      std::vector<double> outputs;
      for (const transfer::Moments& m : state.moments) outputs.push_back(m.f);
      const Eigen::VectorXd mean = Eigen::Map<const Eigen::VectorXd>(state.mean.data(), count);
      Eigen::VectorXd variance = Eigen::Map<const Eigen::VectorXd>(state.variance.data(), count);
      variance = variance.cwiseMax(1e-6 * variance.maxCoeff() + 1e-12);
      const auto least =
          least_frozen_parts(ensemble_, state.mean, std::vector<double>(variance.data(), variance.data() + count),
                             outputs, Accuracy::kSeries);
      Eigen::VectorXd frozen = 0.5 * variance;
      if (least) frozen = Eigen::Map<const Eigen::VectorXd>(least->data(), count).cwiseMin(0.999 * variance);
      const PopulationLags start = shaped(mean, variance, frozen);
      attempt(start);
      attempt(iterated(start, true));
      attempt(iterated(start, false));
    }
  }

  /// A lag function for given mean, variance and frozen part: sweeps of the filter, scaled to c(0) = v - q.
  PopulationLags shaped(const Eigen::VectorXd& mean, const Eigen::VectorXd& variance,
                        const Eigen::VectorXd& frozen) const {
    PopulationLags state{mean, frozen, Eigen::MatrixXd::Zero(mean.size(), 3)};
    state.connected.col(0) = variance - frozen;
    const double decay = decay_per_lag(evaluate(ensemble_, filter_, state, Accuracy::kSeries).tail);
    const Eigen::Index lags =
        static_cast<Eigen::Index>(std::max(26.0 / -std::log(decay), static_cast<double>(kShortestWindow)));
    state.connected.resize(mean.size(), lags);
    for (Eigen::Index k = 0; k < lags; ++k) {
      state.connected.col(k) = (variance - frozen) * std::pow(decay, static_cast<double>(k));
    }
    for (int sweep = 0; sweep < 30; ++sweep) {
      const auto at = evaluate(ensemble_, filter_, state, Accuracy::kSeries);
      const PopulationLags next = swept(ensemble_, filter_, state, at);
      for (Eigen::Index a = 0; a < mean.size(); ++a) {
        const double start = next.connected(a, 0);
        if (start > 0.0) state.connected.row(a) = next.connected.row(a) * ((variance(a) - frozen(a)) / start);
      }
    }
    return state;
  }

  /// The damped iteration of note 4.4b, at the means of the start or with free ones.
  PopulationLags iterated(PopulationLags state, bool hold_mean) const {
    double change = 1.0;
    for (int i = 0; i < 300 && change > 1e-5; ++i) {
      if (i % 64 == 0) stop_.check();
      auto at = evaluate(ensemble_, filter_, state, Accuracy::kSeries);
      if (i % 32 == 16) {
        if (fit_window(state, at.tail)) at = evaluate(ensemble_, filter_, state, Accuracy::kSeries);
      }
      PopulationLags next = swept(ensemble_, filter_, state, at);
      if (hold_mean) next.mean = state.mean;
      next.mean = 0.5 * (next.mean + state.mean);
      next.frozen = 0.5 * (next.frozen + state.frozen);
      next.connected = 0.5 * (next.connected + state.connected);
      const double scale = next.variance().maxCoeff();
      change = (next.connected.col(0) - state.connected.col(0)).cwiseAbs().maxCoeff() / scale +
               (next.frozen - state.frozen).cwiseAbs().maxCoeff() / scale +
               (next.mean - state.mean).cwiseAbs().maxCoeff() / std::sqrt(scale);
      if (!admissible(next)) break;
      state = std::move(next);
    }
    return state;
  }

  void between_states() {
    const std::vector<PopulationLags> known = found_;
    for (std::size_t i = 0; i < known.size(); ++i) {
      for (std::size_t j = 0; j < i; ++j) {
        if (known.size() > 6 && j + 1 < i) continue;  // neighbours only
        for (const double share : {0.5, 0.25, 0.75}) {
          const Eigen::Index lags = std::max(known[i].connected.cols(), known[j].connected.cols());
          PopulationLags middle{share * known[i].mean + (1.0 - share) * known[j].mean,
                                share * known[i].frozen + (1.0 - share) * known[j].frozen,
                                Eigen::MatrixXd::Zero(known[i].mean.size(), lags)};
          middle.connected.leftCols(known[i].connected.cols()) += share * known[i].connected;
          middle.connected.leftCols(known[j].connected.cols()) += (1.0 - share) * known[j].connected;
          attempt(middle);
        }
      }
    }
  }

  void attempt(const PopulationLags& start) {
    if (!fluctuates(start, 1e-9)) return;
    const SolvedLags solved = solve_lags(ensemble_, filter_, start, Accuracy::kSeries, kSearchResidual, stop_);
    if (!solved.converged) {
      if (unconverged_ != nullptr) unconverged_->push_back(solved.at.size);
      return;
    }
    if (noise_free_ && !fluctuates(solved.state, 1e-6)) return;
    if (std::none_of(found_.begin(), found_.end(),
                     [&](const PopulationLags& known) { return same_lags(known, solved.state, 1e-5); })) {
      found_.push_back(solved.state);
    }
  }

  /// The decay of the tail, but not faster than the filter alone. Far from a solution the tail need not decay: then
  /// some longer window, which is lengthened later where that is too short.
  [[nodiscard]] double decay_per_lag(const Eigen::MatrixXd& tail) const {
    const double filter = filter_.step != 0.0 ? std::exp(-filter_.step) : 1.0 - filter_.kept.minCoeff();
    const double ratio = tail.allFinite() ? perron_root(tail) : 1.0;
    const double slowest = filter + 0.999 * (1.0 - filter);
    return ratio < slowest ? std::max(ratio, filter) : filter + 0.8 * (1.0 - filter);
  }

  const PopulationEnsemble& ensemble_;
  const LagFilter& filter_;
  const StopToken& stop_;
  std::vector<double>* unconverged_;
  bool noise_free_ = false;
  std::vector<PopulationLags> found_;
};

}  // namespace

bool fluctuates(const PopulationLags& state, double smallest_share) {
  const Eigen::VectorXd variance = state.variance();
  return (state.connected.col(0).array() > smallest_share * variance.array()).any();
}

bool holds_frozen_parts(const PopulationEnsemble& ensemble, const LagFilter& filter,
                        const PopulationLagEvaluation& at) {
  const Eigen::MatrixXd total = ensemble.second_moment + ensemble.centred;
  Eigen::MatrixXd matrix = -total * at.gains.rightCols(1).col(0).asDiagonal();
  matrix.diagonal() += filter.kept.cwiseAbs2();
  return is_m_matrix(matrix);
}

bool fluctuations_are_due(const PopulationEnsemble& ensemble, bool noise_free, bool continuous_time,
                          const StopToken& stop) {
  if (!noise_free) return true;
  const auto states = static_states(ensemble, continuous_time, stop);
  return std::any_of(states.begin(), states.end(),
                     [](const PopulationStaticState& state) { return state.bulk_edge > 1.0; });
}

bool same_lags(const PopulationLags& a, const PopulationLags& b, double tolerance) {
  const Eigen::VectorXd va = a.variance(), vb = b.variance();
  const double floor = 1e-6 * std::sqrt(std::max(va.maxCoeff(), vb.maxCoeff()));
  for (Eigen::Index i = 0; i < a.mean.size(); ++i) {
    const double scale = floor + std::sqrt(va(i) + vb(i)) + std::abs(a.mean(i)) + std::abs(b.mean(i));
    if (std::abs(a.mean(i) - b.mean(i)) > tolerance * scale) return false;
    if (std::abs(va(i) - vb(i)) > tolerance * scale * scale) return false;
    if (std::abs(a.frozen(i) - b.frozen(i)) > tolerance * scale * scale) return false;
  }
  return true;
}

SolvedLags solve_lags(const PopulationEnsemble& ensemble, const LagFilter& filter, PopulationLags state,
                      Accuracy accuracy, double accepted_residual, const StopToken& stop) {
  PopulationLagEvaluation at = evaluate(ensemble, filter, state, accuracy);
  const double target = accuracy == Accuracy::kExact ? 1e-14 : 1e-9;
  int stalled = 0;
  for (int iteration = 0; iteration < 60 && std::isfinite(at.size); ++iteration) {
    stop.check();
    // The truncated series is enough to steer by.
    const auto partials = sensitivities(ensemble, state, at, Accuracy::kSeries);
    const PopulationLags correction = newton_correction(ensemble, filter, state, at, partials);
    PopulationLags next;
    PopulationLagEvaluation next_at;
    bool improved = false;
    double fraction = 1.0;
    for (int halving = 0; halving < 7 && !improved; ++halving, fraction /= 2.0) {
      next = corrected(state, correction, fraction);
      if (!admissible(next)) continue;
      try {
        next_at = evaluate(ensemble, filter, next, accuracy);
        improved = next_at.size < at.size;
      } catch (const ConvergenceError&) {
        // The moments of a trial far off need not be resolvable.
      }
    }
    if (!improved) break;
    const double gained = next_at.size / at.size;
    state = std::move(next);
    at = std::move(next_at);
    if (at.size < 1e-6) {
      if (fit_window(state, at.tail)) at = evaluate(ensemble, filter, state, accuracy);
    }
    stalled = gained > 0.5 && at.size < accepted_residual ? stalled + 1 : 0;
    if (at.size < target || stalled > 1) break;
  }
  const bool converged = at.size < accepted_residual;
  return {std::move(state), std::move(at), converged};
}

std::vector<PopulationLags> search_lags(const PopulationEnsemble& ensemble, const LagFilter& filter,
                                        const StopToken& stop, std::vector<double>* unconverged) {
  return Searcher(ensemble, filter, stop, unconverged).run();
}

}  // namespace limes::rate::theory

#include "limes/rate/theory/populations/lag_reduction.hpp"

#include <algorithm>
#include <cmath>

#include "limes/rate/theory/populations/perron.hpp"

namespace limes::rate::theory {
namespace {

constexpr std::size_t kMostKnown = 48;
constexpr double kAnchored = 0.8;       // of c(0): what is left at the anchor of the fastest lag function
constexpr double kAnchor = 0.7;         // in tau
constexpr Eigen::Index kShortest = 40;  // lags
constexpr Eigen::Index kLongest = 2500;
constexpr double kNegligible = 1e-12;  // of the start: where the window may end

/// The lag functions of a nearby state, stretched to other values at lag 0 and at the anchor.
Eigen::MatrixXd stretched(const Eigen::MatrixXd& nearby, const Eigen::VectorXd& start, const Eigen::VectorXd& anchored,
                          Eigen::Index anchor) {
  Eigen::MatrixXd c = nearby;
  for (Eigen::Index a = 0; a < c.rows(); ++a) {
    const auto ratio = [](double wanted, double is) { return is != 0.0 && wanted / is > 0.0 ? wanted / is : 1.0; };
    const double at_start = ratio(start(a), nearby(a, 0)), at_anchor = ratio(anchored(a), nearby(a, anchor));
    for (Eigen::Index k = 0; k < c.cols(); ++k) {
      const double share = std::min(1.0, static_cast<double>(k) / static_cast<double>(anchor));
      c(a, k) *= at_start + share * (at_anchor - at_start);
    }
  }
  c.col(0) = start;
  c.col(anchor) = anchored;
  return c;
}

}  // namespace

Eigen::VectorXd ReducedLags::packed() const {
  Eigen::VectorXd x(4 * mean.size());
  x << mean, variance, frozen, anchored;
  return x;
}

ReducedLags ReducedLags::unpacked(const Eigen::VectorXd& x) {
  const Eigen::Index count = x.size() / 4;
  return {x.head(count), x.segment(count, count), x.segment(2 * count, count), x.tail(count)};
}

LagReduction::LagReduction(double step, const std::vector<Eigen::MatrixXd>& typical) : step_(step) {
  const Eigen::Index least = step == 0.0 ? 1 : std::max<Eigen::Index>(2, std::lround(kAnchor / step));
  Eigen::Index fastest = typical.empty() ? least : kLongest;
  for (const Eigen::MatrixXd& connected : typical) {
    const double floor = 1e-6 * connected.col(0).cwiseAbs().maxCoeff();
    for (Eigen::Index a = 0; a < connected.rows(); ++a) {
      if (!(connected(a, 0) > floor)) continue;
      Eigen::Index k = 0;
      while (k < connected.cols() && connected(a, k) > kAnchored * connected(a, 0)) ++k;
      fastest = std::min(fastest, k);
    }
  }
  anchor_ = std::max(least, fastest);
}

LagFilter LagReduction::filter(const PopulationEnsemble& ensemble) const {
  return step_ == 0.0 ? map_filter(ensemble) : flow_filter(ensemble, step_);
}

ReducedLags LagReduction::reduced(const PopulationLags& state) const {
  return {state.mean, state.variance(), state.frozen, state.connected.col(anchor_)};
}

PopulationOutputs LagReduction::outputs(const PopulationEnsemble& ensemble, const ReducedLags& x) {
  PopulationOutputs result;
  for (Eigen::Index b = 0; b < x.mean.size(); ++b) {
    const transfer::Transfer& f = ensemble.populations[b].transfer;
    const auto same = [&](const Known& known) {
      return known.mean == x.mean(b) && known.variance == x.variance(b) && known.transfer.kind == f.kind &&
             known.transfer.gain == f.gain && known.transfer.expression == f.expression;
    };
    auto found = std::find_if(known_.begin(), known_.end(), same);
    if (found == known_.end()) {
      known_.push_front({f, x.mean(b), x.variance(b), transfer::moments(f, x.mean(b), x.variance(b)),
                         std::make_shared<OutputCovariance>(Accuracy::kExact, f, x.mean(b), x.variance(b))});
      if (known_.size() > kMostKnown) known_.pop_back();
      found = known_.begin();
    }
    result.moments.push_back(found->moments);
    result.covariances.push_back(found->covariance);
  }
  return result;
}

LagReduction::Solution LagReduction::solve(const PopulationEnsemble& ensemble, const ReducedLags& x,
                                           const Eigen::MatrixXd& nearby) {
  Solution solution;
  const Eigen::VectorXd start = x.variance - x.frozen;
  if (!x.packed().allFinite() || !(x.variance.minCoeff() > 0.0) ||
      !(x.frozen.cwiseAbs().array() <= x.variance.array()).all()) {
    return solution;
  }
  const LagFilter filter = this->filter(ensemble);
  const PopulationOutputs known = outputs(ensemble, x);
  PopulationLags& state = solution.lags;
  state = {x.mean, x.frozen, stretched(nearby, start, x.anchored, anchor_)};
  const double largest = start.cwiseAbs().maxCoeff();
  const auto fit_window = [&](const Eigen::MatrixXd& tail) {
    const Eigen::Index lags = state.connected.cols();
    const auto share = [&](Eigen::Index k) { return state.connected.col(k).cwiseAbs().maxCoeff() / largest; };
    if (share(lags - 1) <= kNegligible) {
      Eigen::Index needed = lags;
      while (needed > std::max(kShortest, anchor_ + 4) && share(needed - 1) < 1e-2 * kNegligible) --needed;
      if (lags - needed < lags / 4) return true;
      state.connected.conservativeResize(Eigen::NoChange, needed);
      return true;
    }
    const double ratio = perron_root(tail.cwiseAbs());
    if (!(ratio < 1.0)) return false;
    const double missing = std::log(0.1 * kNegligible / share(lags - 1)) / std::log(ratio);
    if (static_cast<double>(lags) + missing > static_cast<double>(kLongest)) return false;
    state.connected.conservativeResize(Eigen::NoChange, lags + static_cast<Eigen::Index>(missing) + 1);
    for (Eigen::Index k = lags; k < state.connected.cols(); ++k) {
      state.connected.col(k) = tail * state.connected.col(k - 1);
    }
    return true;
  };
  const auto size_of = [&](const PopulationLagEvaluation& at) {
    double size = 0.0;
    for (Eigen::Index k = 1; k < at.residuals.cols(); ++k) {
      if (k != anchor_)
        size = std::max(size, (at.residuals.col(k).cwiseQuotient(filter.diagonal)).cwiseAbs().maxCoeff());
    }
    return size / largest;
  };
  double size = INFINITY;
  for (int pass = 0; pass < 3; ++pass) {
    solution.at = evaluate(ensemble, filter, state, known);
    const Eigen::Index before_fit = state.connected.cols();
    if (!solution.at.tail.allFinite() || !fit_window(solution.at.tail)) return solution;
    const bool fitted = state.connected.cols() == before_fit;
    if (pass > 0 && fitted) break;
    if (!fitted) solution.at = evaluate(ensemble, filter, state, known);
    size = size_of(solution.at);
    for (int iteration = 0; iteration < 12 && size > 1e-15; ++iteration) {
      const Eigen::MatrixXd step = anchored_correction(ensemble, filter, solution.at, anchor_);
      const Eigen::MatrixXd before = state.connected;
      PopulationLagEvaluation next;
      double next_size = INFINITY;
      for (double fraction = 1.0; fraction > 0.1; fraction /= 2.0) {
        state.connected = before + fraction * step;
        next = evaluate(ensemble, filter, state, known);
        next_size = size_of(next);
        if (next_size < size) break;
      }
      if (!(next_size < size)) {
        state.connected = before;
        break;
      }
      const bool at_rounding = next_size > 0.3 * size && next_size < 1e-12;
      size = next_size;
      solution.at = std::move(next);
      if (at_rounding) break;
    }
  }
  if (!(size < 1e-10)) return solution;
  // Slopes rather than second differences, for a flow: their sizes do not depend on the grid.
  const double scale = step_ == 0.0 ? 1.0 : step_;
  solution.residual.resize(4 * x.mean.size());
  solution.residual << solution.at.mean_residual, solution.at.frozen_residual,
      0.5 * scale * solution.at.residuals.col(0), scale * solution.at.residuals.col(anchor_);
  solution.found = solution.residual.allFinite();
  return solution;
}

Eigen::MatrixXd LagReduction::jacobian(const PopulationEnsemble& ensemble, const Solution& solution) const {
  const LagFilter filter = this->filter(ensemble);
  const AnchoredJacobian parts = anchored_jacobian(
      ensemble, filter, solution.at, sensitivities(ensemble, solution.lags, solution.at, Accuracy::kExact), anchor_);
  const double scale = step_ == 0.0 ? 1.0 : step_;
  Eigen::MatrixXd result(parts.mean.cols(), parts.mean.cols());
  result << parts.mean, parts.frozen, 0.5 * scale * parts.start, scale * parts.anchor;
  if (step_ == 0.0) return result;
  // The source of the noise, 2 D/h + h/6 (1 - T C'(v)) D, by differences of C'(v) = E f'^2.
  const Eigen::Index count = solution.lags.mean.size();
  const Eigen::VectorXd variance = solution.lags.variance();
  const Eigen::MatrixXd total = ensemble.second_moment + ensemble.centred;
  for (Eigen::Index b = 0; b < count; ++b) {
    if (filter.noise(b) == 0.0) continue;
    const transfer::Transfer& f = ensemble.populations[b].transfer;
    const double mean = solution.lags.mean(b), v = variance(b), dv = 1e-4 * v, dm = 1e-4 * std::sqrt(v);
    const auto gain = [&](double m, double w) { return transfer::moments(f, m, w).dfdf; };
    const Eigen::VectorXd factor = scale * scale / 12.0 * filter.noise(b) * total.col(b);
    result.block(2 * count, b, count, 1) += factor * (gain(mean + dm, v) - gain(mean - dm, v)) / (2.0 * dm);
    result.block(2 * count, count + b, count, 1) += factor * (gain(mean, v + dv) - gain(mean, v - dv)) / (2.0 * dv);
  }
  return result;
}

}  // namespace limes::rate::theory

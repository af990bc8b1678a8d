#include "limes/rate/theory/populations/one_time_states.hpp"

#include <algorithm>
#include <cmath>

#include "limes/rate/theory/populations/one_time_equations.hpp"

namespace limes::rate::theory {
namespace {

// Merging distance relative to the scale of the state: far above Newton's error, far below the separation of branches
// that anyone can resolve.
constexpr double kSameState = 1e-7;

bool same_state(const PopulationOneTimeState& a, const PopulationOneTimeState& b) {
  for (std::size_t i = 0; i < a.mean.size(); ++i) {
    const double scale = 1e-6 + std::sqrt(a.variance[i] + b.variance[i]) + std::abs(a.mean[i]) + std::abs(b.mean[i]);
    if (std::abs(a.mean[i] - b.mean[i]) >= kSameState * scale) return false;
    if (std::abs(a.variance[i] - b.variance[i]) >= kSameState * scale * scale + 1e-12) return false;
  }
  return true;
}

/// The additive recurrence with the powers of the generalised golden ratio (root of x^(d+1) = x + 1): d-dimensional
/// points of low discrepancy in [0, 1)^d.
class LowDiscrepancy {
 public:
  explicit LowDiscrepancy(Eigen::Index dimension) : step_(dimension), point_(dimension) {
    double ratio = 1.5;
    for (int i = 0; i < 60; ++i) ratio = std::pow(1.0 + ratio, 1.0 / (static_cast<double>(dimension) + 1.0));
    for (Eigen::Index i = 0; i < dimension; ++i) step_(i) = std::pow(ratio, -static_cast<double>(i + 1));
    point_.setConstant(0.5);
  }
  Eigen::VectorXd next() {
    point_ += step_;
    point_ = point_.array() - point_.array().floor();
    return point_;
  }

 private:
  Eigen::VectorXd step_, point_;
};

/// From the unit cube to the box: dense near the smallest variances; over many decades where the box is open.
Eigen::VectorXd placed(const PopulationBox& box, const Eigen::VectorXd& unit) {
  const Eigen::Index count = unit.size() / 2;
  Eigen::VectorXd x(2 * count);
  for (Eigen::Index a = 0; a < count; ++a) {
    const double m = 2.0 * unit(a) - 1.0;
    const double v = unit(count + a);
    const double middle = (box.mean_low(a) + box.mean_high(a)) / 2.0;
    const double half = (box.mean_high(a) - box.mean_low(a)) / 2.0;
    x(a) = middle + half * (box.bounded ? m : m * m * m * m * m);
    const double place = box.bounded ? v * v * v * v : std::pow(1e-12, 1.0 - v);
    x(count + a) = box.variance_low(a) + (box.variance_high(a) - box.variance_low(a)) * place;
  }
  return x;
}

class Search {
 public:
  Search(const PopulationEnsemble& ensemble, const PopulationEquations& equations)
      : ensemble_(ensemble), equations_(equations) {
    odd_ = std::all_of(ensemble.populations.begin(), ensemble.populations.end(),
                       [](const Population& p) { return transfer::is_odd(p.transfer) && p.threshold_mean == 0.0; });
  }

  [[nodiscard]] const std::vector<PopulationOneTimeState>& states() const { return states_; }

  bool add(const PopulationOneTimeState& state) {
    if (std::any_of(states_.begin(), states_.end(), [&](const auto& s) { return same_state(s, state); })) return false;
    states_.push_back(state);
    if (odd_) add_mirrored(state);
    return true;
  }

  bool start(const Eigen::VectorXd& x, bool deflated) {
    const auto state = equations_.polish(x, deflated ? &states_ : nullptr);
    return state && add(*state);
  }

 private:
  /// Where every f is odd and no threshold biases it, the mirror image of a state is one.
  void add_mirrored(PopulationOneTimeState state) {
    const Eigen::Index count = equations_.count();
    Eigen::VectorXd x(2 * count);
    for (Eigen::Index a = 0; a < count; ++a) {
      x(a) = -state.mean[a];
      x(count + a) = state.variance[a];
    }
    const auto mirrored = equations_.polish(x);
    if (mirrored &&
        std::none_of(states_.begin(), states_.end(), [&](const auto& s) { return same_state(s, *mirrored); })) {
      states_.push_back(*mirrored);
    }
  }

  const PopulationEnsemble& ensemble_;
  const PopulationEquations& equations_;
  bool odd_ = false;
  std::vector<PopulationOneTimeState> states_;
};

}  // namespace

bool precedes(std::span<const double> mean_a, std::span<const double> variance_a, std::span<const double> mean_b,
              std::span<const double> variance_b) {
  for (std::size_t i = 0; i < mean_a.size(); ++i) {
    const double scale = 1e-9 * (1.0 + std::abs(mean_a[i]) + std::abs(mean_b[i]));
    if (std::abs(mean_a[i] - mean_b[i]) > scale) return mean_a[i] < mean_b[i];
    if (std::abs(variance_a[i] - variance_b[i]) > 1e-9 * (variance_a[i] + variance_b[i])) {
      return variance_a[i] < variance_b[i];
    }
  }
  return false;
}

std::vector<PopulationOneTimeState> one_time_state_near(const PopulationEnsemble& ensemble,
                                                        std::span<const double> extra_variance,
                                                        std::span<const double> mean,
                                                        std::span<const double> variance) {
  const PopulationEquations equations(ensemble, extra_variance);
  const Eigen::Index count = equations.count();
  Eigen::VectorXd x(2 * count);
  for (Eigen::Index a = 0; a < count; ++a) {
    x(a) = mean[a];
    x(count + a) = variance[a];
  }
  const auto state = equations.polish(std::move(x));
  return state ? std::vector{*state} : std::vector<PopulationOneTimeState>{};
}

std::vector<PopulationOneTimeState> one_time_states(const PopulationEnsemble& ensemble,
                                                    std::span<const double> extra_variance, const StopToken& stop) {
  const PopulationEquations equations(ensemble, extra_variance);
  if (equations.is_linear()) return equations.linear_states();
  const Eigen::Index count = equations.count();
  const PopulationBox& box = equations.box();
  Search search(ensemble, equations);
  if (const auto silent = equations.silent_state()) search.add(*silent);

  // What the iteration of the equations leads to, from the corners of the box and its middle.
  for (int corner = 0; corner < (1 << std::min<Eigen::Index>(count, 4)) + 1; ++corner) {
    stop.check();
    for (const double variance : {0.05, 0.9}) {
      Eigen::VectorXd unit(2 * count);
      for (Eigen::Index a = 0; a < count; ++a) {
        unit(a) = corner == 0 ? 0.5 : ((corner - 1) >> std::min<Eigen::Index>(a, 4) & 1 ? 0.999 : 0.001);
        unit(count + a) = variance;
      }
      Eigen::VectorXd x = placed(box, unit);
      search.start(x, false);
      for (int i = 0; i < 60 && x.allFinite(); ++i) x = equations.relaxed(x);
      if (x.allFinite()) search.start(x, false);
    }
  }
  // A region of attraction that holds a share p of the box is missed with probability (1-p)^n: n = 300 finds 1 %.
  LowDiscrepancy points(2 * count);
  const long patience = 150 * static_cast<long>(count);
  long last_success = 0;
  for (long n = 1; n - last_success <= std::max(patience, 2 * last_success); ++n) {
    stop.check();
    if (search.start(placed(box, points.next()), n % 2 == 0)) last_success = n;
  }
  std::vector<PopulationOneTimeState> states = search.states();
  std::sort(states.begin(), states.end(),
            [](const auto& a, const auto& b) { return precedes(a.mean, a.variance, b.mean, b.variance); });
  return states;
}

}  // namespace limes::rate::theory

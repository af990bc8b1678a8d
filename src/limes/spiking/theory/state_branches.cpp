#include "limes/spiking/theory/state_branches.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "limes/base/errors.hpp"
#include "limes/math/continuation.hpp"
#include "limes/math/journaled_problem.hpp"
#include "limes/math/roots.hpp"
#include "limes/spiking/theory/stability.hpp"

namespace limes::spiking {

namespace {

constexpr int kSeedValues = 5;
constexpr std::size_t kStride = 8;  // points between which the count of growing modes is compared
// States closer to silence, or to a rate that no neuron has, are left alone.
constexpr double kLowestLogRate = -40.0, kHighestLogRate = 25.0;

class Equations {
 public:
  explicit Equations(const NetworkFamily& family) : family_(family) {}

  [[nodiscard]] std::optional<RateMap> map(const Eigen::VectorXd& x, double p) const {
    if (!(x.minCoeff() > kLowestLogRate) || !(x.maxCoeff() < kHighestLogRate)) return std::nullopt;
    if (last_ && last_x_ == x && last_p_ == p) return last_;
    const auto network = family_(p);
    if (!network) return std::nullopt;
    try {
      last_ = rate_map(*network, x.array().exp());
    } catch (const ConvergenceError&) {
      return std::nullopt;
    }
    last_x_ = x;
    last_p_ = p;
    return last_;
  }
  [[nodiscard]] Eigen::VectorXd residual(const Eigen::VectorXd& x, double p) const {
    const auto at = map(x, p);
    if (!at) return Eigen::VectorXd::Constant(x.size(), std::numeric_limits<double>::quiet_NaN());
    return at->rates.array().log() - x.array();
  }
  [[nodiscard]] Eigen::MatrixXd jacobian(const Eigen::VectorXd& x, double p) const {
    const auto at = map(x, p);
    const Eigen::VectorXd rates = x.array().exp();
    if (!at) return Eigen::MatrixXd::Constant(x.size(), x.size(), std::numeric_limits<double>::quiet_NaN());
    Eigen::MatrixXd slope = at->rates.cwiseInverse().asDiagonal() * at->gain * rates.asDiagonal();
    slope.diagonal().array() -= 1.0;
    return slope;
  }

 private:
  const NetworkFamily& family_;
  mutable std::optional<RateMap> last_;
  mutable Eigen::VectorXd last_x_;
  mutable double last_p_ = 0.0;
};

ReplicaState state_at(const SpikingNetwork& network, const Eigen::VectorXd& rates) {
  return {rates, rate_map(network, rates), 0.0};
}

std::vector<math::CurveSeed> seeds_of(const NetworkFamily& family, const BranchRange& range) {
  std::vector<math::CurveSeed> seeds;
  for (int i = 0; i < kSeedValues; ++i) {
    // Between the ends not at round values, where special points like to lie.
    const double share = (i + (i > 0 && i + 1 < kSeedValues ? 0.137 : 0.0)) / (kSeedValues - 1);
    const double value = range.lower + (range.upper - range.lower) * share;
    const auto network = family(value);
    if (!network) continue;
    const auto found = math::journaled_seeds(range.journal, value, [&] {
      std::vector<Eigen::VectorXd> logarithms;
      try {
        for (const ReplicaState& state : find_states(*network, range.stop).states) {
          logarithms.emplace_back(state.rates.array().log());
        }
      } catch (const ConvergenceError&) {  // a runaway: there is nothing to follow from here
      }
      return logarithms;
    });
    seeds.insert(seeds.end(), found.begin(), found.end());
  }
  return seeds;
}

/// Counts growing modes along a branch: equal counts at both ends of a stretch hold within it.
class Counter {
 public:
  Counter(const NetworkFamily& family, StateBranch& branch, const BranchRange& range)
      : family_(family), branch_(branch), range_(range), known_(branch.points.size(), false) {}

  int at(std::size_t index) {
    BranchPoint& point = branch_.points[index];
    if (!known_[index]) {
      const auto count = [&]() -> std::vector<double> {
        const auto network = family_(point.parameter);
        return {network ? 1.0 * growing_modes(*network, state_at(*network, point.rates), range_.stop) : 0.0};
      };
      std::vector<double> question{-1.0, point.parameter};
      question.insert(question.end(), point.rates.begin(), point.rates.end());
      const auto answer = range_.journal == nullptr ? count() : range_.journal->answer(question, count);
      point.growing = static_cast<int>(answer.front());
      known_[index] = true;
    }
    return point.growing;
  }
  void fill(std::size_t first, std::size_t last) {
    if (last <= first + 1) return;
    if (at(first) == at(last)) {
      for (std::size_t k = first + 1; k < last; ++k) {
        branch_.points[k].growing = branch_.points[first].growing;
        known_[k] = true;
      }
      return;
    }
    const std::size_t middle = (first + last) / 2;
    fill(first, middle);
    fill(middle, last);
  }

 private:
  const NetworkFamily& family_;
  StateBranch& branch_;
  const BranchRange& range_;
  std::vector<bool> known_;
};

/// Where a pair of modes begins to grow between two neighbouring points; nothing if it could not be followed.
std::optional<std::pair<BranchPoint, std::complex<double>>> hopf_between(const NetworkFamily& family,
                                                                         const BranchPoint& a, const BranchPoint& b,
                                                                         const StopToken& stop) {
  const BranchPoint& unstable = a.growing > b.growing ? a : b;
  const auto start_network = family(unstable.parameter);
  if (!start_network) return std::nullopt;
  const Stability stability = stability_of(*start_network, state_at(*start_network, unstable.rates), stop);
  if (!stability.leading_found || stability.leading.imag() == 0.0) return std::nullopt;
  std::complex<double> mode = stability.leading;
  BranchPoint found;
  const auto growth = [&](double p) {
    const auto network = family(p);
    if (!network) throw ConvergenceError("no network", 1.0);
    const double share = (p - a.parameter) / (b.parameter - a.parameter);
    const Eigen::VectorXd guess = (a.rates.array().log() * (1.0 - share) + b.rates.array().log() * share).exp();
    const ReplicaState state = refine_state(*network, guess);
    const auto zero = mode_near(CharacteristicFunction(*network, state), mode);
    if (!zero) throw ConvergenceError("the mode was lost", 1.0);
    mode = *zero;
    found = {p, state.rates, 0, state.residual};
    return mode.real();
  };
  try {
    const double width = std::abs(b.parameter - a.parameter);
    const double p = math::brent(growth, a.parameter, b.parameter, 1e-9 * width);
    (void)growth(p);
    return std::pair{found, std::complex<double>(0.0, mode.imag())};
  } catch (const std::exception&) {
    return std::nullopt;
  }
}

void count_growing_modes(const NetworkFamily& family, StateBranch& branch, const BranchRange& range) {
  Counter counter(family, branch, range);
  std::vector<bool> special(branch.points.size(), false);
  for (const StateSpecialPoint& point : branch.special_points) special[point.index] = true;
  std::vector<std::size_t> stations;
  for (std::size_t k = 0; k < branch.points.size(); ++k) {
    const bool beside = (k > 0 && special[k - 1]) || (k + 1 < special.size() && special[k + 1]);
    const bool station = k % kStride == 0 || k + 1 == branch.points.size() || beside;
    if (station && !special[k]) stations.push_back(k);
  }
  for (std::size_t s = 0; s + 1 < stations.size(); ++s) {
    const bool across =
        std::any_of(special.begin() + static_cast<std::ptrdiff_t>(stations[s]),
                    special.begin() + static_cast<std::ptrdiff_t>(stations[s + 1]), [](bool x) { return x; });
    if (!across) counter.fill(stations[s], stations[s + 1]);
  }
  for (const std::size_t k : stations) (void)counter.at(k);
  // A special point is as unstable as the more unstable of its neighbours.
  for (std::size_t k = 0; k < branch.points.size(); ++k) {
    if (!special[k]) continue;
    const int before = k > 0 ? branch.points[k - 1].growing : 0;
    const int after = k + 1 < branch.points.size() ? branch.points[k + 1].growing : 0;
    branch.points[k].growing = std::max({before, after, 1});
  }
  for (std::size_t k = 0; k + 1 < branch.points.size(); ++k) {
    if (special[k] || special[k + 1]) continue;
    const BranchPoint a = branch.points[k], b = branch.points[k + 1];
    if (std::abs(a.growing - b.growing) != 2) continue;
    const auto hopf = hopf_between(family, a, b, range.stop);
    if (!hopf) continue;
    BranchPoint point = hopf->first;
    point.growing = std::max(a.growing, b.growing);
    branch.points.insert(branch.points.begin() + static_cast<std::ptrdiff_t>(k) + 1, point);
    special.insert(special.begin() + static_cast<std::ptrdiff_t>(k) + 1, true);
    for (StateSpecialPoint& other : branch.special_points) other.index += other.index > k ? 1 : 0;
    branch.special_points.push_back({"hopf", k + 1, hopf->second});
    ++k;
  }
  std::sort(branch.special_points.begin(), branch.special_points.end(),
            [](const StateSpecialPoint& x, const StateSpecialPoint& y) { return x.index < y.index; });
}

StateBranch branch_of(const math::SolutionCurve& curve) {
  StateBranch branch;
  for (const math::CurvePoint& point : curve.points) {
    branch.points.push_back({point.parameter, point.x.array().exp(), 0, point.residual});
  }
  for (const math::CurveEvent& event : curve.events) {
    using Kind = math::CurveEvent::Kind;
    if (event.kind == Kind::kFold) branch.special_points.push_back({"fold", event.index, {1.0, 0.0}});
    if (event.kind == Kind::kPitchfork) branch.special_points.push_back({"pitchfork", event.index, {1.0, 0.0}});
    if (event.kind == Kind::kTranscritical) branch.special_points.push_back({"transcritical", event.index, {1.0, 0.0}});
  }
  using End = math::SolutionCurve::End;
  branch.lost = curve.front == End::kLost || curve.back == End::kLost;
  return branch;
}

}  // namespace

std::vector<StateBranch> state_branches(const NetworkFamily& family, const BranchRange& range) {
  const std::vector<math::CurveSeed> seeds = seeds_of(family, range);
  if (seeds.empty()) return {};
  const Equations equations(family);
  math::ContinuationProblem problem;
  problem.residual = [&](const Eigen::VectorXd& x, double p) { return equations.residual(x, p); };
  problem.jacobian = [&](const Eigen::VectorXd& x, double p) { return equations.jacobian(x, p); };
  problem.scale = Eigen::VectorXd::Constant(seeds.front().x.size(), 2.0);
  problem.lower = range.lower;
  problem.upper = range.upper;
  math::ContinuationOptions options;
  options.tolerance = 1e-11;  // F is good to 1e-11: rounding in the one-neuron solver
  options.stop = range.stop;
  std::vector<StateBranch> branches;
  for (const math::SolutionCurve& curve :
       math::solution_curves(math::journaled(problem, range.journal, true), seeds, options)) {
    StateBranch branch = branch_of(curve);
    if (branch.points.size() < 2) continue;
    count_growing_modes(family, branch, range);
    branches.push_back(std::move(branch));
  }
  return branches;
}

}  // namespace limes::spiking

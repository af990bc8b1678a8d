#include "limes/rate/given_matrix/fixed_point_branches.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "limes/compute/spectrum.hpp"
#include "limes/math/journaled_problem.hpp"
#include "limes/rate/given_matrix/fixed_points.hpp"

namespace limes::rate::given_matrix {
namespace {

using Eigen::Index;
using Eigen::MatrixXd;
using Eigen::VectorXd;
using theory::BranchState;

constexpr Index kFewNeurons = 12;  // the search and the number of branches need no economy

class FixedPointEquations {
 public:
  explicit FixedPointEquations(const NetworkFamily& family)
      : family_(family), change_(family.last.coupling - family.first.coupling), changes_(!change_.isZero(0.0)) {}

  [[nodiscard]] Index size() const { return family_.first.coupling.rows(); }

  [[nodiscard]] VectorXd residual(const VectorXd& u, double p) const {
    const double share = share_at(p);
    const transfer::Transfer transfer = transfer_at(share);
    if (transfer.gain < 0.0 || !u.allFinite()) return VectorXd::Constant(size(), NAN);
    const VectorXd output = u.unaryExpr([&](double x) { return transfer::value(transfer, x); });
    VectorXd field = family_.first.coupling * output;
    if (changes_) field += share * (change_ * output);
    return (leak_at(share) - 1.0) * u + field - threshold_at(share);
  }

  /// J diag f'.
  [[nodiscard]] MatrixXd feedback(const VectorXd& u, double p) const {
    const double share = share_at(p);
    const transfer::Transfer transfer = transfer_at(share);
    const VectorXd slope = u.unaryExpr([&](double x) { return transfer::derivative(transfer, x); });
    MatrixXd matrix = family_.first.coupling;
    if (changes_) matrix += share * change_;
    return matrix * slope.asDiagonal();
  }

  [[nodiscard]] MatrixXd jacobian(const VectorXd& u, double p) const {
    MatrixXd matrix = feedback(u, p);
    matrix.diagonal().array() += leak_at(share_at(p)) - 1.0;
    return matrix;
  }

  /// Of gamma + J diag f'.
  [[nodiscard]] std::vector<std::complex<double>> spectrum(const VectorXd& u, double p) const {
    compute::RowMajorMatrix matrix = feedback(u, p);
    matrix.diagonal().array() += leak_at(share_at(p));
    return compute::eigenvalues(matrix);
  }

  [[nodiscard]] transfer::Transfer transfer_at(double share) const {
    const transfer::Transfer& first = family_.first.transfer;
    return {first.kind, first.gain + share * (family_.last.transfer.gain - first.gain)};
  }
  [[nodiscard]] double share_at(double p) const { return (p - family_.start) / (family_.stop - family_.start); }

 private:
  [[nodiscard]] double leak_at(double share) const {
    return family_.first.leak + share * (family_.last.leak - family_.first.leak);
  }
  [[nodiscard]] VectorXd threshold_at(double share) const {
    return family_.first.threshold + share * (family_.last.threshold - family_.first.threshold);
  }

  const NetworkFamily& family_;
  coupling::DenseMatrix change_;
  bool changes_;
};

std::vector<math::CurveSeed> seeds_of(const NetworkFamily& family, const theory::BranchOptions& options) {
  const Index size = family.first.coupling.rows();
  const int scans = size <= kFewNeurons ? 9 : 5;
  std::vector<math::CurveSeed> seeds;
  for (int i = 0; i < scans; ++i) {
    const double p = theory::scanned_value(options, i, scans);
    const auto found = math::journaled_seeds(options.journal, p, [&] {
      const ConcreteNetwork network = family.at(p);
      const coupling::Matrix matrix = network.coupling;
      QuenchedProblem problem;
      problem.coupling = &matrix;
      problem.transfer = network.transfer;
      problem.continuous = options.continuous_time;
      problem.leak = network.leak;
      problem.threshold.assign(network.threshold.begin(), network.threshold.end());
      FixedPointOptions search;
      search.stop = options.stop;
      search.random_starts = size <= kFewNeurons ? 48 : size <= 150 ? 8 : 2;
      search.spectrum_up_to = 0;
      std::vector<VectorXd> states;
      for (const FixedPoint& point : fixed_points(problem, search).points) {
        states.emplace_back(Eigen::Map<const VectorXd>(point.state.data(), size));
      }
      return states;
    });
    seeds.insert(seeds.end(), found.begin(), found.end());
  }
  return seeds;
}

BranchState state_of(const FixedPointEquations& equations, const math::ContinuationProblem& problem,
                     const math::CurvePoint& point, const std::vector<std::size_t>& borders, bool flow) {
  BranchState state;
  state.parameter = point.parameter;
  const transfer::Transfer transfer = equations.transfer_at(equations.share_at(point.parameter));
  for (std::size_t a = 0; a + 1 < borders.size(); ++a) {
    const auto u = point.x.segment(static_cast<Index>(borders[a]), static_cast<Index>(borders[a + 1] - borders[a]));
    state.mean.push_back(u.mean());
    state.variance.push_back((u.array() - u.mean()).square().mean());
    state.mean_output.push_back(u.unaryExpr([&](double x) { return transfer::value(transfer, x); }).mean());
  }
  state.frozen = state.variance;
  double largest = -INFINITY;
  for (const std::complex<double> z : problem.spectrum(point.x, point.parameter)) {
    largest = std::max(largest, flow ? z.real() : std::abs(z));
  }
  state.lyapunov_exponent = flow ? largest - 1.0 : std::log(largest);
  state.jacobian_radius = NAN;  // one matrix has eigenvalues, no bulk
  state.stable = largest < 1.0;
  state.residual = point.residual / std::max(1.0, point.x.cwiseAbs().maxCoeff());
  return state;
}

}  // namespace

ConcreteNetwork NetworkFamily::at(double value) const {
  const double share = (value - start) / (stop - start);
  const auto between = [&](const auto& a, const auto& b) { return (a + share * (b - a)).eval(); };
  const auto mixed = [&](double a, double b) { return a + share * (b - a); };
  return {between(first.coupling, last.coupling),
          between(first.threshold, last.threshold),
          {first.transfer.kind, mixed(first.transfer.gain, last.transfer.gain)},
          mixed(first.leak, last.leak)};
}

FixedPointBranches fixed_point_branches(const NetworkFamily& family, const std::vector<std::size_t>& borders,
                                        const theory::BranchOptions& options) {
  FixedPointBranches result;
  const std::vector<math::CurveSeed> seeds = seeds_of(family, options);
  const FixedPointEquations equations(family);
  const Index size = equations.size();
  double largest = 0.0;
  for (const math::CurveSeed& seed : seeds) largest = std::max(largest, seed.x.cwiseAbs().maxCoeff());

  math::ContinuationProblem problem;
  problem.lower = options.lower;
  problem.upper = options.upper;
  // One in scaled coordinates is a state in which every neuron is at the largest value found.
  problem.scale = VectorXd::Constant(size, (largest > 1e-6 ? largest : 1.0) * std::sqrt(static_cast<double>(size)));
  problem.residual = [&](const VectorXd& u, double p) { return equations.residual(u, p); };
  problem.jacobian = [&](const VectorXd& u, double p) { return equations.jacobian(u, p); };
  problem.spectrum = [&](const VectorXd& u, double p) { return equations.spectrum(u, p); };
  problem = math::journaled(std::move(problem), options.journal, false);  // the eigenvalues take the time
  const bool flow = options.continuous_time;
  problem.criticality = [flow](std::complex<double> z) { return (flow ? z.real() : std::abs(z)) - 1.0; };
  math::ContinuationOptions steps;
  steps.stop = options.stop;
  steps.largest_step = size <= kFewNeurons ? 0.03 : 0.08;
  steps.largest_curves = size <= kFewNeurons ? 200 : size <= 150 ? 40 : 12;
  const std::vector<math::SolutionCurve> curves = math::solution_curves(problem, seeds, steps);
  if (curves.size() >= steps.largest_curves) {
    result.warnings.push_back(
        fmt::format("the network has many fixed points: {} branches are followed, others are left out", curves.size()));
  }
  for (const math::SolutionCurve& curve : curves) {
    theory::StateBranch& branch = result.branches.emplace_back();
    using End = math::SolutionCurve::End;
    branch.lost = curve.front == End::kLost || curve.back == End::kLost;
    for (const math::CurvePoint& point : curve.points) {
      branch.states.push_back(state_of(equations, problem, point, borders, flow));
    }
    for (const math::CurveEvent& event : curve.events) {
      branch.special_points.push_back({theory::type_of(event, flow), event.index, event.eigenvalue});
    }
  }
  return result;
}

}  // namespace limes::rate::given_matrix

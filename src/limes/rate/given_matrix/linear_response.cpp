#include "limes/rate/given_matrix/linear_response.hpp"

#include <algorithm>
#include <cmath>
#include <vector>

#include "limes/math/random.hpp"

namespace limes::rate::given_matrix {
namespace {

using Eigen::Index;
using Eigen::VectorXd;

constexpr Index kExactUpTo = 128;  // so many neurons are probed one by one
constexpr Index kProbes = 64;      // random ones otherwise; an average over neurons errs by sqrt(2/64)/sqrt(N)
constexpr Index kFewProbes = 16;   // for more neurons than
constexpr Index kFewProbesBeyond = 20000;
constexpr int kTerms = 2000;
constexpr double kDecayed = 0.02;  // of the first norm: what follows adds less than 1e-3 of the sum of squares

/// Random probes x with E x x^T = diag(source), as columns.
RowMajorMatrix probes(const VectorXd& source, Index count) {
  RowMajorMatrix result(source.size(), count);
  for (Index i = 0; i < source.size(); ++i) {
    math::RandomStream stream(2, 0, math::Purpose::kTheory, static_cast<std::uint64_t>(i));
    const double height = std::sqrt(source[i] / static_cast<double>(count));
    for (Index p = 0; p < count; ++p) result(i, p) = stream.uniform() < 0.5 ? -height : height;
  }
  return result;
}

struct LinearNetwork {
  CouplingColumns couplings;
  const CouplingSquares* squares;
  VectorXd slope;
  bool continuous;
  double leak;

  /// W x for several columns.
  [[nodiscard]] RowMajorMatrix feedback(const RowMajorMatrix& x) const {
    return couplings.times(squares->threads(), slope.asDiagonal() * x);
  }
  /// sum_j W_ij^2 x_jl.
  [[nodiscard]] RowMajorMatrix squared_feedback(const RowMajorMatrix& x) const {
    return squares->times(slope.cwiseAbs2().asDiagonal() * x);
  }
};

/// The noise's response at the next time: x = A x, or a Runge-Kutta step of x' = A x.
void advance(const LinearNetwork& network, double step, RowMajorMatrix& x) {
  if (!network.continuous) {
    x = network.leak * x + network.feedback(x);
    return;
  }
  const auto slope = [&](const RowMajorMatrix& y) { return RowMajorMatrix(network.feedback(y) - y); };
  const RowMajorMatrix k1 = slope(x);
  const RowMajorMatrix k2 = slope(x + 0.5 * step * k1);
  const RowMajorMatrix k3 = slope(x + 0.5 * step * k2);
  x += step / 6.0 * (k1 + 2.0 * k2 + 2.0 * k3 + slope(x + step * k3));
}

/// Calls use(k, weight, x_k) with the response x_k = A^k x of the probes until it has decayed; the sum of weight x_k
/// x_k^T is the covariance (continuous time: its integral by the trapezoid rule). False where it does not decay.
template <typename Use>
bool for_responses(const LinearNetwork& network, RowMajorMatrix x, double step, const Use& use) {
  const double start = x.norm();
  for (int k = 0; k < kTerms; ++k) {
    use(k, network.continuous ? (k == 0 ? 0.5 * step : step) : 1.0, x);
    advance(network, step, x);
    if (!(x.norm() < 1e4 * start)) return false;
    if (x.norm() < kDecayed * start) return true;
  }
  return false;
}

/// diag C. Orders 0 and 1 are left out where `from_second`. Empty where it does not exist.
VectorXd full_variance(const LinearNetwork& network, const VectorXd& source, double step, bool from_second) {
  VectorXd sum = VectorXd::Zero(source.size());
  const Index count = source.size() > kFewProbesBeyond ? kFewProbes : kProbes;
  const RowMajorMatrix start =
      source.size() <= kExactUpTo ? RowMajorMatrix(source.cwiseSqrt().asDiagonal()) : probes(source, count);
  const bool exists = for_responses(network, start, step, [&](int k, double weight, const RowMajorMatrix& x) {
    if (!from_second || k >= 2) sum += weight * x.rowwise().squaredNorm();
  });
  return exists ? sum : VectorXd();
}

/// tr C^2/(tr C)^2. With C = sum_k x_k x_k^T of one probe and C' of another, E sum_kl (x_k . x'_l)^2 = tr C^2.
double correlation_share(const LinearNetwork& network, const VectorXd& source, double step) {
  const Index size = source.size();
  // Responses of all times are kept: fewer probes of many neurons, about 1e8 numbers at most.
  const Index count = std::clamp<Index>(100'000 / size, 2, 16);
  std::vector<std::vector<double>> responses(static_cast<std::size_t>(count));
  double trace = 0.0;
  for_responses(network, std::sqrt(static_cast<double>(count)) * probes(source, count), step,
                [&](int, double weight, const RowMajorMatrix& x) {
                  trace += weight * x.squaredNorm() / static_cast<double>(count);
                  for (Index p = 0; p < count; ++p) {
                    std::vector<double>& kept = responses[static_cast<std::size_t>(p)];
                    for (Index i = 0; i < size; ++i) kept.push_back(std::sqrt(weight) * x(i, p));
                  }
                });
  const auto times = [&](Index p) {
    const std::vector<double>& kept = responses[static_cast<std::size_t>(p)];
    return Eigen::Map<const Eigen::MatrixXd>(kept.data(), size, static_cast<Index>(kept.size()) / size);
  };
  double square = 0.0;
  for (Index p = 0; p < count; ++p) {
    for (Index q = 0; q < p; ++q) square += (times(p).transpose() * times(q)).squaredNorm();
  }
  square /= static_cast<double>(count * (count - 1) / 2);
  return trace > 0.0 ? std::min(square / (trace * trace), 1.0) : 0.0;
}

/// The mean field's linear form: D = F (W o W) D + drive, the white noise's own response.
class KeptCovariance {
 public:
  KeptCovariance(const LinearNetwork& network, const LagGrid& grid, const VectorXd& source)
      // White noise <x x'> = S delta is an intensity of S/2.
      : network_(network),
        drive_(source * grid.noise_response(network.continuous ? 0.5 : 1.0)),
        filter_(grid.filter()) {}

  [[nodiscard]] RowMajorMatrix map(const RowMajorMatrix& covariance) const {
    return filter_.times(network_.squares->threads(), network_.squared_feedback(covariance)) + drive_;
  }
  [[nodiscard]] RowMajorMatrix solution() const {
    RowMajorMatrix covariance = drive_;
    for (int k = 0; k < kTerms; ++k) {
      const RowMajorMatrix next = map(covariance);
      const double change = (next.col(0) - covariance.col(0)).norm();
      covariance = next;
      if (change <= 1e-5 * covariance.col(0).norm()) break;
    }
    return covariance;
  }

 private:
  const LinearNetwork& network_;
  RowMajorMatrix drive_;
  LagFilter filter_;
};

}  // namespace

std::optional<LinearResponse> linear_response(QuenchedSolution& solution) {
  const QuenchedProblem& problem = solution.equations->problem();
  const VectorXd variance = solution.point.covariance.col(0);
  const LinearNetwork network{CouplingColumns(*problem.coupling), &solution.equations->squares(),
                              mean_slopes(*solution.equations, solution.point), problem.continuous,
                              problem.continuous ? 0.0 : problem.leak};
  const bool one_lag = solution.equations->one_lag();
  // What reaches a neuron's variance otherwise than through the variances of its sources; exact at gamma = 0.
  const double passed = 1.0 / ((1.0 - network.leak) * (1.0 - network.leak));
  const VectorXd source = (variance - passed * network.squared_feedback(variance).col(0)).cwiseMax(0.0);
  if (source.isZero(0.0)) return std::nullopt;
  double step = 1.0;
  if (problem.continuous) {
    const Product product = [&](const VectorXd& x) { return VectorXd(network.feedback(x)); };
    const auto leading = leading_eigenvalue(product, variance.size(), Which::kLargestModulus, {0.05, 40, 2});
    step = std::min(0.1, 0.5 / (1.0 + std::abs(leading.value)));
  }
  VectorXd full = full_variance(network, source, step, one_lag);
  if (full.size() == 0) return std::nullopt;
  const KeptCovariance kept(network, solution.equations->grid(), source);
  RowMajorMatrix covariance = kept.solution();
  // At gamma = 0 the orders 0 and 1 are the same in both and come without the noise of the probes.
  if (one_lag) full += source + network.squared_feedback(source).col(0);
  for (Index i = 0; i < variance.size(); ++i) {
    if (covariance(i, 0) > 0.0) covariance.row(i) *= full[i] / covariance(i, 0);
  }
  const VectorXd passed_on = kept.map(covariance).col(0);
  LinearResponse response{VectorXd::Ones(variance.size()), correlation_share(network, source, step)};
  for (Index i = 0; i < variance.size(); ++i) {
    if (passed_on[i] > 0.0) response.factor[i] = std::clamp(full[i] / passed_on[i], 0.1, 10.0);
  }
  return response;
}

}  // namespace limes::rate::given_matrix

#include "limes/spiking/theory/backward.hpp"

#include <Eigen/LU>
#include <algorithm>
#include <boost/math/special_functions/expint.hpp>
#include <cmath>
#include <complex>
#include <limits>
#include <numbers>
#include <utility>

#include "limes/base/errors.hpp"
#include "limes/math/roots.hpp"

namespace limes::spiking {

namespace {

/// Paths that reach the bottom of the grid have probability exp(-kRareExponent) at most.
constexpr double kRareExponent = 30.0;

/// int_0^1 (exp(x t) - 1)/t dt = Ei(x) - gamma_E - ln|x|.
double shot_exponent(double x) {
  if (std::abs(x) < 1e-4) return x * (1.0 + x * (0.25 + x / 18.0));
  return boost::math::expint(x) - std::numbers::egamma - std::log(std::abs(x));
}

double total_rate(const OneNeuron& neuron) {
  double sum = 0.0;
  for (const ExternalInput& input : neuron.inputs) sum += input.rate;
  return sum;
}

double mean_drift(const OneNeuron& neuron) {
  double sum = 0.0;
  for (const ExternalInput& input : neuron.inputs) sum += input.rate * input.weight;
  return sum;
}

/// How far below 0 the relaxing state falls: P(shot noise < -x) <= exp(-u x + tau sum nu int_0^u (e^{s|w|} - 1)/s ds)
/// for every u > 0 (Chernoff), inhibitory inputs alone.
double depth_of_shots(const OneNeuron& neuron) {
  double largest = 0.0;
  for (const ExternalInput& input : neuron.inputs) {
    if (input.rate > 0) largest = std::max(largest, -input.weight);
  }
  if (largest == 0.0) return 0.0;
  double depth = std::numeric_limits<double>::infinity();
  for (double scaled = 1e-3; scaled < 100.0; scaled *= 1.3) {
    const double u = scaled / largest;
    double exponent = kRareExponent;
    for (const ExternalInput& input : neuron.inputs) {
      if (input.weight < 0) exponent += neuron.time_constant * input.rate * shot_exponent(-u * input.weight);
    }
    depth = std::min(depth, exponent / u);
  }
  return depth;
}

/// The same without relaxation: a random walk with upward drift falls by x with probability exp(-theta x) at most,
/// sum nu (exp(-theta w) - 1) = 0 (Lundberg).
double depth_of_walk(const OneNeuron& neuron) {
  double largest = 0.0;
  for (const ExternalInput& input : neuron.inputs) {
    if (input.rate > 0) largest = std::max(largest, -input.weight);
  }
  if (largest == 0.0) return 0.0;
  if (mean_drift(neuron) <= 0) {
    throw ConvergenceError("without relaxation and with inhibition that is not outweighed a neuron falls silent", 1.0);
  }
  const auto growth = [&](double theta) {
    double sum = 0.0;
    for (const ExternalInput& input : neuron.inputs) sum += input.rate * std::expm1(-theta * input.weight);
    return sum;
  };
  double upper = 1e-3 / largest;
  while (growth(upper) < 0) upper *= 2.0;
  double lower = 0.5 * upper;
  while (growth(lower) > 0) lower *= 0.5;
  return kRareExponent / math::brent(growth, lower, upper);
}

/// From the depth that inhibition reaches to where the neuron spikes long before anything else happens. 0, where the
/// drift vanishes, is an end of panels; far below the scale of T is |y| itself. What T is assumed to be beyond the ends
/// puts a kink one weight inside of them, which no polynomial follows: a panel of its own holds it, out of reach.
std::vector<double> panel_breaks(const OneNeuron& neuron) {
  const double base = std::min(0.0, neuron.reset);
  const bool relaxes = std::isfinite(neuron.time_constant);
  const double depth = relaxes ? depth_of_shots(neuron) : depth_of_walk(neuron);
  double strongest = 0.0, most_negative = 0.0;
  for (const ExternalInput& input : neuron.inputs) {
    strongest = std::max(strongest, input.weight);
    most_negative = std::min(most_negative, input.weight);
  }
  const double busy = std::max(total_rate(neuron), relaxes ? 1.0 / neuron.time_constant : 0.0);
  double top = std::max(neuron.reset, 0.0);
  if (busy > 0) top = std::max(top, std::log(busy / neuron.base_rate));
  const double upper = top + 6.0 + std::min(2.0 * strongest, 6.0);
  const double lower = base - depth;
  constexpr double kWidth = 4.0;
  std::vector<double> breaks;
  if (most_negative < 0) breaks.push_back(lower + 1.5 * most_negative - 1.0);
  if (lower < 0) {
    std::vector<double> below{0.0};
    while (below.back() > lower) below.push_back(below.back() - std::max(kWidth, 0.4 * std::abs(below.back())));
    const double stretch = lower / below.back();
    for (auto it = below.rbegin(); it != below.rend(); ++it) breaks.push_back(*it * stretch);
    breaks.back() = 0.0;
  } else {
    breaks.push_back(0.0);
  }
  const auto count = static_cast<int>(std::ceil(upper / kWidth));
  for (int k = 1; k <= count; ++k) breaks.push_back(upper * k / count);
  if (strongest > 0) breaks.push_back(upper + std::min(1.5 * strongest, 4.0) + 1.0);
  return breaks;
}

/// Inputs of one weight act as one.
OneNeuron merged(const OneNeuron& neuron, std::vector<std::size_t>& input_of) {
  OneNeuron result = neuron;
  result.inputs.clear();
  for (const ExternalInput& input : neuron.inputs) {
    std::size_t k = 0;
    while (k < result.inputs.size() && result.inputs[k].weight != input.weight) ++k;
    if (k == result.inputs.size()) result.inputs.push_back({input.weight, 0.0});
    result.inputs[k].rate += input.rate;
    input_of.push_back(k);
  }
  return result;
}

/// T_s above the grid: spikes come first, s + Lam e^y dominates; first order in all else.
template <typename Number>
Number time_above(const OneNeuron& neuron, double y, Number s) {
  const auto alone = [&](double x) { return 1.0 / (s + neuron.base_rate * std::exp(x)); };
  Number sum = 1.0;
  Number rate = s + neuron.base_rate * std::exp(y);
  for (const ExternalInput& input : neuron.inputs) {
    sum += input.rate * alone(y + input.weight);
    rate += input.rate;
  }
  if (std::isfinite(neuron.time_constant)) {
    // -(y/tau) d/dy of `alone`
    sum += y / neuron.time_constant * neuron.base_rate * std::exp(y) * alone(y) * alone(y);
  }
  return sum / rate;
}

/// T(y) - T(lower) below the grid: the way back up takes tau ln(y/lower), or the distance at the mean drift.
double time_below(const OneNeuron& neuron, double y, double lower) {
  if (!std::isfinite(neuron.time_constant)) return (lower - y) / mean_drift(neuron);
  return lower < 0 ? neuron.time_constant * std::log(y / lower) : 0.0;
}

}  // namespace

BackwardSolution::BackwardSolution(const OneNeuron& neuron, std::size_t degree)
    : neuron_(merged(neuron, input_of_)), panels_(panel_breaks(neuron_), degree) {
  assemble();
  solve();
}

void BackwardSolution::assemble() {
  const auto n = static_cast<Eigen::Index>(panels_.size());
  const auto width = static_cast<Eigen::Index>(panels_.degree() + 1);
  matrix_ = Eigen::MatrixXd::Zero(n, n);
  scale_.resize(n);
  shift_.assign(neuron_.inputs.size(), {Eigen::MatrixXd::Zero(n, width), std::vector<Eigen::Index>(panels_.size(), 0)});
  beyond_.assign(neuron_.inputs.size(), Eigen::VectorXd::Zero(n));
  Eigen::RowVectorXd row(width);
  const bool relaxes = std::isfinite(neuron_.time_constant);
  const double total = total_rate(neuron_);
  for (Eigen::Index i = 0; i < n; ++i) {
    const double y = panels_.nodes()[static_cast<std::size_t>(i)];
    const double leave = total + neuron_.base_rate * std::exp(y);
    const double drift = relaxes ? y / neuron_.time_constant : 0.0;
    matrix_(i, i) += leave;
    if (drift != 0.0) {
      // The drift leads to 0, and T is known from there: an end of two panels takes the derivative of the inner one.
      const auto first = static_cast<Eigen::Index>(panels_.differentiate(static_cast<std::size_t>(i), y > 0, row));
      matrix_.row(i).segment(first, width) += drift * row;
    }
    for (std::size_t j = 0; j < neuron_.inputs.size(); ++j) {
      const double target = y + neuron_.inputs[j].weight;
      if (target > panels_.upper()) {
        beyond_[j](i) = time_above(neuron_, target, 0.0);
      } else if (target < panels_.lower()) {
        shift_[j].coefficients(i, 0) = 1.0;
        beyond_[j](i) = time_below(neuron_, target, panels_.lower());
      } else {
        shift_[j].first[static_cast<std::size_t>(i)] = static_cast<Eigen::Index>(panels_.interpolate(target, row));
        shift_[j].coefficients.row(i) = row;
      }
      matrix_.row(i).segment(shift_[j].first[static_cast<std::size_t>(i)], width) -=
          neuron_.inputs[j].rate * shift_[j].coefficients.row(i);
    }
    scale_(i) = 1.0 / (leave + std::abs(drift));
    matrix_.row(i) *= scale_(i);
  }
  reset_row_ = Eigen::RowVectorXd::Zero(n);
  const auto first = static_cast<Eigen::Index>(panels_.interpolate(neuron_.reset, row));
  reset_row_.segment(first, width) = row;
}

void BackwardSolution::solve() {
  const Eigen::PartialPivLU<Eigen::MatrixXd> lu(matrix_);
  Eigen::VectorXd right = Eigen::VectorXd::Ones(matrix_.rows());
  for (std::size_t j = 0; j < neuron_.inputs.size(); ++j) right += neuron_.inputs[j].rate * beyond_[j];
  times_ = lu.solve(Eigen::VectorXd(scale_.cwiseProduct(right)));
  occupation_ = scale_.cwiseProduct(Eigen::VectorXd(lu.transpose().solve(Eigen::VectorXd(reset_row_.transpose()))));
  const double mean_interval = reset_row_.dot(times_);
  // Below this rate the solution is rounding noise: spikes are too rare to bend the shot noise.
  if (!(mean_interval > 0) || (std::isfinite(neuron_.time_constant) && mean_interval > 1e10 * neuron_.time_constant)) {
    set_limit_of_no_spikes();
    return;
  }
  rate_ = 1.0 / mean_interval;
  const double second = 2.0 * occupation_.dot(times_);
  isi_cv_ = std::sqrt(std::max(0.0, second * rate_ * rate_ - 1.0));
  const Eigen::Map<const Eigen::VectorXd> y(panels_.nodes().data(), matrix_.rows());
  mean_state_ = rate_ * occupation_.dot(y);
  state_variance_ = rate_ * occupation_.dot(Eigen::VectorXd((y.array() - mean_state_).square().matrix()));
  std::vector<double> by_weight;
  for (std::size_t j = 0; j < neuron_.inputs.size(); ++j) {
    const Eigen::VectorXd change = shift_[j].apply(times_) + beyond_[j] - times_;
    by_weight.push_back(-rate_ * rate_ * occupation_.dot(change));
  }
  for (const std::size_t k : input_of_) sensitivity_.push_back(by_weight[k]);
}

void BackwardSolution::set_limit_of_no_spikes() {
  if (!std::isfinite(neuron_.time_constant)) throw ConvergenceError("the mean interval was not found", 1.0);
  // beta -> Lam L0(1) = Lam exp(tau sum nu int_0^1 (e^{w s} - 1)/s ds), note section 7.
  without_spikes_ = true;
  const double tau = neuron_.time_constant;
  double exponent = 0.0;
  for (const ExternalInput& input : neuron_.inputs) {
    exponent += tau * input.rate * shot_exponent(input.weight);
    mean_state_ += tau * input.rate * input.weight;
    state_variance_ += 0.5 * tau * input.rate * input.weight * input.weight;
  }
  rate_ = neuron_.base_rate * std::exp(exponent);
  isi_cv_ = 1.0;
  for (const std::size_t k : input_of_) {
    sensitivity_.push_back(rate_ * tau * shot_exponent(neuron_.inputs[k].weight));
  }
}

void BackwardSolution::prepare_responses() {
  reduced_ = ShiftedHessenberg(scale_.cwiseInverse().asDiagonal() * matrix_);
}

Eigen::VectorXcd BackwardSolution::transform_times(std::complex<double> s) const {
  Eigen::VectorXcd right = Eigen::VectorXcd::Ones(matrix_.rows());
  for (std::size_t j = 0; j < neuron_.inputs.size(); ++j) {
    right += neuron_.inputs[j].rate * above(j, s);
  }
  if (!reduced_.empty()) return reduced_.solve(s, right);
  Eigen::MatrixXcd matrix = matrix_.cast<std::complex<double>>();
  matrix.diagonal() += s * scale_.cast<std::complex<double>>();
  right = scale_.cast<std::complex<double>>().cwiseProduct(right).eval();
  return matrix.partialPivLu().solve(right);
}

Eigen::VectorXcd BackwardSolution::above(std::size_t input, std::complex<double> s) const {
  Eigen::VectorXcd result = Eigen::VectorXcd::Zero(matrix_.rows());
  for (Eigen::Index i = 0; i < matrix_.rows(); ++i) {
    const double target = panels_.nodes()[static_cast<std::size_t>(i)] + neuron_.inputs[input].weight;
    if (target > panels_.upper()) result(i) = time_above(neuron_, target, s);
  }
  return result;
}

std::vector<std::complex<double>> BackwardSolution::response(std::complex<double> s) const {
  if (s == 0.0 || without_spikes_) return {sensitivity_.begin(), sensitivity_.end()};
  const Eigen::VectorXcd times = transform_times(s);
  const std::complex<double> at_reset = reset_row_.cast<std::complex<double>>().transpose().cwiseProduct(times).sum();
  std::vector<std::complex<double>> by_weight, result;
  for (std::size_t j = 0; j < neuron_.inputs.size(); ++j) {
    const Eigen::VectorXcd change = above(j, s) - times + shift_[j].apply(times);
    std::complex<double> sum = 0.0;
    for (Eigen::Index i = 0; i < change.size(); ++i) sum += occupation_(i) * change(i);
    by_weight.push_back(-rate_ * sum / at_reset);
  }
  for (const std::size_t k : input_of_) result.push_back(by_weight[k]);
  return result;
}

std::complex<double> BackwardSolution::interval_transform(std::complex<double> s) const {
  if (without_spikes_) return rate_ / (rate_ + s);
  const Eigen::VectorXcd times = transform_times(s);
  return 1.0 - s * reset_row_.cast<std::complex<double>>().transpose().cwiseProduct(times).sum();
}

OneNeuronStatistics solve_backward(const OneNeuron& neuron) {
  const BackwardSolution fine(neuron);
  const BackwardSolution coarse(neuron, 18);
  OneNeuronStatistics result;
  result.rate = fine.rate();
  // Beyond the truncation: rounding in the elimination, whose condition number is some 1e5.
  result.rate_error = std::abs(fine.rate() - coarse.rate()) + 3e-11 * fine.rate();
  result.isi_cv = fine.isi_cv();
  result.mean_state = fine.mean_state();
  result.state_variance = fine.state_variance();
  result.rate_sensitivity = fine.rate_sensitivity();
  return result;
}

}  // namespace limes::spiking

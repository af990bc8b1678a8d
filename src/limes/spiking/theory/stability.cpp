#include "limes/spiking/theory/stability.hpp"

#include <Eigen/LU>
#include <algorithm>
#include <cmath>
#include <numbers>
#include <optional>

#include "limes/spiking/theory/neuron_solution.hpp"

namespace limes::spiking {

namespace {

using Complex = std::complex<double>;

struct OnAxis {
  double frequency;
  Complex value;
};

double turn(const OnAxis& a, const OnAxis& b) { return std::arg(b.value / a.value); }

/// D along s = i omega, omega ascending from 0, so dense that its argument never jumps. D -> 1 for omega -> infinity.
std::vector<OnAxis> along_the_axis(const CharacteristicFunction& d, const StopToken& stop) {
  const auto at = [&](double frequency) {
    stop.check();
    return OnAxis{frequency, d(Complex(0.0, frequency))};
  };
  std::vector<OnAxis> axis{at(0.0)};
  double frequency = 0.01 * d.slowest();
  // The responses fall off as 1/omega: beyond this D stays in the right half plane.
  while (frequency < 20.0 * d.fastest() || (std::abs(axis.back().value - 1.0) > 0.3 && frequency < 1e6 * d.fastest())) {
    axis.push_back(at(frequency));
    frequency *= 1.25;
  }
  constexpr double kLargestTurn = 0.5;
  for (std::size_t k = 0; k + 1 < axis.size();) {
    const double gap = axis[k + 1].frequency - axis[k].frequency;
    const bool resolved = std::abs(turn(axis[k], axis[k + 1])) < kLargestTurn || gap < 1e-6 * d.slowest();
    if (resolved) {
      ++k;
    } else {
      axis.insert(axis.begin() + static_cast<std::ptrdiff_t>(k) + 1, at(axis[k].frequency + 0.5 * gap));
    }
  }
  return axis;
}

/// The argument principle: D is real at 0 and 1 far up, so half the way round tells all.
int zeros_to_the_right(const std::vector<OnAxis>& axis) {
  double change = 0.0;
  for (std::size_t k = 0; k + 1 < axis.size(); ++k) change += turn(axis[k], axis[k + 1]);
  change -= std::arg(axis.back().value);  // the rest of the way to 1
  return std::max(0, static_cast<int>(std::lround(-change / std::numbers::pi)));
}

struct Zero {
  Complex s;
  double step;
};

/// Muller's method on D divided by the zeros that are known; nothing where it does not settle.
std::optional<Zero> zero_near(const CharacteristicFunction& d, Complex start, double scale,
                              const std::vector<Complex>& known) {
  const auto f = [&](Complex s) {
    Complex value = d(s);
    for (const Complex& zero : known) {
      value /= (s - zero) / scale;
      if (zero.imag() != 0.0) value /= (s - std::conj(zero)) / scale;
    }
    return value;
  };
  const bool on_real_axis = start.imag() == 0.0;
  const Complex aside = on_real_axis ? Complex(0.05 * scale, 0.0) : Complex(0.05 * scale, 0.03 * scale);
  Complex x0 = start - aside, x1 = start + aside, x2 = start;
  Complex f0 = f(x0), f1 = f(x1), f2 = f(x2);
  for (int iteration = 0; iteration < 40; ++iteration) {
    const Complex h1 = x1 - x0, h2 = x2 - x1;
    const Complex d1 = (f1 - f0) / h1, d2 = (f2 - f1) / h2;
    const Complex a = (d2 - d1) / (h2 + h1), b = a * h2 + d2;
    const Complex root = std::sqrt(b * b - 4.0 * f2 * a);
    const Complex denominator = std::abs(b + root) > std::abs(b - root) ? b + root : b - root;
    if (denominator == 0.0) return std::nullopt;
    const Complex step = -2.0 * f2 / denominator;
    if (!std::isfinite(step.real()) || !std::isfinite(step.imag())) return std::nullopt;
    x0 = x1, f0 = f1, x1 = x2, f1 = f2;
    x2 += step;
    // Far to the left the solver has nothing to say: there lie the rates of the neurons themselves.
    if (x2.real() < -40.0 * d.fastest() || std::abs(x2) > 1e3 * d.fastest()) return std::nullopt;
    f2 = f(x2);
    if (!std::isfinite(std::abs(f2))) return std::nullopt;
    if (std::abs(step) < 1e-10 * (scale + std::abs(x2))) {
      if (std::abs(x2.imag()) < 1e-8 * (scale + std::abs(x2))) x2 = {x2.real(), 0.0};
      return Zero{{x2.real(), std::abs(x2.imag())}, std::abs(step)};
    }
  }
  return std::nullopt;
}

}  // namespace

CharacteristicFunction::CharacteristicFunction(const SpikingNetwork& network, const ReplicaState& state,
                                               std::size_t degree)
    : network_(network) {
  slowest_ = state.rates.minCoeff();
  for (std::size_t a = 0; a < network.groups.size(); ++a) {
    const auto row = static_cast<Eigen::Index>(a);
    fastest_ = std::max(fastest_, state.rates(row));
    const double tau = network.groups[a].time_constant;
    if (std::isfinite(tau)) {
      fastest_ = std::max(fastest_, 1.0 / tau);
      slowest_ = std::min(slowest_, 1.0 / tau);
    }
    responses_.push_back(response_of(neuron_of_group(network, a, state.rates), degree));
  }
}

Complex CharacteristicFunction::operator()(Complex s) const {
  const auto groups = static_cast<Eigen::Index>(network_.groups.size());
  Eigen::MatrixXcd matrix = Eigen::MatrixXcd::Identity(groups, groups);
  Complex within = 1.0;
  for (Eigen::Index a = 0; a < groups; ++a) {
    const auto target = static_cast<std::size_t>(a);
    const auto response = responses_[target](s);
    std::size_t k = 0;
    for (Eigen::Index c = 0; c < groups; ++c) {
      const double connections = network_.connections(target, static_cast<std::size_t>(c));
      if (network_.weights(a, c) == 0.0 || connections == 0.0) continue;
      matrix(a, c) -= connections * response[k];
      if (a == c && network_.groups[target].size > 1) within *= 1.0 + response[k];
      ++k;
    }
  }
  return matrix.partialPivLu().determinant() * within;
}

Stability stability_of(const SpikingNetwork& network, const ReplicaState& state, const StopToken& stop) {
  const CharacteristicFunction d(network, state);
  const std::vector<OnAxis> axis = along_the_axis(d, stop);
  Stability result;
  result.growing = zeros_to_the_right(axis);
  result.stable = result.growing == 0;

  // Zeros near the axis show as minima of |D| on it; those on the real axis are sought from 0.
  std::vector<Complex> starts{{0.0, 0.0}, {d.slowest(), 0.0}, {-d.slowest(), 0.0}};
  for (std::size_t k = 1; k + 1 < axis.size() && starts.size() < 8; ++k) {
    if (std::abs(axis[k].value) < std::abs(axis[k - 1].value) &&
        std::abs(axis[k].value) < std::abs(axis[k + 1].value)) {
      starts.emplace_back(0.0, axis[k].frequency);
    }
  }
  // Where nothing comes near the axis the zeros lie at the neurons' own rates.
  for (const double left : {0.25, 1.0, 3.0}) {
    for (const double up : {0.0, 0.5, 1.0, 3.0}) starts.emplace_back(-left * d.fastest(), up * d.fastest());
  }
  std::vector<Complex> known;
  for (const Complex& start : starts) {
    stop.check();
    const double scale = std::max(std::abs(start), d.slowest());
    std::optional<Zero> zero;
    try {
      zero = zero_near(d, start, scale, known);
    } catch (const InputError&) {  // left of where the intervals of a linear neuron have a transform
    }
    if (!zero) continue;
    known.push_back(zero->s);
    if (!result.leading_found || zero->s.real() > result.leading.real()) {
      result.leading = zero->s;
      result.leading_error = zero->step;
      result.leading_found = true;
    }
  }
  // A growth rate of the wrong sign is none.
  if (result.leading_found && (result.leading.real() > 0) == result.stable) result.leading_found = false;
  return result;
}

Stability affordable_stability(const SpikingNetwork& network, const ReplicaState& state, const StopToken& stop) {
  constexpr std::size_t kMostFollowed = 64, kMostCounted = 320;
  const std::size_t groups = network.groups.size();
  if (groups <= kMostFollowed) return stability_of(network, state, stop);
  Stability result;
  if (groups <= kMostCounted) {
    result.growing = growing_modes(network, state, stop, kSearchDegree);
  } else {
    const auto size = state.map.gain.rows();
    const Eigen::MatrixXd still = Eigen::MatrixXd::Identity(size, size) - state.map.gain;
    // The sign alone: of a thousand factors the product may overflow.
    const Eigen::PartialPivLU<Eigen::MatrixXd> lu(still);
    int sign = static_cast<int>(lu.permutationP().determinant());
    for (Eigen::Index k = 0; k < size; ++k) sign *= lu.matrixLU()(k, k) < 0.0 ? -1 : 1;
    result.growing = sign < 0 ? 1 : 0;
    result.known = sign < 0;
  }
  result.stable = result.growing == 0;
  return result;
}

int growing_modes(const SpikingNetwork& network, const ReplicaState& state, const StopToken& stop, std::size_t degree) {
  return zeros_to_the_right(along_the_axis(CharacteristicFunction(network, state, degree), stop));
}

std::optional<std::complex<double>> mode_near(const CharacteristicFunction& d, std::complex<double> start) {
  try {
    const auto zero = zero_near(d, start, std::max(0.2 * std::abs(start), 0.01 * d.slowest()), {});
    return zero ? std::optional(zero->s) : std::nullopt;
  } catch (const InputError&) {  // left of where the intervals of a linear neuron have a transform
    return std::nullopt;
  }
}

}  // namespace limes::spiking

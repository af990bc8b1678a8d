#include "limes/rate/random_modes/theory/overlap_ladder.hpp"

#include <Eigen/Dense>
#include <algorithm>
#include <array>
#include <cmath>
#include <map>
#include <numbers>
#include <utility>

#include "limes/base/errors.hpp"

namespace limes::rate::random_modes {

namespace {

using Complex = std::complex<double>;

/// The spectra and mode factors on a grid of frequencies, both signs, ascending.
struct Grid {
  std::vector<double> frequency, weight;  // weight: d w / (2 pi)
  std::vector<Complex> response, kernel;
  std::vector<double> output, power;
  Eigen::MatrixXcd delta;         // frequencies x groups: Delta_a, times sqrt of the share
  Eigen::MatrixXcd delta_square;  // |Delta_a|^2, likewise

  Grid(const std::vector<ModeGroup>& modes, const std::function<UnitSpectra(double)>& unit, double scale, int count) {
    const auto groups = static_cast<Eigen::Index>(modes.size());
    delta.resize(2 * count, groups);
    delta_square.resize(2 * count, groups);
    for (int k = 0; k < 2 * count; ++k) {
      const double theta = (k + 0.5 - count) * std::numbers::pi / 2.0 / count;
      frequency.push_back(scale * std::tan(theta));
      weight.push_back(scale / std::pow(std::cos(theta), 2) / (4.0 * count));
      const UnitSpectra spectra = unit(std::abs(frequency.back()));
      const Complex own = frequency.back() < 0.0 ? std::conj(spectra.response) : spectra.response;
      response.push_back(own);
      output.push_back(spectra.output);
      const ModeSums sums = mode_sums(modes, own);
      kernel.push_back(sums.kernel);
      power.push_back(sums.power);
      for (Eigen::Index a = 0; a < groups; ++a) {
        const ModeGroup& mode = modes[static_cast<std::size_t>(a)];
        const Complex value = mode.strength / (1.0 - mode.overlap * mode.strength * own);
        delta(k, a) = value;
        delta_square(k, a) = std::norm(value);
      }
    }
  }
  [[nodiscard]] Eigen::Index size() const { return static_cast<Eigen::Index>(frequency.size()); }
};

using Matrix2 = std::array<std::array<Complex, 2>, 2>;
using Matrix4 = Eigen::Matrix<Complex, 4, 4>;
using Vector4 = Eigen::Matrix<Complex, 4, 1>;

/// sum_a share rho^power X_a(w1) Y_a(w2) for X, Y in {Delta, Delta*, |Delta|^2} and power 0, 1, 2, as products of
/// matrices.
class ModeProducts {
 public:
  ModeProducts(const std::vector<ModeGroup>& modes, const Grid& grid, Eigen::Index first_row) {
    const Eigen::Index rows = grid.size() - first_row;
    const std::array<Eigen::MatrixXcd, 3> factors = {grid.delta.conjugate(), grid.delta, grid.delta_square};
    for (int x = 0; x < 3; ++x) {
      for (int y = 0; y < 3; ++y) {
        for (int power = 0; power < 3; ++power) {
          if (!needed(x, y, power)) continue;
          Eigen::VectorXd weights(static_cast<Eigen::Index>(modes.size()));
          for (Eigen::Index a = 0; a < weights.size(); ++a) {
            const ModeGroup& mode = modes[static_cast<std::size_t>(a)];
            weights(a) = mode.share * std::pow(mode.overlap, power);
          }
          sums_[index(x, y, power)] = factors[static_cast<std::size_t>(x)].bottomRows(rows) * weights.asDiagonal() *
                                      factors[static_cast<std::size_t>(y)].transpose();
        }
      }
    }
  }

  // Kinds: 0 = Delta* (phi to x^), 1 = Delta (x^ to phi), 2 = |Delta|^2 (x^ to x^).
  [[nodiscard]] Complex operator()(int x, int y, int power, Eigen::Index row, Eigen::Index column) const {
    return sums_[index(x, y, power)](row, column);
  }

 private:
  static std::size_t index(int x, int y, int power) { return static_cast<std::size_t>((x * 3 + y) * 3 + power); }
  /// From (p, q) to (p', q'): rho^([p != q] + [p' != q']).
  static int power_of(int x, int y) {
    const auto from = [](int kind) { return kind == 0 ? 0 : 1; };  // 0 = phi, 1 = x^
    const auto to = [](int kind) { return kind == 1 ? 0 : 1; };
    return (from(x) != from(y) ? 1 : 0) + (to(x) != to(y) ? 1 : 0);
  }
  static bool needed(int x, int y, int power) { return power == power_of(x, y); }
  std::array<Eigen::MatrixXcd, 27> sums_;
};

struct Ends {
  Complex output_output, output_field, state_output, state_field;  // C_phi, S, <x phi*>, dx/d eta
  double state_state = 0.0;                                        // C_x
};

Ends ends_at(const Grid& grid, Eigen::Index k, double noise_intensity) {
  const auto at = static_cast<std::size_t>(k);
  const Complex leak(1.0, grid.frequency[at]);
  const double field = grid.power[at] * grid.output[at] + 2.0 * noise_intensity;
  const Complex loop = grid.kernel[at], response = grid.response[at];
  Ends ends;
  ends.output_output = grid.output[at];
  ends.output_field = response;
  ends.state_output = (field * std::conj(response) + loop * grid.output[at]) / leak;
  ends.state_field = (1.0 + loop * response) / leak;
  ends.state_state =
      (field + std::norm(loop) * grid.output[at] + 2.0 * (loop * response).real() * field) / std::norm(leak);
  return ends;
}

/// M4 with kinds by (p, p'): (phi, x^) = 0, (x^, phi) = 1, (x^, x^) = 2; (phi, phi) vanishes.
Matrix4 vertices(const ModeProducts& products, const Grid& grid, Eigen::Index row, Eigen::Index first,
                 Eigen::Index second) {
  constexpr int kKind[2][2] = {{-1, 0}, {1, 2}};
  Matrix4 result = Matrix4::Zero();
  for (int p = 0; p < 2; ++p) {
    for (int q = 0; q < 2; ++q) {
      for (int p2 = 0; p2 < 2; ++p2) {
        for (int q2 = 0; q2 < 2; ++q2) {
          const int x = kKind[p][p2], y = kKind[q][q2];
          if (x < 0 || y < 0) continue;
          Complex value = products(x, y, (p != q ? 1 : 0) + (p2 != q2 ? 1 : 0), row, second);
          if (x == 2) value *= grid.output[static_cast<std::size_t>(first)];
          if (y == 2) value *= grid.output[static_cast<std::size_t>(second)];
          result(2 * p + q, 2 * p2 + q2) = value;
        }
      }
    }
  }
  return result;
}

Matrix4 propagators(const Ends& a, const Ends& b) {
  const Matrix2 first = {{{a.output_output, a.output_field}, {std::conj(a.output_field), 0.0}}};
  const Matrix2 second = {{{b.output_output, b.output_field}, {std::conj(b.output_field), 0.0}}};
  Matrix4 result;
  for (std::size_t p = 0; p < 2; ++p) {
    for (std::size_t q = 0; q < 2; ++q) {
      for (std::size_t p2 = 0; p2 < 2; ++p2) {
        for (std::size_t q2 = 0; q2 < 2; ++q2) {
          result(static_cast<Eigen::Index>(2 * p + q), static_cast<Eigen::Index>(2 * p2 + q2)) =
              first[p][p2] * second[q][q2];
        }
      }
    }
  }
  return result;
}

/// Calls visit(weight, first, second, Psi^phi, Psi^x) over half of the plane of frequencies; the other half is the
/// complex conjugate.
template <typename Visit>
void for_each_pair(const std::vector<ModeGroup>& modes, const Grid& grid, double noise_intensity, const StopToken& stop,
                   Visit&& visit) {
  const Eigen::Index half = grid.size() / 2;
  const ModeProducts products(modes, grid, half);
  std::vector<Ends> ends;
  for (Eigen::Index k = 0; k < grid.size(); ++k) ends.push_back(ends_at(grid, k, noise_intensity));
  for (Eigen::Index first = half; first < grid.size(); ++first) {
    if (stop.stop_requested()) throw InterruptedError();
    const Ends& a = ends[static_cast<std::size_t>(first)];
    for (Eigen::Index second = 0; second < grid.size(); ++second) {
      const Ends& b = ends[static_cast<std::size_t>(second)];
      const Matrix4 vertex = vertices(products, grid, first - half, first, second), own = propagators(a, b);
      const Matrix4 chain = Matrix4::Identity() - own * vertex;
      const Eigen::PartialPivLU<Matrix4> factors(chain);
      const Vector4 output = factors.solve(own.col(0));
      // Ends of x: left (C_xphi, R_x) of both strands, right their conjugates.
      const Vector4 left(a.state_output * b.state_output, a.state_output * b.state_field,
                         a.state_field * b.state_output, a.state_field * b.state_field);
      const Vector4 right = left.conjugate();
      const Complex state = a.state_state * b.state_state + (left.transpose() * (vertex * factors.solve(right)))(0);
      const double weight =
          2.0 * grid.weight[static_cast<std::size_t>(first)] * grid.weight[static_cast<std::size_t>(second)];
      visit(weight, grid.frequency[static_cast<std::size_t>(first)] + grid.frequency[static_cast<std::size_t>(second)],
            output(0), state);
    }
  }
}

}  // namespace

std::vector<ModeGroup> group_modes(const std::vector<double>& strengths, const std::vector<double>& overlaps,
                                   double size) {
  std::map<std::pair<double, double>, std::size_t> counts;
  for (std::size_t a = 0; a < strengths.size(); ++a) ++counts[{strengths[a], overlaps.empty() ? 0.0 : overlaps[a]}];
  std::vector<ModeGroup> groups;
  for (const auto& [pair, count] : counts) {
    groups.push_back({static_cast<double>(count) / size, pair.first, pair.second});
  }
  return groups;
}

ModeSums mode_sums(const std::vector<ModeGroup>& modes, Complex response) {
  ModeSums sums;
  for (const ModeGroup& mode : modes) {
    const Complex delta = mode.strength / (1.0 - mode.overlap * mode.strength * response);
    sums.kernel += mode.share * mode.overlap * delta;
    sums.power += mode.share * std::norm(delta);
  }
  return sums;
}

OverlapDimension overlap_dimension(const std::vector<ModeGroup>& modes, const std::function<UnitSpectra(double)>& unit,
                                   double noise_intensity, double scale, int count, const StopToken& stop) {
  const Grid grid(modes, unit, scale, count);
  OverlapDimension result;
  for (Eigen::Index k = 0; k < grid.size(); ++k) {
    const double weight = grid.weight[static_cast<std::size_t>(k)];
    result.output_variance += weight * grid.output[static_cast<std::size_t>(k)];
    result.variance += weight * ends_at(grid, k, noise_intensity).state_state;
  }
  for_each_pair(modes, grid, noise_intensity, stop, [&](double weight, double, Complex output, Complex state) {
    result.output += weight * output.real();
    result.state += weight * state.real();
  });
  return result;
}

std::vector<double> overlap_curve(const std::vector<ModeGroup>& modes, const std::function<UnitSpectra(double)>& unit,
                                  double scale, int count, const std::vector<double>& lags, const StopToken& stop) {
  const Grid grid(modes, unit, scale, count);
  std::vector<double> curve(lags.size(), 0.0);
  const double step = lags.size() > 1 ? lags[1] - lags[0] : 0.0;
  for_each_pair(modes, grid, 0.0, stop, [&](double weight, double frequency, Complex output, Complex) {
    if (std::abs(output) * weight < 1e-14) return;
    const Complex turn = std::exp(Complex(0.0, frequency * step));
    Complex value = weight * output * std::exp(Complex(0.0, frequency * lags.front()));
    for (double& sum : curve) {
      sum += value.real();
      value *= turn;
    }
  });
  return curve;
}

Complex trivial_response(const std::vector<ModeGroup>& modes, double slope, double frequency) {
  // From a frequency at which the loop is weak, down in small steps of the logarithm.
  double strongest = 1.0;
  for (const ModeGroup& mode : modes) strongest = std::max(strongest, slope * std::abs(mode.strength * mode.overlap));
  const double start = std::max(frequency, 100.0 * strongest);
  Complex response = slope / Complex(1.0, start);
  const int steps = 1 + static_cast<int>(6.0 * std::log(start / std::max(frequency, 1e-4)));
  for (int k = 0; k <= steps; ++k) {
    const double at =
        k == steps ? frequency : start * std::pow(std::max(frequency, 1e-4) / start, k / static_cast<double>(steps));
    for (int newton = 0; newton < 50; ++newton) {
      Complex kernel = 0.0, derivative = 0.0;
      for (const ModeGroup& mode : modes) {
        const Complex own = mode.overlap * mode.strength, rest = 1.0 / (1.0 - own * response);
        kernel += mode.share * own * rest;
        derivative += mode.share * own * own * rest * rest;
      }
      // F = S (1 + i w - slope K(S)) - slope.
      const Complex bracket = Complex(1.0, at) - slope * kernel;
      const Complex change = (response * bracket - slope) / (bracket - response * slope * derivative);
      response -= change;
      if (std::abs(change) < 1e-14 * std::abs(response)) break;
    }
  }
  return response;
}

bool trivial_state_is_stable(const std::vector<ModeGroup>& modes, double slope) {
  constexpr int kPoints = 200;
  for (int k = 0; k < kPoints; ++k) {
    const double frequency = std::tan((k + 0.02) * std::numbers::pi / 2.0 / kPoints);
    const Complex response = trivial_response(modes, slope, frequency);
    if (!(std::norm(response) * mode_sums(modes, response).power < 1.0)) return false;
  }
  const double still = trivial_response(modes, slope, 0.0).real();
  return still > 0.0 && std::all_of(modes.begin(), modes.end(),
                                    [&](const ModeGroup& mode) { return mode.overlap * mode.strength * still < 1.0; });
}

}  // namespace limes::rate::random_modes

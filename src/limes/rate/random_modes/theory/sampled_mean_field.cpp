#include "limes/rate/random_modes/theory/sampled_mean_field.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>

#include "limes/base/errors.hpp"
#include "limes/math/fft.hpp"
#include "limes/math/random.hpp"

namespace limes::rate::random_modes {

namespace {

using Complex = std::complex<double>;
using Spectrum = std::vector<Complex>;

constexpr int kSettling = 16;  // rounds before the average
constexpr int kBatches = 5;
constexpr double kMixing = 0.5;
constexpr double kMemory = 15.0;     // tau: the response and the kernel end there
constexpr double kFirstTaper = 0.2;  // share of the period at which C_phi begins to be tapered, to 0 at twice that
constexpr double kKnown = 1e-3;      // share of the largest C_eta from which S can be read off
constexpr std::size_t kBlock = 64;   // paths that are integrated side by side

/// The state of the iteration: spectra at w_k = 2 pi k/T, k = 0 .. points/2.
struct Unit {
  std::vector<double> output;
  Spectrum correction;  // S - slope/(1 + i w)
  double slope = 1.0;
};

class Rounds {
 public:
  explicit Rounds(const SampledProblem& problem)
      : problem_(problem),
        points_(problem.points),
        half_(points_ / 2 + 1),
        period_(problem.step * static_cast<double>(points_)) {}

  [[nodiscard]] double frequency(std::size_t k) const {
    return 2.0 * std::numbers::pi * static_cast<double>(k) / period_;
  }
  [[nodiscard]] Complex response(const Unit& unit, std::size_t k) const {
    return unit.slope / Complex(1.0, frequency(k)) + unit.correction[k];
  }

  /// Where it starts: white-ish outputs of variance 1/2 with a correlation time of 3.
  [[nodiscard]] Unit start() const {
    Unit unit;
    unit.slope = 0.4 * transfer::derivative(problem_.transfer, 0.0);
    unit.correction.assign(half_, 0.0);
    for (std::size_t k = 0; k < half_; ++k) {
      unit.output.push_back(0.5 * 6.0 / (1.0 + 9.0 * frequency(k) * frequency(k)));
    }
    return unit;
  }

  /// One round of sampling from a unit to the next.
  [[nodiscard]] Unit sample(const Unit& unit, int round, const StopToken& stop) {
    std::vector<double> field(half_);
    Spectrum kernel(half_);
    Complex instant = 0.0;  // K at infinite frequency
    for (const ModeGroup& mode : problem_.modes) instant += mode.share * mode.overlap * mode.strength;
    for (std::size_t k = 0; k < half_; ++k) {
      const ModeSums sums = mode_sums(problem_.modes, response(unit, k));
      field[k] = sums.power * std::max(0.0, unit.output[k]) + 2.0 * problem_.noise_intensity;
      kernel[k] = sums.kernel - instant;
    }
    const std::vector<double> memory = causal(kernel);
    std::vector<double> output(half_, 0.0);
    Spectrum overlap(half_, 0.0), linear_overlap(half_, 0.0);
    double slope = 0.0;
    for (std::size_t first = 0; first < problem_.paths; first += kBlock) {
      if (stop.stop_requested()) throw InterruptedError();
      const std::size_t count = std::min(kBlock, problem_.paths - first);
      integrate(field, memory, instant.real(), round, first, count, output, overlap, linear_overlap, slope);
    }
    const auto paths = static_cast<double>(problem_.paths);
    const double largest = *std::max_element(field.begin(), field.end());
    Unit next;
    next.slope = slope / (paths * static_cast<double>(points_));
    next.correction.assign(half_, 0.0);
    next.output.resize(half_);
    for (std::size_t k = 0; k < half_; ++k) {
      next.output[k] = output[k] / paths;
      if (field[k] < kKnown * largest) continue;
      next.correction[k] = (overlap[k] - next.slope * linear_overlap[k]) / (paths * field[k]);
    }
    const std::vector<double> response_kernel = causal(next.correction);
    next.correction = transform(response_kernel);
    next.output = tapered(next.output);
    return next;
  }

  /// Mean lagged products of the output at lags up to the taper, and the causal kernel.
  [[nodiscard]] SampledUnit averaged(const Unit& unit) {
    SampledUnit result;
    result.step = problem_.step;
    result.slope = unit.slope;
    const std::vector<double> lags = inverse(unit.output);
    const auto reach = static_cast<std::size_t>(2.0 * kFirstTaper * static_cast<double>(points_));
    result.output.assign(lags.begin(), lags.begin() + static_cast<std::ptrdiff_t>(reach));
    result.response = causal(unit.correction);
    result.response.resize(static_cast<std::size_t>(kMemory / problem_.step));
    return result;
  }

 private:
  /// f(t) at times k step, from its spectrum (f has the unit of spectrum over time).
  [[nodiscard]] std::vector<double> inverse(const Spectrum& spectrum) {
    auto values = transform_.inverse_real(spectrum, points_);
    for (double& value : values) value /= problem_.step;
    return values;
  }
  [[nodiscard]] std::vector<double> inverse(const std::vector<double>& spectrum) {
    return inverse(Spectrum(spectrum.begin(), spectrum.end()));
  }
  [[nodiscard]] Spectrum transform(const std::vector<double>& values) {
    auto spectrum = transform_.forward_real(values);
    for (Complex& value : spectrum) value *= problem_.step;
    return spectrum;
  }
  /// The kernel at times 0 <= t < kMemory; the rest is 0.
  [[nodiscard]] std::vector<double> causal(const Spectrum& spectrum) {
    auto values = inverse(spectrum);
    const auto last = static_cast<std::size_t>(kMemory / problem_.step);
    for (std::size_t k = last; k < values.size(); ++k) values[k] = 0.0;
    return values;
  }
  [[nodiscard]] std::vector<double> tapered(const std::vector<double>& spectrum) {
    auto values = inverse(spectrum);
    const double first = kFirstTaper * static_cast<double>(points_);
    for (std::size_t k = 0; k < points_; ++k) {
      const auto lag = static_cast<double>(std::min(k, points_ - k));
      const double place = std::clamp(lag / first - 1.0, 0.0, 1.0);
      values[k] *= 0.5 * (1.0 + std::cos(std::numbers::pi * place));
    }
    std::vector<double> result;
    for (const Complex& value : transform(values)) result.push_back(std::max(0.0, value.real()));
    return result;
  }

  void integrate(const std::vector<double>& field, const std::vector<double>& memory, double instant, int round,
                 std::size_t first, std::size_t count, std::vector<double>& output, Spectrum& overlap,
                 Spectrum& linear_overlap, double& slope);

  const SampledProblem& problem_;
  std::size_t points_, half_;
  double period_;
  math::FourierTransform transform_;
};

void Rounds::integrate(const std::vector<double>& field, const std::vector<double>& memory, double instant, int round,
                       std::size_t first, std::size_t count, std::vector<double>& output, Spectrum& overlap,
                       Spectrum& linear_overlap, double& slope) {
  // (eta + xi) and what the leak makes of it, path by path; then the driven part u' = -u + K phi(linear + u), all paths
  // of the block side by side. The first third of the period is run twice: the driven part forgets where it started.
  std::vector<Spectrum> drives(count);
  std::vector<double> linear(points_ * count), values(points_ * count);
  for (std::size_t path = 0; path < count; ++path) {
    std::vector<double> numbers(2 * half_);
    math::RandomStream(problem_.seed, static_cast<std::uint32_t>(round), math::Purpose::kTheory, first + path)
        .fill_normal(numbers);
    Spectrum filtered(half_);
    drives[path].resize(half_);
    for (std::size_t k = 0; k < half_; ++k) {
      const bool real = k == 0 || k + 1 == half_;
      const Complex normal =
          real ? Complex(numbers[2 * k]) : Complex(numbers[2 * k], numbers[2 * k + 1]) / std::sqrt(2.0);
      drives[path][k] = std::sqrt(field[k] * period_) * normal;  // <|eta(w)|^2> = T C_eta
      filtered[k] = drives[path][k] / Complex(1.0, frequency(k));
    }
    const auto path_values = inverse(filtered);
    for (std::size_t t = 0; t < points_; ++t) linear[t * count + path] = path_values[t];
  }
  // The kernel ends where it has fallen to a part in ten thousand.
  double largest = 0.0;
  for (const double value : memory) largest = std::max(largest, std::abs(value));
  auto taps = static_cast<std::size_t>(kMemory / problem_.step);
  while (taps > 1 && std::abs(memory[taps - 1]) < 1e-4 * largest) --taps;
  const double step = problem_.step, keep = std::exp(-step), gain = 1.0 - keep;
  std::vector<double> driven(count, 0.0), previous(count, 0.0), sum(count);
  const std::size_t warm = points_ / 3;
  for (std::size_t time = 0; time < points_ + warm; ++time) {
    const std::size_t t = time % points_;
    double* now = values.data() + t * count;
    for (std::size_t path = 0; path < count; ++path) {
      now[path] = transfer::value(problem_.transfer, linear[t * count + path] + driven[path]);
      sum[path] = (instant + 0.5 * step * memory[0]) * now[path];
    }
    for (std::size_t back = 1; back < taps; ++back) {
      if (time < back) break;
      const double weight = step * memory[back];
      const double* earlier = values.data() + ((time - back) % points_) * count;
      for (std::size_t path = 0; path < count; ++path) sum[path] += weight * earlier[path];
    }
    // Exponential Adams-Bashforth of second order.
    for (std::size_t path = 0; path < count; ++path) {
      if (time >= warm) slope += transfer::derivative(problem_.transfer, linear[t * count + path] + driven[path]);
      const double extrapolated = time == 0 ? sum[path] : sum[path] + 0.5 * (sum[path] - previous[path]);
      driven[path] = keep * driven[path] + gain * extrapolated;
      previous[path] = sum[path];
    }
  }
  std::vector<double> own(points_);
  for (std::size_t path = 0; path < count; ++path) {
    for (std::size_t t = 0; t < points_; ++t) own[t] = values[t * count + path];
    const Spectrum spectrum = transform(own);
    for (std::size_t k = 0; k < half_; ++k) {
      output[k] += std::norm(spectrum[k]) / period_;
      overlap[k] += spectrum[k] * std::conj(drives[path][k]) / period_;
      linear_overlap[k] += std::norm(drives[path][k]) / period_ / Complex(1.0, frequency(k));
    }
  }
}

Unit mixed(const Unit& old, const Unit& fresh, double share) {
  Unit result = old;
  result.slope += share * (fresh.slope - old.slope);
  for (std::size_t k = 0; k < result.output.size(); ++k) {
    result.output[k] += share * (fresh.output[k] - old.output[k]);
    result.correction[k] += share * (fresh.correction[k] - old.correction[k]);
  }
  return result;
}

}  // namespace

UnitSpectra SampledUnit::at(double frequency) const {
  UnitSpectra result;
  const Complex turn = std::exp(Complex(0.0, -frequency * step));
  Complex phase = turn;
  double sum = 0.5 * output.front();
  for (std::size_t k = 1; k < output.size(); ++k) {
    sum += output[k] * phase.real();
    phase *= turn;
  }
  result.output = frequency * step < 0.8 * std::numbers::pi ? std::max(0.0, 2.0 * step * sum) : 0.0;
  result.response = slope / Complex(1.0, frequency);
  if (frequency * step > 0.8 * std::numbers::pi) return result;
  phase = 1.0;
  Complex correction = 0.0;
  for (std::size_t k = 0; k < response.size(); ++k) {
    correction += step * response[k] * phase;
    phase *= turn;
  }
  result.response += correction;
  return result;
}

SampledSolution solve_sampled(const SampledProblem& problem, const StopToken& stop) {
  Rounds rounds(problem);
  Unit unit = rounds.start();
  for (int round = 0; round < kSettling; ++round) unit = mixed(unit, rounds.sample(unit, round, stop), kMixing);
  SampledSolution solution;
  Unit whole, batch;
  int in_whole = 0, in_batch = 0;
  const int per_batch = std::max(1, problem.rounds / kBatches);
  for (int round = 0; round < per_batch * kBatches; ++round) {
    const Unit fresh = rounds.sample(unit, kSettling + round, stop);
    unit = mixed(unit, fresh, kMixing);
    whole = in_whole == 0 ? fresh : mixed(whole, fresh, 1.0 / (in_whole + 1.0));
    batch = in_batch == 0 ? fresh : mixed(batch, fresh, 1.0 / (in_batch + 1.0));
    ++in_whole;
    if (++in_batch == per_batch) {
      solution.batches.push_back(rounds.averaged(batch));
      in_batch = 0;
    }
  }
  solution.mean = rounds.averaged(whole);
  return solution;
}

}  // namespace limes::rate::random_modes

#include "limes/rate/theory/one_time_states.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <optional>

namespace limes::rate::theory {
namespace {

// Merging distance relative to the scale of the state: far above Newton's error, far below the separation of
// branches that anyone can resolve.
constexpr double kSameState = 1e-7;
constexpr double kAcceptedResidual = 1e-10;

struct Residual {
  double mean;
  double variance;
};

class OneTimeEquations {
 public:
  OneTimeEquations(const Ensemble& ensemble, double extra_variance)
      : ensemble_(ensemble), source_(ensemble.threshold_variance() + extra_variance), kept_(1.0 - ensemble.leak) {}

  [[nodiscard]] double source() const { return source_; }
  [[nodiscard]] double kept() const { return kept_; }

  [[nodiscard]] transfer::Moments moments(double mean, double variance) const {
    return transfer::moments(ensemble_.transfer, mean, variance);
  }

  [[nodiscard]] Residual residual(double mean, double variance, const transfer::Moments& moments) const {
    return {kept_ * mean - ensemble_.coupling_mean * moments.f + ensemble_.threshold_mean,
            kept_ * kept_ * variance - ensemble_.coupling_variance() * moments.ff - source_};
  }

  /// Newton from (mean, variance); empty where it does not reach the accepted residual.
  [[nodiscard]] std::optional<OneTimeState> polish(double mean, double variance) const;

 private:
  Ensemble ensemble_;
  double source_;
  double kept_;
};

std::optional<OneTimeState> OneTimeEquations::polish(double mean, double variance) const {
  const double coupling = ensemble_.coupling_mean;
  const double coupling_variance = ensemble_.coupling_variance();
  double best = INFINITY;
  OneTimeState state;
  for (int iteration = 0; iteration < 60; ++iteration) {
    const transfer::Moments m = moments(mean, variance);
    const Residual r = residual(mean, variance, m);
    const double mean_scale = std::abs(kept_ * mean) + std::abs(coupling * m.f) + std::abs(ensemble_.threshold_mean);
    const double variance_scale = kept_ * kept_ * variance + coupling_variance * m.ff + source_;
    const double size =
        std::max(std::abs(r.mean) / std::max(mean_scale, 1e-3), std::abs(r.variance) / std::max(variance_scale, 1e-14));
    if (!std::isfinite(size)) return std::nullopt;
    if (size < best) {
      best = size;
      state = {mean, variance, m, size};
    }
    if (best < 1e-15 || (iteration > 8 && best < 1e-13 && size >= best)) break;
    // dE f/dv = E f''/2 and dE f^2/dv = E f'^2 + E f f'' (Price).
    const double a = kept_ - coupling * m.df;
    const double b = -coupling * m.ddf / 2.0;
    const double c = -2.0 * coupling_variance * m.f_df;
    const double d = kept_ * kept_ - coupling_variance * (m.dfdf + m.f_ddf);
    const double determinant = a * d - b * c;
    if (determinant == 0.0 || !std::isfinite(determinant)) return std::nullopt;
    const double mean_step = -(d * r.mean - b * r.variance) / determinant;
    const double variance_step = -(a * r.variance - c * r.mean) / determinant;
    mean += mean_step;
    const double next = variance + variance_step;
    variance = next >= 0.0 ? next : variance * 0.1;  // v stays a variance
    if (std::abs(mean) > 1e12 || variance > 1e20) return std::nullopt;
  }
  if (best > kAcceptedResidual) return std::nullopt;
  return state;
}

/// The linear network: both equations are linear in (mu, v + mu^2).
std::vector<OneTimeState> linear_states(const Ensemble& ensemble, const OneTimeEquations& equations) {
  const double gain = ensemble.transfer.gain;
  const double kept = equations.kept();
  const double mean = -ensemble.threshold_mean / (kept - ensemble.coupling_mean * gain);
  const double strength = ensemble.coupling_variance() * gain * gain;
  const double variance = (strength * mean * mean + equations.source()) / (kept * kept - strength);
  if (!std::isfinite(mean) || !std::isfinite(variance) || variance < 0.0) return {};
  return {{mean, variance, equations.moments(mean, variance), 0.0}};
}

struct Box {
  double mean_low, mean_high, variance_low, variance_high;
};

/// Where solutions can lie. Bounded transfers: exact bounds. Unbounded: several decades of the natural scale.
Box search_box(const Ensemble& ensemble, const OneTimeEquations& equations) {
  const double kept = equations.kept();
  if (transfer::is_bounded(ensemble.transfer)) {
    const transfer::OutputRange outputs = transfer::output_range(ensemble.transfer);
    const double from_low = ensemble.coupling_mean * outputs.low;
    const double from_high = ensemble.coupling_mean * outputs.high;
    const double largest = outputs.square();
    return {(std::min(from_low, from_high) - ensemble.threshold_mean) / kept,
            (std::max(from_low, from_high) - ensemble.threshold_mean) / kept, equations.source() / (kept * kept),
            (ensemble.coupling_variance() * largest + equations.source()) / (kept * kept)};
  }
  const double scale = (1.0 + std::abs(ensemble.threshold_mean) + std::sqrt(equations.source())) / kept * 1e3;
  return {-scale, scale, equations.source() / (kept * kept), scale * scale};
}

/// Grid points of the variance: so dense near the lower end that states at v of 1e-6 of the range are separated;
/// geometric over twelve decades where the transfer sets no bound.
std::vector<double> variance_grid(const Box& box, bool bounded, int points) {
  std::vector<double> grid;
  const double span = box.variance_high - box.variance_low;
  for (int i = 0; i <= points; ++i) {
    const double x = static_cast<double>(i) / points;
    const double place = bounded ? x * x * x * x : (i == 0 ? 0.0 : std::pow(1e-12, 1.0 - x));
    grid.push_back(box.variance_low + span * place * 1.0000001);
  }
  return grid;
}

std::vector<double> mean_grid(const Box& box, bool bounded, int points) {
  std::vector<double> grid;
  const double middle = (box.mean_low + box.mean_high) / 2.0;
  const double half = (box.mean_high - box.mean_low) / 2.0 + 1e-9;
  for (int i = 0; i <= points; ++i) {
    const double x = 2.0 * i / points - 1.0;
    grid.push_back(middle + half * (bounded ? x : x * x * x * x * x));
  }
  return grid;
}

void add_candidates_of_one_mean(const OneTimeEquations& equations, double mean, const std::vector<double>& variances,
                                std::vector<std::array<double, 2>>& candidates) {
  double previous = 0.0;
  for (std::size_t i = 0; i < variances.size(); ++i) {
    const double r = equations.residual(mean, variances[i], equations.moments(mean, variances[i])).variance;
    if (i == 0 || r == 0.0 || (r > 0.0) != (previous > 0.0)) candidates.push_back({mean, variances[i]});
    if (i > 0 && (r > 0.0) != (previous > 0.0)) candidates.push_back({mean, (variances[i] + variances[i - 1]) / 2.0});
    previous = r;
  }
}

void add_candidates_of_plane(const OneTimeEquations& equations, const std::vector<double>& means,
                             const std::vector<double>& variances, std::vector<std::array<double, 2>>& candidates) {
  std::vector<std::vector<Residual>> values(means.size(), std::vector<Residual>(variances.size()));
  for (std::size_t i = 0; i < means.size(); ++i) {
    for (std::size_t j = 0; j < variances.size(); ++j) {
      values[i][j] = equations.residual(means[i], variances[j], equations.moments(means[i], variances[j]));
    }
  }
  const auto changes = [&](std::size_t i, std::size_t j, double Residual::*part) {
    const std::array corners{values[i][j].*part, values[i + 1][j].*part, values[i][j + 1].*part,
                             values[i + 1][j + 1].*part};
    const auto [low, high] = std::minmax_element(corners.begin(), corners.end());
    return *low <= 0.0 && *high >= 0.0;
  };
  for (std::size_t i = 0; i + 1 < means.size(); ++i) {
    for (std::size_t j = 0; j + 1 < variances.size(); ++j) {
      if (changes(i, j, &Residual::mean) && changes(i, j, &Residual::variance)) {
        candidates.push_back({(means[i] + means[i + 1]) / 2.0, (variances[j] + variances[j + 1]) / 2.0});
      }
    }
  }
}

bool same_state(const OneTimeState& a, const OneTimeState& b) {
  const double scale = 1e-6 + std::sqrt(a.variance + b.variance) + std::abs(a.mean) + std::abs(b.mean);
  return std::abs(a.mean - b.mean) < kSameState * scale &&
         std::abs(a.variance - b.variance) < kSameState * scale * scale + 1e-12;
}

}  // namespace

std::vector<OneTimeState> one_time_states(const Ensemble& ensemble, double extra_variance) {
  const OneTimeEquations equations(ensemble, extra_variance);
  if (ensemble.transfer.kind == transfer::Kind::kLinear) return linear_states(ensemble, equations);

  const Box box = search_box(ensemble, equations);
  const bool bounded = transfer::is_bounded(ensemble.transfer);
  std::vector<std::array<double, 2>> candidates;
  if (ensemble.coupling_mean == 0.0) {
    add_candidates_of_one_mean(equations, -ensemble.threshold_mean / equations.kept(), variance_grid(box, bounded, 120),
                               candidates);
  } else {
    const std::vector<double> means = mean_grid(box, bounded, bounded ? 48 : 80);
    const std::vector<double> variances = variance_grid(box, bounded, bounded ? 32 : 80);
    add_candidates_of_plane(equations, means, variances, candidates);
    // The starts of note 4.4: cheap, and they catch pairs of states that hide inside one cell.
    for (const double mean : {box.mean_low, box.mean_high, 0.0}) {
      for (const double variance :
           {box.variance_low, box.variance_high, (box.variance_low + box.variance_high) / 2.0}) {
        candidates.push_back({mean, variance});
      }
    }
  }

  std::vector<OneTimeState> states;
  const auto add = [&](const OneTimeState& state) {
    if (std::none_of(states.begin(), states.end(), [&](const OneTimeState& s) { return same_state(s, state); })) {
      states.push_back(state);
    }
  };
  // v = 0 is a solution exactly where nothing drives the variance and f vanishes at the mean.
  const double rest = -ensemble.threshold_mean / equations.kept();
  const bool rest_is_silent = transfer::value(ensemble.transfer, rest) == 0.0;
  if (equations.source() == 0.0 && (rest_is_silent || ensemble.coupling_deviation == 0.0)) {
    // At a kink the slopes are those of the fluctuations that disturb it, however small: half of them see each side.
    const double disturbance = transfer::has_kink_at(ensemble.transfer, rest) ? 1e-20 : 0.0;
    if (rest_is_silent) add({rest, 0.0, equations.moments(rest, disturbance), 0.0});
  }
  const double smallest = equations.source() == 0.0 && rest_is_silent ? 1e-9 : 0.0;
  for (const auto& [mean, variance] : candidates) {
    const auto state = equations.polish(mean, variance);
    if (state && state->variance >= smallest * std::max(1e-3, box.variance_high > 1e6 ? 1.0 : box.variance_high))
      add(*state);
  }
  std::sort(states.begin(), states.end(), [](const OneTimeState& a, const OneTimeState& b) {
    const double scale = 1e-9 * (1.0 + std::abs(a.mean) + std::abs(b.mean));
    return std::abs(a.mean - b.mean) > scale ? a.mean < b.mean : a.variance < b.variance;
  });
  return states;
}

}  // namespace limes::rate::theory

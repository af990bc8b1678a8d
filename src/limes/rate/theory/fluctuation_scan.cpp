#include "limes/rate/theory/fluctuation_scan.hpp"

#include <algorithm>
#include <cmath>

namespace limes::rate::theory {
namespace {

constexpr int kVariancePoints = 100;
constexpr int kPlaneVariancePoints = 40;
constexpr int kPlaneMeanPoints = 48;

/// Dense near zero; geometric over ten decades where the transfer sets no bound.
std::vector<double> variance_points(double largest, bool bounded, int count) {
  std::vector<double> points;
  for (int i = 1; i <= count; ++i) {
    const double x = static_cast<double>(i) / count;
    points.push_back(largest * 1.001 * (bounded ? x * x * x : std::pow(1e-10, 1.0 - x)));
  }
  return points;
}

/// Means between two bounds, equidistant; where the transfer sets no bound dense near zero.
std::vector<double> mean_points(double low, double high, bool bounded, int count) {
  std::vector<double> points;
  for (int i = 0; i <= count; ++i) {
    const double x = 2.0 * i / count - 1.0;
    const double place = bounded ? x : x * x * x * x * x;
    // Not symmetric about the middle: a state at mu = 0 lies inside a cell, not on its edge.
    points.push_back((low + high) / 2.0 +
                     ((high - low) / 2.0 + 1e-9) * (place + (i == count / 2 ? 1e-3 / count : 0.0)));
  }
  return points;
}

std::optional<FluctuationCandidate> refine_bracket(double mean, double low, double high, double tolerance,
                                                   const ResidualFunction& residual) {
  double at_low = residual(mean, low).variance;
  for (int i = 0; i < 200 && high - low > tolerance * high; ++i) {
    const double middle = (low + high) / 2.0;
    const double value = residual(mean, middle).variance;
    if ((value > 0.0) == (at_low > 0.0)) {
      low = middle;
      at_low = value;
    } else {
      high = middle;
    }
  }
  return FluctuationCandidate{mean, (low + high) / 2.0, residual(mean, (low + high) / 2.0).frozen};
}

void scan_line(const Ensemble& ensemble, double largest, const ResidualFunction& residual,
               std::vector<FluctuationCandidate>& candidates) {
  const double mean = -ensemble.threshold_mean / (1.0 - ensemble.leak);
  double previous_point = 0.0;
  double previous = 0.0;
  for (const double point : variance_points(largest, transfer::is_bounded(ensemble.transfer), kVariancePoints)) {
    const double value = residual(mean, point).variance;
    if (previous_point > 0.0 && (value > 0.0) != (previous > 0.0)) {
      if (const auto found = refine_bracket(mean, previous_point, point, 1e-6, residual)) candidates.push_back(*found);
    }
    if (previous_point == 0.0 && value > 0.0) {
      if (const auto found = refine_bracket(mean, point * 1e-8, point, 1e-6, residual)) candidates.push_back(*found);
    }
    previous_point = point;
    previous = value;
  }
}

void scan_plane(const Ensemble& ensemble, double largest, const ResidualFunction& residual,
                std::vector<FluctuationCandidate>& candidates) {
  const bool bounded = transfer::is_bounded(ensemble.transfer);
  const transfer::OutputRange outputs = transfer::output_range(ensemble.transfer);
  const double kept = 1.0 - ensemble.leak;
  const double reach = std::sqrt(largest);
  const double from_low = bounded ? (ensemble.coupling_mean * outputs.low - ensemble.threshold_mean) / kept : -reach;
  const double from_high = bounded ? (ensemble.coupling_mean * outputs.high - ensemble.threshold_mean) / kept : reach;
  const double low = std::min(from_low, from_high);
  const double high = std::max(from_low, from_high);
  const std::vector<double> variances =
      variance_points(largest, bounded, bounded ? kPlaneVariancePoints : 2 * kPlaneVariancePoints);

  const std::vector<double> means = mean_points(low, high, bounded, bounded ? kPlaneMeanPoints : 2 * kPlaneMeanPoints);
  std::vector<std::vector<FluctuationResidual>> values;
  for (const double mean : means) {
    values.emplace_back();
    for (const double v : variances) values.back().push_back(residual(mean, v));
  }
  const auto changes = [&](std::size_t i, std::size_t j, double FluctuationResidual::*part) {
    const double a = values[i][j].*part, b = values[i + 1][j].*part, c = values[i][j + 1].*part,
                 d = values[i + 1][j + 1].*part;
    return std::min({a, b, c, d}) <= 0.0 && std::max({a, b, c, d}) >= 0.0;
  };
  for (std::size_t i = 0; i + 1 < means.size(); ++i) {
    for (std::size_t j = 0; j + 1 < variances.size(); ++j) {
      if (!changes(i, j, &FluctuationResidual::mean) || !changes(i, j, &FluctuationResidual::variance)) continue;
      FluctuationCandidate start{(means[i] + means[i + 1]) / 2.0, (variances[j] + variances[j + 1]) / 2.0, 0.0};
      if (const auto found = refine_fluctuation(ensemble, start, 1e-6, residual)) candidates.push_back(*found);
    }
  }
}

bool same_candidate(const FluctuationCandidate& a, const FluctuationCandidate& b) {
  const double scale = 1e-9 + std::sqrt(a.variance + b.variance) + std::abs(a.mean) + std::abs(b.mean);
  return std::abs(a.mean - b.mean) < 1e-4 * scale && std::abs(a.variance - b.variance) < 1e-4 * scale * scale;
}

}  // namespace

Ensemble flow_of_map(const Ensemble& map) {
  const double step = 1.0 - map.leak;
  Ensemble flow = map;
  flow.leak = 0.0;
  flow.coupling_mean /= step;
  flow.coupling_deviation /= step;
  flow.threshold_mean /= step;
  flow.threshold_deviation /= step;
  flow.noise_intensity = map.noise_variance() / (2.0 * step);
  flow.noise_deviation = 0.0;
  return flow;
}

double largest_variance(const Ensemble& ensemble) {
  const double kept = 1.0 - ensemble.leak;
  const double noise = ensemble.noise_variance() / (kept * (1.0 + ensemble.leak)) + ensemble.noise_intensity;
  const double drive = ensemble.threshold_variance() / (kept * kept) + noise;
  if (transfer::is_bounded(ensemble.transfer)) {
    return ensemble.coupling_variance() * transfer::output_range(ensemble.transfer).square() / (kept * kept) + drive;
  }
  const double scale = (1.0 + std::abs(ensemble.threshold_mean)) / kept;
  return (drive + scale * scale) * 1e4;
}

std::optional<FluctuationCandidate> refine_fluctuation(const Ensemble& ensemble, FluctuationCandidate start,
                                                       double tolerance, const ResidualFunction& residual) {
  double mean = start.mean;
  double variance = start.variance;
  const bool fixed_mean = ensemble.coupling_mean == 0.0;
  double last_step = INFINITY;
  for (int iteration = 0; iteration < 40; ++iteration) {
    const FluctuationResidual r = residual(mean, variance);
    const double dv = 1e-5 * variance;
    const FluctuationResidual rv = residual(mean, variance + dv);
    const double vv = (rv.variance - r.variance) / dv;
    double mean_step = 0.0;
    double variance_step = 0.0;
    if (fixed_mean) {
      variance_step = -r.variance / vv;
    } else {
      const double dm = 1e-5 * (std::sqrt(variance) + std::abs(mean));
      const FluctuationResidual rm = residual(mean + dm, variance);
      const double mm = (rm.mean - r.mean) / dm;
      const double vm = (rm.variance - r.variance) / dm;
      const double mv = (rv.mean - r.mean) / dv;
      const double determinant = mm * vv - mv * vm;
      mean_step = -(vv * r.mean - mv * r.variance) / determinant;
      variance_step = -(mm * r.variance - vm * r.mean) / determinant;
    }
    if (!std::isfinite(mean_step) || !std::isfinite(variance_step)) return std::nullopt;
    const double limit = 0.5 * variance / std::max(0.5 * variance, std::abs(variance_step));
    mean += limit * mean_step;
    variance += limit * variance_step;
    const double step =
        std::max(std::abs(mean_step) / (std::sqrt(variance) + std::abs(mean)), std::abs(variance_step) / variance);
    // Newton's steps end at the rounding of the residual: small and no longer shrinking.
    const bool at_rounding = step < 1e-8 && step > 0.3 * last_step;
    last_step = step;
    if (step <= tolerance || at_rounding) {
      return FluctuationCandidate{mean, variance, residual(mean, variance).frozen};
    }
  }
  return std::nullopt;
}

std::vector<FluctuationCandidate> scan_fluctuations(const Ensemble& ensemble, double largest,
                                                    const ResidualFunction& residual) {
  std::vector<FluctuationCandidate> candidates;
  if (ensemble.coupling_mean == 0.0) {
    scan_line(ensemble, largest, residual, candidates);
  } else {
    scan_plane(ensemble, largest, residual, candidates);
  }
  std::vector<FluctuationCandidate> distinct;
  for (const FluctuationCandidate& candidate : candidates) {
    if (std::none_of(distinct.begin(), distinct.end(),
                     [&](const FluctuationCandidate& d) { return same_candidate(d, candidate); })) {
      distinct.push_back(candidate);
    }
  }
  return distinct;
}

}  // namespace limes::rate::theory

#include "limes/rate/fixed_point_geometry/simulation/tangential_lines.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <optional>

#include "limes/compute/lu.hpp"

namespace limes::rate::fixed_points {

namespace {

constexpr int kNewtonSteps = 6;
constexpr double kTolerance = 1e-10;  // of Newton's step, in the scaled coordinates
constexpr double kShortest = 1e-5;
constexpr double kLargestTurn = 0.25;  // radians between neighbouring tangents
constexpr double kOrigin = 0.02;       // of the shell's radius: the line ends at x = 0
constexpr double kLeastLeak = 0.05;    // 1 + mu
constexpr double kSamePoint = 1e-2;    // of the shell's radius, after interpolation to mu = 0

/// y = (x/scale, mu) with scale = sqrt(N shell).
class Tracer {
 public:
  Tracer(const VectorField& field, double scale)
      : field_(field),
        scale_(scale),
        n_(field.size()),
        work_(field),
        x_(n_),
        flow_(n_),
        matrix_((n_ + 1) * (n_ + 1)),
        jacobian_(n_ * n_),
        pivots_(n_ + 1) {}

  /// The unit tangent at y along `direction`; none where the line is singular.
  std::optional<std::vector<double>> tangent(const std::vector<double>& y, const std::vector<double>& direction) {
    if (!factorise(y, direction)) return std::nullopt;
    std::vector<double> t(n_ + 1, 0.0);
    t[n_] = 1.0;
    lu_->solve(t);
    const double length = std::sqrt(std::inner_product(t.begin(), t.end(), t.begin(), 0.0));
    if (!std::isfinite(length) || length == 0.0) return std::nullopt;
    for (double& value : t) value /= length;
    return t;
  }

  /// Newton's method in the hyperplane normal to `normal` through y.
  bool correct(std::vector<double>& y, const std::vector<double>& normal) {
    for (int k = 0; k < kNewtonSteps; ++k) {
      if (!factorise(y, normal)) return false;
      std::vector<double> step(flow_);
      for (double& value : step) value /= scale_;
      step.push_back(0.0);
      lu_->solve(step);
      double largest = 0.0;
      for (std::size_t i = 0; i <= n_; ++i) {
        y[i] -= step[i];
        largest = std::max(largest, std::abs(step[i]));
      }
      if (!std::isfinite(largest)) return false;
      if (largest < kTolerance) return true;
    }
    return false;
  }

 private:
  /// The flow at y, and the factors of [dG/dy; normal^T], G = (-(1 + mu) x + J phi(x) + eta)/scale.
  bool factorise(const std::vector<double>& y, const std::vector<double>& normal) {
    for (std::size_t i = 0; i < n_; ++i) x_[i] = scale_ * y[i];
    field_.evaluate(x_, flow_, work_);
    for (std::size_t i = 0; i < n_; ++i) flow_[i] -= y[n_] * x_[i];
    field_.jacobian(work_.slope(), jacobian_.data(), y[n_]);
    for (std::size_t i = 0; i < n_; ++i) {
      std::copy_n(jacobian_.data() + i * n_, n_, matrix_.data() + i * (n_ + 1));
      matrix_[i * (n_ + 1) + n_] = -y[i];
    }
    std::copy(normal.begin(), normal.end(), matrix_.end() - static_cast<std::ptrdiff_t>(n_ + 1));
    lu_.emplace(matrix_.data(), pivots_);
    return !lu_->singular();
  }

  const VectorField& field_;
  double scale_;
  std::size_t n_;
  VectorField::Workspace work_;
  std::vector<double> x_, flow_, matrix_, jacobian_;
  std::vector<int> pivots_;
  std::optional<compute::Lu> lu_;
};

double square_of(const std::vector<double>& y) { return std::inner_product(y.begin(), y.end() - 1, y.begin(), 0.0); }

/// Which fixed point lies where the piece from a to b passes mu = 0; sign of the pair's member is ignored.
std::ptrdiff_t passed_point(const FixedPointSet& found, const std::vector<double>& a, const std::vector<double>& b,
                            double scale) {
  const std::size_t n = a.size() - 1;
  const double share = a[n] / (a[n] - b[n]);
  for (std::size_t k = 0; k < found.points.size(); ++k) {
    double plus = 0.0, minus = 0.0;
    for (std::size_t i = 0; i < n; ++i) {
      const double place = a[i] + share * (b[i] - a[i]), point = found.points[k].state[i] / scale;
      plus += (place - point) * (place - point);
      minus += (place + point) * (place + point);
    }
    const double least = found.paired ? std::min(plus, minus) : plus;
    if (least < kSamePoint * kSamePoint) return static_cast<std::ptrdiff_t>(k);
  }
  return -1;
}

}  // namespace

TangentialLine follow_line(const VectorField& field, const FixedPointSet& found, std::size_t start,
                           const LineOptions& options, const StopToken& stop) {
  const std::size_t n = field.size();
  const double scale = std::sqrt(static_cast<double>(n) * std::max(options.shell, 1e-300));
  Tracer tracer(field, scale);
  std::vector<double> origin(n + 1, 0.0);
  for (std::size_t i = 0; i < n; ++i) origin[i] = found.points[start].state[i] / scale;
  TangentialLine line;
  line.through = {start};
  std::vector<std::vector<double>> halves[2];
  for (int side = 0; side < 2; ++side) {
    std::vector<double> y = origin, direction(n + 1, 0.0);
    direction[n] = side == 0 ? -1.0 : 1.0;
    auto t = tracer.tangent(y, direction);
    if (!t) {
      line.lost = true;
      continue;
    }
    // The tangent's side of mu: both directions are followed, whatever their signs.
    double step = options.step / 4.0;
    for (int k = 0; k < options.points; ++k) {
      stop.check();
      std::optional<std::vector<double>> next_tangent;
      std::vector<double> next;
      while (step > kShortest) {
        next = y;
        for (std::size_t i = 0; i <= n; ++i) next[i] += step * (*t)[i];
        if (tracer.correct(next, *t)) {
          next_tangent = tracer.tangent(next, *t);
          if (next_tangent) {
            const double cosine = std::inner_product(t->begin(), t->end(), next_tangent->begin(), 0.0);
            if (cosine > std::cos(kLargestTurn)) break;
          }
        }
        next_tangent.reset();
        step /= 2.0;
      }
      if (!next_tangent) {
        line.lost = true;
        break;
      }
      if (k > 0 && (y[n] < 0.0) != (next[n] < 0.0)) {
        const std::ptrdiff_t passed = passed_point(found, y, next, scale);
        if (passed == static_cast<std::ptrdiff_t>(start) && square_of(next) > 0.0) {
          halves[side].push_back(next);
          break;  // closed, or at its own mirror image
        }
        if (passed >= 0) line.through.push_back(static_cast<std::size_t>(passed));
      }
      y = next;
      t = next_tangent;
      halves[side].push_back(y);
      step = std::min(options.step, 1.6 * step);
      const double square = square_of(y);
      if (square < kOrigin * kOrigin || square > options.margin || 1.0 + y[n] < kLeastLeak) break;
    }
  }
  const auto keep = [&](const std::vector<double>& y) {
    std::vector<double> state(y.begin(), y.end() - 1);
    for (double& value : state) value *= scale;
    line.states.push_back(std::move(state));
    line.mu.push_back(y[n]);
    line.largest_square = std::max(line.largest_square, square_of(y) * options.shell);
  };
  std::for_each(halves[0].rbegin(), halves[0].rend(), keep);
  keep(origin);
  std::for_each(halves[1].begin(), halves[1].end(), keep);
  return line;
}

double distance_to_lines(const std::vector<double>& state, const std::vector<TangentialLine>& lines, bool mirrored,
                         const std::vector<std::vector<std::size_t>>& order) {
  const std::size_t n = state.size();
  double least = std::numeric_limits<double>::infinity();
  std::vector<double> seen = state;
  for (std::size_t l = 0; l < lines.size(); ++l) {
    // Permuting the line's neurons is permuting the state's back.
    if (!order.empty()) {
      for (std::size_t i = 0; i < n; ++i) seen[i] = state[order[l][i]];
    }
    for (const double sign : {1.0, -1.0}) {
      if (sign < 0.0 && !mirrored) break;
      const auto& points = lines[l].states;
      for (std::size_t k = 0; k < points.size(); ++k) {
        const std::vector<double>& a = points[k];
        const std::vector<double>& b = points[std::min(k + 1, points.size() - 1)];
        double along = 0.0, length = 0.0, distance = 0.0;
        for (std::size_t i = 0; i < n; ++i) {
          const double piece = sign * (b[i] - a[i]), offset = seen[i] - sign * a[i];
          along += piece * offset;
          length += piece * piece;
          distance += offset * offset;
        }
        if (length > 0.0) {
          const double share = std::clamp(along / length, 0.0, 1.0);
          distance += share * (share * length - 2.0 * along);
        }
        least = std::min(least, distance);
      }
    }
  }
  return std::sqrt(std::max(0.0, least) / static_cast<double>(n));
}

}  // namespace limes::rate::fixed_points

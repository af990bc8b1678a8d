#include "limes/rate/fixed_point_geometry/simulation/search.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "limes/compute/blas_threads.hpp"
#include "limes/math/random.hpp"

namespace limes::rate::fixed_points {

namespace {

using math::Purpose;
using math::RandomStream;

// Points nearer than this in the largest component, relative to the scale, are one.
constexpr double kSame = 1e-6;
constexpr std::size_t kGrain = 8;
constexpr std::int64_t kFirstRound = 64, kLargestRound = 2048;
// Before the search may be satisfied.
constexpr std::int64_t kLeastStarts = 512, kLeastDraws = 100, kLeastHits = 3;
// Starts after which a network whose searches all end at x = 0 or nowhere has no other fixed point.
constexpr std::int64_t kStartsInVain = 1024;

/// Finds a known point again: points are ordered by a random projection of theirs.
class KnownPoints {
 public:
  KnownPoints(std::size_t size, double tolerance, bool paired) : direction_(size), paired_(paired) {
    RandomStream(0, 0, Purpose::kFixedPoints, 0).fill_normal(direction_);
    for (const double value : direction_) window_ += std::abs(value);
    tolerance_ = tolerance;
    window_ *= tolerance;
  }

  void add(const std::vector<double>& state, std::size_t index) { known_.emplace(projection(state), index); }

  [[nodiscard]] std::ptrdiff_t find(const std::vector<double>& state, const std::vector<FoundPoint>& points) const {
    const double place = projection(state);
    for (const double sign : {1.0, -1.0}) {
      if (sign < 0.0 && !paired_) break;
      const auto end = known_.upper_bound(sign * place + window_);
      for (auto it = known_.lower_bound(sign * place - window_); it != end; ++it) {
        if (same(state, points[it->second].state, sign)) return static_cast<std::ptrdiff_t>(it->second);
      }
    }
    return -1;
  }

 private:
  [[nodiscard]] double projection(const std::vector<double>& state) const {
    return std::inner_product(state.begin(), state.end(), direction_.begin(), 0.0);
  }
  [[nodiscard]] bool same(const std::vector<double>& a, const std::vector<double>& b, double sign) const {
    for (std::size_t i = 0; i < a.size(); ++i) {
      if (std::abs(a[i] - sign * b[i]) > tolerance_) return false;
    }
    return true;
  }

  std::vector<double> direction_;
  double tolerance_ = 0.0, window_ = 0.0;
  bool paired_;
  std::multimap<double, std::size_t> known_;
};

std::vector<double> start_of(const SearchPlan& plan, std::size_t size, std::int64_t number) {
  // Stream 0 is that of the projection.
  RandomStream stream(plan.seed, plan.realisation, Purpose::kFixedPoints, static_cast<std::uint64_t>(number) + 1);
  if (number % 2 == 1 && !plan.snapshots.empty()) {
    std::vector<double> state = plan.snapshots[stream.below(plan.snapshots.size())];
    const double factor = 0.3 + 0.8 * stream.uniform();
    for (double& value : state) value *= factor;
    return state;
  }
  std::vector<double> state(size);
  const double factor = plan.scale * (0.2 + 1.4 * stream.uniform());
  stream.fill_normal(state);
  for (double& value : state) value *= factor;
  return state;
}

struct Ended {
  NewtonEnd end = NewtonEnd::kExhausted;
  FoundPoint point;
};

bool satisfied(const SearchPlan& plan, const FixedPointSet& found) {
  if (found.starts < kLeastStarts) return false;
  if (plan.indices_add_up && found.index_sum() != 1) return false;
  if (found.draws == 0) return found.paired && found.starts >= kStartsInVain;
  if (found.draws < kLeastDraws || found.coverage() <= plan.coverage) return false;
  return std::all_of(found.points.begin(), found.points.end(),
                     [](const FoundPoint& point) { return point.hits >= kLeastHits; });
}

}  // namespace

std::int64_t FixedPointSet::singletons() const {
  return std::count_if(points.begin(), points.end(), [](const FoundPoint& point) { return point.hits == 1; });
}

double FixedPointSet::coverage() const {
  if (draws == 0) return complete ? 1.0 : 0.0;
  return 1.0 - static_cast<double>(singletons()) / static_cast<double>(draws);
}

double FixedPointSet::estimated_count() const {
  const auto once = static_cast<double>(singletons());
  const auto twice = static_cast<double>(
      std::count_if(points.begin(), points.end(), [](const FoundPoint& point) { return point.hits == 2; }));
  return static_cast<double>(count()) + (paired ? 2.0 : 1.0) * once * (once - 1.0) / (2.0 * (twice + 1.0));
}

int FixedPointSet::index_sum() const {
  int sum = 0;
  for (const FoundPoint& point : points) sum += point.index_sign;
  return (paired ? 2 : 1) * sum + origin_sign;
}

void search_fixed_points(const VectorField& field, const SearchPlan& plan, FixedPointSet& found,
                         compute::Threads& threads, const StopToken& stop,
                         const std::function<void(const FixedPointSet&)>& saved) {
  const compute::SingleThreadedBlas single;
  const std::size_t size = field.size();
  const double scale = std::max(1e-12, plan.scale);
  NewtonOptions options;
  options.longest_step = 2.0 * std::max(1.0, scale);
  options.tolerance = 1e-11 * std::max(1.0, scale);
  const double tolerance = kSame * std::max(1.0, scale);
  KnownPoints known(size, tolerance, field.is_odd());
  for (std::size_t k = 0; k < found.points.size(); ++k) known.add(found.points[k].state, k);
  if (found.starts == 0 && field.is_odd()) {
    found.paired = true;
    std::vector<double> origin(size, 0.0);
    Newton newton(field, options);
    if (newton.run(origin) == NewtonEnd::kFixedPoint) found.origin_sign = newton.index_sign();
  }

  const auto take = [&](Ended& ended) {
    if (ended.end != NewtonEnd::kFixedPoint) return;
    const std::vector<double>& state = ended.point.state;
    const bool at_origin =
        found.paired && std::all_of(state.begin(), state.end(), [&](double x) { return std::abs(x) < tolerance; });
    if (at_origin) {
      ++found.at_origin;
      return;
    }
    ++found.draws;
    const std::ptrdiff_t place = known.find(state, found.points);
    if (place >= 0) {
      ++found.points[static_cast<std::size_t>(place)].hits;
      return;
    }
    known.add(state, found.points.size());
    ended.point.hits = 1;
    found.points.push_back(std::move(ended.point));
  };

  while (!found.complete && found.starts < plan.starts) {
    stop.check();
    const std::int64_t round =
        std::min(plan.starts - found.starts,
                 std::clamp(found.starts / 4 / kFirstRound * kFirstRound, kFirstRound, kLargestRound));
    std::vector<Ended> results(static_cast<std::size_t>(round));
    std::vector<std::int64_t> factorisations(results.size());
    compute::parallel_for(threads, 0, results.size(), kGrain, [&](std::size_t first, std::size_t last) {
      Newton newton(field, options);
      for (std::size_t k = first; k < last && !stop.stop_requested(); ++k) {
        FoundPoint& point = results[k].point;
        point.state = start_of(plan, size, found.starts + static_cast<std::int64_t>(k));
        const std::int64_t before = newton.factorisations();
        results[k].end = newton.run(point.state);
        factorisations[k] = newton.factorisations() - before;
        point.index_sign = newton.index_sign();
        point.residual = newton.residual();
      }
    });
    stop.check();  // a round is taken whole or not at all
    for (Ended& ended : results) take(ended);
    for (const std::int64_t count : factorisations) found.factorisations += count;
    found.starts += round;
    found.complete = satisfied(plan, found);
    if (saved) saved(found);
  }
}

}  // namespace limes::rate::fixed_points

#include "limes/rate/fixed_point_geometry/simulation/landmarks.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

#include "limes/math/random.hpp"

namespace limes::rate::fixed_points {

namespace {

double product(const std::vector<double>& a, const std::vector<double>& b) {
  return std::inner_product(a.begin(), a.end(), b.begin(), 0.0);
}

/// A fixed point and which member of its pair.
struct Choice {
  std::size_t point = 0;
  double sign = 1.0;
  double distance = 0.0;
};

/// Cosine of `velocity` and the linear flow -(x - x*) + J (phi'(x*) (x - x*)).
double cosine_with(const VectorField& field, const FoundPoint& point, double sign, const std::vector<double>& state,
                   const std::vector<double>& velocity, VectorField::Workspace& work) {
  const std::size_t n = state.size();
  std::vector<double> place(n), offset(n), flow(n);
  for (std::size_t i = 0; i < n; ++i) {
    place[i] = sign * point.state[i];
    offset[i] = state[i] - place[i];
  }
  field.evaluate(place, flow, work);
  std::vector<double> slope(work.slope().begin(), work.slope().end());
  for (std::size_t i = 0; i < n; ++i) slope[i] *= offset[i];
  field.apply(slope, flow, work);
  for (std::size_t i = 0; i < n; ++i) flow[i] -= offset[i];
  const double lengths = std::sqrt(product(velocity, velocity) * product(flow, flow));
  return lengths > 0.0 ? product(velocity, flow) / lengths : 0.0;
}

}  // namespace

double median(std::vector<double> values) {
  const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
  std::nth_element(values.begin(), middle, values.end());
  if (values.size() % 2 == 1) return *middle;
  return (*middle + *std::max_element(values.begin(), middle)) / 2.0;
}

Landmarks measure_landmarks(const VectorField& field, const FixedPointSet& found,
                            const std::vector<std::vector<double>>& snapshots, std::uint64_t seed,
                            std::uint32_t realisation) {
  VectorField::Workspace work(field);
  std::vector<double> squares;
  for (const FoundPoint& point : found.points) squares.push_back(product(point.state, point.state));
  const double root = std::sqrt(static_cast<double>(field.size()));
  std::vector<double> velocity(field.size());
  math::RandomStream stream(seed, realisation, math::Purpose::kPermutation, 0);
  Landmarks result;
  for (const auto& state : snapshots) {
    const double square = product(state, state);
    const auto distance = [&](std::size_t k, double sign) {
      const double value = square + squares[k] - 2.0 * sign * product(state, found.points[k].state);
      return std::sqrt(std::max(0.0, value)) / root;
    };
    Choice nearest{0, 1.0, std::numeric_limits<double>::infinity()};
    for (std::size_t k = 0; k < found.points.size(); ++k) {
      const double sign = found.paired && product(state, found.points[k].state) < 0.0 ? -1.0 : 1.0;
      if (const double d = distance(k, sign); d < nearest.distance) nearest = {k, sign, d};
    }
    Choice random{stream.below(found.points.size()), found.paired && stream.below(2) == 1 ? -1.0 : 1.0, 0.0};
    random.distance = distance(random.point, random.sign);
    field.evaluate(state, velocity, work);
    result.cosine.push_back(cosine_with(field, found.points[nearest.point], nearest.sign, state, velocity, work));
    result.control_cosine.push_back(cosine_with(field, found.points[random.point], random.sign, state, velocity, work));
    result.distance.push_back(nearest.distance);
    result.control_distance.push_back(random.distance);
  }
  return result;
}

}  // namespace limes::rate::fixed_points

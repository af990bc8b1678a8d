#include "limes/transfer/expression.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "limes/base/errors.hpp"
#include "limes/transfer/expression_shape.hpp"

namespace limes::transfer {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();
constexpr double kFarthest = 1e15;  // from where on an expression has come to its limit, or has none

bool finite(const Jet& jet) { return std::isfinite(jet.value) && std::isfinite(jet.slope); }

void require_finite(const ExpressionProgram& program) {
  for (const double x : shape::scan_points(Expression::kReach)) {
    const Jet jet = program.jet(x);
    if (!std::isfinite(jet.value))
      throw InputError(
          fmt::format("the expression is {} at x = {:.6g}", std::isnan(jet.value) ? "not a number" : "infinite", x),
          fmt::format("it must be finite for all x from -{0} to {0}", Expression::kReach));
    if (!std::isfinite(jet.slope)) throw InputError(fmt::format("the expression has no finite slope at x = {:.6g}", x));
  }
}

/// Where the formula ends and its tangent takes over (at infinity the rules for derivatives give 0 times infinity);
/// `end` is infinite where h has no tangent.
void continue_beyond(const ExpressionProgram& program, double direction, double& end, double& slope) {
  double last = Expression::kReach;
  for (double size = Expression::kReach; size < 1e300; size *= 1.02) {
    const Jet jet = program.jet(direction * size);
    if (!finite(jet) || !std::isfinite(jet.bend)) break;
    last = size;
  }
  const Jet tangent = program.jet(direction * last);
  const double nothing = 1e-20 * (std::abs(program.jet(-1).value) + std::abs(program.jet(1).value));
  const double scale = std::abs(tangent.value) + std::abs(tangent.slope) * last + nothing;
  end = direction * kInfinity;
  if (!(std::abs(tangent.bend) * last * last <= 1e-13 * scale)) return;
  end = direction * last;
  slope = std::abs(tangent.slope) * last > 1e-14 * std::abs(tangent.value) + nothing ? tangent.slope : 0.0;
}

}  // namespace

Expression::Expression(ExpressionProgram program, std::string text)
    : program_(std::move(program)), text_(std::move(text)) {
  const std::vector<ExpressionStep>& steps = program_.steps();
  if (std::none_of(steps.begin(), steps.end(), [](const auto& s) { return s.operation == Operation::kVariable; }))
    throw InputError("the expression does not depend on x");
  require_finite(program_);
  find_continuation();
  const std::vector<double> switches = shape::switch_places(program_);
  for (const double place : switches) {
    const double around = std::max(std::abs(jet(place - 0.01).value), std::abs(jet(place + 0.01).value));
    if (std::abs(place) <= kReach && !(std::abs(jet(place).value) <= 1e6 * std::max(1.0, around)))
      throw InputError(fmt::format("the expression is not finite at x = {:.6g}", place));
  }
  const shape::Covering covering = shape::cover(
      [&](double lower, double upper) {
        shape::CellValues result;
        for (const double node : shape::cell_rule().nodes)
          result.places.push_back(0.5 * (lower + upper) + 0.5 * (upper - lower) * node);
        for (auto* part : {&result.values, &result.slopes, &result.bends}) part->resize(kCellNodes);
        evaluate(result.places, result.values, result.slopes, result.bends);
        return result;
      },
      switches);
  cells_ = covering.cells;
  for (std::size_t i = 0; i < cells_.size(); ++i) {
    const shape::CellValues& cell = covering.values[i];
    places_.insert(places_.end(), cell.places.begin(), cell.places.end());
    values_.insert(values_.end(), cell.values.begin(), cell.values.end());
    slopes_.insert(slopes_.end(), cell.slopes.begin(), cell.slopes.end());
    bends_.insert(bends_.end(), cell.bends.begin(), cell.bends.end());
    for (const double weight : shape::cell_rule().weights)
      weights_.push_back(0.5 * (cells_[i].upper - cells_[i].lower) * weight);
  }
  for (const double place : switches) kinks_.push_back({place, 0, 0});
  find_kink_slopes();
  find_reflection();
  find_bounds();
  primitives_.resize(cells_.size(), 0.0);
  const auto integral = [&](std::size_t i) {
    double sum = 0;
    for (std::size_t j = i * kCellNodes; j < (i + 1) * kCellNodes; ++j) sum += weights_[j] * values_[j];
    return sum;
  };
  const auto zero = static_cast<std::size_t>(
      std::find_if(cells_.begin(), cells_.end(), [](const Cell& c) { return c.lower >= 0; }) - cells_.begin());
  double sum = 0;
  for (std::size_t i = zero; i < cells_.size(); ++i) primitives_[i] = sum += integral(i);
  sum = 0;
  for (std::size_t i = zero; i-- > 0;) {
    primitives_[i] = sum;
    sum -= integral(i);
  }
}

void Expression::find_continuation() {
  continue_beyond(program_, -1, lower_end_, lower_slope_);
  continue_beyond(program_, 1, upper_end_, upper_slope_);
}

Expression::CellNodes Expression::nodes(std::size_t cell) const {
  const auto part = [&](const std::vector<double>& all) {
    return std::span<const double>(all).subspan(cell * kCellNodes, kCellNodes);
  };
  return {part(places_), part(weights_), part(values_), part(slopes_), part(bends_)};
}

Jet Expression::jet(double x) const {
  const double inside = x < lower_end_ ? lower_end_ : x > upper_end_ ? upper_end_ : x;
  Jet jet = program_.jet(inside);
  if (inside != x && !std::isnan(x)) {
    const double slope = x < inside ? lower_slope_ : upper_slope_;
    jet = {slope == 0 ? jet.value : jet.value + slope * (x - inside), slope, 0};
  }
  if (std::isnan(jet.bend) && !std::isnan(jet.value)) jet.bend = 0;  // at a kink
  return jet;
}

void Expression::evaluate(std::span<const double> x, std::span<double> value, std::span<double> slope,
                          std::span<double> bend) const {
  constexpr std::size_t kBlock = 512;
  std::array<double, kBlock> inside;
  for (std::size_t begin = 0; begin < x.size(); begin += kBlock) {
    const std::size_t count = std::min(kBlock, x.size() - begin);
    const auto part = [&](std::span<double> whole) { return whole.empty() ? whole : whole.subspan(begin, count); };
    std::array<double, kBlock> given;
    for (std::size_t i = 0; i < count; ++i) {
      given[i] = x[begin + i];
      inside[i] = given[i] < lower_end_ ? lower_end_ : given[i] > upper_end_ ? upper_end_ : given[i];
    }
    program_.evaluate(std::span(inside).first(count), part(value), part(slope), part(bend));
    for (std::size_t i = 0; i < count; ++i) {
      const std::size_t at = begin + i;
      if (given[i] != inside[i] && !std::isnan(given[i])) {
        const double tangent = given[i] < inside[i] ? lower_slope_ : upper_slope_;
        if (tangent != 0) value[at] += tangent * (given[i] - inside[i]);
        if (!slope.empty()) slope[at] = tangent;
        if (!bend.empty()) bend[at] = 0;
      }
      if (!bend.empty() && std::isnan(bend[at]) && !std::isnan(value[at])) bend[at] = 0;
    }
  }
}

double Expression::primitive(double x) const {
  const auto after =
      std::upper_bound(cells_.begin(), cells_.end(), x, [](double place, const Cell& c) { return place < c.upper; });
  // From the end of the cell on the side of 0, or of the last cell, with as many nodes.
  double start = 0;
  double sum = 0;
  if (x >= 0) {
    const auto i = static_cast<std::size_t>(after - cells_.begin());
    if (i > 0 && cells_[i - 1].upper > 0) {
      start = cells_[i - 1].upper;
      sum = primitives_[i - 1];
    }
  } else {
    const auto i = static_cast<std::size_t>(after - cells_.begin());
    if (x < cells_.front().lower) {
      start = cells_.front().lower;
      double first = primitives_.front();
      const CellNodes cell = nodes(0);
      for (std::size_t j = 0; j < kCellNodes; ++j) first -= cell.weights[j] * cell.values[j];
      sum = first;
    } else {
      start = cells_[i].upper;
      sum = primitives_[i];
    }
  }
  const double half = 0.5 * (x - start);
  for (std::size_t j = 0; j < kCellNodes; ++j)
    sum += half * shape::cell_rule().weights[j] * jet(start + half * (1 + shape::cell_rule().nodes[j])).value;
  return sum;
}

void Expression::find_kink_slopes() {
  double range = 0;
  for (const Cell& cell : cells_)
    if (std::abs(cell.lower) <= kReach && std::abs(cell.upper) <= kReach)
      range = std::max(range, std::exp(cell.log_value));
  for (Kink& kink : kinks_) {
    const auto right = std::find_if(cells_.begin(), cells_.end(), [&](const Cell& c) { return c.lower == kink.place; });
    if (right == cells_.end() || right == cells_.begin()) continue;  // beyond the last cell
    const auto i = static_cast<std::size_t>(right - cells_.begin());
    const double below = shape::interpolate(nodes(i - 1).slopes, 1);
    const double above = shape::interpolate(nodes(i).slopes, -1);
    const double jump = shape::interpolate(nodes(i).values, -1) - shape::interpolate(nodes(i - 1).values, 1);
    if (std::abs(jump) > 1e-9 * std::max(range, 1e-300))
      throw InputError(fmt::format("the expression jumps at x = {:.6g}", kink.place),
                       "the theory needs a continuous function: make the jump a steep slope");
    const double size = std::exp(std::max(cells_[i - 1].log_slope, cells_[i].log_slope));
    kink.jump = std::abs(above - below) > 1e-11 * size ? above - below : 0.0;
    kink.flattest = std::abs(below) < std::abs(above) ? below : above;
  }
}

void Expression::find_reflection() {
  double scale = 0;
  double lowest = kInfinity, highest = -kInfinity;
  for (double x = 0; x < kReach; x = 1.01 * x + 0.0137) {
    const double up = jet(x).value;
    const double down = jet(-x).value;
    scale = std::max(scale, std::max(std::abs(up), std::abs(down)));
    lowest = std::min(lowest, up + down);
    highest = std::max(highest, up + down);
    // Rounding of the two values, each relative to the largest so far.
    if (!(highest - lowest <= 1e-14 * scale)) return;
  }
  const double sum = 0.5 * (lowest + highest);
  reflection_ = std::abs(sum) <= 1e-14 * scale ? 0.0 : sum;
}

void Expression::find_bounds() {
  constexpr double kNear = 1e4;
  double low = kInfinity, high = -kInfinity, near_size = 0, far_size = 0, near_slope = 0, far_slope = 0;
  double steepest = 0;
  const auto look = [&](double x, double value, double slope) {
    low = std::min(low, value);
    high = std::max(high, value);
    const bool near = std::abs(x) < kNear;
    (near ? near_size : far_size) = std::max(near ? near_size : far_size, std::abs(value));
    if (std::abs(slope) > (near ? near_slope : far_slope) && near) steepest = x;
    (near ? near_slope : far_slope) = std::max(near ? near_slope : far_slope, std::abs(slope));
  };
  bool infinite = false;
  for (std::size_t i = 0; i < places_.size(); ++i) look(places_[i], values_[i], slopes_[i]);
  for (const double x : shape::scan_points(kFarthest)) {
    const Jet there = jet(x);
    infinite = infinite || !finite(there);
    if (finite(there)) look(x, there.value, there.slope);
  }
  for (const Kink& kink : kinks_)
    look(kink.place, jet(kink.place).value, std::abs(kink.flattest) + std::abs(kink.jump));
  double bend = 0;
  for (std::size_t i = 0; i < places_.size(); ++i)
    if (std::abs(places_[i]) < kReach) bend = std::max(bend, std::abs(bends_[i]));
  sharpness_ = bend / near_slope;
  const bool bounded = !infinite && far_size <= 1.001 * near_size;
  // The largest values lie between nodes, which are so dense that a polynomial of degree 15 exceeds them by 1e-2 of its
  // variation at most: near the ends of a cell. The bounds only limit searches.
  const double slack = 1e-6 * (high - low);
  const bool touches_zero = low == 0;
  lowest_ = bounded ? (touches_zero ? 0.0 : low - slack) : -kInfinity;
  highest_ = bounded ? high + slack : kInfinity;
  if (infinite || far_slope > 1.001 * near_slope) {
    largest_slope_ = kInfinity;
    return;
  }
  largest_slope_ = near_slope;
  // Between two nodes: golden section about the steepest.
  constexpr double kGolden = 0.6180339887498949;
  const auto after = std::upper_bound(places_.begin(), places_.end(), steepest);
  const auto index = std::max<std::ptrdiff_t>(1, after - places_.begin());
  double a = places_[static_cast<std::size_t>(std::max<std::ptrdiff_t>(0, index - 2))];
  double b = places_[static_cast<std::size_t>(std::min<std::ptrdiff_t>(index + 1, std::ssize(places_) - 1))];
  for (int i = 0; i < 60; ++i) {
    const double left = b - kGolden * (b - a);
    const double right = a + kGolden * (b - a);
    (std::abs(jet(left).slope) > std::abs(jet(right).slope) ? b : a) =
        std::abs(jet(left).slope) > std::abs(jet(right).slope) ? right : left;
  }
  largest_slope_ = std::max(largest_slope_, std::abs(jet(0.5 * (a + b)).slope));
}

}  // namespace limes::transfer

#include "limes/transfer/expression_shape.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

#include "limes/base/errors.hpp"
#include "limes/math/quadrature.hpp"

namespace limes::transfer::shape {
namespace {

constexpr double kFarthestKink = 1e6;
constexpr double kSpacing = 0.01;  // of the equidistant part of a scan
constexpr double kRatio = 1.05;    // of the geometric part
constexpr double kFarthestCell = 1e9;
constexpr double kNarrowest = 1e-12;  // width of a cell beside a singularity, relative to max(1, |x|)
constexpr double kNothing = 1e-20;    // of the sizes near 0: needs no digits
constexpr std::size_t kMostInOctave = 300;
constexpr std::size_t kMostCells = 10000;

/// The quantity at whose zeros a step changes sides; NaN for steps that have none.
double switch_value(const ExpressionStep& step, const std::vector<Jet>& jets) {
  using enum Operation;
  const auto argument = [&](int i) { return jets[step.arguments[static_cast<std::size_t>(i)]].value; };
  switch (step.operation) {
    case kMinimum:
    case kMaximum:
    case kLess:
      return argument(0) - argument(1);
    case kAbsolute:
    case kSign:
    case kStep:
    case kSquareRoot:
    case kLogarithm:
    case kConstantPower:
    case kPower:
      return argument(0);
    case kSelect:
      return argument(0);
    case kTangent:
      return std::cos(argument(0));
    case kIntegerPower:
      return step.constant < 0 ? argument(0) : std::nan("");
    case kDivide:
      return argument(1);
    default:
      return std::nan("");
  }
}

int sign(double x) { return x > 0 ? 1 : x < 0 ? -1 : 0; }

/// The end of the part of [a, b] on which s has the sign that it has at a.
template <typename Switch>
double bisect(double a, double b, int sign_at_a, const Switch& s) {
  while (true) {
    const double middle = 0.5 * (a + b);
    if (middle == a || middle == b || std::abs(b - a) < 1e-300) break;
    if (std::abs(b - a) < 1e-30 && std::abs(b) < 1e-15) return 0;
    (sign(s(middle)) == sign_at_a ? a : b) = middle;
  }
  return sign_at_a == 0 ? a : b;
}

/// The place of the smallest |s| between a and b (golden section).
template <typename Switch>
double smallest(double a, double b, const Switch& s) {
  constexpr double kGolden = 0.6180339887498949;
  for (int i = 0; i < 80; ++i) {
    const double left = b - kGolden * (b - a);
    const double right = a + kGolden * (b - a);
    if (std::abs(s(left)) < std::abs(s(right)))
      b = right;
    else
      a = left;
  }
  return 0.5 * (a + b);
}

}  // namespace

std::vector<double> scan_points(double farthest) {
  std::vector<double> points;
  for (double x = Expression::kReach * kRatio; x <= farthest; x *= kRatio) points.push_back(x);
  const std::size_t outside = points.size();
  for (std::size_t i = 0; i < outside; ++i) points.push_back(-points[i]);
  const int steps = static_cast<int>(std::lround(Expression::kReach / kSpacing));
  for (int i = -steps; i <= steps; ++i) points.push_back(i * kSpacing);
  std::sort(points.begin(), points.end());
  return points;
}

std::vector<double> switch_places(const ExpressionProgram& program) {
  const std::vector<double> points = scan_points(kFarthestKink);
  const std::vector<ExpressionStep>& steps = program.steps();
  std::vector<std::size_t> switches;
  for (std::size_t n = 0; n < steps.size(); ++n) {
    const std::vector<Jet> zeros(steps.size());
    if (!std::isnan(switch_value(steps[n], zeros))) switches.push_back(n);
  }
  std::vector<std::vector<double>> values(switches.size(), std::vector<double>(points.size()));
  if (switches.empty()) return {};
  for (std::size_t i = 0; i < points.size(); ++i) {
    const std::vector<Jet> jets = program.trace(points[i]);
    for (std::size_t k = 0; k < switches.size(); ++k) values[k][i] = switch_value(steps[switches[k]], jets);
  }
  std::vector<double> places;
  for (std::size_t k = 0; k < switches.size(); ++k) {
    const std::vector<double>& value = values[k];
    const auto at = [&](double x) { return switch_value(steps[switches[k]], program.trace(x)); };
    for (std::size_t i = 0; i + 1 < points.size(); ++i) {
      const int here = sign(value[i]);
      if (here != sign(value[i + 1])) {
        if (here != 0 && sign(value[i + 1]) == 0 && (i + 2 == points.size() || sign(value[i + 2]) != 0)) {
          places.push_back(points[i + 1]);  // a zero at a point of the scan
        } else if (here == 0 && (i == 0 || sign(value[i - 1]) != 0)) {
          places.push_back(points[i]);
        } else {
          places.push_back(bisect(points[i], points[i + 1], here, at));
        }
      } else if (i > 0 && here != 0 && std::abs(value[i]) <= std::abs(value[i - 1]) &&
                 std::abs(value[i]) < std::abs(value[i + 1]) && sign(value[i - 1]) == here) {
        // Perhaps it touches zero, or crosses it twice between two points.
        const double nearest = smallest(points[i - 1], points[i + 1], at);
        const double least = at(nearest);
        if (sign(least) != here && sign(least) != 0) {
          places.push_back(bisect(points[i - 1], nearest, here, at));
          places.push_back(bisect(nearest, points[i + 1], sign(least), at));
        } else if (std::abs(least) < 1e-12 * std::abs(value[i + 1])) {
          places.push_back(nearest);
        }
      }
    }
  }
  std::sort(places.begin(), places.end());
  std::vector<double> distinct;
  for (const double place : places)
    if (distinct.empty() || place - distinct.back() > 4 * kNarrowest * std::max(1.0, std::abs(place)))
      distinct.push_back(place);
  return distinct;
}

const CellRule& cell_rule() {
  static const CellRule rule = [] {
    math::QuadratureRule legendre = math::gauss_legendre(kCellNodes);
    return CellRule{std::move(legendre.nodes), std::move(legendre.weights)};
  }();
  return rule;
}

double interpolate(std::span<const double> values, double t) {
  // Barycentric weights of the Gauss-Legendre nodes: (-1)^i sqrt((1 - x_i^2) w_i).
  double sum = 0;
  double total = 0;
  for (std::size_t i = 0; i < kCellNodes; ++i) {
    const double node = cell_rule().nodes[i];
    if (t == node) return values[i];
    const double weight = (i % 2 == 0 ? 1 : -1) * std::sqrt((1 - node * node) * cell_rule().weights[i]) / (t - node);
    sum += weight * values[i];
    total += weight;
  }
  return sum / total;
}

namespace {

/// The largest of the last eight Legendre coefficients.
double tail(std::span<const double> values) {
  using Row = std::array<double, kCellNodes>;
  static const std::vector<Row> transform = [] {
    std::vector<Row> rows;
    Row before{}, current;
    current.fill(1);
    for (std::size_t n = 0; n < kCellNodes; ++n) {
      const double order = static_cast<double>(n);
      if (n >= kCellNodes - 8) {
        Row row;
        for (std::size_t i = 0; i < kCellNodes; ++i) row[i] = (order + 0.5) * cell_rule().weights[i] * current[i];
        rows.push_back(row);
      }
      for (std::size_t i = 0; i < kCellNodes; ++i) {
        const double next = ((2 * order + 1) * cell_rule().nodes[i] * current[i] - order * before[i]) / (order + 1);
        before[i] = current[i];
        current[i] = next;
      }
    }
    return rows;
  }();
  double largest = 0;
  for (const Row& row : transform) {
    double sum = 0;
    // Without a constant, which the rounding of the weights would turn into 3e-14 of itself.
    for (std::size_t i = 0; i < kCellNodes; ++i) sum += row[i] * (values[i] - values[kCellNodes / 2]);
    largest = std::max(largest, std::abs(sum));
  }
  return largest;
}

double largest_of(std::span<const double> values) {
  double largest = 0;
  for (const double value : values)
    if (!(std::abs(value) <= largest)) largest = std::abs(value);
  return largest;
}

double share(double part, double whole) { return part == 0 ? 0 : part / whole; }

class Coverer {
 public:
  explicit Coverer(const Sampler& sample) : sample_(sample) {
    const CellValues values = sample_(-1, 1);
    usual_ = {largest_of(values.values), largest_of(values.slopes), 0};
  }

  /// Covers [lower, upper] from left to right; false where it takes more than `most` cells.
  bool cover(double lower, double upper, std::size_t most, Covering& result) {
    most_ = result.cells.size() + most;
    return split(lower, upper, 1.0, result);
  }

 private:
  bool split(double lower, double upper, double former, Covering& result) {
    if (result.cells.size() >= most_) return false;
    CellValues values = sample_(lower, upper);
    const double half = 0.5 * (upper - lower);
    const double f = largest_of(values.values);
    const double df = largest_of(values.slopes);
    // Second derivatives that are rounding errors of something larger need no resolution.
    const double ddf = std::max(largest_of(values.bends), 1e-3 * df / half);
    const double worst = std::max({share(tail(values.values), std::max(f, kNothing * usual_.value)),
                                   share(tail(values.slopes), std::max(df, kNothing * usual_.slope)),
                                   0.01 * share(tail(values.bends), std::max(ddf, kNothing * usual_.slope))});
    const bool finite = std::isfinite(f) && std::isfinite(df);
    // What does not get better by halves is rounding; so is what is small beside the rounding of h about x = 0.
    const bool small = tail(values.values) < 1e-14 * usual_.value && tail(values.slopes) < 1e-13 * usual_.slope &&
                       tail(values.bends) * half < 1e-12 * usual_.slope;
    const bool at_rounding = small || (worst < 1e-8 && worst > 0.5 * former);
    const bool narrow = upper - lower < kNarrowest * std::max(1.0, std::max(std::abs(lower), std::abs(upper)));
    if (narrow || (finite && (worst < 1e-13 || at_rounding))) {
      if (narrow && std::max(std::abs(lower), std::abs(upper)) <= Expression::kReach)
        rough_.push_back(result.cells.size());
      result.cells.push_back({lower, upper, std::log(f), std::log(df)});
      result.values.push_back(std::move(values));
      return true;
    }
    const double middle = 0.5 * (lower + upper);
    const double now = finite ? worst : 1.0;
    return split(lower, middle, now, result) && split(middle, upper, now, result);
  }

  const Sampler& sample_;
  Jet usual_;  ///< sizes about x = 0
  std::size_t most_ = 0;
  std::vector<std::size_t> rough_;

 public:
  [[nodiscard]] const std::vector<std::size_t>& rough() const { return rough_; }
};

/// A cell that stayed unresolved down to rounding is a singularity: harmless (|x|^1.5), a jump or a pole.
void require_tame(const Covering& covering, const std::vector<std::size_t>& rough) {
  double usual = 0;
  double range = 0;
  for (const Cell& cell : covering.cells) {
    if (cell.upper - cell.lower < 1e-3) continue;
    usual = std::max(usual, std::exp(cell.log_slope));
    range = std::max(range, std::exp(cell.log_value));
  }
  for (const std::size_t i : rough) {
    const CellValues& values = covering.values[i];
    const double place = 0.5 * (covering.cells[i].lower + covering.cells[i].upper);
    const std::string where = fmt::format("x = {:.6g}", std::abs(place) < 1e-9 ? 0.0 : place);
    if (!std::isfinite(covering.cells[i].log_value) && covering.cells[i].log_value > 0)
      throw InputError("the expression is not finite near " + where);
    if (!(std::exp(covering.cells[i].log_slope) <= 1e4 * usual))
      throw InputError("the expression or its slope goes to infinity near " + where);
    if (std::abs(values.values.back() - values.values.front()) > 1e-6 * range)
      throw InputError("the expression jumps near " + where, "make the jump a steep slope");
  }
}

}  // namespace

Covering cover(const Sampler& sample, std::span<const double> kinks) {
  const auto stretch = [&](double lower, double upper, std::size_t most, Covering& result, Coverer& coverer) {
    std::vector<double> ends = {lower};
    for (const double kink : kinks)
      if (kink > lower && kink < upper) ends.push_back(kink);
    ends.push_back(upper);
    const std::size_t first = result.cells.size();
    for (std::size_t i = 0; i + 1 < ends.size(); ++i)
      if (!coverer.cover(ends[i], ends[i + 1], most, result)) {
        result.cells.resize(first);
        result.values.resize(first);
        return false;
      }
    return true;
  };
  Coverer coverer(sample);
  Covering inside;
  std::vector<double> ends = {0};
  for (double x = 1; x < Expression::kReach; x *= 2) ends.push_back(x);
  ends.push_back(Expression::kReach);
  for (std::size_t i = ends.size(); i-- > 1;) ends.push_back(-ends[i]);
  std::sort(ends.begin(), ends.end());
  for (std::size_t i = 0; i + 1 < ends.size(); ++i)
    if (!stretch(ends[i], ends[i + 1], kMostCells, inside, coverer))
      throw InputError(fmt::format("the expression varies too quickly between x = {} and {}", ends[i], ends[i + 1]));
  require_tame(inside, coverer.rough());

  Covering result;
  std::vector<Covering> below;
  for (double x = Expression::kReach; x < kFarthestCell; x *= 2) {
    below.emplace_back();
    Coverer outside(sample);
    if (!stretch(-2 * x, -x, kMostInOctave, below.back(), outside)) break;
  }
  const auto append = [&](Covering& part) {
    result.cells.insert(result.cells.end(), part.cells.begin(), part.cells.end());
    std::move(part.values.begin(), part.values.end(), std::back_inserter(result.values));
  };
  for (std::size_t i = below.size(); i-- > 0;) append(below[i]);
  append(inside);
  for (double x = Expression::kReach; x < kFarthestCell; x *= 2) {
    Covering above;
    Coverer outside(sample);
    if (!stretch(x, 2 * x, kMostInOctave, above, outside)) break;
    append(above);
  }
  return result;
}

}  // namespace limes::transfer::shape

#pragma once
// The analysis of an expression: where it has kinks, and cells on which it is smooth. For expression.cpp only.

#include <functional>
#include <span>
#include <vector>

#include "limes/transfer/expression.hpp"

namespace limes::transfer::shape {

/// Points that scans of the axis look at, ascending: equidistant within Expression::kReach, geometric up to `farthest`.
[[nodiscard]] std::vector<double> scan_points(double farthest);

/// The places where an abs, min, max, select, step, root or quotient of the program changes sides, ascending.
[[nodiscard]] std::vector<double> switch_places(const ExpressionProgram& program);

/// The Gauss-Legendre rule of a cell on [-1, 1].
struct CellRule {
  std::vector<double> nodes, weights;
};
[[nodiscard]] const CellRule& cell_rule();

/// The polynomial through `values` at the nodes of a cell, at t in [-1, 1].
[[nodiscard]] double interpolate(std::span<const double> values, double t);

/// h, h', h'' at the nodes of [lower, upper].
struct CellValues {
  std::vector<double> places, values, slopes, bends;
};
using Sampler = std::function<CellValues(double lower, double upper)>;

struct Covering {
  std::vector<Cell> cells;
  std::vector<CellValues> values;
};

/// Cells between the kinks, outwards from 0 until an octave would need too many. Throws InputError where h is singular
/// within Expression::kReach.
[[nodiscard]] Covering cover(const Sampler& sample, std::span<const double> kinks);

}  // namespace limes::transfer::shape

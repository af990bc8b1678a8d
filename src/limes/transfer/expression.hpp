#pragma once
// The user's own transfer function h(x): the program that evaluates it, and what averages need to know of its shape.

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "limes/transfer/expression_program.hpp"

namespace limes::transfer {

/// Where h or a derivative of h breaks off: abs, min, max, select and the like.
struct Kink {
  double place = 0;
  double jump = 0;      ///< h'(place + 0) - h'(place - 0)
  double flattest = 0;  ///< the one-sided slope of smaller size
};

/// A piece of the axis without kinks on which h, h' and h'' are polynomials of degree 15 up to rounding (1e-13 of their
/// largest values there), so that kCellNodes Gauss-Legendre nodes integrate products of two of them with a density.
struct Cell {
  double lower = 0;
  double upper = 0;
  double log_value = 0;  ///< log of the largest |h|; -infinity where h = 0
  double log_slope = 0;  ///< of the largest |h'|
};

inline constexpr std::size_t kCellNodes = 24;

/// An immutable function: shared among threads and copies of `Transfer`.
class Expression {
 public:
  /// Looks for kinks and covers the axis with cells. Throws InputError where h does not depend on x, is not finite or
  /// has no finite slope somewhere on [-kReach, kReach], jumps, or varies too quickly to be integrated.
  Expression(ExpressionProgram program, std::string text);

  static constexpr double kReach = 50;

  [[nodiscard]] const std::string& text() const { return text_; }

  [[nodiscard]] Jet jet(double x) const;
  /// h(x[i]), and where the spans are not empty h' and h'': one length for all. Vectors of any length give the same
  /// bits.
  void evaluate(std::span<const double> x, std::span<double> value, std::span<double> slope = {},
                std::span<double> bend = {}) const;

  /// int_0^x h.
  [[nodiscard]] double primitive(double x) const;

  [[nodiscard]] bool is_odd() const { return reflection_ && *reflection_ == 0; }
  /// The constant A of h(-x) = A - h(x), where there is one.
  [[nodiscard]] std::optional<double> reflection() const { return reflection_; }
  /// Bounds of h; infinite where it has none.
  [[nodiscard]] double lowest() const { return lowest_; }
  [[nodiscard]] double highest() const { return highest_; }
  /// sup |h'|; may be infinite.
  [[nodiscard]] double largest_slope() const { return largest_slope_; }

  /// max |h''|/max |h'|: how fast the slope varies, kinks apart.
  [[nodiscard]] double sharpness() const { return sharpness_; }

  [[nodiscard]] std::span<const Kink> kinks() const { return kinks_; }
  [[nodiscard]] std::span<const Cell> cells() const { return cells_; }
  /// Nodes of cell i, weights (which sum to its length), and h, h', h'' there.
  struct CellNodes {
    std::span<const double> places, weights, values, slopes, bends;
  };
  [[nodiscard]] CellNodes nodes(std::size_t cell) const;

 private:
  void find_continuation();
  void find_reflection();
  void find_bounds();
  void find_kink_slopes();

  ExpressionProgram program_;
  std::string text_;
  // Where the formula overflows although h has a tangent at infinity (exp(x)/(1 + exp(x))), the tangent goes on.
  double lower_end_, upper_end_;
  double lower_slope_ = 0, upper_slope_ = 0;
  std::vector<Kink> kinks_;
  std::vector<Cell> cells_;  ///< ascending, without gaps
  std::vector<double> places_, weights_, values_, slopes_, bends_;
  std::vector<double> primitives_;  ///< int_0^upper of each cell
  std::optional<double> reflection_;
  double lowest_ = 0, highest_ = 0, largest_slope_ = 0, sharpness_ = 0;
};

}  // namespace limes::transfer

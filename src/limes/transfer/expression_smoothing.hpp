#pragma once
// Averages of an expression over a normal density about many centres: the inner average of a pair. For
// expression_family.cpp only.

#include <Eigen/Core>
#include <cstddef>
#include <vector>

#include "limes/transfer/expression.hpp"

namespace limes::transfer::families {

/// E h(centre + own w) and E h'(centre + own w), w standard normal, for one `own` >= 0.
class SmoothedExpression {
 public:
  SmoothedExpression(const Expression& expression, double own);

  struct Average {
    double value = 0, slope = 0;
  };
  Average operator()(double centre);

 private:
  /// The cells that are no wider than a panel over the density, one after the other: a few nodes are enough where the
  /// density hardly varies over a cell.
  void tabulate();
  void add_table(std::size_t begin, std::size_t end, double centre, Average& sum);
  /// A part of a cell that is wide beside the density.
  void add_cut(double lower, double upper, double centre, Average& sum);
  void evaluate(std::size_t count);

  const Expression& expression_;
  double own_;
  std::vector<double> x_, value_, slope_;
  std::vector<std::size_t> starts_;  ///< the first entry of each cell in the table; none: the next cell's
  Eigen::ArrayXd places_, table_values_, table_slopes_, densities_;
};

}  // namespace limes::transfer::families

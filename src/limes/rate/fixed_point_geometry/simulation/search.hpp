#pragma once
// All fixed points of one network, as far as a budget of Newton searches finds them (note fixed-points.md, section 5).

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "limes/base/interruption.hpp"
#include "limes/compute/threads.hpp"
#include "limes/rate/fixed_point_geometry/simulation/newton.hpp"

namespace limes::rate::fixed_points {

struct FoundPoint {
  std::vector<double> state;
  std::int64_t hits = 0;
  int index_sign = 0;  ///< of det(1 - J diag phi')
  double residual = 0.0;

  template <typename Archive>
  void archive(Archive& a) {
    a(state, hits, index_sign, residual);
  }
};

/// What a search has found so far.
struct FixedPointSet {
  /// In the order in which they were found. Of a field that is odd: one of each pair, x = 0 left out.
  std::vector<FoundPoint> points;
  bool paired = false;
  int origin_sign = 0;         ///< the index of x = 0 where that is a fixed point of an odd field, else 0
  std::int64_t starts = 0;     ///< that were tried
  std::int64_t draws = 0;      ///< that ended at a fixed point of `points`
  std::int64_t at_origin = 0;  ///< that ended at x = 0
  std::int64_t factorisations = 0;
  bool complete = false;  ///< the search ended because it was satisfied, not because the budget did

  [[nodiscard]] std::int64_t count() const { return static_cast<std::int64_t>(points.size()) * (paired ? 2 : 1); }
  [[nodiscard]] std::int64_t singletons() const;
  /// Good-Turing: 1 - singletons/draws, the share of all searches that end where one has ended before.
  [[nodiscard]] double coverage() const;
  /// Chao's lower bound (bias-corrected Chao1) of the count, with those that were never met.
  [[nodiscard]] double estimated_count() const;
  /// Sum of the indices of all fixed points, x = 0 included.
  [[nodiscard]] int index_sum() const;

  template <typename Archive>
  void archive(Archive& a) {
    a(points, paired, origin_sign, starts, draws, at_origin, factorisations, complete);
  }
};

struct SearchPlan {
  std::int64_t starts = 20000;  ///< budget
  double coverage = 0.99;       ///< with this, three hits of each point and indices that add up the search is satisfied
  double scale = 1.0;           ///< starts of kind (i): s z, z ~ N(0, 1), s = scale U(0.2, 1.6)
  std::vector<std::vector<double>> snapshots = {};  ///< starts of kind (ii), every other one: times U(0.3, 1.1)
  bool indices_add_up = true;                       ///< F points inwards far out: phi is bounded
  std::uint64_t seed = 1;
  std::uint32_t realisation = 0;
};

/// Goes on with `found` (empty: from the first start). The starts are numbered, each with a random stream of its own,
/// and what they find is taken in their order: the same bits for every number of threads. `saved` is called between
/// rounds of starts. Throws InterruptedError, after which `found` can be gone on with.
void search_fixed_points(const VectorField& field, const SearchPlan& plan, FixedPointSet& found,
                         compute::Threads& threads, const StopToken& stop,
                         const std::function<void(const FixedPointSet&)>& saved = {});

}  // namespace limes::rate::fixed_points

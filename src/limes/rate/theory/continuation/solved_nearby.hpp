#pragma once
// The questions of a continuation whose answers begin at what was solved nearby. Internal to continuation.

#include <Eigen/Core>
#include <cmath>
#include <optional>
#include <span>
#include <vector>

#include "limes/base/journal.hpp"
#include "limes/rate/theory/continuation/branches.hpp"

namespace limes::rate::theory {

/// Shapes of solutions (lag functions, flattened) by the scaled place (x, p) at which they were found. What is found at
/// a place counts for other places only: asked again there, the solver begins where it did the first time.
class NearbyShapes {
 public:
  NearbyShapes() = default;
  NearbyShapes(Eigen::VectorXd scale, double range, double spacing);

  void move_to(const Eigen::VectorXd& x, double p);
  /// The nearest shape; null where none is known.
  [[nodiscard]] const std::vector<double>* nearest() const;
  /// Keeps a shape found at the present place unless one is known near by.
  void offer(std::vector<double> shape);
  void add(const Eigen::VectorXd& x, double p, std::vector<double> shape);
  [[nodiscard]] const std::vector<double>& offered() const { return offered_; }

 private:
  struct Known {
    Eigen::VectorXd place;
    std::vector<double> shape;
  };
  [[nodiscard]] Eigen::VectorXd place_of(const Eigen::VectorXd& x, double p) const;
  [[nodiscard]] const Known* nearest_known() const;

  Eigen::VectorXd scale_;
  double range_ = 1.0, spacing_ = 0.0;
  Eigen::VectorXd place_;
  std::vector<Known> known_;
  std::vector<double> offered_;
};

/// Answers by journal, with the shapes that they left behind.
class JournaledQuestions {
 public:
  explicit JournaledQuestions(Journal* journal) : journal_(journal) {}
  void set_shapes(NearbyShapes shapes) { shapes_ = std::move(shapes); }
  [[nodiscard]] NearbyShapes& shapes() { return shapes_; }

  /// compute(), which may use shapes().nearest() and offer() one, or its recorded answer.
  template <typename Compute>
  [[nodiscard]] std::vector<double> answer(double kind, const Eigen::VectorXd& x, double p, const Compute& compute) {
    shapes_.move_to(x, p);
    if (journal_ == nullptr) return compute();
    std::vector<double> question{kind, p};
    question.insert(question.end(), x.begin(), x.end());
    if (auto known = journal_->recall(question)) {
      const auto values = static_cast<std::ptrdiff_t>(known->front());
      const auto begin = known->begin() + 1;
      if (begin + values != known->end()) shapes_.offer({begin + values, known->end()});
      return {begin, begin + values};
    }
    std::vector<double> values = compute();
    std::vector<double> record{static_cast<double>(values.size())};
    record.insert(record.end(), values.begin(), values.end());
    record.insert(record.end(), shapes_.offered().begin(), shapes_.offered().end());
    journal_->keep(question, record);
    return values;
  }
  /// The same for what does not depend on a place.
  template <typename Compute>
  [[nodiscard]] std::vector<double> answer(std::span<const double> question, const Compute& compute) {
    return journal_ == nullptr ? compute() : journal_->answer(question, compute);
  }

 private:
  Journal* journal_;
  NearbyShapes shapes_;
};

[[nodiscard]] std::vector<double> packed(const std::optional<BranchState>& state);
[[nodiscard]] std::optional<BranchState> unpacked_state(const std::vector<double>& values, std::size_t populations);

/// A state of a branch, none where it does not exist.
template <typename Compute>
[[nodiscard]] std::optional<BranchState> journaled_state(JournaledQuestions& questions, double kind,
                                                         const Eigen::VectorXd& x, double p, Eigen::Index populations,
                                                         const Compute& compute) {
  const auto values = questions.answer(kind, x, p, [&] { return packed(compute()); });
  return unpacked_state(values, static_cast<std::size_t>(populations));
}

/// The states `state_of(point)` along a curve, none where one does not exist, with the admissible events among them.
template <typename StateOf>
[[nodiscard]] StateBranch branch_along(const math::SolutionCurve& curve, const BranchOptions& options,
                                       const StateOf& state_of) {
  StateBranch branch;
  for (std::size_t i = 0; i < curve.points.size(); ++i) {
    options.stop.check();
    const std::optional<BranchState> state = state_of(curve.points[i]);
    if (!state) continue;
    for (const math::CurveEvent& event : curve.events) {
      if (event.index != i || !event.admissible) continue;
      branch.special_points.push_back(special_point_of(event, options.continuous_time, branch.states.size()));
    }
    branch.states.push_back(*state);
  }
  return branch;
}

/// An end of the curve could not be followed further.
[[nodiscard]] inline bool ends_lost(const math::SolutionCurve& curve) {
  using End = math::SolutionCurve::End;
  return curve.front == End::kLost || curve.back == End::kLost;
}

}  // namespace limes::rate::theory

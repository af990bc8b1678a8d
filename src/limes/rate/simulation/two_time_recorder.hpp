#pragma once
#include <cstdint>
#include <span>
#include <vector>

#include "limes/rate/rate_description.hpp"
#include "limes/system/outcome.hpp"

namespace limes::rate {

/// What a two-time theory is compared with besides the trajectories: the covariance over neurons of states at pairs of
/// times, for partially symmetric couplings the mean products of outputs, for correlated ones the covariance of
/// neighbours on the ring. Keeps the states at the times of
/// two_time_grid(); records nothing unless theory.kind is two_time.
class TwoTimeRecorder {
 public:
  explicit TwoTimeRecorder(const RateDescription& description);

  void record(std::int64_t step, std::span<const double> state, std::span<const double> output);
  void finish(system::Realisation& realisation) const;

  template <typename Archive>
  void archive(Archive& a) {
    a(states_, outputs_);
  }

 private:
  void finish_products(system::Realisation& realisation, const system::Axis& time) const;
  void finish_neighbours(system::Realisation& realisation) const;

  const RateDescription* description_;
  std::int64_t stride_ = 0;      // integration steps between kept states; 0: none is kept
  std::size_t points_ = 0;       // how many are kept
  std::vector<double> states_;   // point * N + neuron
  std::vector<double> outputs_;  // the same of f(u); only where couplings are partially symmetric
};

}  // namespace limes::rate

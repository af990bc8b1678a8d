#pragma once
// Snapshots of the trajectories of one network, and what follows from their inner products. With K_ts = phi(t).phi(s),
// t on one trajectory and s on another, (1/N) sum_ij C_ij(tau)^2 is the mean over t, s of K_ts K_{t+tau,s+tau} / N:
// unbiased, because the two trajectories are independent, for every lag from one matrix of products, and without an
// N x N covariance. All pairs of trajectories are used (the two-group estimator of note random-mode 7, averaged over
// every way to form the groups).

#include <cstddef>
#include <span>
#include <vector>

#include "limes/base/interruption.hpp"
#include "limes/compute/dense_operator.hpp"
#include "limes/compute/threads.hpp"
#include "limes/rate/random_modes/modes_description.hpp"

namespace limes::rate::random_modes {

/// How snapshots are taken: every `stride` steps, `count` of each trajectory; measured lags are multiples of that.
struct SnapshotPlan {
  explicit SnapshotPlan(const ModesDescription& description);
  std::int64_t transient_steps = 0;
  std::int64_t stride = 1;
  std::size_t count = 0;
  std::size_t lags = 1;   ///< how many measured lags, 0 included
  double interval = 0.0;  ///< between snapshots, in tau
  [[nodiscard]] std::int64_t total_steps() const { return transient_steps + static_cast<std::int64_t>(count) * stride; }
};

/// Sums over pairs of trajectories.
struct PairSums {
  Eigen::MatrixXd values;  ///< B x B, symmetric; the diagonal means nothing
  /// Mean over pairs; `without` one trajectory if it is not negative.
  [[nodiscard]] double mean(Eigen::Index without = -1) const;
};

struct PopulationMeasures {
  Eigen::VectorXd variance, output_variance;  ///< of each trajectory, mean over neurons
  PairSums output, output_zscored, state, state_zscored;
  Eigen::MatrixXd output_autocovariance;  ///< lags x B
  Eigen::MatrixXd autocovariance;
  std::vector<PairSums> cross_covariance;  ///< at each lag
  bool locked = false;                     ///< at least half of the trajectories end in a fixed point or a cycle
  bool at_rest = false;                    ///< x = 0, or on the way there: only the variances mean something
  std::vector<double> spectrum;            ///< eigenvalues of the covariance of the outputs, descending; may be empty
};

class Snapshots {
 public:
  Snapshots(std::size_t neurons, std::size_t trajectories, const SnapshotPlan& plan);

  /// Snapshot number `index` of all trajectories; element (i, b) at i * B + b.
  template <typename Real>
  void record(std::size_t index, std::span<const Real> state, std::span<const Real> output);

  [[nodiscard]] PopulationMeasures measure(bool with_spectrum, compute::Threads& threads, const StopToken& stop) const;

  template <typename Archive>
  void archive(Archive& a) {
    a(states_, outputs_);
  }

 private:
  using Rows = compute::DenseOperator<float>;
  [[nodiscard]] const float* row(const std::vector<float>& values, std::size_t b, std::size_t t) const {
    return values.data() + (b * plan_.count + t) * neurons_;
  }
  /// Mean square of each neuron over all snapshots.
  [[nodiscard]] std::vector<double> mean_squares(const std::vector<float>& values) const;
  /// Pair sums at `lags` lags of every `thinning`-th snapshot; neuron i weighs weights[i] (empty: 1).
  [[nodiscard]] std::vector<PairSums> pair_sums(const std::vector<float>& values, const std::vector<double>& weights,
                                                std::size_t thinning, std::size_t lags, compute::Threads& threads,
                                                const StopToken& stop) const;
  /// Lagged products within each trajectory, per neuron: lags x B.
  [[nodiscard]] Eigen::MatrixXd own_products(const std::vector<float>& values, std::size_t lags,
                                             compute::Threads& threads) const;
  [[nodiscard]] bool is_locked(compute::Threads& threads) const;
  [[nodiscard]] std::vector<double> spectrum(compute::Threads& threads) const;

  std::size_t neurons_, trajectories_;
  SnapshotPlan plan_;
  std::vector<float> states_, outputs_;  // trajectory, snapshot, neuron
};

}  // namespace limes::rate::random_modes

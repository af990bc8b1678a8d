#pragma once
// Gaussian moments of the outputs of many neurons, each with its own mean and variance: fast enough to be taken in
// every iteration for 1e5 neurons.

#include <Eigen/Core>
#include <deque>
#include <span>
#include <vector>

#include "limes/compute/threads.hpp"
#include "limes/rate/given_matrix/lag_grid.hpp"
#include "limes/transfer/transfer.hpp"

namespace limes::rate::given_matrix {

/// One entry per neuron; u ~ N(mean_i, variance_i).
struct OutputMoments {
  Eigen::ArrayXd f;         ///< E f(u)
  Eigen::ArrayXd variance;  ///< E f(u)^2 - (E f(u))^2, exactly 0 where the variance of u is 0
};

/// As transfer::Moments, one entry per neuron.
struct GainMoments {
  Eigen::ArrayXd df, dfdf, ddf, f_df, f_ddf;
};

/// The moments by the trapezoid rule in (u - mean)/sqrt(variance), which converges exponentially for functions analytic
/// in a strip (theory note 3): steps h = min(0.6, 0.3/s) with s = gain sqrt(variance) leave about
/// exp(-pi^2/(s h)) <= 1e-14 times the growth exp(pi^2/(8 s^2)) of the Gaussian at the poles of tanh, and
/// exp(-2 pi^2/h^2) of the Gaussian itself; cut at 7.5 deviations. About 1e-12 in all, by 25 to 50 transfer values per
/// neuron at s <= 1 - fewer operations than the row of the coupling matrix that goes with it, so that a table would
/// save nothing. Rules are kept by class of s. Transfers with kinks (relu, clipped_tan), and s > 40, take
/// transfer::moments.
class NeuronMoments {
 public:
  explicit NeuronMoments(const transfer::Transfer& transfer) : transfer_(transfer) {}

  [[nodiscard]] const transfer::Transfer& transfer() const { return transfer_; }

  /// Both spans have one length; variances >= 0.
  [[nodiscard]] OutputMoments outputs(compute::Threads& threads, std::span<const double> mean,
                                      std::span<const double> variance);
  [[nodiscard]] GainMoments gains(std::span<const double> mean, std::span<const double> variance);

  /// The covariances of the outputs of each neuron at several lags, N x L,
  ///   C(c_l) - (E f)^2 = sum_{n >= 1} a_n^2 rho^n,  rho = c_l / variance, taken within [0, 1],
  /// a_n the Hermite coefficients of f (theory note 3). Rows of `covariance` (N x L) begin with c_0 = variance.
  /// What is left of the exact variance of f beyond the highest order L is given to the order 3 L / 2, so that rho = 1
  /// is exact; L is chosen such that this is below 1e-9 for s <= 1.7, about 1e-6 at s = 3 and 1e-4 at s = 10. Where
  /// `gains` (N x L) is given, it becomes dC/dc at each lag. Returns E f, one entry per neuron.
  Eigen::VectorXd lag_outputs(compute::Threads& threads, std::span<const double> mean, const RowMajorMatrix& covariance,
                              RowMajorMatrix& outputs, RowMajorMatrix* gains = nullptr);

 private:
  struct Rule {
    Eigen::ArrayXd nodes;
    Eigen::ArrayXd weights;  ///< sum 1
    RowMajorMatrix hermite;  ///< orders x nodes: normalised Hermite polynomials times the weights; made when needed
  };
  /// Neurons of one class of s.
  struct Block {
    const Rule* rule = nullptr;
    std::vector<Eigen::Index> neurons;
  };
  /// All neurons that have a rule, in blocks, and the `others`.
  struct Blocks {
    std::vector<Block> blocks;
    std::vector<Eigen::Index> others;
  };
  /// f at the nodes of a block, nodes x kBlock, and its moments by the weights.
  struct BlockValues;

  [[nodiscard]] bool smooth() const;
  const Rule& rule(double s, bool with_hermite);
  [[nodiscard]] Blocks blocks_of(std::span<const double> variance, bool with_hermite);
  [[nodiscard]] Eigen::ArrayXd values(const Eigen::ArrayXd& u) const;
  void fill(const Block& block, std::span<const double> mean, std::span<const double> variance,
            BlockValues& values) const;
  /// a_0 .. a_L of a neuron without a rule, and the exact variance of f as result.
  double hermite_coefficients(double mean, double variance, Eigen::VectorXd& coefficients) const;
  /// sum a_n^2 rho^n at the lags of one neuron, `squares` = a_1^2, a_2^2, ...; `total` is the exact variance of f.
  static void add_up(std::span<const double> squares, double total, std::span<const double> covariance,
                     std::span<double> outputs, double* gains);

  transfer::Transfer transfer_;
  std::deque<Rule> short_rules_, long_rules_;  // which stay where they are
};

}  // namespace limes::rate::given_matrix

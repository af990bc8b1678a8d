#pragma once
// The self-consistency equations of the renormalised theory as a boundary value problem in the lag (note renormalized,
// equations (2)-(7)).
//
// With p = E f', kappa = 1 - gbar p, F(c) = E f(x) f(y) for covariance c, and 1/|1 - gbar S|^2 = (1 + w^2)/(kappa^2 +
// w^2), every filter of the note is that of an exponential: with
//   B = C_ind filtered by 1/(kappa^2 + w^2),  b = (gbar^2/N) (B + E),  C_ind = F(C) - F(b),  C = C_x,
// the equations say, for tau > 0,
//   C'' = C - g^2 F(C) - (gbar^2/N) [(1 - kappa^2) B + C_ind + E - E''] - (2 gbar g^2 p kappa/N) B   (the last: cross
//   B'' = kappa^2 B - C_ind                                                                               term, (6))
// with C'(0+) = -D (white noise of intensity 2 D), B'(0+) = 0, and both decaying. E, the part of equation (7), is 0
// where that is off. The population's autocovariance is A = (1/N) [C_ind + (1 - kappa^2) B + E - E''].
// All functions are smooth for tau > 0.
//
// The note's cross term (6) is the correlation of the input that a neuron has from the random couplings with R, to
// which that input contributes through the neuron itself. Its own noise contributes in the same way and with the same
// enhancement, which the note leaves out (it is exact for a linear population without random couplings):
//   X'(w) = (gbar/N) 2 D S/(1 - gbar S),   so that C'' has also - (2 gbar D p/N) exp(-kappa tau) (6')
// With (6') two neurons have the covariance c = b + [2 Re (X + X')]/(1 + w^2), and C_ind = F(C) - F(c).

#include <memory>
#include <optional>

#include "limes/rate/renormalized/theory/lag_panels.hpp"
#include "limes/transfer/pair_moments.hpp"

namespace limes::rate::renormalized {

/// What the theory knows of the network.
struct LoopModel {
  transfer::Transfer transfer;      ///< odd
  double coupling_mean = 0.0;       ///< gbar: E J_ij = gbar/N
  double coupling_deviation = 1.0;  ///< g
  double noise_intensity = 0.0;     ///< D, <xi xi'> = 2 D delta
  double inverse_size = 0.0;        ///< 1/N; 0: mean field
  bool cross_term = false;          ///< equation (6)
  bool own_feedback = false;        ///< equation (6')
  bool gain_spread = false;         ///< equation (7)
};

/// Functions at the nodes of the panels. Newton's method solves for C and B; what else there is follows from them and
/// is iterated around it.
struct LagFields {
  Eigen::VectorXd covariance, filtered;      ///< C, B
  Eigen::VectorXd spread, spread_curvature;  ///< E, E''
  Eigen::VectorXd pairs;                     ///< c - b, where (6') is on
};

/// What depends on the variance C(0) = theta alone.
class VarianceTerms {
 public:
  VarianceTerms(const LoopModel& model, double theta);
  double theta;
  double gain;   ///< p = E f'
  double kappa;  ///< 1 - gbar p
  transfer::PairMoments pair;
  /// Strength of the cross term (6): 2 gbar g^2 p kappa/N; 0 where it is off.
  [[nodiscard]] double cross(const LoopModel& model) const;
  /// Strength of (6'): 2 gbar D p/N; 0 where it is off.
  [[nodiscard]] double own(const LoopModel& model) const;
  /// v'' = M v of v = (C, B) where both are small.
  [[nodiscard]] Eigen::Matrix2d tail(const LoopModel& model) const;
};

/// The square root of `matrix` with positive eigenvalues; none where an eigenvalue is not positive.
[[nodiscard]] std::optional<Eigen::Matrix2d> positive_root(const Eigen::Matrix2d& matrix);

/// Right-hand sides at the nodes.
struct LagTerms {
  Eigen::VectorXd output, shared, independent;               ///< F(C), F(b), C_ind
  Eigen::VectorXd covariance_curvature, filtered_curvature;  ///< C'', B'' as the equations have them
};
[[nodiscard]] LagTerms lag_terms(const LoopModel& model, const Eigen::VectorXd& lags, const VarianceTerms& terms,
                                 const LagFields& fields);

struct NewtonResult {
  bool converged = false;
  double theta = 0.0;
  LagFields fields;
  double residual = 0.0;  ///< largest residual of the collocation equations, relative to theta
  int iterations = 0;
};

/// Newton's method from a start (E is kept as it is).
[[nodiscard]] NewtonResult newton(const LoopModel& model, const LagPanels& panels, double theta, const LagFields& start,
                                  int most_iterations = 12);

/// E = (1/N) {braces of (7)} B and its curvature, by a chain of filters.
void set_gain_spread(const LoopModel& model, const LagPanels& panels, const VarianceTerms& terms, LagFields& fields);

/// The part [2 Re (X + X')]/(1 + w^2) of the covariance of two neurons, as far as the model has X and X'.
[[nodiscard]] Eigen::VectorXd cross_part(const LoopModel& model, const LagPanels& panels, const VarianceTerms& terms,
                                         const LagFields& fields);

/// The largest over frequency of |braces of (7)|/N: the relative spread of the population's gain between networks.
[[nodiscard]] double gain_spread_size(const LoopModel& model, double gain);

}  // namespace limes::rate::renormalized

#pragma once
// The averages of each family of transfer functions, for arguments that moments.cpp has checked: gain > 0, variances >
// 0, |covariance| <= sqrt(variance1 variance2). Not for use elsewhere.

#include <vector>

#include "limes/transfer/moments.hpp"

namespace limes::transfer::families {

/// The correlation of a pair, each part without cancellation.
struct Correlation {
  double sine = 0;        ///< rho
  double cosine = 1;      ///< sqrt(1 - rho^2)
  double complement = 1;  ///< 1 - |rho|
};

/// Of a pair with positive variances.
[[nodiscard]] Correlation correlation(const Pair& pair);

/// The places and widths of x = mean1 + common1 z + own1 w1, y = mean2 + common2 z + own2 w2 with independent standard
/// normal z, w1, w2: the nested form E_z[E_w f(x) E_w f(y)] of the theory note, section 3.
struct NestedForm {
  double common1 = 0, own1 = 0;
  double common2 = 0, own2 = 0;  ///< common2 < 0 where the covariance is
};
[[nodiscard]] NestedForm nested_form(const Pair& pair, const Correlation& correlation);

/// Both averages of a pair whose correlation is known better than its covariance tells: near +-1 the correlation angle
/// is lost in the rounding of c, and with it the averages of a function that has kinks.
[[nodiscard]] PairAverages pair_averages(const Transfer& transfer, const Pair& pair, const Correlation& rho);

// erf, normal_cdf: closed forms (normal_family.cpp)
[[nodiscard]] Moments normal_moments(const Transfer& transfer, double mean, double variance);
[[nodiscard]] PairAverages normal_pair(const Transfer& transfer, const Pair& pair, const Correlation& rho);

// relu, linear: closed forms (rectifier_family.cpp)
[[nodiscard]] Moments rectifier_moments(const Transfer& transfer, double mean, double variance);
[[nodiscard]] PairAverages rectifier_pair(const Transfer& transfer, const Pair& pair, const Correlation& rho);
[[nodiscard]] Moments linear_moments(const Transfer& transfer, double mean, double variance);
[[nodiscard]] PairAverages linear_pair(const Transfer& transfer, const Pair& pair);

// tanh, logistic: trapezoid rules that resolve the poles (hyperbolic_family.cpp)
[[nodiscard]] Moments hyperbolic_moments(const Transfer& transfer, double mean, double variance);
[[nodiscard]] PairAverages hyperbolic_pair(const Transfer& transfer, const Pair& pair, const Correlation& rho);
/// E f'(x) f'(y) where both have one mean and one variance: faster, at any steepness (hyperbolic_gain.cpp).
[[nodiscard]] double hyperbolic_stationary_gain(const Transfer& transfer, double mean, double variance,
                                                const Correlation& rho);

// clipped_tan: Gauss-Legendre panels between the kinks (clipped_family.cpp)
[[nodiscard]] Moments clipped_moments(const Transfer& transfer, double mean, double variance);
[[nodiscard]] PairAverages clipped_pair(const Transfer& transfer, const Pair& pair, const Correlation& rho);
/// E f'(x) f'(y) where both have one mean and one variance: faster, by a double integral (clipped_gain.cpp).
[[nodiscard]] double clipped_stationary_gain(const Transfer& transfer, double mean, double variance,
                                             const Correlation& rho);
/// E f(x) f(y) alone, quickly, for |rho| near 1 but not 1 and x and +-y of like means and variances: to 1e-10 of their
/// squared difference (clipped_neighbours.cpp).
[[nodiscard]] double clipped_neighbours(const Transfer& transfer, const Pair& pair, const Correlation& rho);

// expression: Gauss-Legendre panels between the kinks, as short as the function asks for (expression_family.cpp)
[[nodiscard]] Moments expression_moments(const Transfer& transfer, double mean, double variance);
[[nodiscard]] PairAverages expression_pair(const Transfer& transfer, const Pair& pair, const Correlation& rho);

/// Nodes h of E F(h), h ~ N(0, 1), that resolve f(mean + sqrt(variance) h) and its derivatives: no panel is longer than
/// `longest`. Weights contain the density; f' and f'' the gain.
struct GaussianNodes {
  std::vector<double> places, weights, values, slopes, bends;
};
[[nodiscard]] GaussianNodes expression_nodes(const Transfer& transfer, double mean, double variance, double longest);

/// E f(x) f(y) and E f'(x) f'(y) of one expression at many covariances of one mean and variance: the Hermite series as
/// far as it goes, `expression_pair` beyond.
class ExpressionPairs {
 public:
  ExpressionPairs(const Transfer& transfer, double mean, double variance);
  [[nodiscard]] PairAverages operator()(const Correlation& rho) const;

 private:
  Transfer transfer_;
  double mean_, variance_;
  std::vector<double> slopes_;  ///< Hermite coefficients of f'
  double mean_output_ = 0;
};

}  // namespace limes::transfer::families

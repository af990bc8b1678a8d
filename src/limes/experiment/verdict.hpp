#pragma once
// What a difference between a theory and a finite network means.
//
// Notation. At size N the signed difference d = simulation - theory is measured with the standard error s over n
// independent realisations; a smaller size N/r (r = 2) gives d', s'. A right theory has d = b/N + o(1/N) (or, for
// exponents near a transition, a slower power N^-p), so d' = r^p d with p about 1; a wrong one has d' = d, p = 0.
//
// First test. d = 0? Student's t with n - 1 degrees of freedom; all scalar entries and curves of a run are judged
// together by Holm at the family-wise level alpha: the probability that any entry whose d is zero is called different
// is at most alpha, whatever the dependence between entries. What passes is `agree`.
//
// Second test, for what did not pass. Extrapolated limit a = (r d - d')/(r - 1), of standard error
// sqrt(r^2 s^2 + s'^2)/(r - 1) (plus the theory's own error, which both sizes share), Welch's degrees of freedom. The
// difference is `finite_size` when it is smaller at the larger size (same sign, |d| < |d'|) and one of
//   (a) a is not of the sign of d beyond chance: one-sided t, Holm at level alpha over the K entries that got here;
//   (b) the measured exponent p = log(d'/d)/log r is at least 1/2;
//   (c) constancy is rejected (d' > d) and p >= 1/2 is not (d' < r^(1/2) d), each one-sided at alpha/K.
// (a) is the law b/N; (b) and (c) let pass what shrinks more slowly, as the largest Lyapunov exponent near the onset of
// chaos does, if the data show that it does shrink. All else is `disagree`.
//
// Error rates. *Right theory, d = b/N*: `disagree` needs (a) to fail, at most alpha over the run by Holm, or |d| >=
// |d'|. With d/s = delta and s'/s = sqrt 2 the latter has probability P(t_14 > delta/1.73); the first test of n = 8
// realisations and ten entries lets through delta > 5 only, where that is 0.006, and falling. With the alpha of the
// first test for entries without any shift, a right theory is called wrong in at most about 2 alpha of runs.
// *Constant error c*: it passes the second test if d' exceeds both d and r d - t s_a (t the critical value of (a), s_a
// the error of r d - d'), of probability P(T > (r-1) c/s_a - t), or by (c), at most alpha. Two sizes of n = 8 each have
// s_a = 2.45 s. Two sizes a factor of two apart do not tell b/N from a c of a few standard errors: that doubt is called
// `finite_size`, and a and p stand beside it with their errors. Four times the realisations at half size (equal work
// for dense matrices) make it s_a = 2.12 s. Measured with ten quantities and a curve, n = 8, alpha = 0.01
// (tests/experiment/comparison_rates_test.cpp; percent of runs called `disagree`; the rest of the first two rows is
// mostly `agree` for a small c, `finite_size` for a larger one):
//                                        c or d / s at size N:    6     8    10    12    15    20
//   wrong by c, n at half size                                   46    72    89    97    99    99
//   wrong by c, 4n at half size                                  54    80    93    98    99    99.6
//   right, d = b/N, n at half size                              1.5   1.1   0.8   0.8   0.8   0.8
//   right, d ~ N^-0.7, n (4n) at half size                        8    10     9 (2)        1.3   0.8
//   right, d ~ N^-0.5, n (4n) at half size                       16    25    34 (20)       21 (4)  5 (2)

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace limes::experiment {

enum class Verdict { kAgree, kFiniteSize, kDisagree, kNotApplicable };

/// `agree`, `finite_size`, `disagree`, `not_applicable`.
[[nodiscard]] std::string_view name(Verdict verdict);

/// The graver of two: disagree, finite_size, agree, not_applicable, in this order.
[[nodiscard]] Verdict worse(Verdict a, Verdict b);

/// simulation - theory at one size.
struct Shift {
  double difference = 0.0;
  double error = 0.0;    ///< standard error of the simulation's mean
  double degrees = 1.0;  ///< degrees of freedom of `error`
};

/// How a difference changed between two sizes. p values are one-sided; small ones speak against what their name says.
struct Shrinkage {
  double limit = 0.0;  ///< a, for infinite size under the law limit + slope/N
  double limit_error = 0.0;
  double zero_limit_p = 1.0;       ///< limit = 0, against a limit of the sign of the difference
  double constant_p = 1.0;         ///< d' = d, against d' beyond d
  double root_law_p = 1.0;         ///< d' = r^(1/2) d (p = 1/2), against a d' that falls short of it
  bool decreases = false;          ///< same sign at both sizes, smaller at the larger one
  std::optional<double> exponent;  ///< p; none where the signs differ or a difference is zero
  std::optional<double> exponent_error;
};

/// `ratio` = r > 1, larger size over smaller; `theory_error` is shared by both differences. Throws
/// std::invalid_argument on a ratio <= 1.
[[nodiscard]] Shrinkage measure_shrinkage(const Shift& larger, const Shift& smaller, double ratio,
                                          double theory_error = 0.0);

/// Rules (a) to (c). `adjusted_zero_limit_p`: after Holm over the entries tested; `level`: alpha; `entries`: K.
[[nodiscard]] bool shrinks_with_size(const Shrinkage& shrinkage, double adjusted_zero_limit_p, double level,
                                     std::size_t entries);

/// The law found, for reports and JSON.
struct FiniteSizeLaw {
  std::vector<double> sizes;            ///< ascending; empty if unknown
  std::vector<double> differences;      ///< signed, in the order smaller, larger size
  std::vector<double> standard_errors;  ///< of the differences
  double limit = 0.0;
  double limit_error = 0.0;
  std::optional<double> exponent;  ///< the difference falls as N^-exponent
  std::optional<double> exponent_error;
  std::optional<double> slope;  ///< b of difference = b/N through both sizes; none if the size is unknown
  std::optional<double> slope_error;
  std::optional<double> size_needed;  ///< where the shift falls below one standard error of this run
};

[[nodiscard]] FiniteSizeLaw finite_size_law(const Shift& larger, const Shift& smaller, const Shrinkage& shrinkage,
                                            double ratio, std::optional<double> larger_size);

/// One sentence about the law: `the shift falls as N^-0.93 (+- 0.29); below one standard error from N = 12000 on`.
[[nodiscard]] std::string sentence(const FiniteSizeLaw& law);

}  // namespace limes::experiment

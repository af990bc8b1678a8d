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
// Second test, for each entry that did not pass. Extrapolated limit a = (r d - d')/(r - 1), of standard error
// sqrt(r^2 s^2 + s'^2)/(r - 1) (plus the theory's own error, which both sizes share), Welch's degrees of freedom. The
// difference is `finite_size`, shrinking as 1/N allows, when one of
//   (a) a has the sign of d only by chance: one-sided t, p > beta;
//   (b) the measured exponent p = log(d'/d)/log r is at least 1/2;
//   (c) constancy is rejected (d' > d, one-sided at alpha) and p >= 1/2 is not (d' < r^(1/2) d, one-sided at beta).
// (a) is the law b/N; (b) and (c) let pass what shrinks more slowly, as the norm of a random matrix (N^-2/3) and the
// largest Lyapunov exponent near the onset of chaos do, once the data show that it does shrink. All else is `disagree`.
// beta = 0.001 for each entry: a run with ten shifted entries is called wrong in 1 % of cases at most. That the
// measured d' exceed d is not asked: what passes the first test by a lucky d would fail it with a right theory.
//
// Error rates. *Right theory, d = b/N*: `disagree` needs a difference that is called one (alpha for entries without
// shift) and (a) to fail (beta): below alpha + K beta for K shifted entries. *Constant error c*: it passes the second
// test by (a) if d' exceeds r d - t s_a (t the critical value at beta, s_a the error of r d - d'), of probability
// P(T > (r-1) c/s_a - t), or by (c), at most alpha. Two sizes a factor of two apart do not tell b/N from a c of a few
// standard errors: that doubt is called `finite_size`, and a and p stand beside it with their errors. Half the size is
// run with four times the realisations, which is equal work for dense matrices: s_a = 2.12 s (2.45 s with n at both
// sizes). Measured with ten quantities and a curve, n = 8 and 4n at half size, 2000 runs each
// (tests/experiment/comparison_rates_test.cpp), percent of runs called `disagree`; in brackets with n at half size; the
// other runs of the first row are `agree` for a small c, `finite_size` for a larger one:
//                      c/s or d/s at size N:     6        8        10       15         20
//   wrong by c                                18 (13)  39 (33)  62 (55)  96 (94)  99.5 (99)
//   right, d = b/N                           0.6 (0.1) at all of them
//   right, d ~ N^-2/3                          2 (1)    2 (2)    1 (3)    1 (1)     1 (0)
//   right, d ~ N^-1/2                          6 (4)    9 (7)    8 (12)   2 (14)    1 (4)

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
  std::optional<double> exponent;  ///< p; none where the signs differ or a difference is zero
  std::optional<double> exponent_error;
};

/// `ratio` = r > 1, larger size over smaller; `theory_error` is shared by both differences. Throws
/// std::invalid_argument on a ratio <= 1.
[[nodiscard]] Shrinkage measure_shrinkage(const Shift& larger, const Shift& smaller, double ratio,
                                          double theory_error = 0.0);

/// Levels of the two tests.
struct Levels {
  double difference = 0.01;  ///< alpha: where a difference is called one
  double law = 0.001;        ///< beta: where a law of finite size is given up
};

/// Rules (a) to (c).
[[nodiscard]] bool shrinks_with_size(const Shrinkage& shrinkage, const Levels& levels);

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

/// One sentence about the law: `the shift falls as N^-0.93 (+- 0.29) between N = 1000 and 2000; below one standard
/// error from N = 12000 on`; where the exponent is not resolved, the limit that the law b/N gives.
[[nodiscard]] std::string sentence(const FiniteSizeLaw& law);

}  // namespace limes::experiment

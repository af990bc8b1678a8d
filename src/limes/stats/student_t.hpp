#pragma once
namespace limes::stats {

/// P(|T| >= |t|) for Student's t with `degrees` > 0 degrees of freedom (infinite: the normal distribution). An infinite
/// t gives 0. Throws std::domain_error on NaN or degrees <= 0.
[[nodiscard]] double student_t_two_sided_p(double t, double degrees);

/// P(T >= t).
[[nodiscard]] double student_t_upper_p(double t, double degrees);

/// The t with P(T <= t) = probability, 0 < probability < 1.
[[nodiscard]] double student_t_quantile(double probability, double degrees);

/// P(F >= f) for Fisher's F with (numerator, denominator) degrees of freedom.
[[nodiscard]] double fisher_f_upper_p(double f, double numerator, double denominator);

/// P(X >= chi_square) with `degrees` degrees of freedom.
[[nodiscard]] double chi_square_upper_p(double chi_square, double degrees);

}  // namespace limes::stats

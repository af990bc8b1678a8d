#include "limes/rate/random_modes/given_theory.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "limes/base/errors.hpp"
#include "limes/compute/spectrum.hpp"
#include "limes/rate/random_modes/mode_branch.hpp"
#include "limes/rate/random_modes/quenched_branch.hpp"

namespace limes::rate::random_modes {

namespace {

constexpr Eigen::Index kLargestSpectrum = 4000;

/// What the matrix itself says.
struct Facts {
  double coupling = 0.0;      // g_eff = sqrt(<s^2>)
  double inverse_rank = 0.0;  // <s^4>/<s^2>^2 - 2
};

Facts write_facts(const ModesDescription& description, const coupling::DenseMatrix& matrix,
                  system::TheoryOutcome& outcome) {
  ModeBranch write(outcome, {"exact", std::nullopt, "exact", "what holds for this matrix itself", true}, false);
  const auto size = static_cast<double>(matrix.rows());
  const compute::RowMajorMatrix gram = matrix.transpose() * matrix;
  Facts facts;
  const double square = gram.trace() / size;
  facts.coupling = std::sqrt(square);
  facts.inverse_rank = gram.squaredNorm() / size / (square * square) - 2.0;
  write.exact("effective_coupling", facts.coupling);
  write.exact("inverse_rank", facts.inverse_rank);
  write.exact("mean_coupling", coupling::statistics(*description.matrix).mean_coupling);
  if (matrix.rows() > kLargestSpectrum) {
    outcome.warnings.push_back(
        fmt::format("numerical_rank and spectral_radius are left out above {} neurons", kLargestSpectrum));
    return facts;
  }
  const Eigen::VectorXd squares = compute::symmetric_spectrum(gram).values;
  system::Axis share{"share", "1", {}};
  std::vector<double> values;
  for (Eigen::Index k = squares.size(); k-- > 0;) {
    share.values.push_back((static_cast<double>(values.size()) + 0.5) / size);
    values.push_back(std::sqrt(std::max(0.0, squares(k))));
  }
  // Squares are good to rounding of the largest one.
  const double smallest = values.front() * std::sqrt(size * std::numeric_limits<double>::epsilon());
  write.exact("numerical_rank",
              static_cast<double>(std::count_if(values.begin(), values.end(), [&](double s) { return s > smallest; })));
  outcome.curves.push_back({"singular_values", "exact", {share}, values});
  // The singular values of an iid matrix of that g_eff: the quarter-circle law, int_s^2g sqrt(4 g^2 - x^2)/(pi g^2) =
  // k/N.
  std::vector<double> quarter;
  for (const double target : share.values) {
    double lower = 0.0, upper = 2.0;
    for (int step = 0; step < 60; ++step) {
      const double s = 0.5 * (lower + upper);
      const double above = 1.0 - (s * std::sqrt(4.0 - s * s) / 2.0 + 2.0 * std::asin(s / 2.0)) / 3.14159265358979323846;
      (above > target ? lower : upper) = s;
    }
    quarter.push_back(facts.coupling * 0.5 * (lower + upper));
  }
  outcome.curves.push_back({"singular_values", "iid", {share}, quarter});

  const auto eigenvalues = compute::eigenvalues(matrix);
  const double edge = facts.coupling * (1.0 + 2.0 / std::sqrt(size));
  const auto outliers = std::count_if(eigenvalues.begin(), eigenvalues.end(),
                                      [&](const auto& lambda) { return std::abs(lambda) > edge; });
  write.exact("spectral_radius", std::abs(eigenvalues.front()));
  write.exact("outliers", static_cast<double>(outliers));
  if (outliers > 0) {
    const auto first = eigenvalues.front();
    outcome.warnings.push_back(fmt::format(
        "outlier: {} eigenvalue{} outside of the disc of radius g_eff = {:.4g} (the largest: {:.4g}{:+.4g}i); "
        "free_cumulants and iid_surrogate treat the bulk only",
        outliers, outliers == 1 ? " lies" : "s lie", facts.coupling, first.real(), first.imag()));
  }
  return facts;
}

}  // namespace

void solve_given(const ModesDescription& description, const system::Context& context, system::TheoryOutcome& outcome) {
  const coupling::DenseMatrix matrix = coupling::to_dense(*description.matrix);
  const Facts facts = write_facts(description, matrix, outcome);
  if (context.stop.stop_requested()) throw InterruptedError();
  if (description.theory.quenched) write_quenched(description, matrix, context, outcome);

  TwoPointProblem single;
  single.transfer = description.transfer;
  single.coupling = facts.coupling;
  single.noise_intensity = description.noise_intensity;
  const TwoPointSolution solution = solve_two_point(single, context.stop);
  const auto size = static_cast<double>(description.size);
  const system::Branch free{
      "free_cumulants", true, "free_cumulants",
      "random singular vectors: knows the singular values of the matrix through g_eff and 1/PR^D"};
  const system::Branch iid{"iid_surrogate", true, "iid_surrogate", "iid couplings with the g_eff of the matrix"};
  const auto write = [&](const system::Branch& branch, double inverse_rank, bool approximate,
                         std::optional<double> of_one) {
    if (solution.quiescent) {
      write_quiescent(facts.coupling, inverse_rank, branch, approximate, outcome);
      return;
    }
    write_ladder({&single, &solution, inverse_rank, 1.0}, branch, approximate, description.theory.lags,
                 description.simulation.lags, of_one, context.stop, outcome);
  };
  write(free, facts.inverse_rank, true, size);
  write(iid, 0.0, false, std::nullopt);
  if (!description.simulation.surrogates) return;
  // The two ensembles of surrogates, whose theories are exact in the limit: no error of approximation is allowed. (They
  // are called approximate so that they are tested: the realisations share one matrix, but not the surrogates.)
  write({"spectrum_surrogate", true, "spectrum_surrogate", "networks with these singular values and random vectors",
         false},
        facts.inverse_rank, true, std::nullopt);
  write({"gaussian_surrogate", true, "gaussian_surrogate", "networks of iid couplings with this g_eff", false}, 0.0,
        true, std::nullopt);
}

}  // namespace limes::rate::random_modes

// Overlaps of left and right modes: equation (12) in linear networks, whose solution is closed, and its limits.

#include <gtest/gtest.h>

#include <cmath>

#include "limes/rate/random_modes/theory/overlap_ladder.hpp"
#include "limes/rate/random_modes/theory/sampled_mean_field.hpp"

namespace limes::rate::random_modes {
namespace {

std::vector<double> exponential(double g, double decay, std::size_t size) {
  std::vector<double> strengths;
  double square = 0.0;
  for (std::size_t a = 0; a < size; ++a) {
    strengths.push_back(std::exp(-static_cast<double>(a) / (decay * static_cast<double>(size))));
    square += strengths.back() * strengths.back();
  }
  for (double& strength : strengths) strength *= g * std::sqrt(static_cast<double>(size) / square);
  return strengths;
}

/// phi = x with white noise of intensity D.
OverlapDimension linear(const std::vector<ModeGroup>& modes, double noise) {
  const auto unit = [&](double frequency) {
    UnitSpectra spectra;
    spectra.response = trivial_response(modes, 1.0, frequency);
    const double gain = std::norm(spectra.response);
    spectra.output = 2.0 * noise * gain / (1.0 - gain * mode_sums(modes, spectra.response).power);
    return spectra;
  };
  return overlap_dimension(modes, unit, noise, 1.0, 24);
}

// Note random-mode, section 9: unit white noise is D = 1/2; M = N = 500.
TEST(Overlaps, LinearNetworksOfTheNote) {
  const std::size_t size = 500;
  const auto strengths = exponential(0.3, 0.5, size);
  const auto check = [&](const std::vector<double>& overlaps, double trace, double square) {
    const OverlapDimension found = linear(group_modes(strengths, overlaps, static_cast<double>(size)), 0.5);
    EXPECT_NEAR(found.output_variance, trace, 1e-6);
    EXPECT_NEAR(found.output, square, 1e-6);
    EXPECT_NEAR(found.state, found.output, 1e-12);  // phi = x, by the other ends of the ladder
    EXPECT_NEAR(found.variance, found.output_variance, 1e-12);
  };
  std::vector<double> one(size, 0.6), alternating, correlated;
  for (std::size_t a = 0; a < size; ++a) {
    alternating.push_back(a % 2 == 0 ? 0.6 : -0.6);
    correlated.push_back(0.8 * std::exp(-static_cast<double>(a) / (0.3 * static_cast<double>(size))));
  }
  check(one, 0.709537, 0.762816);
  check(alternating, 0.539064, 0.323055);
  check(correlated, 0.623182, 0.507070);
}

TEST(Overlaps, WithoutThemTheLadderIsThatOfRandomModes) {
  TwoPointProblem single;
  single.transfer = {transfer::Kind::kErf, 1.0};
  single.coupling = 2.5;
  const TwoPointSolution solution = solve_two_point(single);
  const PanelSeries output(solution.grid, solution.output, solution.decay);
  const std::vector<ModeGroup> modes = {{0.5, std::sqrt(8.0), 0.0}, {0.5, std::sqrt(4.5), 0.0}};
  const double inverse_rank = (0.5 * 64.0 + 0.5 * 20.25) / std::pow(6.25, 2);
  const auto unit = [&](double w) {
    return UnitSpectra{solution.slope(0) / std::complex<double>(1.0, w),
                       2.0 * output.laplace(std::complex<double>(0.0, w))(0).real()};
  };
  const Dimensions exact = dimensions({&single, &solution, inverse_rank, 1.0});
  const OverlapDimension found = overlap_dimension(modes, unit, 0.0, 0.5, 100);
  EXPECT_NEAR(found.output, exact.output.cross_covariance, 1e-7 * found.output);  // the ridge on this grid
  EXPECT_NEAR(found.state, exact.state.cross_covariance, 1e-7 * found.state);
  EXPECT_NEAR(found.variance, exact.state.trace, 1e-8);
}

// Sampling against the closed solution at a vanishing overlap: what is left is Monte Carlo. 256 paths of 205 tau, five
// rounds: 0.3 % of C_phi(0) and <phi'>, of which Psi makes some 20 %: it is compared in ratios only
// (overlap_branch.cpp).
TEST(Overlaps, SampledUnitWithoutOverlap) {
  SampledProblem problem;
  problem.transfer = {transfer::Kind::kErf, 1.0};
  problem.modes = {{1.0, 2.5, 1e-9}};
  problem.paths = 256;
  problem.rounds = 5;
  const SampledSolution sampled = solve_sampled(problem);
  TwoPointProblem single;
  single.transfer = problem.transfer;
  single.coupling = 2.5;
  const TwoPointSolution solution = solve_two_point(single);
  EXPECT_NEAR(sampled.mean.slope, solution.slope(0), 0.01 * solution.slope(0));
  EXPECT_NEAR(sampled.mean.output.front(), solution.output(0, 0), 0.01 * solution.output(0, 0));
  const std::complex<double> found = sampled.mean.at(0.5).response,
                             exact = solution.slope(0) / std::complex<double>(1.0, 0.5);
  EXPECT_NEAR(std::abs(found - exact), 0.0, 0.02);
}

TEST(Overlaps, StabilityOfTheTrivialState) {
  EXPECT_TRUE(trivial_state_is_stable({{1.0, 0.9, 1e-6}}, 1.0));
  EXPECT_FALSE(trivial_state_is_stable({{1.0, 1.1, 1e-6}}, 1.0));
  // Overlaps of one sign bring the edge nearer: at rho = 1, D = g, J is symmetric, u u^T, with eigenvalues up to 4 g.
  EXPECT_FALSE(trivial_state_is_stable({{1.0, 0.9, 0.5}}, 1.0));
  EXPECT_TRUE(trivial_state_is_stable({{1.0, 0.4, 0.5}}, 1.0));
}

}  // namespace
}  // namespace limes::rate::random_modes

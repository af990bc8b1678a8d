#include "limes/rate/given_matrix/quenched_starts.hpp"

#include <algorithm>
#include <cmath>

#include "limes/math/random.hpp"

namespace limes::rate::given_matrix {
namespace {

using Eigen::Index;
using Eigen::VectorXd;

// Entries of the matrix, and entries times lags, beyond which each start takes seconds.
constexpr Index kManyEntries = 2'000'000;
constexpr Index kManyProducts = 20'000'000;

/// Appends `vector` at root mean square 1, unless it is (nearly) contained in what is there.
void append_direction(std::vector<VectorXd>& directions, VectorXd vector) {
  const double length = vector.norm();
  if (!(length > 0.0)) return;
  vector *= std::sqrt(static_cast<double>(vector.size())) / length;
  for (const VectorXd& other : directions) {
    if (std::abs(vector.dot(other)) > 0.99 * static_cast<double>(vector.size())) return;
  }
  directions.push_back(std::move(vector));
}

}  // namespace

bool is_mirror_symmetric(const QuenchedProblem& problem) {
  return transfer::is_odd(problem.transfer) &&
         std::all_of(problem.threshold.begin(), problem.threshold.end(), [](double x) { return x == 0.0; });
}

double largest_drive(const coupling::Matrix& matrix) {
  double sum = 0.0;
  coupling::for_each_entry(matrix, [&](Index, Index, double value) { sum += std::abs(value); });
  return 1.0 + sum / static_cast<double>(coupling::size(matrix));
}

std::vector<VectorXd> leading_directions(const coupling::Matrix& matrix) {
  const Index size = coupling::size(matrix);
  std::vector<VectorXd> directions;
  append_direction(directions, VectorXd::Ones(size));
  const Product product = [&](const VectorXd& x) { return coupled(matrix, x); };
  // A start needs no more than the rough direction.
  const KrylovEffort effort = affordable({1e-3, 60, 6}, size, coupling::nonzeros(matrix), 4e9);
  for (const Which which : {Which::kLargestRealPart, Which::kLargestModulus}) {
    const LeadingEigenvalue leading = leading_eigenvalue(product, size, which, effort);
    append_direction(directions, leading.vector.real());
    append_direction(directions, leading.vector.imag());
  }
  return directions;
}

std::vector<QuenchedStart> quenched_starts(const QuenchedProblem& problem, const QuenchedOptions& options,
                                           const std::vector<std::vector<double>>& extra) {
  const Index size = coupling::size(*problem.coupling);
  const double noise =
      problem.continuous ? problem.noise_intensity : problem.noise_variance / (1.0 - problem.leak * problem.leak);
  VectorXd mean_square = VectorXd::Zero(size);
  coupling::for_each_entry(*problem.coupling, [&](Index i, Index, double value) { mean_square[i] += value * value; });
  // Outputs of as large a variance as a bounded transfer can give in every neuron.
  const double square =
      transfer::is_bounded(problem.transfer) ? transfer::output_range(problem.transfer).square() : 1.0;
  const VectorXd loud = (square * mean_square.array() + noise).matrix();
  const VectorXd quiet = VectorXd::Constant(size, noise);
  const double drive = largest_drive(*problem.coupling);

  const bool mirrored = is_mirror_symmetric(problem);
  std::vector<VectorXd> means{VectorXd::Zero(size)};
  const std::vector<VectorXd> directions = leading_directions(*problem.coupling);
  for (const VectorXd& direction : directions) {
    means.emplace_back(drive * direction);
    if (!mirrored) means.emplace_back(-drive * direction);
  }
  const std::size_t patterns = means.size();
  // Where each start takes seconds, random patterns come last in worth: averages over so many neurons hardly differ.
  const Index entries = coupling::nonzeros(*problem.coupling);
  const Index lags = LagGrid(problem.continuous, problem.leak, first_horizon(problem)).size();
  const bool dear = entries > kManyEntries || entries * lags > kManyProducts;
  const int pattern_starts = dear ? std::min(options.pattern_starts, 1) : options.pattern_starts;
  for (int k = 0; k < pattern_starts; ++k) {
    math::RandomStream stream(1, 0, math::Purpose::kTheory, static_cast<std::uint64_t>(k));
    VectorXd mean = VectorXd::Zero(size);
    for (const VectorXd& direction : directions) mean += stream.normal() * direction;
    // Alternately weak and strong: basins of weak states are not reached from far away.
    means.emplace_back((k % 2 == 0 ? drive : 0.3) * mean);
  }
  for (const std::vector<double>& mean : extra) {
    means.emplace_back(Eigen::Map<const VectorXd>(mean.data(), size));
  }

  std::vector<QuenchedStart> starts;
  starts.push_back({means.front(), loud});
  for (const VectorXd& mean : means) starts.push_back({mean, quiet});
  // Without noise a start without fluctuations stays without: the fluctuating states need their own.
  if (noise == 0.0) {
    for (std::size_t k = 1; k < means.size(); ++k) {
      if (k <= 2 || k >= patterns) starts.push_back({means[k], loud});
    }
  }
  return starts;
}

}  // namespace limes::rate::given_matrix

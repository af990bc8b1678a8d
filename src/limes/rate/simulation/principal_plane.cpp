#include "limes/rate/simulation/principal_plane.hpp"

#include <Eigen/Eigenvalues>
#include <algorithm>
#include <cmath>

namespace limes::rate {

namespace {

using RowMatrix = Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;

// The eigenproblem is solved over neurons or over states, whichever are fewer; of more states an even selection.
constexpr Eigen::Index kLargestProblem = 512;

/// N x 2: the leading right singular vectors of `centred` (states x N).
Eigen::MatrixXd components(const RowMatrix& centred) {
  const Eigen::Index neurons = centred.cols();
  if (neurons <= kLargestProblem) {
    const Eigen::SelfAdjointEigenSolver<Eigen::MatrixXd> solver(centred.transpose() * centred);
    return solver.eigenvectors().rightCols(std::min<Eigen::Index>(2, neurons)).rowwise().reverse();
  }
  const Eigen::Index count = std::min(centred.rows(), kLargestProblem);
  RowMatrix selection(count, neurons);
  for (Eigen::Index k = 0; k < count; ++k) {
    selection.row(k) = centred.row(count > 1 ? k * (centred.rows() - 1) / (count - 1) : 0);
  }
  const Eigen::SelfAdjointEigenSolver<Eigen::MatrixXd> solver(selection * selection.transpose());
  Eigen::MatrixXd vectors =
      selection.transpose() * solver.eigenvectors().rightCols(std::min<Eigen::Index>(2, count)).rowwise().reverse();
  for (Eigen::Index c = 0; c < vectors.cols(); ++c) {
    const double norm = vectors.col(c).norm();
    if (norm > 0.0) vectors.col(c) /= norm;
  }
  return vectors;
}

}  // namespace

std::vector<std::complex<double>> principal_plane(const OrbitEnd& orbit, std::size_t most) {
  const std::size_t count = std::min(most, orbit.length()), first = orbit.length() - count;
  if (count == 0) return {};
  RowMatrix centred = Eigen::Map<const RowMatrix>(orbit.at(first).data(), static_cast<Eigen::Index>(count),
                                                  static_cast<Eigen::Index>(orbit.neurons));
  const Eigen::RowVectorXd mean = centred.colwise().mean();
  centred.rowwise() -= mean;
  Eigen::MatrixXd axes = components(centred);
  for (Eigen::Index c = 0; c < axes.cols(); ++c) {
    Eigen::Index largest = 0;
    axes.col(c).cwiseAbs().maxCoeff(&largest);
    if (axes(largest, c) < 0.0) axes.col(c) *= -1.0;
  }
  const Eigen::MatrixXd plane = centred * axes / std::sqrt(static_cast<double>(orbit.neurons));
  std::vector<std::complex<double>> points;
  for (Eigen::Index t = 0; t < plane.rows(); ++t) {
    points.emplace_back(plane(t, 0), plane.cols() > 1 ? plane(t, 1) : 0.0);
  }
  return points;
}

}  // namespace limes::rate

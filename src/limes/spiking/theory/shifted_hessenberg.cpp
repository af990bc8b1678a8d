#include "limes/spiking/theory/shifted_hessenberg.hpp"

#include <Eigen/Eigenvalues>
#include <cmath>
#include <utility>

namespace limes::spiking {

ShiftedHessenberg::ShiftedHessenberg(const Eigen::MatrixXd& a) {
  const Eigen::HessenbergDecomposition<Eigen::MatrixXd> reduction(a);
  q_ = reduction.matrixQ();
  h_ = reduction.matrixH();
}

Eigen::VectorXcd ShiftedHessenberg::solve(std::complex<double> s, const Eigen::VectorXcd& b) const {
  const Eigen::Index n = h_.rows();
  Eigen::VectorXcd x(n);
  x.real() = q_.transpose() * b.real();
  x.imag() = q_.transpose() * b.imag();
  // Row-major: the elimination runs along rows.
  Eigen::Matrix<std::complex<double>, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor> u =
      h_.cast<std::complex<double>>();
  u.diagonal().array() += s;
  for (Eigen::Index k = 0; k + 1 < n; ++k) {
    if (std::norm(u(k + 1, k)) > std::norm(u(k, k))) {
      u.row(k).tail(n - k).swap(u.row(k + 1).tail(n - k));
      std::swap(x(k), x(k + 1));
    }
    if (u(k + 1, k) == 0.0) continue;
    const std::complex<double> factor = u(k + 1, k) / u(k, k);
    u.row(k + 1).tail(n - k) -= factor * u.row(k).tail(n - k);
    x(k + 1) -= factor * x(k);
  }
  for (Eigen::Index k = n - 1; k >= 0; --k) {
    std::complex<double> sum = x(k);
    if (k + 1 < n) sum -= u.row(k).tail(n - 1 - k).transpose().cwiseProduct(x.tail(n - 1 - k)).sum();
    x(k) = sum / u(k, k);
  }
  Eigen::VectorXcd result(n);
  result.real() = q_ * x.real();
  result.imag() = q_ * x.imag();
  return result;
}

}  // namespace limes::spiking

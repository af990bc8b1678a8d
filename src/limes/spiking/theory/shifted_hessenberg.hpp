#pragma once
// (A + s I) x = b for one matrix A and many complex s, in O(n^2) each.

#include <Eigen/Core>
#include <complex>

namespace limes::spiking {

/// A = Q H Q^T with H upper Hessenberg, found once; then H + s I is eliminated with row exchanges.
class ShiftedHessenberg {
 public:
  ShiftedHessenberg() = default;
  explicit ShiftedHessenberg(const Eigen::MatrixXd& a);

  [[nodiscard]] bool empty() const { return h_.size() == 0; }
  [[nodiscard]] Eigen::VectorXcd solve(std::complex<double> s, const Eigen::VectorXcd& b) const;

 private:
  Eigen::MatrixXd q_;
  Eigen::MatrixXd h_;
};

}  // namespace limes::spiking

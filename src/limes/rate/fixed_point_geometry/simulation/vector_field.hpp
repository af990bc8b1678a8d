#pragma once
// The flow of one concrete network, F(x) = -x + J phi(x) + eta, and its Jacobian -1 + J diag(phi'(x)).

#include <Eigen/Core>
#include <cstddef>
#include <span>
#include <vector>

#include "limes/compute/dense_operator.hpp"
#include "limes/compute/memory.hpp"
#include "limes/transfer/transfer.hpp"

namespace limes::rate::fixed_points {

class VectorField {
 public:
  /// J is N x N (row = target), `input` has N values.
  VectorField(const Eigen::Ref<const Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>>& couplings,
              std::vector<double> input, transfer::Transfer transfer);

  [[nodiscard]] std::size_t size() const { return couplings_.size(); }
  [[nodiscard]] const compute::DenseOperator<double>& couplings() const { return couplings_; }
  [[nodiscard]] const std::vector<double>& input() const { return input_; }
  [[nodiscard]] const transfer::Transfer& transfer() const { return transfer_; }
  /// F(-x) = -F(x): fixed points come in pairs and x = 0 is one.
  [[nodiscard]] bool is_odd() const { return odd_; }

  /// Space for evaluations; one for each thread.
  class Workspace {
   public:
    explicit Workspace(const VectorField& field);
    [[nodiscard]] std::span<double> output() { return {block(0), size_}; }
    [[nodiscard]] std::span<double> slope() { return {block(1), size_}; }

   private:
    friend class VectorField;
    [[nodiscard]] double* block(std::size_t k) { return reinterpret_cast<double*>(memory_.data()) + k * stride_; }
    std::size_t size_, stride_;
    compute::AlignedBlock memory_;
  };

  /// `flow` = F(x); phi(x) and phi'(x) stay in the workspace. Returns |F|^2.
  double evaluate(std::span<const double> x, std::span<double> flow, Workspace& work) const;
  /// `product` = J v.
  void apply(std::span<const double> v, std::span<double> product, Workspace& work) const;
  /// The Jacobian -(1 + mu) + J diag(slope), row by row, N^2 numbers.
  void jacobian(std::span<const double> slope, double* matrix, double mu = 0.0) const;

 private:
  compute::DenseOperator<double> couplings_;
  std::vector<double> input_;
  transfer::Transfer transfer_;
  bool odd_;
};

}  // namespace limes::rate::fixed_points

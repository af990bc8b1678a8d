#include "limes/rate/fixed_point_geometry/simulation/vector_field.hpp"

#include <algorithm>
#include <utility>

#include "limes/compute/dense_kernels.hpp"
#include "limes/compute/transfer_kernels.hpp"

namespace limes::rate::fixed_points {

VectorField::VectorField(
    const Eigen::Ref<const Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>>& couplings,
    std::vector<double> input, transfer::Transfer transfer)
    : couplings_(couplings),
      input_(std::move(input)),
      transfer_(std::move(transfer)),
      odd_(transfer::is_odd(transfer_) &&
           std::all_of(input_.begin(), input_.end(), [](double value) { return value == 0.0; })) {}

VectorField::Workspace::Workspace(const VectorField& field)
    : size_(field.size()), stride_(field.couplings_.stride()), memory_(3 * stride_ * sizeof(double)) {}

double VectorField::evaluate(std::span<const double> x, std::span<double> flow, Workspace& work) const {
  compute::apply_transfer_with_slope(transfer_, x, work.output(), work.slope());
  compute::kernels::multiply_few(couplings_.row(0).data(), couplings_.stride(), 0, size(), work.block(0), flow.data(),
                                 1);
  double square = 0.0;
  for (std::size_t i = 0; i < size(); ++i) {
    flow[i] += input_[i] - x[i];
    square += flow[i] * flow[i];
  }
  return square;
}

void VectorField::apply(std::span<const double> v, std::span<double> product, Workspace& work) const {
  std::copy(v.begin(), v.end(), work.block(2));
  compute::kernels::multiply_few(couplings_.row(0).data(), couplings_.stride(), 0, size(), work.block(2),
                                 product.data(), 1);
}

void VectorField::jacobian(std::span<const double> slope, double* matrix, double mu) const {
  const std::size_t n = size();
  for (std::size_t i = 0; i < n; ++i) {
    const double* row = couplings_.row(i).data();
    double* target = matrix + i * n;
    for (std::size_t j = 0; j < n; ++j) target[j] = row[j] * slope[j];
    target[i] -= 1.0 + mu;
  }
}

}  // namespace limes::rate::fixed_points

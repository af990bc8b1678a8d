// GCC 12 sees a use after free in the destructors of Eigen's vectors once Spectra is inlined; there is none.
#if defined(__GNUC__) && !defined(__clang__) && __GNUC__ >= 12
#pragma GCC diagnostic ignored "-Wuse-after-free"
#endif

#include <fmt/format.h>

#include <Spectra/GenEigsSolver.h>
#include <algorithm>
#include <limits>

#include "limes/base/errors.hpp"
#include "limes/compute/eigenvalue_order.hpp"
#include "limes/compute/spectrum.hpp"

namespace limes::compute {

namespace {

// What Spectra asks of a matrix that is known by its products.
class Product {
 public:
  using Scalar = double;
  explicit Product(const LinearMap& map) : map_(&map) {}
  [[nodiscard]] Eigen::Index rows() const { return static_cast<Eigen::Index>(map_->size); }
  [[nodiscard]] Eigen::Index cols() const { return rows(); }
  void perform_op(const double* x, double* y) const { map_->apply(x, y); }

 private:
  const LinearMap* map_;
};

std::vector<std::complex<double>> all_eigenvalues(const LinearMap& map) {
  const auto size = static_cast<Eigen::Index>(map.size);
  Eigen::MatrixXd columns(size, size);
  Eigen::VectorXd unit = Eigen::VectorXd::Zero(size);
  for (Eigen::Index j = 0; j < size; ++j) {
    unit[j] = 1;
    map.apply(unit.data(), columns.col(j).data());
    unit[j] = 0;
  }
  return eigenvalues(columns);
}

}  // namespace

std::vector<std::complex<double>> leading_eigenvalues(const LinearMap& map, std::size_t count, Leading leading,
                                                      double tolerance) {
  if (count == 0 || count > map.size)
    throw InputError(fmt::format("asked for {} leading eigenvalues of a matrix that has {}", count, map.size));
  constexpr std::size_t kSmall = 64;
  if (map.size < kSmall || count > map.size / 4) {
    auto values = all_eigenvalues(map);
    sort_eigenvalues(values, leading);
    values.resize(count);
    return values;
  }
  Product product(map);
  // Two more than asked for, so that a conjugate pair is not cut by the iteration.
  const auto wanted = static_cast<Eigen::Index>(count + 2);
  const auto dimension = std::min(static_cast<Eigen::Index>(map.size), std::max<Eigen::Index>(4 * wanted, 48));
  Spectra::GenEigsSolver<Product> solver(product, wanted, dimension);
  solver.init();
  constexpr Eigen::Index kRestarts = 1000;
  const auto rule =
      leading == Leading::kLargestModulus ? Spectra::SortRule::LargestMagn : Spectra::SortRule::LargestReal;
  const auto found = solver.compute(rule, kRestarts, tolerance, rule);
  if (solver.info() != Spectra::CompInfo::Successful)
    throw ConvergenceError(fmt::format("{} of {} leading eigenvalues converged in {} restarts of Arnoldi's iteration",
                                       found, wanted, kRestarts),
                           std::numeric_limits<double>::quiet_NaN());
  const Eigen::VectorXcd values = solver.eigenvalues();
  std::vector<std::complex<double>> result(values.data(), values.data() + values.size());
  sort_eigenvalues(result, leading);
  result.resize(std::min(count, result.size()));
  return result;
}

}  // namespace limes::compute

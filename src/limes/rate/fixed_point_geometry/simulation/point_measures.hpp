#pragma once
// What is measured at the fixed points of one network.

#include <complex>
#include <vector>

#include "limes/rate/fixed_point_geometry/fixed_points_description.hpp"
#include "limes/rate/fixed_point_geometry/simulation/search.hpp"

namespace limes::rate::fixed_points {

/// Means over all fixed points of one network (mirror images included), and histograms as densities.
struct PointMeasures {
  double state_second_moment = 0.0, output_second_moment = 0.0;
  double jacobian_radius = 0.0;  ///< sqrt(sum_ij (J_ij phi'_j)^2 / N)
  std::vector<double> component_density, shell_density;
  bool has_spectra = false;
  double outside_fraction = 0.0, unstable_fraction = 0.0;
  std::vector<double> within;                  ///< fraction of eigenvalues with |lambda| < r, on the grid of radii
  std::vector<std::complex<double>> spectrum;  ///< of J diag phi' at the fixed point of median |x|^2
};

/// `found` must have points. Eigenvalues by LAPACK at `description.spectra` of them, evenly chosen.
[[nodiscard]] PointMeasures measure_points(const FixedPointsDescription& description, const VectorField& field,
                                           const FixedPointSet& found, compute::Threads& threads);

/// The state in results: x, or r = phi(x) in the activity form.
[[nodiscard]] std::vector<double> shown_state(const FixedPointsDescription& description,
                                              const std::vector<double>& state);

/// Densities of values in bins; values beyond the bins count for the norm only.
class Histogram {
 public:
  explicit Histogram(const std::vector<double>& edges) : edges_(edges), counts_(edges.size() - 1) {}
  void add(double value);
  [[nodiscard]] std::vector<double> density() const;

 private:
  const std::vector<double>& edges_;
  std::vector<double> counts_;
  double total_ = 0.0;
};

}  // namespace limes::rate::fixed_points

#include "limes/rate/fixed_point_geometry/simulation/point_measures.hpp"

#include <algorithm>
#include <cmath>

#include "limes/compute/spectrum.hpp"
#include "limes/compute/transfer_kernels.hpp"

namespace limes::rate::fixed_points {

namespace {

double mean_square(std::span<const double> values) {
  double sum = 0.0;
  for (const double value : values) sum += value * value;
  return sum / static_cast<double>(values.size());
}

compute::RowMajorMatrix linearised(const VectorField& field, const std::vector<double>& state) {
  VectorField::Workspace work(field);
  std::vector<double> flow(field.size());
  field.evaluate(state, flow, work);
  const auto n = static_cast<Eigen::Index>(field.size());
  compute::RowMajorMatrix matrix(n, n);
  field.jacobian(work.slope(), matrix.data(), -1.0);
  return matrix;
}

/// Up to `most` of `count` indices, evenly spread.
std::vector<std::size_t> chosen(std::size_t count, std::size_t most) {
  std::vector<std::size_t> indices;
  const std::size_t taken = std::min(count, most);
  for (std::size_t k = 0; k < taken; ++k) indices.push_back(k * count / taken);
  return indices;
}

}  // namespace

void Histogram::add(double value) {
  total_ += 1.0;
  if (value < edges_.front() || value >= edges_.back()) return;
  const auto bin = std::upper_bound(edges_.begin(), edges_.end(), value) - edges_.begin() - 1;
  counts_[static_cast<std::size_t>(bin)] += 1.0;
}

std::vector<double> Histogram::density() const {
  std::vector<double> result;
  for (std::size_t k = 0; k < counts_.size(); ++k) {
    result.push_back(total_ > 0.0 ? counts_[k] / total_ / (edges_[k + 1] - edges_[k]) : 0.0);
  }
  return result;
}

std::vector<double> shown_state(const FixedPointsDescription& description, const std::vector<double>& state) {
  if (!description.activity) return state;
  std::vector<double> output(state.size());
  compute::apply_transfer(description.network.population().transfer, state, output);
  return output;
}

PointMeasures measure_points(const FixedPointsDescription& description, const VectorField& field,
                             const FixedPointSet& found, compute::Threads& threads) {
  const auto count = static_cast<double>(found.points.size()), size = static_cast<double>(field.size());
  PointMeasures result;
  Histogram components(description.grids.component), shells(description.grids.shell);
  VectorField::Workspace work(field);
  std::vector<double> flow(field.size()), columns(field.size(), 0.0), squares;
  for (std::size_t i = 0; i < field.size(); ++i) {
    const auto row = field.couplings().row(i);
    for (std::size_t j = 0; j < field.size(); ++j) columns[j] += row[j] * row[j];
  }
  for (const FoundPoint& point : found.points) {
    field.evaluate(point.state, flow, work);
    const std::vector<double> state = shown_state(description, point.state);
    squares.push_back(mean_square(state));
    result.state_second_moment += squares.back() / count;
    result.output_second_moment += mean_square(work.output()) / count;
    double power = 0.0;
    for (std::size_t j = 0; j < field.size(); ++j) power += columns[j] * work.slope()[j] * work.slope()[j];
    result.jacobian_radius += std::sqrt(power / size) / count;
    shells.add(squares.back());
    for (const double value : state) {
      components.add(value);
      if (found.paired) components.add(-value);
    }
  }
  result.component_density = components.density();
  result.shell_density = shells.density();

  const std::vector<std::size_t> indices = chosen(found.points.size(), static_cast<std::size_t>(description.spectra));
  if (indices.empty()) return result;
  std::vector<std::vector<std::complex<double>>> spectra(indices.size());
  compute::parallel_for(threads, 0, indices.size(), 1, [&](std::size_t first, std::size_t last) {
    for (std::size_t k = first; k < last; ++k) {
      spectra[k] = compute::eigenvalues(linearised(field, found.points[indices[k]].state));
    }
  });
  result.has_spectra = true;
  result.within.assign(description.grids.radius.size(), 0.0);
  const double share = 1.0 / (size * static_cast<double>(indices.size()));
  std::vector<std::size_t> order(indices.size());
  for (std::size_t k = 0; k < order.size(); ++k) order[k] = k;
  const auto middle = order.begin() + static_cast<std::ptrdiff_t>(order.size() / 2);
  std::nth_element(order.begin(), middle, order.end(),
                   [&](std::size_t a, std::size_t b) { return squares[indices[a]] < squares[indices[b]]; });
  result.spectrum = spectra[*middle];
  for (const auto& spectrum : spectra) {
    for (const std::complex<double> value : spectrum) {
      const double modulus = std::abs(value);
      result.outside_fraction += modulus > 1.0 ? share : 0.0;
      result.unstable_fraction += value.real() > 1.0 ? share : 0.0;
      for (std::size_t r = 0; r < result.within.size(); ++r) {
        if (modulus < description.grids.radius[r]) result.within[r] += share;
      }
    }
  }
  return result;
}

}  // namespace limes::rate::fixed_points

#include "limes/rate/fixed_point_geometry/theory/constrained_law.hpp"

#include <algorithm>
#include <cmath>

#include "limes/base/errors.hpp"
#include "limes/math/roots.hpp"

namespace limes::rate::fixed_points {

namespace {

constexpr std::size_t kCells = 2000;
constexpr double kReach = 9.0;
// The density of a cell lies above its values at the edges by less than this.
constexpr double kBulge = 0.01;
// exp(h phi^2) is still a number.
constexpr double kLargestField = 600.0;

double output_square(const ComponentLaw& law) {
  return law.average([](double, double output, double) { return output * output; });
}

/// The h at which <phi^2> = c, at a given q: <phi^2> grows with h.
double matching_h(const Ensemble& ensemble, double c, double q) {
  const auto excess = [&](double h) { return output_square(ComponentLaw(ensemble, {c, h, q})) / c - 1.0; };
  // A Gaussian of variance c would have this h.
  const double variance = ensemble.deviation * ensemble.deviation * c + ensemble.field_variance;
  const double guess = (1.0 / variance - 1.0 / c) / 2.0;
  double low = guess - 1.0, high = guess + 1.0;
  for (double step = 1.0; excess(low) > 0.0 && step < 1e12; step *= 2.0) low -= step;
  for (double step = 1.0; excess(high) < 0.0 && high < kLargestField; step *= 2.0)
    high = std::min(high + step, kLargestField);
  if (!(excess(low) <= 0.0 && excess(high) >= 0.0)) {
    throw ConvergenceError("no law of components has this mean square output", excess(high));
  }
  return math::brent(excess, low, high, 1e-10 * (high - low));
}

}  // namespace

OrderParameters constrained_order(const Ensemble& ensemble, double c) {
  const auto at = [&](double q) { return OrderParameters{c, matching_h(ensemble, c, q), q}; };
  const auto flat = [&](double q) {
    return ComponentLaw(ensemble, at(q)).average([&](double, double, double a) { return a / (1.0 + q * a); }) - 1.0;
  };
  // The average falls from <a> at q = 0 to below 1 at q = 1.
  if (flat(0.0) <= 0.0) return at(0.0);
  return at(math::brent(flat, 0.0, 1.0, 1e-8));
}

ComponentSampler::ComponentSampler(const Ensemble& ensemble, const OrderParameters& order)
    : ensemble_(ensemble),
      order_(order),
      law_(ensemble, order),
      variance_(law_.field_variance()),
      normaliser_(law_.log_normaliser()) {
  const double square = output_square(law_);
  spread_ = std::sqrt(std::max(0.0, law_.average([&](double, double output, double) {
    const double excess = output * output - square;
    return excess * excess;
  })));
  // Strong saturation (h > 0) moves the law outwards: the same reach as the quadrature's, which holds its mass.
  const double reach = std::asinh(kReach * std::sqrt(variance_));
  std::vector<double> density;
  for (std::size_t k = 0; k <= kCells; ++k) {
    edge_.push_back(std::sinh(reach * static_cast<double>(k) / kCells));
    density.push_back(law_.density(edge_.back()));
  }
  double sum = 0.0;
  for (std::size_t k = 0; k < kCells; ++k) {
    majorant_.push_back((1.0 + kBulge) * std::max(density[k], density[k + 1]));
    sum += majorant_.back() * (edge_[k + 1] - edge_[k]);
    share_.push_back(sum);
  }
  for (double& share : share_) share /= sum;
}

double ComponentSampler::draw(math::RandomStream& stream) const {
  while (true) {
    // One number chooses the sign, the cell and the place in it.
    double u = 2.0 * stream.uniform() - 1.0;
    const double sign = u < 0.0 ? -1.0 : 1.0;
    u = std::abs(u);
    const auto cell = static_cast<std::size_t>(
        std::min<std::ptrdiff_t>(std::upper_bound(share_.begin(), share_.end(), u) - share_.begin(), kCells - 1));
    const double before = cell == 0 ? 0.0 : share_[cell - 1];
    const double place = (u - before) / (share_[cell] - before);
    const double x = edge_[cell] + place * (edge_[cell + 1] - edge_[cell]);
    if (stream.uniform() * majorant_[cell] <= law_.density(x)) return sign * x;
  }
}

}  // namespace limes::rate::fixed_points

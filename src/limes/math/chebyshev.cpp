#include "limes/math/chebyshev.hpp"

#include <algorithm>
#include <limits>
#include <numbers>

#include "limes/base/errors.hpp"

namespace limes::math {
namespace {

/// How many arguments `evaluate` carries through one recurrence.
constexpr std::size_t kLanes = 8;

/// One column of values per function, at the Lobatto nodes of one degree.
using Samples = std::vector<std::vector<double>>;

double largest(std::span<const double> values) {
  double size = 0;
  for (const double value : values) size = std::max(size, std::abs(value));
  return size;
}

/// Coefficients of one parity are exactly 0 in the other.
void impose(Parity parity, std::span<double> coefficients) {
  if (parity == Parity::kNone) return;
  for (std::size_t k = parity == Parity::kEven ? 1 : 0; k < coefficients.size(); k += 2) coefficients[k] = 0;
}

}  // namespace

ChebyshevSeries::ChebyshevSeries(double lower, double upper, std::vector<double> coefficients)
    : lower_(lower), upper_(upper) {
  if (!(lower < upper)) throw InputError("a Chebyshev series needs an interval of positive length");
  for (std::size_t k = 0; k < coefficients.size(); ++k) (k % 2 == 0 ? even_ : odd_).push_back(coefficients[k]);
  while (!even_.empty() && even_.back() == 0) even_.pop_back();
  while (!odd_.empty() && odd_.back() == 0) odd_.pop_back();
}

std::vector<double> ChebyshevSeries::coefficients() const {
  std::vector<double> all(std::max(even_.empty() ? 0 : 2 * even_.size() - 1, 2 * odd_.size()), 0.0);
  for (std::size_t k = 0; k < even_.size(); ++k) all[2 * k] = even_[k];
  for (std::size_t k = 0; k < odd_.size(); ++k) all[2 * k + 1] = odd_[k];
  return all;
}

double ChebyshevSeries::operator()(double x) const {
  double result = 0;
  evaluate(std::span<const double>(&x, 1), std::span<double>(&result, 1));
  return result;
}

namespace {

/// Clenshaw in T_2 for `Lanes` arguments: sum a_2k T_2k = b_0 - y b_1 and sum a_(2k+1) T_(2k+1) = t (b_0 - b_1), with
/// b_k = 2 y b_(k+1) - b_(k+2) + a and y = 2 t^2 - 1.
template <std::size_t Lanes>
void clenshaw(std::span<const double> even, std::span<const double> odd, const double* t, double* result) {
  double y[Lanes], e1[Lanes] = {}, e2[Lanes] = {}, o1[Lanes] = {}, o2[Lanes] = {};
  for (std::size_t i = 0; i < Lanes; ++i) y[i] = 2 * t[i] * t[i] - 1;
  const std::size_t common = std::min(even.size(), odd.size());
  const auto advance = [&](double a, double* first, double* second) {
    for (std::size_t i = 0; i < Lanes; ++i) {
      const double next = 2 * y[i] * first[i] - second[i] + a;
      second[i] = first[i];
      first[i] = next;
    }
  };
  for (std::size_t k = even.size(); k-- > common;) advance(even[k], e1, e2);
  for (std::size_t k = odd.size(); k-- > common;) advance(odd[k], o1, o2);
  for (std::size_t k = common; k-- > 0;) {
    advance(even[k], e1, e2);
    advance(odd[k], o1, o2);
  }
  for (std::size_t i = 0; i < Lanes; ++i) result[i] = e1[i] - y[i] * e2[i] + t[i] * (o1[i] - o2[i]);
}

}  // namespace

void ChebyshevSeries::evaluate(std::span<const double> x, std::span<double> result) const {
  const double middle = 0.5 * (lower_ + upper_);
  const double scale = 2 / (upper_ - lower_);
  std::size_t begin = 0;
  for (; begin + kLanes <= x.size(); begin += kLanes) {
    double t[kLanes];
    for (std::size_t i = 0; i < kLanes; ++i) t[i] = (x[begin + i] - middle) * scale;
    clenshaw<kLanes>(even_, odd_, t, &result[begin]);
  }
  for (; begin < x.size(); ++begin) {
    const double t = (x[begin] - middle) * scale;
    clenshaw<1>(even_, odd_, &t, &result[begin]);
  }
}

ChebyshevSeries ChebyshevSeries::derivative() const {
  const std::vector<double> a = coefficients();
  if (a.size() < 2) return {lower_, upper_, {}};
  std::vector<double> d(a.size() + 1, 0.0);  // d_(k-1) = d_(k+1) + 2 k a_k, d_0 halved
  for (std::size_t k = a.size() - 1; k > 0; --k) d[k - 1] = d[k + 1] + 2 * static_cast<double>(k) * a[k];
  d[0] *= 0.5;
  for (double& value : d) value *= 2 / (upper_ - lower_);
  return {lower_, upper_, std::move(d)};
}

ChebyshevSeries ChebyshevSeries::integral_from(double origin) const {
  std::vector<double> a = coefficients();
  if (a.empty()) return {lower_, upper_, {}};
  a.resize(a.size() + 2, 0.0);
  std::vector<double> integral(a.size() - 1, 0.0);  // (a_(k-1) - a_(k+1))/(2 k), a_0 counted twice
  for (std::size_t k = 1; k < integral.size(); ++k)
    integral[k] = ((k == 1 ? 2 : 1) * a[k - 1] - a[k + 1]) / (2 * static_cast<double>(k)) * 0.5 * (upper_ - lower_);
  const ChebyshevSeries unshifted(lower_, upper_, integral);
  integral[0] = -unshifted(origin);
  return {lower_, upper_, std::move(integral)};
}

std::vector<double> chebyshev_nodes(std::size_t degree) {
  if (degree == 0) throw InputError("Chebyshev nodes need a degree of at least 1");
  std::vector<double> nodes(degree + 1);
  for (std::size_t k = 0; k <= degree; ++k) {
    // As a sine of the distance from the middle: symmetric to the last bit, and 0 exactly in the middle.
    const double distance = static_cast<double>(degree) - 2 * static_cast<double>(k);
    nodes[k] = std::sin(std::numbers::pi * distance / (2 * static_cast<double>(degree)));
  }
  return nodes;
}

std::vector<double> chebyshev_coefficients(std::span<const double> values) {
  if (values.size() < 2) throw InputError("a Chebyshev interpolant needs at least two values");
  const std::size_t degree = values.size() - 1;
  std::vector<double> cosines(2 * degree);
  for (std::size_t i = 0; i < cosines.size(); ++i)
    cosines[i] = std::cos(std::numbers::pi * static_cast<double>(i) / static_cast<double>(degree));
  std::vector<double> coefficients(degree + 1);
  for (std::size_t j = 0; j <= degree; ++j) {
    double sum = 0.5 * (values[0] + (j % 2 == 0 ? 1.0 : -1.0) * values[degree]);
    std::size_t phase = 0;
    for (std::size_t k = 1; k < degree; ++k) {
      phase += j;
      if (phase >= 2 * degree) phase -= 2 * degree;
      sum += values[k] * cosines[phase];
    }
    coefficients[j] = sum * (j == 0 || j == degree ? 1.0 : 2.0) / static_cast<double>(degree);
  }
  return coefficients;
}

std::vector<ChebyshevSeries> fit_chebyshev(const std::function<void(double, std::span<double>)>& f, double lower,
                                           double upper, std::span<const Parity> parities,
                                           const ChebyshevFit& options) {
  const std::size_t count = parities.size();
  const bool half = std::find(parities.begin(), parities.end(), Parity::kNone) == parities.end();
  const double middle = 0.5 * (lower + upper);
  const double radius = 0.5 * (upper - lower);
  std::vector<double> point(count);
  Samples old;
  double previous = std::numeric_limits<double>::infinity();
  for (std::size_t degree = options.first_degree;; degree *= 2) {
    const std::vector<double> nodes = chebyshev_nodes(degree);
    Samples samples(count, std::vector<double>(degree + 1));
    for (std::size_t k = 0; k <= degree; ++k) {
      const bool mirrored = half && 2 * k > degree;
      const bool known = !old.empty() && k % 2 == 0;
      if (!mirrored && !known) {
        const double x = k == 0 ? upper : k == degree ? lower : middle + radius * nodes[k];
        f(x, point);
      }
      for (std::size_t c = 0; c < count; ++c) {
        const double sign = parities[c] == Parity::kOdd ? -1.0 : 1.0;
        samples[c][k] = mirrored ? sign * samples[c][degree - k] : known ? old[c][k / 2] : point[c];
      }
    }
    std::vector<ChebyshevSeries> fits;
    double residual = 0;
    for (std::size_t c = 0; c < count; ++c) {
      std::vector<double> coefficients = chebyshev_coefficients(samples[c]);
      impose(parities[c], coefficients);
      const double scale = largest(coefficients);
      const double noise = c < options.noise.size() ? options.noise[c] : 0.0;
      const double last = largest(std::span<const double>(coefficients).last(std::max(degree / 8, std::size_t{2})));
      if (last > noise) residual = std::max(residual, last / scale);
      while (!coefficients.empty() && std::abs(coefficients.back()) < 1e-16 * scale) coefficients.pop_back();
      fits.emplace_back(lower, upper, std::move(coefficients));
    }
    const bool at_rest = residual > 0.1 * previous || 2 * degree > options.highest_degree;
    if (residual <= options.tolerance || (at_rest && residual <= options.acceptable)) return fits;
    previous = residual;
    if (2 * degree > options.highest_degree)
      throw ConvergenceError("a Chebyshev interpolant of degree " + std::to_string(degree) + " has not converged",
                             residual);
    old = std::move(samples);
  }
}

ChebyshevSeries fit_chebyshev(const std::function<double(double)>& f, double lower, double upper, Parity parity,
                              const ChebyshevFit& options) {
  const auto wrapped = [&f](double x, std::span<double> values) { values[0] = f(x); };
  return fit_chebyshev(wrapped, lower, upper, std::span<const Parity>(&parity, 1), options).front();
}

}  // namespace limes::math

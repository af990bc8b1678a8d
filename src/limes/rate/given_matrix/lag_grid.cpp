#include "limes/rate/given_matrix/lag_grid.hpp"

#include <algorithm>
#include <boost/math/quadrature/gauss.hpp>
#include <cmath>
#include <numbers>

namespace limes::rate::given_matrix {
namespace {

constexpr std::size_t kIntervals = 10;  // polynomial degree of a panel

}  // namespace

LagGrid::LagGrid(bool continuous, double leak, double horizon) : continuous_(continuous), leak_(leak) {
  if (!continuous && leak == 0.0) return;
  double end = continuous ? 0.5 : 16.0;
  add_panel(end, continuous ? kIntervals : 16);
  while (end < horizon) {
    end *= 2.0;
    add_panel(end, kIntervals);
  }
}

void LagGrid::add_panel(double end, std::size_t intervals) {
  const double start = nodes_.back();
  Panel panel{nodes_.size() - 1, intervals + 1, std::vector<double>(intervals + 1, 1.0)};
  for (std::size_t k = 1; k <= intervals; ++k) {
    const double angle = std::numbers::pi * static_cast<double>(k) / static_cast<double>(intervals);
    double node = k == intervals ? end : start + (end - start) * 0.5 * (1.0 - std::cos(angle));
    if (!continuous_) {
      // Integers near the Chebyshev points: distinct, because the panel is at least as long as it has intervals.
      const double left = static_cast<double>(intervals - k);
      node = std::clamp(std::round(node), nodes_.back() + 1.0, end - left);
    }
    nodes_.push_back(node);
  }
  for (std::size_t a = 0; a < panel.count; ++a) {
    for (std::size_t b = 0; b < panel.count; ++b) {
      const double distance = (nodes_[panel.first + a] - nodes_[panel.first + b]) * 4.0 / (end - start);
      if (a != b) panel.weights[a] /= distance;
    }
  }
  panels_.push_back(std::move(panel));
}

void LagGrid::add_basis(const Panel& panel, double lag, double factor, Eigen::Ref<Eigen::RowVectorXd> row) const {
  double sum = 0.0;
  for (std::size_t a = 0; a < panel.count; ++a) {
    const double distance = lag - nodes_[panel.first + a];
    if (distance == 0.0) {
      row[static_cast<Eigen::Index>(panel.first + a)] += factor;
      return;
    }
    sum += panel.weights[a] / distance;
  }
  for (std::size_t a = 0; a < panel.count; ++a) {
    row[static_cast<Eigen::Index>(panel.first + a)] +=
        factor * panel.weights[a] / (lag - nodes_[panel.first + a]) / sum;
  }
}

RowMajorMatrix LagGrid::filter(double kappa) const {
  RowMajorMatrix result = RowMajorMatrix::Zero(size(), size());
  if (panels_.empty()) {
    result(0, 0) = 1.0 / (kappa * kappa);
    return result;
  }
  for (Eigen::Index n = 0; n < size(); ++n) {
    Eigen::RowVectorXd row = Eigen::RowVectorXd::Zero(size());
    const double lag = nodes_[static_cast<std::size_t>(n)];
    for (const Panel& panel : panels_) {
      const double start = nodes_[panel.first];
      const double end = nodes_[panel.first + panel.count - 1];
      if (!continuous_) {
        // Green's function kappa^-2 r^|k-m| / (1 - r^2), r = gamma/kappa; lag m and -m together.
        const double r = leak_ / kappa;
        const double height = 1.0 / (kappa * kappa * (1.0 - r * r));
        for (double m = panel.first == 0 ? 0.0 : start + 1.0; m <= end; m += 1.0) {
          const double mirrored = m == 0.0 ? 0.0 : std::pow(r, lag + m);
          add_basis(panel, m, height * (std::pow(r, std::abs(lag - m)) + mirrored), row);
        }
        continue;
      }
      // Green's function e^(-kappa |s - t|) / (2 kappa), with a kink where t passes s.
      const auto integrate = [&](double a, double b) {
        using Rule = boost::math::quadrature::gauss<double, 20>;
        const double middle = 0.5 * (a + b);
        const double half = 0.5 * (b - a);
        const auto add = [&](double t, double weight) {
          const double green = (std::exp(-kappa * std::abs(lag - t)) + std::exp(-kappa * (lag + t))) / (2.0 * kappa);
          add_basis(panel, t, weight * half * green, row);
        };
        for (std::size_t q = 0; q < Rule::abscissa().size(); ++q) {
          add(middle + half * Rule::abscissa()[q], Rule::weights()[q]);
          add(middle - half * Rule::abscissa()[q], Rule::weights()[q]);
        }
      };
      // Pieces of at most 4/kappa: twenty Gauss points hold degree 10 times e^(-4) to rounding.
      const double split = std::clamp(lag, start, end);
      for (const auto& [a, b] : {std::pair{start, split}, std::pair{split, end}}) {
        const auto pieces = static_cast<int>(std::ceil((b - a) * kappa / 4.0));
        for (int p = 0; p < pieces; ++p) integrate(a + (b - a) * p / pieces, a + (b - a) * (p + 1) / pieces);
      }
    }
    result.row(n) = row;
  }
  return result;
}

Eigen::RowVectorXd LagGrid::noise_response(double noise) const {
  Eigen::RowVectorXd response(size());
  for (Eigen::Index n = 0; n < size(); ++n) {
    const double lag = nodes_[static_cast<std::size_t>(n)];
    response[n] = continuous_ ? noise * std::exp(-lag) : noise * std::pow(leak_, lag) / (1.0 - leak_ * leak_);
  }
  return response;
}

double LagGrid::interpolate(std::span<const double> values, double lag) const {
  if (lag > horizon()) return 0.0;
  if (panels_.empty()) return values[0];
  const auto panel = std::find_if(panels_.begin(), panels_.end(),
                                  [&](const Panel& p) { return lag <= nodes_[p.first + p.count - 1]; });
  Eigen::RowVectorXd basis = Eigen::RowVectorXd::Zero(size());
  add_basis(*panel, lag, 1.0, basis);
  double result = 0.0;
  for (std::size_t k = 0; k < values.size(); ++k) result += basis[static_cast<Eigen::Index>(k)] * values[k];
  return result;
}

}  // namespace limes::rate::given_matrix

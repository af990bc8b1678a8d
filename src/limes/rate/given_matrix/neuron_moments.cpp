#include "limes/rate/given_matrix/neuron_moments.hpp"

#include <algorithm>
#include <boost/math/quadrature/gauss.hpp>
#include <cmath>
#include <numbers>

#include "limes/compute/series_kernels.hpp"
#include "limes/compute/transfer_kernels.hpp"
#include "limes/transfer/hermite_series.hpp"
#include "limes/transfer/moments.hpp"

namespace limes::rate::given_matrix {
namespace {

using Eigen::ArrayXd;
using Eigen::Index;
using transfer::Kind;

constexpr double kClassRatio = 1.25;
constexpr double kSmallestClass = 0.5;
constexpr double kLargestSteepness = 40.0;
constexpr Index kLargestOrder = 160;
constexpr Index kBlock = 32;        // neurons of a block
constexpr std::size_t kBlocks = 4;  // that a thread takes at a time

/// Class of rules for s = gain sqrt(variance), and the largest s of a class.
std::size_t steepness_class(double s) {
  return s <= kSmallestClass
             ? 0
             : static_cast<std::size_t>(std::ceil(std::log(s / kSmallestClass) / std::log(kClassRatio)));
}
double class_steepness(std::size_t index) { return kSmallestClass * std::pow(kClassRatio, static_cast<double>(index)); }

/// Highest Hermite order kept: a_n^2 of tanh falls as exp(-pi sqrt(2 n)/s) (its poles lie pi/(2 s) off the axis).
Index highest_order(double s) {
  return static_cast<Index>(std::min(static_cast<double>(kLargestOrder), std::max(24.0, std::ceil(25.0 * s * s) + 16)));
}

/// Normalised Hermite polynomials He_n(x)/sqrt(n!) one order after the other.
template <typename Value, typename Visit>
void visit_hermite(const Value& x, Index orders, Visit&& visit) {
  Value before = x * 0.0;
  Value current = x * 0.0 + 1.0;
  for (Index n = 0; n < orders; ++n) {
    visit(n, current);
    const Value next =
        (x * current - std::sqrt(static_cast<double>(n)) * before) / std::sqrt(static_cast<double>(n + 1));
    before = current;
    current = next;
  }
}

double normal_density(double x) { return std::exp(-0.5 * x * x) * std::numbers::inv_sqrtpi / std::numbers::sqrt2; }
double normal_cdf(double x) { return 0.5 * std::erfc(-x / std::numbers::sqrt2); }

/// a_n for f(u) = max(x, 0), x = g u ~ N(a, s^2): by parts from the delta function f''.
void relu_coefficients(double a, double s, Eigen::VectorXd& coefficients) {
  const double height = s * normal_density(a / s);
  coefficients[0] = a * normal_cdf(a / s) + height;
  coefficients[1] = s * normal_cdf(a / s);
  visit_hermite(-a / s, coefficients.size() - 2, [&](Index n, double value) {
    coefficients[n + 2] = height * value / std::sqrt(static_cast<double>((n + 2) * (n + 1)));
  });
}

/// a_n for tan(x) clipped to x = +-pi/4: both constant tails in closed form, the piece between by Gauss-Legendre in
/// panels of at most one deviation.
void clipped_tan_coefficients(double a, double s, Eigen::VectorXd& coefficients) {
  using Rule = boost::math::quadrature::gauss<double, 20>;
  const double low = (-std::numbers::pi / 4 - a) / s;
  const double high = (std::numbers::pi / 4 - a) / s;
  coefficients.setZero();
  coefficients[0] = normal_cdf(-high) - normal_cdf(low);
  // int_h^inf He_n(x) phi(x) dx = He_{n-1}(h) phi(h).
  for (const double end : {low, high}) {
    const double density = normal_density(end);
    visit_hermite(end, coefficients.size() - 1, [&](Index n, double value) {
      coefficients[n + 1] += density * value / std::sqrt(static_cast<double>(n + 1));
    });
  }
  const double first = std::max(low, -10.5);
  const double last = std::min(high, 10.5);
  // High orders oscillate with wave number sqrt(n): half a deviation is at most a wave at the highest order.
  const auto panels = std::max(1, static_cast<int>(std::ceil((last - first) / 0.5)));
  if (last <= first) return;
  const double half = 0.5 * (last - first) / panels;
  for (int p = 0; p < panels; ++p) {
    const double middle = first + (2 * p + 1) * half;
    for (std::size_t q = 0; q < 2 * Rule::abscissa().size(); ++q) {
      const double x = middle + (q % 2 == 0 ? half : -half) * Rule::abscissa()[q / 2];
      const double weight = Rule::weights()[q / 2] * half * normal_density(x) * std::tan(a + s * x);
      visit_hermite(x, coefficients.size(), [&](Index n, double value) { coefficients[n] += weight * value; });
    }
  }
}

}  // namespace

bool NeuronMoments::smooth() const {
  return transfer_.kind == Kind::kTanh || transfer_.kind == Kind::kErf || transfer_.kind == Kind::kLogistic ||
         transfer_.kind == Kind::kNormalCdf;
}

const NeuronMoments::Rule& NeuronMoments::rule(double s, bool with_hermite) {
  std::deque<Rule>& rules = with_hermite ? long_rules_ : short_rules_;
  const std::size_t index = steepness_class(s);
  if (index >= rules.size()) rules.resize(index + 1);
  Rule& result = rules[index];
  if (result.nodes.size() > 0) return result;
  const double steepness = class_steepness(index);
  double step = std::min(0.6, 0.3 / steepness);
  double end = 7.5;
  const Index orders = highest_order(steepness) + 1;
  if (with_hermite) {
    // He_n exp(-x^2/2) is below exp(-x^2/4) and has wave numbers up to about sqrt(n) + 6.
    end = 10.5;
    step = std::min(step, 2 * std::numbers::pi / (8.5 + std::sqrt(static_cast<double>(orders))));
  }
  const auto half = static_cast<Index>(std::ceil(end / step));
  result.nodes = ArrayXd::LinSpaced(2 * half + 1, -end, end);
  result.weights = (-0.5 * result.nodes.square()).exp();
  result.weights /= result.weights.sum();
  if (with_hermite) {
    result.hermite.resize(orders, result.nodes.size());
    visit_hermite(result.nodes, orders,
                  [&](Index n, const ArrayXd& value) { result.hermite.row(n) = (value * result.weights).matrix(); });
  }
  return result;
}

ArrayXd NeuronMoments::values(const ArrayXd& u) const {
  switch (transfer_.kind) {
    case Kind::kTanh:
      return 1.0 - 2.0 / ((2.0 * transfer_.gain * u).exp() + 1.0);
    case Kind::kLogistic:
      return 1.0 / ((-2.0 * transfer_.gain * u).exp() + 1.0);
    default:
      return u.unaryExpr([this](double x) { return transfer::value(transfer_, x); });
  }
}

struct NeuronMoments::BlockValues {
  RowMajorMatrix f;         ///< nodes x kBlock; zero beyond the neurons of the block
  Eigen::RowVectorXd mean;  ///< E f
  Eigen::RowVectorXd variance;
};

NeuronMoments::Blocks NeuronMoments::blocks_of(std::span<const double> variance, bool with_hermite) {
  Blocks result;
  std::vector<std::size_t> open;  // the block of each class that has room
  for (std::size_t i = 0; i < variance.size(); ++i) {
    const double s = transfer_.gain * std::sqrt(variance[i]);
    // Not finite: a state that left every bound; the general moments say so.
    if (!smooth() || !(s > 0.0 && s <= kLargestSteepness)) {
      result.others.push_back(static_cast<Index>(i));
      continue;
    }
    const std::size_t index = steepness_class(s);
    if (index >= open.size()) open.resize(index + 1, std::size_t(-1));
    if (open[index] == std::size_t(-1) || result.blocks[open[index]].neurons.size() == kBlock) {
      open[index] = result.blocks.size();
      result.blocks.push_back({&rule(s, with_hermite), {}});
    }
    result.blocks[open[index]].neurons.push_back(static_cast<Index>(i));
  }
  return result;
}

void NeuronMoments::fill(const Block& block, std::span<const double> mean, std::span<const double> variance,
                         BlockValues& values) const {
  const Rule& rule = *block.rule;
  values.f.setZero(rule.nodes.size(), kBlock);
  for (std::size_t c = 0; c < block.neurons.size(); ++c) {
    const auto i = static_cast<std::size_t>(block.neurons[c]);
    values.f.col(static_cast<Index>(c)) = mean[i] + std::sqrt(variance[i]) * rule.nodes;
  }
  const auto count = static_cast<std::size_t>(values.f.size());
  compute::apply_transfer(transfer_, {values.f.data(), count}, {values.f.data(), count});
  values.mean = rule.weights.matrix().transpose() * values.f;
  values.variance = rule.weights.matrix().transpose() * (values.f.rowwise() - values.mean).cwiseAbs2();
}

OutputMoments NeuronMoments::outputs(compute::Threads& threads, std::span<const double> mean,
                                     std::span<const double> variance) {
  const auto size = static_cast<Index>(mean.size());
  OutputMoments result{ArrayXd(size), ArrayXd(size)};
  const Blocks blocks = blocks_of(variance, false);
  compute::parallel_for(threads, 0, blocks.blocks.size(), kBlocks, [&](std::size_t first, std::size_t last) {
    BlockValues values;
    for (std::size_t b = first; b < last; ++b) {
      const Block& block = blocks.blocks[b];
      fill(block, mean, variance, values);
      for (std::size_t c = 0; c < block.neurons.size(); ++c) {
        result.f[block.neurons[c]] = values.mean[static_cast<Index>(c)];
        result.variance[block.neurons[c]] = values.variance[static_cast<Index>(c)];
      }
    }
  });
  for (const Index i : blocks.others) {
    const double v = variance[static_cast<std::size_t>(i)];
    const double mu = mean[static_cast<std::size_t>(i)];
    if (transfer_.gain * v == 0.0) {
      result.f[i] = transfer::value(transfer_, mu);
      result.variance[i] = 0.0;
    } else {
      const transfer::Moments moments = transfer::moments(transfer_, mu, v);
      result.f[i] = moments.f;
      result.variance[i] = std::max(0.0, moments.ff - moments.f * moments.f);
    }
  }
  return result;
}

GainMoments NeuronMoments::gains(std::span<const double> mean, std::span<const double> variance) {
  const auto size = static_cast<Index>(mean.size());
  GainMoments result{ArrayXd(size), ArrayXd(size), ArrayXd(size), ArrayXd(size), ArrayXd(size)};
  const double g = transfer_.gain;
  for (Index i = 0; i < size; ++i) {
    const double v = variance[static_cast<std::size_t>(i)];
    const double mu = mean[static_cast<std::size_t>(i)];
    const double s = g * std::sqrt(v);
    if (s == 0.0 || !smooth() || s > kLargestSteepness) {
      const transfer::Moments moments = transfer::moments(transfer_, mu, v);
      result.df[i] = moments.df;
      result.dfdf[i] = moments.dfdf;
      result.ddf[i] = moments.ddf;
      result.f_df[i] = moments.f_df;
      result.f_ddf[i] = moments.f_ddf;
      continue;
    }
    const Rule& nodes = rule(s, false);
    const ArrayXd u = mu + std::sqrt(v) * nodes.nodes;
    const ArrayXd f = values(u);
    ArrayXd df;
    ArrayXd ddf;
    switch (transfer_.kind) {
      case Kind::kTanh:
        df = g * (1.0 - f.square());
        ddf = -2.0 * g * f * df;
        break;
      case Kind::kLogistic:
        df = 2.0 * g * f * (1.0 - f);
        ddf = 2.0 * g * (1.0 - 2.0 * f) * df;
        break;
      case Kind::kErf:
        df = g * (-0.25 * std::numbers::pi * g * g * u.square()).exp();
        ddf = -0.5 * std::numbers::pi * g * g * u * df;
        break;
      default:
        df = g * std::numbers::inv_sqrtpi / std::numbers::sqrt2 * (-0.5 * g * g * u.square()).exp();
        ddf = -g * g * u * df;
    }
    const auto mean_of = [&](const auto& x) { return (nodes.weights * x).sum(); };
    result.df[i] = mean_of(df);
    result.dfdf[i] = mean_of(df.square());
    result.ddf[i] = mean_of(ddf);
    result.f_df[i] = mean_of(f * df);
    result.f_ddf[i] = mean_of(f * ddf);
  }
  return result;
}

double NeuronMoments::hermite_coefficients(double mean, double variance, Eigen::VectorXd& coefficients) const {
  const double a = transfer_.gain * mean;
  const double s = transfer_.gain * std::sqrt(variance);
  if (transfer_.kind == Kind::kLinear) {
    coefficients.resize(2);
    coefficients << a, s;
    return s * s;
  }
  if (transfer_.kind == Kind::kExpression) {
    const transfer::HermiteSeries series =
        transfer::hermite_series(transfer_, mean, variance, {1e-9, kLargestOrder + 1});
    coefficients = Eigen::Map<const Eigen::VectorXd>(series.coefficients.data(), std::ssize(series.coefficients));
    const transfer::Moments moments = transfer::moments(transfer_, mean, variance);
    return std::max(0.0, moments.ff - moments.f * moments.f);
  }
  coefficients.resize(smooth() ? 2 : kLargestOrder + 1);
  const transfer::Moments moments = transfer::moments(transfer_, mean, variance);
  if (transfer_.kind == Kind::kRelu) {
    relu_coefficients(a, s, coefficients);
  } else if (transfer_.kind == Kind::kClippedTan) {
    clipped_tan_coefficients(a, s, coefficients);
  } else {
    // Steeper than every rule: almost a step; the tail carries what order 1 does not.
    coefficients << moments.f, moments.df * std::sqrt(variance);
  }
  return std::max(0.0, moments.ff - moments.f * moments.f);
}

void NeuronMoments::add_up(std::span<const double> squares, double total, std::span<const double> covariance,
                           std::span<double> outputs, double* gains) {
  double sum = 0.0;
  for (const double square : squares) sum += square;
  const double variance = covariance[0];
  const double tail = std::max(0.0, total - sum);
  const auto lags = static_cast<Index>(covariance.size());
  const ArrayXd rho = (Eigen::Map<const ArrayXd>(covariance.data(), lags) / variance).cwiseMax(0.0).cwiseMin(1.0);
  const auto high = static_cast<unsigned>(std::max<std::size_t>(2, 3 * squares.size() / 2));
  compute::sum_series({squares.data(), squares.size(), tail > 1e-15 * total ? tail : 0.0, high}, rho.data(),
                      covariance.size(), outputs.data(), gains);
  if (gains != nullptr) Eigen::Map<ArrayXd>(gains, lags) /= variance;
}

Eigen::VectorXd NeuronMoments::lag_outputs(compute::Threads& threads, std::span<const double> mean,
                                           const RowMajorMatrix& covariance, RowMajorMatrix& outputs,
                                           RowMajorMatrix* gains) {
  const auto lags = static_cast<std::size_t>(covariance.cols());
  const Eigen::VectorXd variance = covariance.col(0);
  const std::span<const double> variances{variance.data(), mean.size()};
  Eigen::VectorXd f(variance.size());
  outputs.resize(covariance.rows(), covariance.cols());
  if (gains != nullptr) gains->resize(covariance.rows(), covariance.cols());
  const auto add = [&](Index i, std::span<const double> squares, double total) {
    add_up(squares, total, {covariance.row(i).data(), lags}, {outputs.row(i).data(), lags},
           gains == nullptr ? nullptr : gains->row(i).data());
  };
  const Blocks blocks = blocks_of(variances, true);
  compute::parallel_for(threads, 0, blocks.blocks.size(), kBlocks, [&](std::size_t first, std::size_t last) {
    BlockValues values;
    RowMajorMatrix coefficients;  // orders x kBlock
    Eigen::VectorXd squares;
    for (std::size_t b = first; b < last; ++b) {
      const Block& block = blocks.blocks[b];
      const RowMajorMatrix& hermite = block.rule->hermite;
      fill(block, mean, variances, values);
      coefficients.resize(hermite.rows(), kBlock);
      compute::multiply_small(hermite.data(), static_cast<std::size_t>(hermite.rows()),
                              static_cast<std::size_t>(hermite.cols()), values.f.data(), kBlock, coefficients.data());
      for (std::size_t c = 0; c < block.neurons.size(); ++c) {
        const auto column = static_cast<Index>(c);
        f[block.neurons[c]] = coefficients(0, column);
        squares = coefficients.col(column).tail(hermite.rows() - 1).cwiseAbs2();
        add(block.neurons[c], {squares.data(), static_cast<std::size_t>(squares.size())}, values.variance[column]);
      }
    }
  });
  compute::parallel_for(threads, 0, blocks.others.size(), kBlock, [&](std::size_t first, std::size_t last) {
    Eigen::VectorXd coefficients;
    for (std::size_t k = first; k < last; ++k) {
      const Index i = blocks.others[k];
      const double mu = mean[static_cast<std::size_t>(i)];
      if (transfer_.gain * variance[i] == 0.0) {
        outputs.row(i).setZero();
        if (gains != nullptr) gains->row(i).setConstant(std::pow(transfer::derivative(transfer_, mu), 2));
        f[i] = transfer::value(transfer_, mu);
        continue;
      }
      const double total = hermite_coefficients(mu, variance[i], coefficients);
      f[i] = coefficients[0];
      coefficients = coefficients.cwiseAbs2().eval();
      add(i, {coefficients.data() + 1, static_cast<std::size_t>(coefficients.size() - 1)}, total);
    }
  });
  return f;
}

}  // namespace limes::rate::given_matrix

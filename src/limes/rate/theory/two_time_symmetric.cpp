#include "limes/rate/theory/two_time_symmetric.hpp"

#include <fmt/format.h>

#include <cmath>

#include "limes/base/errors.hpp"
#include "limes/math/random.hpp"

namespace limes::rate::theory {

namespace {

using Paths = Eigen::ArrayXd;  // one number per sample path

constexpr double kBound = 1e8;
// A field whose new part has less than this share of its variance is taken as determined by its past. Smooth paths in
// short steps have ever less new: the factor then extrapolates over the steps since something new was kept, by weights
// that magnify the rounding of means. At 1e-13 that gave a variance of .645 where .477 is exact (80 steps of .05), with
// an error that did not show it; what is left out adds up to a new part of a later time.
constexpr double kNewShare = 1e-7;

class SymmetricPaths {
 public:
  SymmetricPaths(const PopulationEnsemble& ensemble, double symmetry, std::size_t horizon,
                 const SymmetricOptions& options)
      : population_(ensemble.populations.front()),
        coupling_mean_(ensemble.coupling_mean(0, 0)),
        coupling_variance_(ensemble.second_moment(0, 0)),
        feedback_(symmetry * coupling_variance_),
        points_(static_cast<Eigen::Index>(horizon) + 1),
        options_(options),
        factor_(Eigen::MatrixXd::Zero(points_, points_)) {
    result_.covariance = result_.correlation = result_.response = Eigen::MatrixXd::Zero(points_, points_);
  }

  TwoTimeSymmetric run(const StopToken& stop) {
    state_.push_back(population_.initial_mean + std::sqrt(population_.initial_variance) * normals(0));
    for (Eigen::Index t = 0; t < points_; ++t) {
      stop.check();
      measure(t);
      if (t + 1 < points_) advance(t);
    }
    return std::move(result_);
  }

 private:
  /// Standard normals of one purpose each: index 0 is the initial state, index t + 1 the field at time t.
  [[nodiscard]] Paths normals(std::uint64_t index) const {
    Paths values(static_cast<Eigen::Index>(options_.samples));
    math::RandomStream(options_.seed, options_.repeat, math::Purpose::kTheory, index + 1)
        .fill_normal({values.data(), options_.samples});
    return values;
  }

  void measure(Eigen::Index t) {
    const auto at = static_cast<std::size_t>(t);
    const Paths& u = state_[at];
    if (!(u.abs().maxCoeff() <= kBound)) {
      throw DivergenceError(fmt::format("the two-time theory diverges: |u| exceeds 1e8 at time {}", t));
    }
    output_.push_back(u.unaryExpr([&](double x) { return transfer::value(population_.transfer, x); }));
    slope_.push_back(u.unaryExpr([&](double x) { return transfer::derivative(population_.transfer, x); }));
    result_.mean.push_back(u.mean());
    result_.mean_output.push_back(output_[at].mean());
    for (Eigen::Index s = 0; s <= t; ++s) {
      const auto before = static_cast<std::size_t>(s);
      const double covariance = (u * state_[before]).mean() - result_.mean[at] * result_.mean[before];
      const double correlation = (output_[at] * output_[before]).mean();
      result_.covariance(t, s) = result_.covariance(s, t) = covariance;
      result_.correlation(t, s) = result_.correlation(s, t) = correlation;
      if (s < t) result_.response(t, s) = (slope_[at] * response_[at][before]).mean();
    }
    result_.variance.push_back(result_.covariance(t, t));
  }

  /// The field h(t) on every path: row t of the Cholesky factor of its covariance.
  Paths field(Eigen::Index t) {
    for (Eigen::Index s = 0; s <= t; ++s) {
      const double noise = s == t ? population_.noise_deviation * population_.noise_deviation : 0.0;
      const double covariance =
          coupling_variance_ * result_.correlation(t, s) + population_.threshold_variance() + noise;
      const double rest = covariance - factor_.row(t).head(s).dot(factor_.row(s).head(s));
      if (s < t) {
        factor_(t, s) = factor_(s, s) > 0.0 ? rest / factor_(s, s) : 0.0;
      } else {
        factor_(t, t) = rest > kNewShare * covariance ? std::sqrt(rest) : 0.0;
      }
    }
    drive_.push_back(normals(static_cast<std::uint64_t>(t) + 1));
    Paths h = Paths::Zero(static_cast<Eigen::Index>(options_.samples));
    for (Eigen::Index s = 0; s <= t; ++s) h += factor_(t, s) * drive_[static_cast<std::size_t>(s)];
    return h;
  }

  void advance(Eigen::Index t) {
    const auto at = static_cast<std::size_t>(t);
    Paths next = population_.leak * state_[at] + field(t) +
                 (coupling_mean_ * result_.mean_output[at] - population_.threshold_mean);
    // chi(t+1, r) for r = 0 .. t.
    std::vector<Paths> response(at + 1, Paths::Zero(next.size()));
    for (std::size_t r = 0; r < at; ++r) response[r] = population_.leak * response_[at][r];
    response[at].setOnes();
    for (std::size_t q = 0; q < at; ++q) {
      const double weight = feedback_ * result_.response(t, static_cast<Eigen::Index>(q));
      if (weight == 0.0) continue;
      next += weight * output_[q];
      const Paths passed = weight * slope_[q];
      for (std::size_t r = 0; r < q; ++r) response[r] += passed * response_[q][r];
    }
    if (response_.empty()) response_.emplace_back();  // chi(0, r): none
    response_.push_back(std::move(response));
    state_.push_back(std::move(next));
  }

  Population population_;
  double coupling_mean_, coupling_variance_, feedback_;
  Eigen::Index points_;
  SymmetricOptions options_;
  Eigen::MatrixXd factor_;
  std::vector<Paths> state_, output_, slope_, drive_;
  std::vector<std::vector<Paths>> response_;  // chi(t, r), r < t
  TwoTimeSymmetric result_;
};

}  // namespace

TwoTimeSymmetric two_time_symmetric(const PopulationEnsemble& ensemble, double symmetry, std::size_t horizon,
                                    const SymmetricOptions& options, const StopToken& stop) {
  require_valid(ensemble);
  if (ensemble.size() != 1) throw InputError("partially symmetric couplings are those of one population");
  if (!(std::abs(symmetry) <= 1.0)) throw InputError("the symmetry of the couplings lies outside [-1, 1]");
  if (options.samples < 2) throw InputError("the Monte-Carlo theory needs at least two sample paths");
  return SymmetricPaths(ensemble, symmetry, horizon, options).run(stop);
}

}  // namespace limes::rate::theory

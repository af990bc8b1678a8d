#include "limes/rate/fixed_point_geometry/fixed_points_theory.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <numbers>

#include "limes/math/gaussian.hpp"
#include "limes/math/quadrature.hpp"
#include "limes/rate/fixed_point_geometry/kac_rice.hpp"
#include "limes/rate/fixed_point_geometry/theory/complexity.hpp"
#include "limes/rate/fixed_point_geometry/theory/dynamics.hpp"
#include "limes/rate/fixed_point_geometry/theory/radial_spectrum.hpp"
#include "limes/rate/theory/flow_fluctuations.hpp"

namespace limes::rate::fixed_points {

namespace {

using system::Axis;
using system::Tensor;
using system::TheoryOutcome;

constexpr std::size_t kDefaultSamples = 30000, kFewestSamples = 2000;
constexpr double kDefaultSize = 100.0;     // up to which the default number of samples holds; the work grows as N^3
constexpr std::size_t kLargestSize = 600;  // with sampling unless samples are asked for
// Where the flow's exponent is quickly computed.
constexpr double kLargestFlow = 30.0, kLeastFlow = 1.01;
/// Networks of a hundred neurons are periodic or chaotic by chance (note, section 6): their mean exponent is no number
/// with a correction of 1/N.
constexpr std::size_t kChaoticSize = 1000;
constexpr const char* kTooFewForChaos =
    "the limit is chaotic; small networks are periodic or chaotic by chance: side by side, not judged";
// Where the law (8) is worth showing.
constexpr double kNearOnset = 2.0;

// Standard errors of the sampling that a bound allows for.
constexpr double kErrors = 2.0;
constexpr double kFewEffective = 100.0, kFewPoints = 1e-3;
// Spectra of samples: 25 N^3 operations each.
constexpr std::size_t kLargestSpectra = 200, kMostSpectra = 2000;
constexpr double kSpectraWork = 8e8;

/// One portable draw of the ensemble: a theory of the ensemble need not be met by it.
constexpr const char* kEnsemble = "ensemble";

/// phi(gain x), J, D are those of slope 1 in y = gain x: g = gain J, and D gain^2.
Ensemble ensemble_of(const FixedPointsDescription& description) {
  const transfer::Transfer& phi = description.network.population().transfer;
  return {phi.kind, phi.gain * description.network.coupling.deviation(0, 0),
          phi.gain * phi.gain * description.field_variance};
}

std::vector<double> centres(const std::vector<double>& edges) {
  std::vector<double> result;
  for (std::size_t k = 0; k + 1 < edges.size(); ++k) result.push_back((edges[k] + edges[k + 1]) / 2.0);
  return result;
}

/// The mean of a density over each bin: the simulation counts in bins.
template <typename Density>
std::vector<double> over_bins(const std::vector<double>& edges, Density&& density) {
  static const math::QuadratureRule rule = math::gauss_legendre(12);
  std::vector<double> result;
  for (std::size_t k = 0; k + 1 < edges.size(); ++k) {
    const double middle = (edges[k] + edges[k + 1]) / 2.0, half = (edges[k + 1] - edges[k]) / 2.0;
    double sum = 0.0;
    for (std::size_t i = 0; i < rule.nodes.size(); ++i) {
      sum += rule.weights[i] / 2.0 * density(middle + half * rule.nodes[i]);
    }
    result.push_back(sum);
  }
  return result;
}

class Writer {
 public:
  Writer(const FixedPointsDescription& description, const system::Context& context, TheoryOutcome& outcome)
      : description_(description),
        context_(context),
        outcome_(outcome),
        ensemble_(ensemble_of(description)),
        gain_(description.network.population().transfer.gain),
        branch_(has_fixed_matrix(description.network) ? kEnsemble : "") {
    if (branch_.empty()) return;
    outcome.branches.push_back({branch_, std::nullopt, kEnsemble, "networks of which one draw is simulated"});
  }

  void write() {
    const Geometry limit = solve_geometry(ensemble_, context_.stop);
    quantity("complexity", limit.complexity, limit.error * limit.complexity);
    quantity("origin_complexity", origin_only_complexity(ensemble_.deviation), 0.0);
    if (limit.phase == Phase::kMany && ensemble_.field_variance == 0.0) {
      if (ensemble_.deviation < kNearOnset) quantity("onset_complexity", small_gain(ensemble_).complexity, 0.0);
      quantity("saturated_complexity", infinite_gain().complexity, 0.0);
    }
    const double size = static_cast<double>(description_.size());
    const double exponential = std::exp(size * limit.complexity);
    if (limit.phase != Phase::kOrigin && std::isfinite(exponential)) quantity("exponential_count", exponential, 0.0);
    const bool sampled = sample();
    if (limit.phase == Phase::kOrigin) return write_origin();
    quantity("critical_field_variance", critical_field_variance(), 1e-9 * critical_field_variance());
    write_moments(limit);
    write_dynamics(limit);
    write_spectrum(limit);
    if (limit.phase == Phase::kUnique) {
      limit_quantity("fixed_point_count", 1.0, 0.0, finite_.count);
    } else if (sampled) {
      write_finite_size();
    }
  }

 private:
  void quantity(const char* name, double value, double error, bool of_this_size = false) {
    system::TheoryQuantity entry{name, branch_, value, error, true, ""};
    entry.of_this_size = of_this_size;
    outcome_.quantities.push_back(std::move(entry));
  }

  /// A limit whose distance from networks of this size is known by sampling: that is its error then. Of one draw it
  /// says nothing.
  void limit_quantity(const char* name, double value, double error, const Estimated& at_size, double unit = 1.0) {
    quantity(name, value, error);
    if (at_size.error <= 0.0 || !branch_.empty()) return;
    system::TheoryQuantity& entry = outcome_.quantities.back();
    entry.approximate = true;
    entry.error = error + bound(value, at_size, unit);
  }
  [[nodiscard]] static double bound(double value, const Estimated& at_size, double unit) {
    return std::abs(at_size.value / unit - value) + kErrors * at_size.error / unit;
  }
  /// The same of a curve.
  void limit_curve(system::TheoryCurve& curve, const std::vector<Estimated>& at_size, double unit = 1.0) {
    if (at_size.empty() || !branch_.empty()) return;
    curve.approximate = true;
    std::vector<double> error;
    for (std::size_t k = 0; k < at_size.size(); ++k) error.push_back(bound(curve.values.values[k], at_size[k], unit));
    curve.error = Tensor({error.size()}, error);
  }

  system::TheoryCurve& curve(const char* name, Axis axis, std::vector<double> values) {
    const std::size_t length = axis.values.size();
    outcome_.curves.push_back({name, branch_, {std::move(axis)}, Tensor({length}, std::move(values))});
    return outcome_.curves.back();
  }

  /// The state in results is x = y/gain, or in the activity form phi: its second moments from those of y and phi.
  [[nodiscard]] double shown(double state, double output) const {
    return description_.activity ? output : state / (gain_ * gain_);
  }

  [[nodiscard]] double critical_field_variance() const {
    return topological_transition(ensemble_.transfer, ensemble_.deviation).field_variance / (gain_ * gain_);
  }

  void write_origin() {
    quantity("dynamics_second_moment", 0.0, 0.0);
    quantity("critical_field_variance", 0.0, 0.0);
    limit_quantity("fixed_point_count", 0.0, 0.0, finite_.count);
    outcome_.warnings.emplace_back(
        "quiescent: the only attractor is x = 0, and it is the only fixed point (g <= 1 without input)");
  }

  void write_moments(const Geometry& limit) {
    limit_quantity("output_second_moment", limit.order.c, limit.error * limit.order.c, finite_.output_second_moment);
    const double square = shown(limit.state_second_moment, limit.order.c);
    limit_quantity("state_second_moment", square, limit.error * square, finite_state(), finite_unit());
    quantity("residual", limit.residual, 0.0);
    if (description_.activity) return;
    const ComponentLaw law(ensemble_, limit.order);
    limit_curve(
        curve("component_density", {"component", "1", centres(description_.grids.component)},
              over_bins(description_.grids.component, [&](double x) { return gain_ * law.density(gain_ * x); })),
        finite_.component_density, 1.0 / gain_);
  }

  void write_dynamics(const Geometry& limit) {
    DynamicsVariance dynamics{limit.field_variance, limit.field_variance, limit.error * limit.field_variance};
    if (limit.phase == Phase::kMany) {
      dynamics = chaotic_variance(ensemble_, static_variance(ensemble_));
    }
    const ComponentLaw gaussian({ensemble_.transfer, ensemble_.deviation, dynamics.variance}, {});
    const double output = gaussian.average([](double, double f, double) { return f * f; });
    const double square = shown(dynamics.variance, output);
    quantity("dynamics_second_moment", square, dynamics.error / dynamics.variance * square);
    write_exponent(limit);
    if (description_.activity) return;
    const double deviation = std::sqrt(square);
    system::TheoryCurve& density =
        curve("dynamics_component_density", {"component", "1", centres(description_.grids.component)},
              over_bins(description_.grids.component,
                        [&](double x) { return math::normal_density(x / deviation) / deviation; }));
    if (limit.phase == Phase::kMany && description_.size() < kChaoticSize) {
      density.valid = false;
      density.reason = kTooFewForChaos;
    }
    write_shell_limits(shown(limit.state_second_moment, limit.order.c), square);
  }

  void write_exponent(const Geometry& limit) {
    if (limit.phase == Phase::kUnique) {
      quantity("lyapunov_exponent", limit.jacobian_radius - 1.0, limit.error);
      return;
    }
    if (ensemble_.deviation > kLargestFlow || ensemble_.deviation < kLeastFlow) return;
    rate::theory::Ensemble flow;
    flow.transfer.kind = ensemble_.transfer;
    flow.coupling_deviation = ensemble_.deviation;
    flow.threshold_deviation = std::sqrt(ensemble_.field_variance);
    const auto states = rate::theory::flow_fluctuations(flow, context_.stop);
    if (states.empty() || !states.front().converged) return;
    quantity("lyapunov_exponent", states.front().lyapunov_exponent, states.front().lyapunov_error);
    if (description_.size() < kChaoticSize) {
      outcome_.quantities.back().valid = false;
      outcome_.quantities.back().reason = kTooFewForChaos;
    }
  }

  /// Both limits as spikes in the figure of the shells; their height has no meaning.
  void write_shell_limits(double points, double dynamics) {
    const double width = 1e-3 * description_.grids.shell.back(), height = 5.0 / description_.grids.shell.back();
    Axis axis{"second_moment", "1", {}};
    std::vector<double> values;
    for (const double place : {std::min(points, dynamics), std::max(points, dynamics)}) {
      if (!axis.values.empty() && place - width <= axis.values.back()) continue;
      for (const double shift : {-width, 0.0, width}) {
        axis.values.push_back(place + shift);
        values.push_back(shift == 0.0 ? height : 0.0);
      }
    }
    curve("shell_limits", axis, values);
  }

  void write_spectrum(const Geometry& limit) {
    const ComponentLaw law(ensemble_, limit.order);
    limit_quantity("outside_unit_circle_fraction", limit.order.q, limit.error, finite_.outside_fraction);
    limit_quantity("unstable_fraction", unstable_fraction(law), limit.error, finite_.unstable_fraction);
    limit_quantity("jacobian_radius", limit.jacobian_radius, limit.error * limit.jacobian_radius,
                   finite_.jacobian_radius);
    std::vector<double> within;
    for (const double radius : description_.grids.radius) within.push_back(fraction_within(law, radius));
    limit_curve(curve("radial_spectrum", {"radius", "1", description_.grids.radius}, within), finite_.within);
  }

  [[nodiscard]] std::size_t samples() {
    if (description_.samples) return *description_.samples;
    const auto size = static_cast<double>(description_.size());
    if (description_.size() > kLargestSize) {
      outcome_.warnings.push_back(fmt::format(
          "fixed_point_count: no Kac-Rice sampling beyond N = {}; say theory.samples to have it", kLargestSize));
      return 0;
    }
    const double share = std::min(1.0, std::pow(kDefaultSize / size, 3));
    return std::max(kFewestSamples, static_cast<std::size_t>(static_cast<double>(kDefaultSamples) * share));
  }

  /// Kac-Rice sampling at this N, if it is affordable or asked for.
  bool sample() {
    const std::size_t count = samples();
    if (count < 2 || ensemble_.deviation == 0.0) return false;
    compute::Threads threads(static_cast<std::size_t>(std::max(1, context_.threads)));
    KacRiceOptions options;
    options.size = description_.size();
    options.samples = count;
    options.seed = description_.network.seed;
    options.radii = description_.grids.radius;
    const double work = std::pow(static_cast<double>(description_.size()), 3);
    if (description_.size() <= kLargestSpectra) {
      options.spectra = std::min({count, kMostSpectra, static_cast<std::size_t>(kSpectraWork / work)});
    }
    if (!description_.activity) {
      for (const double edge : description_.grids.shell) options.shell_edges.push_back(edge * gain_ * gain_);
      for (const double edge : description_.grids.component) options.component_edges.push_back(edge * gain_);
    }
    try {
      finite_ = sample_kac_rice(ensemble_, options, threads, context_.stop);
    } catch (const ConvergenceError&) {
      if (ensemble_.deviation > 1.0) throw;
      return false;  // weak couplings have no fixed points to draw
    }
    if (finite_.effective_samples < kFewEffective && finite_.count.value > kFewPoints) {
      outcome_.warnings.push_back(
          fmt::format("Kac-Rice sampling at N = {}: {} samples are worth {:.0f} independent ones only; the error of "
                      "fixed_point_count may be underestimated",
                      description_.size(), count, finite_.effective_samples));
    }
    return true;
  }

  /// The state's second moment at this N, in the units of its estimate.
  [[nodiscard]] const Estimated& finite_state() const {
    return description_.activity ? finite_.output_second_moment : finite_.state_second_moment;
  }
  [[nodiscard]] double finite_unit() const { return description_.activity ? 1.0 : gain_ * gain_; }

  void write_finite_size() {
    quantity("fixed_point_count", finite_.count.value, finite_.count.error, true);
    const double size = static_cast<double>(description_.size());
    if (finite_.count.value > 0.0) {
      quantity("finite_complexity", std::log(finite_.count.value) / size,
               finite_.count.error / finite_.count.value / size, true);
    }
    quantity("finite_state_second_moment", finite_state().value / finite_unit(), finite_state().error / finite_unit(),
             true);
    if (finite_.shell_density.empty()) return;
    std::vector<double> density, error;
    for (const Estimated& bin : finite_.shell_density) {
      density.push_back(bin.value * finite_unit());
      error.push_back(kErrors * bin.error * finite_unit());
    }
    system::TheoryCurve& shells =
        curve("shell_histogram", {"second_moment", "1", centres(description_.grids.shell)}, density);
    shells.of_this_size = true;
    shells.approximate = branch_.empty();  // its error is that of the sampling
    shells.error = Tensor({error.size()}, error);
  }

  const FixedPointsDescription& description_;
  const system::Context& context_;
  TheoryOutcome& outcome_;
  Ensemble ensemble_;
  double gain_;
  std::string branch_;
  KacRice finite_;
};

}  // namespace

TheoryOutcome solve_fixed_points_theory(const FixedPointsDescription& description, const system::Context& context) {
  TheoryOutcome outcome;
  if (!description.is_random()) {
    outcome.warnings.emplace_back("a given matrix has no ensemble theory of its fixed points: the search stands alone");
    return outcome;
  }
  try {
    Writer(description, context, outcome).write();
  } catch (const ConvergenceError& error) {
    outcome.status = system::Status::kNotConverged;
    outcome.warnings.push_back(fmt::format("{} (residual {:.2g})", error.message(), error.residual()));
  }
  return outcome;
}

}  // namespace limes::rate::fixed_points

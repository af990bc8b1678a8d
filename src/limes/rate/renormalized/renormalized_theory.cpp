#include "limes/rate/renormalized/renormalized_theory.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "limes/base/errors.hpp"
#include "limes/rate/renormalized/theory/loop_state.hpp"
#include "limes/rate/renormalized/theory/magnetised_states.hpp"
#include "limes/rate/result_shape.hpp"
#include "limes/transfer/moments.hpp"

namespace limes::rate::renormalized {
namespace {

using system::Tensor;

constexpr double kLagStep = 0.1;
constexpr double kShortestLags = 20.0;
constexpr double kCorrelationTimes = 10.0;
constexpr std::size_t kMostLags = 200'000;

const char* label_of(Order order) {
  constexpr const char* kLabels[] = {"mean_field", "one_loop", "one_loop_cross", "one_loop_feedback"};
  return kLabels[static_cast<int>(order)];
}

const char* meaning_of(Order order) {
  switch (order) {
    case Order::kMeanField:
      return "the limit N -> infinity, in which gbar has no effect";
    case Order::kOneLoop:
      return "equations (2)-(5): the population's fluctuations act back on every neuron";
    case Order::kOneLoopCross:
      return "equations (2)-(6): with the correlation of neurons that drive the population";
    case Order::kOneLoopFeedback:
      return "equations (2)-(6'): with what a neuron hears of its own noise through the population";
  }
  return "";
}

/// What is written under one branch.
class Writer {
 public:
  Writer(const RenormalizedDescription& description, system::TheoryOutcome& outcome, std::string branch)
      : description_(description), outcome_(outcome), branch_(std::move(branch)) {}

  void add(const std::string& name, double value, double error = 0.0) {
    outcome_.quantities.push_back({name, branch_, shaped(value), shaped(error), valid, reason});
  }
  /// Of the whole network, an array nowhere.
  void whole(const std::string& name, double value, double error = 0.0) {
    outcome_.quantities.push_back({name, branch_, value, error, valid, reason});
  }
  void curve(const std::string& name, const Eigen::VectorXd& values) {
    system::Axis lag{"lag", "tau", {}};
    for (Eigen::Index k = 0; k < values.size(); ++k) lag.values.push_back(kLagStep * static_cast<double>(k));
    std::vector<system::Axis> axes{lag};
    const std::vector<double> row(values.begin(), values.end());
    Tensor tensor = curve_values(description_.network, axes, {row});
    put_population_axis(description_.network, axes);
    outcome_.curves.push_back({name, branch_, std::move(axes), std::move(tensor), false, {}, valid, reason});
  }

  bool valid = true;
  std::string reason;

 private:
  [[nodiscard]] Tensor shaped(double value) const { return per_population(description_.network, {value}); }

  const RenormalizedDescription& description_;
  system::TheoryOutcome& outcome_;
  std::string branch_;
};

/// Lags 0, 0.1, ... up to where the curves of this state have died out.
Eigen::VectorXd lags_for(const RenormalizedDescription& description, double rate) {
  const double longest = description.lags.value_or(
      std::max({kShortestLags, kCorrelationTimes / std::max(rate, 1e-12), description.measured_lags}));
  const auto points = std::min(kMostLags, static_cast<std::size_t>(std::ceil(longest / kLagStep - 1e-9)) + 1);
  return Eigen::VectorXd::LinSpaced(static_cast<Eigen::Index>(points), 0.0, kLagStep * static_cast<double>(points - 1));
}

/// A curve of a state at these lags, continued by its slowest mode beyond the panels.
Eigen::VectorXd sampled(const LoopState& state, const Eigen::VectorXd& values, const Eigen::VectorXd& lags) {
  Eigen::VectorXd result = state.panels.interpolated(values, lags);
  for (Eigen::Index k = 0; k < lags.size(); ++k) {
    const double beyond = lags(k) - state.panels.window();
    if (beyond > 0.0) result(k) *= std::exp(-state.slowest_rate * beyond);
  }
  return result;
}

/// Family of the branch: alternatives within one, descriptions of the same network across them.
std::string family_of(const RenormalizedDescription& description, const std::string& branch) {
  if (description.has_given_matrix()) return "iid_surrogate/" + branch;
  return has_fixed_matrix(description.network) ? "ensemble/" + branch : branch;
}

/// All of the theory of one network.
class Solution {
 public:
  Solution(const RenormalizedDescription& description, const system::Context& context)
      : description_(description), context_(context), mean_field_(loop_model(description, Order::kMeanField)) {}

  system::TheoryOutcome run() {
    if (description_.has_given_matrix()) {
      outcome_.warnings.push_back(
          "the theory is that of random couplings of the matrix's own mean and deviation: it ignores its structure");
    }
    std::optional<MeanFieldStart> start;
    try {
      start = mean_field_start(mean_field_, context_.stop);
    } catch (const ConvergenceError& error) {
      fail(fmt::format("{} (g f' = {:.6g})", error.what(), mean_field_.coupling_deviation * mean_field_.transfer.gain));
      return std::move(outcome_);
    }
    if (!start) {
      write_quiescent();
    } else {
      write_orders(*start);
    }
    return std::move(outcome_);
  }

 private:
  void fail(const std::string& why) {
    outcome_.status = system::Status::kNotConverged;
    outcome_.warnings.push_back("theory: " + why);
  }

  void add_branch(Order order, bool stable) {
    outcome_.branches.push_back(
        {label_of(order), stable, family_of(description_, label_of(order)), meaning_of(order), stable});
  }

  [[nodiscard]] std::vector<Order> orders() const {
    std::vector<Order> result{Order::kMeanField};
    if (description_.order != Order::kMeanField) result.push_back(Order::kOneLoop);
    if (description_.order >= Order::kOneLoopCross) result.push_back(Order::kOneLoopCross);
    if (description_.order >= Order::kOneLoopFeedback) result.push_back(Order::kOneLoopFeedback);
    return result;
  }

  /// x = 0 and nothing else: D = 0 and g f'(0) <= 1.
  void write_quiescent() {
    const double gain = transfer::moments(mean_field_.transfer, 0.0, 0.0).df;
    const double loop_gain = mean_field_.coupling_mean * gain;
    const bool stable = loop_gain < 1.0;
    for (const Order order : orders()) {
      if (order != Order::kMeanField && !stable) continue;
      add_branch(order, stable);
      Writer write(description_, outcome_, label_of(order));
      for (const char* name : {"variance", "output_variance", "population_variance"}) write.add(name, 0.0);
      write.add("mean_gain", gain);
      write.add("loop_gain", loop_gain);
      if (stable) write.add("population_time_constant", 1.0 / (1.0 - loop_gain));
      if (order == Order::kMeanField) {
        write_transitions(gain, 0.0);
        write_exponent(write);
      }
      const Eigen::VectorXd zero = Eigen::VectorXd::Zero(lags_for(description_, 1.0).size());
      for (const char* name : {"autocovariance", "population_autocovariance", "cross_covariance",
                               "output_autocovariance", "state_cross_covariance"}) {
        write.curve(name, zero);
      }
      if (description_.paired) write_shifts(write, {}, {}, zero, zero);
    }
    if (stable) {
      outcome_.warnings.push_back("quiescent: the only attractor is x = 0");
      return;
    }
    if (description_.order != Order::kMeanField) {
      fail(
          fmt::format("one_loop: gbar <phi'> = {:.6g} at x = 0, not below 1: it is unstable, and the loop theory is "
                      "that of the state without magnetisation; theory.order = \"mean_field\" asks for the "
                      "magnetised state alone",
                      loop_gain));
    }
    write_magnetised();
  }

  void write_orders(const MeanFieldStart& start) {
    const LoopOutcome limit = solve_loop(mean_field_, start, context_.stop);
    if (!limit.state) {
      fail("mean field: the collocation equations did not converge");
      return;
    }
    const LoopState& base = *limit.state;
    const double loop_gain = mean_field_.coupling_mean * base.mean_gain;
    const bool stable = loop_gain < 1.0;
    // Two methods: the potential's energy, and the boundary value problem.
    const double apart = std::abs(base.variance - start.variance) / base.variance;
    add_branch(Order::kMeanField, stable);
    Writer write(description_, outcome_, label_of(Order::kMeanField));
    if (!stable) {
      write.valid = false;
      write.reason = "the state without magnetisation is unstable";
    }
    write_state(write, base, loop_gain, std::max(base.error, apart), base);
    write_transitions(base.mean_gain, std::max(base.error, apart));
    write_exponent(write);
    std::vector<std::string> failures;
    for (const Order order : orders()) {
      if (order == Order::kMeanField) continue;
      const LoopModel model = loop_model(description_, order);
      const LoopOutcome loop = solve_loop(model, start, context_.stop);
      if (!loop.state) {
        // The last order alone: the theory of the note was found.
        const bool beyond = order == Order::kOneLoopFeedback && failures.empty();
        (beyond ? outcome_.warnings : failures).push_back(failure_of(order, loop.failure));
        continue;
      }
      add_branch(order, true);
      Writer writer(description_, outcome_, label_of(order));
      write_state(writer, *loop.state, loop.state->loop_gain, loop.state->error, base);
      const double spread = gain_spread_size(model, loop.state->mean_gain);
      writer.add("gain_spread", spread);
      if (spread > kLargestSpread && order == description_.order) {
        outcome_.warnings.push_back(
            fmt::format("the factor of equation (7) differs from 1 by {:.2f} (more than {}): networks differ visibly "
                        "from each other, and corrections of higher order are not small",
                        spread, kLargestSpread));
      }
    }
    for (const std::string& failure : failures) fail(failure);
    if (!stable || !failures.empty()) write_magnetised();
  }

  void write_state(Writer& write, const LoopState& state, double loop_gain, double error, const LoopState& base) {
    write.add("variance", state.variance, error * state.variance);
    write.add("output_variance", state.output_variance, error * state.output_variance);
    write.add("population_variance", state.population_variance, error * std::abs(state.population_variance));
    write.add("mean_gain", state.mean_gain, error * state.mean_gain);
    write.add("loop_gain", loop_gain, error * std::abs(loop_gain));
    if (loop_gain < 1.0) write.add("population_time_constant", 1.0 / (1.0 - loop_gain), error / (1.0 - loop_gain));
    const Eigen::VectorXd lags = lags_for(description_, state.slowest_rate);
    write.curve("autocovariance", sampled(state, state.autocovariance, lags));
    write.curve("population_autocovariance", sampled(state, state.population_autocovariance, lags));
    write.curve("cross_covariance", sampled(state, state.cross_covariance, lags));
    write.curve("output_autocovariance", sampled(state, state.output_autocovariance, lags));
    write.curve("state_cross_covariance", sampled(state, state.state_cross_covariance, lags));
    if (!description_.paired) return;
    // gbar = 0: the loops vanish, and A = C_phi/N. In the limit N -> infinity A vanishes.
    const double epsilon =
        state.population_variance > 0.0 ? 1.0 / static_cast<double>(description_.network.size()) : 0.0;
    write_shifts(write, {state.variance - base.variance, state.mean_gain - base.mean_gain},
                 {state.population_variance - epsilon * base.output_variance},
                 sampled(state, state.autocovariance, lags) - sampled(base, base.autocovariance, lags),
                 sampled(state, state.population_autocovariance, lags) -
                     epsilon * sampled(base, base.output_autocovariance, lags));
  }

  struct Shift {
    double variance = 0.0;
    double gain = 0.0;
  };
  struct PopulationShift {
    double variance = 0.0;
  };
  void write_shifts(Writer& write, const Shift& shift, const PopulationShift& population,
                    const Eigen::VectorXd& autocovariance, const Eigen::VectorXd& population_autocovariance) {
    write.add("variance_shift", shift.variance);
    write.add("scaled_variance_shift", shift.variance * static_cast<double>(description_.network.size()));
    write.add("population_variance_shift", population.variance);
    write.add("mean_gain_shift", shift.gain);
    write.curve("autocovariance_shift", autocovariance);
    write.curve("population_autocovariance_shift", population_autocovariance);
  }

  /// The lines of the phase diagram at this g and D, whatever gbar is.
  void write_transitions(double gain, double error) {
    Writer write(description_, outcome_, label_of(Order::kMeanField));
    write.whole("critical_mean_coupling", 1.0 / gain, error / gain);
    if (mean_field_.noise_intensity > 0.0) return;
    if (const auto line = magnetised_chaos_coupling(mean_field_)) write.whole("magnetised_chaos_coupling", *line);
  }

  void write_exponent(Writer& write) {
    double error = 0.0;
    const auto exponent = mean_field_exponent(mean_field_, context_.stop, &error);
    if (exponent) write.whole("lyapunov_exponent", *exponent, error);
  }

  [[nodiscard]] std::string failure_of(Order order, const LoopFailure& failure) const {
    if (!failure.critical) {
      return fmt::format("{}: not found; followed from gbar = 0 up to gbar = {:.6g}, where gbar <phi'> = {:.6g}",
                         label_of(order), failure.coupling_mean, failure.gain);
    }
    return fmt::format(
        "{}: critical, fluctuations of order one: at gbar = {:.6g} gbar <phi'> = {:.6g} and all neurons share {:.3g} "
        "of their variance (limits {} and {}); theory.order = \"mean_field\" asks for less",
        label_of(order), failure.coupling_mean, failure.gain, failure.shared_share, kLargestGain, kLargestShare);
  }

  void write_magnetised() {
    const auto states = magnetised_states(mean_field_, context_.stop);
    for (std::size_t k = 0; k < states.size(); ++k) {
      const MagnetisedState& state = states[k];
      const std::string label = fmt::format("magnetised-{}", k);
      // Compared with the trajectories that are found to be magnetised, which name it (simulation/).
      outcome_.branches.push_back({label, state.stable, family_of(description_, "magnetised"),
                                   state.is_static
                                       ? "mean field, every neuron constant; with its mirror image -R"
                                       : "mean field of a fluctuating magnetised state: no loop theory here",
                                   false});
      Writer write(description_, outcome_, label);
      const double error = std::max(state.residual, 1e-10);
      write.add("mean", state.mean, error * state.mean);
      write.add("mean_output", state.mean_output, error);
      write.add("variance", state.variance, error * state.variance);
      write.add("mean_gain", state.mean_gain, error);
      write.curve("autocovariance",
                  Eigen::Map<const Eigen::VectorXd>(state.autocovariance.data(),
                                                    static_cast<Eigen::Index>(state.autocovariance.size())));
    }
    if (states.empty()) return;
    outcome_.warnings.push_back(
        "magnetised: mean field only, of the state with R > 0; the loop theory does not hold there");
  }

  const RenormalizedDescription& description_;
  const system::Context& context_;
  LoopModel mean_field_;
  system::TheoryOutcome outcome_;
};

}  // namespace

system::TheoryOutcome solve_renormalized(const RenormalizedDescription& description, const system::Context& context) {
  return Solution(description, context).run();
}

}  // namespace limes::rate::renormalized

#include "limes/spiking/theory/rate_trajectory.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <utility>

#include "limes/base/errors.hpp"
#include "limes/spiking/theory/density_chain.hpp"
#include "limes/spiking/theory/self_consistency.hpp"

namespace limes::spiking {

namespace {

/// Inputs of one weight to one group: their rate is sum_c connections_c beta_c + external.
struct MergedInput {
  std::vector<std::pair<Eigen::Index, double>> sources;  // group, connections
  double external = 0.0;
};

/// The densities of all groups in one vector, and what couples them.
class CoupledChains {
  template <typename Vector>
  auto part(Vector& law, std::size_t a) const {
    return law.segment(borders_[a], borders_[a + 1] - borders_[a]);
  }

 public:
  CoupledChains(const SpikingNetwork& network, const TrajectoryOptions& options, const Eigen::VectorXd& most_rates,
                std::size_t cells, std::size_t parts)
      : options_(options) {
    for (std::size_t a = 0; a < network.groups.size(); ++a) add_group(network, a, most_rates, cells, parts);
  }

  [[nodiscard]] std::size_t groups() const { return chains_.size(); }
  [[nodiscard]] Eigen::VectorXd start() const {
    Eigen::VectorXd law(borders_.back());
    for (std::size_t a = 0; a < groups(); ++a) part(law, a) = chains_[a].point_mass(options_.initial[a]);
    return law;
  }
  [[nodiscard]] Eigen::VectorXd rates(const Eigen::VectorXd& law) const {
    Eigen::VectorXd result(static_cast<Eigen::Index>(groups()));
    for (std::size_t a = 0; a < groups(); ++a) result(static_cast<Eigen::Index>(a)) = chains_[a].rate(part(law, a));
    return result;
  }
  /// Explicit part at time t where the groups fire at `rates`.
  void jumps(double t, const Eigen::VectorXd& law, const Eigen::VectorXd& rates, Eigen::VectorXd& result) const {
    const double drive = options_.drive ? options_.drive(t) : 1.0;
    result.resize(law.size());
    for (std::size_t a = 0; a < groups(); ++a) {
      chains_[a].jumps(part(law, a), input_rates(a, t < 0.0 ? options_.held_rates : rates, drive), part(result, a));
    }
  }
  [[nodiscard]] std::vector<DensityChain::Implicit> prepare(double step) const {
    std::vector<DensityChain::Implicit> implicit;
    for (const DensityChain& chain : chains_) implicit.push_back(chain.prepare(step));
    return implicit;
  }
  void solve(const std::vector<DensityChain::Implicit>& implicit, Eigen::VectorXd& x) const {
    for (std::size_t a = 0; a < groups(); ++a) chains_[a].solve(implicit[a], part(x, a));
  }
  /// The fastest of all input rates of one group.
  [[nodiscard]] double busiest(const Eigen::VectorXd& rates) const {
    double most = 0.0;
    for (std::size_t a = 0; a < groups(); ++a) {
      double sum = 0.0;
      for (const double rate : input_rates(a, rates, 1.0)) sum += rate;
      most = std::max(most, sum);
    }
    return most;
  }
  [[nodiscard]] double distance(const Eigen::VectorXd& x, const Eigen::VectorXd& y) const {
    double most = 0.0;
    for (std::size_t a = 0; a < groups(); ++a) most = std::max(most, (part(x, a) - part(y, a)).lpNorm<1>());
    return most;
  }

 private:
  [[nodiscard]] std::vector<double> input_rates(std::size_t a, const Eigen::VectorXd& rates, double drive) const {
    std::vector<double> result;
    for (const MergedInput& input : inputs_[a]) {
      double sum = drive * input.external;
      for (const auto& [group, connections] : input.sources) sum += connections * rates(group);
      result.push_back(sum);
    }
    return result;
  }
  void add_group(const SpikingNetwork& network, std::size_t a, const Eigen::VectorXd& most_rates, std::size_t cells,
                 std::size_t parts);

  const TrajectoryOptions& options_;
  std::vector<DensityChain> chains_;
  std::vector<std::vector<MergedInput>> inputs_;
  std::vector<Eigen::Index> borders_{0};
};

/// The range of the state where the inputs come at most at these rates, from the reset or the initial state on.
StateRange range_of(OneNeuron neuron, double initial) {
  const bool linear = neuron.intensity == Intensity::kLinear;
  const auto range_from = [&](const OneNeuron& from) { return linear ? linear_range(from) : exponential_range(from); };
  if (!std::isfinite(neuron.time_constant)) {
    StateRange range = range_from(neuron);
    neuron.reset = initial;
    const StateRange other = range_from(neuron);
    return {std::min(range.lower, other.lower), std::max(range.upper, other.upper)};
  }
  // Excitation bounds above, inhibition below: the one may be absent while the other is at its most.
  OneNeuron upwards = neuron, downwards = neuron;
  std::erase_if(upwards.inputs, [](const ExternalInput& input) { return input.weight < 0.0; });
  std::erase_if(downwards.inputs, [](const ExternalInput& input) { return input.weight > 0.0; });
  upwards.reset = std::max(neuron.reset, initial);
  downwards.reset = std::min(neuron.reset, initial);
  return {range_from(downwards).lower, range_from(upwards).upper};
}

void CoupledChains::add_group(const SpikingNetwork& network, std::size_t a, const Eigen::VectorXd& most_rates,
                              std::size_t cells, std::size_t parts) {
  const Group& group = network.groups[a];
  OneNeuron merged{network.intensity, group.base_rate, group.time_constant, group.reset, {}};
  std::vector<MergedInput> inputs;
  const auto input_of = [&](double weight) -> std::size_t {
    std::size_t k = 0;
    while (k < merged.inputs.size() && merged.inputs[k].weight != weight) ++k;
    if (k == merged.inputs.size()) {
      merged.inputs.push_back({weight, 0.0});
      inputs.emplace_back();
    }
    return k;
  };
  for (std::size_t c = 0; c < network.groups.size(); ++c) {
    const auto source = static_cast<Eigen::Index>(c);
    const double weight = network.weights(static_cast<Eigen::Index>(a), source);
    const double connections = network.connections(a, c);
    if (weight == 0.0 || connections == 0.0) continue;
    const std::size_t k = input_of(weight);
    inputs[k].sources.emplace_back(source, connections);
    merged.inputs[k].rate += connections * most_rates(source);
  }
  if (!network.inputs.empty()) {
    for (const ExternalInput& input : network.inputs[a]) {
      if (input.weight == 0.0 || input.rate == 0.0) continue;
      const std::size_t k = input_of(input.weight);
      inputs[k].external += input.rate;
      merged.inputs[k].rate += input.rate;
    }
  }
  // The grid counts from where the state relaxes to.
  const bool relaxes = std::isfinite(group.time_constant);
  const double rest = network.intensity == Intensity::kLinear && relaxes ? group.base_rate : 0.0;
  OneNeuron centred = merged;
  centred.reset -= rest;
  const ForwardGrid coarse = grid_over(centred, range_of(centred, options_.initial[a] - rest), cells);
  chains_.emplace_back(merged, parts == 1 ? coarse : refined(coarse, centred, parts));
  inputs_.push_back(std::move(inputs));
  borders_.push_back(borders_.back() + chains_.back().cells());
}

/// ARS(4,4,3); the implicit diagonal is 1/2, and the last stage is the result.
constexpr std::size_t kStages = 4;
constexpr std::array<double, kStages + 1> kNodes = {0.0, 1.0 / 2, 2.0 / 3, 1.0 / 2, 1.0};
constexpr double kImplicit[kStages][kStages] = {{1.0 / 2, 0, 0, 0},
                                                {1.0 / 6, 1.0 / 2, 0, 0},
                                                {-1.0 / 2, 1.0 / 2, 1.0 / 2, 0},
                                                {3.0 / 2, -3.0 / 2, 1.0 / 2, 1.0 / 2}};
constexpr double kExplicit[kStages][kStages] = {{1.0 / 2, 0, 0, 0},
                                                {11.0 / 18, 1.0 / 18, 0, 0},
                                                {5.0 / 6, -5.0 / 6, 1.0 / 2, 0},
                                                {1.0 / 4, 7.0 / 4, 3.0 / 4, -7.0 / 4}};

struct Advance {
  Eigen::VectorXd law;
  Eigen::VectorXd spikes;  // per neuron of each group
};

class Stepper {
 public:
  explicit Stepper(const CoupledChains& chains) : chains_(chains) {}

  /// One step from `law` at time t, where `first` are the jumps there.
  Advance step(double t, double length, const Eigen::VectorXd& law, const Eigen::VectorXd& first) {
    const double diagonal = kImplicit[0][0] * length;
    const auto implicit = chains_.prepare(diagonal);
    explicit_[0] = first;
    Advance result{law, Eigen::VectorXd::Zero(static_cast<Eigen::Index>(chains_.groups()))};
    for (std::size_t i = 0; i < kStages; ++i) {
      right_ = law;
      for (std::size_t j = 0; j < i; ++j) {
        if (kImplicit[i][j] != 0.0) right_ += length * kImplicit[i][j] * stiff_[j];
      }
      for (std::size_t j = 0; j <= i; ++j) right_ += length * kExplicit[i][j] * explicit_[j];
      result.law = right_;
      chains_.solve(implicit, result.law);
      stiff_[i] = (result.law - right_) / diagonal;
      const Eigen::VectorXd rates = chains_.rates(result.law);
      result.spikes += length * kImplicit[kStages - 1][i] * rates;
      if (i + 1 < kStages) chains_.jumps(t + kNodes[i + 1] * length, result.law, rates, explicit_[i + 1]);
    }
    return result;
  }

 private:
  const CoupledChains& chains_;
  std::array<Eigen::VectorXd, kStages> stiff_, explicit_;
  Eigen::VectorXd right_;
};

struct LevelResult {
  Eigen::MatrixXd counts;   // groups x bins: spikes per neuron
  Eigen::VectorXd highest;  // of the rates
  std::size_t steps = 0;
};

/// Doubled steps: the difference of one long and two short ones is the error, and a seventh of it is taken off.
class Integrator {
 public:
  Integrator(const CoupledChains& chains, const TrajectoryOptions& options, const Eigen::VectorXd& limit)
      : chains_(chains), options_(options), limit_(limit), stepper_(chains), law_(chains.start()) {
    highest_ = chains.rates(law_);
  }

  /// Spikes per neuron from `from` to `until`.
  Eigen::VectorXd advance(double from, double until) {
    Eigen::VectorXd spikes = Eigen::VectorXd::Zero(static_cast<Eigen::Index>(chains_.groups()));
    double t = from;
    while (t < until && !exceeded()) {
      options_.stop.check();
      const Eigen::VectorXd now = chains_.rates(law_);
      const double busiest = chains_.busiest(t < 0.0 ? options_.held_rates : now);
      // Beyond this the explicit jumps are unstable.
      if (busiest > 0.0) length_ = std::min(length_, 2.0 / busiest);
      const bool last = t + length_ >= until;
      const double length = last ? until - t : length_;
      Eigen::VectorXd first;
      chains_.jumps(t, law_, now, first);
      const Advance whole = stepper_.step(t, length, law_, first);
      const Advance half = stepper_.step(t, 0.5 * length, law_, first);
      chains_.jumps(t + 0.5 * length, half.law, chains_.rates(half.law), first);
      Advance both = stepper_.step(t + 0.5 * length, 0.5 * length, half.law, first);
      both.spikes += half.spikes;
      const Eigen::ArrayXd scale = both.spikes.array().abs() + 1e-6 * length;
      const double error = std::max(chains_.distance(whole.law, both.law),
                                    ((whole.spikes - both.spikes).array() / scale).abs().maxCoeff());
      const double factor =
          std::clamp(0.9 * std::pow(options_.tolerance / std::max(error, 1e-300), 1.0 / 3.0), 0.2, 3.0);
      if (!(error <= options_.tolerance)) {
        length_ = length * (std::isfinite(factor) ? factor : 0.2);
        if (length_ < 1e-12 * (std::abs(t) + options_.bin))
          throw ConvergenceError("time steps shrink to nothing", error);
        continue;
      }
      law_ = both.law + (both.law - whole.law) / 7.0;
      spikes += both.spikes + (both.spikes - whole.spikes) / 7.0;
      t = last ? until : t + length;
      if (!last || factor < 1.0) length_ = length * factor;
      highest_ = highest_.cwiseMax(chains_.rates(law_));
      ++steps_;
    }
    return spikes;
  }
  /// Rates have left what the grid was made for.
  [[nodiscard]] bool exceeded() const { return (highest_.array() > limit_.array()).any(); }
  [[nodiscard]] const Eigen::VectorXd& highest() const { return highest_; }
  [[nodiscard]] std::size_t steps() const { return steps_; }

 private:
  const CoupledChains& chains_;
  const TrajectoryOptions& options_;
  const Eigen::VectorXd& limit_;
  Stepper stepper_;
  Eigen::VectorXd law_;
  Eigen::VectorXd highest_;
  double length_ = 1e-3;
  std::size_t steps_ = 0;
};

LevelResult solve_level(const SpikingNetwork& network, const TrajectoryOptions& options,
                        const Eigen::VectorXd& most_rates, std::size_t parts) {
  const CoupledChains chains(network, options, most_rates, options.cells, parts);
  Integrator integrator(chains, options, most_rates);
  if (options.held_for > 0.0) (void)integrator.advance(-options.held_for, 0.0);
  const auto bins = static_cast<Eigen::Index>(std::ceil(options.horizon / options.bin - 1e-9));
  LevelResult result;
  result.counts = Eigen::MatrixXd::Zero(static_cast<Eigen::Index>(network.groups.size()), bins);
  for (Eigen::Index k = 0; k < bins && !integrator.exceeded(); ++k) {
    const double begin = static_cast<double>(k) * options.bin;
    result.counts.col(k) = integrator.advance(begin, static_cast<double>(k + 1) * options.bin);
  }
  result.highest = integrator.highest();
  result.steps = integrator.steps();
  return result;
}

/// Rates that no trajectory exceeds, found on a coarse grid: where one does, the state may leave the grid.
Eigen::VectorXd bound_of_rates(const SpikingNetwork& network, const TrajectoryOptions& options) {
  const auto groups = static_cast<Eigen::Index>(network.groups.size());
  Eigen::VectorXd bound(groups);
  for (Eigen::Index a = 0; a < groups; ++a) {
    const Group& group = network.groups[static_cast<std::size_t>(a)];
    const double initial = options.initial[static_cast<std::size_t>(a)];
    const bool linear = network.intensity == Intensity::kLinear;
    const double most = std::max(initial, group.reset);
    const double first = linear ? std::max(most, group.base_rate) : group.base_rate * std::exp(std::max(most, 0.0));
    bound(a) = 2.0 * first + (std::isfinite(group.time_constant) ? 2.0 / group.time_constant : 0.0);
  }
  if (options.held_rates.size() > 0) bound = bound.cwiseMax(2.0 * options.held_rates);
  TrajectoryOptions coarse = options;
  coarse.cells = std::max<std::size_t>(64, options.cells / 4);
  coarse.tolerance = std::max(options.tolerance, 1e-5);
  constexpr int kDoublings = 24;
  for (int attempt = 0; attempt < kDoublings; ++attempt) {
    const LevelResult level = solve_level(network, coarse, bound, 1);
    if ((level.highest.array() <= bound.array()).all()) return level.highest.cwiseMax(0.1 * bound) * 1.3;
    bound = bound.cwiseMax(2.0 * level.highest);
  }
  throw ConvergenceError("the rates run away", bound.maxCoeff());
}

}  // namespace

RateTrajectory rate_trajectory(const SpikingNetwork& network, const TrajectoryOptions& options) {
  if (options.initial.size() != network.groups.size()) throw InputError("one initial state is needed per group");
  const Eigen::VectorXd bound = bound_of_rates(network, options);
  const LevelResult coarse = solve_level(network, options, bound, 1);
  const LevelResult middle = solve_level(network, options, bound, 2);
  const LevelResult fine = solve_level(network, options, bound, 4);
  for (const LevelResult* level : {&coarse, &middle, &fine}) {
    if ((level->highest.array() > bound.array()).any()) {
      throw ConvergenceError("the rates on a fine grid leave what a coarse one found", level->highest.maxCoeff());
    }
  }
  RateTrajectory result;
  result.steps = fine.steps;
  // Errors e1 h + e2 h^2 removed; the error of time steps is a share of the tolerance in each.
  result.rates = (8.0 * fine.counts - 6.0 * middle.counts + coarse.counts) / (3.0 * options.bin);
  const Eigen::MatrixXd linear = (2.0 * fine.counts - middle.counts) / options.bin;
  result.error = (result.rates - linear).cwiseAbs() + 10.0 * options.tolerance * result.rates.cwiseAbs();
  for (Eigen::Index k = 0; k < result.rates.cols(); ++k) {
    result.times.push_back(static_cast<double>(k) * options.bin);
  }
  return result;
}

}  // namespace limes::spiking

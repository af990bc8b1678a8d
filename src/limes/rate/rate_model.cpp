#include "limes/rate/rate_model.hpp"

#include <utility>

#include "limes/rate/rate_theory.hpp"
#include "limes/rate/simulation/simulation.hpp"

namespace limes::rate {

namespace {

constexpr int kSurrogates = 39;
constexpr std::size_t kLargestSurrogate = 3000;
constexpr std::size_t kSmallestHalf = 16;

class RateModel final : public system::Model {
 public:
  explicit RateModel(RateDescription description) : description_(std::move(description)) {}

  [[nodiscard]] system::TheoryOutcome theory(const system::Context& context) const override {
    return solve_theory(description_, context);
  }
  [[nodiscard]] system::SimulationOutcome simulate(const system::Context& context) const override {
    return simulate_network(description_, context);
  }
  [[nodiscard]] std::unique_ptr<system::Model> surrogate_ensemble() const override {
    if (description_.coupling.kind != CouplingDescription::Kind::kGiven || description_.size() > kLargestSurrogate) {
      return nullptr;
    }
    return make_model(iid_surrogate(description_, kSurrogates));
  }
  [[nodiscard]] system::Parameters explicit_parameters(const system::Parameters& parameters) const override {
    return complete_parameters(parameters, description_);
  }

 private:
  RateDescription description_;
};

}  // namespace

std::unique_ptr<system::Model> make_model(RateDescription description) {
  return std::make_unique<RateModel>(std::move(description));
}

system::Parameters complete_parameters(const system::Parameters& parameters, const RateDescription& description) {
  system::Parameters complete = parameters;
  const auto fill = [&](const char* key, const system::Json& value) {
    if (!complete.has(key)) complete = complete.with(key, value);
  };
  const auto& simulation = description.simulation;
  system::Json sizes = system::Json::array();
  for (const Population& population : description.populations) {
    sizes.push_back(static_cast<std::int64_t>(population.size));
  }
  fill("network.size", description.array_results ? sizes : sizes.front());
  const bool given = description.coupling.kind == CouplingDescription::Kind::kGiven;
  fill("coupling.kind", !given ? "gaussian" : parameters.has("coupling.file") ? "file" : "values");
  // Seeds that were left out follow from the experiment's seed: filled in, they would tie a second size to the first.
  fill("stimulus.kind", description.stimulus.kind == StimulusDescription::Kind::kFile ? "file" : "none");
  fill("simulation.realisations", simulation.realisations);
  fill("simulation.exponents", simulation.exponents);
  if (description.time == TimeKind::kContinuous) {
    fill("simulation.integrator", simulation.integrator == Integrator::kRungeKutta4 ? "rk4" : "euler");
    fill("simulation.step", simulation.step);
  }
  return complete;
}

std::optional<system::Parameters> half_size_parameters(const system::Parameters& parameters, TimeKind time) {
  const bool tied = parameters.has("coupling.file") || parameters.has("coupling.values") ||
                    parameters.has("threshold.values") || parameters.has("stimulus.pattern") ||
                    parameters.has("stimulus.file");
  if (tied) return std::nullopt;
  const auto description = describe(parameters, time);
  if (has_fixed_matrix(description)) return std::nullopt;
  system::Json halves = system::Json::array();
  for (std::size_t b = 0; b < description.populations.size(); ++b) {
    const std::size_t half = description.populations[b].size / 2;
    if (half < kSmallestHalf) return std::nullopt;
    const bool diluted = description.coupling.degree.size() > 0;
    if (diluted &&
        description.coupling.degree.col(static_cast<Eigen::Index>(b)).maxCoeff() > static_cast<double>(half)) {
      return std::nullopt;
    }
    halves.push_back(static_cast<std::int64_t>(half));
  }
  const bool list = description.array_results;
  // As many exponents as reach as far in the spectrum; those that classify an attractor are not halved.
  const bool some_exponents = parameters.has("simulation.exponents") && !description.simulation.attractor &&
                              !parameters.is_text("simulation.exponents") &&
                              parameters.integer("simulation.exponents") > 1;
  const system::Parameters half =
      some_exponents ? parameters.with("simulation.exponents",
                                       std::max<std::int64_t>(2, (parameters.integer("simulation.exponents") + 1) / 2))
                     : parameters;
  // Four times the realisations: the work of a dense matrix stays the same, and finite size is told from a wrong theory
  // more often (experiment/verdict.hpp).
  return half.with("network.size", list ? halves : halves.front())
      .with("simulation.realisations", std::int64_t{4} * description.simulation.realisations);
}

std::vector<std::string> shared_references() {
  return {
      "B. Cessac, Neural Networks Dynamics, slides, INRIA (2014)",
      "B. Cessac, Increase in complexity in random neural networks, J. Phys. I France 5 (1995) 409",
      "H. Sompolinsky, A. Crisanti, H. J. Sommers, Chaos in random neural networks, PRL 61 (1988) 259",
      "L. Molgedey, J. Schuchhardt, H. G. Schuster, Suppressing chaos in neural networks by noise, PRL 69 (1992) 3717",
      "J. Schuecker, S. Goedeke, M. Helias, Optimal sequence memory in driven random networks, PRX 8 (2018) 041029",
      "O. Faugeras, J. Touboul, B. Cessac, A constructive mean-field analysis of multi-population neural networks with "
      "random synaptic weights, Front. Comput. Neurosci. 3 (2009) 1",
      "R. Engelken, F. Wolf, L. F. Abbott, Lyapunov spectra of chaotic recurrent neural networks, PRR 5 (2023) 043044",
  };
}

std::vector<std::string> shared_conventions() {
  return {
      "J_ij is the coupling from neuron j onto neuron i: row = target, column = source; the diagonal is drawn too",
      "E J_ij = Jbar/N, Var J_ij = J^2/N: coupling.deviation is a standard deviation, not a variance",
      "thresholds are subtracted; theta_i ~ N(threshold.mean, threshold.deviation^2), frozen",
      "the gain stands inside the transfer function, f(u) = h(g u); slopes f' contain one factor g",
      "variance is that over neurons at one time, its frozen part (frozen_variance) included",
      "frozen_variance is the product of two separate parts of the run, so that a finite run does not bias it",
      "portable numbers: splitmix64 and Box-Muller, matrices filled row by row; one reproducible network",
      "time averages start after simulation.transient; trajectories start at the initial state",
  };
}

std::vector<std::string> shared_limits() {
  return {
      "the theory is the limit N -> infinity: a finite network differs by O(1/N), and its exponent near the onset of "
      "chaos by more, because the leading eigenvalues of a finite matrix are few",
      "with Jbar != 0, or f of nonzero mean, the mean of one network differs from that of another by O(1/sqrt(N)): use "
      "at "
      "least 10 realisations",
      "the field of a neuron is Gaussian only if no single coupling dominates: sparse or heavy-tailed matrices break "
      "it "
      "(field_kurtosis shows it)",
      "a run shorter than some 100 correlation times measures frozen_variance and the autocovariance of one stretch, "
      "not "
      "their averages",
      "for a given matrix the iid surrogate knows only two numbers of it: its outliers, hubs and structure are ignored",
      "several states can coexist: a realisation shows the one that its initial state leads to",
  };
}

}  // namespace limes::rate

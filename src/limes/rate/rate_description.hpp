#pragma once
// What is simulated and what the theory is about, as plain values: the parameters of `rate.discrete` and
// `rate.continuous` after every file has been read and every combination of keys has been checked.
//
// Discrete time:    u_i(t+1) = leak u_i(t) + sum_j J_ij f(u_j(t)) + stimulus_i(t) - theta_i + sigma B_i(t)
// Continuous time:  du_i/ds  = -u_i + sum_j J_ij f(u_j) + stimulus_i(s) - theta_i + xi_i(s),  <xi xi'> = 2 D delta,
//                   s = t/tau: all times are in units of the time constant.

#include <Eigen/Core>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "limes/coupling/matrix.hpp"
#include "limes/system/parameters.hpp"
#include "limes/transfer/transfer.hpp"

namespace limes::rate {

enum class TimeKind { kDiscrete, kContinuous };

/// Where random numbers that define the network come from. `kPortable`: note rate-networks 2.1 (splitmix64,
/// Box-Muller).
enum class Generator { kPhilox, kPortable };

/// Neurons that share parameters. The neurons of one population follow one another, population after population.
struct Population {
  std::size_t size = 1000;
  transfer::Transfer transfer;         ///< of one kind in all populations; the gain may differ
  double leak = 0.0;                   ///< gamma; 0 in continuous time
  double threshold_mean = 0.0;         ///< thetabar; of given thresholds: their mean
  double threshold_deviation = 0.0;    ///< sigma_theta; of given thresholds: their standard deviation (divided by N)
  double threshold_correlation = 0.0;  ///< c: share of sigma_theta^2 that is an offset common to the whole network
  double noise_deviation = 0.0;        ///< sigma, discrete time
  double noise_intensity = 0.0;        ///< D, continuous time
  double initial_mean = 0.0;
  double initial_variance = 1.0;
};

struct CouplingDescription {
  enum class Kind { kGaussian, kBernoulli, kFixedInDegree, kCorrelated, kGiven };
  Kind kind = Kind::kGaussian;
  Generator generator = Generator::kPhilox;
  std::uint64_t seed = 1;  ///< of the couplings alone
  /// Jbar and J, rows = target populations: E J_ij = Jbar_ab/N_b, Var J_ij = J_ab^2/N_b (diluted: of a weight that is
  /// there, Jbar_ab/K_ab and J_ab^2/K_ab). Of a given matrix: its own, over all N^2 entries, after scaling; 1 x 1.
  Eigen::MatrixXd mean = Eigen::MatrixXd::Zero(1, 1);
  Eigen::MatrixXd deviation = Eigen::MatrixXd::Ones(1, 1);
  Eigen::MatrixXd degree;                          ///< K_ab of kBernoulli and kFixedInDegree
  double symmetry = 0.0;                           ///< eta, kGaussian: Cov(J_ij, J_ji) = eta J^2/N
  std::vector<double> row_covariance;              ///< A(0), A(1), ... of kCorrelated
  std::vector<double> column_covariance;           ///< B(0), B(1), ...
  std::shared_ptr<const coupling::Matrix> matrix;  ///< given: read and scaled; null otherwise
  std::string origin;                              ///< given: the file, or `coupling.values`
};

struct ThresholdDescription {
  std::vector<double> values;  ///< given thresholds, one per unit; empty: drawn
  Generator generator = Generator::kPhilox;
  std::uint64_t seed = 1;
};

struct StimulusDescription {
  enum class Kind { kNone, kStep, kSine, kCommonNoise, kFile };
  Kind kind = Kind::kNone;
  double amplitude = 1.0;
  double frequency = 1.0;         ///< radians per step, or per tau
  double onset = 0.0;             ///< nothing before this time (steps, or tau), counted from the initial state
  double correlation_time = 1.0;  ///< of the common Ornstein-Uhlenbeck noise
  std::shared_ptr<const coupling::DenseMatrix> table;  ///< kFile: rows = steps, columns = units, or one for all
  std::vector<double> pattern;                         ///< one factor per unit; empty: all ones
};

struct InitialDescription {
  Generator generator = Generator::kPhilox;
  std::uint64_t seed = 1;
};

enum class Integrator { kMap, kRungeKutta4, kEulerMaruyama };

struct SimulationOptions {
  Integrator integrator = Integrator::kMap;
  double step = 1.0;                 ///< in tau; 1 in discrete time
  std::int64_t transient_steps = 0;  ///< integration steps that are not measured
  std::int64_t measured_steps = 1;   ///< integration steps that are
  int realisations = 10;
  bool single_precision = false;
  int exponents = 1;  ///< how many Lyapunov exponents, at most N; 0: none
  bool jacobian_spectrum = false;
  bool attractor = false;  ///< the attractor that the orbit reaches is classified
  double lags = 100.0;     ///< longest lag of the measured autocovariance, in steps or tau
};

struct TheoryOptions {
  enum class Kind { kStationary, kTwoTime };
  enum class Method { kPotential, kIteration };
  Kind kind = Kind::kStationary;
  double horizon = 50.0;               ///< of the two-time theory, in steps or tau
  std::size_t samples = 20000;         ///< paths of the Monte-Carlo two-time theory (symmetry != 0)
  Method method = Method::kPotential;  ///< continuous time; the map has one method only
  double tolerance = 1e-10;            ///< relative, of the self-consistency
  std::optional<double> lags;          ///< longest lag of the curves, in steps or tau; none: as long as it takes
  bool quenched = true;                ///< a given matrix: the quenched mean field of note 4.3b too
};

struct RateDescription {
  TimeKind time = TimeKind::kDiscrete;
  std::vector<Population> populations{Population{}};
  double time_constant = 1.0;  ///< tau: it only names the unit of time
  CouplingDescription coupling;
  ThresholdDescription threshold;
  StimulusDescription stimulus;
  InitialDescription initial;
  SimulationOptions simulation;
  TheoryOptions theory;
  std::uint64_t seed = 1;
  /// `network.size` was given as an array (of length one, or of several populations): results are arrays over
  /// populations, curves get a `population` axis.
  bool array_results = false;

  [[nodiscard]] std::size_t size() const;  ///< N, of all populations
  /// The only population. Throws std::logic_error where there are several.
  [[nodiscard]] const Population& population() const;
  /// The first neuron of each population, and N.
  [[nodiscard]] std::vector<std::size_t> borders() const;
};

/// Reads the files and checks every combination of keys. Throws InputError with the key's place. `known`: a transfer
/// function of the user's that need not be read again where the text is the same (its shape takes milliseconds).
[[nodiscard]] RateDescription describe(const system::Parameters& parameters, TimeKind time,
                                       const std::shared_ptr<const transfer::Expression>& known = {});

/// One matrix is the network (given, or drawn by the portable generator): realisations are repeats that differ in
/// initial state and noise only.
[[nodiscard]] bool has_fixed_matrix(const RateDescription& description);

/// Drawn thresholds share an offset that differs from network to network (threshold.correlation): theories average over
/// it.
[[nodiscard]] bool has_common_offset(const RateDescription& description);

/// Spacing of the lags of all curves in continuous time (1 in discrete time): the largest multiple of the integration
/// step that does not exceed 0.1 tau, or for a longer step the largest fraction of it that does not.
[[nodiscard]] double lag_step(const RateDescription& description);

/// Number of integration steps between two samples of the measured curves: at most 0.1 tau, at least one step.
[[nodiscard]] std::int64_t sample_stride(const RateDescription& description);

/// The network with iid Gaussian couplings of the same Jbar and J in place of its given matrix (same lengths, at
/// most one exponent, no classified attractors).
[[nodiscard]] RateDescription iid_surrogate(const RateDescription& description, int realisations);

}  // namespace limes::rate

#pragma once
// What is simulated and what the theory is about, as plain values: the parameters of `rate.discrete` and
// `rate.continuous` after every file has been read and every combination of keys has been checked.
//
// Discrete time:    u_i(t+1) = leak u_i(t) + sum_j J_ij f(u_j(t)) + stimulus_i(t) - theta_i + sigma B_i(t)
// Continuous time:  du_i/ds  = -u_i + sum_j J_ij f(u_j) + stimulus_i(s) - theta_i + xi_i(s),  <xi xi'> = 2 D delta,
//                   s = t/tau: all times are in units of the time constant.

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

struct CouplingDescription {
  enum class Kind { kGaussian, kGiven };
  Kind kind = Kind::kGaussian;
  Generator generator = Generator::kPhilox;
  std::uint64_t seed = 1;  ///< of the couplings alone
  /// Jbar and J: E J_ij = Jbar/N, Var J_ij = J^2/N. Of a given matrix: its own, over all N^2 entries, after scaling.
  double mean = 0.0;
  double deviation = 1.0;
  std::shared_ptr<const coupling::Matrix> matrix;  ///< given: read and scaled; null for kGaussian
  std::string origin;                              ///< given: the file, or `coupling.values`
};

struct ThresholdDescription {
  double mean = 0.0;           ///< thetabar; of given values: their mean
  double deviation = 0.0;      ///< sigma_theta; of given values: their standard deviation (divided by N)
  double correlation = 0.0;    ///< c: Cov[theta_i, theta_j] = c sigma_theta^2, by a common offset
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
  double mean = 0.0;
  double variance = 1.0;
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
  int exponents = 1;  ///< 0: none
  bool jacobian_spectrum = false;
  double lags = 100.0;  ///< longest lag of the measured autocovariance, in steps or tau
};

struct TheoryOptions {
  enum class Method { kPotential, kIteration };
  Method method = Method::kPotential;  ///< continuous time; the map has one method only
  double tolerance = 1e-10;            ///< relative, of the self-consistency
  std::optional<double> lags;          ///< longest lag of the curves, in steps or tau; none: as long as it takes
  bool quenched = true;                ///< a given matrix: the quenched mean field of note 4.3b too
};

struct RateDescription {
  TimeKind time = TimeKind::kDiscrete;
  std::size_t size = 1000;  ///< N
  transfer::Transfer transfer;
  double leak = 0.0;           ///< gamma; 0 in continuous time
  double time_constant = 1.0;  ///< tau: it only names the unit of time
  CouplingDescription coupling;
  ThresholdDescription threshold;
  StimulusDescription stimulus;
  InitialDescription initial;
  double noise_deviation = 0.0;  ///< sigma, discrete time
  double noise_intensity = 0.0;  ///< D, continuous time
  SimulationOptions simulation;
  TheoryOptions theory;
  std::uint64_t seed = 1;
  /// `network.size` was given as an array of length one: results are arrays of one, curves get a `population` axis.
  bool array_results = false;
};

/// Reads the files and checks every combination of keys. Throws InputError with the key's place.
[[nodiscard]] RateDescription describe(const system::Parameters& parameters, TimeKind time);

/// One matrix is the network (given, or drawn by the portable generator): realisations are repeats that differ in
/// initial state and noise only.
[[nodiscard]] bool has_fixed_matrix(const RateDescription& description);

/// Spacing of the lags of all curves in continuous time (1 in discrete time): the largest multiple of the integration
/// step that does not exceed 0.1 tau, or for a longer step the largest fraction of it that does not.
[[nodiscard]] double lag_step(const RateDescription& description);

/// Number of integration steps between two samples of the measured curves: at most 0.1 tau, at least one step.
[[nodiscard]] std::int64_t sample_stride(const RateDescription& description);

/// The network with iid Gaussian couplings of the same Jbar and J in place of its given matrix (same lengths).
[[nodiscard]] RateDescription iid_surrogate(const RateDescription& description, int realisations);

}  // namespace limes::rate

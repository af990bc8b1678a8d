#pragma once
// What a random-mode network is, as plain values: the parameters of `rate.random_modes` after every file has been read
// and every combination of keys has been checked.
//
//   dx_i/dt = -x_i + l_i sum_j B_ij r_j phi(x_j) + xi_i(t),   <xi xi'> = 2 D delta,
//   B = sum_a D_a u_a v_a^T,   u, v with entries N(0, 1/N), Cov(u_ia, v_ia) = rho_a/N,   a = 1 .. M,
// or B iid Gaussian, or g times a random orthogonal matrix, or a given matrix.

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "limes/coupling/matrix.hpp"
#include "limes/system/parameters.hpp"
#include "limes/transfer/transfer.hpp"

namespace limes::rate::random_modes {

enum class Kind { kRandomModes, kGaussian, kOrthogonal, kGiven };

struct ModesDescription {
  std::size_t size = 1000;  ///< N
  transfer::Transfer transfer;
  double noise_intensity = 0.0;  ///< D
  double initial_mean = 0.0, initial_variance = 1.0;
  std::uint64_t seed = 1;

  Kind kind = Kind::kRandomModes;
  double deviation = 1.0;                          ///< g_eff of random couplings
  std::vector<double> strengths;                   ///< D_a of kRandomModes, scaled: (1/N) sum D_a^2 = g_eff^2
  std::vector<double> overlaps;                    ///< rho_a; empty: all 0
  std::optional<double> inverse_rank;              ///< 1/PR^D as given: for the theory only, there is no network
  double left_width = 0.0;                         ///< of ln l
  double right_width = 0.0;                        ///< of ln r
  std::uint64_t coupling_seed = 1;                 ///< of the couplings alone
  bool portable = false;                           ///< kGaussian: one reproducible draw
  std::shared_ptr<const coupling::Matrix> matrix;  ///< kGiven, scaled
  std::string origin;                              ///< kGiven: the file, or `coupling.values`

  struct Theory {
    std::size_t samples = 1000;  ///< paths of each round of the sampled mean field (overlaps)
    int rounds = 25;             ///< rounds of it that are averaged
    std::optional<double> lags;  ///< longest lag of the curves
    bool quenched = true;        ///< a given matrix: the quenched prediction too
  } theory;

  enum class Integrator { kRungeKutta4, kHeun, kEuler };
  struct Simulation {
    Integrator integrator = Integrator::kRungeKutta4;
    double step = 0.1;
    double transient = 100.0, duration = 150.0;
    double sample_interval = 0.5;
    double lags = 20.0;
    int realisations = 10;
    std::size_t trajectories = 16;
    bool single_precision = false;
    bool spectrum = true;     ///< the eigenvalues of the covariance of the outputs
    bool surrogates = false;  ///< a given matrix: beside it networks with its singular values, and iid ones
  } simulation;

  [[nodiscard]] bool has_overlaps() const { return !overlaps.empty(); }
  /// All realisations share one matrix.
  [[nodiscard]] bool has_fixed_matrix() const { return kind == Kind::kGiven || portable; }
  /// 1/PR^D of random couplings (note (3)); kGiven: not from here.
  [[nodiscard]] double random_inverse_rank() const;
};

/// Reads the files and checks every combination of keys. Throws InputError with the key's place.
[[nodiscard]] ModesDescription describe(const system::Parameters& parameters);

/// `parameters` with every default that depends on other keys or on a file filled in.
[[nodiscard]] system::Parameters complete_parameters(const system::Parameters& parameters,
                                                     const ModesDescription& description);

/// The same network at half its size; none where the size is tied to a matrix or a list, or too small to halve.
[[nodiscard]] std::optional<system::Parameters> half_size_parameters(const system::Parameters& parameters);

/// iid Gaussian couplings with the g_eff of the given matrix in its place.
[[nodiscard]] ModesDescription iid_surrogate(const ModesDescription& description, int realisations);

}  // namespace limes::rate::random_modes

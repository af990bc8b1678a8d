#pragma once
// Fixed points of one concrete network without its noise: u = gamma u + J f(u) - theta (continuous time:
// u = J f(u) - theta), theory note 7.

#include <complex>
#include <string>
#include <vector>

#include "limes/rate/given_matrix/quenched.hpp"

namespace limes::rate::given_matrix {

struct FixedPointOptions {
  double tolerance = 1e-11;  ///< on the residual, relative to the largest |u_i| (at least 1)
  int newton_steps = 60;
  int random_starts = -1;              ///< per kind of start; -1: as many as the size allows, 1 to 48
  double merge_within = 1e-6;          ///< points nearer than this, relative to the largest |u_i|, are one
  Eigen::Index dense_up_to = 1200;     ///< Newton steps by LU of the full matrix up to this N, by GMRES beyond
  Eigen::Index spectrum_up_to = 3000;  ///< all eigenvalues up to this N, the leading one beyond
  StopToken stop;
};

struct FixedPoint {
  std::vector<double> state;  ///< u_i
  double residual = 0.0;      ///< largest |gamma u + J f(u) - theta - u|, relative to the largest |u_i| (at least 1)
  double mean = 0.0;          ///< over neurons
  double variance = 0.0;      ///< over neurons
  double mean_output = 0.0;
  /// Eigenvalues of the Jacobian gamma + J diag(f') (continuous time: J diag(f'), so that the flow has those minus 1),
  /// by descending modulus; empty where only the leading one was computed.
  std::vector<std::complex<double>> spectrum;
  std::complex<double> leading_eigenvalue;  ///< of largest modulus; continuous time: of largest real part
  double exponent_error = 1e-7;             ///< of lyapunov_exponent: from the residual of the eigenvalue
  double lyapunov_exponent = 0.0;           ///< ln of that modulus, or that real part minus 1
  bool stable = false;                      ///< lyapunov_exponent < 0
};

struct FixedPointSearch {
  std::vector<FixedPoint> points;  ///< ascending in (mean, variance)
  int starts = 0;                  ///< how many starts were tried,
  int converged = 0;               ///< and how many of them ended at a fixed point
  int leading_only = 0;            ///< points of which only the leading eigenvalue was computed
  std::string statement;           ///< the search in one sentence, with what it can't promise
};

/// Newton's method with a line search from many starts: zero, random Gaussian states of several amplitudes, ends of
/// short relaxations from them, and the given ones (means of the quenched mean field). That no point was missed cannot
/// be proven: a chaotic network has exponentially many. The noise of the problem is ignored. For odd f without
/// thresholds every point comes with its mirror image, and u = 0 is always there. Throws InputError (lengths),
/// InterruptedError. N <= 1200: 2/3 N^3 operations per Newton step; beyond, a start is given up after some 1e10
/// multiplications.
[[nodiscard]] FixedPointSearch fixed_points(const QuenchedProblem& problem, const FixedPointOptions& options = {},
                                            const std::vector<std::vector<double>>& extra = {});

}  // namespace limes::rate::given_matrix

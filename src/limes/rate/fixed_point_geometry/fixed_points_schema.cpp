#include "limes/rate/fixed_point_geometry/fixed_points_schema.hpp"

#include "limes/rate/shared_keys.hpp"
#include "limes/system/key.hpp"

namespace limes::rate::fixed_points {

namespace {

using system::choice;
using system::CurveInfo;
using system::Form;
using system::integer;
using system::Parameter;
using system::path;
using system::QuantityInfo;
using system::real;

void append_network(std::vector<Parameter>& list) {
  list.push_back(integer("network.size", "number of neurons; left out: 50, or the size of the given matrix")
                     .symbol("N")
                     .least(1)
                     .most(5000)
                     .quick(30)
                     .follows({"coupling.file", "coupling.values"}));
  list.push_back(
      choice("network.transfer", "phi; random couplings: tanh or erf (erf(sqrt(pi) x/2)), odd and of slope 1")
          .symbol("\\phi")
          .otherwise("tanh")
          .one_of({"tanh", "erf", "logistic", "normal_cdf", "relu", "linear", "clipped_tan"}));
  list.push_back(real("network.gain", "gain inside the transfer function, phi(gain x)").otherwise(1.0).above(0));
  list.push_back(real("network.field_variance", "variance of the frozen input eta_i ~ N(0, D) of random couplings")
                     .symbol("D")
                     .otherwise(0.0)
                     .least(0));
  list.push_back(path("network.bias",
                      "constant input b of a given matrix, one value per neuron: CSV, NPY, HDF5 (file.h5:/path) or NPZ "
                      "(file.npz:/name)"));
  list.push_back(real("network.bias_values", "the constant input itself").form(Form::kList));
  list.push_back(choice("network.form",
                        "current: x' = -x + W phi(x) + b; activity: r' = -r + phi(W r + b), searched as x = W r + b, "
                        "with r as the state in results")
                     .otherwise("current")
                     .one_of({"current", "activity"}));
}

void append_coupling(std::vector<Parameter>& list) {
  list.push_back(choice("coupling.kind", "left out: gaussian, or file / values where that key is given")
                     .one_of({"gaussian", "file", "values"})
                     .follows({"coupling.file", "coupling.values"}));
  list.push_back(
      real("coupling.mean", "the theory is that of couplings without a mean").otherwise(0.0).least(0).most(0));
  list.push_back(real("coupling.deviation", "g of random couplings: J_ij ~ N(0, g^2/N); the target of coupling.scale")
                     .symbol("g")
                     .otherwise(1.0)
                     .least(0)
                     .most(1e6));
  list.push_back(
      real("coupling.symmetry", "the theory is that of independent couplings").otherwise(0.0).least(0).most(0));
  append_coupling_source(list, "1, and 2 for the frozen input");
}

void append_start(std::vector<Parameter>& list) {
  list.push_back(real("initial.mean", "mean of the trajectory's initial state").symbol("\\mu_0").otherwise(0.0));
  list.push_back(real("initial.variance", "its variance over neurons").symbol("v_0").otherwise(1.0).least(0));
  append_initial_draw(list);
}

void append_runs(std::vector<Parameter>& list) {
  list.push_back(integer("theory.samples",
                         "draws of the Kac-Rice sampling of the count at size N; 0: none; left out: 30000, fewer for "
                         "N > 100, none beyond N = 600")
                     .least(0)
                     .most(1e8)
                     .quick(5000));
  list.push_back(integer("simulation.realisations",
                         "networks; left out: 20, or 1 where one matrix is given (repeats: the search starts anew)")
                     .least(1)
                     .most(1e6)
                     .quick(10));
  list.push_back(integer("simulation.starts", "budget: most starts of Newton's method on one network")
                     .otherwise(20000)
                     .least(1)
                     .most(1e9)
                     .quick(3000));
  list.push_back(real("simulation.coverage",
                      "the search goes on until the Good-Turing coverage exceeds this, every fixed point was met three "
                      "times and their indices add up to 1, or the budget ends")
                     .otherwise(0.99)
                     .least(0)
                     .below(1));
  list.push_back(real("simulation.transient", "time of the trajectory before the measurement")
                     .otherwise(100.0)
                     .unit("tau")
                     .least(0)
                     .most(1e7)
                     .quick(50));
  list.push_back(real("simulation.duration", "time of the trajectory that is measured")
                     .otherwise(400.0)
                     .unit("tau")
                     .above(0)
                     .most(1e7)
                     .quick(200));
  list.push_back(
      real("simulation.step", "integration step (Runge-Kutta 4)").otherwise(0.1).unit("tau").above(0).most(0.5));
  list.push_back(real("simulation.spacing", "time between the snapshots that are starts, landmarks and histograms")
                     .otherwise(2.0)
                     .unit("tau")
                     .above(0)
                     .most(1e4));
  list.push_back(
      integer("simulation.spectra", "at how many fixed points of a network eigenvalues are computed, at most")
          .otherwise(200)
          .least(0)
          .most(1e6));
  list.push_back(
      integer("simulation.lines",
              "from how many fixed points of a network tangentially fixed lines are followed, at most (pairs "
              "count once); 0: none")
          .otherwise(40)
          .least(0)
          .most(1e6)
          .quick(10));
  list.push_back(choice("simulation.precision", "floating-point numbers of the trajectory; the search is double")
                     .otherwise("double")
                     .one_of({"double", "single"}));
}

std::vector<QuantityInfo> quantities() {
  return {
      {"complexity", "1", "\\Sigma", "lim (1/N) ln of the mean number of fixed points", "logarithmic"},
      {"finite_complexity", "1", "", "(1/N) ln of the mean number at this N", "logarithmic", "complexity"},
      {"typical_complexity", "1", "", "(1/N) of the mean ln of the number of a network that has any", "logarithmic",
       "complexity"},
      {"origin_complexity", "1", "", "what the spectrum of J at the origin alone would give (Wainrib, Touboul 2013)",
       "logarithmic", "complexity"},
      {"onset_complexity", "1", "", "(16/81)(g - 1)^3, the law close to g = 1 without input", "logarithmic",
       "complexity"},
      {"saturated_complexity", "1", "", "0.26424, the limit of strong coupling without input", "logarithmic",
       "complexity"},
      {"output_second_moment", "1", "c", "mean of phi^2 over all fixed points of all networks"},
      {"state_second_moment", "1", "<x^2>", "mean of x^2 over all fixed points of all networks"},
      {"dynamics_second_moment", "1", "C_0", "mean of x^2 along the trajectory; theory: the chaotic state"},
      {"finite_state_second_moment", "1", "", "mean of x^2 over all fixed points at this N (Kac-Rice sampling)"},
      {"typical_output_second_moment", "1", "", "mean over networks of that over their fixed points"},
      {"typical_state_second_moment", "1", "", "mean over networks of that over their fixed points"},
      {"outside_unit_circle_fraction", "1", "q", "fraction of eigenvalues of J diag(phi') with |lambda| > 1"},
      {"unstable_fraction", "1", "", "fraction with Re lambda > 1: directions that the flow leaves"},
      {"jacobian_radius", "1", "R", "radius of the bulk of the spectrum of J diag(phi') at fixed points"},
      {"critical_field_variance", "1", "D_c", "input variance from which on there is one fixed point"},
      {"fixed_point_count", "1", "n",
       "mean number of fixed points of a network; x = 0 left out, both of a pair counted", "logarithmic"},
      {"exponential_count", "1", "", "exp(N Sigma), without its prefactor", "logarithmic", "fixed_point_count"},
      {"estimated_count", "1", "", "Chao's estimate of the count, with those that were not found", "logarithmic"},
      {"coverage", "1", "", "Good-Turing coverage: 1 - fixed points met once / searches that ended at one"},
      {"search_starts", "1", "", "starts of Newton's method on a network"},
      {"success_fraction", "1", "", "share of the starts that ended at a fixed point other than x = 0"},
      {"index_sum", "1", "", "sum over all fixed points of sign det(1 - J diag(phi')): 1 unless some are missing"},
      {"lyapunov_exponent", "1/tau", "\\lambda", "maximal Lyapunov exponent of the trajectory"},
      {"chaos_fraction", "1", "", "share of networks with a positive exponent"},
      {"periodic_fraction", "1", "", "share of networks whose trajectory is regular but does not settle"},
      {"settled_fraction", "1", "", "share of networks whose trajectory ends in a fixed point"},
      {"landmark_cosine", "1", "",
       "cosine of the velocity and the linear flow F'(x*)(x - x*) of the nearest fixed point, along the trajectory"},
      {"landmark_cosine_control", "1", "", "the same with a fixed point chosen at random", "linear", "landmark_cosine"},
      {"landmark_distance", "1", "", "distance of the trajectory to the nearest fixed point, |x - x*|/sqrt(N)"},
      {"landmark_distance_control", "1", "", "the same for a fixed point chosen at random", "linear",
       "landmark_distance"},
      {"tangential_lines", "1", "",
       "lines of states with F(x) parallel to x through fixed points; mirror images count"},
      {"lines_reaching_shell", "1", "", "those that reach the mean |x|^2 of the trajectory"},
      {"line_distance", "1", "", "median distance of the trajectory to the nearest line, /sqrt(N)"},
      {"line_distance_control", "1", "", "the same for lines with permuted neurons", "linear", "line_distance"},
      {"fixed_point_distance", "1", "", "median distance of the trajectory to the nearest fixed point, /sqrt(N)",
       "linear", "line_distance"},
      {"residual", "1", "", "of the equations of the order parameters"},
      {"search_residual", "1", "", "largest root mean square of F at the fixed points that were found"},
  };
}

std::vector<CurveInfo> curves() {
  return {
      {"component_density", "1", "P(x)", "density of a component over all fixed points"},
      {"dynamics_component_density", "1", "", "density of a component along the trajectory; theory: N(0, C0)", "linear",
       "component_density"},
      {"radial_spectrum", "1", "n(r)", "fraction of the eigenvalues of J diag(phi') with |lambda| < r"},
      {"shell_histogram", "1", "", "density of |x|^2/N over all fixed points; theory: Kac-Rice sampling at this N"},
      {"dynamics_shell_histogram", "1", "", "density of |x|^2/N along the trajectory", "linear", "shell_histogram"},
      {"shell_limits", "1", "", "<x^2> of the fixed points and C0 of the dynamics for N to infinity, as spikes",
       "linear", "shell_histogram"},
      {"jacobian_spectrum", "1", "", "eigenvalues of J diag(phi') at one fixed point", "points"},
      {"landmark_cosine_trajectory", "1", "", "cosine with the linear flow of the nearest fixed point (first network)"},
      {"control_cosine_trajectory", "1", "", "the same for a fixed point chosen at random", "linear",
       "landmark_cosine_trajectory"},
      {"landmark_distance_trajectory", "1", "", "distance to the nearest fixed point, /sqrt(N) (first network)"},
      {"control_distance_trajectory", "1", "", "to a fixed point chosen at random", "linear",
       "landmark_distance_trajectory"},
  };
}

}  // namespace

system::Schema fixed_points_schema() {
  system::Schema schema;
  append_network(schema.parameters);
  append_coupling(schema.parameters);
  append_start(schema.parameters);
  append_runs(schema.parameters);
  schema.quantities = quantities();
  schema.curves = curves();
  return schema;
}

}  // namespace limes::rate::fixed_points

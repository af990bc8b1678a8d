#include "limes/rate/rate_continuous_system.hpp"

#include "limes/rate/continuation.hpp"
#include "limes/rate/rate_model.hpp"
#include "limes/rate/rate_schema.hpp"

namespace limes::rate {

system::System continuous_system() {
  system::System system;
  system.id = "rate.continuous";
  system.title = "random rate network in continuous time: the transition to chaos";
  system.paper = "Sompolinsky, Crisanti, Sommers 1988";
  system.references = shared_references();
  system.equations = {
      "tau du_i/dt = -u_i + sum_j J_ij f(u_j) + s_i(t) - theta_i + xi_i(t)",
      "<xi_i(s) xi_j(s')> = 2 D delta_ij delta(s - s') in s = t/tau",
      "J is given, or drawn: gaussian J_ij ~ N(Jbar/N, J^2/N);   theta_i ~ N(thetabar, sigma_theta^2),   u_i(0) ~ "
      "N(mu_0, v_0)",
      "limit: Delta'' = Delta - J^2 E f(u(t+s)) f(u(t)) - sigma_theta^2,   Delta'(0+) = -D",
      "chaos: lambda = -1 + sqrt(1 - E_0), E_0 the ground energy of",
      "-psi'' + (1 - J^2 E f'(u(t+s)) f'(u(t))) psi = E psi",
      "J given: mu_i = sum_j J_ij m_j - theta_i,   m_j = E f(u_j),   each u_i Gaussian in time (quenched mean field)",
      "with D_i - D_i'' = sum_j J_ij^2 [E f(u_j(t+s)) f(u_j(t)) - m_j^2],   D_i'(0+) = -D",
  };
  system.conventions = shared_conventions();
  system.conventions.emplace_back("all times, rates and frequencies are in units of network.time_constant (tau)");
  system.conventions.emplace_back(
      "noise: D = noise.intensity with <xi xi'> = 2 D delta(s - s'); white noise is not part "
      "of the local field");
  system.conventions.emplace_back(
      "with noise the integrator is Euler-Maruyama, whose bias is proportional to the step "
      "(at g = 2, D = 1/2 the variance is off by 8 % of the step/tau, the exponent by "
      "-0.045 step/tau^2)");
  system.conventions.emplace_back("without noise the integrator is Runge-Kutta of order 4, its tangent map exact");
  system.when_not_to_believe = shared_limits();
  system.when_not_to_believe.emplace_back(
      "the stationary theory has no stimulus: with one, only the simulation is run");
  system.schema = rate_schema(TimeKind::kContinuous);
  system.branch_coordinates = {"mean", "variance", "frozen_variance"};
  system.prepare = [](const system::Parameters& parameters) {
    return make_model(describe(parameters, TimeKind::kContinuous));
  };
  system.half_size = [](const system::Parameters& parameters) {
    return half_size_parameters(parameters, TimeKind::kContinuous);
  };
  system.size_parameter = "network.size";
  system.continuation = [](const system::ContinuationRequest& request, const system::Context& context) {
    return continue_branches(request, context, TimeKind::kContinuous);
  };
  return system;
}

}  // namespace limes::rate

#include "limes/rate/rate_discrete_system.hpp"

#include "limes/rate/continuation.hpp"
#include "limes/rate/rate_model.hpp"
#include "limes/rate/rate_schema.hpp"

namespace limes::rate {

system::System discrete_system() {
  system::System system;
  system.id = "rate.discrete";
  system.title = "random rate network in discrete time: static states, chaos, noise";
  system.paper = "Cessac 1995; Molgedey, Schuchhardt, Schuster 1992";
  system.references = shared_references();
  system.equations = {
      "u_i(t+1) = gamma u_i(t) + sum_j J_ij f(u_j(t)) + s_i(t) - theta_i + sigma B_i(t),   B_i(t) ~ N(0,1)",
      "J is given, or drawn: gaussian J_ij ~ N(Jbar/N, J^2/N);   theta_i ~ N(thetabar, sigma_theta^2),   u_i(0) ~ "
      "N(mu_0, v_0)",
      "limit: u is Gaussian with mean mu(t+1) = gamma mu(t) + Jbar m(t) - thetabar,   m(t) = E f(u(t)),",
      "driven by a field of covariance J^2 E f(u(t)) f(u(s)) + sigma_theta^2 + sigma^2 delta_ts",
      "chaos: lambda = (1/2) ln(J^2 E f'(u)^2) at gamma = 0; in general the largest kappa = e^lambda with",
      "(kappa^2 + gamma^2) psi(k) - gamma kappa (psi(k+1) + psi(k-1)) = J^2 E[f'(u(t+k)) f'(u(t))] psi(k)",
      "J given: (1 - gamma) mu_i = sum_j J_ij m_j - theta_i,   m_j = E f(u_j),   each u_i Gaussian in time (quenched "
      "mean field)",
      "with D_i(k) filtered by the leak from sum_j J_ij^2 [E f(u_j(t+k)) f(u_j(t)) - m_j^2] + sigma^2 delta_k0",
  };
  system.conventions = shared_conventions();
  system.conventions.emplace_back(
      "noise: sigma = noise.deviation is added at each step, independent over neurons and "
      "steps, and belongs to the local field");
  system.conventions.emplace_back(
      "a stimulus enters u(t+1) with its value at t; time is counted from the initial state");
  system.when_not_to_believe = shared_limits();
  system.when_not_to_believe.emplace_back(
      "the stationary theory has no stimulus: with one, only the simulation is run");
  system.schema = rate_schema(TimeKind::kDiscrete);
  system.branch_coordinates = {"mean", "variance", "frozen_variance"};
  system.prepare = [](const system::Parameters& parameters) {
    return make_model(describe(parameters, TimeKind::kDiscrete));
  };
  system.half_size = [](const system::Parameters& parameters) {
    return half_size_parameters(parameters, TimeKind::kDiscrete);
  };
  system.size_parameter = "network.size";
  system.continuation = [](const system::ContinuationRequest& request, const system::Context& context) {
    return continue_branches(request, context, TimeKind::kDiscrete);
  };
  return system;
}

}  // namespace limes::rate

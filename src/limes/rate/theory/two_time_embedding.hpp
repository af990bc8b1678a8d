#pragma once
#include "limes/rate/theory/two_time_correlated.hpp"
#include "limes/rate/theory/two_time_flow.hpp"
#include "limes/rate/theory/two_time_symmetric.hpp"

namespace limes::rate::theory {

/// The map that the Euler-Maruyama method makes of a flow (note 1.2): gamma = 1 - h, couplings and thresholds times h,
/// sigma = sqrt(2 D h).
[[nodiscard]] PopulationEnsemble euler_embedding(const PopulationEnsemble& flow, double step);

struct CorrelatedFlow {
  double step = 0.0;  ///< spacing of the times
  TwoTimeCorrelated solution;
  double error = 0.0;  ///< the last correction, relative or absolute, whichever is larger
};

/// The two-time theory of the flow with correlated couplings (notes 4.3, 6.2): Euler embeddings of the steps
/// output_step/4, /8, /16, whose errors of the first and second order Richardson's table removes. Times are the
/// multiples of the output step up to the first at or beyond `horizon` (in tau). Throws as `two_time_correlated`.
[[nodiscard]] CorrelatedFlow two_time_correlated_flow(const PopulationEnsemble& flow,
                                                      const CorrelatedCouplings& couplings, double horizon,
                                                      double output_step, const InputFunctions& input = {},
                                                      const StopToken& stop = {});

struct SymmetricFlow {
  TwoTimeSymmetric solution;
  TwoTimeSymmetric correction;  ///< what the extrapolation added to the finer step: more than the error that is left
};

/// The same for partially symmetric couplings, from paths at the steps output_step and output_step/2 and an
/// extrapolation of the first order: an error of the second order in the step remains, and sampling errors are about
/// twice those of one step. Throws as `two_time_symmetric`.
[[nodiscard]] SymmetricFlow two_time_symmetric_flow(const PopulationEnsemble& flow, double symmetry, double horizon,
                                                    double output_step, const SymmetricOptions& options,
                                                    const StopToken& stop = {});

}  // namespace limes::rate::theory

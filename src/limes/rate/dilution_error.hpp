#pragma once
#include "limes/rate/rate_description.hpp"
#include "limes/system/outcome.hpp"

namespace limes::rate {

/// With K inputs per neuron the field is not Gaussian: the theory of a diluted ensemble is an approximation with errors
/// of order 1/K (note 4.3). Marks its entries so, with the excess kurtosis of the field as the relative error:
///   kappa_a = sum_b K_ab E w_ab^4 E f_b^4 / Var(field_a)^2   (fourth cumulant of a sum over Poisson many inputs),
/// the largest over populations; for means relative to the standard deviation. Other ensembles are left as they are.
void state_dilution_error(const RateDescription& description, system::TheoryOutcome& outcome);

}  // namespace limes::rate

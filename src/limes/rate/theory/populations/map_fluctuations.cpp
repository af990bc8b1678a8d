#include "limes/rate/theory/populations/map_fluctuations.hpp"

#include "limes/rate/theory/populations/white_fluctuations.hpp"

namespace limes::rate::theory {

std::vector<PopulationMapFluctuation> map_fluctuations(const PopulationEnsemble& ensemble, const StopToken& stop,
                                                       std::vector<double>* unconverged) {
  (void)unconverged;
  return white_fluctuations(ensemble, stop);
}

}  // namespace limes::rate::theory

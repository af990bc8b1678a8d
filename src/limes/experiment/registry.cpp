#include "limes/experiment/registry.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "limes/base/suggestion.hpp"
#include "limes/rate/fixed_point_geometry/fixed_points_system.hpp"
#include "limes/rate/random_modes/modes_system.hpp"
#include "limes/rate/rate_continuous_system.hpp"
#include "limes/rate/rate_discrete_system.hpp"
#include "limes/rate/renormalized/renormalized_system.hpp"
#include "limes/spiking/replica_system.hpp"

namespace limes::experiment {

const std::vector<system::System>& systems() {
  static const std::vector<system::System> all = {
      rate::discrete_system(),
      rate::continuous_system(),
      rate::random_modes::modes_system(),
      rate::fixed_points::fixed_points_system(),
      rate::renormalized::renormalized_system(),
      spiking::replica_system(),
  };
  return all;
}

const system::System& find_system(const std::string& id, const Place& place) {
  std::vector<std::string> ids;
  for (const system::System& system : systems()) {
    if (system.id == id) return system;
    ids.push_back(system.id);
  }
  const std::string nearest = nearest_name(id, ids);
  throw InputError(
      place, fmt::format("unknown system '{}'", id),
      nearest.empty() ? fmt::format("the systems are {}", fmt::join(ids, ", ")) : "did you mean '" + nearest + "'?");
}

}  // namespace limes::experiment

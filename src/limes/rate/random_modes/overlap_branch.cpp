#include "limes/rate/random_modes/overlap_branch.hpp"
namespace limes::rate::random_modes {
void solve_overlaps(const ModesDescription&, const system::Context&, system::TheoryOutcome&) {}
}  // namespace limes::rate::random_modes

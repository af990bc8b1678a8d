#include "limes/rate/random_modes/quenched_branch.hpp"
namespace limes::rate::random_modes {
void write_quenched(const ModesDescription&, const coupling::DenseMatrix&, const system::Context&,
                    system::TheoryOutcome&) {}
}  // namespace limes::rate::random_modes

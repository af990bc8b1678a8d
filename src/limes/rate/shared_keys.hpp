#pragma once
// Keys that several systems of the family take with the same meaning, for their schemas.

#include <string>
#include <vector>

#include "limes/system/schema.hpp"

namespace limes::rate {

/// `network.transfer`, one of `names`, and `network.expression`.
void append_transfer(std::vector<system::Parameter>& list, const std::string& meaning, std::vector<std::string> names);

/// The given matrix and the draw of a random one: `coupling.file`, `values`, `scale`, `generator`, `seed`.
/// `portable_seeds`: what the seed is where it is left out.
void append_coupling_source(std::vector<system::Parameter>& list, const std::string& portable_seeds = "1");

/// `initial.generator`, `initial.seed`.
void append_initial_draw(std::vector<system::Parameter>& list);

}  // namespace limes::rate

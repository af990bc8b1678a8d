#include "limes/rate/shared_keys.hpp"

#include <utility>

#include "limes/system/key.hpp"

namespace limes::rate {

using system::choice;
using system::Form;
using system::integer;
using system::kLargestSeed;
using system::Parameter;
using system::path;
using system::real;
using system::text;

void append_transfer(std::vector<Parameter>& list, const std::string& meaning, std::vector<std::string> names) {
  list.push_back(choice("network.transfer", meaning).otherwise("tanh").one_of(std::move(names)));
  list.push_back(
      text("network.expression",
           "h(x) of transfer = \"expression\", f(u) = h(g u): x, pi, e, + - * / ^, < >, abs sign step min max "
           "select sqrt exp log sin cos tan asin acos atan sinh cosh tanh erf erfc"));
}

void append_coupling_source(std::vector<Parameter>& list, const std::string& portable_seeds) {
  list.push_back(path("coupling.file",
                      "matrix: Matrix Market, CSV, NPY, NPZ (file.npz:/name) or HDF5 (file.h5:/path); row = target"));
  list.push_back(real("coupling.values", "the matrix itself, an array of rows (row = target)").form(Form::kMatrix));
  list.push_back(choice("coupling.scale",
                        "a given matrix is multiplied so that this equals coupling.deviation (none: taken as it is)")
                     .otherwise("none")
                     .one_of({"none", "deviation", "spectral_radius"}));
  list.push_back(choice("coupling.generator", "random numbers of gaussian couplings; portable: one reproducible draw")
                     .otherwise("philox")
                     .one_of({"philox", "portable"}));
  list.push_back(integer("coupling.seed",
                         "seed of the couplings; left out: the experiment's seed (portable: " + portable_seeds + ")")
                     .least(0)
                     .most(kLargestSeed));
}

void append_initial_draw(std::vector<Parameter>& list) {
  list.push_back(choice("initial.generator", "random numbers of the initial state")
                     .otherwise("philox")
                     .one_of({"philox", "portable"}));
  list.push_back(integer("initial.seed", "seed of the initial state; left out: the experiment's seed (portable: 3)")
                     .least(0)
                     .most(kLargestSeed));
}

}  // namespace limes::rate

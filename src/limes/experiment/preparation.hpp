#pragma once
#include <memory>
#include <string>
#include <vector>

#include "limes/experiment/experiment_file.hpp"
#include "limes/system/system.hpp"

namespace limes::experiment {

/// A model that is ready to run, with the parameters that it was made from.
struct Prepared {
  system::Parameters parameters;
  std::unique_ptr<system::Model> model;
  std::vector<std::string> lowered;  ///< `network.size = 400`: what a quick run lowered
  std::vector<std::string> notices;  ///< choices of the file that gave way to `--set`
};

/// Resolves and prepares an experiment. With `quick`, numbers above their Parameter::quick_maximum are lowered to it;
/// one that can't be (the size that a given matrix or a list of values fixes) is left as it is. A choice of the file
/// that only spells out what follows from other keys gives way where `--set` changes one of those. Throws InputError,
/// with the experiment's file as the place where the error has no other.
[[nodiscard]] Prepared prepare(const Experiment& experiment, const system::System& system, bool quick);

}  // namespace limes::experiment

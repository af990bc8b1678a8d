#pragma once
#include <string>

#include "limes/system/parameters.hpp"
#include "limes/system/system.hpp"

namespace limes::experiment {

/// 32 hexadecimal digits that name what an experiment computes: system, parameters, seed, the contents of the files
/// that it names, and `options` (`--only`, `--quick`). Title, place of the results and number of threads don't enter.
[[nodiscard]] std::string fingerprint(const system::System& system, const system::Parameters& parameters,
                                      const std::string& options);

/// The file part of a name that may carry a dataset (`file.h5:/path` gives `file.h5` where no file has the whole name).
[[nodiscard]] std::string file_part(const std::string& name);

}  // namespace limes::experiment

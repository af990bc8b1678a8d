#pragma once
// The difference simulation - theory at several sizes: its limit, its law, and how networks of one size differ.

#include <string>
#include <vector>

#include "limes/experiment/grid.hpp"
#include "limes/experiment/run.hpp"

namespace limes::experiment {

/// Reads `--over network.size=250,500,1000` (or any other key whose values are positive) and makes one experiment per
/// size, each with its own seed, made from that of the experiment and the size: the sizes are independent samples.
/// Where the experiment gives the key as an array (one size per population), a number is their sum, with the ratios
/// kept. Without `over` the sizes are those of the file's table [converge]. Throws InputError with the mend: not
/// exactly one --over, fewer than two sizes, a value that is no positive size.
[[nodiscard]] Grid read_sizes(const std::string& file, const std::vector<std::string>& overrides,
                              std::optional<std::uint64_t> seed, const std::vector<std::string>& over);

/// What a size counts as in a law: the number, or the sum over the populations.
[[nodiscard]] double size_number(const system::Json& value);

/// Solves the theory - at every size only if that makes a difference - simulates each size and fits the signed
/// differences by limit + slope/size (stats/finite_size.hpp). Finished sizes are kept in the folder, so that the same
/// call goes on after a kill.
///
/// The result is that of a run without curves, whose `convergence` holds one entry per quantity, branch and component
/// that both sides know: `name`, `branch`, (`component`, `part`), `sizes`, `difference`, `standard_error`, `samples`,
/// `theory`, `limit`, `limit_error`, `limit_p_value`, `slope`, `slope_error`, `law_p_value`, `spread_power` (the
/// deviation between networks falls as size^spread_power), `spread_power_error`, `verdict`, `note`. Verdicts at a
/// family-wise level of 0.01 (Holm): `agree` - the limit is zero, and so is the slope; `finite_size` - the limit is
/// zero, and the difference falls with size; `disagree` - the limit is not zero; `not_applicable` - the theory says so,
/// or the differences follow no law in 1/size. `sizes` holds the sizes with their seeds: `limes run --set KEY=VALUE
/// --seed SEED` repeats one. A size that diverged or did not converge is left out of the fits and makes the status
/// that. Throws as `sweep`.
[[nodiscard]] RunOutcome converge(const system::System& system, const Grid& sizes, const RunOptions& options);

}  // namespace limes::experiment

#pragma once
#include <string>

#include "limes/system/schema.hpp"

namespace limes::experiment {

/// The bytes of result.h5 for a result (the JSON of DESIGN section 6):
///
///     /                      attributes limes_version, system, title, seed, status
///     /parameters            the resolved parameters as JSON text
///     /quantities/NAME/BRANCH  datasets theory, error, simulation, standard_error, z; attributes unit, meaning,
///                              verdict, ...
///     /curves/NAME/BRANCH      datasets theory, simulation, standard_error; one dataset per axis below `axes`, with
///     its
///                              unit; the attribute `axes` of the group names them in the order of the dimensions
///     /special_points/N        N = 0, 1, ...: attributes type, parameter, value, branch; datasets eigenvalue,
///                              state/mean, state/variance; only where there are any
///
/// An entry without a branch stands under `-`; a slash in a branch (`iid_surrogate/static-0`) makes a group. Complex
/// numbers are compounds of `r` and `i` (as numpy reads them), a number that is not finite or unknown is NaN. The same
/// result gives the same bytes. Throws Error if the HDF5 library fails.
[[nodiscard]] std::string result_hdf5(const system::Json& result);

}  // namespace limes::experiment

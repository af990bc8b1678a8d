#pragma once
#include <functional>
#include <optional>

namespace limes::rate::theory {

/// The smallest q in [0, variance] with `drive(q) = q`, where drive(q) = (J^2 C_f(q) + sigma_theta^2)/(1-gamma)^2 is a
/// power series in q with non-negative coefficients (note 4.4b; c_n^2 >= 0), so that drive(q) - q is convex: a root, if
/// there is one, is found from its minimum. `slope` is d drive/dq. Empty where drive(q) > q on the whole interval. With
/// `trivial_root` the point q = variance is a root by itself (static state); a smaller one is asked for.
[[nodiscard]] std::optional<double> smallest_frozen_part(const std::function<double(double)>& drive,
                                                         const std::function<double(double)>& slope, double variance,
                                                         bool trivial_root);

}  // namespace limes::rate::theory

#pragma once
// Bounds of the intensities of many neurons at a time.

#include <cstddef>

namespace limes::spiking {

/// What the bounds of neurons of one kind need. With the state y = z `now` at present and y = z `later` at the end of
/// the window, max(z now, z later) bounds y until then: a positive y falls, a negative one rises.
struct BoundTerms {
  double now = 1.0;
  double later = 1.0;
  double base = 1.0;    ///< Lam times the loosening factor (exponential), b (linear)
  double factor = 1.0;  ///< loosening factor (linear)
};

/// z += shift, then the bound Lam exp(max(z now, z later)) of each.
void shift_and_bound_exponential(double* z, double* bound, std::size_t count, double shift, const BoundTerms& terms);
/// z += shift, then the bound factor (b + max(z now, z later)).
void shift_and_bound_linear(double* z, double* bound, std::size_t count, double shift, const BoundTerms& terms);

}  // namespace limes::spiking

#pragma once

namespace limes::compute {

/// While one of these lives, the BLAS below LAPACK works with one thread, so that the order of its sums, and with it
/// every bit, is the same on a machine with one processor and with many. The former number is set again when the last
/// one dies. A BLAS without such a switch (the reference implementation) is left alone: it has one thread anyway.
class SingleThreadedBlas {
 public:
  SingleThreadedBlas();
  ~SingleThreadedBlas();
  SingleThreadedBlas(const SingleThreadedBlas&) = delete;
  SingleThreadedBlas& operator=(const SingleThreadedBlas&) = delete;
};

}  // namespace limes::compute

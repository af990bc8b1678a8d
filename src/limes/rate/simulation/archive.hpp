#pragma once
// The state of a running simulation as bytes: one floor down, for every family.

#include "limes/base/archive.hpp"

namespace limes::rate {

using limes::ArchiveReader;
using limes::ArchiveWriter;

}  // namespace limes::rate

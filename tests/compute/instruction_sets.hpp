#pragma once
// Runs a test on every instruction set that the kernels were compiled for and the processor has.

#include <gtest/gtest.h>

#include "limes/compute/simd_targets.hpp"
// after simd_targets.hpp, which says what the kernels were compiled for
#include <hwy/highway.h>

namespace limes::compute {

/// Calls `body(fused)` once per instruction set, where `fused` says whether its multiply-add rounds once; restores the
/// choice at the end.
template <typename Body>
void for_each_instruction_set(Body&& body) {
  hwy::SetSupportedTargetsForTest(0);
  const auto targets = hwy::SupportedAndGeneratedTargets();
  ASSERT_FALSE(targets.empty());
  for (const auto target : targets) {
    SCOPED_TRACE(hwy::TargetName(target));
    hwy::SetSupportedTargetsForTest(target);
    hwy::GetChosenTarget().Update(target);
    body((target & (HWY_AVX2 | HWY_AVX3 | HWY_NEON)) != 0);
  }
  hwy::SetSupportedTargetsForTest(0);
  hwy::GetChosenTarget().Update(hwy::SupportedTargets());
}

}  // namespace limes::compute

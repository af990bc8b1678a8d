// Included before <hwy/foreach_target.h> by every file of kernels: which instruction sets they are compiled for. Left
// out are those that gain nothing here (SSSE3, AVX3_DL) and those whose vectors have no size that the compiler knows
// (SVE), because the kernels hold vectors in arrays.
#pragma once
#define HWY_DISABLED_TARGETS (HWY_SSSE3 | HWY_AVX3_DL | HWY_SVE | HWY_SVE2 | HWY_SVE_256 | HWY_SVE2_128)

#pragma once
// Inner loops that run on four doubles at a time. The compiler writes them for plain processors and, where the loader
// can choose, for AVX2 too; neither contracts products and sums, so the bits are the same. For this folder only.

#if defined(__x86_64__) && defined(__ELF__) && defined(__GNUC__) && !defined(__clang__) && \
    !defined(__SANITIZE_ADDRESS__)
#define LIMES_FOR_EACH_PROCESSOR __attribute__((target_clones("avx2", "default")))
#else
#define LIMES_FOR_EACH_PROCESSOR
#endif

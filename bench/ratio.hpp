#pragma once
// A benchmark here is a ratio of two times taken in one run, in turns, so that it means the same on every machine.

#include <benchmark/benchmark.h>

#include <algorithm>
#include <chrono>
#include <limits>
#include <string>

namespace limes::bench {

template <typename Work>
double seconds(Work&& work) {
  const auto start = std::chrono::steady_clock::now();
  work();
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

/// The shortest times of two pieces of work, done in turns: what the machine can do when nothing else disturbs it.
struct Times {
  double first = std::numeric_limits<double>::infinity();
  double second = std::numeric_limits<double>::infinity();
};

/// Runs the benchmark's iterations; the time that Google Benchmark shows is that of `second`.
template <typename First, typename Second>
Times in_turns(benchmark::State& state, First&& first, Second&& second) {
  Times best;
  for (auto iteration : state) {
    (void)iteration;
    best.first = std::min(best.first, seconds(first));
    const double time = seconds(second);
    best.second = std::min(best.second, time);
    state.SetIterationTime(time);
  }
  return best;
}

/// Hands a ratio to Google Benchmark as counter `ratio` and keeps it for the lines that `main` prints last.
void report(benchmark::State& state, const std::string& name, double ratio);

/// Runs what is registered, then prints one line `ratio NAME VALUE` each.
int main(int argc, char** argv);

}  // namespace limes::bench

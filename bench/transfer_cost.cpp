// The share of the transfer function in a step: its time over that of Y = J f(U) as a whole.

#include <fmt/format.h>

#include <memory>
#include <string>
#include <vector>

#include "bench/operators.hpp"
#include "bench/ratio.hpp"
#include "limes/compute/transfer_kernels.hpp"
#include "limes/transfer/expression.hpp"

namespace {

using namespace limes;

/// max(x,0)^2/(1 + x^2)
std::shared_ptr<const transfer::Expression> saturating_square() {
  using transfer::Operation;
  return std::make_shared<const transfer::Expression>(transfer::ExpressionProgram({{Operation::kVariable, {}, 0},
                                                                                   {Operation::kConstant, {}, 0},
                                                                                   {Operation::kMaximum, {0, 1, 0}, 0},
                                                                                   {Operation::kSquare, {2, 0, 0}, 0},
                                                                                   {Operation::kConstant, {}, 1},
                                                                                   {Operation::kSquare, {0, 0, 0}, 0},
                                                                                   {Operation::kAdd, {4, 5, 0}, 0},
                                                                                   {Operation::kDivide, {3, 6, 0}, 0}}),
                                                      "max(x,0)^2 / (1 + x^2)");
}

/// tanh(x) as an expression.
std::shared_ptr<const transfer::Expression> hyperbolic_tangent() {
  using transfer::Operation;
  return std::make_shared<const transfer::Expression>(
      transfer::ExpressionProgram({{Operation::kVariable, {}, 0}, {Operation::kHyperbolicTangent, {0, 0, 0}, 0}}),
      "tanh(x)");
}

void transfer_cost(benchmark::State& state, const transfer::Transfer& transfer, const std::string& name,
                   std::size_t columns) {
  constexpr std::size_t size = 2000;
  compute::Threads threads;
  const auto matrix = bench::random_operator<double>(threads, size);
  std::vector<double> u(size * columns), f(size * columns), y(size * columns);
  for (std::size_t i = 0; i < u.size(); ++i) u[i] = static_cast<double>(i % 601) * 0.01 - 3;
  const auto times = bench::in_turns(
      state, [&] { compute::apply_transfer(threads, transfer, std::span<const double>(u), std::span<double>(f)); },
      [&] { matrix.apply(threads, f.data(), y.data(), columns); });
  bench::report(state, fmt::format("transfer_share/{}/columns_{}", name, columns),
                times.first / (times.first + times.second));
}

void register_all() {
  using transfer::Kind;
  for (const std::size_t columns : {1, 64}) {
    const auto add = [columns](const transfer::Transfer& transfer, const std::string& name) {
      benchmark::RegisterBenchmark(
          fmt::format("transfer_cost/{}/{}", name, columns).c_str(),
          [transfer, name, columns](benchmark::State& state) { transfer_cost(state, transfer, name, columns); })
          ->Iterations(columns == 1 ? 200 : 20)
          ->UseManualTime()
          ->Unit(benchmark::kMillisecond);
    };
    for (const Kind kind :
         {Kind::kTanh, Kind::kErf, Kind::kLogistic, Kind::kNormalCdf, Kind::kRelu, Kind::kLinear, Kind::kClippedTan})
      add({kind, 1.5}, std::string(transfer::name(kind)));
    add({Kind::kExpression, 1.5, saturating_square()}, "expression");
    add({Kind::kExpression, 1.5, hyperbolic_tangent()}, "expression_tanh");
  }
}

}  // namespace

int main(int argc, char** argv) {
  register_all();
  return limes::bench::main(argc, argv);
}

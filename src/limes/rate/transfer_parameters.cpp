#include "limes/rate/transfer_parameters.hpp"

#include <fmt/format.h>

#include <string>

#include "limes/rate/expression_parser.hpp"
#include "limes/rate/rate_parameters.hpp"

namespace limes::rate {

using system::Parameters;

transfer::Transfer describe_transfer(const Parameters& parameters, const KnownExpression& known) {
  const std::string key = "network.expression";
  transfer::Transfer function{transfer::kind_from_name(parameters.text("network.transfer")), 1.0};
  if (function.kind != transfer::Kind::kExpression) {
    if (!parameters.has(key)) return function;
    throw conflict(parameters, key, fmt::format("network.transfer = \"{}\"", transfer::name(function.kind)),
                   "say network.transfer = \"expression\", or leave the expression out");
  }
  if (!parameters.has(key)) {
    throw InputError(parameters.place("network.transfer"),
                     "network.transfer is \"expression\" but network.expression is missing",
                     "write, for example, expression = \"max(x,0)^2 / (1 + x^2)\"");
  }
  if (known && known->text() == parameters.text(key)) {
    function.expression = known;
    return function;
  }
  try {
    function.expression = std::make_shared<const transfer::Expression>(parse_expression(parameters.text(key)));
  } catch (const InputError& error) {
    throw InputError(parameters.place(key), key + ": " + error.message(), error.mend());
  }
  return function;
}

void require_odd(const Parameters& parameters, const transfer::Transfer& transfer) {
  if (transfer::is_odd(transfer)) return;
  const bool own = transfer.kind == transfer::Kind::kExpression;
  throw InputError(parameters.place(own ? "network.expression" : "network.transfer"),
                   fmt::format("the transfer function must be odd, f(-u) = -f(u), which {} is not",
                               own ? "this expression" : "\"" + std::string(transfer::name(transfer.kind)) + "\""),
                   "use tanh, erf, linear, clipped_tan or an odd expression; rate.continuous knows the others");
}

}  // namespace limes::rate

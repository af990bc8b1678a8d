#include "limes/experiment/theory_archive.hpp"

#include <cstdint>
#include <nlohmann/json.hpp>
#include <vector>

namespace limes::experiment {
namespace {

using nlohmann::json;
using system::Axis;
using system::Branch;
using system::Tensor;
using system::TheoryCurve;
using system::TheoryOutcome;
using system::TheoryQuantity;

constexpr int kFormat = 2;  // changes with the order of members below

// Calls `use` with all members. A member that is added and not listed here does not compile.
template <typename Use>
void with_members(Axis& axis, Use use) {
  auto& [name, unit, values] = axis;
  use(name, unit, values);
}
template <typename Use>
void with_members(Tensor& tensor, Use use) {
  auto& [shape, values, complex] = tensor;
  use(shape, values, complex);
}
template <typename Use>
void with_members(Branch& branch, Use use) {
  auto& [label, stable, family, description, can_be_realised] = branch;
  use(label, stable, family, description, can_be_realised);
}
template <typename Use>
void with_members(TheoryQuantity& quantity, Use use) {
  auto& [name, branch, value, error, valid, reason, approximate, of_this_size] = quantity;
  use(name, branch, value, error, valid, reason, approximate, of_this_size);
}
template <typename Use>
void with_members(TheoryCurve& curve, Use use) {
  auto& [name, branch, axes, values, approximate, error, valid, reason, of_this_size] = curve;
  use(name, branch, axes, values, approximate, error, valid, reason, of_this_size);
}
template <typename Use>
void with_members(TheoryOutcome& outcome, Use use) {
  auto& [status, branches, quantities, curves, warnings] = outcome;
  use(status, branches, quantities, curves, warnings);
}

template <typename Value>
concept Plain = requires(const json& from, Value& value) {
  from.get_to(value);
};

// The value's bits survive: the binary form (CBOR) stores numbers as they are, not finite ones included.
template <Plain Value>
json written(Value& value) {
  return value;
}
json written(std::optional<bool>& value) { return value ? json(*value) : json(nullptr); }
template <typename Record>
requires(!Plain<Record>) json written(Record& record);
template <typename Element>
requires(!Plain<Element>) json written(std::vector<Element>& elements) {
  json list = json::array();
  for (Element& element : elements) list.push_back(written(element));
  return list;
}
template <typename Record>
requires(!Plain<Record>) json written(Record& record) {
  json list = json::array();
  with_members(record, [&](auto&... members) { (list.push_back(written(members)), ...); });
  return list;
}

template <Plain Value>
void read(const json& from, Value& value) {
  from.get_to(value);
}
void read(const json& from, std::optional<bool>& value) {
  value = from.is_null() ? std::nullopt : std::optional(from.get<bool>());
}
template <typename Record>
requires(!Plain<Record>) void read(const json& from, Record& record);
template <typename Element>
requires(!Plain<Element>) void read(const json& from, std::vector<Element>& elements) {
  elements.resize(from.size());
  for (std::size_t i = 0; i < elements.size(); ++i) read(from.at(i), elements[i]);
}
template <typename Record>
requires(!Plain<Record>) void read(const json& from, Record& record) {
  std::size_t next = 0;
  with_members(record, [&](auto&... members) { (read(from.at(next++), members), ...); });
}

}  // namespace

std::string archived(TheoryOutcome outcome) {
  const std::vector<std::uint8_t> bytes = json::to_cbor(json::array({kFormat, written(outcome)}));
  return {bytes.begin(), bytes.end()};
}

std::optional<TheoryOutcome> theory_from_archive(const std::string& bytes) {
  try {
    const json whole = json::from_cbor(bytes);
    if (whole.at(0).get<int>() != kFormat) return std::nullopt;
    TheoryOutcome outcome;
    read(whole.at(1), outcome);
    return outcome;
  } catch (const json::exception&) {
    return std::nullopt;
  }
}

}  // namespace limes::experiment

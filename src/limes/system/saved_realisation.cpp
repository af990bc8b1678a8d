#include "limes/system/saved_realisation.hpp"

#include <cstdint>

#include "limes/base/archive.hpp"

namespace limes::system {

namespace {

// One function per type serves both directions: with a writer it reads the value, with a reader it fills it.

template <typename Archive>
void exchange(Archive& a, Tensor& tensor) {
  a(tensor.shape, tensor.values, tensor.complex);
}

template <typename Archive>
void exchange(Archive& a, std::optional<Tensor>& tensor) {
  bool present = tensor.has_value();
  a(present);
  if (!present) return;
  if (!tensor) tensor.emplace();
  exchange(a, *tensor);
}

template <typename Archive>
void exchange(Archive& a, Axis& axis) {
  a(axis.name, axis.unit, axis.values);
}

template <typename Archive>
void exchange(Archive& a, std::string& text) {
  a(text);
}

template <typename Archive, typename Element>
void exchange(Archive& a, std::vector<Element>& elements);

template <typename Archive>
void exchange(Archive& a, Measurement& measurement) {
  a(measurement.name);
  exchange(a, measurement.value);
  exchange(a, measurement.standard_error);
  exchange(a, measurement.branch);
}

template <typename Archive>
void exchange(Archive& a, MeasuredCurve& curve) {
  a(curve.name);
  exchange(a, curve.axes);
  exchange(a, curve.values);
  exchange(a, curve.standard_error);
  exchange(a, curve.branch);
}

template <typename Archive, typename Element>
void exchange(Archive& a, std::vector<Element>& elements) {
  auto count = static_cast<std::uint64_t>(elements.size());
  a(count);
  if (count != elements.size()) elements.resize(count);
  for (auto& element : elements) exchange(a, element);
}

template <typename Archive>
void exchange(Archive& a, Realisation& realisation) {
  a(realisation.index, realisation.diverged);
  exchange(a, realisation.quantities);
  exchange(a, realisation.curves);
  exchange(a, realisation.warnings);
}

}  // namespace

std::string to_bytes(const Realisation& realisation) {
  ArchiveWriter writer;
  auto copy = realisation;
  exchange(writer, copy);
  return writer.bytes();
}

Realisation realisation_from_bytes(const std::string& bytes) {
  ArchiveReader reader(bytes);
  Realisation realisation;
  exchange(reader, realisation);
  return realisation;
}

}  // namespace limes::system

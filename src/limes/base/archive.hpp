#pragma once
// The state of a running simulation as bytes, and back, without loss: a resumed run continues bit for bit. A class
// lists its state once, in `template <typename Archive> void archive(Archive& a) { a(first_, second_); }`, for both
// directions. The bytes are read by the same build on the same machine only.

#include <cstdint>
#include <cstring>
#include <optional>
#include <stdexcept>
#include <string>
#include <type_traits>
#include <vector>

namespace limes {

class ArchiveWriter {
 public:
  template <typename... Values>
  void operator()(const Values&... values) {
    (put(values), ...);
  }
  [[nodiscard]] const std::string& bytes() const { return bytes_; }

 private:
  template <typename Value>
  void put(const Value& value) {
    if constexpr (std::is_trivially_copyable_v<Value>) {
      append(&value, sizeof value);
    } else {
      const_cast<Value&>(value).archive(*this);  // archive() serves both directions and reads only, here
    }
  }
  void put(const std::string& text) {
    put(static_cast<std::uint64_t>(text.size()));
    append(text.data(), text.size());
  }
  template <typename Element>
  void put(const std::vector<Element>& elements) {
    put(static_cast<std::uint64_t>(elements.size()));
    if constexpr (std::is_trivially_copyable_v<Element>) {
      append(elements.data(), elements.size() * sizeof(Element));
    } else {
      for (const auto& element : elements) put(element);
    }
  }
  void append(const void* data, std::size_t size) {
    if (size > 0) bytes_.append(static_cast<const char*>(data), size);
  }

  std::string bytes_;
};

/// Throws std::runtime_error where the bytes end early: what was saved was something else.
class ArchiveReader {
 public:
  explicit ArchiveReader(const std::string& bytes) : bytes_(bytes) {}

  template <typename... Values>
  void operator()(Values&... values) {
    (get(values), ...);
  }

 private:
  template <typename Value>
  void get(Value& value) {
    if constexpr (std::is_trivially_copyable_v<Value>) {
      take(&value, sizeof value);
    } else {
      value.archive(*this);
    }
  }
  void get(std::string& text) {
    text.resize(length(1));
    take(text.data(), text.size());
  }
  template <typename Element>
  void get(std::vector<Element>& elements) {
    if constexpr (std::is_trivially_copyable_v<Element>) {
      elements.resize(length(sizeof(Element)));
      take(elements.data(), elements.size() * sizeof(Element));
    } else {
      elements.resize(length(1));
      for (auto& element : elements) get(element);
    }
  }
  std::size_t length(std::size_t element_size) {
    std::uint64_t count = 0;
    get(count);
    if (count > (bytes_.size() - position_) / element_size) throw std::runtime_error("saved state ends early");
    return static_cast<std::size_t>(count);
  }
  void take(void* data, std::size_t size) {
    if (size > bytes_.size() - position_) throw std::runtime_error("saved state ends early");
    if (size > 0) std::memcpy(data, bytes_.data() + position_, size);
    position_ += size;
  }

  const std::string& bytes_;
  std::size_t position_ = 0;
};

}  // namespace limes

#include "limes/coupling_files/npy.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <bit>
#include <charconv>
#include <cmath>
#include <cstdint>
#include <cstring>
#include <limits>
#include <optional>
#include <vector>

#include "limes/base/errors.hpp"
#include "limes/coupling_files/text_lines.hpp"

namespace limes::coupling {

namespace {

struct Header {
  char byte_order = '<';
  std::string type;  // kind and bytes: f8, i4, ...
  bool fortran_order = false;
  std::vector<std::int64_t> shape;
};

[[noreturn]] void damaged(const NpyBytes& file, const std::string& what) {
  throw InputError(file_place(file.path()), "this is not a valid NPY file: " + what,
                   "write it again with numpy.save(name, array)");
}

/// What stands behind 'key': in the header, a Python dictionary of three entries.
std::string_view value_of(const NpyBytes& file, std::string_view header, std::string_view key) {
  const std::size_t found = header.find(fmt::format("'{}':", key));
  if (found == std::string_view::npos) damaged(file, fmt::format("its header lacks '{}'", key));
  std::string_view value = header.substr(found + key.size() + 3);
  value.remove_prefix(std::min(value.find_first_not_of(' '), value.size()));
  return value;
}

std::vector<std::int64_t> parse_shape(const NpyBytes& file, std::string_view text) {
  const std::size_t end = text.find(')');
  if (!text.starts_with('(') || end == std::string_view::npos) damaged(file, "its header has no shape");
  text = text.substr(1, end - 1);
  std::vector<std::int64_t> shape;
  while (true) {
    text.remove_prefix(std::min(text.find_first_not_of(" ,"), text.size()));
    if (text.empty()) return shape;
    std::int64_t extent = 0;
    const auto [stop, status] = std::from_chars(text.data(), text.data() + text.size(), extent);
    if (status != std::errc{} || extent < 0) damaged(file, "its shape is not a list of whole numbers");
    shape.push_back(extent);
    text.remove_prefix(static_cast<std::size_t>(stop - text.data()));
  }
}

Header parse_header(const NpyBytes& file, std::string_view text) {
  Header header;
  const std::string_view type = value_of(file, text, "descr");
  const std::size_t end = type.find('\'', 1);
  if (!type.starts_with('\'') || end == std::string_view::npos || end < 3) {
    throw InputError(file_place(file.path()), "the array has a structured type, not numbers");
  }
  header.byte_order = type[1];
  header.type = std::string(type.substr(2, end - 2));
  const std::string_view order = value_of(file, text, "fortran_order");
  header.fortran_order = order.starts_with("True");
  if (!header.fortran_order && !order.starts_with("False")) damaged(file, "its memory order is neither True nor False");
  header.shape = parse_shape(file, value_of(file, text, "shape"));
  return header;
}

using Convert = double (*)(const char*, bool);

template <typename Number>
double convert(const char* bytes, bool swap) {
  std::array<char, sizeof(Number)> copy;
  std::memcpy(copy.data(), bytes, sizeof(Number));
  if (swap) std::reverse(copy.begin(), copy.end());
  return static_cast<double>(std::bit_cast<Number>(copy));
}

struct Type {
  std::string_view name;
  std::int64_t bytes;
  Convert convert;
};

constexpr std::array<Type, 11> kTypes{{{"f8", 8, convert<double>},
                                       {"f4", 4, convert<float>},
                                       {"i1", 1, convert<std::int8_t>},
                                       {"i2", 2, convert<std::int16_t>},
                                       {"i4", 4, convert<std::int32_t>},
                                       {"i8", 8, convert<std::int64_t>},
                                       {"u1", 1, convert<std::uint8_t>},
                                       {"u2", 2, convert<std::uint16_t>},
                                       {"u4", 4, convert<std::uint32_t>},
                                       {"u8", 8, convert<std::uint64_t>},
                                       {"b1", 1, convert<std::uint8_t>}}};

/// The header's text; `data` becomes what follows it.
std::string_view split_header(const NpyBytes& file, std::string_view& data) {
  constexpr std::string_view kMagic = "\x93NUMPY";
  data = file.bytes();
  if (!data.starts_with(kMagic)) damaged(file, "it does not begin with the mark of one");
  if (data.size() < 10) damaged(file, "it ends within its header");
  const int version = static_cast<unsigned char>(data[6]);
  if (version < 1 || version > 3) damaged(file, fmt::format("version {} is unknown", version));
  const std::size_t length_bytes = version == 1 ? 2 : 4;
  if (data.size() < 8 + length_bytes) damaged(file, "it ends within its header");
  std::size_t length = 0;
  for (std::size_t k = 0; k < length_bytes; ++k) {
    length |= static_cast<std::size_t>(static_cast<unsigned char>(data[8 + k])) << (8 * k);
  }
  data.remove_prefix(8 + length_bytes);
  if (data.size() < length) damaged(file, "it ends within its header");
  const std::string_view header = data.substr(0, length);
  data.remove_prefix(length);
  return header;
}

}  // namespace

DenseMatrix read_npy(const InputFile& file) { return read_npy(NpyBytes(file.path(), file.bytes())); }

DenseMatrix read_npy(const NpyBytes& file) {
  const Place place = file_place(file.path());
  std::string_view data;
  const Header header = parse_header(file, split_header(file, data));
  if (header.shape.empty() || header.shape.size() > 2) {
    throw InputError(place, fmt::format("the array has {} dimensions instead of 2", header.shape.size()));
  }
  const auto type =
      std::find_if(kTypes.begin(), kTypes.end(), [&](const Type& known) { return known.name == header.type; });
  if (type == kTypes.end()) {
    throw InputError(place,
                     fmt::format("the array has the type {}, not real numbers that can be read", quoted(header.type)),
                     "save it as 64-bit floats: numpy.save(name, array.astype(float))");
  }
  if (std::string_view("<>=|").find(header.byte_order) == std::string_view::npos)
    damaged(file, "its byte order is unknown");
  const std::int64_t rows = header.shape[0];
  const std::int64_t columns = header.shape.size() == 2 ? header.shape[1] : 1;
  if (rows == 0 || columns == 0) throw InputError(place, fmt::format("the array is empty ({} x {})", rows, columns));
  // Compared before anything is allocated, in a way that cannot overflow.
  const auto available = static_cast<std::int64_t>(data.size()) / type->bytes;
  const bool too_many = rows > available / columns;
  if (too_many || rows * columns * type->bytes != static_cast<std::int64_t>(data.size())) {
    throw InputError(place,
                     fmt::format("the header promises {} x {} numbers of {} bytes, but {} bytes follow", rows, columns,
                                 type->bytes, data.size()),
                     "the file is truncated or damaged");
  }
  const bool big_endian =
      header.byte_order == '>' || (header.byte_order == '=' && std::endian::native == std::endian::big);
  const bool swap = big_endian != (std::endian::native == std::endian::big);
  DenseMatrix matrix(rows, columns);
  const char* next = data.data();
  const auto take = [&](std::int64_t row, std::int64_t column) {
    const double value = type->convert(next, swap);
    next += type->bytes;
    if (!std::isfinite(value)) throw_not_finite(place, row, column, value);
    matrix(row, column) = value;
  };
  if (header.fortran_order) {
    for (std::int64_t column = 0; column < columns; ++column) {
      for (std::int64_t row = 0; row < rows; ++row) take(row, column);
    }
  } else {
    for (std::int64_t row = 0; row < rows; ++row) {
      for (std::int64_t column = 0; column < columns; ++column) take(row, column);
    }
  }
  return matrix;
}

}  // namespace limes::coupling

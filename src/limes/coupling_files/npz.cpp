#include "limes/coupling_files/npz.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <zlib.h>

#include <algorithm>
#include <cstdint>
#include <string_view>

#include "limes/base/errors.hpp"
#include "limes/coupling_files/npy.hpp"

namespace limes::coupling {

namespace {

// Records of a ZIP archive (APPNOTE.TXT 6.3, sections 4.3.7, 4.3.12, 4.3.16): their marks and fixed lengths.
constexpr std::string_view kLocal = "PK\x03\x04", kCentral = "PK\x01\x02", kEnd = "PK\x05\x06";
constexpr std::size_t kLocalBytes = 30, kCentralBytes = 46, kEndBytes = 22, kLongestComment = 65535;
constexpr std::uint32_t kBeyond = 0xFFFFFFFF;  // the number stands in a ZIP64 record
constexpr unsigned kStored = 0, kDeflated = 8;

struct Member {
  std::string name;
  unsigned method = kStored;
  std::uint32_t check_sum = 0, packed = 0, size = 0, offset = 0;
};

[[noreturn]] void damaged(const InputFile& file, const std::string& what) {
  throw InputError(file_place(file.path()), "this is not a valid NPZ file: " + what,
                   "write it again with numpy.savez(name, W=W, b=b)");
}

/// A little-endian number of 2 or 4 bytes.
std::uint32_t number(const InputFile& file, std::size_t place, int bytes) {
  const std::string_view data = file.bytes();
  if (place > data.size() || data.size() - place < static_cast<std::size_t>(bytes)) damaged(file, "it ends early");
  std::uint32_t value = 0;
  for (int k = 0; k < bytes; ++k) {
    value |= static_cast<std::uint32_t>(static_cast<unsigned char>(data[place + static_cast<std::size_t>(k)]))
             << (8 * k);
  }
  return value;
}

std::string_view slice(const InputFile& file, std::size_t place, std::size_t length) {
  const std::string_view data = file.bytes();
  if (place > data.size() || data.size() - place < length) damaged(file, "it ends early");
  return data.substr(place, length);
}

std::vector<Member> members_of(const InputFile& file) {
  const std::string_view data = file.bytes();
  const std::size_t first = data.size() > kEndBytes + kLongestComment ? data.size() - kEndBytes - kLongestComment : 0;
  const std::size_t end = data.rfind(kEnd);
  if (end == std::string_view::npos || end < first) damaged(file, "it has no table of contents");
  const std::size_t count = number(file, end + 10, 2);
  std::size_t place = number(file, end + 16, 4);
  if (count == 0xFFFF || place == kBeyond)
    throw InputError(file_place(file.path()), "archives beyond 4 GB are not read");
  std::vector<Member> members;
  for (std::size_t k = 0; k < count; ++k) {
    if (slice(file, place, 4) != kCentral) damaged(file, "its table of contents is broken");
    Member member;
    member.method = number(file, place + 10, 2);
    member.check_sum = number(file, place + 16, 4);
    member.packed = number(file, place + 20, 4);
    member.size = number(file, place + 24, 4);
    member.offset = number(file, place + 42, 4);
    const std::size_t name = number(file, place + 28, 2);
    member.name = std::string(slice(file, place + kCentralBytes, name));
    if (member.name.ends_with(".npy")) member.name.resize(member.name.size() - 4);
    place += kCentralBytes + name + number(file, place + 30, 2) + number(file, place + 32, 2);
    if (member.packed == kBeyond || member.size == kBeyond || member.offset == kBeyond) {
      throw InputError(file_place(file.path()), "arrays beyond 4 GB are not read");
    }
    members.push_back(std::move(member));
  }
  return members;
}

std::string inflated(const InputFile& file, const Member& member, std::string_view packed) {
  std::string bytes(member.size, '\0');
  z_stream stream{};
  if (inflateInit2(&stream, -MAX_WBITS) != Z_OK) throw std::bad_alloc();  // raw: a ZIP has its own frame
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(packed.data()));
  stream.avail_in = static_cast<uInt>(packed.size());
  stream.next_out = reinterpret_cast<Bytef*>(bytes.data());
  stream.avail_out = static_cast<uInt>(bytes.size());
  const int status = inflate(&stream, Z_FINISH);
  const bool whole = status == Z_STREAM_END && stream.avail_out == 0;
  inflateEnd(&stream);
  if (!whole) damaged(file, fmt::format("'{}' can't be unpacked", member.name));
  return bytes;
}

/// What the archive holds under this name, unpacked and checked.
std::string bytes_of(const InputFile& file, const Member& member) {
  if (slice(file, member.offset, 4) != kLocal) damaged(file, "its table of contents is broken");
  const std::size_t start =
      member.offset + kLocalBytes + number(file, member.offset + 26, 2) + number(file, member.offset + 28, 2);
  const std::string_view packed = slice(file, start, member.packed);
  std::string bytes;
  if (member.method == kDeflated) {
    bytes = inflated(file, member, packed);
  } else if (member.method == kStored) {
    bytes = std::string(packed);
  } else {
    damaged(file, fmt::format("'{}' is packed in a way that is not known ({})", member.name, member.method));
  }
  const auto sum = crc32(0, reinterpret_cast<const Bytef*>(bytes.data()), static_cast<uInt>(bytes.size()));
  if (sum != member.check_sum) damaged(file, fmt::format("the check sum of '{}' is wrong", member.name));
  return bytes;
}

}  // namespace

std::vector<std::string> npz_names(const InputFile& file) {
  std::vector<std::string> names;
  for (const Member& member : members_of(file)) names.push_back(member.name);
  return names;
}

DenseMatrix read_npz(const InputFile& file, const std::string& name) {
  const std::vector<Member> members = members_of(file);
  const std::string wanted = name.starts_with('/') ? name.substr(1) : name;
  const auto found = std::find_if(members.begin(), members.end(), [&](const Member& m) { return m.name == wanted; });
  if (wanted.empty() && members.size() == 1) {
    const std::string bytes = bytes_of(file, members.front());
    return read_npy(NpyBytes(file.path(), bytes));
  }
  if (found == members.end()) {
    throw InputError(file_place(file.path()),
                     wanted.empty() ? fmt::format("the file holds {} arrays", members.size())
                                    : fmt::format("the file holds no array '{}'", wanted),
                     fmt::format("name one: file.npz:/NAME with NAME one of {}", fmt::join(npz_names(file), ", ")));
  }
  const std::string bytes = bytes_of(file, *found);
  return read_npy(NpyBytes(file.path() + ":/" + wanted, bytes));
}

}  // namespace limes::coupling

// NPY and HDF5: what is read, and what is said about what is wrong.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <hdf5.h>

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstdint>
#include <cstring>
#include <limits>
#include <string>
#include <vector>

#include "coupling/file_fixture.hpp"

namespace limes::coupling {
namespace {

using ::testing::HasSubstr;
using ::testing::StartsWith;

template <typename Number>
std::string raw(std::initializer_list<Number> values, bool swap = false) {
  std::string bytes;
  for (const Number value : values) {
    std::string one(sizeof(Number), '\0');
    std::memcpy(one.data(), &value, sizeof(Number));
    if (swap) one = std::string(one.rbegin(), one.rend());
    bytes += one;
  }
  return bytes;
}

/// An NPY file as numpy.save writes it (little-endian machines).
std::string npy(const std::string& type, const std::string& order, const std::string& shape, const std::string& data,
                int version = 1) {
  std::string header = "{'descr': '" + type + "', 'fortran_order': " + order + ", 'shape': " + shape + ", }";
  const std::size_t preamble = version == 1 ? 10 : 12;
  header.append(63 - (preamble + header.size()) % 64, ' ');
  header += '\n';
  std::string file = "\x93NUMPY";
  file += static_cast<char>(version);
  file += '\0';
  for (std::size_t k = 0; k < preamble - 8; ++k) file += static_cast<char>((header.size() >> (8 * k)) & 0xFF);
  return file + header + data;
}

class NpyFile : public CouplingFile {};

TEST_F(NpyFile, ReadsEveryTypeAndOrder) {
  const DenseMatrix expected = rows_of({{1, 2}, {3, 100}});
  const auto read = [this](const std::string& content) { return to_dense(read_matrix(write("m.npy", content))); };
  EXPECT_EQ(read(npy("<f8", "False", "(2, 2)", raw<double>({1, 2, 3, 100}))), expected);
  EXPECT_EQ(read(npy("<f8", "True", "(2, 2)", raw<double>({1, 3, 2, 100}))), expected);
  EXPECT_EQ(read(npy(">f8", "False", "(2, 2)", raw<double>({1, 2, 3, 100}, true))), expected);
  EXPECT_EQ(read(npy("<f4", "False", "(2, 2)", raw<float>({1, 2, 3, 100}))), expected);
  EXPECT_EQ(read(npy(">f4", "True", "(2, 2)", raw<float>({1, 3, 2, 100}, true))), expected);
  EXPECT_EQ(read(npy("|i1", "False", "(2, 2)", raw<std::int8_t>({1, 2, 3, 100}))), expected);
  EXPECT_EQ(read(npy("<i2", "False", "(2, 2)", raw<std::int16_t>({1, 2, 3, 100}))), expected);
  EXPECT_EQ(read(npy(">i4", "False", "(2, 2)", raw<std::int32_t>({1, 2, 3, 100}, true))), expected);
  EXPECT_EQ(read(npy("<i8", "False", "(2, 2)", raw<std::int64_t>({1, 2, 3, 100}))), expected);
  EXPECT_EQ(read(npy("|u1", "False", "(2, 2)", raw<std::uint8_t>({1, 2, 3, 100}))), expected);
  EXPECT_EQ(read(npy(">u2", "False", "(2, 2)", raw<std::uint16_t>({1, 2, 3, 100}, true))), expected);
  EXPECT_EQ(read(npy("<u4", "False", "(2, 2)", raw<std::uint32_t>({1, 2, 3, 100}))), expected);
  EXPECT_EQ(read(npy("<u8", "False", "(2, 2)", raw<std::uint64_t>({1, 2, 3, 100}))), expected);
  EXPECT_EQ(read(npy("|b1", "False", "(2, 2)", raw<std::uint8_t>({1, 0, 0, 1}))), rows_of({{1, 0}, {0, 1}}));
  EXPECT_EQ(read(npy("<f8", "False", "(2, 2)", raw<double>({1, 2, 3, 100}), 2)), expected);
  EXPECT_EQ(read(npy("<i2", "False", "(1, 1)", raw<std::int16_t>({-7}))), rows_of({{-7}}));
  // The content tells the format, whatever the name.
  EXPECT_EQ(to_dense(read_matrix(write("m.dat", npy("<f8", "False", "(1, 1)", raw<double>({5}))))), rows_of({{5}}));
  EXPECT_EQ(read_table(write("t.npy", npy("<f8", "False", "(3,)", raw<double>({1, 2, 3})))), rows_of({{1}, {2}, {3}}));
  EXPECT_EQ(read_table(write("t.npy", npy("<f8", "False", "(1, 3)", raw<double>({1, 2, 3})))), rows_of({{1, 2, 3}}));
}

TEST_F(NpyFile, RefusesDamagedFiles) {
  const std::string good = npy("<f8", "False", "(2, 2)", raw<double>({1, 2, 3, 4}));
  EXPECT_THAT(complaint("m.npy", "garbage"),
              StartsWith("m.npy: this is not a valid NPY file: it does not begin with the mark"));
  for (const std::size_t length : {6, 7, 9, 30}) {
    EXPECT_THAT(complaint("m.npy", good.substr(0, length)), HasSubstr("it ends within its header")) << length;
  }
  EXPECT_EQ(
      complaint("m.npy", good.substr(0, good.size() - 1)),
      "m.npy: the header promises 2 x 2 numbers of 8 bytes, but 31 bytes follow; the file is truncated or damaged");
  EXPECT_THAT(complaint("m.npy", good + "x"), HasSubstr("but 33 bytes follow"));
  std::string version = good;
  version[6] = 9;
  EXPECT_THAT(complaint("m.npy", version), HasSubstr("version 9 is unknown"));
  EXPECT_THAT(complaint("m.npy", npy("<f8", "Maybe", "(2, 2)", "")), HasSubstr("memory order"));
  EXPECT_THAT(complaint("m.npy", npy("<f8", "False", "2", "")), HasSubstr("no shape"));
  EXPECT_THAT(complaint("m.npy", npy("<f8", "False", "(-2, 2)", "")), HasSubstr("not a list of whole numbers"));
  EXPECT_THAT(complaint("m.npy", npy("?f8", "False", "(1, 1)", raw<double>({1}))), HasSubstr("byte order is unknown"));
}

TEST_F(NpyFile, AllocatesNothingForAnAbsurdShape) {
  EXPECT_THAT(complaint("m.npy", npy("<f8", "False", "(1000000000, 1000000000)", raw<double>({1}))),
              HasSubstr("promises 1000000000 x 1000000000 numbers of 8 bytes, but 8 bytes follow"));
  // The product overflows 64 bits to 0.
  EXPECT_THAT(complaint("m.npy", npy("<f8", "False", "(4294967296, 4294967296)", "")), HasSubstr("but 0 bytes follow"));
}

TEST_F(NpyFile, RefusesWrongContent) {
  EXPECT_EQ(complaint("m.npy", npy("<f8", "False", "(1, 2)", raw<double>({1, 2}))),
            "m.npy: the matrix is 1 x 2, but couplings need as many rows as columns");
  EXPECT_THAT(complaint("m.npy", npy("<f8", "False", "(1, 1, 1)", raw<double>({1}))),
              HasSubstr("3 dimensions instead of 2"));
  EXPECT_THAT(complaint("m.npy", npy("<f8", "False", "()", raw<double>({1}))), HasSubstr("0 dimensions instead of 2"));
  EXPECT_THAT(complaint("m.npy", npy("<f8", "False", "(0, 0)", "")), HasSubstr("the array is empty (0 x 0)"));
  EXPECT_THAT(complaint("m.npy", npy("<c16", "False", "(1, 1)", raw<double>({1, 1}))),
              HasSubstr("the type 'c16', not real numbers"));
  EXPECT_THAT(complaint("m.npy", npy("<U3", "False", "(1, 1)", "abc")), HasSubstr("the type 'U3'"));
  const double nan = std::numeric_limits<double>::quiet_NaN();
  const double infinity = std::numeric_limits<double>::infinity();
  EXPECT_EQ(complaint("m.npy", npy("<f8", "False", "(2, 2)", raw<double>({1, nan, 3, 4}))),
            "m.npy: entry (0, 1) (row, column, from 0) is NaN; every entry must be a finite number");
  EXPECT_THAT(complaint("m.npy", npy("<f8", "True", "(2, 2)", raw<double>({1, infinity, 3, 4}))),
              HasSubstr("entry (1, 0) (row, column, from 0) is infinite"));
  EXPECT_THAT(complaint("m.npy", npy("<f8", "False", "(2, 2)", raw<double>({1, 2, 3, -1e60}))),
              HasSubstr("entry (1, 1) (row, column, from 0) is -1e+60, beyond 1e+50 in magnitude"));
}

class Hdf5File : public CouplingFile {
 protected:
  /// Writes a dataset of doubles (or only declares it) into a file, which is made or added to.
  void add(const std::string& name, const std::string& dataset, const std::vector<hsize_t>& shape,
           const std::vector<double>& values, bool chunked = false) const {
    const std::string file_name = path(name);
    const hid_t file = std::filesystem::exists(file_name)
                           ? H5Fopen(file_name.c_str(), H5F_ACC_RDWR, H5P_DEFAULT)
                           : H5Fcreate(file_name.c_str(), H5F_ACC_TRUNC, H5P_DEFAULT, H5P_DEFAULT);
    const hid_t space = H5Screate_simple(static_cast<int>(shape.size()), shape.data(), nullptr);
    const hid_t links = H5Pcreate(H5P_LINK_CREATE);
    H5Pset_create_intermediate_group(links, 1);
    const hid_t creation = H5Pcreate(H5P_DATASET_CREATE);
    if (chunked) {
      std::vector<hsize_t> chunk = shape;
      for (hsize_t& extent : chunk) extent = std::min<hsize_t>(extent, 64);
      H5Pset_chunk(creation, static_cast<int>(chunk.size()), chunk.data());
    }
    const hid_t made = H5Dcreate2(file, dataset.c_str(), H5T_IEEE_F64LE, space, links, creation, H5P_DEFAULT);
    if (!values.empty()) H5Dwrite(made, H5T_NATIVE_DOUBLE, H5S_ALL, H5S_ALL, H5P_DEFAULT, values.data());
    H5Dclose(made);
    H5Pclose(creation);
    H5Pclose(links);
    H5Sclose(space);
    H5Fclose(file);
  }
  void add_text(const std::string& name, const std::string& dataset) const {
    const hid_t file = H5Fopen(path(name).c_str(), H5F_ACC_RDWR, H5P_DEFAULT);
    const hid_t type = H5Tcopy(H5T_C_S1);
    const hid_t space = H5Screate(H5S_SCALAR);
    const hid_t made = H5Dcreate2(file, dataset.c_str(), type, space, H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT);
    H5Dclose(made);
    H5Sclose(space);
    H5Tclose(type);
    H5Fclose(file);
  }
};

TEST_F(Hdf5File, ReadsANamedDatasetOrTheOnlyOne) {
  add("m.h5", "/network/weights", {2, 2}, {1, 2, 3, 4});
  EXPECT_EQ(to_dense(read_matrix(path("m.h5"))), rows_of({{1, 2}, {3, 4}}));
  EXPECT_EQ(to_dense(read_matrix(path("m.h5") + ":/network/weights")), rows_of({{1, 2}, {3, 4}}));
  add("m.h5", "/series", {3}, {5, 6, 7});  // one-dimensional: does not make the choice ambiguous
  EXPECT_EQ(to_dense(read_matrix(path("m.h5"))), rows_of({{1, 2}, {3, 4}}));
  EXPECT_EQ(read_table(path("m.h5") + ":/series"), rows_of({{5}, {6}, {7}}));
  EXPECT_EQ(read_table(path("m.h5")), rows_of({{1, 2}, {3, 4}}));
  add("other.dat", "/x", {1, 1}, {8}, true);  // chunked, and recognised by its content
  EXPECT_EQ(to_dense(read_matrix(path("other.dat"))), rows_of({{8}}));
}

TEST_F(Hdf5File, NamesTheDatasetsThatAreThere) {
  add("m.h5", "/a/first", {2, 2}, {1, 2, 3, 4});
  add("m.h5", "/b/second", {3, 3}, {1, 2, 3, 4, 5, 6, 7, 8, 9});
  add_text("m.h5", "/title");
  EXPECT_EQ(matrix_message(path("m.h5") + ":/a/frist"),
            "m.h5:/a/frist: there is no such dataset; datasets in the file: /a/first (2 x 2), /b/second (3 x 3), "
            "/title (scalar)");
  EXPECT_EQ(matrix_message(path("m.h5")),
            "m.h5: the file holds 2 two-dimensional datasets; name one: 'm.h5:/a/first'; datasets in the file: "
            "/a/first (2 x 2), "
            "/b/second (3 x 3)");
  EXPECT_EQ(matrix_message(path("m.h5") + ":/title"), "m.h5:/title: the dataset does not hold real numbers");
  EXPECT_THAT(matrix_message(path("m.h5") + ":/a"), HasSubstr("there is no such dataset"));  // a group
  add("series.h5", "/x", {4}, {1, 2, 3, 4});
  EXPECT_EQ(matrix_message(path("series.h5")),
            "series.h5: the file holds no two-dimensional dataset of numbers; datasets in the file: /x (4)");
}

TEST_F(Hdf5File, RefusesWrongContent) {
  add("m.h5", "/cube", {1, 1, 1}, {1});
  add("m.h5", "/wide", {1, 2}, {1, 2});
  add("m.h5", "/bad", {2, 2}, {1, 2, std::nan(""), 4});
  add("m.h5", "/none", {0, 0}, {});
  EXPECT_EQ(matrix_message(path("m.h5") + ":/cube"), "m.h5:/cube: the dataset has 3 dimensions instead of 2");
  EXPECT_EQ(matrix_message(path("m.h5") + ":/wide"),
            "m.h5:/wide: the matrix is 1 x 2, but couplings need as many rows as columns");
  EXPECT_EQ(matrix_message(path("m.h5") + ":/bad"),
            "m.h5:/bad: entry (1, 0) (row, column, from 0) is NaN; every entry must be a finite number");
  EXPECT_EQ(matrix_message(path("m.h5") + ":/none"), "m.h5:/none: the dataset is empty (0 x 0)");
  // A terabyte that was declared and never written.
  add("huge.h5", "/x", {400000, 400000}, {}, true);
  EXPECT_THAT(matrix_message(path("huge.h5")),
              HasSubstr("claims 400000 x 400000 numbers, but the file holds 0 bytes of it"));
}

TEST_F(Hdf5File, RefusesDamagedFiles) {
  EXPECT_EQ(complaint("m.h5", "not HDF5"), "m.h5: this is not an HDF5 file");
  add("whole.h5", "/x", {20, 20}, std::vector<double>(400, 1.0));
  std::string bytes(std::filesystem::file_size(path("whole.h5")), '\0');
  std::ifstream(path("whole.h5"), std::ios::binary).read(bytes.data(), static_cast<std::streamsize>(bytes.size()));
  EXPECT_THAT(complaint("cut.h5", bytes.substr(0, bytes.size() / 2)),
              StartsWith("cut.h5: the HDF5 file cannot be opened"));
}

}  // namespace
}  // namespace limes::coupling

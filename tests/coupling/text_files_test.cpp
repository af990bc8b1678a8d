// Matrix Market and CSV: what is read, and what is said about what is wrong.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <string>

#include "coupling/file_fixture.hpp"
#include "limes/coupling/gaussian.hpp"
#include "limes/coupling/heavy_tailed.hpp"
#include "limes/coupling_files/write.hpp"

namespace limes::coupling {
namespace {

using ::testing::HasSubstr;
using ::testing::StartsWith;

class MatrixMarketFile : public CouplingFile {
 protected:
  /// A coordinate file: its header's last words, its size line and its entries.
  [[nodiscard]] std::string coordinate(const std::string& kind, const std::string& rest) const {
    return complaint("m.mtx", "%%MatrixMarket matrix coordinate " + kind + "\n" + rest);
  }
  [[nodiscard]] DenseMatrix values(std::string_view content) const {
    return to_dense(read_matrix(write("values.mtx", content)));
  }
};

TEST_F(MatrixMarketFile, ReadsEveryKindAndSymmetry) {
  EXPECT_EQ(
      values("%%MatrixMarket matrix coordinate real general\n% a comment\n\n3 3 3\n1 2 1.5\n3 1 -2e-3\r\n2 2 +4\n"),
      rows_of({{0, 1.5, 0}, {0, 4, 0}, {-2e-3, 0, 0}}));
  EXPECT_EQ(values("%%matrixmarket MATRIX Coordinate Integer General\n2 2 2\n1 1 3\n2 1 -4\n"),
            rows_of({{3, 0}, {-4, 0}}));
  EXPECT_EQ(values("%%MatrixMarket matrix coordinate pattern symmetric\n3 3 2\n2 1\n3 3\n"),
            rows_of({{0, 1, 0}, {1, 0, 0}, {0, 0, 1}}));
  EXPECT_EQ(values("%%MatrixMarket matrix coordinate real skew-symmetric\n2 2 1\n2 1 5\n"), rows_of({{0, -5}, {5, 0}}));
  // Arrays go column by column: row = target, column = source.
  EXPECT_EQ(values("%%MatrixMarket matrix array real general\n2 2\n1\n2\n3\n4\n"), rows_of({{1, 3}, {2, 4}}));
  EXPECT_EQ(values("%%MatrixMarket matrix array integer symmetric\n2 2\n1\n2\n3\n"), rows_of({{1, 2}, {2, 3}}));
  EXPECT_EQ(values("%%MatrixMarket matrix array real skew-symmetric\n3 3\n1\n2\n3"),
            rows_of({{0, -1, -2}, {1, 0, -3}, {2, 3, 0}}));
  EXPECT_EQ(values("%%MatrixMarket matrix coordinate real general\n1 1 0\n"), rows_of({{0}}));
}

TEST_F(MatrixMarketFile, SumsEntriesGivenTwice) {
  EXPECT_EQ(values("%%MatrixMarket matrix coordinate real general\n2 2 3\n1 2 1\n2 1 5\n1 2 0.25\n"),
            rows_of({{0, 1.25}, {5, 0}}));
}

TEST_F(MatrixMarketFile, StaysSparseBelowATenthOfTheEntries) {
  const auto diagonal = [this](int units) {
    std::string text = "%%MatrixMarket matrix coordinate real general\n" + std::to_string(units) + " " +
                       std::to_string(units) + " " + std::to_string(units) + "\n";
    for (int k = 1; k <= units; ++k) text += std::to_string(k) + " " + std::to_string(k) + " 1\n";
    return read_matrix(write("diagonal.mtx", text));
  };
  EXPECT_TRUE(is_sparse(diagonal(11)));   // density 1/11
  EXPECT_FALSE(is_sparse(diagonal(10)));  // density 1/10
}

TEST_F(MatrixMarketFile, RefusesAWrongHeader) {
  EXPECT_EQ(
      complaint("m.mtx", "3 3 1\n1 1 1\n"),
      "m.mtx:1:1: this is not a Matrix Market header; the first line must read like '%%MatrixMarket matrix coordinate "
      "real general'");
  EXPECT_THAT(complaint("m.mtx", "%%MatrixMarket vector coordinate real general\n"),
              StartsWith("m.mtx:1:16: the Matrix Market header says 'vector', but only 'matrix' is read"));
  EXPECT_THAT(coordinate("complex general", "1 1 1\n1 1 1 0\n"),
              StartsWith("m.mtx:1:34: the Matrix Market header says 'complex'"));
  EXPECT_THAT(coordinate("real hermitian", "1 1 1\n1 1 1\n"),
              StartsWith("m.mtx:1:39: the Matrix Market header says 'hermitian'"));
  EXPECT_THAT(coordinate("real", "1 1 1\n1 1 1\n"), HasSubstr("header says ''"));
  EXPECT_THAT(complaint("m.mtx", "%%MatrixMarket matrix array pattern general\n1 1\n"),
              HasSubstr("an array cannot be a pattern"));
  EXPECT_THAT(coordinate("pattern skew-symmetric", "1 1 0\n"), HasSubstr("a pattern cannot be skew-symmetric"));
}

TEST_F(MatrixMarketFile, RefusesAWrongSizeLine) {
  EXPECT_EQ(coordinate("real general", "3 4 1\n1 1 1\n"),
            "m.mtx:2:1: the matrix is 3 x 4, but couplings need as many rows as columns");
  EXPECT_EQ(coordinate("real general", "0 0 0\n"), "m.mtx:2:1: the matrix has no units (0 x 0)");
  EXPECT_THAT(coordinate("real general", "3 3\n1 1 1\n"),
              StartsWith("m.mtx:2:1: the size line has 2 numbers instead of 3"));
  EXPECT_THAT(coordinate("real general", "3 3 1 1\n"), StartsWith("m.mtx:2:7: the size line has more than 3 numbers"));
  EXPECT_THAT(coordinate("real general", "3 x 1\n"), StartsWith("m.mtx:2:3: the size 'x' is not a whole number"));
  EXPECT_THAT(coordinate("real general", "-3 -3 1\n"), StartsWith("m.mtx:2:1: the size '-3' is not a whole number"));
  EXPECT_THAT(coordinate("real general", "99999999999999999999 3 1\n"), HasSubstr("is too large"));
  EXPECT_THAT(coordinate("real general", ""), HasSubstr("the file ends before its size line"));
}

TEST_F(MatrixMarketFile, AllocatesNothingForAnAbsurdSizeLine) {
  EXPECT_THAT(coordinate("real general", "2000000000 2000000000 1\n1 1 1\n"),
              HasSubstr("at most 10000000 can be read"));
  EXPECT_THAT(
      coordinate("real general", "9000000 9000000 9000000000000000000\n1 1 1\n"),
      StartsWith(
          "m.mtx:2:1: the size line promises 9000000000000000000 entries, but the rest of the file is too short"));
  EXPECT_THAT(complaint("m.mtx", "%%MatrixMarket matrix array real general\n1000000 1000000\n1\n"),
              HasSubstr("promises 1000000000000 entries, but the rest of the file is too short"));
}

TEST_F(MatrixMarketFile, RefusesAnotherNumberOfEntries) {
  EXPECT_EQ(coordinate("real general", "3 3 3\n1 1 1.25\n2 2 1.25\n"),
            "m.mtx:4: the file ends after 2 of 3 entries; the file is truncated or its size line is wrong");
  EXPECT_EQ(coordinate("real general", "3 3 1\n1 1 1\n2 2 1\n"),
            "m.mtx:4:1: there are more entries than the 1 of the size line");
  EXPECT_THAT(coordinate("real general", "3 3 1\n1 1          \n"),
              StartsWith("m.mtx:3:14: the entry has 2 numbers instead of 3"));
  EXPECT_THAT(coordinate("real general", "3 3 1\n1 1 1 7\n"),
              StartsWith("m.mtx:3:7: the entry has more than 3 numbers"));
  EXPECT_THAT(complaint("m.mtx", "%%MatrixMarket matrix array real general\n2 2\n1.5\n2.5\n3.5\n"),
              HasSubstr("m.mtx:5: the file ends after 3 of 4 entries"));
}

TEST_F(MatrixMarketFile, RefusesWrongEntries) {
  EXPECT_EQ(coordinate("real general", "3 3 1\n4 1 1\n"),
            "m.mtx:3:1: row 4 is out of range: the matrix is 3 x 3; Matrix Market counts from 1");
  EXPECT_EQ(coordinate("real general", "3 3 1\n1 0 1\n"),
            "m.mtx:3:3: column 0 is out of range: the matrix is 3 x 3; Matrix Market counts from 1");
  EXPECT_EQ(coordinate("real general", "3 3 2\n1 1 1\n3 2 nan\n"),
            "m.mtx:4:5: entry (2, 1) (row, column, from 0) is NaN; every entry must be a finite number");
  EXPECT_THAT(coordinate("real general", "3 3 1\n3 2 -inf\n"),
              HasSubstr("entry (2, 1) (row, column, from 0) is minus infinity"));
  EXPECT_THAT(coordinate("real general", "3 3 1\n3 2 1e999\n"),
              HasSubstr("entry (2, 1) (row, column, from 0) is infinite"));
  EXPECT_THAT(coordinate("real general", "3 3 1\n3 2 1.5x\n"), StartsWith("m.mtx:3:5: '1.5x' is not a number"));
  EXPECT_THAT(coordinate("integer general", "3 3 1\n3 2 1.5\n"), StartsWith("m.mtx:3:5: '1.5' is not an integer"));
  EXPECT_THAT(coordinate("real symmetric", "3 3 1\n1 2 1\n"),
              HasSubstr("entry (0, 1) lies above the diagonal of a symmetric matrix"));
  EXPECT_THAT(coordinate("real skew-symmetric", "3 3 1\n2 2 1\n"), HasSubstr("entry (1, 1) lies on the diagonal"));
  // Entries that are finite one by one, and infinite together.
  EXPECT_THAT(coordinate("real general", "2 2 2\n2 1 1e308\n2 1 1e308\n"),
              HasSubstr("entry (1, 0) (row, column, from 0) is infinite"));
  // Too small for a double is zero, not an error.
  EXPECT_EQ(coordinate("real general", "2 2 1\n2 1 1e-999\n"), "");
}

TEST_F(MatrixMarketFile, WrittenAndReadAgainIsTheSameToTheBit) {
  HeavyTailed law;
  law.size = 100;
  law.mean_degree = 5.0;
  const Matrix sparse = heavy_tailed_matrix(1, law);
  const Matrix dense = gaussian_matrix(1, 0, 20, 0.0, 1.0);
  for (const Matrix& matrix : {sparse, dense}) {
    write_matrix_market(path("out.mtx"), matrix);
    const Matrix again = read_matrix(path("out.mtx"));
    EXPECT_EQ(to_dense(again), to_dense(matrix));
    EXPECT_EQ(is_sparse(again), is_sparse(matrix));
  }
  EXPECT_EQ(std::distance(std::filesystem::directory_iterator(folder_), {}), 1) << "a temporary file was left behind";
}

TEST_F(MatrixMarketFile, WritingToABadPlaceLeavesNothing) {
  const Matrix matrix = rows_of({{1}});
  const std::string regular = write("regular", "x");
  EXPECT_THROW(write_matrix_market(regular + "/below.mtx", matrix), OutputError);
  EXPECT_THROW(write_matrix_market(folder_.string(), matrix), OutputError);
  EXPECT_THROW(write_matrix_market(path("missing/m.mtx"), matrix), OutputError);
  if (std::filesystem::exists("/dev/full")) {
    try {
      write_matrix_market("/dev/full", matrix);
      ADD_FAILURE() << "writing to a full device succeeded";
    } catch (const OutputError& error) {
      EXPECT_TRUE(error.device_full());
      EXPECT_THAT(error.what(), HasSubstr("/dev/full: the matrix cannot be written"));
    }
    EXPECT_TRUE(std::filesystem::is_character_file("/dev/full"));
  }
  EXPECT_EQ(std::distance(std::filesystem::directory_iterator(folder_), {}), 1);  // only the file of the first line
}

class CsvFile : public CouplingFile {};

TEST_F(CsvFile, ReadsSeparatorsHeadersAndComments) {
  const DenseMatrix expected = rows_of({{1, -2.5}, {3e2, 0}});
  EXPECT_EQ(to_dense(read_matrix(write("a.csv", "1,-2.5\n3e2,0\n"))), expected);
  EXPECT_EQ(to_dense(read_matrix(write("b.csv", "1; -2.5\r\n300 ;0"))), expected);
  EXPECT_EQ(to_dense(read_matrix(write("c.txt", " 1\t-2.5\n300  0 \n\n"))), expected);
  EXPECT_EQ(to_dense(read_matrix(write("d.csv", "# made by hand\n\"first\",\"second\"\n1,-2.5 # inline\n\n300,+0\n"))),
            expected);
  EXPECT_EQ(to_dense(read_matrix(write("e.csv",
                                       "\xEF\xBB\xBF"
                                       "1,-2.5\n300,0\n"))),
            expected);
  EXPECT_EQ(to_dense(read_matrix(write("f.csv", "ADAL ADAR\n1,-2.5\n300,0\n"))), expected);
  EXPECT_EQ(to_dense(read_matrix(write("g", "2"))), rows_of({{2}}));
  EXPECT_EQ(read_table(write("h.csv", "1,2,3\n4,5,6\n")), rows_of({{1, 2, 3}, {4, 5, 6}}));
  EXPECT_EQ(read_table(write("i.csv", "Ωmega\n1\n2\n")), rows_of({{1}, {2}}));
}

TEST_F(CsvFile, RefusesWhatIsNotASquareOfFiniteNumbers) {
  EXPECT_EQ(complaint("m.csv", "1,2,3\n4,5,6\n"),
            "m.csv: the matrix is 2 x 3, but couplings need as many rows as columns");
  EXPECT_EQ(complaint("m.csv", "a,b\n1,2\n3\n"), "m.csv:3:1: row 1 has 1 number, but row 0 has 2");
  EXPECT_EQ(complaint("m.csv", "1,2\n3,nan\n"),
            "m.csv:2:3: entry (1, 1) (row, column, from 0) is NaN; every entry must be a finite number");
  EXPECT_THAT(complaint("m.csv", "1,2\n-Inf,1\n"),
              StartsWith("m.csv:2:1: entry (1, 0) (row, column, from 0) is minus infinity"));
  EXPECT_EQ(complaint("m.csv", "1,2\n3,\n"), "m.csv:2:3: a number is missing here");
  EXPECT_EQ(complaint("m.csv", "1,2\n3,four\n"), "m.csv:2:3: 'four' is not a number");
  EXPECT_EQ(complaint("m.csv", "1,2;3\n4;5\n"), "m.csv:1:1: '1,2' is not a number; write decimal numbers with a point");
  // Names mixed with numbers in the first line: not guessed at.
  EXPECT_EQ(complaint("m.csv", "unit,1,2\n1,2,3\n"),
            "m.csv:1:1: 'unit' is not a number; a line of column names holds no numbers, or begins with #");
  EXPECT_EQ(complaint("m.csv", "# nothing\n\n"), "m.csv:2: the file holds no numbers");
  EXPECT_EQ(complaint("m.csv", "only,names\n"), "m.csv:1: the file holds no numbers");
  EXPECT_EQ(table_message(write("t.csv", "1 2\n3 inf\n")),
            "t.csv:2:3: entry (1, 1) (row, column, from 0) is infinite; every entry must be a finite number");
}

class AnyFile : public CouplingFile {};

TEST_F(AnyFile, MissingEmptyAndForeignFilesAreRefused) {
  write("celegans.mtx", "%%MatrixMarket matrix coordinate real general\n1 1 0\n");
  EXPECT_EQ(matrix_message(path("celegan.mtx")), "celegan.mtx: no such file; did you mean 'celegans.mtx'?");
  EXPECT_EQ(matrix_message(path("else.csv")), "else.csv: no such file; check the path");
  EXPECT_THAT(matrix_message(path("none/m.mtx")), StartsWith("none/m.mtx: no such file; there is no folder"));
  EXPECT_EQ(matrix_message(path("celegans.mtx/m.mtx")),
            "celegans.mtx/m.mtx: the file cannot be opened: Not a directory");
  EXPECT_EQ(matrix_message(""), "the name of the coupling file is empty");
  EXPECT_THAT(matrix_message(folder_.string()), HasSubstr("this is a folder, not a file"));
  EXPECT_EQ(complaint("empty.mtx", ""), "empty.mtx: the file is empty");
  EXPECT_THAT(matrix_message("/dev/zero"), HasSubstr("this is not a regular file"));
  EXPECT_EQ(complaint("m.csv:", "1"), "");  // a colon in the name of a file is a colon
  EXPECT_EQ(matrix_message(path("celegans.mtx") + ":/weights"),
            "celegans.mtx: '/weights' names a dataset, but this is neither an HDF5 nor an NPZ file");
}

TEST_F(AnyFile, BytesThatAreNotTextAreRefused) {
  EXPECT_THAT(complaint("m.csv", std::string("1,2\0\n", 5)),
              StartsWith("m.csv:1:1: the file holds binary data, not text"));
  EXPECT_THAT(complaint("m.mtx", std::string("\x00\x01\x02garbage", 10)),
              StartsWith("m.mtx:1:1: the file holds binary data"));
  EXPECT_EQ(complaint("m.csv",
                      "\xFF\xFE"
                      "1\n"),
            "m.csv:1:1: the file is UTF-16 text; save it as UTF-8");
  EXPECT_EQ(complaint("m.csv", "\x1F\x8B\x08rest"), "m.csv:1:1: the file is compressed; unpack it first");
  EXPECT_EQ(complaint("m.csv", "# d\xE9j\xE0 vu\n1\n"),
            "m.csv:1:4: byte 0xE9 is not UTF-8 text; save the file as UTF-8");
  EXPECT_THAT(complaint("m.csv", "1,2\n3,\xC0\xAF\n"), StartsWith("m.csv:2:3: byte 0xC0 is not UTF-8 text"));
  EXPECT_THAT(complaint("m.csv", "\xED\xA0\x80\n"), HasSubstr("byte 0xED"));  // half of a surrogate pair
  EXPECT_THAT(complaint("m.csv", "1,\xE2\x82"), HasSubstr("byte 0xE2"));      // cut in the middle of a character
  // A long field is shortened in the message, at a whole character.
  EXPECT_EQ(complaint("m.csv", "1 " + std::string(39, 'x') +
                                   "\xC3\xA4"
                                   "end\n"),
            "m.csv:1:3: '" + std::string(39, 'x') +
                "...' is not a number; a line of column names holds no numbers, or begins with #");
}

TEST(CelegansChemicalMatrix, HasTheNumbersOfTheNote) {
  const char* variable = std::getenv("LIMES_DATA");
  const std::filesystem::path data = variable != nullptr ? variable : std::string(LIMES_SOURCE_DIR) + "/../shared/data";
  const std::filesystem::path file = data / "celegans" / "chemical.mtx";
  if (!std::filesystem::exists(file)) GTEST_SKIP() << "no such file: " << file << " (set LIMES_DATA)";
  const Matrix matrix = read_matrix(file.string());
  EXPECT_TRUE(is_sparse(matrix));
  const Statistics found = statistics(matrix);
  EXPECT_EQ(found.size, 279);
  EXPECT_EQ(found.nonzeros, 2194);
  // Note rate-networks.md 4.3b, to the digits printed there.
  EXPECT_NEAR(found.mean_coupling, 17.1, 0.05);
  EXPECT_NEAR(found.deviation, 10.15, 0.005);
  EXPECT_NEAR(spectral_radius(matrix), 18.4, 0.05);
}

}  // namespace
}  // namespace limes::coupling

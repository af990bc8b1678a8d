#pragma once
// A folder of its own for every test of the readers, and what they say about a file.

#include <gtest/gtest.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <initializer_list>
#include <string>
#include <string_view>

#include "limes/base/errors.hpp"
#include "limes/coupling/matrix.hpp"
#include "limes/coupling_files/read.hpp"

namespace limes::coupling {

inline DenseMatrix rows_of(std::initializer_list<std::initializer_list<double>> rows) {
  DenseMatrix matrix(static_cast<Eigen::Index>(rows.size()), static_cast<Eigen::Index>(rows.begin()->size()));
  Eigen::Index row = 0;
  for (const auto& values : rows) {
    Eigen::Index column = 0;
    for (const double value : values) matrix(row, column++) = value;
    ++row;
  }
  return matrix;
}

class CouplingFile : public ::testing::Test {
 protected:
  CouplingFile() {
    const auto* test = ::testing::UnitTest::GetInstance()->current_test_info();
    folder_ = std::filesystem::temp_directory_path() /
              (std::string("limes-") + test->test_suite_name() + "-" + test->name() + "-" + std::to_string(::getpid()));
    std::filesystem::create_directories(folder_);
  }
  ~CouplingFile() override { std::filesystem::remove_all(folder_); }

  [[nodiscard]] std::string path(const std::string& name) const { return (folder_ / name).string(); }

  std::string write(const std::string& name, std::string_view content) const {
    std::ofstream(path(name), std::ios::binary) << content;
    return path(name);
  }

  /// The message of the InputError that reading gives, without the folder; empty if there is none.
  template <typename Read>
  std::string message(Read&& read, const std::string& file) const {
    try {
      (void)read(file);
    } catch (const InputError& error) {
      std::string text = error.what();
      const std::string prefix = folder_.string() + "/";
      for (std::size_t at = text.find(prefix); at != std::string::npos; at = text.find(prefix))
        text.erase(at, prefix.size());
      return text;
    }
    return {};
  }
  [[nodiscard]] std::string matrix_message(const std::string& file) const { return message(read_matrix, file); }
  [[nodiscard]] std::string table_message(const std::string& file) const { return message(read_table, file); }

  /// Writes `content` and returns what read_matrix says about it.
  [[nodiscard]] std::string complaint(const std::string& name, std::string_view content) const {
    return matrix_message(write(name, content));
  }

  std::filesystem::path folder_;
};

}  // namespace limes::coupling

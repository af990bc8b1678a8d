#include "limes/coupling/strong_components.hpp"

#include <algorithm>

namespace limes::coupling {

namespace {

/// Columns of the entries of a row that are not zero, one after the other; -1 at the end.
class RowCursor {
 public:
  RowCursor(const DenseMatrix& matrix, int row) : dense_(&matrix), row_(row) {}
  RowCursor(const SparseMatrix& matrix, int row)
      : sparse_(&matrix), row_(row), place_(matrix.outerIndexPtr()[row]), end_(row_end(matrix, row)) {}

  int next() {
    if (sparse_ != nullptr) {
      while (place_ < end_) {
        const Eigen::Index here = place_++;
        if (sparse_->valuePtr()[here] != 0.0) return sparse_->innerIndexPtr()[here];
      }
      return -1;
    }
    while (place_ < dense_->cols()) {
      const Eigen::Index here = place_++;
      if ((*dense_)(row_, here) != 0.0) return static_cast<int>(here);
    }
    return -1;
  }
  [[nodiscard]] int row() const { return row_; }

 private:
  static Eigen::Index row_end(const SparseMatrix& matrix, int row) {
    if (matrix.isCompressed()) return matrix.outerIndexPtr()[row + 1];
    return matrix.outerIndexPtr()[row] + matrix.innerNonZeroPtr()[row];
  }

  const DenseMatrix* dense_ = nullptr;
  const SparseMatrix* sparse_ = nullptr;
  int row_;
  Eigen::Index place_ = 0;
  Eigen::Index end_ = 0;
};

template <typename Stored>
std::vector<std::vector<int>> components_of(const Stored& matrix) {
  const int units = static_cast<int>(matrix.rows());
  constexpr int kUnseen = -1;
  std::vector<int> number(static_cast<std::size_t>(units), kUnseen);  // order of discovery
  std::vector<int> lowest(static_cast<std::size_t>(units), 0);        // earliest unit of the stack within reach
  std::vector<bool> on_stack(static_cast<std::size_t>(units), false);
  std::vector<int> stack;
  std::vector<RowCursor> path;
  std::vector<std::vector<int>> components;
  int discovered = 0;
  const auto at = [](int unit) { return static_cast<std::size_t>(unit); };
  const auto discover = [&](int unit) {
    number[at(unit)] = lowest[at(unit)] = discovered++;
    stack.push_back(unit);
    on_stack[at(unit)] = true;
    path.emplace_back(matrix, unit);
  };
  for (int start = 0; start < units; ++start) {
    if (number[at(start)] != kUnseen) continue;
    discover(start);
    while (!path.empty()) {
      const int unit = path.back().row();
      const int neighbour = path.back().next();
      if (neighbour >= 0) {
        if (number[at(neighbour)] == kUnseen) {
          discover(neighbour);
        } else if (on_stack[at(neighbour)]) {
          lowest[at(unit)] = std::min(lowest[at(unit)], number[at(neighbour)]);
        }
        continue;
      }
      path.pop_back();
      if (!path.empty()) {
        const int parent = path.back().row();
        lowest[at(parent)] = std::min(lowest[at(parent)], lowest[at(unit)]);
      }
      if (lowest[at(unit)] == number[at(unit)]) {
        const auto first = std::find(stack.rbegin(), stack.rend(), unit).base() - 1;
        std::vector<int> component(first, stack.end());
        stack.erase(first, stack.end());
        for (const int member : component) on_stack[at(member)] = false;
        std::sort(component.begin(), component.end());
        components.push_back(std::move(component));
      }
    }
  }
  return components;
}

}  // namespace

std::vector<std::vector<int>> strong_components(const Matrix& matrix) {
  return std::visit([](const auto& stored) { return components_of(stored); }, matrix);
}

}  // namespace limes::coupling

#include "limes/experiment/grid.hpp"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>

#include "experiment/temporary_folder.hpp"

namespace limes::experiment {
namespace {

using system::Json;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

std::string refusal(const std::string& over) {
  try {
    (void)read_over(over);
  } catch (const InputError& error) {
    return error.what();
  }
  return "no error";
}

TEST(Grid, DecimalStepsGiveTheNumbersThatOneWouldWrite) {
  // 0.1 + 2 * 0.1 is not the double nearest to 0.3; the grid has that one, as `--set network.gain=0.3` has.
  EXPECT_THAT(read_over("network.gain=0.1:0.5:0.1").numbers(), ElementsAre(0.1, 0.2, 0.3, 0.4, 0.5));
  EXPECT_THAT(read_over("network.gain=1e-3:3e-3:1e-3").numbers(), ElementsAre(0.001, 0.002, 0.003));
  EXPECT_THAT(read_over("network.gain=-1:1:.5").numbers(), ElementsAre(-1.0, -0.5, 0.0, 0.5, 1.0));
  EXPECT_THAT(read_over("network.gain=1:0:-0.4").numbers(), ElementsAre(1.0, 0.6, 0.2));
  EXPECT_EQ(read_over("network.gain=0:1:0.001").values.size(), 1001U);
  for (const auto& [value, text] : {std::pair{0.437, "0.437"}, {0.999, "0.999"}}) {
    const GridAxis axis = read_over("network.gain=0:1:0.001");
    EXPECT_THAT(axis.numbers(), ::testing::Contains(value));
    EXPECT_THAT(axis.texts, ::testing::Contains(text));
  }
}

TEST(Grid, TheStopIsIncludedIfItLiesOnTheGrid) {
  EXPECT_THAT(read_over("network.gain=1:2:0.4").numbers(), ElementsAre(1.0, 1.4, 1.8));
  EXPECT_THAT(read_over("network.gain=1:1:0.4").numbers(), ElementsAre(1.0));
  EXPECT_EQ(read_over("network.gain=0:3.3:1.1").values.size(), 4U);  // 3.3/1.1 is 2.9999999999999996
}

TEST(Grid, IntegersStayIntegers) {
  const GridAxis axis = read_over("network.size=100:300:100");
  EXPECT_TRUE(axis.values.front().is_number_integer());
  EXPECT_THAT(axis.texts, ElementsAre("100", "200", "300"));
}

TEST(Grid, SeveralElementsOfOneArrayMoveTogether) {
  const GridAxis axis = read_over("coupling.total[0][1],coupling.total[1][0]=-2:-1:0.5");
  EXPECT_EQ(axis.path, "coupling.total[0][1],coupling.total[1][0]");
  EXPECT_EQ(axis.key, "coupling.total");
  EXPECT_FALSE(axis.whole);
  EXPECT_THAT(axis.numbers(), ElementsAre(-2.0, -1.5, -1.0));
  EXPECT_THAT(refusal("coupling.total[0][1],groups.reset[0]=1,2"), HasSubstr("must be elements of one array"));
  EXPECT_THAT(refusal("coupling.total,coupling.total[0][1]=1,2"), HasSubstr("must be elements of one array"));
  EXPECT_THAT(refusal("coupling.total[0][1], coupling.total[0][1]=1,2"), HasSubstr("given twice"));
}

TEST(Grid, ListsHoldAnyValues) {
  const GridAxis names = read_over("network.transfer=tanh, erf");
  EXPECT_THAT(names.values, ElementsAre(Json("tanh"), Json("erf")));
  EXPECT_FALSE(names.is_numeric());
  EXPECT_THAT(names.numbers(), ElementsAre(0.0, 1.0));
  EXPECT_THAT(read_over("network.size=[10,20],[30,40]").values, ElementsAre(Json({10, 20}), Json({30, 40})));
  EXPECT_THAT(read_over("coupling.file=a.h5:/x,b.h5:/y").values, ElementsAre(Json("a.h5:/x"), Json("b.h5:/y")));
  const GridAxis element = read_over("coupling.mean[0][1]=1,2.5");
  EXPECT_EQ(element.key, "coupling.mean");
  EXPECT_EQ(element.path, "coupling.mean[0][1]");
  EXPECT_FALSE(element.whole);
}

TEST(Grid, RefusesWhatIsNoGridWithTheMend) {
  EXPECT_THAT(refusal("network.gain"), HasSubstr("not of the form KEY=START:STOP:STEP"));
  EXPECT_THAT(refusal("=1:2:1"), HasSubstr("not of the form"));
  EXPECT_THAT(refusal("network.gain="), HasSubstr("no values"));
  EXPECT_THAT(refusal("network.gain=1:2"),
              HasSubstr("a range needs a STEP; write, for example, --over network.gain=1:2:0.1"));
  EXPECT_THAT(refusal("network.gain=1:2:0"), HasSubstr("STEP is zero"));
  EXPECT_THAT(refusal("network.gain=1:2:-1"), HasSubstr("leads away from STOP"));
  EXPECT_THAT(refusal("network.gain=1:2:x"), HasSubstr("'x' is no number"));
  EXPECT_THAT(refusal("network.gain=1:inf:1"), HasSubstr("must be finite"));
  EXPECT_THAT(refusal("network.gain=1:2:3:4"), HasSubstr("START:STOP:STEP"));
  EXPECT_THAT(refusal("network.gain=0:1:1e-12"), HasSubstr("a million"));
  EXPECT_THAT(refusal("network.gain=1,,2"), HasSubstr("an empty value"));
  EXPECT_THAT(refusal("network.gain=1,1"), HasSubstr("given twice"));
  EXPECT_THAT(refusal("network.ga in=1,2"), HasSubstr("is no key"));
}

class GridFile : public ::testing::Test {
 protected:
  void SetUp() override {
    std::ofstream(folder / "my.toml") << "system = \"fake.gaussian\"\n[coupling]\nvalues = [[1, 2], [3, 4]]\n";
  }
  [[nodiscard]] Grid grid(const std::vector<std::string>& over, const std::vector<std::string>& sets = {}) const {
    return read_grid((folder / "my.toml").string(), sets, 7, over);
  }
  [[nodiscard]] std::string grid_refusal(const std::vector<std::string>& over,
                                         const std::vector<std::string>& sets = {}) const {
    try {
      (void)grid(over, sets);
    } catch (const InputError& error) {
      return error.what();
    }
    return "no error";
  }
  TemporaryFolder folder;
};

TEST_F(GridFile, EveryPointIsTheExperimentThatSetMakes) {
  const Grid grid = this->grid({"network.gain=1,2", "coupling.values[0][1]=5:7:1"});
  ASSERT_EQ(grid.points.size(), 6U);
  EXPECT_EQ(grid.points[4].name, "network.gain = 2, coupling.values[0][1] = 6");
  EXPECT_EQ(grid.points[4].experiment.given.at("network.gain").value, 2);
  EXPECT_EQ(grid.points[4].experiment.given.at("coupling.values").value, Json::parse("[[1, 6], [3, 4]]"));
  EXPECT_EQ(grid.points[4].experiment.seed, 7U);
}

TEST_F(GridFile, RefusesConflictsAndWhatIsNoParameter) {
  EXPECT_THAT(grid_refusal({}), HasSubstr("nothing to sweep over"));
  EXPECT_THAT(grid_refusal({"network.gain=1", "network.size=2", "network.leak=0"}), HasSubstr("one or two keys"));
  EXPECT_THAT(grid_refusal({"network.gain=1", "network.gain=2"}), HasSubstr("swept twice"));
  EXPECT_THAT(grid_refusal({"network.gain=1"}, {"network.gain=3"}),
              HasSubstr("conflicting options --over network.gain and --set network.gain=3"));
  EXPECT_THAT(grid_refusal({"system=a,b"}), HasSubstr("nothing that a sweep can change"));
  EXPECT_THAT(grid_refusal({"coupling.values[0][2]=1,2"}), HasSubstr("at coupling.values[0][2] = 1"));
  EXPECT_THAT(grid_refusal({"network.gain=0:1:0.0001", "network.leak=0:0.9:0.001"}), HasSubstr("a million points"));
}

}  // namespace
}  // namespace limes::experiment

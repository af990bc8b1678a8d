#include "limes/base/suggestion.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace limes {
namespace {

TEST(EditDistance, CountsSingleMistakes) {
  EXPECT_EQ(edit_distance("gain", "gain"), 0U);
  EXPECT_EQ(edit_distance("gin", "gain"), 1U);    // a letter left out
  EXPECT_EQ(edit_distance("gaain", "gain"), 1U);  // one too many
  EXPECT_EQ(edit_distance("gein", "gain"), 1U);   // another one
  EXPECT_EQ(edit_distance("gian", "gain"), 1U);   // two neighbours swapped
  EXPECT_EQ(edit_distance("", "gain"), 4U);
  EXPECT_EQ(edit_distance("gain", ""), 4U);
  EXPECT_EQ(edit_distance("", ""), 0U);
}

TEST(EditDistance, OfTextbookPairs) {
  EXPECT_EQ(edit_distance("kitten", "sitting"), 3U);
  EXPECT_EQ(edit_distance("saturday", "sunday"), 3U);
  // Optimal string alignment: swapped letters are not edited again (the unrestricted distance is 2).
  EXPECT_EQ(edit_distance("ca", "abc"), 3U);
}

TEST(EditDistance, IsADistance) {
  const std::vector<std::string> words = {"", "a", "size", "seize", "gain", "leak", "kael", "network.size"};
  for (const std::string& a : words) {
    for (const std::string& b : words) {
      EXPECT_EQ(edit_distance(a, b), edit_distance(b, a)) << a << ' ' << b;
      EXPECT_EQ(edit_distance(a, b) == 0, a == b);
      EXPECT_LE(edit_distance(a, b), std::max(a.size(), b.size()));
      EXPECT_GE(edit_distance(a, b), std::max(a.size(), b.size()) - std::min(a.size(), b.size()));
    }
  }
}

TEST(NearestName, IsTheOneThatWasMeant) {
  const std::vector<std::string> keys = {"network.size", "network.gain", "network.leak", "noise.deviation"};
  EXPECT_EQ(nearest_name("network.gian", keys), "network.gain");
  EXPECT_EQ(nearest_name("netwrok.size", keys), "network.size");
  EXPECT_EQ(nearest_name("network.leak", keys), "network.leak");
  EXPECT_EQ(nearest_name("noise.deviaton", keys), "noise.deviation");
}

TEST(NearestName, IsEmptyWhereNothingIsNear) {
  const std::vector<std::string> keys = {"seed", "title", "system"};
  EXPECT_EQ(nearest_name("temperature", keys), "");
  EXPECT_EQ(nearest_name("", keys), "");
  EXPECT_EQ(nearest_name("seed", {}), "");
  // A third of the letters may differ: two of six, not three; and one of a very short word.
  EXPECT_EQ(nearest_name("sestun", keys), "");
  EXPECT_EQ(nearest_name("sistam", keys), "system");
  EXPECT_EQ(nearest_name("sed", keys), "seed");
  EXPECT_EQ(nearest_name("se", keys), "");
}

TEST(NearestName, TheFirstOfEquallyNearOnes) {
  const std::vector<std::string> names = {"tanh", "tank"};
  EXPECT_EQ(nearest_name("tanx", names), "tanh");
}

}  // namespace
}  // namespace limes

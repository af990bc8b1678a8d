"""rate.renormalized from outside: exit statuses, a given matrix, a second size with a theory of its own."""

import json
import unittest

from driver import CommandLineTest, main

SMALL = """system = "rate.renormalized"
title = "small"
seed = 3
[network]
size = 60
transfer = "erf"
[coupling]
mean = 0.6
deviation = 0.5
[noise]
intensity = 0.1
[simulation]
duration = 30.0
transient = 10.0
realisations = 4
trajectories = 4
lags = 5.0
"""


class Renormalized(CommandLineTest):
    def run_json(self, *arguments, status=0, text=SMALL):
        done = self.limes("run", self.write("small.toml", text), "--json", *arguments, status=status)
        return json.loads(done.stdout)

    def values(self, result, name):
        return {entry["branch"]: entry for entry in result["quantities"] if entry["name"] == name}

    def test_every_branch_carries_the_simulation(self):
        result = self.run_json()
        for name in ("variance", "population_variance", "mean_gain"):
            entries = self.values(result, name)
            self.assertEqual(set(entries), {"mean_field", "one_loop", "one_loop_cross", "one_loop_feedback"})
            for entry in entries.values():
                self.assertEqual(entry["simulation"]["samples"], 4)
                self.assertIn(entry["verdict"], ("agree", "finite_size", "disagree"))
        self.assertIn("mean_field", self.values(result, "critical_mean_coupling"))

    def test_exit_statuses(self):
        theory = ("--only", "theory")
        critical = self.run_json(*theory, "--set", "coupling.mean=1.3", status=3)
        self.assertEqual(critical["status"], "not_converged")
        self.assertAlmostEqual(self.values(critical, "variance")["mean_field"]["theory"]["value"], 0.1127087, 6)
        quiescent = self.run_json(*theory, "--set", "noise.intensity=0")
        self.assertEqual(quiescent["status"], "ok")
        self.assertIn("quiescent: the only attractor is x = 0", quiescent["warnings"])
        self.assertEqual(self.values(quiescent, "variance")["one_loop"]["theory"]["value"], 0)
        for bad in ("network.size=1", "network.transfer=relu", "noise.intensity=-1", "simulation.integrator=rk4"):
            self.limes("run", self.write("small.toml", SMALL), "--set", bad, status=2)

    def test_a_given_matrix_is_placed_among_surrogates(self):
        rows = [[0.02 * ((7 * i + 3 * j) % 11 - 5) for j in range(8)] for i in range(8)]
        text = SMALL.replace("size = 60\n", "").replace("mean = 0.6\ndeviation = 0.5\n", f"values = {rows}\n")
        result = self.run_json(text=text)
        self.assertEqual(result["parameters"]["network"]["size"], 8)
        self.assertTrue(any("ignores its structure" in warning for warning in result["warnings"]))
        self.assertIn("surrogate", self.values(result, "variance")["one_loop"])

    def test_bits_do_not_depend_on_threads(self):
        one, two = (self.run_json("--threads", n, "--set", "simulation.paired=true") for n in ("1", "2"))
        self.assertEqual(one["quantities"], two["quantities"])
        self.assertEqual(one["curves"], two["curves"])

    def test_continuation_finds_the_magnetic_transition(self):
        done = self.limes("continue", self.write("small.toml", SMALL), "--over", "coupling.mean=0.5:1.2", "--json",
                          "--set", "theory.order=mean_field")
        points = json.loads(done.stdout)["special_points"]
        self.assertEqual([point["type"] for point in points], ["pitchfork"])
        self.assertAlmostEqual(points[0]["value"], 1.0849158553, 8)


if __name__ == "__main__":
    main()

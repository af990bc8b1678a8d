"""The same experiment gives the same bits: for every number of threads, and from its resolved form."""

import json
import os
import unittest

from driver import SMALL, CommandLineTest, main, reproducible

VARIANTS = {
    "as it is": [],
    "random thresholds and a mean": ["threshold.deviation=0.3", "coupling.mean=0.5"],
    "single precision": ["simulation.precision=single"],
    "an array of one": ["network.size=[40]"],
}


class Reproducibility(CommandLineTest):
    def test_threads(self):
        for system, text in SMALL.items():
            file = self.write("a.toml", text)
            for name, sets in VARIANTS.items():
                with self.subTest(system=system, variant=name):
                    arguments = [file] + [word for value in sets for word in ("--set", value)]
                    one = self.run_json(*arguments, "--threads", "1")
                    two = self.run_json(*arguments, "--threads", "2")
                    self.assertEqual(reproducible(one), reproducible(two))

    def test_threads_on_a_given_matrix(self):
        values = [[round(((7 * i + 3 * j) % 11 - 5) / 9.0, 6) for j in range(30)] for i in range(30)]
        self.write("j.csv", "\n".join(",".join(str(x) for x in row) for row in values) + "\n")
        for system, text in SMALL.items():
            file = self.write("a.toml", text.replace("size = 40\n", ""))
            arguments = [file, "--set", "coupling.file=j.csv", "--set", 'coupling.scale="deviation"']
            one = self.run_json(*arguments, "--threads", "1")
            two = self.run_json(*arguments, "--threads", "2")
            self.assertEqual(reproducible(one), reproducible(two), system)
            self.limes("run", *arguments, "--out", system)
            again = self.run_json(self.path(system, "experiment.toml"), cwd="/")
            self.assertEqual(reproducible(again), reproducible(one), system)

    def test_the_resolved_experiment(self):
        for system, text in SMALL.items():
            for quick in ([], ["--quick"]):
                file = self.write("a.toml", text.replace("size = 40", "size = 500") if quick else text)
                place = f"{system}{''.join(quick)}"
                self.limes("run", file, "--out", place, *quick)
                with open(self.path(place, "result.json")) as first:
                    expected = reproducible(json.load(first))
                again = self.run_json(self.path(place, "experiment.toml"))
                self.assertEqual(reproducible(again), expected, place)

    def resolved(self, system, *arguments):
        file = self.write("a.toml", SMALL[system])
        self.limes("run", file, "--quick", "--only", "theory", "--out", "resolved", *arguments)
        return self.path("resolved", "experiment.toml")

    def theory_of(self, file, *sets, **options):
        arguments = [word for value in sets for word in ("--set", value)]
        return self.run_json(file, "--only", "theory", *arguments, **options)["parameters"]

    def test_choices_of_a_resolved_experiment_give_way_to_what_is_set(self):
        resolved = self.resolved("rate.continuous")
        self.write("s.csv", "1\n" * 5000)
        self.write("j.csv", "0,1\n1,0\n")
        with open(resolved) as file:
            self.assertIn('kind = "none"', file.read())
        self.assertEqual(self.theory_of(resolved, "stimulus.file=s.csv")["stimulus"]["kind"], "file")
        noisy = self.theory_of(resolved, "noise.intensity=0.1")["simulation"]
        self.assertEqual((noisy["integrator"], noisy["step"]), ("euler", 0.02))
        # What no longer follows is said.
        done = self.limes("run", resolved, "--only", "theory", "--set", "noise.intensity=0.1", "--json")
        self.assertIn('--set noise.intensity makes simulation.integrator = "euler"', done.stderr)
        # As an experiment that never was resolved.
        self.assertEqual(self.theory_of(resolved, "noise.intensity=0.1"),
                         self.theory_of(self.path("a.toml"), "noise.intensity=0.1"))

    def test_another_matrix_for_a_resolved_experiment(self):
        self.write("two.csv", "0,1\n1,0\n")
        self.write("three.csv", "0,1,0\n1,0,0\n0.5,0,0\n")
        file = self.write("b.toml", 'system = "rate.discrete"\n[coupling]\nfile = "two.csv"\n'
                          '[noise]\ndeviation = 0.3\n[theory]\nquenched = false\n')
        self.limes("run", file, "--only", "theory", "--out", "resolved")
        parameters = self.theory_of(self.path("resolved", "experiment.toml"), "coupling.file=three.csv")
        self.assertEqual(parameters["network"]["size"], 3)

    def test_choices_that_say_something_else_conflict(self):
        self.write("s.csv", "1\n" * 5000)
        for system, written, change in (
                ("rate.discrete", '[stimulus]\nkind = "sine"\n', "stimulus.file=s.csv"),
                ("rate.continuous", '[simulation]\nintegrator = "euler"\nstep = 0.05\n', None)):
            file = self.write("c.toml", f'system = "{system}"\n{written}')
            if change:
                self.limes("run", file, "--set", change, status=2)
            else:  # an explicit step is kept
                self.assertEqual(self.theory_of(file, "noise.intensity=0.1")["simulation"]["step"], 0.05)
        resolved = self.resolved("rate.continuous")
        self.limes("run", resolved, "--set", "noise.intensity=0.1", "--set", "simulation.integrator=rk4", status=2)

    def test_another_seed_gives_other_numbers(self):
        file = self.write("a.toml", SMALL["rate.discrete"])
        self.assertNotEqual(reproducible(self.run_json(file)), reproducible(self.run_json(file, "--seed", "4")))

    def test_files_of_two_runs_are_the_same_bytes(self):
        file = self.write("a.toml", SMALL["rate.discrete"])
        for place in ("one", "two"):
            self.limes("run", file, "--out", place)
        for name in ("result.h5", "experiment.toml", os.path.join("figures", "autocovariance.svg")):
            with open(self.path("one", name), "rb") as one, open(self.path("two", name), "rb") as two:
                self.assertEqual(one.read(), two.read(), name)


if __name__ == "__main__":
    main()

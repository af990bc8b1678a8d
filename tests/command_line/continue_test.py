"""`limes continue` from outside."""

import json
import os
import signal
import tempfile
import time

from driver import LIMES, CommandLineTest, main, reproducible

BISTABLE = """system = "rate.discrete"
title = "two states"
[coupling]
deviation = 0.7
[threshold]
mean = 0.1
deviation = 0.2
"""
ROTATION = """system = "rate.discrete"
[network]
leak = 0.2
[coupling]
values = [[0.3, -0.6], [0.6, 0.3]]
"""
CLIPPED = """system = "rate.continuous"
[noise]
intensity = 0.005
[network]
transfer = "clipped_tan"
"""
LEAKY = """system = "rate.discrete"
[network]
size = [100, 50]
leak = [0.5, 0.3]
[noise]
deviation = 0.3
[coupling]
deviation = [[0.6, 0.4], [0.5, 0.5]]
"""
FIXED_POINTS = """system = "rate.discrete"
[network]
size = 80
[coupling]
deviation = 1.5
generator = "portable"
seed = 3
"""
EXCITATORY = """system = "spiking.replica"
[groups]
size = [150]
base_rate = [0.05]
[coupling]
total = [[7.0]]
"""


class ContinueTest(CommandLineTest):
    def follow(self, *arguments):
        return json.loads(self.limes("continue", *arguments, "--json").stdout)

    def test_a_range_may_begin_at_no_noise(self):
        # The integrator of the flow follows from the noise; that of the noise-free end must not bind the others.
        result = self.follow("--set", "system=rate.continuous", "--set", "coupling.deviation=2", "--over", "noise.intensity=0:1")
        points = [p for p in result["special_points"] if p["type"] == "chaos"]
        self.assertEqual([p["branch"] for p in points], ["fluctuating-0"])
        # Note 6.3: the transition stands at g = 1.9557 for D = .5 and at 2.3550 for D = 1.
        self.assertTrue(0.5 < points[0]["value"] < 0.6, points)

    def test_the_file_may_name_the_parameter(self):
        file = self.write("r.toml", ROTATION + '[continue]\nover = "network.gain=0.5:2"\n')
        special = self.follow(file)["special_points"]
        self.assertEqual(special, self.follow(file, "--over", "network.gain=0.5:2")["special_points"])
        self.assertIn("neimark_sacker", {point["type"] for point in special})

    def test_networks_are_simulated_along_the_branches(self):
        text = """system = "spiking.replica"
[groups]
size = [8, 8]
base_rate = 0.5
[coupling]
total = [[2.0, -1.0], [-1.0, 2.0]]
[simulation]
duration = 300
realisations = 3
[continue]
over = "coupling.total[0][1],coupling.total[1][0]=-1.2:-0.4"
simulate = "-1,-0.5"
"""
        file = self.write("p.toml", text)
        result = self.follow(file)
        key = "coupling.total[0][1],coupling.total[1][0]"
        [pitchfork] = [p for p in result["special_points"] if p["type"] == "pitchfork"]
        self.assertEqual(pitchfork["parameter"], key)
        self.assertTrue(-1.2 < pitchfork["value"] < -0.4)
        simulated = [c for c in result["curves"] if c["simulation"]]
        self.assertIn("rate", {c["name"] for c in simulated})
        for curve in simulated:
            self.assertTrue(curve["branch"].startswith("simulation"), curve["branch"])
            self.assertEqual(curve["axes"][-1]["values"], [-1, -0.5])
            self.assertEqual(curve["theory"], [])
        rates = next(c["simulation"] for c in simulated if c["name"] == "rate" and c["simulation"][0][1] is not None)
        alone = json.loads(self.limes("run", file, "--set", "coupling.total[0][1]=-0.5", "--set", "coupling.total[1][0]=-0.5",
                                      "--json").stdout)
        entry = next(q for q in alone["quantities"] if q["name"] == "rate" and "simulation" in q)
        self.assertEqual([row[1] for row in rates], entry["simulation"]["value"])
        refusal = self.limes("continue", file, "--simulate", "-1:-0.5", "--json", status=2)
        self.assertIn("a range needs a STEP", refusal.stderr)

    def test_a_fold_and_its_branches(self):
        file = self.write("a.toml", BISTABLE)
        result = self.follow(file, "--over", "coupling.mean=0.5:2.5")
        self.assertEqual(result["status"], "ok")
        self.assertEqual(result["continuation"], {"parameter": "coupling.mean", "start": 0.5, "stop": 2.5})
        self.assertEqual(result["quantities"], [])
        self.assertNotIn("mean", result["parameters"]["coupling"])
        [fold] = result["special_points"]
        self.assertEqual((fold["type"], fold["parameter"], fold["branch"]), ("fold", "coupling.mean", "static-1"))
        self.assertEqual(fold["eigenvalue"], [1.0, 0.0])
        self.assertEqual(set(fold["state"]), {"mean", "variance"})
        curves = {(c["name"], c["branch"]): c for c in result["curves"]}
        lower, folded = curves["mean", "static-0"], curves["mean", "static-1"]
        for curve in (lower, folded):
            self.assertEqual(curve["axes"][0]["name"], "coupling.mean")
            self.assertEqual(len(curve["axes"][0]["values"]), len(curve["theory"]))
        values = folded["axes"][0]["values"]
        self.assertEqual(values[values.index(min(values))], fold["value"])  # the fold is a point of the curve
        self.assertEqual({lower["axes"][0]["values"][0], lower["axes"][0]["values"][-1]}, {0.5, 2.5})
        stable = curves["stable", "static-1"]["theory"]
        self.assertEqual({round(x) for x in stable}, {0, 1})
        # The ends are what `limes run` finds.
        run = json.loads(self.limes("run", file, "--set", "coupling.mean=2.5", "--only", "theory", "--json").stdout)
        means = sorted(q["theory"]["value"] for q in run["quantities"]
                       if q["name"] == "mean" and q["branch"].startswith("static"))
        ends = sorted(c["theory"][i] for c in (lower, folded) for i in (0, -1) if c["axes"][0]["values"][i] == 2.5)
        self.assertEqual(len(means), 3)
        for a, b in zip(means, ends):
            self.assertAlmostEqual(a, b, delta=1e-9)
        # The same from the other side, to the last digits of the special point.
        back = self.follow(file, "--over", "coupling.mean=2.5:0.5")
        self.assertAlmostEqual(back["special_points"][0]["value"], fold["value"], delta=1e-10)

    def test_a_concrete_network(self):
        result = self.follow(self.write("a.toml", ROTATION), "--over", "network.gain=0.5:2")
        [point] = result["special_points"]
        self.assertEqual((point["type"], point["branch"]), ("neimark_sacker", "fixed_point-0"))
        self.assertAlmostEqual(point["value"], 4.0 / 3.0, delta=1e-9)  # (gamma + g a)^2 + (g b)^2 = 1
        element = self.follow(self.path("a.toml"), "--set", "network.gain=1", "--over", "coupling.values[0][1]=-2:-0.5")
        self.assertEqual(element["continuation"]["parameter"], "coupling.values[0][1]")
        self.assertTrue(element["special_points"])

    def test_the_folder(self):
        file = self.write("a.toml", BISTABLE)
        done = self.limes("continue", file, "--over", "coupling.mean=0.5:2.5", "--out", "c")
        self.assertIn("fold", done.stdout)
        self.assertEqual(sorted(os.listdir(self.path("c"))),
                         ["experiment.toml", "figures", "report.html", "result.h5", "result.json"])
        self.assertIn("mean.svg", os.listdir(self.path("c", "figures")))
        with open(self.path("c", "result.json")) as kept:
            first = json.load(kept)
        again = self.follow(file, "--over", "coupling.mean=0.5:2.5", "--threads", "2")
        self.assertEqual(reproducible(first), reproducible(again))
        self.limes("continue", file, "--over", "coupling.mean=0.5:2.5", "--out", "c")  # replaced whole
        self.assertIn("another experiment",
                      self.limes("continue", file, "--over", "coupling.mean=0.5:2", "--out", "c", status=2).stderr)
        self.limes("report", "c")

    def test_bad_input(self):
        file = self.write("a.toml", BISTABLE)
        for over, words in {
                "coupling.mean=1": "START:STOP",
                "coupling.mean=1:2:0.1": "no STEP",
                "coupling.mean=1:1": "are the same",
                "coupling.mean=a:1": "no number",
                "coupling.mean=0:inf": "not finite",
                "coupling.men=0:1": "did you mean 'coupling.mean'?",
                "network.size=100:200": "integer",
                "network.transfer=0:1": "no real number",
                "network.leak=0:1.5": "must be in [0, 1)",
                "simulation.lags=10:20": "does not enter the theory",
                "network.time_constant=1:2": "network.time_constant",
                "coupling.mean[0]=0:1": "not given as an array",
        }.items():
            done = self.limes("continue", file, "--over", over, status=2)
            self.assertEqual(done.stdout, "", over)
            self.assertIn(words, done.stderr, over)
        self.assertIn("conflicting options",
                      self.limes("continue", file, "--over", "coupling.mean=0:1", "--set", "coupling.mean=1",
                                 status=2).stderr)
        self.assertIn("once", self.limes("continue", file, "--over", "coupling.mean=0:1", "--over",
                                         "network.gain=1:2", status=2).stderr)
        self.assertIn("no parameter", self.limes("continue", file, status=2).stderr)
        self.assertIn("stationary", self.limes("continue", file, "--over", "coupling.mean=0:1", "--set",
                                               "theory.kind=two_time", status=2).stderr)

    def kept(self):
        """How much of the continuation `c` is on the disk."""
        folder = self.path("c.partial", "checkpoints")
        try:
            return sum(os.path.getsize(os.path.join(folder, name)) for name in os.listdir(folder))
        except FileNotFoundError:  # not begun, or just renamed
            return 0

    def interrupted_again_and_again(self, text, over, number):
        """The result of a continuation that was ended again and again, each time when it had kept something new."""
        file = self.write("a.toml", text)
        whole = self.follow(file, "--over", over, "--out", "whole")
        ended, longest = 0, 0
        for _ in range(4):
            with tempfile.TemporaryFile("w+") as out:
                process = self.start("continue", file, "--over", over, "--out", "c", "--json", stdout=out)
                while process.poll() is None and self.kept() <= longest:
                    time.sleep(0.01)
                process.send_signal(number)
                process.communicate(timeout=300)
                out.seek(0)
                printed = out.read()
            if process.returncode == 0 or os.path.exists(self.path("c")):  # it had ended, or all but, just then
                break
            ended += 1
            if number == signal.SIGINT:
                self.assertEqual(process.returncode, 130)
                self.assertEqual(json.loads(printed)["status"], "interrupted")
            self.assertGreater(self.kept(), longest, "what was found was lost")
            longest = self.kept()
        self.assertGreater(ended, 0)
        whole_already = os.path.exists(self.path("c"))  # nothing unfinished ever stands under the final name
        if whole_already:
            with open(self.path("c", "result.json")) as kept:
                self.assertEqual(reproducible(json.load(kept)), reproducible(whole))
        done = self.limes("continue", file, "--over", over, "--out", "c", "--json")
        if not whole_already:
            self.assertIn("going on with the interrupted continuation", done.stderr)
        self.assertEqual(reproducible(json.loads(done.stdout)), reproducible(whole))
        with open(self.path("whole", "result.h5"), "rb") as a, open(self.path("c", "result.h5"), "rb") as b:
            self.assertEqual(a.read(), b.read())
        self.assertFalse(os.path.exists(self.path("c.partial")))

    def test_killed_it_goes_on(self):
        self.interrupted_again_and_again(CLIPPED, "network.gain=0.9:0.97", signal.SIGKILL)

    def test_interrupted_it_goes_on(self):
        self.interrupted_again_and_again(LEAKY, "coupling.deviation[0][0]=0.4:0.8", signal.SIGINT)

    def test_killed_among_the_fixed_points_of_a_network(self):
        self.interrupted_again_and_again(FIXED_POINTS, "network.gain=0.5:1.2", signal.SIGKILL)

    def test_killed_among_the_states_of_a_spiking_network(self):
        self.interrupted_again_and_again(EXCITATORY, "coupling.total[0][0]=1:12", signal.SIGKILL)


if __name__ == "__main__":
    main()

"""limes sweep: its messages, its curves, and that a sweep killed at any moment ends with the same bits."""

import json
import os
import random
import signal
import subprocess
import sys
import time
import unittest

from driver import LIMES, SMALL, CommandLineTest, main, reproducible

# A study takes twenty: LIMES_KILLS=20 python3 sweep_test.py LIMES Sweep.test_killed_at_random_moments
KILLS = int(os.environ.get("LIMES_KILLS", "12"))


class Sweep(CommandLineTest):
    def sweep(self, *arguments, status=0):
        return json.loads(self.limes("sweep", *arguments, "--json", status=status).stdout)

    def test_a_point_has_the_bits_of_a_run(self):
        file = self.write("a.toml", SMALL["rate.discrete"])
        result = self.sweep(file, "--over", "network.gain=0.5:1.5:0.5", "--over", "noise.deviation=0.1,0.3")
        self.assertEqual(result["status"], "ok")
        run = self.run_json(file, "--set", "network.gain=1.0", "--set", "noise.deviation=0.3")
        compared = 0
        for curve in result["curves"]:
            self.assertEqual([axis["name"] for axis in curve["axes"]], ["network.gain", "noise.deviation"])
            for entry in run["quantities"]:
                if (entry["name"], entry.get("branch")) != (curve["name"], curve.get("branch")):
                    continue
                if "theory" in entry:
                    self.assertEqual(curve["theory"][1][1], entry["theory"]["value"])
                if "simulation" in entry:
                    self.assertEqual(curve["simulation"][1][1], entry["simulation"]["value"])
                    compared += 1
        self.assertGreater(compared, 5)

    def test_populations_come_first(self):
        file = self.write("a.toml", SMALL["rate.discrete"].replace("size = 40", "size = [20, 30]"))
        result = self.sweep(file, "--over", "network.gain=0.5,1,1.5")
        variance = next(curve for curve in result["curves"] if curve["name"] == "variance")
        self.assertEqual([axis["name"] for axis in variance["axes"]], ["population", "network.gain"])
        self.assertEqual([len(variance["theory"]), len(variance["theory"][0])], [2, 3])
        self.assertEqual([len(variance["simulation"]), len(variance["simulation"][0])], [2, 3])

    def test_threads_do_not_change_the_result(self):
        file = self.write("a.toml", SMALL["rate.continuous"])
        over = ("--over", "coupling.deviation=0.5:2:0.5")
        self.assertEqual(reproducible(self.sweep(file, *over, "--threads", "1")), reproducible(self.sweep(file, *over, "--threads", "4")))

    def test_laws_in_size(self):
        # Residence times of two competing groups grow as exp(0.2 n): by forward flux sampling, with few trials.
        file = self.write("a.toml", """system = "spiking.replica"
seed = 2
[groups]
base_rate = [0.5, 0.5]
[coupling]
total = [[2.0, -2.0], [-2.0, 2.0]]
[simulation]
method = "forward_flux"
duration = 300
trials = 200
realisations = 6
""")
        over = ("--over", "groups.size=10,14,20", "--threads", "2")
        done = self.limes("sweep", file, *over, "--out", "laws")
        self.assertIn("value = exp(a + b size)", done.stdout)
        with open(self.path("laws", "result.json")) as text:
            result = json.load(text)
        laws = {law["branch"]: law for law in result["laws"] if law["name"] == "mean_residence_time"}
        self.assertEqual(sorted(laws), ["state-0", "state-2"])
        for law in laws.values():
            self.assertEqual((law["law"], law["key"], law["sizes"]), ("exponential", "groups.size", [10.0, 14.0, 20.0]))
            # 0.21 in long runs, to some 0.01; both are estimates of the same number.
            self.assertLess(law["slope_error"], 0.06)
            self.assertLess(abs(law["slope"] - 0.21), 4 * law["slope_error"] + 0.02)
            self.assertLess(law["values"][0], law["values"][2])
        with open(self.path("laws", "result.h5"), "rb") as image:
            self.assertIn(b"laws", image.read())
        with open(self.path("laws", "report.html")) as page:
            self.assertIn('id="laws"', page.read())
        # No size is swept: no law.
        single = self.sweep(file, "--over", "detection.filter=2,3", "--set", "groups.size=10")
        self.assertNotIn("laws", single)

    def test_bad_input(self):
        file = self.write("a.toml", SMALL["rate.discrete"])
        for over, message in (("network.gain", "not of the form KEY=START:STOP:STEP"),
                              ("network.gain=1:2", "a range needs a STEP"),
                              ("network.gain=1:2:0", "STEP is zero"),
                              ("network.gian=1,2", "did you mean 'network.gain'?"),
                              ("network.gain=1,-2", "--over network.gain: at network.gain = -2"),
                              ("title=a,b", "nothing that a sweep can change")):
            done = self.limes("sweep", file, "--over", over, "--out", "bad", status=2)
            self.assertIn(message, done.stderr)
            self.assertEqual(done.stdout, "")
        self.assertIn("nothing to sweep over", self.limes("sweep", file, status=2).stderr)
        self.assertIn("did you mean '--over'?", self.limes("sweep", file, "--ove", "a=1", status=2).stderr)
        self.assertFalse(os.path.exists(self.path("bad")))
        self.assertIn("are kept where the file names them", self.limes("sweep", "--help").stdout.replace("\n", " "))

    def test_the_folder(self):
        file = self.write("a.toml", SMALL["rate.discrete"])
        done = self.limes("sweep", file, "--over", "network.gain=0.5,1.5", "--out", "s")
        self.assertIn("points that", done.stdout)
        self.assertEqual(sorted(os.listdir(self.path("s"))),
                         ["experiment.toml", "figures", "report.html", "result.h5", "result.json"])
        # The experiment that it leaves, swept again, gives the same curves.
        again = self.sweep(self.path("s", "experiment.toml"), "--over", "network.gain=0.5,1.5")
        with open(self.path("s", "result.json")) as kept:
            self.assertEqual(reproducible(json.load(kept)), reproducible(again))
        self.limes("report", "s")

    def test_killed_at_random_moments(self):
        text = (SMALL["rate.discrete"].replace("size = 40", "size = 100").replace("steps = 120", "steps = 2000"))
        file = self.write("a.toml", text)
        command = ["sweep", file, "--over", "network.gain=0.5:3:0.25", "--over", "noise.deviation=0.2,0.4"]
        start = time.monotonic()
        self.limes(*command, "--out", "whole")
        whole = time.monotonic() - start
        moments = random.Random(5)
        kills, finished = 0, set()
        for _ in range(KILLS):
            process = subprocess.Popen([LIMES, *command, "--out", "killed"], stdout=subprocess.PIPE,
                                       stderr=subprocess.PIPE, text=True, cwd=self.folder)
            try:
                process.communicate(timeout=moments.uniform(0.0, 1.6 / KILLS * whole))
                break
            except subprocess.TimeoutExpired:
                process.send_signal(signal.SIGKILL)
                process.communicate()
                kills += 1
            self.assertFalse(os.path.exists(self.path("killed")), "nothing unfinished stands under the final name")
            folder = self.path("killed.partial", "checkpoints")
            now = {name for name in os.listdir(folder) if name.startswith("point") and not name.endswith(".tmp")} \
                if os.path.isdir(folder) else set()
            self.assertLessEqual(finished, now, "a finished point was lost")
            finished = now
        self.assertGreater(kills, 0)
        print(f"{kills} kills", file=sys.stderr)
        if not os.path.exists(self.path("killed")):
            self.limes(*command, "--out", "killed")
        results = []
        for folder in ("whole", "killed"):
            with open(self.path(folder, "result.json")) as stream:
                results.append(reproducible(json.load(stream)))
        self.assertEqual(*results)
        with open(self.path("whole", "result.h5"), "rb") as a, open(self.path("killed", "result.h5"), "rb") as b:
            self.assertEqual(a.read(), b.read())
        self.assertFalse(os.path.exists(self.path("killed.partial")))


if __name__ == "__main__":
    main()

"""A killed or interrupted run goes on where it was, and ends with the same bits."""

import json
import os
import signal
import time
import unittest

from driver import SMALL, CommandLineTest, main, reproducible


# Long enough to be hit in the middle: some realisations are done, others not.
def longer(system):
    return (SMALL[system].replace("size = 40", "size = 200").replace("realisations = 3", "realisations = 12")
            .replace("steps = 120", "steps = 4000").replace("duration = 20.0", "duration = 300.0"))


class Interruption(CommandLineTest):
    def wait_for_checkpoint(self, process):
        folder = self.path("run.partial", "checkpoints")
        for _ in range(12000):
            self.assertIsNone(process.poll(), "the run ended before it could be interrupted")
            if os.path.isdir(folder) and any(not name.endswith(".tmp") for name in os.listdir(folder)):
                return
            time.sleep(0.01)
        self.fail("no checkpoint")

    def result(self):
        with open(self.path("run", "result.json")) as file:
            return json.load(file)

    def check(self, system, number):
        file = self.write("a.toml", longer(system))
        expected = reproducible(self.run_json(file))
        process = self.start("run", file, "--out", "run", "--threads", "1")
        self.wait_for_checkpoint(process)
        process.send_signal(number)
        stdout, stderr = process.communicate(timeout=300)
        if number == signal.SIGINT:
            self.assertEqual(process.returncode, 130, stderr)
            self.assertIn("INTERRUPTED", stdout)
            self.assertEqual(self.result()["status"], "interrupted")
        else:
            self.assertEqual(process.returncode, -number)
            self.assertEqual(stdout, "")
            self.assertFalse(os.path.exists(self.path("run")), "nothing unfinished stands under the final name")
        done = self.limes("run", file, "--out", "run")
        self.assertIn("going on with the interrupted run", done.stderr)
        self.assertEqual(reproducible(self.result()), expected)
        self.assertFalse(os.path.exists(self.path("run.partial")))

    def test_kill_discrete(self):
        self.check("rate.discrete", signal.SIGKILL)

    def test_kill_continuous(self):
        self.check("rate.continuous", signal.SIGKILL)

    def test_interrupt_discrete(self):
        self.check("rate.discrete", signal.SIGINT)

    def test_interrupt_continuous(self):
        self.check("rate.continuous", signal.SIGINT)

    def test_interrupt_without_a_place_prints_what_was_done(self):
        file = self.write("a.toml", longer("rate.discrete").replace("steps = 4000", "steps = 400000"))
        process = self.start("run", file, "--json")
        time.sleep(1.0)
        process.send_signal(signal.SIGINT)
        stdout, stderr = process.communicate(timeout=300)
        self.assertEqual(process.returncode, 130, stderr)
        self.assertEqual(json.loads(stdout)["status"], "interrupted")

    def wait_for_processor_time(self, process, seconds):
        ticks = os.sysconf("SC_CLK_TCK")
        for _ in range(12000):
            self.assertIsNone(process.poll(), "the run ended before it could be interrupted")
            with open(f"/proc/{process.pid}/stat") as file:
                used = file.read().rsplit(")", 1)[1].split()[11]  # utime
            if int(used) >= seconds * ticks:
                return
            time.sleep(0.01)
        self.fail("the run does not compute")

    def test_a_second_interrupt_ends_at_once(self):
        # The eigenvalues of a large matrix come from one call that takes many seconds and looks at no flag; drawing the
        # matrix and ten steps take less than half a second before it.
        file = self.write("a.toml", 'system = "rate.discrete"\n[network]\nsize = 2000\n[simulation]\nsteps = 10\n'
                          "transient = 0\nexponents = 0\nrealisations = 1\njacobian_spectrum = true\n")
        process = self.start("run", file, "--out", "run", "--threads", "1", "--only", "simulation")
        self.wait_for_processor_time(process, 1.5)
        process.send_signal(signal.SIGINT)
        said = ""
        while "press Ctrl-C again to end at once" not in said:
            line = process.stderr.readline()
            self.assertTrue(line, "the run ended after the first interrupt: " + said)
            said += line
        process.send_signal(signal.SIGINT)
        stdout, stderr = process.communicate(timeout=300)
        self.assertEqual(process.returncode, -signal.SIGINT, said + stderr)  # 130 is the status of a saved result
        self.assertEqual(stdout, "")
        self.assertFalse(os.path.exists(self.path("run")), "nothing unfinished stands under the final name")

    def test_the_unfinished_run_of_another_experiment_is_left_alone(self):
        file = self.write("a.toml", longer("rate.discrete"))
        process = self.start("run", file, "--out", "run", "--threads", "1")
        self.wait_for_checkpoint(process)
        process.kill()
        process.communicate()
        done = self.limes("run", file, "--out", "run", "--seed", "9", status=2)
        self.assertIn("holds the unfinished run of another experiment", done.stderr)
        self.assertEqual(done.stdout, "")


if __name__ == "__main__":
    main()

"""action.yml is well formed, and its steps do what they say when a runner executes them."""

import os
import pathlib
import re
import subprocess
import unittest

import yaml
from stacks import REPOSITORY, Stacks, plant

ACTION = yaml.safe_load((REPOSITORY / "action.yml").read_text())
EXPRESSION = re.compile(r"\$\{\{\s*(.*?)\s*\}\}")


class Job:
    """As much of a runner as the steps can see."""

    def __init__(self, stacks, workspace, event="push"):
        self.workspace, self.event = workspace, event
        self.files = {}
        for name in ["GITHUB_OUTPUT", "GITHUB_PATH", "GITHUB_STEP_SUMMARY"]:
            self.files[name] = stacks.directory / name
            self.files[name].write_text("")
        self.temporary = stacks.directory / "runner"
        self.temporary.mkdir(exist_ok=True)

    def run(self, **inputs):
        """The exit code, the log and the outputs."""
        values = {name: str(described.get("default", "")) for name, described in ACTION["inputs"].items()}
        values.update({name.replace("_", "-"): value for name, value in {"version": "installed", **inputs}.items()})
        log = ""
        for step in ACTION["runs"]["steps"]:
            environment = {
                "PATH": os.environ["PATH"],
                "HOME": str(self.temporary),
                "RUNNER_TEMP": str(self.temporary),
                "GITHUB_EVENT_NAME": self.event,
                **{name: str(path) for name, path in self.files.items()},
            }
            for name, value in step["env"].items():
                environment[name] = EXPRESSION.sub(lambda it: values[it[1].removeprefix("inputs.")], value)
            script = self.temporary / "step.sh"
            script.write_text(step["run"])
            command = ["bash", "--noprofile", "--norc", "-e", "-o", "pipefail", script]
            done = subprocess.run(command, cwd=self.workspace, env=environment, capture_output=True, text=True)
            log += done.stdout + done.stderr
            if done.returncode != 0:
                break
        lines = self.files["GITHUB_OUTPUT"].read_text().splitlines()
        return done.returncode, log, dict(line.split("=", 1) for line in lines)


class Action(unittest.TestCase):
    def test_the_form(self):
        self.assertLessEqual({"name", "description", "inputs", "outputs", "runs"}, set(ACTION))
        self.assertEqual(ACTION["runs"]["using"], "composite")
        used = set()
        for step in ACTION["runs"]["steps"]:
            self.assertEqual(step["shell"], "bash", "a composite action has to name it")
            self.assertNotRegex(step["run"], r"\$\{\{", "an input in a script would be script")
            for value in step["env"].values():
                used.update(EXPRESSION.findall(value))
        self.assertEqual(used, {f"inputs.{name}" for name in ACTION["inputs"]}, "every input is used, and is there")
        for name, output in ACTION["outputs"].items():
            self.assertEqual(EXPRESSION.findall(output["value"]), [f"steps.check.outputs.{name}"])
        self.assertEqual([step.get("id") for step in ACTION["runs"]["steps"]].count("check"), 1)

    def test_a_change_that_costs(self):
        with Stacks() as stacks:
            shop = stacks.shop()
            job = Job(stacks, shop)
            code, log, outputs = job.run(
                base="HEAD", fail_on="never", fail_on_regression="true", sarif_file="f.sarif", comment_file="c.md"
            )
            self.assertEqual(code, 1, log)
            self.assertIn("::error file=rds.tf,line=16", log)
            self.assertIn("failed: shop: the score fell by", log)
            self.assertEqual(outputs["exit"], "1")
            self.assertLess(float(outputs["points"]), 0)
            self.assertAlmostEqual(
                float(outputs["base-score"]) + float(outputs["points"]), float(outputs["score"]), delta=0.02
            )
            self.assertEqual(outputs["new-findings"], "2")
            self.assertTrue((shop / "f.sarif").exists())
            summary = job.files["GITHUB_STEP_SUMMARY"].read_text()
            self.assertEqual(summary, (shop / "c.md").read_text())
            self.assertIn("became a single point of failure", summary)

    def test_no_base_and_no_gate(self):
        with Stacks() as stacks:
            code, log, outputs = Job(stacks, stacks.shop()).run(fail_on="never", summary="false")
            self.assertEqual(code, 0, log)
            self.assertEqual((outputs["points"], outputs["base-score"], outputs["exit"]), ("", "", "0"))

    def test_a_pull_request_is_compared_with_what_it_is_merged_into(self):
        with Stacks() as stacks:
            shop = stacks.shop()
            subprocess.run(["git", "-c", "user.name=t", "-c", "user.email=t@example.org", "commit", "-qam", "change"], cwd=shop, check=True)
            code, log, outputs = Job(stacks, shop, event="pull_request").run()
            self.assertEqual(code, 1, log)
            self.assertLess(float(outputs["points"]), 0)
            code, log, outputs = Job(stacks, shop, event="pull_request").run(base="none", fail_on="never")
            self.assertEqual((code, outputs["points"]), (0, ""), log)

    def test_bad_usage_is_no_finding(self):
        with Stacks() as stacks:
            for inputs in [{"base": "no-such-revision"}, {"min_score": "many"}, {"path": "no/such/directory"}]:
                code, log, outputs = Job(stacks, stacks.shop(str(len(str(inputs))))).run(**inputs)
                self.assertEqual((code, outputs["exit"], outputs["score"]), (2, "2", ""), log)

    def test_inputs_are_never_script(self):
        with Stacks() as stacks:
            shop = stacks.shop()
            for hostile in ["$(touch pwned)", "`touch pwned`", '"; touch pwned; "', "x\ntouch pwned", "--help", "' || touch pwned #"]:
                for name in ACTION["inputs"]:
                    if name not in ("version", "sarif-file", "comment-file"):
                        code, log, _ = Job(stacks, shop).run(**{name: hostile})
                        self.assertFalse((shop / "pwned").exists(), (name, hostile))
                        self.assertNotIn("Usage: foreshock check [", log, (name, hostile))
                        self.assertTrue(code == 2 or name in ("fail-on-regression", "summary"), (name, hostile, log))

    def test_nothing_of_the_checkout_is_run(self):
        with Stacks() as stacks:
            shop = stacks.shop()
            marker = stacks.directory / "pwned"
            plant(shop, marker)
            steps = ACTION["runs"]["steps"]
            for step in steps:
                for call in re.findall(r"python3?\"?(?: \S+)?", step["run"]):
                    self.assertRegex(call, r" -I$", "Python takes modules from the checkout otherwise")
            code, log, outputs = Job(stacks, shop).run(fail_on="never")
            self.assertEqual((code, outputs["exit"]), (0, "0"), log)
            self.assertFalse(marker.exists(), log)
            # The other way to install: only as far as the virtual environment, since nothing is fetched in a test.
            job = Job(stacks, shop)
            install = steps[0]["run"].split("python\" -I -m pip")[0].rsplit("\n", 1)[0]
            environment = {"PATH": os.environ["PATH"], "RUNNER_TEMP": str(job.temporary), "FORESHOCK_VERSION": "latest"}
            done = subprocess.run(["bash", "-e", "-c", install], cwd=shop, env=environment, capture_output=True, text=True)
            self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
            self.assertTrue((job.temporary / "foreshock" / "bin" / "python").exists())
            self.assertFalse(marker.exists())


if __name__ == "__main__":
    unittest.main()

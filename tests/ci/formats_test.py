"""Every format holds its form, whatever users call their things."""

import json
import os
import re
import unittest
import urllib.parse

import jsonschema
from markdown_it import MarkdownIt
from stacks import HOSTILE, Stacks, foreshock, git

COMMAND = re.compile(r"^::(error|warning|notice) ([a-zA-Z]+=[^:,\r\n]*(?:,[a-zA-Z]+=[^:,\r\n]*)*)::(.*)$")


def validator():
    with open(os.environ["FORESHOCK_SARIF_SCHEMA"], encoding="utf-8") as file:
        schema = json.load(file)
    return jsonschema.validators.validator_for(schema)(schema)


class Formats(unittest.TestCase):
    def result(self, directory, *arguments, code=0):
        output = foreshock(directory, "check", "--fail-on", "never", *arguments)
        self.assertEqual(output.returncode, code, output.stderr)
        return output.stdout

    def sarif(self, directory, *arguments, code=0):
        log = json.loads(self.result(directory, "--format", "sarif", *arguments, code=code))
        problems = [f"{list(error.path)}: {error.message}" for error in validator().iter_errors(log)]
        self.assertEqual(problems, [])
        [run] = log["runs"]
        rules = run["tool"]["driver"]["rules"]
        fingerprints = set()
        for result in run["results"]:
            self.assertEqual(rules[result["ruleIndex"]]["id"], result["ruleId"])
            fingerprints.add(result["partialFingerprints"]["foreshockFinding/v1"])
            for location in result["locations"]:
                self.place(directory, location["physicalLocation"])
            for flow in result.get("codeFlows", []):
                for step in flow["threadFlows"][0]["locations"]:
                    self.place(directory, step["location"]["physicalLocation"])
        self.assertEqual(len(fingerprints), len(run["results"]), "every result has an identity of its own")
        return run

    def place(self, directory, physical):
        """The file is there, and the region lies in it."""
        location = physical["artifactLocation"]
        self.assertEqual(location["uriBaseId"], "SRCROOT")
        path = directory / urllib.parse.unquote(location["uri"])
        lines = path.read_text(encoding="utf-8").split("\n")
        if "region" in physical:
            region = physical["region"]
            for line, column in [("startLine", "startColumn"), ("endLine", "endColumn")]:
                text = lines[region[line] - 1].encode("utf-16-le")
                self.assertLessEqual(region[column], len(text) // 2 + 1)

    def test_sarif_of_a_change(self):
        with Stacks() as stacks:
            shop = stacks.shop()
            run = self.sarif(shop, "--base", "HEAD")
            states = {}
            for result in run["results"]:
                states.setdefault(result["baselineState"], []).append(result["ruleId"])
            self.assertIn("single-point-of-failure", states["new"])
            self.assertIn("shared-fate", states["unchanged"])
            [spof] = [result for result in run["results"] if result["ruleId"] == "single-point-of-failure"]
            self.assertEqual(spof["fixes"][0]["artifactChanges"][0]["replacements"][0]["insertedContent"]["text"], "true")
            steps = spof["codeFlows"][0]["threadFlows"][0]["locations"]
            self.assertEqual([step["executionOrder"] for step in steps], list(range(1, len(steps) + 1)))
            self.assertGreater(len(steps), 1)
            # Committed, it is old; taken back, it is mended.
            git(shop, "commit", "--quiet", "--all", "--message", "worse")
            git(shop, "checkout", "--quiet", "HEAD~1")
            run = self.sarif(shop, "--base", "main")
            absent = [result["ruleId"] for result in run["results"] if result["baselineState"] == "absent"]
            self.assertEqual(absent, ["single-point-of-failure"])
            # Without a base nothing is said about one.
            self.assertFalse(any("baselineState" in result for result in self.sarif(shop)["results"]))

    def test_fingerprints_outlive_moved_lines(self):
        with Stacks() as stacks:
            shop = stacks.shop()
            identities = lambda: [result["partialFingerprints"] for result in self.sarif(shop)["results"]]
            before = identities()
            database = shop / "rds.tf"
            database.write_text("# one\n# two\n\n" + database.read_text())
            self.assertEqual(identities(), before)

    def test_sarif_tells_what_was_not_read(self):
        with Stacks() as stacks:
            shop = stacks.shop()
            (shop / "broken.tf").write_text('resource "aws_s3_bucket" {\n  = =\n')
            (shop / "foreshock.toml").write_text("[rules]\nno-such-rule = \"off\"\n")
            [invocation] = self.sarif(shop, code=2)["invocations"]
            self.assertEqual((invocation["executionSuccessful"], invocation["exitCode"]), (False, 2))
            self.assertTrue(invocation["toolExecutionNotifications"])
            self.assertTrue(invocation["toolConfigurationNotifications"])

    def test_sarif_tells_what_is_suppressed(self):
        with Stacks() as stacks:
            shop = stacks.shop()
            database = shop / "rds.tf"
            comment = '# foreshock:ignore single-point-of-failure reason: [cheap](http://x) {0}\nresource "aws_db_instance"'
            database.write_text(database.read_text().replace('resource "aws_db_instance"', comment))
            results = self.sarif(shop)["results"]
            [dismissed] = [result for result in results if "suppressions" in result]
            self.assertEqual(dismissed["ruleId"], "single-point-of-failure")
            [suppression] = dismissed["suppressions"]
            self.assertEqual((suppression["kind"], suppression["status"]), ("inSource", "accepted"))
            self.assertEqual(suppression["justification"], "[cheap](http://x) {0}")

    def test_hostile_names_in_sarif(self):
        with Stacks() as stacks:
            hostile = stacks.hostile()
            results = self.sarif(hostile, "--base", "HEAD")["results"]
            spofs = [result for result in results if result["ruleId"] == "single-point-of-failure"]
            self.assertEqual(len(spofs), len(HOSTILE))

    def test_hostile_names_in_annotations(self):
        with Stacks() as stacks:
            text = self.result(stacks.hostile(), "--base", "HEAD", "--format", "github")
            lines = text.split("\n")[:-1]
            for line in lines:
                command = COMMAND.match(line)
                self.assertTrue(command, line)
                properties = dict(item.split("=", 1) for item in command[2].split(","))
                if "file" in properties:
                    decoded = properties["file"].replace("%2C", ",").replace("%3A", ":").replace("%25", "%")
                    self.assertEqual(decoded, "a b,c:d%.tf")
            self.assertEqual(sum("single-point-of-failure" in line for line in lines), len(HOSTILE))
            self.assertNotIn("\r", text)

    def test_hostile_names_in_a_comment(self):
        with Stacks() as stacks:
            text = self.result(stacks.hostile(), "--base", "HEAD", "--format", "markdown")
            self.assertTrue(text.startswith("<!-- foreshock:check -->\n"))
            tokens = MarkdownIt("commonmark", {"html": True}).enable("table").parse(text)
            rows, html, links, headings = 0, [], [], 0
            for token in tokens:
                rows += token.type == "tr_open"
                headings += token.type == "heading_open"
                if token.type == "html_block":
                    html += re.findall(r"</?[a-z]+|<!--.*?-->", token.content)
                for child in token.children or []:
                    self.assertNotEqual(child.type, "image")
                    if child.type == "link_open":
                        links.append(child.attrs["href"])
                    if child.type == "html_inline":
                        html.append(child.content)
                    if child.type == "text":
                        self.assertNotRegex(child.content, r"@\w|#\d", "nobody is mentioned")
            self.assertEqual(headings, 1)
            new = json.loads(self.result(stacks.directory / "hostile", "--base", "HEAD", "--format", "json"))
            loud = [f for f in new["stacks"][0]["findings"] if f["new"] and f["severity"] != "hint"]
            self.assertEqual(rows, 1 + sum(f["rule"] != "score-regression" for f in loud))
            self.assertTrue(all(link.startswith("https://github.com/foreshock/") for link in links), links)
            allowed = {"<details", "</details", "<summary", "</summary", "<!-- -->", "<!-- foreshock:check -->"}
            self.assertLessEqual(set(html), allowed)
            fences = [token for token in tokens if token.type == "fence"]
            self.assertEqual([token.info for token in fences], ["mermaid"])
            for line in fences[0].content.splitlines():
                self.assertRegex(
                    line,
                    r'^flowchart LR$|^  (n\d+|more)\["[^"`<>\\]*"\]:::(down|degraded|more)$'
                    r"|^  n\d+ -->(\|[0-9. a-z]+\|)? n\d+$|^  classDef \w+ [a-z0-9#:,-]+$",
                )

    def test_a_comment_is_never_too_long(self):
        with Stacks() as stacks:
            directory = stacks.directory / "large"
            directory.mkdir()
            name = "n" * 120
            blocks = [
                f'resource "aws_sqs_queue" "{name}{number}" {{\n}}\n\n'
                f'resource "aws_lambda_event_source_mapping" "m{number}" {{\n'
                f"  event_source_arn = aws_sqs_queue.{name}{number}.arn\n"
                f"  function_name    = aws_lambda_function.worker.arn\n}}\n\n"
                for number in range(200)
            ]
            worker = 'resource "aws_lambda_function" "worker" {\n  function_name = "worker"\n}\n'
            (directory / "main.tf").write_text("".join(blocks) + worker)
            text = self.result(directory, "--format", "markdown")
            self.assertGreater(len(text), 50_000, "there is enough to say")
            self.assertLess(len(text.encode()), 65_536)
            self.assertRegex(text, r"and \d+ more")


if __name__ == "__main__":
    unittest.main()

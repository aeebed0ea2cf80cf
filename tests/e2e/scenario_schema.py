#!/usr/bin/env python3
"""scenarios/scenario.schema.json, the shipped worlds, and mlosimd's own reader say the same."""
import json
import pathlib
import re
import subprocess
import tempfile
import unittest

import jsonschema

from harness import programs, tap

SCENARIOS = programs.SOURCE / "scenarios"
SCHEMA = json.loads((SCENARIOS / "scenario.schema.json").read_text())
BAD = json.loads((programs.SOURCE / "tests/data/scenario/bad_scenarios.json").read_text())
SHIPPED = sorted(file for file in SCENARIOS.rglob("*.json") if file.name != "scenario.schema.json")


def without_comments(text):
    """Comments are allowed in scenarios, but not in JSON."""
    return re.sub(r'("(?:\\.|[^"\\])*")|//[^\n]*|/\*.*?\*/', lambda match: match.group(1) or "", text, flags=re.S)


def complaints(document):
    return [error.message for error in jsonschema.Draft202012Validator(SCHEMA).iter_errors(document)]


def validate(text):
    with tempfile.NamedTemporaryFile("w", suffix=".json") as file:
        file.write(text)
        file.flush()
        return subprocess.run([programs.mlosimd(), "--scenario", file.name, "--validate"], capture_output=True, text=True)


class Schema(unittest.TestCase):
    def test_is_a_schema(self):
        jsonschema.Draft202012Validator.check_schema(SCHEMA)

    def test_and_the_reader_agree_on_shipped_worlds(self):
        self.assertGreaterEqual(len(SHIPPED), 8)
        for file in SHIPPED:
            with self.subTest(file.name):
                self.assertEqual(complaints(json.loads(without_comments(file.read_text()))), [])
                checked = subprocess.run([programs.mlosimd(), "--scenario", file, "--validate"], capture_output=True, text=True)
                self.assertEqual((checked.returncode, checked.stderr), (0, ""))
                self.assertEqual(checked.stdout, f"{file}: no mistakes\n")

    def test_is_named_in_every_shipped_world(self):
        for file in SHIPPED:
            with self.subTest(file.name):
                named = json.loads(without_comments(file.read_text()))["$schema"]
                self.assertEqual((file.parent / named).resolve(), (SCENARIOS / "scenario.schema.json").resolve())

    def test_refuses_what_the_reader_refuses_as_far_as_a_schema_can_tell(self):
        told = untold = 0
        for bad in BAD:
            if "scenario" not in bad:
                continue  # no JSON at all
            with self.subTest(bad["mistake"]):
                found = complaints(bad["scenario"])
                if bad["schema"] == "refuses":
                    told += 1
                    self.assertNotEqual(found, [])
                else:
                    untold += 1
                    self.assertEqual(found, [], "the table says that a schema cannot tell")
        tap.say(f"{told} bad worlds refused by the schema, {untold} by the reader alone")
        self.assertGreater(told, 100)

    def test_names_the_profiles_that_there_are(self):
        examples = SCHEMA["$defs"]["radio"]["properties"]["profile"]["examples"]
        for profile in examples:
            self.assertEqual(validate(json.dumps({"radios": [{"name": "a", "profile": profile}]})).returncode, 0, profile)
        refusal = validate('{"radios": [{"name": "a", "profile": "?"}]}').stderr
        self.assertEqual(sorted(examples), sorted(re.findall(r'"([^"]+)"', refusal.split("allowed ")[1])))

    def test_has_the_same_members_as_the_reader(self):
        """The reader lists what it knows; each object gets a member that nobody knows."""
        world = {"radios": [{"name": "a", "grid": {}, "interfaces": [{}]}], "medium": {}, "regulatory": {},
                 "networks": [{"name": "n", "radio": "a", "ssid": "s", "links": [{"band": "5 GHz", "channel": 36}], "mbssid": [{"ssid": "t"}]}],
                 "stations": [{"name": "t", "radio": "a", "ssid": "s"}], "steps": [], "expect": [],
                 "processes": [{"name": "p", "argv": ["true"], "start": {}, "ready": {}}],
                 "guests": [{"name": "g", "radios": ["a"]}]}
        defs = SCHEMA["$defs"]
        objects = {"": SCHEMA, "/medium": SCHEMA["properties"]["medium"], "/radios/0": defs["radio"],
                   "/regulatory": SCHEMA["properties"]["regulatory"]["oneOf"][1],
                   "/radios/0/grid": defs["radio"]["properties"]["grid"], "/radios/0/interfaces/0": defs["interface"],
                   "/networks/0": defs["network"], "/networks/0/links/0": defs["link"], "/stations/0": defs["station"],
                   "/processes/0": defs["process"], "/guests/0": defs["guest"], "/processes/0/ready": defs["process"]["properties"]["ready"],
                   "/processes/0/start": defs["process"]["properties"]["start"]["oneOf"][1],
                   "/networks/0/mbssid/0": defs["network"]["properties"]["mbssid"]["items"]}
        for name, action in defs["step"]["properties"].items():
            if action.get("type") == "object":
                objects[f"/steps/{len(world['steps'])}/{name}"] = action
                objects[f"/steps/{len(world['steps'])}"] = defs["step"]
                world["steps"].append({"at": "1 s", name: {}})
        for name, condition in defs["expectation"]["properties"].items():
            if condition.get("type") == "object":
                objects[f"/expect/{len(world['expect'])}/{name}"] = condition
                objects[f"/expect/{len(world['expect'])}"] = defs["expectation"]
                world["expect"].append({"at": "1 s", name: {}})
        for pointer in objects:
            target = world
            for part in filter(None, pointer.split("/")):
                target = target[int(part) if isinstance(target, list) else part]
            target["qqqqqqqqqqqq"] = 0
        refusals = {}
        for line in validate(json.dumps(world)).stderr.splitlines():
            match = re.search(r".json:(.*)/qqqqqqqqqqqq: found a member that means nothing here, allowed (.*)", line)
            if match:
                refusals[match.group(1)] = sorted(re.findall(r'"([^"]+)"', match.group(2)))
        self.assertEqual(sorted(refusals), sorted(objects))
        for pointer, schema in objects.items():
            with self.subTest(pointer or "(top)"):
                self.assertEqual(refusals[pointer], sorted(schema["properties"]))


if __name__ == "__main__":
    tap.main()

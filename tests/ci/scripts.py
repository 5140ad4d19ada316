"""The scripts of the action and the components, and what they must have in common."""

import subprocess

import yaml

from checks import expect_equal
from components import ROOT, TEMPLATES
from shells import job_of

FIRST = "# Downloads flaky."
LAST = "# End of the download."


def check(loopback):
    action = yaml.safe_load((ROOT / "action.yml").read_text())
    download, command = [step["run"] for step in action["runs"]["steps"]]
    scripts = {"the first step of action.yml": ("bash", download), "its second step": ("bash", command)}
    components = {template.name: ("sh", job_of(template)["script"][0]) for template in TEMPLATES}
    for what, (shell, script) in (scripts | components).items():
        lint = ["shellcheck", "--shell", shell, "-"]
        linted = subprocess.run(lint, input=script, capture_output=True, text=True, check=False).stdout
        expect_equal(f"shellcheck accepts {what}", linted, "")
    for name, (_, script) in components.items():
        expect_equal(f"{name} downloads as action.yml does", shared(script), shared(download))
    versions = {"action.yml": action["inputs"]["version"]["default"]}
    for template in TEMPLATES:
        spec = next(yaml.safe_load_all(template.read_text()))["spec"]
        versions[template.name] = spec["inputs"]["version"]["default"]
    for name, version in versions.items():
        expect_equal(f"{name} downloads the release that is tried", version, loopback.version)


def shared(script):
    return script[script.index(FIRST):script.index(LAST)]

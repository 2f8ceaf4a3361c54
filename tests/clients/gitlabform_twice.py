"""gitlabform against a running server: the first run changes what its file says, the second changes nothing.

Run by scripts/test-clients, which says where the server is and whose token to use.
"""

import os
import subprocess
import tempfile

import gitlab
from facts import facts

URL = os.environ["DUO_TEST_URL"]
TOKEN = os.environ["DUO_TEST_OWNER_TOKEN"]
PROGRAM = os.environ["DUO_TEST_GITLABFORM"]

# What GitLab's API shows by the same name, so that gitlabform itself sees that nothing is to be done.
SHOWN = {"duo_availability": "default_off", "enabled_foundational_flows": ["developer/v1"]}
# What it shows by another name: sent every time.
SENT = {"duo_remote_flows_availability": False, "duo_foundational_flows_availability": False}


def run(settings):
    """What it says, and how many audit events it led to."""
    lines = [f"      {name}: {str(value).lower() if isinstance(value, bool) else value}" for name, value in settings.items()]
    config = ["config_version: 3", "projects_and_groups:", "  crowd/*:", "    group_settings:", *lines]
    before = len(facts()["events"])
    with tempfile.NamedTemporaryFile("w", suffix=".yml") as file:
        file.write("\n".join(config) + "\n")
        file.flush()
        command = [PROGRAM, "--config", file.name, "--strict", "--terminate", "--skip-version-check", "--debug", "ALL_DEFINED"]
        done = subprocess.run(
            command, env={**os.environ, "GITLAB_URL": URL, "GITLAB_TOKEN": TOKEN}, text=True, capture_output=True, check=False
        )
    said = done.stdout + done.stderr
    assert done.returncode == 0, said
    return said, len(facts()["events"]) - before


def main():
    owner = gitlab.Gitlab(URL, private_token=TOKEN)
    said, events = run(SHOWN)
    assert events > 0 and "Updating group settings for group Crowd" in said, said
    crowd = owner.groups.get("crowd")
    assert {name: getattr(crowd, name) for name in SHOWN} == SHOWN, crowd
    said, events = run(SHOWN)
    assert events == 0 and "No update needed for Group Settings" in said, said
    assert "Updating group settings" not in said, said

    said, events = run(SENT)
    assert events == 2, said
    crowd = owner.groups.get("crowd")
    assert (crowd.duo_remote_flows_enabled, crowd.duo_foundational_flows_enabled) == (False, False)
    said, events = run(SENT)
    assert events == 0, said

    print("gitlabform, twice: ok")


main()

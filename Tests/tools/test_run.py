"""./run with a stand-in for Swift: what it builds, what it hands to `petrel serve`, how it explains itself."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]

SWIFT = r"""#!/bin/bash
if [[ $1 == --version ]]; then echo "Swift version ${FAKE_VERSION:-6.3.1} (stand-in)"; exit; fi
if [[ $FAKE_FAILURE ]]; then echo "Sources/x.swift:1:1: error: stand-in failure"; exit 1; fi
root=${@: -1}
mkdir -p "$root/.build/release"
cat > "$root/.build/release/petrel" <<'PETREL'
#!/bin/bash
if [[ $2 == --help ]]; then printf 'OPTIONS:\n  -p, --port <port>       Port.\n  --data <data>           Folder.\n  --verbose               Talk.\n'; exit; fi
printf '%s\n' "$PWD" "$@"
PETREL
chmod +x "$root/.build/release/petrel"
"""


@pytest.fixture
def clone(tmp_path):
    """A clone with nothing in it but the scripts, and a folder with logs from which it is called."""
    root = tmp_path / "a clone"
    (root / "tools").mkdir(parents=True)
    shutil.copy(ROOT / "run", root)
    shutil.copy(ROOT / "tools" / "setup.sh", root / "tools")
    (root / "tools" / "assets.py").write_text("raise SystemExit(3)\n")
    bin_folder = tmp_path / "bin"
    bin_folder.mkdir()
    (bin_folder / "swift").write_text(SWIFT)
    (bin_folder / "swift").chmod(0o755)
    caller = tmp_path / "caller"
    caller.mkdir()
    (caller / "eve log.json").write_text("{}\n")
    (caller / "b.json").write_text("{}\n")
    return tmp_path


def run(folder, *arguments, **environment):
    return subprocess.run(
        [folder / "a clone" / "run", *arguments], cwd=folder / "caller", capture_output=True, text=True, timeout=60,
        stdin=subprocess.DEVNULL, env=os.environ | {"PATH": f"{folder / 'bin'}:{os.environ['PATH']}"} | environment,
    )  # fmt: skip


def served(folder, *arguments):
    """The arguments that reach `petrel`, without those that are always there."""
    outcome = run(folder, *arguments)
    assert outcome.returncode == 0, outcome.stderr
    lines = outcome.stdout.splitlines()
    at = lines.index("serve")
    assert lines[at - 1] == str(folder / "caller"), "relative paths stay those of the caller"
    assert lines[at + 1 : at + 3] == ["--assets", str(folder / "a clone" / ".assets")]
    return lines[at + 3 :]


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        ([], []),
        (["eve log.json", "b.json"], ["--play", "eve log.json", "b.json"]),
        (["--port", "9000"], ["--port", "9000"]),
        (["--verbose", "b.json"], ["--verbose", "--play", "b.json"]),
        (["b.json", "--data", "b.json", "--port=1"], ["--data", "b.json", "--port=1", "--play", "b.json"]),
        (["--verbose", "--", "b.json"], ["--verbose", "--play", "b.json"]),
    ],
)
def test_arguments(clone, arguments, expected):
    assert served(clone, *arguments) == expected


def test_missing_assets_do_not_stop_it(clone):
    assert "Petrel works without them" in run(clone).stdout


def test_a_missing_file_is_named(clone):
    outcome = run(clone, "no-such.json")
    assert outcome.returncode == 2
    assert "no-such.json" in outcome.stderr


def test_a_failed_build_shows_its_errors(clone):
    outcome = run(clone, FAKE_FAILURE="yes")
    assert outcome.returncode != 0
    assert "stand-in failure" in outcome.stderr and "release-build.log" in outcome.stderr


def test_an_old_swift_is_refused(clone):
    outcome = run(clone, FAKE_VERSION="5.10")
    assert outcome.returncode != 0
    assert "5.10" in outcome.stderr and "6.3" in outcome.stderr


def test_help_needs_nothing(clone):
    outcome = run(clone, "--help", PATH="/usr/bin:/bin")
    assert outcome.returncode == 0
    assert outcome.stdout.startswith("Usage: ./run")

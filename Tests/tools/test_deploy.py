"""The deployment files are accepted by the programs that read them."""

import re
import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


def test_nginx_accepts_the_example(tmp_path):
    if not shutil.which("nginx"):
        pytest.skip("nginx is not installed")
    configuration = tmp_path / "nginx.conf"
    configuration.write_text(
        f"pid {tmp_path}/pid; error_log {tmp_path}/error.log; events {{}}\n"
        f"http {{ access_log off; server {{ listen 127.0.0.1:8999; include {ROOT}/deploy/nginx.conf.example; }} }}\n"
    )
    command = ["nginx", "-t", "-p", str(tmp_path), "-c", str(configuration)]
    outcome = subprocess.run(command, capture_output=True, text=True, timeout=30)
    assert outcome.returncode == 0, outcome.stderr


def test_the_unit_is_hardened():
    if not shutil.which("systemd-analyze"):
        pytest.skip("systemd-analyze is not installed")
    command = ["systemd-analyze", "security", "--offline=true", "--no-pager", str(ROOT / "deploy" / "petrel.service")]
    outcome = subprocess.run(command, capture_output=True, text=True, timeout=60)
    exposure = re.search(r"exposure level for petrel\.service: ([\d.]+)", outcome.stdout)
    assert exposure, outcome.stderr
    assert float(exposure[1]) <= 1.5


@pytest.mark.parametrize("script", ["run", "test", ".ci/run", "tools/setup.sh", "bench/peers/setup.sh"])
def test_scripts_parse(script):
    outcome = subprocess.run(["bash", "-n", ROOT / script], capture_output=True, text=True, timeout=30)
    assert outcome.returncode == 0, outcome.stderr

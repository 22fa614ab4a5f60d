"""Settings in the environment: read, refused in words, and documented."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

import settings
from tests import ROOT
from tests.servers import GUNICORN


def test_an_empty_environment_gives_the_defaults():
    at = settings.read({})
    assert (at.host, at.port, at.url_prefix, at.proxies, at.trusted_hosts) == ("127.0.0.1", 8050, "/", 0, ())
    assert at.web_concurrency == len(os.sched_getaffinity(0))
    assert settings.read({"PORT": "", "URL_PREFIX": ""}) == at


@pytest.mark.parametrize(
    ("name", "text", "value"),
    [
        ("PORT", "65535", 65535),
        ("WEB_CONCURRENCY", "3", 3),
        ("URL_PREFIX", "/teaching/em-lab/", "/teaching/em-lab/"),
        ("HOST", "::", "::"),
        ("HOST", "lab-1.example.org", "lab-1.example.org"),
        ("TRUSTED_HOSTS", "em.example.org, .example.net,[::1]", ("em.example.org", ".example.net", "[::1]")),
        ("FRAME_ANCESTORS", "'self' https://*.example.org:8443", "'self' https://*.example.org:8443"),
        ("ACCESS_LOG", "on", True),
    ],
)
def test_a_value_is_read(name, text, value):
    assert getattr(settings.read({name: text}), name.lower()) == value


@pytest.mark.parametrize(
    ("name", "texts"),
    {
        "PORT": ["0", "70000", "eighty", "-1", "8050.0", "٨٠٥٠"],
        "WEB_CONCURRENCY": ["0", "65", "all"],
        "PROXIES": ["-1", "10", "yes"],
        "URL_PREFIX": ["lab", "/lab", "lab/", "//lab/", "/../", "/a b/", "/<x>/", "/lab/\n"],
        "HOST": ["http://0.0.0.0", "0.0.0.0:80", "[::]", "a b"],
        "TRUSTED_HOSTS": ["https://example.org", "example.org:80", "*", ",", "a b"],
        "FRAME_ANCESTORS": ["*; script-src *", "a\nb", "a,b", ' "x"'],
        "HSTS_SECONDS": ["a year", "-1"],
        "ACCESS_LOG": ["yes", "1", "ON"],
    }.items(),
)
def test_an_invalid_value_is_refused_with_its_name(name, texts):
    for text in texts:
        with pytest.raises(ValueError, match=f"^{name} must be ") as refusal:
            settings.read({name: text})
        assert str(refusal.value).endswith(f"; got {text!r}")


@pytest.mark.parametrize("command", [(sys.executable, "app.py"), GUNICORN], ids=["app.py", "gunicorn"])
def test_a_server_with_a_bad_setting_ends_in_words(command):
    done = subprocess.run(
        command, cwd=ROOT, env=os.environ | {"PORT": "eighty"}, capture_output=True, text=True, timeout=60
    )
    assert done.returncode == 1
    assert done.stderr == "PORT must be a whole number from 1 to 65535; got 'eighty'\n"


def test_the_documented_table_is_the_one_in_the_code():
    assert settings.table() in (ROOT / "docs" / "hosting.md").read_text("utf-8")

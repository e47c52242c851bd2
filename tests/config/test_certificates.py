"""Files of certificates are found beside the config, and read before anything is sent."""

import ssl
from pathlib import Path

import pytest

from asynceval.config.request import load
from asynceval.domain.errors import ConfigError
from tests.config.build import MINIMAL, config

WITH_CA = MINIMAL.replace("[[models]]", 'ca_file = "ca.pem"\n[[models]]')


def certificates(path: Path) -> Path:
    """Write a file with one of the certificates that this machine trusts."""
    context = ssl.create_default_context()
    found = context.get_ca_certs(binary_form=True)
    if not found:
        pytest.skip("this machine trusts no certificate")
    path.write_text(ssl.DER_cert_to_PEM_cert(found[0]), encoding="ascii")
    return path


def refused(path: Path) -> str:
    """Return the one problem of a config."""
    with pytest.raises(ConfigError) as caught:
        load(path)
    (problem,) = caught.value.problems
    return str(problem)


def test_a_file_beside_the_config_becomes_absolute(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The run directory can be resumed from anywhere."""
    monkeypatch.chdir(tmp_path)
    path = config(tmp_path, WITH_CA)
    expected = certificates(tmp_path / "ca.pem")
    (endpoint,) = load(Path(path.name)).sweep.endpoints
    assert endpoint.ca_file == str(expected)


def test_a_missing_file_is_told_at_its_line(tmp_path: Path) -> None:
    """The error names the key, and where the file was looked for."""
    path = config(tmp_path, WITH_CA)
    said = f"{path}:6: endpoints.e.ca_file: no such file; looked for {tmp_path}/ca.pem"
    assert refused(path).startswith(said)


@pytest.mark.parametrize("content", ["", "-----BEGIN CERTIFICATE-----\nno\n", "{}"])
def test_a_file_without_certificates_is_told(tmp_path: Path, content: str) -> None:
    """What is no certificate would fail every connection later."""
    (tmp_path / "ca.pem").write_text(content, encoding="ascii")
    said = "endpoints.e.ca_file: holds no certificate in PEM form"
    assert refused(config(tmp_path, WITH_CA)).endswith(said)


def test_a_folder_is_no_file(tmp_path: Path) -> None:
    """A folder in the file's place cannot be read."""
    (tmp_path / "ca.pem").mkdir()
    assert "endpoints.e.ca_file: " in refused(config(tmp_path, WITH_CA))

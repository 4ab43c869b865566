"""Deployment files: Kubernetes manifests, compose.yaml and systemd units."""

import json
import re
import subprocess
from pathlib import Path

import kubernetes_validate
import pytest
import yaml

from console.ops.secret_files import SECRET_SETTINGS

ROOT = Path(__file__).parents[1]
KUBERNETES = ROOT / "deploy/kubernetes"
KUSTOMIZATION = yaml.safe_load((KUBERNETES / "kustomization.yaml").read_text())
MANIFESTS = [
    manifest
    for name in KUSTOMIZATION["resources"]
    for manifest in yaml.safe_load_all((KUBERNETES / name).read_text())
]
SETTINGS = set(re.findall(r"^(?:# )?([A-Z][A-Z_]+)=", (ROOT / ".env.example").read_text(), re.M))


def pods():
    """Return the pod specifications of all manifests, by name."""
    return {
        manifest["metadata"]["name"]: manifest["spec"]["template"]["spec"]
        for manifest in MANIFESTS
        if manifest["kind"] in ("Deployment", "Job")
    }


@pytest.mark.parametrize(
    "manifest", MANIFESTS, ids=lambda m: f"{m['kind']} {m['metadata']['name']}"
)
def test_manifest_conforms_to_the_kubernetes_api(manifest):
    kubernetes_validate.validate(manifest, "1.37", strict=True)


def test_every_manifest_is_listed():
    files = {path.name for path in KUBERNETES.glob("*.yaml")} - {"kustomization.yaml"}

    assert files == set(KUSTOMIZATION["resources"])


def test_manifests_use_known_settings():
    (config,) = KUSTOMIZATION["configMapGenerator"]
    names = {literal.partition("=")[0] for literal in config["literals"]}
    for pod in pods().values():
        names |= {each["name"].removesuffix("_FILE") for each in pod["containers"][0]["env"]}

    assert names <= SETTINGS


@pytest.mark.parametrize("name", ["console", "worker", "migrate"])
def test_required_secrets_are_files(name):
    pod = pods()[name]
    (container,) = pod["containers"]
    (volume,) = (each for each in pod["volumes"] if each["name"] == "secrets")
    (mount,) = (each for each in container["volumeMounts"] if each["name"] == "secrets")
    files = {f"{mount['mountPath']}/{item['path']}" for item in volume["secret"]["items"]}

    values = {each["name"]: each.get("value") for each in container["env"]}
    by_reference = [each for each in container["env"] if "valueFrom" in each]

    assert {path for key, path in values.items() if key.endswith("_FILE")} == files
    assert all(each["valueFrom"]["secretKeyRef"]["optional"] for each in by_reference)
    assert volume["secret"]["defaultMode"] == 0o440


@pytest.mark.parametrize("name", ["console", "worker"])
def test_units_load_secrets_as_credentials(name):
    unit = (ROOT / f"deploy/systemd/meridian-{name}.service").read_text()

    loaded = re.findall(r"^LoadCredential=(\w+):/etc/meridian/\w+/\1$", unit, re.MULTILINE)
    files = re.findall(r"^Environment=(\w+)_FILE=%d/\1$", unit, re.MULTILINE)

    assert loaded == files
    assert set(files) <= set(SECRET_SETTINGS)
    assert ("AUDIT_SIGNING_KEYS" in files) == (name == "worker")


def test_sbom_lists_the_locked_packages(tmp_path):
    sbom = tmp_path / "sbom.json"
    subprocess.run(["make", "sbom", f"SBOM={sbom}"], cwd=ROOT, check=True, capture_output=True)

    components = json.loads(sbom.read_text())["components"]
    locked = re.findall(r"^([\w.-]+)==(\S+)", (ROOT / "requirements.txt").read_text(), re.MULTILINE)

    assert {(each["name"], each["version"]) for each in components} == set(locked)


@pytest.mark.parametrize("name", ["console", "worker", "migrate"])
def test_containers_have_least_privilege(name):
    pod = pods()[name]
    (container,) = pod["containers"]

    assert pod["securityContext"]["runAsNonRoot"]
    assert not pod["automountServiceAccountToken"]
    assert container["securityContext"] == {
        "allowPrivilegeEscalation": False,
        "readOnlyRootFilesystem": True,
        "capabilities": {"drop": ["ALL"]},
    }


def test_only_the_worker_gets_signing_keys():
    environment = {
        name: {item["key"] for item in pod["volumes"][0]["secret"]["items"]}
        for name, pod in pods().items()
    }

    assert [name for name in environment if "AUDIT_SIGNING_KEYS" in environment[name]] == ["worker"]


def test_images_from_elsewhere_are_pinned_by_digest():
    services = yaml.safe_load((ROOT / "compose.yaml").read_text())["services"].values()
    images = [service["image"] for service in services if "build" not in service]
    images += re.findall(r"^ARG BASE=(.+)$", (ROOT / "Dockerfile").read_text(), re.MULTILINE)

    assert len(images) == 3
    for image in images:
        assert re.search(r":[0-9.a-z-]+@sha256:[0-9a-f]{64}$", image), image


def test_compose_limits_memory_and_processes():
    services = yaml.safe_load((ROOT / "compose.yaml").read_text())["services"]

    for name, service in services.items():
        assert {"mem_limit", "pids_limit"} <= service.keys(), name


def test_compose_gives_each_service_its_own_database_role():
    services = yaml.safe_load((ROOT / "compose.yaml").read_text())["services"]
    roles = {
        name: service["environment"]["DATABASE_URL"].split("//")[1].split(":")[0]
        for name, service in services.items()
        if "DATABASE_URL" in service.get("environment", {})
    }

    assert roles == {
        "console": "meridian_console",
        "worker": "meridian_retention",
        "migrate": "meridian",
    }

from pathlib import Path

from console.demo import processes
from tests.console.demo.running import ROOT


def test_memory_settings_match_the_image(tmp_path: Path) -> None:
    settings = processes.demo_settings(tmp_path, 8000, 9000)

    image = (ROOT / "Dockerfile").read_text().split()
    names = [name for name in settings if name.startswith("MALLOC_")]
    assert len(names) == 3
    assert all(f"{name}={settings[name]}" in image for name in names)

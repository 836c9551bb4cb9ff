#!/usr/bin/env python3
"""Makes the moving picture of the README of what `PARTS=record tests/editors/vscode.sh PICTURES` has taken.

    pip install pillow
    tests/editors/moving_picture.py PICTURES/moving docs/images/keystroke.webp
"""
import json
import sys
from pathlib import Path

from PIL import Image

# GitHub shows a README no wider than this.
WIDTH = 1000
MOST_BYTES = 1_500_000


def main(source: Path, target: Path) -> None:
    frames = json.loads((source / "frames.json").read_text())
    pictures = []
    for frame in frames:
        picture = Image.open(source / frame["name"]).convert("RGB")
        height = round(picture.height * WIDTH / picture.width)
        pictures.append(picture.resize((WIDTH, height), Image.Resampling.LANCZOS))
    first, *others = pictures
    first.save(
        target,
        save_all=True,
        append_images=others,
        duration=[frame["ms"] for frame in frames],
        loop=0,
        quality=80,
        method=6,
    )
    size = target.stat().st_size
    print(f"{target}: {len(frames)} pictures, {size / 1e6:.2f} MB")
    if size > MOST_BYTES:
        sys.exit(f"larger than {MOST_BYTES / 1e6} MB")


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))

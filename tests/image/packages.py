#!/usr/bin/env python3
"""Holds docker/Dockerfile to the program: every shared library that it needs is of a package that the image installs.

    packages.py PROGRAM DOCKERFILE

Needs a Debian machine, whose packages are the image's; elsewhere there is nothing to compare (exit 77).
"""

import os
import re
import shutil
import subprocess
import sys

# In every image of Debian.
ALWAYS = {"libc6", "libgcc-s1"}
NOT_HERE = 77


def output(*command):
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


def needed(program):
    """The libraries that the program itself names, with their files."""
    names = set(re.findall(r"NEEDED\s+(\S+)", output("objdump", "-p", program)))
    files = dict(re.findall(r"(\S+) => (\S+)", output("ldd", program)))
    return {name: files[name] for name in names if name in files}


def package_of(path):
    # The package may have put the file below /lib, which is /usr/lib today.
    real = os.path.realpath(path)
    for candidate in (real, real.removeprefix("/usr")):
        found = subprocess.run(["dpkg", "-S", candidate], capture_output=True, text=True)
        if found.returncode == 0:
            return found.stdout.split(":")[0]
    sys.exit(f"{path} is of no package")


def main(program, dockerfile):
    if shutil.which("dpkg") is None:
        sys.exit(NOT_HERE)
    libraries = needed(program)
    if not libraries:
        sys.exit(f"{program} needs no library at all: that can't be")
    with open(dockerfile, encoding="utf-8") as file:
        installed = set(file.read().split())
    missing = {package_of(path) for path in libraries.values()} - ALWAYS - installed
    if missing:
        sys.exit(f"{dockerfile} doesn't install {' '.join(sorted(missing))}, which {program} needs")


if __name__ == "__main__":
    main(*sys.argv[1:])

#!/usr/bin/env python3
"""Holds the includes of every module to the arrows of the design.

    includes.py ROOT          checks the tree below ROOT; one line a fault, exit code 1 when there is any
    includes.py --self-test   checks the checker: a small tree for every rule, right and wrong

Rules, for src/<module>/CMakeLists.txt saying `millrace_module(NAME <module> ... DEPS a b)`:
  1. A file in src/<module> or include/millrace/<module> includes "millrace/<other>/..." only when <other> is the module
     itself or among its DEPS, taken transitively.
  2. A file in src/<module> includes no private header ("<other>/x.h") of another module.
  3. DEPS have no cycle and name modules that exist.
  4. The C libraries stay behind their walls: mysql.h in src/mysql only, rdkafka.h in the modules that talk to Kafka only,
     and neither in a public header.
"""

import pathlib
import re
import sys
import tempfile

INCLUDE = re.compile(r'^[ \t]*#[ \t]*include[ \t]*([<"])([^>"]+)[>"]', re.M)
MODULE = re.compile(r"millrace_module\s*\(([^)]*)\)", re.S)
KEYWORDS = {"NAME", "SRCS", "DEPS", "LIBS", "PUBLIC_LIBS"}
SOURCES = {".h", ".cc"}

# header (as it is included) -> modules whose .cc files may include it
WALLS = {
    "mysql.h": {"mysql"},
    "mysql/mysql.h": {"mysql"},
    "librdkafka/rdkafka.h": {"sink", "state", "daemon"},
}


def read_deps(root):
    """Module name -> set of the DEPS its CMakeLists.txt names."""
    deps = {}
    for file in sorted((root / "src").glob("*/CMakeLists.txt")):
        text = re.sub(r"#[^\n]*", "", file.read_text())
        for call in MODULE.findall(text):
            words, key, parsed = call.split(), None, {}
            for word in words:
                if word in KEYWORDS:
                    key = word
                    parsed.setdefault(key, [])
                elif key:
                    parsed[key].append(word)
            for name in parsed.get("NAME", []):
                deps[name] = set(parsed.get("DEPS", []))
    return deps


def closure(deps, module):
    """All that `module` may use, itself included."""
    seen, todo = set(), [module]
    while todo:
        name = todo.pop()
        if name not in seen:
            seen.add(name)
            todo.extend(deps.get(name, ()))
    return seen


def graph_faults(deps):
    for module in sorted(deps):
        for dep in sorted(deps[module]):
            if dep not in deps:
                yield f"src/{module}/CMakeLists.txt: DEPS names {dep}, which is no module"
            elif module in closure(deps, dep):
                yield f"src/{module}/CMakeLists.txt: {module} and {dep} need each other"


def file_faults(root, deps, module, file, public):
    allowed = closure(deps, module)
    text = file.read_text(errors="replace")
    for match in INCLUDE.finditer(text):
        header = match.group(2)
        where = f"{file.relative_to(root)}:{text.count(chr(10), 0, match.start(2)) + 1}"
        parts = header.split("/")
        if parts[0] == "millrace" and len(parts) > 2:
            if parts[1] not in allowed:
                yield f"{where}: {module} includes {header}, but {parts[1]} is not in its DEPS ({', '.join(sorted(allowed - {module})) or 'none'})"
        elif match.group(1) == '"' and len(parts) > 1 and parts[0] in deps and parts[0] != module:
            yield f"{where}: {header} is private to module {parts[0]}"
        if header in WALLS and (public or module not in WALLS[header]):
            yield f"{where}: {header} stays in the .cc files of {', '.join(sorted(WALLS[header]))}"


def check(root):
    root = pathlib.Path(root)
    deps = read_deps(root)
    faults = list(graph_faults(deps))
    count = 0
    folders = [(p, False) for p in (root / "src").glob("*/")] + [(p, True) for p in (root / "include/millrace").glob("*/")]
    for folder, public in sorted(folders):
        if folder.name not in deps:
            # A header without a module (yet) is held to nothing; one that others include is caught by their DEPS.
            continue
        for file in sorted(folder.rglob("*")):
            if file.suffix in SOURCES:
                count += 1
                faults += file_faults(root, deps, folder.name, file, public)
    return faults, count


def self_test():
    """Each case: files of a small tree, and what must stand in the only fault (None: no fault)."""
    base = {"src/base/CMakeLists.txt": "millrace_module(NAME base SRCS a.cc)", "include/millrace/base/a.h": ""}
    row = {"src/row/CMakeLists.txt": "millrace_module(NAME row SRCS r.cc\n  DEPS base # the vocabulary\n)"}
    top = {"src/top/CMakeLists.txt": "millrace_module(NAME top SRCS t.cc DEPS row LIBS x)"}
    cases = {
        "own header": ({"src/base/a.cc": '#include "millrace/base/a.h"\n#include "base/p.h"\n'}, None),
        "named dep": ({"src/row/r.cc": '#include "millrace/base/a.h"\n'}, None),
        "transitive dep": ({"src/top/t.cc": '#include "millrace/base/a.h"\n'}, None),
        "against the flow": ({"src/base/a.cc": '\n #  include "millrace/row/r.h"\n'}, "src/base/a.cc:2: base includes millrace/row/r.h"),
        "public header against the flow": ({"include/millrace/base/b.h": "#include <millrace/top/t.h>\n"}, "base includes millrace/top/t.h"),
        "private header": ({"src/top/t.cc": '#include "row/r.h"\n'}, "private to module row"),
        "dep that is no module": ({"src/x/CMakeLists.txt": "millrace_module(NAME x DEPS nothing)"}, "names nothing, which is no module"),
        "mysql.h outside its wall": ({"src/row/r.cc": "#include <mysql.h>\n"}, "mysql.h stays in"),
        "a comment is no include": ({"src/base/a.cc": '// #include "millrace/row/r.h"\n'}, None),
    }
    failed = 0
    for name, (files, expected) in cases.items():
        with tempfile.TemporaryDirectory() as folder:
            for path, text in {**base, **row, **top, **files}.items():
                file = pathlib.Path(folder, path)
                file.parent.mkdir(parents=True, exist_ok=True)
                file.write_text(text)
            faults, _ = check(folder)
        good = not faults if expected is None else len(faults) == 1 and expected in faults[0]
        if not good:
            failed += 1
            print(f"{name}: expected {expected or 'no fault'}, got {faults}")
    cycle = {"a": {"b"}, "b": {"a"}}
    if len(list(graph_faults(cycle))) != 2:
        failed += 1
        print("cycle: not seen")
    print(f"{len(cases) + 1} rules checked, {failed} failed")
    return failed


def main():
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    if sys.argv[1] == "--self-test":
        sys.exit(1 if self_test() else 0)
    faults, count = check(sys.argv[1])
    print("\n".join(faults))
    print(f"{count} files checked, {len(faults)} faults")
    sys.exit(1 if faults else 0)


if __name__ == "__main__":
    main()

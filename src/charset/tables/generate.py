#!/usr/bin/env python3
"""Writes the character set tables from a running MySQL server, which is the only authority on them.

    pip install pymysql
    src/charset/tables/generate.py --socket /path/to/mysql.sock [--user root]
    src/charset/tables/generate.py --host 127.0.0.1 --port 3306 --user root --password ...

It needs MySQL 8.0 or later, the right to create a scratch database (millrace_charset_tables, dropped at the end) and about
a minute. It writes, next to itself, one .inc file a table and collations.inc; and tests/unit/charset/sweeps.inc, the checksums that
hold the C++ side to this server. A second run against the same server changes nothing.

How it asks: every code of a width is put into CONVERT(CONVERT(bytes USING cs) USING utf32). The inner one takes the bytes as they
are and gives NULL when they are not well-formed in cs; CHAR_LENGTH says how many characters MySQL sees in them. A code is
  mapped    one character that becomes one code point. MySQL writes '?' for a character without a code point; no set
            has a second code for a real '?' (0x3F, or its fixed-width form), so '?' from anything else is unmapped.
  unmapped  one character without a code point; also the few cells of big5 and tis620 that MySQL maps to U+FFFD itself: the
            replacing conversion gives the same text, and the strict one gets a chance to say that something is lost
  invalid   everything else: half a character, two characters, bytes that can't stand together
The answer is taken through utf32 since a set that shares ASCII with utf8mb4 may be copied instead of converted; where
CONVERT(... USING utf8mb4) answers too, both must agree.

How the tables are written: lines of 32 codes as text ("a code chart": what you read is what is mapped), and runs {code,
first code point, count} for what is sequential or doesn't belong into a source file (controls, private use, right-to-left and combining
characters, and those that Unicode normalization would replace). A run with first 0 unmaps. Tables that differ little are written as
a base and a difference: see write_double_byte.
"""

import argparse
import pathlib
import unicodedata

import pymysql

HERE = pathlib.Path(__file__).resolve().parent
TESTS = HERE.parents[2] / "tests" / "unit" / "charset"

SINGLE_BYTE = """armscii8 cp1250 cp1251 cp1256 cp1257 cp850 cp852 cp866 dec8 geostd8 greek hebrew hp8 keybcs2 koi8r koi8u
    latin1 latin2 latin5 latin7 macce macroman swe7 tis620""".split()
DOUBLE_BYTE = "big5 cp932 eucjpms euckr gb18030 gb2312 gbk sjis ujis".split()
RUN_MIN = 16  # a shorter sequence is cheaper, and easier to check, as text

# The codes of a sweep, by the name that the C++ test knows. The same order there.
UTF8_TAILS = (0x7F, 0x80, 0xBF, 0xC0)
UTF16_LOWS = (0x0000, 0x0041, 0xD7FF, 0xDBFF, 0xDC00, 0xDC01, 0xDFFE, 0xDFFF, 0xE000)
UTF32_PLANES = (0x0000, 0x0001, 0x0002, 0x000F, 0x0010, 0x0011, 0x0100)
SHAPES = {
    "kOne": lambda: (bytes([n]) for n in range(256)),
    "kTwo": lambda: (n.to_bytes(2, "big") for n in range(65536)),
    "kEuc3": lambda: (bytes([0x8F]) + n.to_bytes(2, "big") for n in range(65536)),
    "kGb4": lambda: (
        bytes([a, b, c, d])
        for a in range(0x81, 0xFF) for b in range(0x30, 0x3A) for c in range(0x81, 0xFF) for d in range(0x30, 0x3A)),
    "kUtf8Three": lambda: (
        bytes([a, b, c]) for a in range(0xE0, 0xF0) for b in range(256) for c in UTF8_TAILS),
    "kUtf8Four": lambda: (
        bytes([a, b, c, d]) for a in range(0xF0, 0x100) for b in range(256) for c in UTF8_TAILS for d in UTF8_TAILS),
    "kUtf16Pairs": lambda: (
        high.to_bytes(2, "big") + low.to_bytes(2, "big") for high in range(0xD7FF, 0xDC02) for low in UTF16_LOWS),
    "kUtf16lePairs": lambda: (
        high.to_bytes(2, "little") + low.to_bytes(2, "little") for high in range(0xD7FF, 0xDC02) for low in UTF16_LOWS),
    "kUtf32": lambda: (
        plane.to_bytes(2, "big") + n.to_bytes(2, "big") for plane in UTF32_PLANES for n in range(65536)),
}
SWEEPS = ([(cs, ["kOne"]) for cs in ["ascii"] + SINGLE_BYTE]
          + [(cs, ["kOne", "kTwo"]) for cs in DOUBLE_BYTE]
          + [("ucs2", ["kTwo"]), ("utf16", ["kTwo", "kUtf16Pairs"]), ("utf16le", ["kTwo", "kUtf16lePairs"]),
             ("utf32", ["kUtf32"]), ("utf8mb3", ["kOne", "kTwo", "kUtf8Three", "kUtf8Four"]),
             ("utf8mb4", ["kOne", "kTwo", "kUtf8Three", "kUtf8Four"])])
for charset, shapes in SWEEPS:
    if charset in ("ujis", "eucjpms"):
        shapes.append("kEuc3")
    if charset == "gb18030":
        shapes.append("kGb4")

UNMAPPED, INVALID = -1, -2
QUESTION = {"ucs2": b"\0?", "utf16": b"\0?", "utf16le": b"?\0", "utf32": b"\0\0\0?"}
DATABASE = "millrace_charset_tables"


class Server:
    def __init__(self, args):
        where = {"unix_socket": args.socket} if args.socket else {"host": args.host, "port": args.port}
        self.cursor = pymysql.connect(
            user=args.user, password=args.password, charset="utf8mb4", autocommit=True, **where).cursor()
        self.version = self.rows("SELECT VERSION()")[0][0].split("-")[0]
        self.rows("SET sql_mode = 'STRICT_ALL_TABLES'")
        self.rows("SET cte_max_recursion_depth = 70000")
        self.rows(f"CREATE DATABASE IF NOT EXISTS {DATABASE}")
        self.rows(f"USE {DATABASE}")
        self.rows("CREATE TEMPORARY TABLE codes (n INT PRIMARY KEY, bytes VARBINARY(4) NOT NULL)")

    def rows(self, statement, arguments=None):
        self.cursor.execute(statement, arguments)
        return self.cursor.fetchall()

    def close(self):
        self.rows(f"DROP DATABASE {DATABASE}")

    def sweep(self, charset, codes):
        """Yields (code, code point | UNMAPPED | INVALID)."""
        batch = []
        for code in codes:
            batch.append(code)
            if len(batch) == 50000:
                yield from self._classify(charset, batch)
                batch = []
        yield from self._classify(charset, batch)

    def _classify(self, charset, codes):
        self.rows("TRUNCATE TABLE codes")
        for start in range(0, len(codes), 10000):
            part = codes[start:start + 10000]
            values = ",".join(f"({start + i},x'{code.hex()}')" for i, code in enumerate(part))
            if values:
                self.rows("INSERT INTO codes VALUES " + values)
        answers = self.rows(
            f"""SELECT bytes, CHAR_LENGTH(CONVERT(bytes USING {charset})),
                       CONVERT(CONVERT(CONVERT(bytes USING {charset}) USING utf32) USING binary),
                       CONVERT(CONVERT(CONVERT(bytes USING {charset}) USING utf8mb4) USING binary)
                FROM codes ORDER BY n""")
        assert len(answers) == len(codes)
        for code, length, utf32, utf8 in answers:
            if length != 1 or utf32 is None or len(utf32) != 4:
                yield code, INVALID
                continue
            point = int.from_bytes(utf32, "big")
            assert utf8 is None or utf8 == chr(point).encode(), (charset, code)
            if point == ord("?") and code != QUESTION.get(charset, b"?"):
                point = UNMAPPED
            if point == 0xFFFD and charset in ("big5", "tis620"):
                point = UNMAPPED
            yield code, point


def fnv1a(data, state=0xCBF29CE484222325):
    for byte in data:
        state = ((state ^ byte) * 0x100000001B3) & 0xFFFFFFFFFFFFFFFF
    return state


def outcome_bytes(code, point):
    """What a code adds to a checksum; the C++ test adds the same. One byte alone is either mapped or not: whether it is
    half a character isn't asked."""
    if point >= 0:
        return chr(point).encode() + b"\n"
    return b"\xff\n" if point == UNMAPPED and len(code) > 1 else b"\xfe\n"


def plain(point):
    """True for a character that can stand in a source file as itself."""
    char = chr(point)
    return (unicodedata.category(char)[0] not in "CZM" and unicodedata.bidirectional(char) not in ("R", "AL", "AN")
            and unicodedata.normalize("NFC", char) == char and char not in '"\\')


def split(table):
    """{code: code point, 0 to unmap} -> (texts, runs), neither of which crosses a gap or a lead byte."""
    runs, texts, codes, i = [], [], sorted(table), 0
    left = []
    while i < len(codes):
        code, point, count = codes[i], table[codes[i]], 1
        step = 1 if point else 0
        while (i + count < len(codes) and codes[i + count] == code + count
               and codes[i + count] >> 8 == code >> 8 and table[codes[i + count]] == point + step * count):
            count += 1
        if count >= RUN_MIN or not point or not plain(point):
            if count < RUN_MIN and point:  # only what can't be text
                count = next((k for k in range(1, count) if plain(point + k)), count)
            runs.append((code, point, count))
            i += count
        else:
            left.append(code)
            i += 1
    for code in left:
        if texts and texts[-1][0] + len(texts[-1][1]) == code and code % 32:
            texts[-1][1].append(chr(table[code]))
        else:
            texts.append((code, [chr(table[code])]))
    return [(code, "".join(chars)) for code, chars in texts], runs


class Output:
    def __init__(self, path, version, about):
        self.path = path
        self.lines = [f"// Written by src/charset/tables/generate.py from MySQL {version}: {about}.", ""]

    def table(self, name, table):
        texts, runs = split(table)
        width = 2 if max(table) < 256 else 4
        self.lines.append(f"inline constexpr Text {name}Text[] = {{")
        self.lines += [f'    {{0x{code:0{width}X}, u"{text}"}},' for code, text in texts or [(min(table), "")]]
        self.lines += ["};", f"inline constexpr Run {name}Runs[] = {{"]
        self.lines += [f"    {{0x{code:0{width}X}, 0x{point:04X}, {count}}},"
                       for code, point, count in runs or [(min(table), table[min(table)], 0)]]
        self.lines += ["};", ""]

    def array(self, declaration, rows):
        self.lines += [f"inline constexpr {declaration}[] = {{"] + [f"    {row}," for row in rows] + ["};", ""]

    def write(self):
        self.path.write_text("\n".join(self.lines), encoding="utf-8")


def difference(base, table):
    return {code: table.get(code, 0) for code in base.keys() | table.keys() if base.get(code, 0) != table.get(code, 0)}


def sjis_of_jis(jis):
    row, cell = (jis >> 8) - 0x21, (jis & 0xFF) - 0x21
    lead = row // 2 + (0x81 if row < 62 else 0xC1)
    trail = cell + 94 + 0x41 if row % 2 else cell + (0x40 if cell < 63 else 0x41)
    return lead << 8 | trail


def camel(charset):
    return "k" + charset[0].upper() + charset[1:]


def write_single_byte(version, mapped):
    out = Output(HERE / "single_byte.inc", version, "the single-byte sets, where they differ from ASCII")
    for charset in SINGLE_BYTE:
        one = mapped[charset, 1]
        table = {n: one.get(n, 0) for n in range(256) if one.get(n, 0) != (n if n < 128 else 0)}
        out.table(camel(charset), table)
    out.write()


def write_double_byte(version, mapped):
    def emit(file, name, table, about):
        out = Output(HERE / file, version, about)
        out.table(name, table)
        out.write()

    two = {cs: mapped[cs, 2] for cs in DOUBLE_BYTE}
    for charset, kana in (("ujis", True), ("eucjpms", True)):  # 8EA1.. is computed
        kana = {code: point for code, point in two[charset].items() if code >> 8 == 0x8E}
        assert kana == {0x8EA1 + n: 0xFF61 + n for n in range(63)}
        two[charset] = {code: point for code, point in two[charset].items() if code >> 8 != 0x8E}
    for charset in ("sjis", "cp932"):
        assert all(mapped[charset, 1][0xA1 + n] == 0xFF61 + n for n in range(63))
    from_sjis = {sjis_of_jis(row << 8 | cell): row << 8 | cell for row in range(0x21, 0x7F) for cell in range(0x21, 0x7F)}
    jis = {from_sjis[code]: point for code, point in two["sjis"].items()}

    emit("big5.inc", "kBig5", two["big5"], "big5")
    emit("euckr.inc", "kEuckr", two["euckr"], "euckr, which is code page 949")
    emit("gb18030.inc", "kGb18030", two["gb18030"], "gb18030, codes of two bytes")
    emit("gbk.inc", "kGbk", difference(two["gb18030"], two["gbk"]), "gbk, as its difference from gb18030.inc")
    emit("gb2312.inc", "kGb2312", difference(two["gbk"], two["gb2312"]), "gb2312, as its difference from gbk")
    emit("jis0208.inc", "kJis0208", jis, "JIS X 0208 as sjis and ujis have it, by JIS code")
    emit("cp932.inc", "kCp932", difference(two["sjis"], two["cp932"]), "cp932, as its difference from sjis")
    euc = {code + 0x8080: point for code, point in jis.items()}
    emit("ujis.inc", "kUjis", difference(euc, two["ujis"]), "ujis, as its difference from jis0208.inc + 0x8080")
    emit("eucjpms.inc", "kEucjpms", difference(two["ujis"], two["eucjpms"]), "eucjpms, as its difference from ujis")
    three = {cs: {code & 0xFFFF: point for code, point in mapped[cs, 3].items()} for cs in ("ujis", "eucjpms")}
    emit("ujis_8f.inc", "kUjis8f", three["ujis"], "JIS X 0212 as ujis has it, by the bytes after 8F")
    emit("eucjpms_8f.inc", "kEucjpms8f", difference(three["ujis"], three["eucjpms"]),
         "eucjpms after 8F, as its difference from ujis")

    ranges = []
    for code, point in sorted(mapped["gb18030", 4].items()):
        a, b, c, d = code.to_bytes(4, "big")
        at = ((a - 0x81) * 10 + b - 0x30) * 1260 + (c - 0x81) * 10 + d - 0x30
        if ranges and ranges[-1][0] + ranges[-1][2] == at and ranges[-1][1] + ranges[-1][2] == point:
            ranges[-1][2] += 1
        else:
            ranges.append([at, point, 1])
    out = Output(HERE / "gb18030_four.inc", version, "gb18030, codes of four bytes by their linear number")
    out.array("LinearRange kGb18030Four", [f"{{{at}, 0x{point:04X}, {count}}}" for at, point, count in ranges])
    out.write()


def write_collations(server):
    rows = server.rows(
        """SELECT id, collation_name, character_set_name, is_default = 'Yes' FROM information_schema.collations ORDER BY id""")
    out = Output(HERE / "collations.inc", server.version, "information_schema.collations")
    out.array("CollationRow kCollationRows",
              [f'{{{id}, "{name}", "{charset}", {"true" if default else "false"}}}'
               for id, name, charset, default in rows])
    out.write()


def write_sweeps(version, sums):
    out = Output(TESTS / "sweeps.inc", version, "set, codes asked, how many are mapped, FNV-1a of all outcomes")
    out.array("Sweep kSweeps", [f'{{"{charset}", Shape::{shape}, {count}, 0x{state:016X}}}'
                                for charset, shape, count, state in sums])
    out.write()


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("--socket")
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=3306)
    parser.add_argument("--user", default="root")
    parser.add_argument("--password", default="")
    server = Server(parser.parse_args())

    mapped, sums = {}, []
    for charset, shapes in SWEEPS:
        for shape in shapes:
            state, count = fnv1a(b""), 0
            table = {}
            for code, point in server.sweep(charset, SHAPES[shape]()):
                state = fnv1a(outcome_bytes(code, point), state)
                if point >= 0:
                    count += 1
                    table[int.from_bytes(code, "big")] = point
                    width = len(code)
            mapped[charset, width] = table
            sums.append((charset, shape, count, state))
            print(f"{charset:9} {shape:14} {count:8} mapped")
    write_single_byte(server.version, mapped)
    write_double_byte(server.version, mapped)
    write_collations(server)
    write_sweeps(server.version, sums)
    server.close()


if __name__ == "__main__":
    main()

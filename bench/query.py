#!/usr/bin/env python3
"""Questions side by side: `petrel bench query` and DuckDB over the same rows, in one run.

    bench/peers/setup.sh
    python3 bench/query.py [--events 10000000] [--runs 9]

Prints a JSON line for each question and a table. Both hold the rows on disk and keep no results; medians. The answers must agree.
Exit codes: 0 measured, 1 an answer differs or a run failed, 2 usage.
"""

import argparse
import json
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))

import report

ROOT = Path(__file__).resolve().parents[1]
WORK = ROOT / ".build-peers"
END = 1_767_225_600_000_000
DAY = 86_400_000_000

# Each gives one number, in the order of `petrel bench query`.
QUESTIONS = {
    "top countries": "select sum(n) from (select count(*) n from e group by country order by n desc limit 10)",
    "top countries, 24 h": f"select sum(n) from (select count(*) n from e where t >= {END - DAY} and t < {END} group by country order by n desc limit 10)",
    "top ports of a country, 7 d": "select sum(n) from (select count(*) n from e where country = 'CN' and "
                                   f"t >= {END - 7 * DAY} and t < {END} group by port order by n desc limit 10)",
    "hourly histogram, 30 d": f"select max(n) from (select t // 3600000000 h, count(*) n from e where t >= {END - 30 * DAY} and t < {END} group by h)",
    "last 100 events of an address": "select count(*) from (select * from e where address = '{address}' order by t desc, id desc limit 100)",
    "country × port × day": f"select count(*) from (select country, port, t // {DAY} d, count(*) from e group by all)",
    "substring in message, 24 h": f"select count(*) from e where message ilike '%ernal%' and t >= {END - DAY} and t < {END}",
    "distinct addresses per day": f"select sum(n) from (select t // {DAY} d, count(distinct address) n from e group by d)",
    "rare word": "select count(*) from e where ' ' || text || ' ' like '% beacon %'",
    "phrase": "select count(*) from e where ' ' || text || ' ' like '% reverse shell %'",
    "beginning of a word": "select count(*) from e where ' ' || text like '% bea%'",
    "end of a word": "select count(*) from e where text || ' ' like '%acon %'",
}


def ask_duckdb(csv, folder, runs, address):
    import duckdb

    base = duckdb.connect(str(folder / "duck.db"), config={"threads": 2})
    base.execute(f"create table e as select * from read_csv('{csv}', header=false, columns={{'id': 'bigint', 't': 'bigint', 'country': 'varchar', "
                 "'port': 'integer', 'address': 'varchar', 'message': 'varchar', 'text': 'varchar'})")
    base.execute("checkpoint")
    answers = {}
    for name, query in QUESTIONS.items():
        times = []
        for _ in range(runs):
            start = time.perf_counter()
            value = base.execute(query.replace("{address}", address)).fetchone()[0]
            times.append((time.perf_counter() - start) * 1000)
        answers[name] = {"median_ms": round(statistics.median(times), 2), "answer": int(value)}
    return answers


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--events", type=int, default=10_000_000)
    parser.add_argument("--runs", type=int, default=9)
    parser.add_argument("--petrel", type=Path, default=ROOT / ".build/release/petrel")
    arguments = parser.parse_args()
    if not arguments.petrel.exists():
        parser.error(f"{arguments.petrel} is missing; run swift build -c release")
    WORK.mkdir(exist_ok=True)
    report.emit(report.machine() | {"events": arguments.events, "runs": arguments.runs})
    with tempfile.TemporaryDirectory(dir=WORK) as name:
        folder = Path(name)
        csv = folder / "events.csv"
        command = [arguments.petrel, "bench", "query", "--events", str(arguments.events), "--runs", str(arguments.runs), "--export", csv]
        lines = [json.loads(line) for line in subprocess.run(command, check=True, capture_output=True, text=True).stdout.splitlines()]
        report.emit(lines[0])
        ours = {line["query"]: line for line in lines[1:]}
        # The address of rank 40, as the program makes it.
        number = 0x01000000 + 40 * 2_654_435_761 % 0xDE000000
        theirs = ask_duckdb(csv, folder, arguments.runs, ".".join(str(number >> shift & 255) for shift in (24, 16, 8, 0)))
    rows, differs = [["question", "petrel ms", "DuckDB ms", "ratio"]], False
    # Petrel's questions without its index of words stand beside the same answers of DuckDB.
    for name in (n for n in ours if n.removesuffix(", no index") in theirs):
        mine, other = ours[name], theirs[name.removesuffix(", no index")]
        ratio = round(mine["median_ms"] / other["median_ms"], 2)
        report.emit({"query": name, "petrel_ms": mine["median_ms"], "duckdb_ms": other["median_ms"], "ratio": ratio, "answer": mine["answer"]})
        if mine["answer"] != other["answer"]:
            differs = True
            print(f"{name}: petrel says {mine['answer']}, DuckDB {other['answer']}", file=sys.stderr)
        rows.append([name, mine["median_ms"], other["median_ms"], ratio])
    print()
    report.table(rows)
    return 1 if differs else 0


if __name__ == "__main__":
    sys.exit(main())

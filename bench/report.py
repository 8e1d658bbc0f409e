"""What both benchmarks print: JSON lines for programs, then a table for people."""

import json
import os
import statistics


def machine():
    """Processor, cores and load: what a number means depends on them."""
    model = "unknown"
    with open("/proc/cpuinfo") as file:
        for line in file:
            if line.startswith("model name"):
                model = line.partition(":")[2].strip()
                break
    return {"machine": model, "cores": os.cpu_count(), "load": round(os.getloadavg()[0], 2)}


def emit(record):
    """One JSON line."""
    print(json.dumps(record), flush=True)


def median(runs, field):
    """The median of a field over runs that have it, or None."""
    values = [run[field] for run in runs if run.get(field) is not None]
    return round(statistics.median(values), 2) if values else None


def median_ratio(ours, theirs, field):
    """The median of the pairwise ratios: each pair ran one after the other, so a drifting machine cancels out."""
    pairs = [(a[field], b[field]) for a, b in zip(ours, theirs) if a.get(field) and b.get(field)]
    return round(statistics.median(a / b for a, b in pairs), 2) if pairs else None


def table(rows):
    """Prints rows of cells, the first row as the heading; numbers right-aligned."""
    cells = [[cell if isinstance(cell, str) else "-" if cell is None else f"{cell:,}" for cell in row] for row in rows]
    widths = [max(len(row[column]) for row in cells) for column in range(len(cells[0]))]
    for row in cells:
        print("  ".join(cell.ljust(width) if i == 0 else cell.rjust(width) for i, (cell, width) in enumerate(zip(row, widths))))

"""What `verbatim index` prints of its runs, and how it goes on with a folder that is watched."""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from threading import Event

from index.errors import ConfigError, Stopped, VerbatimError
from index.pipeline import Progress, Report
from index.read import is_address
from index.store import Store
from index.watch import changes
from ui.assemble import Workshop


def print_reports(sources: Sequence[Path | str], reports: Sequence[Report], *, as_json: bool) -> bool:
    """Print what a run did for each source, and on standard error what failed. Give whether anything did."""
    if as_json:
        print(json.dumps([asdict(report) for report in reports], ensure_ascii=False, indent=2))
    else:
        for report, source in zip(reports, sources, strict=True):
            changed = f"{report.added} added, {report.changed} changed, {report.removed} removed"
            print(f"{source}: {changed}, {report.unchanged} unchanged, {len(report.failures)} failed", flush=True)
    failures = [failure for report in reports for failure in report.failures]
    for failure in failures:
        print(f"failed: {failure.document}: {failure.reason}", file=sys.stderr, flush=True)
    return bool(failures)


def watched(sources: Sequence[Path | str]) -> list[Path]:
    """The folders among the sources, which must be all of them. Raises ConfigError."""
    others = [str(each) for each in sources if is_address(each) or not Path(each).is_dir()]
    if others:
        raise ConfigError(f"--watch is for folders; {', '.join(others)} is none")
    return [Path(each) for each in sources]


def follow(
    workshop: Workshop,
    folders: Sequence[Path],
    store: Store,
    *,
    progress: Progress,
    as_json: bool,
    stop: Event | None = None,
) -> None:
    """Index folders again with each change, until Ctrl-C or `stop`. An error ends one run, and the next tries again."""
    print(f"watching {', '.join(map(str, folders))}; Ctrl-C stops", file=sys.stderr, flush=True)
    try:
        for burst in changes(folders, apart=workshop.where.path, stop=stop):
            changed = [each for each in folders if any(path.is_relative_to(each.resolve()) for path in burst)]
            try:
                reports = workshop.index(changed, store, progress=progress)
            except Stopped as error:
                print(f"verbatim: {error}", file=sys.stderr, flush=True)
                break
            except VerbatimError as error:
                print(f"verbatim: {error}", file=sys.stderr, flush=True)
                continue
            print_reports(changed, reports, as_json=as_json)
    except KeyboardInterrupt:
        # In the middle of a run: what is published stays, and the next run goes on with the rest.
        pass
    print("stopped", file=sys.stderr, flush=True)

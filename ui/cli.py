"""The command `verbatim`. Exit codes: 0 done, 1 the work failed, 2 wrong usage."""

from __future__ import annotations

import json
import sys
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Literal

import typer

from index.article import Filters
from index.errors import ConfigError, QuestionError, VerbatimError
from ui.config import Settings, load_settings

app = typer.Typer(
    add_completion=False,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    help="Ask a corpus of news articles. Every sentence of an answer stands on words that are really in an article.",
)

Json = Annotated[bool, typer.Option("--json", help="Print JSON.")]
StorePlace = Annotated[str | None, typer.Option("--store", metavar="DIR|URL", help="Where the index lies.")]
WriterName = Annotated[Literal["quotes", "model"] | None, typer.Option("--writer", help="Who writes the answer.")]


def main() -> None:
    """Run the command, and turn what goes wrong into a line and an exit code."""
    try:
        app(prog_name="verbatim")
    except (ConfigError, QuestionError) as error:
        sys.exit(_say_error(error, 2))
    except VerbatimError as error:
        sys.exit(_say_error(error, 1))
    except BrokenPipeError:
        sys.exit(1)


@app.command("index")
def index_command(
    sources: Annotated[
        list[str] | None, typer.Argument(help="Folders, files, web addresses and feeds; default: seeds/")
    ] = None,
    store: StorePlace = None,
    fresh: Annotated[bool, typer.Option("--fresh", help="Make the index anew, dropping the old one.")] = False,
    watch: Annotated[bool, typer.Option("--watch", help="Go on with each change, until Ctrl-C.")] = False,
    engine: Annotated[Literal["plain", "ray"], typer.Option(help="Work here, or on Ray's workers.")] = "plain",
    as_json: Json = False,
) -> None:
    """Index files, folders, web addresses and feeds; what has not changed is not touched, what is gone leaves."""
    from index.indexes import drop_store  # noqa: PLC0415
    from index.pipeline import seeds  # noqa: PLC0415
    from ui.assemble import Workshop  # noqa: PLC0415  # heavy; `--help` needs none of it
    from ui.indexing import follow, print_reports, watched  # noqa: PLC0415

    workshop = Workshop(load_settings(), store=store)
    chosen: list[str | Path] = [*sources] if sources else [seeds()]
    folders = watched(chosen) if watch else []
    if fresh:
        drop_store(workshop.where)
    opened = workshop.open(create=True)
    reports = workshop.index(chosen, opened, progress=_progress, spread=engine == "ray")
    failed = print_reports(chosen, reports, as_json=as_json)
    if watch:
        follow(workshop, folders, opened, progress=_progress, as_json=as_json)
    raise typer.Exit(1 if failed and not watch else 0)


@app.command()
def articles(
    store: StorePlace = None,
    text: Annotated[str | None, typer.Option("--text", metavar="ID", help="Print an article's cleaned text.")] = None,
    removed: Annotated[
        str | None, typer.Option("--removed", metavar="ID", help="Print what cleaning took out.")
    ] = None,
    as_json: Json = False,
) -> None:
    """List what is indexed, with state and counts; or print one article."""
    from ui.assemble import Workshop  # noqa: PLC0415
    from ui.listing import article_row, listed_row  # noqa: PLC0415

    opened = Workshop(load_settings(), store=store).look()
    if text or removed:
        article = opened.article(text or removed or "")
        if as_json:
            _print_json(article_row(article))
        else:
            print(article.text if text else "\n".join(article.removed))
        return
    rows = [listed_row(each) for each in opened.listed()]
    if as_json:
        _print_json(rows)
        return
    for row in rows:
        about = " · ".join(str(row[key]) for key in ("outlet", "published", "title") if row[key])
        print(f"{row['id']}  {row['state']:<9}  {row['document']}  {row['reason'] or about}")
    coverage = opened.coverage()
    print(f"{coverage.articles} articles, {coverage.passages} passages, published {coverage.first} to {coverage.last}")


@app.command()
def remove(ids: list[str], store: StorePlace = None) -> None:
    """Take articles out of the index, by id or document name."""
    from ui.assemble import Workshop  # noqa: PLC0415

    opened = Workshop(load_settings(), store=store).look()
    found = [opened.article(each).id for each in ids]
    with opened.writing():
        opened.remove(found)
    print(f"{len(found)} removed")


@app.command()
def doctor(store: StorePlace = None, as_json: Json = False) -> None:
    """Check catalog, vectors and words against each other, and make again what is damaged; nothing is embedded."""
    from index.doctor import check_up  # noqa: PLC0415
    from ui.assemble import Workshop  # noqa: PLC0415
    from ui.listing import health_lines  # noqa: PLC0415

    health = check_up(Workshop(load_settings(), store=store).where)
    if as_json:
        _print_json({"sound": health.sound, **asdict(health)})
    else:
        print("\n".join(health_lines(health)))
    raise typer.Exit(0 if health.sound else 1)


@app.command()
def search(
    words: str,
    k: Annotated[int, typer.Option("--k", min=1, max=1000, help="How many passages.")] = 10,
    store: StorePlace = None,
    as_json: Json = False,
) -> None:
    """Find passages; nothing is answered."""
    from rag.understand import check_question  # noqa: PLC0415
    from ui.assemble import Workshop  # noqa: PLC0415
    from ui.listing import passage_rows  # noqa: PLC0415

    workshop = Workshop(load_settings(), store=store)
    asked = check_question(words, workshop.settings.rag)
    rows = passage_rows(asked, workshop.open(), workshop.embedding, workshop.settings.rag, most=k)
    if as_json:
        _print_json(rows)
        return
    for row in rows:
        print(f"{row['score']:.4f}  {row['document']}[{row['start']}:{row['end']}]\n  {row['text']}\n")


@app.command()
def quote(words: str, store: StorePlace = None, as_json: Json = False) -> None:
    """Find the article that holds these words, or the nearest sentences with what differs: [-pasted-] {+printed+}."""
    from rag.lookup import look_up, marked  # noqa: PLC0415
    from ui.assemble import Workshop  # noqa: PLC0415

    matches = look_up(words, Workshop(load_settings(), store=store).look())
    if as_json:
        _print_json([{**asdict(each), "differences": [one._asdict() for one in each.differences]} for each in matches])
        return
    for each in matches:
        known = " · ".join(part for part in (each.outlet, each.published, each.title) if part)
        about = known or "outlet and date unknown"
        print(f"{each.match}  {each.document}[{each.start}:{each.end}]  {about}\n  {marked(each)}")
    if not matches:
        print("No article holds these words, nor any like them.")


@app.command()
def ask(
    question: str,
    writer: WriterName = None,
    after: Annotated[str | None, typer.Option(metavar="DATE", help="Published on or after.")] = None,
    before: Annotated[str | None, typer.Option(metavar="DATE", help="Published on or before.")] = None,
    outlet: Annotated[list[str] | None, typer.Option(metavar="NAME", help="Of this outlet; may be repeated.")] = None,
    store: StorePlace = None,
    as_json: Json = False,
) -> None:
    """Ask a question; the answer cites the sentences that it stands on."""
    from rag.answer import record  # noqa: PLC0415
    from rag.understand import check_question  # noqa: PLC0415
    from ui.assemble import Workshop  # noqa: PLC0415
    from ui.listing import answer_lines  # noqa: PLC0415

    workshop = Workshop(load_settings(), store=store)
    check_question(question, workshop.settings.rag)
    chosen = writer or workshop.settings.rag.writer
    engine = workshop.engine(workshop.open(), model=chosen == "model")
    engine.wait_for_model()
    filters = Filters(after=after, before=before, outlets=tuple(outlet or ()))
    answer = engine.answer(question, filters=filters, writer=chosen)
    if as_json:
        _print_json(record(answer))
    else:
        print("\n".join(answer_lines(answer)))


@app.command()
def chat(
    host: Annotated[str | None, typer.Option(help="Address to serve on.")] = None,
    port: Annotated[int | None, typer.Option(min=0, max=65535, help="Port to serve on; 0 takes a free one.")] = None,
    store: StorePlace = None,
) -> None:
    """Serve the web page."""
    given = {key: value for key, value in (("host", host), ("port", port)) if value is not None}
    settings = load_settings(ui=given) if given else load_settings()
    from index.pipeline import seeds  # noqa: PLC0415
    from ui.assemble import Workshop  # noqa: PLC0415
    from ui.serve import serve  # noqa: PLC0415

    workshop = Workshop(settings, store=store)
    opened = workshop.ready(seeds(), progress=_progress, say=print)
    engine = workshop.engine(opened, model=settings.rag.writer == "model")
    serve(engine, settings, index=lambda path, progress: workshop.index([path], opened, progress=progress)[0])


@app.command("eval")
def eval_command(
    questions: Annotated[
        Path | None, typer.Argument(help="Questions, a JSON row each, or a folder with a set; default: our own.")
    ] = None,
    corpus: Annotated[Path | None, typer.Option(help="The folder or corpus.jsonl that they are asked over.")] = None,
    writer: WriterName = None,
    out: Annotated[Path | None, typer.Option(help="Folder for answers, scores and the report.")] = None,
    baseline: Annotated[Path | None, typer.Option(help="The accepted run to compare with.")] = None,
    limit: Annotated[
        int | None, typer.Option("--limit", "--sample", min=1, help="Ask so many, always the same ones.")
    ] = None,
    literal: Annotated[bool, typer.Option("--literal", help="Facts are plain text, not patterns.")] = False,
    peer: Annotated[
        Literal["citation-query-engine"] | None, typer.Option(help="Ask LlamaIndex's engine the same, to compare.")
    ] = None,
    judge: Annotated[
        str | None, typer.Option(metavar="URL", help="An OpenAI-compatible server that gives its opinion.")
    ] = None,
    judge_model: Annotated[str, typer.Option(metavar="NAME", help="The name that it has for its model.")] = "default",
    speed: Annotated[bool, typer.Option("--speed", help="Measure speed too, beside the bare engines.")] = False,
    passages: Annotated[int, typer.Option(min=1000, help="With --speed: grow the corpus up to this.")] = 10_000,
    add: Annotated[
        Path | None, typer.Option(metavar="FEEDBACK", help="Begin questions from readers' reports; ask nothing.")
    ] = None,
    as_json: Json = False,
) -> None:
    """Ask a fixed question set and score the answers; exit code 1 when the gate fails."""
    from ui.evaluating import Request, add_reports, evaluate_set  # noqa: PLC0415

    if add is not None:
        print("\n".join(add_reports(load_settings(), add, questions)))
        return
    wanted = Request(
        questions=questions,
        corpus=corpus,
        writer=writer,
        out=out,
        baseline=baseline,
        literal=literal,
        limit=limit,
        peer=peer,
        judge=(judge, judge_model) if judge else None,
        speed=passages if speed else None,
    )
    outcome = evaluate_set(load_settings(), wanted)
    if as_json:
        _print_json(outcome.summary)
    else:
        print("\n".join(outcome.lines))
    raise typer.Exit(0 if outcome.passed else 1)


@app.command()
def config(as_json: Json = False) -> None:
    """Print the effective settings; secrets are masked."""
    settings: Settings = load_settings()
    shown = settings.model_dump(mode="json")
    if as_json:
        _print_json(shown)
        return
    for section, values in shown.items():
        print(f"[{section}]")
        for key, value in values.items():
            print(f"{key} = {json.dumps(value, ensure_ascii=False)}")
        print()


def _progress(document: str) -> None:
    print(f"  {document}", file=sys.stderr, flush=True)


def _print_json(value: object) -> None:
    print(json.dumps(value, ensure_ascii=False, indent=2))


def _say_error(error: Exception, code: int) -> int:
    print(f"verbatim: {error}", file=sys.stderr)
    return code


if __name__ == "__main__":
    main()

"""Writers that are killed, readers that look on, and what is left of a store: run in processes of their own.

The heavy imports happen once, in a process that never opens a store, so that its children are safe to fork.
"""

from __future__ import annotations

import functools
import itertools
import json
import os
import random
import select
import signal
import subprocess
import sys
import time
import traceback
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from index.article import Article, Description, Filters, Given
from index.catalog import Prepared
from index.config import IndexConfig, StoreConfig
from index.doctor import examine
from index.embed import embed_question
from index.errors import StoreError
from index.pipeline import fingerprint, make_article, prepare
from index.read import Raw
from index.store import Store
from tests.fakes import HashEmbedding
from tests.index.servers import chroma_server

ROOT = Path(__file__).parents[2]
SMALL = IndexConfig(passage_tokens=32)
WIRE = (
    "The ferry ran aground on Monday with ninety people on board. Nobody was hurt, the coast guard said. "
    "Captain Ida Moe blamed a strong current near the pier. The ship was towed to the harbour before noon."
)
MOST = 40
"""Articles that a store grows to, so that many rounds take as long as few."""


def in_another_process(name: str, *arguments: object, seconds: int = 500) -> object:
    """Run one of this module's functions in a new process and read what it prints."""
    code = f"import sys; from tests.index.crashing import {name} as run; run(*sys.argv[1:])"
    command = [sys.executable, "-c", code, *map(str, arguments)]
    ran = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=seconds, check=False)
    assert ran.returncode == 0, ran.stderr[-3000:]
    return json.loads(ran.stdout or "null")


def words(name: str) -> str:
    """Write the text that an article of this name has: copies all have the same."""
    if name.startswith("copy"):
        return WIRE
    return " ".join(f"The {name} was seen {number} times by the people of the old town." for number in range(4))


def made(name: str, text: str) -> Article:
    """Make the article of a name; its outlet is called the same, so that a filter finds it alone."""
    return make_article(Raw(name, "tests", text, text, (Given("column", Description(outlet=name)),)))


def ready(*articles: Article) -> list[Prepared]:
    """Make articles ready to be published."""
    return prepare(articles, HashEmbedding(), SMALL)


def opened(config: StoreConfig) -> Store:
    """Open a store, or begin one."""
    return Store(config, fingerprint=fingerprint(HashEmbedding(), IndexConfig()), create=True)


@dataclass
class Known:
    """What writers have acknowledged: what must be there, what must not, and the newest version of one article."""

    there: set[str] = field(default_factory=set)
    gone: set[str] = field(default_factory=set)
    version: str = ""

    def hear(self, line: str) -> None:
        """Take one line of a writer: `+` added, `?` about to remove, `-` removed, `~` a new version."""
        sign, name = line[0], line[1:]
        if sign == "+":
            self.there.add(name)
            self.gone.discard(name)
        elif sign == "?":
            self.there.discard(name)
        elif sign == "-":
            self.gone.add(name)
        elif sign == "~":
            self.version = name


def write_on(config: StoreConfig, seed: int, out: int) -> None:
    """Add, update and remove without end; tell of each step, and end by itself only when the store fails."""
    chance = random.Random(seed)  # no secret
    store = opened(config)
    with store.writing():
        os.write(out, b"open\n")
        for turn in itertools.count():
            names = sorted(each.document for each in store.listed(states=("published",)) if each.document != "moving")
            roll = chance.random()
            if len(names) > MOST or (names and roll < 0.25):
                name = chance.choice(names)
                os.write(out, f"?{name}\n".encode())
                store.remove([store.article(name).id])
                os.write(out, f"-{name}\n".encode())
            elif roll < 0.5:
                version = f"version{seed:05d}x{turn:05d}"
                old = [each.id for each in store.listed(states=("published",)) if each.document == "moving"]
                store.publish(ready(made("moving", words(version))), replaced=old)
                os.write(out, f"~{version}\n".encode())
            else:
                some = [
                    f"{chance.choice(('copy', 'note'))}{seed}t{turn}n{each}" for each in range(chance.randint(1, 3))
                ]
                store.publish(ready(*(made(name, words(name)) for name in some)))
                os.write(out, "".join(f"+{name}\n" for name in some).encode())


def forked(run: Callable[[int], object]) -> tuple[int, int]:
    """Run a function in a child; give its number and the end of a pipe that it writes to."""
    reading, writing = os.pipe()
    child = os.fork()
    if not child:
        code = 1
        try:
            os.close(reading)
            run(writing)
            code = 0
        finally:
            traceback.print_exc()
            # Whatever was raised: the code of the parent must not go on here.
            sys.stderr.flush()
            os._exit(code)
    os.close(writing)
    return child, reading


def answer_of(run: Callable[[], object]) -> object:
    """Run a function in a child and give what it returns; its error, where it ends with one."""
    child, reading = forked(lambda out: os.write(out, json.dumps(run()).encode()))
    with os.fdopen(reading, "rb") as pipe:
        told = pipe.read()
    _, status = os.waitpid(child, 0)
    return json.loads(told) if told else {"failed": os.waitstatus_to_exitcode(status)}


def kill_writer(config: StoreConfig, seed: int, known: Known, *, also: Callable[[], object]) -> None:
    """Let a writer write, and kill it some time after some of its steps; `also` is done at that moment.

    The time is a share of what its steps take, so that every part of a step is met on a slow machine as on a quick one.
    """
    chance = random.Random(seed)  # no secret
    steps = chance.randint(0, 5)
    child, reading = forked(lambda out: write_on(config, seed, out))
    with os.fdopen(reading, "rb", buffering=0) as pipe:
        heard = b""
        begun = time.monotonic()
        while not heard or sum(heard.count(sign) for sign in (b"\n+", b"\n-", b"\n~")) < steps:
            assert select.select([pipe], [], [], 120)[0], "the writer does not go on"
            part = pipe.read(65536)
            assert part, "the writer died by itself"
            begun = begun if heard else time.monotonic()
            heard += part
        step = (time.monotonic() - begun) / steps if steps else 0.3
        time.sleep(chance.uniform(0.0, 2.0) * step)
        also()
        os.kill(child, signal.SIGKILL)
        heard += b"".join(iter(lambda: pipe.read(65536), b""))
    os.waitpid(child, 0)
    for line in heard.decode().split("\n")[:-1]:
        known.hear(line)


def inspect(config: StoreConfig, known: Known) -> dict[str, object]:
    """Compare a store with what was acknowledged: before the next writer clears up, and after."""
    store = opened(config)
    articles = store.articles()
    names = Counter(each.document for each in articles)
    moving = [each.text for each in articles if each.document == "moving"]
    half = [each.document for each in articles if not whole(store, each)]
    with store.writing():
        left = len(store.listed(states=("pending", "retired")))
    after = [each.document for each in store.articles() if not whole(store, each)]
    store.close()
    return {
        "lost": sorted(known.there - set(names)),
        "back": sorted(known.gone & set(names)),
        "doubled": sorted(name for name, count in names.items() if count > 1),
        "half": half + after,
        "stale": bool(known.version) and (not moving or moving[0] < words(known.version)),
        "left": left,
        "differ": [f"{each.part}: {each.problem}" for each in examine(config)],
    }


SOUND = {"lost": [], "back": [], "doubled": [], "half": [], "stale": False, "left": 0, "differ": []}
"""What an inspection gives of a store in which everything is as it should be."""


def whole(store: Store, article: Article) -> bool:
    """Tell whether an article has the words of its name, and both indexes hold every passage of it, once."""
    if article.document != "moving" and article.text != words(article.document):
        return False
    expected = sorted(each.id for each in ready(made(article.document, article.text))[0].passages)
    own = Filters(outlets=(article.document,))
    vector = embed_question(HashEmbedding(), article.text)
    hits = (
        store.by_meaning(vector, most=1_000, filters=own),
        store.by_words(article.text, most=1_000, filters=own),
    )
    found = [sorted(store.passages([hit.passage for hit in each])) for each in hits]
    once = [len({hit.passage for hit in each}) == len(each) for each in hits]
    return found == [expected, expected] and all(once) and spoken(store, article)


def spoken(store: Store, article: Article) -> bool:
    """Tell whether a search without filters finds each passage's words, in this article or a copy, once."""
    hits = store.by_words(article.text, most=1_000)
    passages = store.passages([hit.passage for hit in hits])
    texts = store.texts([passage.article for passage, _ in passages.values()])
    said = Counter(texts[each.article].text[each.start : each.end] for each, _ in passages.values())
    return all(said[article.text[each.start : each.end]] == 1 for each in ready(article)[0].passages)


def kill_rounds(folder: str, rounds: str, seed: str) -> None:
    """Kill an embedded writer at random moments, and print what is found after each."""
    config = StoreConfig(path=Path(folder) / "store", lock_seconds=10.0)
    known = Known()
    outcomes = []
    for number in range(int(rounds)):
        kill_writer(config, int(seed) * 1_000 + number, known, also=lambda: None)
        outcomes.append(answer_of(lambda: inspect(config, known)))
    print(json.dumps(outcomes))  # noqa: T201  # read by the test


def server_rounds(folder: str, rounds: str, seed: str) -> None:
    """Kill a Chroma server, its writer, or both at random moments, and print what is found after each."""
    chance = random.Random(int(seed))  # no secret
    known = Known()
    outcomes = []
    with chroma_server(Path(folder) / "chroma") as server:
        config = StoreConfig(path=Path(folder) / "store", url=server.url, lock_seconds=10.0)
        for number in range(int(rounds)):
            also = server.kill if chance.random() < 0.7 else lambda: None
            linger = chance.choice((0.0, 0.2))

            def strike(also: Callable[[], object] = also, linger: float = linger) -> None:
                also()
                time.sleep(linger)

            kill_writer(config, int(seed) * 1_000 + number, known, also=strike)
            server.start()
            outcomes.append(answer_of(lambda: inspect(config, known)))
    print(json.dumps(outcomes))  # noqa: T201  # read by the test


def crowd(folder: str, seconds: str, url: str = "") -> None:
    """Let two indexers and ten readers be at one store; print each reader's and writer's errors, and what is left."""
    config = StoreConfig(path=Path(folder) / "store", url=url or None, lock_seconds=60.0)
    answer_of(lambda: opened(config).close())
    until = time.monotonic() + float(seconds)
    children = [forked(functools.partial(_write_until, config, own, until)) for own in range(2)]
    children += [forked(functools.partial(_read_until, config, own, until)) for own in range(10)]
    told = []
    for child, reading in children:
        with os.fdopen(reading, "rb") as pipe:
            told.append(json.loads(pipe.read() or b"null"))
        os.waitpid(child, 0)
    written: list[str] = [name for each in told[:2] for name in (each or {}).get("names", [])]
    known = Known(there=set(written))
    outcome = answer_of(lambda: inspect(config, known))
    errors = [(each or {"errors": ["ended without a word"]})["errors"] for each in told]
    counts = {"written": len(written), "reads": sum((each or {}).get("reads", 0) for each in told[2:])}
    print(json.dumps({"errors": errors, "outcome": outcome, **counts}))  # noqa: T201  # read by the test


def _write_until(config: StoreConfig, own: int, until: float, out: int) -> None:
    store = opened(config)
    names: list[str] = []
    errors: list[str] = []
    for turn in itertools.count():
        # A machine that is at work elsewhere gets to one, whatever the time.
        if time.monotonic() > until and (names or errors):
            break
        name = f"note{own}t{turn}"
        try:
            with store.writing():
                store.publish(ready(made(name, words(name))))
                names.append(name)
                if len(names) > MOST:
                    store.remove([store.article(names[0]).id])
                    names.pop(0)
        except StoreError as error:
            errors.append(str(error))
    os.write(out, json.dumps({"names": names, "errors": errors}).encode())


def _read_until(config: StoreConfig, own: int, until: float, out: int) -> None:
    errors: list[str] = []
    reads = 0
    store = Store(config)
    while time.monotonic() < until or not (reads or errors):
        try:
            _read(store)
            reads += 1
            if reads % 20 == own:
                store.close()
                store = Store(config)
        except (StoreError, KeyError, AssertionError) as error:
            errors.append(f"{type(error).__name__}: {error}")
    os.write(out, json.dumps({"reads": reads, "errors": errors}).encode())


def _read(store: Store) -> None:
    """Search by both indexes; what is found must be whole."""
    text = "The people of the old town"
    hits = [*store.by_meaning(embed_question(HashEmbedding(), text), most=10), *store.by_words(text, most=10)]
    passages = store.passages([hit.passage for hit in hits])
    for article in store.texts([passage.article for passage, _ in passages.values()]).values():
        assert article.text == words(article.document), f"{article.document} is not whole"


def limited(folder: str, kind: str, size: str) -> None:
    """Write until a limit of files' sizes, or a lost permission, stops it; print the error and what is left."""
    config = StoreConfig(path=Path(folder) / "store", lock_seconds=1.0)
    first = answer_of(lambda: _first(config))
    told = answer_of(lambda: _write_into(config, kind, int(size)))
    acknowledged: list[str] = told.get("names", []) if isinstance(told, dict) else []
    known = Known(there={*acknowledged, *(first if isinstance(first, list) else [])})
    print(json.dumps({"told": told, "outcome": answer_of(lambda: inspect(config, known))}))  # noqa: T201  # read by the test


def _first(config: StoreConfig) -> Sequence[str]:
    store = opened(config)
    names = ["note0", "copy1", "copy2"]
    with store.writing():
        store.publish(ready(*(made(name, words(name)) for name in names)))
    store.close()
    return names


def _write_into(config: StoreConfig, kind: str, size: int) -> dict[str, object]:
    import resource  # noqa: PLC0415  # POSIX only, like all of this

    names: list[str] = []
    if kind == "full":
        resource.setrlimit(resource.RLIMIT_FSIZE, (size, resource.RLIM_INFINITY))
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    elif os.geteuid() == 0:
        os.setgid(65534)
        os.setuid(65534)
    try:
        store = opened(config)
        with store.writing():
            for turn in range(1_000):
                name = f"note{turn}x"
                store.publish(ready(made(name, words(name))))
                names.append(name)
    except StoreError as error:
        return {"error": str(error), "names": names}
    return {"error": None, "names": names}

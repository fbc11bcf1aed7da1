"""The page's shell in Gradio: one static template, one script, and the events between them and the desk.

The template never holds data: gr.HTML evaluates what is put into it. The script gets each turn as JSON by
`watch('value')`, with those parts of it that `ui.render` has drawn. No `from __future__ import annotations` here:
Gradio looks at the annotations of its handlers at run time, and it is imported only when a page is built.
"""

from collections.abc import Callable, Generator
from typing import Any

from ui.assets import Assets
from ui.collection import Collection
from ui.config import Settings
from ui.desk import AT_ONCE, Desk
from ui.shapes import TurnView

# The event's name stands here in quotes because Gradio looks for it in this string.
# Until the page's script has run, `window.verbatim` is the element of that id: on a slow machine Gradio may be first.
ON_LOAD = """
const context = { element, props, trigger, watch, server, asks: 'submit' };
const attach = () => window.verbatim.attach ? window.verbatim.attach(context) : setTimeout(attach, 50);
attach();
"""
LOST = "() => window.verbatim.lost()"


def build_page(desk: Desk, collection: Collection, settings: Settings, assets: Assets) -> Any:  # noqa: ANN401  # gradio is imported below
    """Build the Blocks app that shows a desk and a collection."""
    import gradio as gr  # noqa: PLC0415  # takes seconds, and only the page needs it

    # Functions and not events: stopping, for one, must reach the desk also when the queue is full.
    functions = {
        "library": lambda _: desk.library(),
        "status": lambda _: desk.status(),
        "open_article": desk.open,
        "next_questions": desk.next_questions,
        "redraw": desk.redraw,
        "report": desk.report,
        "stop": desk.stop,
        "corpus": lambda _: collection.view(),
        "taken_out": collection.taken_out,
        "look_up": collection.look_up,
        "remove": collection.remove,
    }

    def answer(event: gr.EventData, request: gr.Request) -> Generator[TurnView, None, None]:
        client = request.client.host if request.client else ""
        yield from desk.answer(event._data, session=request.session_hash or "", client=client)

    with gr.Blocks(title="Verbatim", analytics_enabled=False, delete_cache=(3600, 3600)) as page:
        html = gr.HTML(
            html_template=assets.template,
            js_on_load=ON_LOAD,
            apply_default_css=False,
            elem_id="page",
            server_functions=[_named(name, function) for name, function in functions.items()],
        )
        asking = html.submit(
            answer,
            outputs=html,
            show_progress="hidden",
            trigger_mode="multiple",
            concurrency_limit=settings.ui.waiting + AT_ONCE,
        )
        # Everything that goes wrong at the desk is a view; this is for what never got there, or got lost.
        asking.failure(fn=None, js=LOST)
    page.queue(max_size=settings.ui.waiting, default_concurrency_limit=AT_ONCE, api_open=False)
    return page


def _named(name: str, function: Callable[[object], object]) -> Callable[[object], object]:
    """Give a function the name by which the page's script calls it, and Gradio nothing else to look at."""

    def named(sent: object) -> object:
        return function(sent)

    named.__name__ = name
    return named

"""The page's shell in Gradio: one static template, one script, and the events between them and the desk.

The template never holds data: gr.HTML evaluates what is put into it. The script gets each turn as JSON by
`watch('value')` and makes text nodes of it. No `from __future__ import annotations` here: Gradio looks at the
annotations of its handlers at run time, and it is imported only when a page is built.
"""

from collections.abc import Generator
from typing import Any

from ui.assets import Assets
from ui.config import Settings
from ui.desk import AT_ONCE, Desk
from ui.shapes import ArticleView, LibraryView, TurnView

# The event's name stands here in quotes because Gradio looks for it in this string.
ON_LOAD = """
window.verbatim.attach({ element, props, trigger, watch, server, asks: 'submit' });
"""
LOST = "() => window.verbatim.lost()"


def build_page(desk: Desk, settings: Settings, assets: Assets) -> Any:  # noqa: ANN401  # gradio is imported below
    """Build the Blocks app that shows a desk."""
    import gradio as gr  # noqa: PLC0415  # takes seconds, and only the page needs it

    def library(_: object) -> LibraryView:
        return desk.library()

    def status(_: object) -> str:
        return desk.status()

    def open_article(sent: object) -> ArticleView | None:
        return desk.open(sent)

    def report(sent: object) -> bool:
        return desk.report(sent)

    # Not an event: it must reach the desk also when the queue is full.
    def stop(identity: object) -> bool:
        return desk.stop(identity)

    def answer(event: gr.EventData, request: gr.Request) -> Generator[TurnView, None, None]:
        client = request.client.host if request.client else ""
        yield from desk.answer(event._data, session=request.session_hash or "", client=client)

    with gr.Blocks(title="Verbatim", analytics_enabled=False, delete_cache=(3600, 3600)) as page:
        html = gr.HTML(
            html_template=assets.template,
            js_on_load=ON_LOAD,
            apply_default_css=False,
            elem_id="page",
            server_functions=[library, status, open_article, report, stop],
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

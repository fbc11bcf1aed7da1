"""Fixed questions, asked of the engine, become scores, a report and a gate.

In the order in which data meets them: a set is loaded and checked, asked, scored, summarised, compared
with the last accepted run, and written down. Never imports the page. `import eval` would hide Python's
own `eval`: always `from eval import …`.
"""

from eval.check import check_questions
from eval.gate import Verdict, judge, load_baseline
from eval.questions import Question, load_questions
from eval.run import Run, run_questions
from eval.suite import EvalOptions, evaluate

__all__ = [  # noqa: RUF022  # in the order in which data meets them
    "Question",
    "load_questions",
    "check_questions",
    "run_questions",
    "Run",
    "load_baseline",
    "judge",
    "Verdict",
    "EvalOptions",
    "evaluate",
]

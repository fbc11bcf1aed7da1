"""Question and turns → evidence → an answer in which every sentence stands on words of an article.

Knows nothing of pages and commands.
"""

from __future__ import annotations

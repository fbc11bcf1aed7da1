"""Whether a claim has somebody else do it."""

from __future__ import annotations

import pytest

from rag.roles import swapped

DRONES = "Facing sanctions and export controls, Russia in August bought Iranian-made drones that officials tested."
SUMMONED = "Last month our government summoned Russian Ambassador Andrei Kulik in Seoul."
TALKS = "In May, President Putin warned Xi Jinping that Moscow would help."


@pytest.mark.parametrize(
    ("claim", "cited", "expected"),
    [
        ("Iran bought drones from Russia.", DRONES, True),
        ("Russia bought drones from Iran.", DRONES, False),
        ("In August, Iran reportedly bought drones.", DRONES, True),
        ("Russia has bought Iranian drones.", DRONES, False),
        ("Iran built the drones that Russia bought.", DRONES, False),
        ("China bought drones.", DRONES, False),
        ("Iranian drones were bought by Russia.", DRONES, False),
        ("Seoul summoned the Russian ambassador.", SUMMONED, False),
        ("Xi warned Putin that Beijing would help.", TALKS, True),
        ("Jinping warned Putin that Beijing would help.", TALKS, True),
        ("Putin warned Xi that Moscow would help.", TALKS, False),
        ("Berlin sold the bridge to Paris.", "The bridge was sold by Berlin to Paris.", False),
        ("Paris sold the bridge to Berlin.", "The bridge was sold by Berlin to Paris.", False),
        ("Paris sold the bridge.", "Last year Berlin sold Paris the bridge.", True),
        ("Weapons left Paris.", "Berlin left Weapons there.", True),
        ("Talks between Russia and Iran bought time.", DRONES, False),
        ("", DRONES, False),
        ("Iran bought drones.", "", False),
    ],
)
def test_roles(claim: str, cited: str, expected: bool) -> None:  # noqa: FBT001
    """Somebody who in the cited sentence is named only behind the verb does not do it; a passive tells nothing."""
    assert swapped(claim, cited) is expected

"""Charts are pictures that need nothing, say what they show to those who hear them, and can be read in grey."""

from __future__ import annotations

from fractions import Fraction

from lxml import etree

from vbcdsl.charts.payout import payout
from vbcdsl.charts.waterfall import waterfall
from vbcdsl.model.kinds import Kind
from vbcdsl.statement.curves import label_of
from vbcdsl.whatif.curve import Corner, Curve

SVG = "{http://www.w3.org/2000/svg}"
HALF = Fraction(1, 2)


def curve() -> Curve:
    below = ((Fraction(0), Fraction(0)), (HALF, Fraction(0)))
    above = ((HALF, Fraction(900)), (Fraction(1), Fraction(900)))
    corner = Corner(HALF, "4.2", True, Fraction(0), Fraction(900), Fraction(900))
    now = (Fraction(1, 4), Fraction(0))
    return Curve("Quality <Score>", "4.2", Fraction(0), Fraction(1), (below, above), (corner,), now)


def test_a_jump_has_a_closed_dot_where_it_pays_and_an_open_one_where_it_does_not() -> None:
    tree = etree.fromstring(payout(curve(), "Curve", label_of(Kind("rate")), "Provider").encode())
    dots = [(dot.get("fill"), float(dot.get("cy", "0"))) for dot in tree.findall(f".//{SVG}circle")]
    (white,) = [y for fill, y in dots if fill == "#ffffff"]
    closed = [y for fill, y in dots if fill != "#ffffff" and y != white]
    assert len(dots) == 3 and len(closed) == 1 and closed[0] < white  # what is paid at the edge stands higher
    assert "at 50%: $900, just below: $0" in (tree.findtext(f"{SVG}desc") or "")


def test_a_waterfall_ends_at_the_net_payment_and_its_falling_bars_are_hatched() -> None:
    text = waterfall(
        [("Fee", Fraction(300)), ("Loss & <b>", Fraction(-100))], ("Net", Fraction(200)), "Payments"
    )
    tree = etree.fromstring(text.encode())
    bars = [bar for bar in tree.findall(f".//{SVG}rect") if bar.find(f"{SVG}title") is not None]
    assert [bar.get("fill") for bar in bars][1].startswith("url(#")
    tops = [float(bar.get("y", "0")) for bar in bars]
    heights = [float(bar.get("height", "0")) for bar in bars]
    assert abs(heights[0] - heights[1] - heights[2]) < 0.3 and abs(tops[1] - tops[0]) < 0.2


def test_nothing_but_zero_can_be_drawn() -> None:
    etree.fromstring(waterfall([("Fee", Fraction(0))], ("Net", Fraction(0)), "Payments").encode())

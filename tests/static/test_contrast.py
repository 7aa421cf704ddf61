"""Every pair of colours that the components use, in both themes, by WCAG 2.2 AA."""

import re
from pathlib import Path

import pytest
from django.conf import settings

CSS = Path(settings.STATICFILES_DIRS[0]) / "shared" / "css"
TOKENS = re.sub(r"/\*.*?\*/", "", (CSS / "tokens.css").read_text(), flags=re.DOTALL)

WORDS = 4.5  # 1.4.3
SHAPES = 3.0  # 1.4.11: edges of fields, focus, presence
GROUNDS = ("surface", "bg", "well", "chosen")
STATES = [
    "sent",
    "delivered",
    "viewed",
    "typing",
    "counter_offered",
    "accepted",
    "awarded",
    "rejected",
    "fallen_off",
    "expired",
    "withdrawn",
    "lost",
]

Rgb = tuple[float, float, float]


def declarations(selector: str) -> dict[str, str]:
    """The custom properties of the rule with exactly this selector."""
    pattern = rf"(?:^|[}}{{])\s*{re.escape(selector)}\s*{{([^{{}}]*)}}"
    found = re.search(pattern, TOKENS)
    assert found, f"tokens.css has no rule {selector}"
    pairs = re.findall(r"--([\w-]+)\s*:\s*([^;]+);", found.group(1))
    return {name: " ".join(value.split()) for name, value in pairs}


LIGHT = declarations(":root")
DARK_BY_SYSTEM = declarations(':root:not([data-theme="light"])')
DARK_BY_CHOICE = declarations('[data-theme="dark"]')
MEANINGS = declarations(":root,\n[data-theme]")


def mixed_here() -> dict[str, str]:
    """Grounds that the components mix: a boxed state, and a strong button under the pointer."""
    grounds = {f"over-{name}": f"color-mix(in srgb, var(--{name}) 84%, var(--text))" for name in ("act", "good", "bad")}
    for state in STATES:
        hue = "yours" if state == "counter_offered" else f"st-{state}"
        grounds[f"box-{state}"] = f"color-mix(in srgb, var(--{hue}) var(--st-tint), var(--surface))"
    return grounds | {"box-awarded": "var(--good)"}


THEMES = {
    "light": LIGHT | MEANINGS | mixed_here(),
    "dark": LIGHT | DARK_BY_CHOICE | MEANINGS | mixed_here(),
}


def resolve(value: str, names: dict[str, str]) -> str:
    while reference := re.fullmatch(r"var\(--([\w-]+)\)", value):
        value = names[reference.group(1)]
    return value


def colour(value: str, names: dict[str, str]) -> Rgb:
    """Hex, `var()` or `color-mix(in srgb, a share, b)` as red, green and blue between 0 and 1."""
    value = resolve(value, names)
    mix = re.fullmatch(r"color-mix\(in srgb, (\S+) (\S+), (\S+)\)", value)
    if mix:
        share = float(resolve(mix.group(2), names).rstrip("%")) / 100
        both = zip(colour(mix.group(1), names), colour(mix.group(3), names), strict=True)
        red, green, blue = (first * share + second * (1 - share) for first, second in both)
        return red, green, blue
    digits = value.removeprefix("#")
    digits = "".join(digit * 2 for digit in digits) if len(digits) == 3 else digits
    return int(digits[0:2], 16) / 255, int(digits[2:4], 16) / 255, int(digits[4:6], 16) / 255


def luminance(parts: Rgb) -> float:
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str, names: dict[str, str]) -> float:
    dark, bright = sorted(luminance(colour(f"var(--{name})", names)) for name in (one, other))
    return (bright + 0.05) / (dark + 0.05)


def pairs() -> set[tuple[str, str, float]]:
    wanted: set[tuple[str, str, float]] = set()
    for word in ("text", "text-2", "text-3", "act", "bad", "good", "yours-text", *(f"st-{state}" for state in STATES)):
        wanted |= {(word, ground, WORDS) for ground in GROUNDS}
    for ground in ("bubble-in", "bubble-out", "yours-bg", "good-bg", "bad-bg"):
        wanted |= {(word, ground, WORDS) for word in ("text", "text-2", "act")}
    for name in ("act", "good", "bad"):
        wanted |= {(f"on-{name}", name, WORDS), (f"on-{name}", f"over-{name}", WORDS)}
    wanted |= {("yours-text", "yours-bg", WORDS), ("good", "good-bg", WORDS), ("bad", "bad-bg", WORDS)}
    wanted |= {("on-yours", "yours", WORDS), ("bad", "bubble-out", WORDS)}
    wanted |= {("on-good" if state == "awarded" else f"st-{state}", f"box-{state}", WORDS) for state in STATES}
    wanted |= {("line-3", ground, SHAPES) for ground in ("surface", "bg")}
    wanted |= {("focus", ground, SHAPES) for ground in (*GROUNDS, "yours-bg")}
    wanted |= {(hue, ground, SHAPES) for hue in ("good", "text-2", "act") for ground in GROUNDS}
    return wanted


@pytest.mark.parametrize("theme", THEMES)
def test_words_and_shapes_stand_out_from_their_grounds(theme):
    names = THEMES[theme]
    low = [
        f"{one} on {other}: {contrast(one, other, names):.2f}, needs {need}"
        for one, other, need in sorted(pairs())
        if contrast(one, other, names) < need
    ]
    assert low == []


def test_dark_is_the_same_by_system_and_by_choice():
    assert DARK_BY_SYSTEM == DARK_BY_CHOICE


def test_dark_redefines_all_values_and_no_meaning():
    assert set(DARK_BY_CHOICE) == {name for name in LIGHT if name.startswith("v-")}


def test_contrast_is_measured_as_the_standard_says():
    names = {
        "white": "#fff",
        "black": "#000000",
        "grey": "#777",
        "half": "color-mix(in srgb, var(--white) 50%, var(--black))",
    }
    assert contrast("white", "black", names) == pytest.approx(21)
    assert contrast("white", "grey", names) == pytest.approx(4.48, abs=0.01)
    assert colour("var(--half)", names) == pytest.approx((0.5, 0.5, 0.5))


def test_components_use_meanings_only():
    for file in CSS.glob("*.css"):
        if file.name != "tokens.css":
            rules = re.sub(r"/\*.*?\*/", "", file.read_text(), flags=re.DOTALL)
            assert re.findall(r"#[0-9a-f]{3,8}\b|rgb\(|var\(--v-", rules) == [], file.name

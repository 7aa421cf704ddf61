"""Names and words of people beside words of ours, which may be written in the other direction.

In markup such a name stands in `<bdi>` (`{{ name|bdi }}`). Where there is only plain text, in titles, labels and lines
of a list, it stands between the signs for the same. What is written like our own languages needs neither.
"""

import unicodedata

_BEGIN, _END = "\u2068", "\u2069"
_CONTROLS = dict.fromkeys((*range(0x202A, 0x202F), *range(0x2066, 0x206A)))
_TURNING = {"R", "AL", "AN"}


def turns(text: str) -> bool:
    """Whether there is anything in it that runs from right to left, or that says so of itself."""
    return any(ord(letter) in _CONTROLS or unicodedata.bidirectional(letter) in _TURNING for letter in text)


def isolated(text: str) -> str:
    """The text between U+2068 and U+2069 where it `turns`, otherwise as it is: what stands beside it keeps its order.

    Signs within it that would end that early are left out; a text that is isolated already stays as it is.
    """
    if not turns(text) or (text[0], text[-1], text.count(_BEGIN)) == (_BEGIN, _END, 1):
        return text
    return f"{_BEGIN}{text.translate(_CONTROLS)}{_END}"

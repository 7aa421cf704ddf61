"""What stands beside telephone numbers in the texts that people write, and is taken for a part of them if left there.

Places in a list, hours, extensions, registration numbers, fax numbers and the names of countries.
"""

import re

CODE_OF_COUNTRY = "\x00"
"""Stands on both sides of a country code that was written as the country's name. `readable` leaves out such signs."""

_FLAGS = re.VERBOSE | re.IGNORECASE

EXTENSION = re.compile(
    r"(?<=[0-9]) [\s,;.)-]* (?: extension | extensión | extn | ext | x | \# ) [\s.:=\#]* [0-9]{1,6} (?! [\s.-]*[0-9] )",
    _FLAGS,
)
_PLACE_IN_A_LIST = re.compile(
    r"""
    (?: ^ | (?<=\s) ) (?: [1-9][):] | [1-9]\.(?=\s) | \#[0-9]{1,4}[):.]?(?=\s) ) \s* (?= [(\[+]*[0-9] )
    | (?: (?<=[0-9]{4}) \s*/\s* [2-689]\s | (?<=[0-9]{4}\s) [2-689]\. | ^[1-9]\. ) \s* (?= [(\[+]*[0-9]{3}[^0-9] )
    """,
    _FLAGS,
)
"""`1: 701-555-0100 2: 701-555-0199`, `#1 …`, `1 … / 2 …`. A 7 between two numbers may be a country's code."""
_HOURS = re.compile(
    r"""
    (?: ^ | (?<=[0-9]{4})[\s,;(]+ | (?<=[^\W\d_])[\s,;:(]+ )
    24 \s? (?: [/x-]\s?7 (?: /365 )? | h | hrs? | hours? | horas? ) (?! [\w/] )
    | (?<![0-9]) [0-9]{1,2} (?: :[0-9]{2} )? \s? [ap]\.?m (?![^\W\d_])
    | (?<=[0-9]) \s* \( \s* [0-9]{1,2} \s? - \s? [0-9]{1,2} \s* \)
    | (?<=[0-9]{4}) \s* \( \s* [0-9]{1,2} \s* \) (?! [\s.(-]*[0-9] )
    """,
    _FLAGS,
)
"""Also a small number in brackets after the last digits of a telephone number."""
_REGISTRATION = re.compile(
    r"""
    \b (?: us\s?dot | dot | mc | cdl | dl | licen[sc]e | licencia | lic | permit | pin | vin | ein | tin | ssn | ss
         | tax\s?id | id | account | acct | plates? | placas? | zip | po\s?box )
    [\s.:=\#-]* (?: (?: no | num | number ) \b [\s.:=\#]* )?
    (?! [(\[]?[0-9]{3}[\s.)\]-]+[0-9]{3}[\s.-]+[0-9]{4}(?![0-9]) )
    (?: (?<=vin\s) [a-z0-9]{11,17} | [0-9]{3}[\s-][0-9]{4}(?!\s?-?[0-9]) | [0-9]+ (?: [,-][0-9]+ )* )
    """,
    _FLAGS,
)
"""Left alone where what follows has the form of a telephone number, 3-3-4."""
_UNIT = re.compile(
    r"""
    \b (?: unit | unidad | truck | trk | tractor | trailer | trlr | van | cami[oó]n | troca )
    [\s.:=\#-]* (?: (?: no | num | number ) \b [\s.:=\#]* )?
    (?! [(\[]?[0-9]{3}[\s.)\]/-]*[0-9]{3}[\s./-]*[0-9]{4}(?![0-9]) )
    [0-9]{1,6} (?![0-9])
    """,
    _FLAGS,
)
_FAX = re.compile(
    r"""
    (?<! [^\W\d_][/&] ) \b fax \b [^\w+(]*
    (?: (?: \+?1[\s.-]* )? \(?[0-9]{3}\)? [\s./-]* [0-9]{3} [\s.-]* [0-9]{4} (?![0-9]) | [+(]*[0-9][0-9().\s-]* )
    """,
    _FLAGS,
)
"""`tel/fax 701-555-0100` is a telephone too."""
_FAX_AFTER = re.compile(
    r"""
    (?: \+?1[\s.-]* )? \(?[0-9]{3}\)? [\s./-]* [0-9]{3} [\s.-]* [0-9]{4}
    \s? \(? \s? fax \b \s? \)? \s? (?= $ | [,;/|] )
    """,
    _FLAGS,
)
_COUNTRIES = {
    "mexico": "52",
    "méxico": "52",
    "mex": "52",
    "mx": "52",
    "colombia": "57",
    "india": "91",
    "guatemala": "502",
}
_COUNTRY = re.compile(
    rf"(?<! new \s ) \b ({'|'.join(_COUNTRIES)}) \b (?= [\s.:=(\[-]* (?! 0 | 52 | 57 | 91 | 502 ) [0-9] )", _FLAGS
)

_COUNTRY_AFTER = re.compile(
    r"(?P<before> (?: ^ | [^0-9\s().+-] ) \s? ) (?P<number> \(?[0-9]{3}\)? [\s.-]* [0-9]{3} [\s.-]* [0-9]{4} )"
    rf" [\s(,-]* (?P<country> {'|'.join(_COUNTRIES)} ) \b [\s).]* (?= $ | [,;/|] )",
    _FLAGS,
)


def with_telephones_only(plain: str) -> str:
    """A text that `readable` gave, with `;` in place of digits that are no telephone's, and codes for countries."""
    for pattern in (EXTENSION, _FAX_AFTER, _FAX, _REGISTRATION, _UNIT, _HOURS, _PLACE_IN_A_LIST):
        plain = pattern.sub(" ; ", plain)
    plain = _COUNTRY.sub(lambda match: _code(match[1]), plain)
    return _COUNTRY_AFTER.sub(lambda match: f"{match['before']}{_code(match['country'])}{match['number']}", plain)


def _code(country: str) -> str:
    return f"{CODE_OF_COUNTRY}{_COUNTRIES[country.lower()]}{CODE_OF_COUNTRY}"

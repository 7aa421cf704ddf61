"""What became of looking up a place: the place, or in words why it is not known which one is meant."""

from dataclasses import dataclass
from enum import StrEnum

from django.utils.translation import gettext as _

from drivers.models import Place

MOST_CHOICES = 6


class Why(StrEnum):
    UNKNOWN = "unknown"
    UNKNOWN_ZIP = "unknown_zip"
    ABROAD = "abroad"
    SEVERAL = "several"
    CONTRADICTION = "contradiction"
    TWO = "two"


ASKED_ABOUT = (Why.SEVERAL, Why.CONTRADICTION, Why.TWO)
"""Why a text that names a place names none alone: it could be one place or another."""


@dataclass(frozen=True, slots=True)
class Finding:
    """`place`, or `why` there is none and which `choices` there are. `name` is what the words are about."""

    place: Place | None = None
    why: Why | None = None
    name: str = ""
    choices: tuple[Place, ...] = ()
    zip_code: str = ""
    alone: bool = False
    """The text says nothing but this place: one of the choices can stand in its stead."""

    @property
    def is_about_a_place(self) -> bool:
        """Whether the text names something, even if it cannot be said what."""
        return self.place is not None or self.why not in (Why.UNKNOWN, Why.UNKNOWN_ZIP)

    @property
    def labels(self) -> list[str]:
        """The choices as people read them, the likeliest first."""
        return list(dict.fromkeys(place.label for place in self.choices))[:MOST_CHOICES]

    @property
    def words(self) -> str:
        """What is wrong, in the language that is active now; nothing where the place is known."""
        choices = "; ".join(self.labels)
        match self.why:
            case None:
                return ""
            case Why.UNKNOWN:
                return _("There is no such place. Write it like Dallas, TX, or 75201.")
            case Why.UNKNOWN_ZIP:
                return _("The ZIP code {zip} is not known. Correct it, or leave it out.").format(zip=self.zip_code)
            case Why.ABROAD:
                return _("{name} is not in the United States. Only places there can be looked up.").format(
                    name=self.name
                )
            case Why.SEVERAL:
                return _("More than one place is called {name}. Write its state too, such as {choices}.").format(
                    name=self.name, choices=choices
                )
            case Why.CONTRADICTION:
                return _("{name} and the ZIP code {zip} contradict each other. Which one is right? {choices}").format(
                    name=self.name, zip=self.zip_code, choices=choices
                )
            case Why.TWO:
                return _("Two places are named here. Which one is meant? {choices}").format(choices=choices)

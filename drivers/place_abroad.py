"""Names of what is not in the United States: countries, provinces, and cities known by their name alone."""

from collections.abc import Sequence

CANADA = "Canada"
MEXICO = "Mexico"
ONTARIO = "ontario"
"""The one province that has the name of a city in California."""

_PROVINCES = {
    "Ontario": "on ont", "Quebec": "qc pq que", "British Columbia": "bc", "Alberta": "ab alta", "Manitoba": "mb man",
    "Saskatchewan": "sk sask", "Nova Scotia": "ns", "New Brunswick": "nb", "Newfoundland": "nl nfld",
    "Newfoundland and Labrador": "", "Prince Edward Island": "pe pei", "Yukon": "yt yk", "Yukon Territory": "",
    "Northwest Territories": "nt nwt", "Nunavut": "nu",
}  # fmt: skip
_MEXICAN_STATES = {
    "Nuevo Leon": "nl", "Tamaulipas": "tamps tam", "Coahuila": "coah", "Coahuila de Zaragoza": "", "Chihuahua": "chih",
    "Sonora": "son", "Baja California": "bc bcn", "Baja California Norte": "", "Baja California Sur": "bcs",
    "Sinaloa": "sin", "Durango": "dgo", "Jalisco": "jal", "Queretaro": "qro", "Guanajuato": "gto",
    "San Luis Potosi": "slp", "Aguascalientes": "ags", "Zacatecas": "zac", "Puebla": "pue", "Veracruz": "ver",
    "Michoacan": "mich", "Hidalgo": "hgo", "Guerrero": "gro", "Oaxaca": "oax", "Chiapas": "chis", "Tabasco": "tab",
    "Campeche": "camp", "Yucatan": "yuc", "Quintana Roo": "qroo", "Colima": "col", "Nayarit": "nay",
    "Morelos": "mor", "Tlaxcala": "tlax", "Estado de Mexico": "edomex", "Ciudad de Mexico": "cdmx df",
}  # fmt: skip
_ALSO_WORDS = "man que son tam sin col camp tab mor ver pue mich gro df zac chis nay ont alta sask"
"""Short forms that are words or names too: they say something only where they stand alone between commas."""
_COUNTRIES = {
    "Canada": "", "Mexico": "mx mex|estados unidos mexicanos", "United Kingdom": "uk gb|great britain",
    "England": "", "Scotland": "", "Wales": "", "Northern Ireland": "", "Ireland": "", "France": "",
    "Germany": "deutschland", "Spain": "espana", "Portugal": "", "Italy": "italia", "Switzerland": "",
    "Austria": "", "Belgium": "", "Netherlands": "|the netherlands", "Holland": "", "Luxembourg": "", "Denmark": "",
    "Norway": "", "Sweden": "", "Finland": "", "Iceland": "", "Poland": "polska", "Czech Republic": "czechia",
    "Slovakia": "", "Hungary": "", "Romania": "", "Bulgaria": "", "Serbia": "", "Croatia": "", "Slovenia": "",
    "Bosnia": "", "Albania": "", "Greece": "", "Turkey": "turkiye", "Cyprus": "", "Malta": "", "Ukraine": "",
    "Belarus": "", "Russia": "", "Lithuania": "", "Latvia": "", "Estonia": "", "Moldova": "", "Armenia": "",
    "Azerbaijan": "", "Kazakhstan": "", "Uzbekistan": "", "Israel": "", "Palestine": "", "Lebanon": "", "Jordan": "",
    "Syria": "", "Iraq": "", "Iran": "", "Saudi Arabia": "", "United Arab Emirates": "uae", "Qatar": "", "Kuwait": "",
    "Oman": "", "Yemen": "", "Egypt": "", "Morocco": "", "Algeria": "", "Tunisia": "", "Libya": "", "Sudan": "",
    "Ethiopia": "", "Kenya": "", "Nigeria": "", "Ghana": "", "South Africa": "", "India": "", "Pakistan": "",
    "Bangladesh": "", "Sri Lanka": "", "Nepal": "", "Afghanistan": "", "China": "", "Hong Kong": "", "Taiwan": "",
    "Japan": "", "South Korea": "|north korea", "Korea": "", "Vietnam": "", "Thailand": "", "Malaysia": "",
    "Singapore": "", "Indonesia": "", "Philippines": "|the philippines", "Australia": "", "New Zealand": "",
    "Brazil": "brasil", "Argentina": "", "Chile": "", "Peru": "", "Bolivia": "", "Paraguay": "", "Uruguay": "",
    "Colombia": "", "Venezuela": "", "Ecuador": "", "Guyana": "", "Suriname": "", "Panama": "", "Costa Rica": "",
    "Nicaragua": "", "Honduras": "", "El Salvador": "", "Guatemala": "", "Belize": "", "Cuba": "", "Haiti": "",
    "Dominican Republic": "|republica dominicana", "Jamaica": "", "Bahamas": "|the bahamas", "Barbados": "",
    "Trinidad": "", "Bermuda": "",
}  # fmt: skip
_CANADIAN_CITIES = """
    toronto ottawa mississauga brampton hamilton london markham vaughan kitchener windsor richmond_hill oakville
    burlington oshawa barrie guelph cambridge kingston waterloo sudbury thunder_bay sarnia niagara_falls peterborough
    brantford st_catharines milton ajax whitby pickering montreal quebec_city laval gatineau longueuil sherbrooke
    trois_rivieres vancouver surrey burnaby richmond abbotsford kelowna victoria kamloops calgary edmonton red_deer
    lethbridge medicine_hat winnipeg brandon regina saskatoon halifax dartmouth moncton saint_john fredericton
    st_johns charlottetown whitehorse yellowknife fort_erie belleville cornwall woodstock stratford chatham leamington
    orillia north_bay sault_ste_marie timmins bolton concord etobicoke scarborough north_york
"""
_KNOWN_ABROAD = f"""
    {_CANADIAN_CITIES} monterrey tijuana juarez ciudad_juarez cd_juarez nuevo_laredo reynosa matamoros mexicali
    guadalajara saltillo torreon hermosillo piedras_negras ciudad_acuna ramos_arizpe apodaca queretaro celaya irapuato
    silao leon puebla toluca mexico_city ciudad_de_mexico culiacan ensenada tampico veracruz merida cancun
    paris madrid barcelona berlin hamburg munich frankfurt rome milan milano naples turin vienna geneva lisbon dublin
    manchester liverpool glasgow edinburgh amsterdam rotterdam brussels antwerp copenhagen oslo stockholm helsinki
    warsaw prague budapest athens istanbul moscow kiev kyiv odessa delhi mumbai tokyo osaka beijing shanghai seoul
    manila sydney melbourne lima bogota havana kingston santiago caracas sao_paulo buenos_aires
"""

Words = tuple[str, ...]


def _named(names: dict[str, str]) -> dict[Words, str]:
    """Every spelling of the names, as words, and the name that it stands for."""
    found = {tuple(name.lower().split()): name for name in names}
    for name, others in names.items():
        short, _bar, longer = others.partition("|")
        found |= {(word,): name for word in short.split() if (word,) not in found}
        if longer:
            found[tuple(longer.split())] = name
    return found


def _cities(text: str) -> frozenset[Words]:
    return frozenset(tuple(name.split("_")) for name in text.split())


COUNTRIES = _named(_COUNTRIES)
PROVINCES = _named(_PROVINCES)
_STATES_OF_MEXICO = _named(_MEXICAN_STATES)
REGIONS = (
    _STATES_OF_MEXICO | PROVINCES | {words: words[0].upper() for words in PROVINCES.keys() & _STATES_OF_MEXICO.keys()}
)
"""`NL` and `BC` are in both countries, and are called by their letters."""
CANADIAN_CITIES = _cities(_CANADIAN_CITIES)
CITIES = _cities(_KNOWN_ABROAD)
LONGEST = max(len(words) for words in (*COUNTRIES, *REGIONS))


def country_at_the_end(words: Sequence[str]) -> tuple[str, int]:
    """The country that the words end with, and of how many words its name is; an empty name where there is none."""
    return _at_the_end(words, COUNTRIES)


def region_at_the_end(words: Sequence[str]) -> tuple[str, int]:
    """The same for a province of Canada or a state of Mexico. A short form that is a word too must stand alone."""
    name, length = _at_the_end(words, REGIONS)
    return ("", 0) if length == 1 < len(words) and words[-1] in _ALSO_WORDS.split() else (name, length)


def province_at_the_end(words: Sequence[str]) -> tuple[str, int]:
    return _at_the_end(words, PROVINCES)


def name_of(words: Sequence[str]) -> str:
    """The country, region or city abroad that has this whole name, or nothing."""
    whole = tuple(words)
    found = COUNTRIES.get(whole) or REGIONS.get(whole) or ""
    return found or (" ".join(whole).title() if whole in CITIES else "")


def name_at_the_beginning(words: Sequence[str]) -> tuple[str, int]:
    """The same for a country or a region that the words begin with."""
    for length in range(min(LONGEST, len(words)), 0, -1):
        whole = tuple(words[:length])
        if length == 1 < len(words) and words[0] in _ALSO_WORDS.split():
            continue
        if name := COUNTRIES.get(whole) or REGIONS.get(whole):
            return name, length
    return "", 0


def ends_with_a_city(words: Sequence[str]) -> bool:
    return _ends_with(words, CITIES)


def ends_with_a_canadian_city(words: Sequence[str]) -> bool:
    return _ends_with(words, CANADIAN_CITIES)


def _ends_with(words: Sequence[str], cities: frozenset[Words]) -> bool:
    return any(tuple(words[-length:]) in cities for length in (1, 2, 3) if length <= len(words))


def has_a_canadian_city(words: Sequence[str]) -> bool:
    return any(ends_with_a_canadian_city(words[:end]) for end in range(1, len(words) + 1))


def _at_the_end(words: Sequence[str], names: dict[Words, str]) -> tuple[str, int]:
    for length in range(min(LONGEST, len(words)), 0, -1):
        if name := names.get(tuple(words[-length:])):
            return name, length
    return "", 0

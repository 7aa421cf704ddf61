"""What demo data is made of. Nobody and nothing here is real: numbers are 555-01xx, mails end in example.com."""

OFFICE = (
    ("admin", "Sam Whitfield", "admin"),
    ("manager", "Grace Hill", "manager"),
    ("maria", "María Álvarez", "dispatcher"),
    ("james", "James O'Neil", "dispatcher"),
    ("aisha", "Aisha Khan", "dispatcher"),
    ("tom", "Tom Becker", "dispatcher"),
    ("lucia", "Lucía Romero", "dispatcher"),
    ("dmitri", "Dmitri Volkov", "dispatcher"),
)
"""Username, name, role."""

FIRST_NAMES = (
    "James", "Robert", "Linda", "Michael", "Patricia", "David", "Barbara", "Tyrone", "Denise", "Marcus", "Keisha",
    "Earl", "Wanda", "Oleksandr", "Iryna", "Bogdan", "Minh", "Thanh", "Abdi", "Hodan", "Gurpreet", "Harpreet", "Kwame",
    "Earnest", "Rhonda", "Curtis", "Dale", "Tammy", "Vernon", "Shanice",
)  # fmt: skip
LAST_NAMES = (
    "Smith", "Johnson", "Washington", "Brooks", "Kowalski", "Petrenko", "Tran", "Warsame", "Gill", "Mensah", "O'Brien",
    "McAllister", "Jackson", "Boone", "Whitaker", "Hollis", "Dupree", "Nowak", "Schneider", "Yoder", "Banks", "Pruitt",
    "Castleberry", "Van der Merwe", "St. Clair",
)  # fmt: skip
SPANISH_FIRST_NAMES = (
    "José", "Luz", "Juan Carlos", "Guadalupe", "Jesús", "María Fernanda", "Ramón", "Yolanda", "Ángel", "Rocío",
    "Héctor", "Xiomara", "Raúl", "Marisol", "Iván",
)  # fmt: skip
SPANISH_LAST_NAMES = (
    "Hernández", "Núñez", "García López", "Ibáñez", "Muñoz", "Castañeda", "Peña", "Villarreal", "Domínguez", "Ortega",
    "Treviño", "Zúñiga",
)  # fmt: skip
LONG_NAMES = (
    "Maximiliano Hernández-Villanueva de la Fuente y Montenegro",
    "Christopher Bartholomew Montgomery-Featherstonehaugh III",
    "Wolfeschlegelsteinhausen & Sons Expedited Transport LLC",
)

FREIGHT_ZIPS = (
    "75201", "75050", "76106", "77002", "77040", "78205", "78040", "78501", "79901", "79601", "60601", "60638", "60446",
    "46204", "46802", "43215", "44114", "45202", "48201", "48180", "49503", "40202", "42101", "37203", "38118", "37402",
    "30303", "30336", "31401", "35203", "36602", "32202", "33602", "33166", "32809", "28202", "27401", "29601", "29201",
    "23219", "21201", "19103", "17101", "15222", "08817", "07102", "11101", "14202", "13202", "02118", "06103", "53202",
    "55401", "50309", "63101", "64106", "66101", "67202", "68102", "73102", "74103", "72201", "70112", "70801", "39201",
    "80202", "84101", "87102", "85003", "85701", "89101", "89501", "90021", "91761", "93706", "94607", "95814", "97201",
    "98101", "99201", "83702", "59101", "57104", "58102",
)  # fmt: skip
"""Where freight begins and ends."""

AREA_CODES = {
    "AL": (205, 251), "AR": (501, 479), "AZ": (602, 520), "CA": (213, 909, 916), "CO": (303, 720), "CT": (860, 203),
    "FL": (305, 813, 904), "GA": (404, 912), "IA": (515, 319), "ID": (208,), "IL": (312, 630, 815), "IN": (317, 260),
    "KS": (316, 913), "KY": (502, 270), "LA": (504, 225), "MA": (617, 508), "MD": (410, 301), "MI": (313, 616),
    "MN": (612, 651), "MO": (314, 816), "MS": (601,), "MT": (406,), "NC": (704, 336), "ND": (701,), "NE": (402,),
    "NJ": (973, 732), "NM": (505,), "NV": (702, 775), "NY": (718, 716, 315), "OH": (614, 216, 513), "OK": (405, 918),
    "OR": (503,), "PA": (215, 412, 717), "SC": (803, 864), "SD": (605,), "TN": (615, 901, 423),
    "TX": (214, 713, 210, 817, 915, 956), "UT": (801,), "VA": (804,), "WA": (206, 509), "WI": (414,),
}  # fmt: skip

TRUCKS = {
    "sprinter": (
        "S", 40,
        ("144x70x72", "12'x5.8'x6'", "144 L x 70 W x 72 H", "168x70x76", "14' x 5'10\" x 6'4\"", "170 x 70 x 72 in"),
    ),
    "cargo van": ("V", 22, ("120x52x54", "10'x4.5'x4.5'", "124 L x 53 W x 56 H", "10ft x 52in x 54in")),
    "box truck": (
        "B", 26,
        ("16'x7.5'x7'", "192x90x84", "216 x 96 x 96", "18' x 8' x 8'", "L 192 W 92 H 86", "264x96x97 liftgate"),
    ),
    "straight truck": (
        "T", 12,
        ("26'x8'x8'", "312x96x102", "26 ft, dock high", "312 L x 98 W x 103 H, liftgate", "24' x 8' x 8'6\""),
    ),
}  # fmt: skip
"""The letter of its number, how many of a hundred, and its inside as people write it."""

RATES = ("1.35", "1.60", "1.75/mi", "$1.90", "$2.10/mi", "2.25 loaded / 1.10 empty", "2.40", "ask", "")

CUSTOMERS = (
    "Lone Star Plastics",
    "Great Lakes Castings",
    "Bluegrass Medical Supply",
    "Sierra Solar Components",
    "Cajun Seafood Co.",
    "Peach State Paper",
    "Hoosier Auto Parts",
    "Desert Sky Avionics",
    "Mid-South Tool & Die",
    "Granite State Optics",
)
STREETS = (
    "Industrial Blvd", "Commerce St", "Warehouse Row", "Distribution Dr", "Airport Fwy", "Rail Yard Rd", "Harbor Way",
    "Foundry Ave", "Gateway Pkwy", "Logistics Ct",
)  # fmt: skip
CARGO = (
    ("48x40x48", 1, 420), ("48x40x60", 2, 1350), ("48x40x50", 3, 1980), ("36x24x24", 6, 540), ("60x48x52", 1, 880),
    ("96x44x40", 1, 1120), ("48x40x36", 4, 2600), ("24x24x30", 2, 130), ("", 1, 75), ("72x48x48", 2, 2150),
)  # fmt: skip
"""Dimensions, pieces, pounds."""
NOTES = (
    "", "", "Team preferred.", "Driver assist at delivery.", "Temperature sensitive, no stops over 2 hours.",
    "Call 30 minutes before arrival. Ask for the night shift lead.", "PPE needed: vest, hard hat, steel toes.",
)  # fmt: skip

DECLINES = (
    ("rate_too_low", "Can't do it for that, fuel alone is 300."),
    ("too_far", ""),
    ("hours", "Out of hours until tomorrow 6am"),
    ("cargo_size", ""),
    ("home_time", "Home this weekend 👨‍👩‍👧"),
    ("already_loaded", ""),
    ("other", "Truck is in the shop."),
)
COUNTER_NOTES = ("", "", "Can be there in 40 min", "Tolls included", "Need a bit more, long deadhead 🙏")
OPENERS = (
    "",
    "",
    "Hot load, shipper is waiting.",
    "Direct drive, no touch freight 👍",
    "Can you make the pickup window?",
)

_ENGLISH = """
D: Is it dock high or ground level?
O: Dock at pickup, forklift at delivery.
D: 👍 works for me

O: How far out are you?
D: About 35 miles, fueling up now
O: Perfect, thanks!

D: Any chance for detention if they hold me?
O: Yes, $40/h after 2 hours. Send me the times.
D: Deal 🤝

O: Did you get the address ok?
D: Yes sir, GPS says 2h 10m
O: Drive safe 🚚

D: There is an accident on I-35, might run 20 late
O: Thanks for the heads-up, I'll let them know.
D: 🙏

O: Please strap both pallets, customer was picky last time
D: 4 straps and blankets on board

D: What's the PO number?
O: You'll see it here as soon as the load is yours.
D: ok

D: Can I bring my dog? 🐶
O: Sure, as long as he stays in the cab 😄
D: He's the best co-driver I ever had

O: Weight is 2,150 lbs, you good with that?
D: Yes, rated for 3,500

D: You have anything going back to the southeast after this?
O: Working on it. Tell me when you're empty.
"""

_SPANISH = """
D: ¿Es con muelle o a nivel de piso?
O: Muelle al cargar, montacargas al entregar.
D: Perfecto 👍

O: ¿Qué tan lejos está usted?
D: Como a 40 millas, ya voy saliendo 🚚
O: ¡Gracias!

D: ¿Pagan detención si me hacen esperar?
O: Sí, 40 dólares la hora después de 2 horas.
D: Muy bien, jefa 🙏

D: Hay mucho tráfico en la 10, llego unos 20 minutos tarde
O: No se preocupe, yo les aviso.

O: ¿Trae correas y cobijas?
D: Sí, seis correas y cuatro cobijas.

D: ¿Tendrá algo de regreso para Texas mañana?
O: Estoy buscando. Avíseme cuando esté vacío.
D: Órale, gracias 😊

O: Maneje con cuidado, va a llover ⛈️
D: Gracias, así será. ¡Buen día!
"""

Dialogue = tuple[tuple[str, str], ...]


def _dialogues(text: str) -> tuple[Dialogue, ...]:
    """Conversations with an empty line between them; `D` is the driver's line, `O` the office's."""
    who = {"D": "driver", "O": "office"}
    blocks = text.strip().split("\n\n")
    return tuple(tuple((who[line[0]], line[3:]) for line in block.splitlines()) for block in blocks)


DIALOGUES = {"en": _dialogues(_ENGLISH), "es": _dialogues(_SPANISH)}
"""What is said, by language: who, and their words."""

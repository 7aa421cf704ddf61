"""How much, how often, and how many at once.

A rate is a bucket (`kernel.limits`): `…_BURST` at once, then so many a second, a minute or an hour.
"""

from offers_project.settings.environment import env

# --- sizes ---

# Bytes of a body, and fields of a form.
DATA_UPLOAD_MAX_MEMORY_SIZE = 1024 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 2000

# Characters of a message, and drivers of one sending.
MESSAGE_MAX_LENGTH = env.int("MESSAGE_MAX_LENGTH", default=4000)
SEND_MAX_DRIVERS = env.int("SEND_MAX_DRIVERS", default=200)

# --- messages and changes ---

# Messages of one person; 0 turns the limit off.
MESSAGES_BURST = env.int("MESSAGES_BURST", default=20)
MESSAGES_PER_SECOND = env.float("MESSAGES_PER_SECOND", default=5)
# Everything else by which a person changes something: three times as much at once. Where the limit of messages is
# turned off, so is this one, unless it is set.
CHANGES_BURST = env.int("CHANGES_BURST", default=3 * MESSAGES_BURST)
CHANGES_PER_SECOND = env.float("CHANGES_PER_SECOND", default=MESSAGES_PER_SECOND)

# --- requests ---

REQUESTS_AT_ONCE = env.int("REQUESTS_AT_ONCE", default=32)
"""How many requests a process answers at once, each with a connection to the database of its own; others wait."""

# What an address may write by the API without being signed in: at once, and then each second. 0 turns a limit off.
STRANGERS_BURST = env.int("STRANGERS_BURST", default=300)
STRANGERS_PER_SECOND = env.float("STRANGERS_PER_SECOND", default=10)
IDEMPOTENCY_KEYS_PER_DAY = env.int("IDEMPOTENCY_KEYS_PER_DAY", default=10_000)
"""How many keys one person may use at once, and each day."""

# --- wrong passwords ---

# Wrong passwords: for one name from one address, from one address for all names, for one name from all addresses; at
# once, and then each minute. 0 turns a limit off.
PASSWORDS_BURST = env.int("PASSWORDS_BURST", default=10)
PASSWORDS_PER_MINUTE = env.float("PASSWORDS_PER_MINUTE", default=2)
PASSWORDS_ADDRESS_BURST = env.int("PASSWORDS_ADDRESS_BURST", default=30)
PASSWORDS_ADDRESS_PER_MINUTE = env.float("PASSWORDS_ADDRESS_PER_MINUTE", default=60)
PASSWORDS_ACCOUNT_BURST = env.int("PASSWORDS_ACCOUNT_BURST", default=100)
PASSWORDS_ACCOUNT_PER_MINUTE = env.float("PASSWORDS_ACCOUNT_PER_MINUTE", default=1)
PASSWORDS_DELAY_SECONDS = env.float("PASSWORDS_DELAY_SECONDS", default=2)
"""How long it takes for a name that is over the last of these limits: others' guesses lock no person out."""
PASSWORDS_AT_ONCE = env.int("PASSWORDS_AT_ONCE", default=4)
"""Passwords that a process checks at once, a fifth of a second of CPU each; 0 turns the limit off."""
PASSWORDS_LINE = env.int("PASSWORDS_LINE", default=200)
PASSWORDS_LINE_SECONDS = env.float("PASSWORDS_LINE_SECONDS", default=30)
"""How many may stand in line for that, and how long."""

# --- drivers' codes and links ---

# Wrong tries of one who has asked for a code; and how many of the codes sent to an address are good, the newest ones.
SIGN_IN_CODE_TRIES = env.int("SIGN_IN_CODE_TRIES", default=5)
SIGN_IN_CODES_GOOD = env.int("SIGN_IN_CODES_GOOD", default=3)
# Codes that are sent to one address, and what one client may ask for or get wrong; 0 turns a limit off.
SIGN_IN_CODES_BURST = env.int("SIGN_IN_CODES_BURST", default=5)
SIGN_IN_CODES_PER_MINUTE = env.float("SIGN_IN_CODES_PER_MINUTE", default=1)
SIGN_IN_CODES_PER_DAY = env.int("SIGN_IN_CODES_PER_DAY", default=10)
SIGN_IN_WRONG_CODES_PER_DAY = env.int("SIGN_IN_WRONG_CODES_PER_DAY", default=20)
SIGN_IN_CLIENT_BURST = env.int("SIGN_IN_CLIENT_BURST", default=30)
SIGN_IN_CLIENT_PER_MINUTE = env.float("SIGN_IN_CLIENT_PER_MINUTE", default=10)
# Links that the office sends to one driver: at once, and then each hour; 0 turns the limit off.
SIGN_IN_LINKS_BURST = env.int("SIGN_IN_LINKS_BURST", default=3)
SIGN_IN_LINKS_PER_HOUR = env.float("SIGN_IN_LINKS_PER_HOUR", default=1)

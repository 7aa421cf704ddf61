"""Settings, read from the environment and from `.env`; every default is safe on one machine.

What each variable means to the operator of the product stands in README.md and `.env.example`. Each setting is in one
of these files and in no other; here they are put together, as Django wants them:

`environment`       where variables come from, and the directories
`security`          keys, hosts, CORS, HTTPS, cookies, headers for browsers
`apps`              apps, middleware in its order, templates
`database`          the database, and how long one waits for it
`redis`             what processes share: cache and channel layer
`jobs`              where jobs run, with how many threads, how long they are kept
`static`            static files
`sign_in`           users, passwords, lifetimes of tokens, codes and links
`texts_and_mail`    how texts and mails leave
`market`            who sees which offers, currency, statuses of trucks, minutes for an answer
`limits`            sizes and rates
`live`              the live connection: heartbeats, leases, replay, how long events are kept
`api`               the REST API and its description
`languages`         languages and time zones
`monitoring`        logs and metrics
"""

from offers_project.settings.api import *
from offers_project.settings.apps import *
from offers_project.settings.database import *
from offers_project.settings.environment import *
from offers_project.settings.jobs import *
from offers_project.settings.languages import *
from offers_project.settings.limits import *
from offers_project.settings.live import *
from offers_project.settings.market import *
from offers_project.settings.monitoring import *
from offers_project.settings.redis import *
from offers_project.settings.security import *
from offers_project.settings.sign_in import *
from offers_project.settings.static import *
from offers_project.settings.texts_and_mail import *

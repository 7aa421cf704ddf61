"""Connects rooms that do not import each other: commands, renderers, schedules, facts and their answers."""

import accounts.office_kind
import accounts.tasks
import chat.commands
import chat.enums
import chat.events
import chat.tasks
import drivers.driver_kind
import drivers.tasks
import jobs.tasks
import journal.services
import journal.tasks
import offers.commands
import offers.enums
import offers.events
import offers.selectors
import offers.services
import offers.tasks
import presence.enums
import presence.live.hub
import presence.services
import presence.tasks
from accounts import kinds
from accounts.facts import RoleChanged, SessionsEnded
from chat import context
from chat.facts import MessagesSent
from jobs import schedules
from jobs.facts import JobRunAgain
from journal.facts import Recorded
from kernel import facts, in_process, limits
from presence.doorbell import bus
from presence.live import commands
from presence.log import renderers


def connect() -> None:
    """Called once, when every app is loaded."""
    kinds.register(accounts.office_kind.KIND, drivers.driver_kind.KIND)

    bus.subscribe(presence.live.hub.publish)
    commands.register(*chat.commands.COMMANDS, *offers.commands.COMMANDS)

    renderers.register(chat.events.RENDERERS)
    renderers.register(offers.events.RENDERERS)
    renderers.register_passing(presence.enums.PassingKind, chat.enums.PassingKind, offers.enums.PassingKind)

    # What a conversation is about, for those who list conversations.
    context.register(offers.selectors.SUBJECTS)

    # By the clock, once for the installation.
    schedules.register(
        *jobs.tasks.SCHEDULES,
        *journal.tasks.SCHEDULES,
        *accounts.tasks.SCHEDULES,
        *presence.tasks.SCHEDULES,
        *drivers.tasks.SCHEDULES,
        *offers.tasks.SCHEDULES,
    )

    # Again and again in every process, for the people connected to it and what it remembers.
    in_process.register(limits.IN_PROCESS, *chat.tasks.IN_PROCESS, *offers.tasks.IN_PROCESS)

    facts.answer(SessionsEnded, presence.services.close_ended)
    facts.answer(RoleChanged, presence.services.come_again)
    facts.answer(Recorded, offers.services.note)
    facts.answer(JobRunAgain, journal.services.record_job_run_again)
    facts.answer(MessagesSent, lambda fact: offers.services.touch_soon(offer_ids=fact.offer_ids))

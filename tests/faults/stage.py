"""Makes the market of the fault tests in the database that the environment names, and prints who is in it as JSON:
`python -m tests.faults.stage PAIRS`.

Each dispatcher owns one offer, put to their own driver and to the next one's: everybody is in two conversations, and
one transaction has people in common with the next.
"""

import json
import os
import sys
from datetime import timedelta
from decimal import Decimal


def build(pairs: int) -> list[dict[str, object]]:
    from django.core.management import call_command
    from django.utils import timezone

    from offers import services
    from offers.models import Proposal
    from presence.log import epochs
    from presence.models import StreamHead
    from tests.offers.factories import LOAD
    from tests.offers.scenes import office, truck
    from tests.presence.factories import token_of

    call_command("migrate", interactive=False, verbosity=0)
    epochs.current()  # Begun, so that everybody begins in it.
    dispatchers = [office(f"dispatcher{number}") for number in range(pairs)]
    drivers = [truck(f"Driver{number}", f"(214) 555-0{number:03}") for number in range(pairs)]
    for number, owner in enumerate(dispatchers):
        terms = LOAD | {"proposed_rate": Decimal("900.00"), "expires_at": timezone.now() + timedelta(days=2)}
        offer = services.create_offer(actor=owner.actor, fields=terms)
        invited = {drivers[number].pk, drivers[(number + 1) % pairs].pk}
        services.send_offer(actor=owner.actor, offer_id=offer.pk, driver_ids=sorted(invited))

    def chats_of(proposals: list[Proposal]) -> list[dict[str, int]]:
        return [
            {"offer_id": each.offer_id, "driver_id": each.driver_id, "proposal_id": each.pk,
             "conversation_id": each.conversation_id}
            for each in proposals
        ]  # fmt: skip

    people: list[dict[str, object]] = []
    for person in [*dispatchers, *drivers]:
        mine = {"offer__owner_id": person.pk} if person in dispatchers else {"driver_id": person.pk}
        people.append(
            {
                "key": list(person.actor.key),
                "token": token_of(person.actor),
                "head": StreamHead.objects.get(actor_type=person.actor.type, actor_id=person.actor.id).seq,
                "chats": chats_of(list(Proposal.objects.filter(**mine).order_by("pk"))),
            }
        )
    return people


if __name__ == "__main__":
    import django

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "offers_project.settings")
    django.setup()
    json.dump(build(int(sys.argv[1])), sys.stdout)

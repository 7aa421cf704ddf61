from typing import Any, NamedTuple

from django.db import models
from django.utils.translation import gettext_lazy as _

from chat.enums import SPEAKING_ROLES, ConversationStatus, MemberRole, MessageType, SubjectKind
from kernel.actors import Actor, ActorKey
from kernel.fields import ExactCharField


class Subject(NamedTuple):
    """What a conversation is about."""

    kind: str
    id: int


class Address(NamedTuple):
    """Which conversation is meant. That about the offer itself has no other subject."""

    offer_id: int
    driver_id: int
    subject_kind: str = SubjectKind.OFFER.value
    subject_id: int = 0


class Addressed:
    """What there is to say of a conversation by its address alone."""

    pk: Any
    offer_id: Any
    driver_id: Any
    subject_kind: Any
    subject_id: Any

    @property
    def address(self) -> Address:
        return Address(self.offer_id, self.driver_id, self.subject_kind, self.subject_id)

    @property
    def subject(self) -> Subject:
        is_offer = self.subject_kind == SubjectKind.OFFER
        return Subject(self.subject_kind, self.offer_id if is_offer else self.subject_id)

    def names(self) -> dict[str, int]:
        """How clients know it, in every event about it: `{conversation_id, offer_id, driver_id}`."""
        return {"conversation_id": self.pk, "offer_id": self.offer_id, "driver_id": self.driver_id}


class ConversationQuerySet(models.QuerySet["Conversation"]):
    def about_offers(self) -> "ConversationQuerySet":
        """Those whose subject is the offer itself: one for each driver."""
        return self.filter(subject_kind=SubjectKind.OFFER)


class Conversation(Addressed, models.Model):
    """The talk of people of several sides about one subject, an offer or something else that has an offer and a driver.

    All of these are plain numbers: chat knows no offer.
    """

    offer_id = models.BigIntegerField(_("offer"))
    driver_id = models.BigIntegerField(_("driver"), db_index=True)
    subject_kind = models.CharField(
        _("subject"),
        max_length=16,
        choices=SubjectKind.choices,
        default=SubjectKind.OFFER,
        db_default=SubjectKind.OFFER.value,
    )
    subject_id = models.BigIntegerField(_("subject id"), default=0, db_default=0)
    """0 where it is the offer, whose number `offer_id` is."""
    status = models.CharField(
        _("status"), max_length=8, choices=ConversationStatus.choices, default=ConversationStatus.OPEN
    )
    """Closed: everybody reads, nobody writes but the system."""
    last_seq = models.PositiveIntegerField(_("messages"), default=0)
    last_message_at = models.DateTimeField(_("last message"), null=True)
    created_at = models.DateTimeField(_("opened"))

    objects = ConversationQuerySet.as_manager()

    class Meta:
        db_table = "conversations"
        verbose_name = _("conversation")
        verbose_name_plural = _("conversations")
        constraints = [
            models.UniqueConstraint(
                fields=["offer_id", "driver_id", "subject_kind", "subject_id"], name="conversation_of_subject"
            )
        ]
        indexes = [models.Index(fields=["last_message_at"], name="conversation_recent")]

    def __str__(self) -> str:
        return f"{self.offer_id}:{self.driver_id}"


def listens(path: str = "") -> models.Q:
    """`Member.listens` as a condition; `path` leads to the member."""
    parts = [role for role in MemberRole if role != MemberRole.GUEST]
    taken = models.Q(**{f"{path}role__in": parts}) | models.Q(**{f"{path}has_written": True})
    return models.Q(taken, **{f"{path}left_at": None})


class Membership:
    """The part that a person has in a conversation, and what follows from it."""

    actor_type: Any
    actor_id: Any
    role: Any
    has_written: Any
    has_left: Any

    @property
    def key(self) -> ActorKey:
        return ActorKey(self.actor_type, self.actor_id)

    @property
    def gives_access(self) -> bool:
        """Whether membership itself gives access. A guest's access is their role's, and ends with it."""
        return not self.has_left and self.role != MemberRole.GUEST

    @property
    def listens(self) -> bool:
        """Whether this person is told what happens here, and has unread messages here."""
        return not self.has_left and (self.role != MemberRole.GUEST or self.has_written)

    @property
    def counts(self) -> bool:
        """Whether this person's reading is their side's reading (`chat.sides`)."""
        return not self.has_left and (self.role in SPEAKING_ROLES or self.has_written)


class Member(Membership, models.Model):
    """Somebody in a conversation, and how far they have read what others wrote.

    Their own messages need no reading: sending moves no mark, since what others wrote meanwhile may not have been seen.
    """

    conversation = models.ForeignKey(Conversation, on_delete=models.CASCADE, related_name="members")
    actor_type = models.CharField(_("kind"), max_length=16)
    actor_id = models.BigIntegerField(_("id"))
    role = models.CharField(_("role"), max_length=8, choices=MemberRole.choices)
    delivered_seq = models.PositiveIntegerField(_("delivered up to"), default=0)
    delivered_at = models.DateTimeField(null=True)
    read_seq = models.PositiveIntegerField(_("read up to"), default=0)
    read_at = models.DateTimeField(null=True)
    has_written = models.BooleanField(_("has written"), default=False)
    joined_at = models.DateTimeField(_("joined"))
    left_at = models.DateTimeField(_("left"), null=True)

    class Meta:
        db_table = "conversation_members"
        verbose_name = _("member")
        verbose_name_plural = _("members")
        constraints = [
            models.UniqueConstraint(fields=["conversation", "actor_type", "actor_id"], name="member_of_conversation")
        ]
        indexes = [models.Index(fields=["actor_type", "actor_id", "left_at"], name="member_of_actor")]

    def __str__(self) -> str:
        return f"{self.actor_type} {self.actor_id}"

    @property
    def has_left(self) -> bool:
        return self.left_at is not None


class Message(models.Model):
    """One message. `seq` counts 1, 2, 3 … within its conversation without a gap; a removed one keeps its place."""

    conversation = models.ForeignKey(Conversation, on_delete=models.CASCADE, related_name="messages")
    seq = models.PositiveIntegerField(_("number"))
    sender_type = models.CharField(_("kind of sender"), max_length=16)
    sender_id = models.BigIntegerField(_("sender id"), null=True)
    sender_name = models.CharField(_("sender"), max_length=150)
    """As it was when the message was sent."""
    sender_role = models.CharField(max_length=16)
    message_type = models.CharField(_("type"), max_length=16, choices=MessageType.choices, default=MessageType.TEXT)
    message = models.TextField(_("message"))
    proposed_rate = models.DecimalField(_("proposed rate"), max_digits=12, decimal_places=2, null=True)
    currency = models.CharField(max_length=3, blank=True)
    client_id = ExactCharField(max_length=64, null=True)
    created_at = models.DateTimeField(_("sent"))
    delivered_at = models.DateTimeField(_("delivered"), null=True)
    read_at = models.DateTimeField(_("read"), null=True)
    removed_at = models.DateTimeField(_("removed"), null=True)

    class Meta:
        db_table = "chat_messages"
        verbose_name = _("message")
        verbose_name_plural = _("messages")
        ordering = ["conversation_id", "seq"]
        constraints = [
            models.UniqueConstraint(fields=["conversation", "seq"], name="message_seq"),
            models.UniqueConstraint(fields=["sender_type", "sender_id", "client_id"], name="message_client_id"),
        ]

    def __str__(self) -> str:
        return f"{self.conversation_id}/{self.seq}"

    @property
    def sender(self) -> Actor:
        return Actor(type=self.sender_type, id=self.sender_id, name=self.sender_name, role=self.sender_role)

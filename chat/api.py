"""Conversations over REST."""

from drf_spectacular.utils import OpenApiParameter
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.utils.urls import remove_query_param, replace_query_param

from accounts.doors import ApiViewSet
from accounts.shapes import NothingIn
from chat import selectors, services
from chat.selectors import PAGE_MAX
from chat.shapes.reading import ConversationOut, MessageOut
from chat.shapes.writing import SEARCH_MAX_LENGTH, ConversationsQuery, MessageShape, PageQuery
from kernel.api import Pagination
from kernel.errors import Refusal
from kernel.ids import LARGEST_ID
from kernel.schema import documented, page_of

_SEQ = {"type": "integer", "minimum": 0, "maximum": LARGEST_ID}
_LIMIT = OpenApiParameter("limit", {"type": "integer", "minimum": 1, "maximum": PAGE_MAX})
_SEARCH = OpenApiParameter("search", {"type": "string", "maxLength": SEARCH_MAX_LENGTH, "pattern": r"^[^\x00]*$"})


class MessageViewSet(ApiViewSet):
    """The messages of one conversation; one of them is also known by its own id alone."""

    def is_a_change(self, request: Request) -> bool:
        """Messages have a limit of their own; there is only so much to read, and reading it again changes nothing."""
        return False

    @documented(
        answer=page_of(MessageOut),
        query=(
            OpenApiParameter("after", _SEQ, description="The messages next after this number."),
            OpenApiParameter("before", _SEQ, description="The page just before this number; not with `after`."),
            _LIMIT,
            _SEARCH,
        ),
        refusals=(404,),
        operation_id="chat_list",
    )
    def list(self, request: Request, offer_id: int, driver_id: int) -> Response:
        """The conversation with one driver about one offer, old to new; the newest page unless asked otherwise."""
        conversation = selectors.conversation_for(self.actor, offer_id, driver_id)
        page = selectors.page_of(conversation, **self.query(PageQuery))
        return Response(
            {
                "results": selectors.message_dicts(page.messages),
                "next": self._link("after", page.following),
                "previous": self._link("before", page.preceding),
                "count": page.count,
            }
        )

    @documented(
        body=MessageShape,
        answer=MessageOut,
        status=(200, 201),
        refusals=(403, 404, 409),
        operation_id="chat_send",
    )
    def create(self, request: Request, offer_id: int, driver_id: int) -> Response:
        """Write a message. The same `client_id` again answers the same message, with 200."""
        said = self.body(MessageShape)
        send = services.Send(self.actor, offer_id, driver_id, said["message"], said.get("client_id"))
        (sent,) = services.send_messages(sends=[send])
        if isinstance(sent, Refusal):
            raise sent
        return Response(sent.message, status=201 if sent.created else 200)

    @documented(answer=MessageOut, refusals=(404,), operation_id="chat_read")
    def read(self, request: Request, message_id: int) -> Response:
        """One has read up to and including this message. Answers the message as it is now."""
        self.body(NothingIn)
        conversation = selectors.message_for(self.actor, message_id).conversation
        services.mark_read(
            actor=self.actor,
            offer_id=conversation.offer_id,
            driver_id=conversation.driver_id,
            message_id=message_id,
        )
        (message,) = selectors.message_dicts([selectors.message_for(self.actor, message_id)])
        return Response(message)

    def _link(self, direction: str, seq: int | None) -> str | None:
        if seq is None:
            return None
        address = self.request.build_absolute_uri()
        for name in ("after", "before"):
            address = remove_query_param(address, name)
        return replace_query_param(address, direction, seq)


class ConversationViewSet(ApiViewSet):
    @documented(
        answer=page_of(ConversationOut),
        query=(
            OpenApiParameter("offer_id", {"type": "integer", "minimum": 1, "maximum": LARGEST_ID}),
            OpenApiParameter("unread", bool),
            _SEARCH,
            _LIMIT,
            OpenApiParameter("offset", {"type": "integer", "minimum": 0, "maximum": Pagination.max_offset}),
        ),
        operation_id="conversations_list",
    )
    def list(self, request: Request) -> Response:
        """The conversations one may read, the latest first."""
        found = selectors.found_conversations(self.actor, **self.query(ConversationsQuery))
        return self.page(found, lambda conversations: selectors.conversation_dicts(conversations, self.actor))

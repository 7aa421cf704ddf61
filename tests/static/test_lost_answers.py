"""Every request of the pages that changes something is sent with a key, or does the same when it is done twice; and each is
walked through with its answer lost (tests/journeys/test_lost_answers_*.py)."""

import re
from pathlib import Path

from django.conf import settings

from tests.journeys.test_lost_answers_desk import CASES

STATIC = Path(settings.STATICFILES_DIRS[0])
TEMPLATES = Path(settings.BASE_DIR) / "templates"
CALL = re.compile(r'\b(api|once)\(\s*(?:(?:`[^`]*`|name|nameOf\(on\)),\s*)?"(POST|PUT|PATCH|DELETE)",\s*(`[^`]*`|[\w.]+(?:\(\w+\))?|"[^"]*")')
PATHS = {"this.path": "/offers/{}", "chat(pair)": "/offers/{}/chat/{}"}

WITHOUT_A_KEY = {
    "PATCH /api/me": "what one prefers is the same when it is said twice",
    "POST /api/offers/{}/chat/{}": "a message has its client_id",
    "PUT /api/chat/{}/read": "what was read is read",
    "PUT /api/proposals/{}/respond": "that terms were seen, and commands by REST, which no page gives",
    "PATCH /api/offers/{}": "commands by REST, which no page gives",
}
"""What `api` sends without a key, and why it may."""
ON_THE_PHONE = {"PUT /api/proposals/{}/respond", "POST /api/offers/{}/fall-off", "PATCH /api/me", "POST /api/offers/{}/chat/{}"}
"""What tests/journeys/test_lost_answers_phone.py walks through."""
AS_IT_IS = {"PUT /api/chat/{}/read"}
"""Told again until it was heard, and said of by no word of the page (tests/static/test_socket.py)."""
PLAIN = {
    "set_language": "the same when it is done twice",
    "sign-out": "the same when it is done twice",
    "sign-in": "nothing is kept of those who are not signed in",
    "driver-sign-in": "nothing is kept of those who are not signed in",
    "driver-link": "nothing is kept of those who are not signed in",
    "driver-code": "nothing is kept of those who are not signed in",
}
"""Plain forms without a key, and why they may."""


def modules() -> list[str]:
    """The text of our modules, without comments."""
    texts = [path.read_text() for path in sorted(STATIC.rglob("*.js")) if "vendor" not in path.parts]
    return [re.sub(r"^\s*(//|\*|/\*).*$", "", text, flags=re.M) for text in texts]


def calls() -> set[tuple[str, str]]:
    """(by `api` or `once`, "METHOD path") of every call of our modules."""
    found = set()
    for text in modules():
        for how, method, where in CALL.findall(text):
            named = where.strip('`"')
            for name, meant in PATHS.items():
                named = named.replace(f"${{{name}}}", meant).replace(name, meant)
            found.add((how, f"{method} /api{re.sub(r'[$]{[^}]*}', '{}', named)}"))
    return found


def test_the_calls_are_found():
    """No call is written in a way that this test does not read."""
    code = "\n".join(modules())
    written = len(re.findall(r'\b(?:api|once)\([^;]*?"(?:POST|PUT|PATCH|DELETE)"', code))
    assert written == len(CALL.findall(code)) > 15


def test_what_has_no_key_does_no_harm_twice():
    assert {call for how, call in calls() if how == "api"} == set(WITHOUT_A_KEY)


def test_every_call_is_walked_through_with_its_answer_lost():
    walked = {case.does for case in CASES.values()} | ON_THE_PHONE | AS_IT_IS
    assert {call for _how, call in calls()} <= walked


def test_every_form_has_a_key_or_a_reason():
    walked = {case.does.removeprefix("POST ") for case in CASES.values()}
    for path in TEMPLATES.rglob("*.html"):
        for form in path.read_text().split("<form")[1:]:
            form = form.partition("</form>")[0]
            tag = form.partition(">\n")[0]
            if 'method="post"' not in tag and "hx-post" not in tag:
                continue
            names = set(re.findall(r"(?:hx-post|action)=\"[^\"]*?{% url '([\w-]+)'", tag))
            names |= set(re.findall(r"{% url '([\w-]+)'", tag)) if not names or "{% if" in tag else set()
            repeats = 'action="{{ request.path }}"' in tag  # A page's own address, which is one of those.
            if names <= set(PLAIN) and (names or repeats):
                continue
            assert "{% request_key %}" in form, (path, tag)
            assert names <= walked, (path, names)

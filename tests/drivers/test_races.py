"""Many wrong codes at the same moment are counted one by one."""

import re
from functools import partial

import pytest

from drivers import services
from drivers.errors import WrongCode
from drivers.models import SignInCode
from kernel.errors import RateLimited
from tests.drivers.factories import make_driver
from tests.races import at_once

PHONE = "+12125550142"


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("with_challenge", [True, False])
def test_guesses_at_once_are_no_more_guesses(texts, settings, with_challenge):
    settings.SIGN_IN_CLIENT_BURST = 0
    make_driver(cell_phone=PHONE)
    challenge = services.request_code(address=PHONE, client="x")
    code = re.search(r"\d{6}", texts[0][1])[0]
    wrong = [f"{(int(code) + 1 + number) % 1_000_000:06}" for number in range(19)]
    guess = partial(services.redeem_code, address=PHONE, client="y", challenge=challenge if with_challenge else "")
    answers = at_once([partial(guess, code=text) for text in wrong])
    assert {type(answer) for answer in answers} == {WrongCode}
    row = SignInCode.objects.get()
    assert (row.tries, row.challenge_tries) == ((0, 5) if with_challenge else (5, 0))
    with pytest.raises(WrongCode):
        guess(code=code)


@pytest.mark.django_db(transaction=True)
def test_codes_asked_for_at_once_are_no_more_codes(texts, settings):
    settings.SIGN_IN_CLIENT_BURST = settings.SIGN_IN_CODES_BURST = 0
    make_driver(cell_phone=PHONE)
    answers = at_once([partial(services.request_code, address=PHONE, client="x")] * 15)
    assert sum(isinstance(answer, RateLimited) for answer in answers) == 5
    assert len(texts) == SignInCode.objects.count() == 10

from accounts.office_kind import fingerprint


def test_a_fingerprint_stays_what_it_was(settings):
    """Every sign-in session of the office keeps one: another would end them all."""
    settings.SECRET_KEY = "one-key-for-this-test-and-no-other"
    assert fingerprint("a hash") == "c430a457263e9515f6578bf15b7418e919fcadce869b853acd1ce7304fe87701"
    assert fingerprint("another hash") != fingerprint("a hash")

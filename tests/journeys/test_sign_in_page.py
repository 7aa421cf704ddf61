"""The smallest journey: the door opens in a browser."""


def test_whoever_is_signed_out_is_led_to_the_door(open_page, keep_screenshot):
    page = open_page()
    page.goto("/")
    page.wait_for_url("**/sign-in**")
    assert page.locator("form input[type=password]").is_visible()
    keep_screenshot(page, "door")

"""The small modules that every page shares, in a browser."""

from decimal import Decimal

from tests.spellings import REFUSED, table

HOSTILE = "<img src=x onerror=alert(1)><script>alert(1)</script>"
SECOND = 1000


def run(wire, modules: str, body: str, argument=None):
    """What `body` (of an async function of `given`) answers, with `modules` imported."""
    script = f"async (given) => {{ {modules} {body} }}"
    return wire.page.evaluate(script, argument)


def test_text_becomes_text_never_markup(wire):
    html = run(
        wire,
        'const { h } = await import("shared/dom.js");',
        'const made = h("p", { title: given, hidden: false, "data-x": null }, given, ["a", null, h("b", {}, given)]);'
        "document.body.append(made); return [made.children.length, made.textContent, made.getAttributeNames()];",
        HOSTILE,
    )
    assert html == [1, f"{HOSTILE}a{HOSTILE}", ["title"]]
    assert wire.page.locator("img").count() == 0


def test_state_is_drawn_like_the_template(wire):
    drawn = run(
        wire,
        'const data = Object.assign(document.createElement("script"), { id: "state-words", type: "application/json" });'
        'data.textContent = JSON.stringify({ counter_offered: "Countered" }); document.body.append(data);'
        'const { state } = await import("shared/state.js");',
        'const made = state("counter_offered", { amount: "1240.00", boxed: true });'
        'return [made.className, made.dataset.st, made.textContent, made.querySelector("use").getAttribute("href")];',
    )
    assert drawn == ["st st--box", "counter_offered", "Countered $1,240", "#st-counter_offered"]


def test_amounts_are_read_as_people_type_them_as_on_the_server(wire):
    rows = list(table("kernel/spellings/numbers.tsv"))
    read = run(
        wire,
        'const { amountFrom } = await import("shared/money.js"); const { numberFrom } = await import("shared/numbers.js");',
        'return given.map((typed) => [amountFrom(typed), numberFrom(typed, ["lb", "lbs", "lbs.", "#"])]);',
        [row[0] for row in rows],
    )
    for (typed, amount, weight, _api), (found, measure) in zip(rows, read, strict=True):
        assert (found and Decimal(found)) == (None if amount == REFUSED else Decimal(amount)), typed
        rounded = measure and round(Decimal(measure), 2)
        assert rounded == (None if weight == REFUSED else Decimal(weight)), typed


def test_signs_are_those_of_the_currency(wire):
    typed = [["CA$850", "CAD"], ["850,50 MXN", "MXN"], ["£850", "GBP"], ["PLN 850", "PLN"], ["€850", "USD"]]
    read = run(
        wire,
        'const { amountFrom } = await import("shared/money.js");',
        "return given.map(([typed, currency]) => amountFrom(typed, currency));",
        typed,
    )
    assert read == ["850.00", "850.50", "850.00", "850.00", None]


def test_amounts_are_shown_as_people_read_them(wire):
    found = run(
        wire,
        'const { money, perMile } = await import("shared/money.js");',
        'return [money("1150.00"), money("850.50"), money(null), perMile("1150", 452)];',
    )
    assert found == ["$1,150", "$850.50", "", "$2.54/mi"]


def test_time_is_told_as_people_say_it(wire):
    told = run(
        wire,
        'const { ago, age, clock, remaining, setServerTime } = await import("shared/time.js");'
        'setServerTime("2026-11-21T18:00:00.000Z");',
        """const since = "2026-11-21T17:50:00.000Z";
        const left = (until) => { const { words, mood } = remaining(until, since); return [words, mood]; };
        return [
          ago("2026-11-21T17:59:50Z"), ago("2026-11-21T17:58:00Z"), ago("2026-11-21T15:46:00Z", "America/Chicago"),
          age("2026-11-21T15:00:00Z"), clock("2026-11-21T18:00:00Z", "America/Chicago").replace(/\\s/g, " "),
          left("2026-11-21T18:05:00Z")[1], left("2026-11-21T18:03:30Z")[1], left("2026-11-21T18:00:30Z")[1],
          left("2026-11-21T17:59:00Z"), remaining("2026-11-21T18:10:00Z", since).share.toFixed(1)];""",
    )
    assert told[0:2] == ["now", "2 min ago"]
    assert told[2].startswith("9:46")
    assert told[3:5] == ["3 h", "12:00 PM CST"]
    assert told[5:] == ["", "soon", "last", ["over", "over"], "0.5"]


def test_toasts_are_three_at_most_and_leave(wire):
    run(
        wire,
        'const { toast } = await import("shared/toasts.js");',
        'for (const title of ["one", "two", "three", given]) toast({ title });',
        HOSTILE,
    )
    assert wire.page.locator(".toast b").all_text_contents() == ["two", "three", HOSTILE]
    wire.page.locator(".toast").first.hover()
    wire.page.clock.run_for(7 * SECOND)
    assert wire.page.locator(".toast b").all_text_contents() == ["two"]
    wire.page.mouse.move(700, 600)
    wire.page.clock.run_for(7 * SECOND)
    assert wire.page.locator(".toast").count() == 0


def test_undo_is_one_press_of_the_button(wire):
    run(
        wire,
        'const { toast } = await import("shared/toasts.js");',
        'toast({ title: "Withdrawn", undo: () => { document.body.dataset.undone = ""; } });',
    )
    wire.page.get_by_role("button", name="Undo").click()
    assert wire.page.locator("body[data-undone]").count() == 1
    assert wire.page.locator(".toast").count() == 0


def test_dialog_asks_by_name_and_gives_the_focus_back(wire):
    run(
        wire,
        'const { confirm } = await import("shared/dialog.js"); const { h } = await import("shared/dom.js");',
        """const button = h("button", { id: "asker", type: "button" }, "Cancel");
        document.body.append(button);
        button.focus();
        const question = { title: "Cancel #4812?", action: "Cancel #4812" };
        Object.assign(window, { answers: [], ask: async () => answers.push(await confirm(question)) });
        ask();""",
    )
    wire.page.get_by_role("button", name="Cancel #4812").click()
    wire.page.wait_for_function("answers.length === 1")
    assert wire.page.evaluate("[document.activeElement.id, document.querySelectorAll('dialog').length]") == ["asker", 0]
    wire.page.evaluate("() => { ask(); }")
    wire.page.keyboard.press("Escape")
    wire.page.wait_for_function("answers.length === 2")
    assert wire.page.evaluate("answers") == [True, False]


def test_single_keys_are_off_in_fields_and_can_be_switched_off(wire):
    run(
        wire,
        'const keyboard = await import("shared/keyboard.js"); const { h } = await import("shared/dom.js");',
        """window.pressed = []; window.keyboard = keyboard;
        keyboard.shortcut("n", "New offer", () => pressed.push("n"));
        keyboard.shortcut("g t", "Trucks", () => pressed.push("g t"));
        keyboard.shortcut("mod+k", "Find or do", () => pressed.push("mod+k"));
        document.body.append(h("input", { id: "field" }));""",
    )
    for key in ["n", "g", "t", "Control+k"]:
        wire.page.keyboard.press(key)
    wire.page.locator("#field").focus()
    wire.page.keyboard.press("n")
    wire.page.keyboard.press("Control+k")
    wire.page.locator("#field").blur()
    wire.page.evaluate("keyboard.switchSingleKeys(false)")
    wire.page.keyboard.press("n")
    assert wire.page.evaluate("pressed") == ["n", "g t", "mod+k", "mod+k"]


def test_list_has_one_stop_of_the_tab_key(wire):
    run(
        wire,
        'await import("shared/application.js"); const { h } = await import("shared/dom.js");',
        """document.body.append(h("ul", { "data-controller": "roving" },
          ["one", "two", "three"].map((id) => h("li", { id, "data-roving-target": "item" }, id))));
        await new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)));""",
    )
    stops = "[...document.querySelectorAll('li')].map((item) => item.tabIndex)"
    wire.page.wait_for_function(f"{stops}.join() === '0,-1,-1'")
    wire.page.locator("#one").focus()
    wire.page.keyboard.press("ArrowDown")
    wire.page.keyboard.press("j")
    wire.page.keyboard.press("j")
    assert wire.page.evaluate("document.activeElement.id") == "three"
    assert wire.page.evaluate(stops) == [-1, -1, 0]
    wire.page.evaluate("document.getElementById('three').remove()")
    wire.page.wait_for_function(f"{stops}.join() === '0,-1'")


def test_keys_are_named_as_keyboards_have_them(wire):
    caps = """["g t", "mod+k", "ArrowLeft", "?"].map((keys) => keycaps(keys).map((cap) => cap.textContent).join(" "))"""
    words = run(wire, 'const { keycaps } = await import("shared/keys.js");', f"return {caps};")
    assert words == ["G T", "Ctrl K", "←", "?"]


def test_theme_is_kept_in_a_cookie_that_the_server_reads(wire):
    found = run(
        wire,
        'const { setTheme } = await import("shared/theme.js");',
        """setTheme("dark"); const dark = [document.documentElement.dataset.theme, document.cookie];
        setTheme("system"); return [...dark, document.documentElement.dataset.theme ?? "", document.cookie];""",
    )
    assert found == ["dark", "theme=dark", "", ""]


def test_time_left_is_counted_by_the_page(wire):
    run(
        wire,
        'await import("shared/application.js"); const { s, h } = await import("shared/dom.js");',
        """const until = new Date(Date.now() + 65000).toISOString();
        document.body.append(h("span", { class: "left", "data-controller": "left", "data-left-until-value": until },
          h("b", { "data-left-target": "word" })));""",
    )
    wire.page.wait_for_function("document.querySelector('.left').dataset.left === 'soon'")
    wire.page.clock.run_for(10 * SECOND)
    wire.page.wait_for_function("document.querySelector('.left').dataset.left === 'last'")
    wire.page.clock.run_for(60 * SECOND)
    wire.page.wait_for_function("document.querySelector('.left b').textContent === 'over'")


def test_question_mark_lists_the_keys_and_switches_single_ones_off(wire):
    run(
        wire,
        'const keyboard = await import("shared/keyboard.js"); await import("shared/keys.js");',
        'window.keyboard = keyboard; keyboard.shortcut("mod+k", given, () => {});',
        HOSTILE,
    )
    wire.page.keyboard.press("?")
    assert wire.page.locator("dialog dt").all_text_contents() == ["Keys", HOSTILE]
    wire.page.get_by_role("checkbox").uncheck()
    wire.page.get_by_role("button", name="Close").click()
    wire.page.wait_for_function("!document.querySelector('dialog')")
    assert wire.page.evaluate("keyboard.singleKeysOn()") is False
    wire.page.keyboard.press("?")
    assert wire.page.locator("dialog").count() == 0

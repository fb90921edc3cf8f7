"""Names that people give are shown as they are, on every page and in every state: none comes alive, none asks anybody
else for anything, none breaks the page, at no width."""

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import quote

import pytest
from playwright.sync_api import Browser, Locator, Page, Request, expect

from tests.browser.access import wide
from tests.browser.conftest import Person
from tests.browser.hostile import EVERY, NAMES, WORD, Hostile
from tests.browser.test_every_page import whole
from tests.browser.test_insights import CHART, EVERY_CHART, MARKS
from tests.stack import Stack

WORDS = [NAMES[kind] for kind in ("image", "markdown", "address", "chart")]
"""Names that are seldom cut, and that a page which reads signs into them would change."""

ALIVE = """() => {
  // What only a name that was taken for something else could have brought onto the page.
  const roots = [document], found = [];
  for (const root of roots) for (const at of root.querySelectorAll('*')) {
    if (at.shadowRoot) roots.push(at.shadowRoot);
    const told = () => found.push(at.outerHTML.slice(0, 200));
    if ([...at.attributes].some((one) => /^on/.test(one.name) && /alert/.test(one.value))) told();
    const to = at.getAttribute('src') || at.getAttribute('href') || '';
    if (/^(IMG|IMAGE|IFRAME|OBJECT|EMBED|LINK)$/i.test(at.tagName) && /evil/.test(to)) told();
    if (at.tagName === 'A' && /^javascript:|^https?:..(www.)?evil|^mailto:/.test(to)) told();
    if (at.tagName === 'SCRIPT' && /alert/.test(at.textContent)) told();
  }
  return found;
}"""
TEXT = """() => {
  const roots = [document.body], said = [];
  for (const root of roots) {
    for (const at of root.querySelectorAll('*')) if (at.shadowRoot) roots.push(at.shadowRoot);
    said.push(root.textContent);
    for (const at of root.querySelectorAll('[aria-label], [title], input')) said.push(at.ariaLabel, at.title, at.value);
  }
  return said.join('\\n').replace(/\\u200b/g, '');
}"""


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Hostile]:
    folder = tmp_path_factory.mktemp("hostile")
    running = Stack(folder / "home")
    running.start()
    try:
        made = Hostile(running, running.token("admin"))
        made.fill(folder)
        yield made
    finally:
        running.stop()


def watched(person: Person) -> Person:
    """A dialog, or a request that a name asked for, is noted beside what the page's policy refused."""

    def asked(request: Request) -> None:
        if "/evil" in request.url.split("?")[0]:
            person.broken.append(request.url)

    person.page.on("dialog", lambda dialog: dialog.type == "beforeunload" or person.broken.append(dialog.message))
    person.context.on("request", asked)
    return person


@pytest.fixture(scope="module")
def people(browser: Browser, store: Hostile) -> Iterator[Callable[[str], Person]]:
    made: dict[str, Person] = {}

    def of(role: str) -> Person:
        if role not in made:
            made[role] = watched(Person(browser, store.stack))
            made[role].sign_in(role)
        return made[role]

    yield of
    for person in made.values():
        person.context.close()


@pytest.fixture
def admin(people: Callable[[str], Person]) -> Iterator[Person]:
    person = people("admin")
    yield person
    person.page.set_viewport_size({"width": 1280, "height": 900})


def sound(person: Person, *shown: str) -> None:
    """Nothing came alive or was asked for elsewhere; the page is whole, fits a telephone, and shows these names."""
    page = person.page
    if page.get_by_test_id("stApp").count():
        person.settled()
    page.wait_for_timeout(300)  # what components ask for by themselves
    whole(page)
    text = page.evaluate(TEXT)
    assert [name for name in shown if name not in text] == []
    assert page.evaluate(ALIVE) == []
    page.set_viewport_size({"width": 360, "height": 800})
    assert wide(page) == []
    page.set_viewport_size({"width": 1280, "height": 900})
    assert person.foreign == []
    assert person.broken == []


def asked(**filters: str) -> str:
    return "&".join(f"{name}={quote(value, safe='')}" for name, value in filters.items())


def unfold(part: Locator) -> None:
    folded = part.locator("details:not([open]) > summary")
    while folded.count():
        folded.first.click()


def gallery(person: Person, query: str) -> Locator:
    person.go(f"/catalogue?{query}")
    tiles = person.page.locator(".px-gallery .tile .open")
    expect(tiles.first).to_be_visible()
    return tiles


@pytest.mark.parametrize("role", ["viewer", "analyst", "admin"])
def test_home(role: str, people: Callable[[str], Person]) -> None:
    person = people(role)
    person.go("/")
    sound(person, *(WORDS if role != "admin" else ()))


def test_the_gallery_and_the_quick_view(admin: Person, store: Hostile) -> None:
    tiles = gallery(admin, asked(batch_id=store.batch))
    expect(tiles).to_have_count(len(EVERY))
    sound(admin, *EVERY)
    for key in ("v", *["ArrowRight"] * (len(EVERY) - 1)):
        tiles.first.focus() if key == "v" else None
        admin.page.keyboard.press(key)
        expect(admin.page.get_by_role("dialog", name="Quick view")).to_be_visible()
    sound(admin)


def test_every_facet_opened_and_searched(admin: Person) -> None:
    gallery(admin, asked(tag=WORD))
    page = admin.page
    panel = page.locator(".px-facets")
    unfold(panel)
    names = page.locator('.px-facets details[data-group="tag"] li:not(.unset)')
    expect(names.first).to_be_visible()
    sound(admin, *EVERY)
    panel.locator('details[data-group="label"]').get_by_role("button", name="Tree").click()
    sound(admin, WORD)
    panel.locator('details[data-group="label"]').get_by_role("button", name="List").click()


def test_filters_in_use_and_nothing_found(admin: Person) -> None:
    page = admin.page
    used = asked(label=NAMES["markdown"], not_tag=NAMES["chart"], category=NAMES["address"], q="zzqq")
    admin.go(f"/catalogue?{used}&{quote(f'attr.{WORD}', safe='')}={quote(NAMES['formula'], safe='')}")
    expect(page.get_by_role("button", name="Clear all filters")).to_be_visible()
    sound(admin, *WORDS)


@pytest.mark.parametrize("menu", ["Saved searches", "Share", "Recent changes"])
def test_the_menus_of_the_catalogue(menu: str, admin: Person) -> None:
    gallery(admin, asked(tag=WORD))
    admin.page.get_by_role("button", name=menu).click()
    expect(admin.page.get_by_test_id("stPopoverBody")).to_be_visible()
    admin.settled()
    sound(admin, *(WORDS if menu == "Saved searches" else ()))


@pytest.mark.parametrize("act", ["Collect", "Tag", "Set a value", "Download", "Move to trash", "Compare"])
def test_what_is_done_with_chosen_pictures(act: str, admin: Person, store: Hostile) -> None:
    gallery(admin, asked(batch_id=store.batch))
    page = admin.page
    for place in (0, 1, 2):
        page.locator(".tile .tick input").nth(place).check(force=True)
    page.get_by_role("toolbar").get_by_role("button", name=act, exact=True).click()
    dialog = page.get_by_role("dialog")
    expect(dialog).to_be_visible()
    admin.settled()
    if act in ("Collect", "Tag", "Set a value"):
        dialog.get_by_role("combobox").first.click()
        expect(page.get_by_role("option").first).to_be_visible()
    if act == "Compare":
        expect(dialog.locator("tr.pair")).to_have_count(3)
    sound(admin)


def test_a_tag_is_put_on_all_of_a_result_and_taken_back(admin: Person, store: Hostile) -> None:
    gallery(admin, asked(batch_id=store.batch))
    page = admin.page
    page.locator(".tile .tick input").first.check(force=True)
    page.get_by_role("toolbar").get_by_role("button", name="Tag", exact=True).click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_role("combobox", name="Tag").fill(f"{NAMES['markdown']} once")
    page.keyboard.press("Enter")
    dialog.get_by_role("button", name="Tag 1 picture").click()
    changes = page.locator(".st-key-px-changes")
    expect(changes).to_contain_text("Tagged 1 picture with")
    sound(admin, f"Tagged 1 picture with “{NAMES['markdown']} once”")
    changes.get_by_role("button", name="Undo").click()
    expect(changes).to_contain_text("Undone: tagged 1 picture")


def test_a_picture_found_by_the_text_on_it(admin: Person) -> None:
    tiles = gallery(admin, asked(q="onerror read0"))
    expect(tiles).to_have_count(1)
    sound(admin, WORD)


@pytest.mark.parametrize("place", range(len(EVERY)))
def test_an_open_picture(place: int, admin: Person, store: Hostile) -> None:
    page = admin.page
    page.goto(f"/catalogue?id={store.pictures[place]}")
    shown = page.locator("dialog.px-viewer")
    expect(shown.locator(".label").first).to_be_visible()
    unfold(shown)
    sound(admin, EVERY[place], WORD)
    for part in ("text", "safety", "camera"):
        said = shown.locator(f'details[data-part="{part}"]')
        expect(said).to_contain_text(
            "read" if part == "text" else EVERY[place][:60] if EVERY[place].isascii() else "exe"
        )
    shown.get_by_role("button", name="Edit", exact=True).click()
    expect(shown.get_by_label("Title")).to_have_value(EVERY[place])
    sound(admin, *EVERY)  # all are tags of it
    page.keyboard.press("Escape")
    shown.locator(".act-collect").click()
    expect(shown.locator(".collect")).to_be_visible()
    sound(admin)


@pytest.mark.parametrize(("choices", "kind"), [*EVERY_CHART, ("view=misfits", "bar")])
def test_insights_with_the_hand_on_a_mark(choices: str, kind: str, admin: Person) -> None:
    field = f"attr.{NAMES['formula']}"
    page = admin.page
    admin.go(f"/insights?{choices.replace('attr.brand', quote(field, safe=''))}")
    if choices == "view=misfits" and page.get_by_text("Nothing is out of place").count():
        sound(admin)
        return
    expect(page.locator(f"{CHART} .main-svg").first).to_be_visible(timeout=45_000)
    expect(page.locator(f"{CHART}[data-px-marks]").first).to_be_attached()
    chart = page.locator(CHART).first
    chart.scroll_into_view_if_needed()
    page.wait_for_timeout(300)
    mark = chart.evaluate(f"(chart) => ({MARKS})([chart, '{kind}'])")
    assert mark, "no mark"
    page.mouse.move(mark["x"], mark["y"], steps=3)
    expect(page.locator(".hoverlayer .hovertext").first).to_be_visible()
    sound(admin)
    page.get_by_text("Data as a table").first.click()
    expect(page.locator(".px-scroll").first).to_be_visible()
    shows_names = not re.search("colours|health|cost|view=confidence$|view=trend$|by=week|by=batch", choices)
    sound(admin, *([WORD] if shows_names else ()))


def test_every_bar_says_its_label_under_the_hand(admin: Person) -> None:
    page = admin.page
    admin.go("/insights")
    bars = page.locator(f"{CHART} .barlayer .point path")
    expect(bars.first).to_be_visible(timeout=45_000)
    said = []
    for bar in bars.all():
        bar.scroll_into_view_if_needed()
        box = bar.bounding_box()
        assert box
        page.mouse.move(box["x"] + 2, box["y"] + box["height"] / 2, steps=2)
        page.wait_for_timeout(150)
        hover = page.locator(".hoverlayer .hovertext .nums")
        expect(hover).to_be_visible()
        said.append(re.sub(r"\s+", " ", hover.text_content() or ""))
    assert [name for name in EVERY if not any(name[:79] in one for one in said)] == []
    ticks = page.locator(f"{CHART} .ytick text").all_text_contents()
    assert [name for name in EVERY if not any(name[:20] in one for one in ticks)] == []


@pytest.mark.parametrize("choices", [one for one, _ in EVERY_CHART])
def test_the_report(choices: str, admin: Person) -> None:
    address = f"/report?{asked(tag=WORD)}&{choices.replace('attr.brand', quote('attr.' + NAMES['formula'], safe=''))}"
    answer = admin.page.context.request.get(address)
    assert answer.ok, answer.text()
    page = admin.context.new_page()
    page.on("dialog", lambda dialog: admin.broken.append(dialog.message))
    page.set_content(answer.text())
    try:
        expect(page.get_by_role("heading", level=1)).to_have_text("Picture report")
        assert page.evaluate(ALIVE) == []
        assert WORD in page.evaluate(TEXT)
        page.set_viewport_size({"width": 360, "height": 800})
        assert wide(page) == []
    finally:
        page.close()
    assert admin.broken == []


@pytest.mark.parametrize("query", ["", "mode=grid", "view=thresholds", "view=teach", "view=teach&new=1", "view=names"])
def test_review(query: str, admin: Person) -> None:
    admin.go(f"/review?{query}")
    sound(admin, *([WORD] if query in ("", "mode=grid", "view=teach", "view=names") else ()))


def test_a_label_of_the_queue_by_name_a_threshold_and_a_taught_one(admin: Person, store: Hostile) -> None:
    admin.go(f"/review?{asked(of=NAMES['markdown'])}")
    sound(admin, NAMES["markdown"])
    admin.go(f"/review?view=thresholds&{asked(label=NAMES['markdown'])}")
    sound(admin)
    admin.go(f"/review?view=teach&taught={store.taught}")
    expect(admin.page.get_by_text("How well it holds")).to_be_visible()
    sound(admin, f"{WORD} taught")


@pytest.mark.parametrize("query", ["", asked(q=WORD), "view=none", "view=stray", "view=few", "view=doubt"])
def test_products(query: str, admin: Person) -> None:
    admin.go(f"/products?{query}")
    sound(admin)


def test_a_product_list_is_mapped_and_previewed(admin: Person, tmp_path: Path) -> None:
    page = admin.page
    table = tmp_path / f"{NAMES['formula'].replace('/', ' ')}.csv"
    heads = ",".join('"' + name.replace('"', '""') + '"' for name in ("SKU", *WORDS))
    cells = ",".join('"' + name.replace('"', '""') + '"' for name in (f"{WORD} 0", *WORDS))
    table.write_text(f"{heads}\n{cells}\n{cells}\n", encoding="utf-8")
    admin.go("/upload?tab=products")
    page.get_by_test_id("stFileUploaderDropzoneInput").set_input_files(table)
    page.get_by_text("Columns of the list").click()
    expect(page.get_by_text("What Pixplore takes each column for")).to_be_visible()
    admin.settled()
    sound(admin, *(name for name in WORDS if len(name) <= 80))


def test_collections(admin: Person, store: Hostile) -> None:
    page = admin.page
    admin.go("/collections")
    expect(page.locator(".boards a").nth(len(EVERY) - 1)).to_be_visible()
    sound(admin, *EVERY)
    for place, name in enumerate(EVERY):
        admin.go(f"/collections?collection={store.boards[place]}")
        expect(page.locator(".board .tile").nth(len(EVERY) - 1)).to_be_visible()
        sound(admin, name)
    page.get_by_role("button", name="Edit", exact=True).click()
    expect(page.get_by_role("dialog").get_by_label("Name", exact=True)).to_be_visible()
    sound(admin)


@pytest.mark.parametrize("tab", ["Now", "Dead letters", "Failures", "Spend", "Audit log", "People"])
def test_operations(tab: str, admin: Person) -> None:
    admin.go(f"/operations?tab={quote(tab)}")
    sound(admin)


def test_uploads(admin: Person, store: Hostile) -> None:
    page = admin.page
    admin.go("/upload")
    sound(admin, WORD)
    page.locator("[class*=st-key-px-batch]").filter(has_text=WORD).get_by_role("button", name="Open").hover()
    expect(page.get_by_test_id("stTooltipContent")).to_have_text(f"Open {WORD}")
    admin.go(f"/upload?batch={store.batch}")
    expect(page.get_by_role("heading", level=1)).to_have_text(WORD)
    sound(admin)


def test_a_file_that_is_being_sent(admin: Person, tmp_path: Path) -> None:
    page: Page = admin.page
    for n, name in enumerate(EVERY):
        (tmp_path / f"{name.replace('/', ' ')[:190]} {n}.jpg").write_bytes(b"no picture")
    admin.go("/upload")
    page.get_by_label("Name of this upload").fill(NAMES["markdown"][:100])
    page.keyboard.press("Tab")
    page.locator(".px-uploader input.files").set_input_files(sorted(tmp_path.glob("*.jpg")))
    expect(page.locator(".px-uploader .title")).to_have_text(re.compile("8 of 8 pictures need"), timeout=60_000)
    expect(page.get_by_role("heading", level=1)).to_have_text(NAMES["markdown"][:100])
    sound(admin)


def test_what_a_visitor_sees(browser: Browser, store: Hostile) -> None:
    visitor = watched(Person(browser, store.stack))
    try:
        page = visitor.page
        page.goto(store.shared)
        expect(page.get_by_role("heading", level=1)).to_have_text(WORD)
        expect(page.locator(".tile")).to_have_count(len(EVERY))
        sound(visitor, *WORDS)
        page.locator(".tile a").first.click()
        expect(page.locator("dialog[open]")).to_be_visible()
        sound(visitor)
    finally:
        visitor.context.close()

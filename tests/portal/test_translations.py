"""Everything a visitor reads exists in Russian and in Spanish, and the pages show it.

The catalogues are compared with the tree here, without GNU gettext, so that a new text without its
translations is red on any machine.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from html.parser import HTMLParser
from pathlib import Path

import polib
import pytest
from django.conf import settings
from django.test import Client
from django.utils import timezone
from django.utils.translation import gettext, ngettext, override
from django.utils.translation.template import templatize

from marketplace.notices.rules import letter_of
from tests.marketplace.factories import (
    make_car_model,
    make_listing,
    make_promotion,
    make_showroom,
    make_superuser,
)

LANGUAGES = ("es", "ru")
PLURALS = {
    "es": {1: "1 modelo de coche", 2: "2 modelos de coche", 0: "0 modelos de coche"},
    "ru": {
        1: "1 модель автомобиля",
        3: "3 модели автомобилей",
        11: "11 моделей автомобилей",
        12: "12 моделей автомобилей",
        21: "21 модель автомобиля",
    },
}
HEADINGS = {
    "/": {
        "es": "Diga cuánto pagaría. El precio más bajo lo encuentra a usted.",
        "ru": "Назовите свою цену. Самая низкая найдёт вас сама.",
    },
    "/car-models/": {"es": "Modelos", "ru": "Модели"},
    "/car-models/{car_model}/": {"es": "Quién lo vende", "ru": "Кто продаёт"},
    "/showrooms/": {"es": "Concesionarios", "ru": "Автосалоны"},
    "/showrooms/{showroom}/": {"es": "Coches en stock", "ru": "Авто в наличии"},
    "/log-in/": {"es": "Entrar", "ru": "Войти"},
    "/sign-up/": {"es": "Registrarse", "ru": "Зарегистрироваться"},
    "/log-in/code/": {"es": "Entrar con un código", "ru": "Вход по коду"},
    "/password/reset/": {"es": "¿Ha olvidado su contraseña?", "ru": "Забыли пароль?"},
    "/no-such-page/": {"es": "Aquí no hay nada", "ru": "Здесь ничего нет"},
}
HEADINGS_INSIDE = {
    "/account/": {"es": "Su cuenta", "ru": "Ваша учётная запись"},
    "/account/changes/email/": {
        "es": "Cambiar la dirección de correo electrónico",
        "ru": "Сменить адрес электронной почты",
    },
    "/account/memberships/": {"es": "Sus equipos", "ru": "Ваше участие в командах"},
    "/account/sessions/": {"es": "Dónde tiene sesiones abiertas", "ru": "Где вы вошли"},
    "/two-factor/": {"es": "Acceso en dos pasos", "ru": "Двухфакторный вход"},
    "/staff/people/": {"es": "Personas", "ru": "Люди"},
    "/staff/monitor/": {"es": "Monitor del mercado", "ru": "Монитор рынка"},
    "/staff/money-proof/": {"es": "Las cuentas cuadran", "ru": "Баланс сходится"},
}
#: The menu of languages calls each by its own name.
OWN_NAMES = {"English", "Español", "Русский"}
LATIN_IN_RUSSIAN = {"Forecourt", "UTC"} | OWN_NAMES

_SOURCES = ("marketplace", "portal")
_ARGUMENTS = {"gettext": 1, "ngettext": 2, "pgettext": 2, "npgettext": 3}
_LITERAL = r"""u?(?:'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*")"""
_IN_TEMPLATE = re.compile(rf"\b(_|n?p?gettext)\(\s*({_LITERAL}(?:\s*,\s*{_LITERAL})*)")
_PLACEHOLDER = re.compile(r"%\(\w+\)[0-9.]*[a-z]")
_TAG = re.compile(r"</?\w[^>]*>")
_ADDRESS = re.compile(r"[^\s@>]+@example\.com")
_SHOWN_ATTRIBUTES = {"alt", "aria-label", "content", "placeholder", "title"}

Text = tuple[str | None, str]
Entry = polib.POEntry | polib.MOEntry


@dataclass
class Texts:
    """The texts of the tree, by context and message, with their plurals and where they stand."""

    places: dict[Text, str] = field(default_factory=dict)
    plurals: dict[Text, str] = field(default_factory=dict)

    def add(self, function: str, given: list[str], place: Path) -> None:
        """Note one call of a function of gettext's."""
        context = given.pop(0) if "p" in function.replace("gettext", "") else None
        self.places.setdefault((context, given[0]), str(place.relative_to(settings.BASE_DIR)))
        if len(given) == 2:
            self.plurals[context, given[0]] = given[1]


def _texts_of_the_tree() -> Texts:
    texts = Texts()
    for room in _SOURCES:
        for path in sorted((settings.BASE_DIR / room).rglob("*.py")):
            for function, given in _calls_in_python(ast.parse(path.read_text("utf-8"))):
                texts.add(function, given, path)
    for path in sorted((settings.BASE_DIR / "templates").rglob("*.*")):
        if path.suffix in {".html", ".txt"}:
            python = templatize(path.read_text("utf-8"), origin=str(path))
            for match in _IN_TEMPLATE.finditer(python):
                function = "gettext" if match[1] == "_" else match[1]
                texts.add(function, list(ast.literal_eval(f"({match[2]},)")), path)
    return texts


def _calls_in_python(tree: ast.Module) -> Iterator[tuple[str, list[str]]]:
    real_names = {
        one.asname: one.name
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom)
        for one in node.names
    }
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call):
            continue
        called = ast.unparse(node.func)
        function = re.sub("_(lazy|noop)$", "", real_names.get(called, called))
        wanted = node.args[: _ARGUMENTS.get(function, 0)]
        given = [
            one.value
            for one in wanted
            if isinstance(one, ast.Constant) and isinstance(one.value, str)
        ]
        if given and len(given) == len(wanted):
            yield function, given


def _catalogue(language: str) -> Path:
    return Path(settings.LOCALE_PATHS[0]) / language / "LC_MESSAGES" / "django.po"


def _entries(catalogue: polib.POFile | polib.MOFile) -> dict[Text, Entry]:
    return {(entry.msgctxt, entry.msgid): entry for entry in catalogue}


def _translations(entry: Entry) -> list[str]:
    """All forms of a text in the catalogue's language."""
    return list(entry.msgstr_plural.values()) if entry.msgid_plural else [entry.msgstr]


@pytest.fixture(name="po", params=LANGUAGES)
def _po(request: pytest.FixtureRequest) -> polib.POFile:
    return polib.pofile(str(_catalogue(request.param)))


@pytest.fixture(name="texts", scope="module")
def _texts() -> Texts:
    return _texts_of_the_tree()


def test_every_language_that_is_offered_has_a_catalogue() -> None:
    offered = {code for code, _name in settings.LANGUAGES} - {settings.LANGUAGE_CODE}
    assert offered == set(LANGUAGES)


def test_the_walk_finds_the_texts_of_python_and_of_templates(texts: Texts) -> None:
    python = ast.parse(
        "from django.utils.translation import gettext_lazy as _, npgettext\n"
        "_('a' 'b'); npgettext('c', 'one', 'many', 2); gettext_noop('d'); _(name); other('x')"
    )
    calls = [("gettext", ["ab"]), ("npgettext", ["c", "one", "many"]), ("gettext", ["d"])]
    assert list(_calls_in_python(python)) == calls
    assert texts.places[None, "Latest deals"] == "templates/public/home.html"
    assert texts.plurals[None, "showroom"] == "showrooms"
    assert len(texts.places) > 500


def test_every_text_of_the_tree_is_in_the_catalogue_and_no_other(
    po: polib.POFile, texts: Texts
) -> None:
    entries = _entries(po)
    missing = {text: place for text, place in texts.places.items() if text not in entries}
    assert not missing, "run `make words`, then translate"
    unsaid = [text for text in entries if text not in texts.places]
    assert not unsaid, "run `make words`: nobody says this any more"
    assert {text: e.msgid_plural for text, e in entries.items() if e.msgid_plural} == texts.plurals


def test_every_text_is_translated(po: polib.POFile) -> None:
    unfinished = [
        entry.msgid
        for entry in po
        if entry.fuzzy or entry.obsolete or not all(map(str.strip, _translations(entry)))
    ]
    assert not unfinished
    forms = int(po.metadata["Plural-Forms"].split(";")[0].removeprefix("nplurals="))
    assert {len(entry.msgstr_plural) for entry in po if entry.msgid_plural} == {forms}


def test_placeholders_and_tags_survive_translation(po: polib.POFile) -> None:
    """A form that stands for one number only ("every minute") may leave that number out."""
    wrong = []
    for entry in po:
        source = entry.msgid_plural or entry.msgid
        for number, text in enumerate(_translations(entry)):
            of_one = entry.msgid_plural and number == 0 and po.metadata["Language"] == "es"
            for pattern in (_PLACEHOLDER, _TAG):
                allowed = [sorted(pattern.findall(source))]
                if of_one:
                    allowed.append(sorted(pattern.findall(entry.msgid)))
                if sorted(pattern.findall(text)) not in allowed:
                    wrong.append((entry.msgid, text))
    assert not wrong


def test_translations_end_as_their_texts_do(po: polib.POFile) -> None:
    ends = re.compile(r"(?<!л.\xa0с)[.…:]?$")  # an abbreviation of horsepower ends in a dot too
    wrong = [
        (entry.msgid, text)
        for entry in po
        for text in _translations(entry)
        if ends.findall(entry.msgid)[0] != ends.findall(text)[0] or text != text.strip()
    ]
    assert not wrong


def test_translations_use_their_own_quotes_and_formal_address(po: polib.POFile) -> None:
    informal = re.compile(r"""["“”]|\b(ты|тебя|тебе|твой|твоя|твои|tú|tus?|ti|contigo)\b""", re.I)
    texts = [text for entry in po for text in _translations(entry)]
    assert not [text for text in texts if informal.search(text)]


def test_the_catalogue_says_nothing_of_the_day_or_machine_it_was_made_on(po: polib.POFile) -> None:
    assert not {"POT-Creation-Date", "PO-Revision-Date", "Last-Translator"} & po.metadata.keys()
    assert not [place for entry in po for place in entry.occurrences if place[0].startswith("/")]
    assert not [place for entry in po for place in entry.occurrences if place[1]], "line numbers"


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_compiled_catalogue_is_up_to_date(language: str) -> None:
    po = polib.pofile(str(_catalogue(language)))
    mo = polib.mofile(str(_catalogue(language).with_suffix(".mo")))
    assert mo.metadata["Plural-Forms"] == po.metadata["Plural-Forms"]
    compiled, written = (
        {text: _translations(entry) for text, entry in _entries(catalogue).items()}
        for catalogue in (mo, po)
    )
    assert compiled == written, "run `make words`"


@pytest.mark.parametrize("language", LANGUAGES)
def test_plurals_follow_the_language(language: str) -> None:
    with override(language):
        said = {n: f"{n} {ngettext('car model', 'car models', n)}" for n in PLURALS[language]}
        assert said == PLURALS[language]
        assert gettext("car model") == PLURALS[language][1].removeprefix("1 ")


@pytest.mark.parametrize(("language", "title"), [("es", "X ya es suyo"), ("ru", "X теперь ваш")])
def test_e_mails_are_written_in_the_language_of_the_reader(language: str, title: str) -> None:
    values = {"car_model": "X", "showroom": "Y", "price_cents": 100}
    assert letter_of("offer_filled", values, language, "").subject.startswith(title)


class _Reader(HTMLParser):
    """Collects what a page says: its texts, and the attributes that are shown or read aloud."""

    def __init__(self) -> None:
        super().__init__()
        self.said: set[str] = set()
        self._in: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note the attributes."""
        self._in.append(tag)
        given = dict(attrs)
        names = _SHOWN_ATTRIBUTES | {"data-offline", "data-broken", "data-refused", "data-label"}
        if tag == "meta":
            names = {"content"} if given.get("name") == "description" else set()
        self.said |= {given[name] or "" for name in names & given.keys()}

    def handle_data(self, data: str) -> None:
        """Note the text."""
        if not self._in or self._in[-1] not in {"script", "style"}:
            self.said.add(" ".join(data.split()))

    def handle_endtag(self, tag: str) -> None:
        """Leave the element and what was never closed in it."""
        while self._in and self._in.pop() != tag:
            pass


@pytest.fixture(name="names")
def _names(db: None) -> dict[str, str]:
    """What stands in the paths of a small market, all of whose names are Russian."""
    car_model = make_car_model(make="Лада", name="Веста", variant="Люкс")
    showroom = make_showroom(name="Альфа", city="Тверь", country="RU")
    make_listing(seller=showroom, car_model=car_model)
    make_listing(seller=make_showroom(name="Бета"), car_model=car_model, quantity=0)
    now = timezone.now()
    make_promotion(seller=showroom, starts_at=now - timedelta(1), ends_at=now + timedelta(1))
    return {"car_model": str(car_model.pk), "showroom": str(showroom.pk)}


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("path", HEADINGS)
def test_a_page_is_wholly_in_the_language_of_the_browser(
    client: Client, names: dict[str, str], path: str, language: str
) -> None:
    accepted = {"Accept-Language": f"{language},en;q=0.5"}
    page = client.get(path.format(**names), headers=accepted).content.decode()
    _assert_speaks(language, page, HEADINGS[path][language])


@pytest.mark.django_db
@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("path", HEADINGS_INSIDE)
def test_so_is_a_page_behind_the_log_in(client: Client, path: str, language: str) -> None:
    client.force_login(make_superuser(username="админ"))
    page = client.get(path, headers={"Accept-Language": language}).content.decode()
    _assert_speaks(language, page, HEADINGS_INSIDE[path][language])


def _assert_speaks(language: str, page: str, heading: str) -> None:
    """Fail if the page says anything in English: a text of ours or, in Russian, any word at all."""
    reader = _Reader()
    reader.feed(_ADDRESS.sub("", page))
    assert f'<html lang="{language}"' in page
    assert heading in reader.said
    assert not reader.said & _english_only(language)
    if language == "ru":
        latin = {word for text in reader.said for word in re.findall("[A-Za-zÀ-ÿ]{3,}", text)}
        assert latin <= LATIN_IN_RUSSIAN


def _english_only(language: str) -> set[str]:
    """The texts that no page in this language says: none of its translations reads like them."""
    po = polib.pofile(str(_catalogue(language)))
    english = {text for entry in po for text in (entry.msgid, entry.msgid_plural) if text}
    return english - {text for entry in po for text in _translations(entry)} - OWN_NAMES


@pytest.mark.django_db
@pytest.mark.parametrize("language", LANGUAGES)
def test_the_language_that_was_chosen_wins_over_the_browsers(client: Client, language: str) -> None:
    client.cookies[settings.LANGUAGE_COOKIE_NAME] = language
    page = client.get("/", headers={"Accept-Language": "en"}).content.decode()
    assert f'<html lang="{language}"' in page and HEADINGS["/"][language] in page

"""Names of people and businesses that don't exist."""

from __future__ import annotations

from random import Random
from unicodedata import normalize

_FIRST_NAMES = (
    "Ada Adam Aisha Alba Alejandro Alice Amara Amélie Anders Andrea Anja Anna Anton Arjun "
    "Astrid Aylin Beatriz Ben Bianca Björn Camila Carlos Cem Chiara Chloé Clara Daniel Daria "
    "David Diego Dina Elena Elif Elin Emil Emma Enzo Erik Eva Farah Felix Fernanda Finn Freya "
    "Gabriel Giulia Greta Hana Hannah Haruto Hassan Hugo Ida Inés Ingrid Isabel Ivan Jakub Jan "
    "Jasmin João Jonas Julia Jun Kaito Karin Karim Kateryna Kenji Lara Lars Laura Léa Leo Liam "
    "Lin Linh Lucas Lucía Luka Magnus Mai Maja Malik Marco Maria Marta Mateo Matilda Max Mei "
    "Mia Mika Milan Minh Mohammed Nadia Naoki Nia Nico Nikolai Nina Noah Nora Olga Oliver Omar "
    "Oscar Pablo Paula Pedro Petra Priya Rafael Rania Ravi Renata Robin Rosa Ryo Sakura Salma "
    "Samir Sara Sebastian Simone Sofia Sven Tara Thomas Tomás Uma Valeria Vera Victor Wei "
    "William Yara Yui Yusuf Zara Zoë"
).split()

_LAST_NAMES = (
    "Abe Acar Ahmed Almeida Alvarez Andersson Araujo Bakker Barros Bauer Becker Bernard Bianchi "
    "Björk Bose Brandt Brown Byrne Campos Castro Chan Chen Cohen Costa Cruz Dahl Das Davies "
    "Demir Diaz Dubois Dvořák Eriksen Evans Farah Ferrari Fischer Fontaine Fraser Fuchs Fujita "
    "García Gomez Greco Gupta Haas Hansen Harris Hassan Hayashi Herrera Hoffmann Horvat Hughes "
    "Ibrahim Ito Ivanova Jansen Jensen Johansson Jones Kaplan Kaya Kelly Khan Kim Kovač "
    "Kowalski Kumar Lambert Larsen Laurent Lee Leroy Li Lindgren Lopez Lund Marino Marques "
    "Martin Mehta Meyer Mills Molina Moreau Moretti Morris Mueller Murphy Nair Nakamura Navarro "
    "Nguyen Nielsen Novak Nowak Oliveira Olsen Ortiz Park Patel Pereira Petrov Popescu Ramos "
    "Reid Ricci Rossi Ruiz Sato Schmidt Schneider Shah Silva Singh Sokolov Sousa Suzuki "
    "Svensson Takeda Tanaka Taylor Torres Tran Tremblay Vargas Vega Virtanen Vogel Walker Wang "
    "Weber Wilson Wong Yamada Yılmaz Zhang Zieliński"
).split()

_SHOWROOM_NAMES = (
    "{city} Motors", "{city} Auto House", "Autohaus {name}", "{name} & Daughters", "{name} Cars",
    "{city} Car Gallery", "The {city} Garage", "{name} Automobiles", "{city} Drive", "Salon {name}",
)  # fmt: skip
_SUPPLIER_NAMES = (
    "{name} Wholesale", "{city} Vehicle Supply", "{name} Import & Export", "{city} Auto Trading",
    "{name} Brothers Logistics", "{name} Fleet Supply",
)  # fmt: skip


def person_name(rng: Random) -> tuple[str, str]:
    """A first and a last name."""
    return rng.choice(_FIRST_NAMES), rng.choice(_LAST_NAMES)


def username(first_name: str, last_name: str, number: int) -> str:
    """A username of plain letters; the number keeps namesakes apart."""
    text = normalize("NFKD", f"{first_name}.{last_name}".lower().replace("ı", "i"))
    return text.encode("ascii", "ignore").decode() + f".{number}"


def showroom_name(rng: Random, city: str, taken: set[str]) -> str:
    """A name of a showroom that is not taken; now it is."""
    return _new_name(rng, _SHOWROOM_NAMES, city, taken)


def supplier_name(rng: Random, city: str, taken: set[str]) -> str:
    """A name of a supplier that is not taken; now it is."""
    return _new_name(rng, _SUPPLIER_NAMES, city, taken)


def _new_name(rng: Random, patterns: tuple[str, ...], city: str, taken: set[str]) -> str:
    number = 1
    while True:
        name = rng.choice(patterns).format(city=city, name=rng.choice(_LAST_NAMES))
        if number > 10:
            name = f"{name} {number}"
        if name not in taken:
            taken.add(name)
            return name
        number += 1

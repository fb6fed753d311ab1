"""The codes of a car model's characteristics."""

from enum import StrEnum


class BodyType(StrEnum):
    """The shape of the body."""

    SEDAN = "sedan"
    HATCHBACK = "hatchback"
    WAGON = "wagon"
    SUV = "suv"
    COUPE = "coupe"
    CONVERTIBLE = "convertible"
    PICKUP = "pickup"
    VAN = "van"
    MINIVAN = "minivan"


class Fuel(StrEnum):
    """What the car runs on."""

    PETROL = "petrol"
    DIESEL = "diesel"
    HYBRID = "hybrid"
    PLUG_IN_HYBRID = "plug_in_hybrid"
    ELECTRIC = "electric"
    HYDROGEN = "hydrogen"


class Transmission(StrEnum):
    """How the power gets to the wheels."""

    MANUAL = "manual"
    AUTOMATIC = "automatic"
    CVT = "cvt"
    DUAL_CLUTCH = "dual_clutch"
    SINGLE_SPEED = "single_speed"


class Drive(StrEnum):
    """Which wheels are driven."""

    FWD = "fwd"
    RWD = "rwd"
    AWD = "awd"
    FOUR_WD = "4wd"

"""Which country a make comes from: the home of the brand, wherever its cars are built."""

from __future__ import annotations

_MAKES_BY_COUNTRY = {
    "AT": "KTM",
    "CN": "BYD, Changan, Chery, Geely, GWM, Haval, Hongqi, Kandi, Li Auto, Lynk & Co, NIO, Wuling, "
    "Xiaomi, XPeng, Zeekr",
    "CZ": "Škoda, Skoda",
    "DE": "Alpina, Audi, Bitter Gmbh and Co. Kg, BMW, BMW Alpina, Maybach, Mercedes-Benz, Merkur, "
    "Opel, Porsche, RUF Automobile, Ruf Automobile Gmbh, smart, Volkswagen",
    "ES": "Cupra, SEAT",
    "FR": "Alpine, Bugatti, Citroën, Citroen, DS, Peugeot, Renault",
    "GB": "Aston Martin, Autokraft Limited, Bentley, Ineos, INEOS Automotive, Jaguar, Land Rover, "
    "London Taxi, Lotus, McLaren, McLaren Automotive, MG, MINI, Morgan, "
    "Panther Car Company Limited, Rolls-Royce, Sterling, TVR, TVR Engineering Ltd, Vauxhall",
    "HR": "Bugatti Rimac, Rimac",
    "IN": "Mahindra, Maruti Suzuki, Tata",
    "IT": "Abarth, Alfa Romeo, Bertone, De Tomaso, Ferrari, Fiat, Lamborghini, Lancia, Maserati, "
    "Pagani, Pininfarina, Qvale",
    "JP": "Acura, Daihatsu, Honda, Infiniti, Isuzu, Lexus, Mazda, Mitsubishi, Nissan, Scion, "
    "Subaru, Suzuki, Toyota",
    "KR": "Daewoo, Genesis, Hyundai, KGM, Kia, SsangYong",
    "MY": "Perodua, Proton",
    "NL": "Spyker",
    "RO": "Dacia",
    "RS": "Yugo",
    "RU": "Lada, UAZ",
    "SE": "Koenigsegg, Polestar, Saab, Volvo",
    "TR": "Togg",
    "TW": "Luxgen",
    "US": "AM General, American Motors Corporation, Avanti Motor Corporation, Buick, Cadillac, "
    "Chevrolet, Chrysler, CODA Automotive, Consulier Industries Inc, Dodge, Eagle, Excalibur "
    "Autos, Fisker, Ford, General Motors, Geo, GMC, Grumman Allied Industries, Grumman Olson, "
    "Hummer, Jeep, Karma, Lincoln, Lordstown, Lucid, Mercury, Mobility Ventures LLC, "
    "Oldsmobile, Panos, Panoz Auto-Development, Plymouth, Pontiac, Ram, Rivian, Roush "
    "Performance, Saleen, Saleen Performance, Saturn, Shelby, SRT, Tesla, Vector, VPG",
    "VN": "VinFast",
}

_COUNTRY_OF_MAKE = {
    make.casefold(): country
    for country, makes in _MAKES_BY_COUNTRY.items()
    for make in makes.split(", ")
}

#: Every ISO 3166-1 alpha-2 code.
COUNTRY_CODES = frozenset("""
    AD AE AF AG AI AL AM AO AQ AR AS AT AU AW AX AZ BA BB BD BE BF BG BH BI BJ BL BM BN BO BQ BR BS
    BT BV BW BY BZ CA CC CD CF CG CH CI CK CL CM CN CO CR CU CV CW CX CY CZ DE DJ DK DM DO DZ EC EE
    EG EH ER ES ET FI FJ FK FM FO FR GA GB GD GE GF GG GH GI GL GM GN GP GQ GR GS GT GU GW GY HK HM
    HN HR HT HU ID IE IL IM IN IO IQ IR IS IT JE JM JO JP KE KG KH KI KM KN KP KR KW KY KZ LA LB LC
    LI LK LR LS LT LU LV LY MA MC MD ME MF MG MH MK ML MM MN MO MP MQ MR MS MT MU MV MW MX MY MZ NA
    NC NE NF NG NI NL NO NP NR NU NZ OM PA PE PF PG PH PK PL PM PN PR PS PT PW PY QA RE RO RS RU RW
    SA SB SC SD SE SG SH SI SJ SK SL SM SN SO SR SS ST SV SX SY SZ TC TD TF TG TH TJ TK TL TM TN TO
    TR TT TV TW TZ UA UG UM US UY UZ VA VC VE VG VI VN VU WF WS YE YT ZA ZM ZW
    """.split())


def origin_of(make: str) -> str:
    """The ISO alpha-2 code of the make's home country; empty if nobody told us."""
    return _COUNTRY_OF_MAKE.get(make.casefold(), "")

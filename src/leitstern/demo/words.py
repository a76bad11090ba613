"""The words the simulated company is made of. All names are invented; towns and postcodes are real ones."""

from __future__ import annotations

COMPANY_NAME = "Tannhagen Fördertechnik GmbH"
DOMAIN = "tannhagen.example"

FIRST_NAMES = (
    "Anna", "Birgit", "Carla", "Doris", "Elif", "Franziska", "Greta", "Hanna", "Ines", "Jana", "Katrin",
    "Lea", "Maren", "Nadine", "Olga", "Petra", "Ronja", "Sabine", "Tanja", "Ulrike", "Vera", "Wiebke",
    "Yasemin", "Zoe", "Andreas", "Bernd", "Carsten", "Dirk", "Emre", "Florian", "Gregor", "Henning",
    "Ingo", "Jörg", "Karl", "Lars", "Markus", "Niklas", "Oliver", "Patrick", "René", "Stefan",
    "Thorsten", "Uwe", "Volker", "Wolfgang", "Yusuf", "Zoran",
)  # fmt: skip

SURNAMES = (
    "Aldenhof", "Bergmoser", "Brauksiepe", "Clasvogt", "Dammersiek", "Drostebeck", "Ebersoll",
    "Eichwede", "Falkenroth", "Feldhuser", "Gantefort", "Grünspecht", "Haselbrink", "Hövelkamp",
    "Immensiek", "Jessulat", "Kaltwasser", "Kleinsorg", "Kösterke", "Langenohl", "Lohrengel",
    "Mühlbrecht", "Muthesius", "Nierhaus", "Nottebrock", "Oberwinter", "Osterkatz", "Pfeilsticker",
    "Pruissen", "Quadflieg", "Rautenkranz", "Riekenbrauk", "Rüschoff", "Sandkühler", "Schönwetter",
    "Schürkamp", "Siebenborn", "Stöwesand", "Tegethoff", "Tiefenthal", "Uhlenbrock", "Ulrichsen",
    "Vennekötter", "Vosskuhl", "Wackerbarth", "Wiesenthau", "Wittekopf", "Wohlgemuth", "Zeppenfeld",
    "Zumbrägel", "Arikan", "Demirtürk", "Kovacevic", "Nowakowiak", "Sørby",
)  # fmt: skip

NAME_BEGINNINGS = (
    "Ahorn", "Birken", "Breit", "Buchen", "Dachs", "Eber", "Eichen", "Elster", "Erlen", "Falken",
    "Feder", "Fichten", "Finken", "Fuchs", "Ginster", "Habicht", "Hasel", "Heide", "Hirsch", "Kiefern",
    "Kranich", "Lerchen", "Linden", "Luchs", "Milan", "Möwen", "Otter", "Reiher", "Schlehen",
    "Schwalben", "Silber", "Sperber", "Storchen", "Ulmen", "Wacholder", "Weiden", "Wiesen", "Zeisig",
)  # fmt: skip

NAME_ENDINGS = (
    "au", "bach", "beck", "born", "brink", "bruch", "brück", "büttel", "dorn", "feld", "fleet", "furt",
    "grund", "hagen", "halde", "horst", "kamp", "koog", "loh", "mark", "moor", "ried", "roden", "rott",
    "siek", "stein", "stieg", "wald", "wall", "werder", "wiek", "zell",
)  # fmt: skip

#: What the customers do: word in the company's name, industry.
TRADES = (
    ("Logistik", "Logistik"), ("Speditions", "Logistik"), ("Lagertechnik", "Logistik"),
    ("Verpackungen", "Verpackung"), ("Kartonagen", "Verpackung"), ("Getränke", "Lebensmittel"),
    ("Backwaren", "Lebensmittel"), ("Molkerei", "Lebensmittel"), ("Maschinenbau", "Maschinenbau"),
    ("Antriebe", "Maschinenbau"), ("Metallbau", "Metall"), ("Gusstechnik", "Metall"),
    ("Kunststoffe", "Kunststoff"), ("Folien", "Kunststoff"), ("Pharma", "Pharma"),
    ("Großhandel", "Handel"), ("Versand", "Handel"), ("Möbel", "Möbel"), ("Holzwerke", "Möbel"),
    ("Recycling", "Entsorgung"), ("Baustoffe", "Bau"), ("Elektronik", "Elektro"),
)  # fmt: skip

LEGAL_FORMS = {
    "DE": (("GmbH", 6.0), ("GmbH & Co. KG", 3.0), ("KG", 0.6), ("AG", 0.5), ("e.K.", 0.4), ("SE", 0.2)),
    "AT": (("GmbH", 7.0), ("GmbH & Co KG", 1.5), ("AG", 0.5)),
    "CH": (("AG", 6.0), ("GmbH", 4.0)),
}

#: Town, first postcode, region, country, weight.
TOWNS = (
    ("Hamburg", "20095", "Nord", "DE", 3.0), ("Bremen", "28195", "Nord", "DE", 1.4),
    ("Hannover", "30159", "Nord", "DE", 1.8), ("Kiel", "24103", "Nord", "DE", 0.7),
    ("Oldenburg", "26121", "Nord", "DE", 0.7), ("Lübeck", "23552", "Nord", "DE", 0.7),
    ("Leipzig", "04109", "Ost", "DE", 1.0), ("Dresden", "01067", "Ost", "DE", 0.9),
    ("Chemnitz", "09111", "Ost", "DE", 0.5), ("Erfurt", "99084", "Ost", "DE", 0.5),
    ("Magdeburg", "39104", "Ost", "DE", 0.5), ("Berlin", "10115", "Ost", "DE", 1.4),
    ("Köln", "50667", "West", "DE", 1.8), ("Düsseldorf", "40213", "West", "DE", 1.4),
    ("Dortmund", "44135", "West", "DE", 1.2), ("Essen", "45127", "West", "DE", 1.0),
    ("Bielefeld", "33602", "West", "DE", 1.2), ("Münster", "48143", "West", "DE", 0.9),
    ("Aachen", "52062", "West", "DE", 0.6), ("München", "80331", "Süd", "DE", 2.2),
    ("Stuttgart", "70173", "Süd", "DE", 2.2), ("Nürnberg", "90402", "Süd", "DE", 1.4),
    ("Augsburg", "86150", "Süd", "DE", 0.8), ("Ulm", "89073", "Süd", "DE", 0.7),
    ("Karlsruhe", "76133", "Süd", "DE", 0.9), ("Freiburg", "79098", "Süd", "DE", 0.6),
    ("Wien", "1010", "Österreich", "AT", 1.6), ("Linz", "4020", "Österreich", "AT", 1.1),
    ("Graz", "8010", "Österreich", "AT", 0.8), ("Salzburg", "5020", "Österreich", "AT", 0.6),
    ("Innsbruck", "6020", "Österreich", "AT", 0.4), ("Zürich", "8001", "Schweiz", "CH", 1.3),
    ("Bern", "3011", "Schweiz", "CH", 0.8), ("Basel", "4001", "Schweiz", "CH", 0.8),
    ("Luzern", "6003", "Schweiz", "CH", 0.5), ("St. Gallen", "9000", "Schweiz", "CH", 0.6),
    ("Winterthur", "8400", "Schweiz", "CH", 0.5),
)  # fmt: skip

#: Numbers that the Bundesnetzagentur keeps free for films and books: area code, first digits.
FILM_PHONES = (("030", "23125"), ("040", "66969"), ("0221", "4710"), ("069", "90009"), ("089", "99998"))

POSITIONS = (
    "Geschäftsführung", "Einkauf", "Betriebsleitung", "Technische Leitung", "Logistikleitung",
    "Instandhaltung", "Projektleitung", "Assistenz",
)  # fmt: skip

#: Key, name, line, list price in cents, how often it is sold, whether it is billed by the quarter.
PRODUCTS = (
    ("P-101", "Bandförderer BF 200", "Förderer", 1_480_000, 1.6, False),
    ("P-102", "Bandförderer BF 400", "Förderer", 2_350_000, 1.2, False),
    ("P-103", "Rollenförderer RF 60", "Förderer", 1_120_000, 1.4, False),
    ("P-104", "Senkrechtförderer SV 12", "Förderer", 4_900_000, 0.5, False),
    ("P-201", "Sortierstrecke ST 8", "Sortierung", 7_800_000, 0.6, False),
    ("P-202", "Sortierkreis SK 24", "Sortierung", 14_500_000, 0.25, False),
    ("P-301", "Steuerung TF-Control", "Steuerung", 1_950_000, 1.0, False),
    ("P-302", "Leitstand TF-View", "Steuerung", 2_700_000, 0.6, False),
    ("P-401", "Ersatzteilpaket", "Service", 420_000, 1.8, False),
    ("P-402", "Umbau und Erweiterung", "Service", 1_650_000, 1.3, False),
    ("P-403", "Wartungsvertrag", "Service", 960_000, 1.0, True),
    ("P-404", "Schulung", "Service", 290_000, 0.7, False),
)

#: Name, position, result, probability of winning from here.
STAGES = (
    ("Qualifizierung", 1, "open", 0.15), ("Bedarfsanalyse", 2, "open", 0.3), ("Angebot", 3, "open", 0.5),
    ("Verhandlung", 4, "open", 0.75), ("Gewonnen", 5, "won", 1.0), ("Verloren", 6, "lost", 0.0),
)  # fmt: skip

LOST_REASONS = (
    "Preis",
    "Wettbewerb",
    "Kein Budget",
    "Projekt verschoben",
    "Keine Rückmeldung",
    "Technik passt nicht",
)
DISQUALIFIED = ("Kein Bedarf", "Kein Budget", "Privatperson", "Student", "Nicht erreichbar", "Wettbewerber")
TICKET_CATEGORIES = ("Störung", "Ersatzteil", "Rechnung", "Lieferung", "Bedienung", "Reklamation")
NPS_REASONS = ("Beratung", "Preis", "Lieferzeit", "Qualität", "Erreichbarkeit")

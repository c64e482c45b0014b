"""What people may be called. First names of women, of men, and family names, by where they come from."""

from __future__ import annotations

FLEMISH = (
    "An Els Griet Hilde Ingrid Katrien Lien Marleen Nele Sofie Tine Veerle Femke Jolien Lotte Silke Kaat Martine",
    "Bart Dirk Geert Hans Jan Koen Luc Pieter Stijn Tom Wim Wouter Jef Kobe Lander Seppe Tuur Yannick Rik Danny",
    "Peeters Janssens Maes Jacobs Willems Claes Goossens Wouters Declercq Vandamme Verhelst Debruyne Coppens Vermeulen "
    "Lambrecht Desmet Callens Hoste Baert Naessens Van_Acker De_Backer Vanneste Dewaele Mertens Aerts Cools Bogaerts",
)
FRENCH = (
    "Amélie Béatrice Camille Delphine Élodie Florence Isabelle Julie Laure Manon Nathalie Océane Sandrine Véronique "
    "Léa Chloé Corinne Mélanie Pauline Sylvie",
    "Alain Bruno Christophe Damien Éric Fabrice Gaël Hugo Jérôme Kévin Ludovic Mathieu Nicolas Olivier Pascal Quentin "
    "Rémi Sébastien Thierry Yann",
    "Lefebvre Dubois Leroy Carpentier Delattre Lemaire Caron Dupont Morel Fontaine Vasseur Lambert Masson Duhamel "
    "Poulain Lecomte Denis Mercier Marchand Boulanger Deschamps Roussel Gérard Henry Noël Dumont Collin Renard",
)
ITALIAN = (
    "Alessia Barbara Chiara Daniela Elena Federica Giulia Ilaria Laura Marta Nicoletta Ornella Paola Roberta Silvia "
    "Teresa Valentina Michela Sabrina Anna",
    "Andrea Bruno Claudio Davide Enrico Fabio Giorgio Ivano Luca Marco Nicola Ottavio Paolo Riccardo Stefano Tiziano "
    "Umberto Valter Matteo Denis",
    "Dal_Santo Zanella Rigoni Meneghini Pozzan Carollo Sartori Battistella Marangon Peron Zordan Cazzola Bressan "
    "Fontana Gasparotto Lovato Pretto Tonello Vencato Marchetto Rossetto Bortoli Munari Ceola Faccin Zilio",
)
ARABIC = (
    "Amina Fatima Hanane Khadija Leila Naima Rania Samira Yasmina Zineb Hala Rima",
    "Abdel Ahmed Bilal Hassan Ilyas Karim Mohamed Omar Rachid Said Youssef Tarek",
    "Benali El_Amrani Haddad Bouzid Chaoui Mansouri Ziani Saidi Khalil Darwish Hamdan Alami Tahiri Belkacem",
)
AFRICAN = (
    "Aïssatou Aminata Esther Grâce Mariam Fanta Blessing Solange Nadège Ramatou",
    "Alpha Boubacar Emmanuel Ibrahima Joseph Mamadou Ousmane Patrick Souleymane Festus",
    "Diallo Barry Camara Kabongo Mukendi Traoré Bangura Owusu Sow Keïta Okafor Ilunga Bah Condé",
)
EASTERN = (
    "Alina Daria Elena Irina Mirela Natalia Oksana Svitlana Valbona Violeta Zorica Gabriela",
    "Adrian Bogdan Dragan Florin Goran Ion Mihai Oleksandr Petro Vasile Arben Dritan",
    "Popescu Ionescu Marin Hoxha Shehu Petrovic Jovanovic Kovalenko Bondarenko Dobre Stan Kola Melnyk Radu",
)
ASIAN = (
    "Farida Gita Nasrin Parwin Rehana Shirin Sultana Zahra Mina Laila",
    "Abdullah Farid Gulam Imran Jamal Kamal Nasir Rahim Sajid Zabi",
    "Ahmadi Akter Hossain Islam Karimi Khan Miah Noori Rahman Rezai Singh Uddin Begum Haidari",
)

NAMES_OF = {
    "FR": FRENCH,
    "IT": ITALIAN,
    "MA": ARABIC,
    "DZ": ARABIC,
    "SY": ARABIC,
    "GN": AFRICAN,
    "CD": AFRICAN,
    "NG": AFRICAN,
    "SN": AFRICAN,
    "RO": EASTERN,
    "AL": EASTERN,
    "RS": EASTERN,
    "UA": EASTERN,
    "AF": ASIAN,
    "BD": ASIAN,
}
"""By citizenship. Belgians are named in the language of their workshop."""


def names_of(country: str, language: str) -> tuple[list[str], list[str], list[str]]:
    """Women's and men's first names and family names of a country, or of a language for Belgians."""
    lists = NAMES_OF.get(country) or (FLEMISH if language == "nl" else FRENCH)
    women, men, families = (names.split() for names in lists)
    return women, men, [name.replace("_", " ") for name in families]

"""The five members of the demonstration: what each is, where it works, for whom and with whom. Plain data.

Names, numbers and amounts are invented. The numbers of organisations are of the right form and belong to nobody.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Town:
    """A municipality: national code, NUTS 3 region, degree of urbanisation (1 city, 2 town, 3 rural)."""

    name: str
    code: str
    postcode: str
    nuts3: str
    degurba: str

    @property
    def country(self) -> str:
        """ISO 3166-1 code."""
        return self.nuts3[:2]


@dataclass(frozen=True, slots=True)
class Partner:
    """An organisation a member works with. ``source``: what it is as a referring service."""

    name: str
    type: str
    town: Town
    sector: str | None = None
    source: str | None = None


@dataclass(frozen=True, slots=True)
class Payment:
    """What is paid each month: type, payer, amount in euro cents."""

    type: str
    payer: str
    amount: int


@dataclass(frozen=True, slots=True)
class Member:
    """One member. Mappings hold weights: the heavier, the likelier."""

    node: str
    name: str
    names: Mapping[str, str]
    type: str
    town: Town
    street: str
    sector: str
    language: str
    accompaniments: int
    hosts: tuple[Partner, ...]
    enterprises: tuple[Partner, ...]
    services: tuple[Partner, ...]
    administrations: tuple[Partner, ...]
    towns: Mapping[Town, float]
    target_groups: Mapping[str, float]
    pathways: Mapping[str, float]
    programmes: Mapping[str, float]
    citizenships: Mapping[str, float]
    payments: tuple[Payment, ...]
    placement: str
    """Type of placement at the member's own or its co-operatives."""
    contract: str
    hours: tuple[int, ...]
    operation: str
    """The ESF+ operation, or the file number of another programme."""
    recognitions: tuple[str, ...]
    """Recognitions of a disability its people may have."""
    every: int
    """Months between two evaluations with the service."""
    diligence: float
    """Share of the things due that are done in time."""
    openings: float
    """Monthly chance that somebody ready for a job finds one."""
    room: float
    """Places at the hosts, as a share of all accompaniments."""

    @property
    def country(self) -> str:
        """ISO 3166-1 code."""
        return self.town.country


KORTRIJK = Town("Kortrijk", "34022", "8500", "BE254", "1")
MENEN = Town("Menen", "34027", "8930", "BE254", "2")
AVELGEM = Town("Avelgem", "34003", "8580", "BE254", "3")
DIEST = Town("Diest", "24020", "3290", "BE242", "2")
AARSCHOT = Town("Aarschot", "24001", "3200", "BE242", "2")
GEETBETS = Town("Geetbets", "24028", "3450", "BE242", "3")
VICENZA = Town("Vicenza", "024116", "36100", "ITH32", "1")
SCHIO = Town("Schio", "024100", "36015", "ITH32", "2")
THIENE = Town("Thiene", "024105", "36016", "ITH32", "2")
ASIAGO = Town("Asiago", "024009", "36012", "ITH32", "3")
ROUBAIX = Town("Roubaix", "59512", "59100", "FRE11", "1")
TOURCOING = Town("Tourcoing", "59599", "59200", "FRE11", "1")
ORCHIES = Town("Orchies", "59449", "59310", "FRE11", "3")
ANDERLECHT = Town("Anderlecht", "21001", "1070", "BE100", "1")
MOLENBEEK = Town("Molenbeek-Saint-Jean", "21012", "1080", "BE100", "1")
SCHAERBEEK = Town("Schaerbeek", "21015", "1030", "BE100", "1")

WORKSHOP = Member(
    node="tweede-adem",
    name="Tweede Adem",
    names={"nl": "Tweede Adem, kringwinkels", "fr": "Second Souffle, magasins de réemploi"},
    type="social_workshop",
    town=KORTRIJK,
    street="Spinnerijkaai 12",
    sector="trade_reuse",
    language="nl",
    accompaniments=124,
    hosts=(),
    enterprises=(
        Partner("Logistiek Leiedal", "ordinary_enterprise", KORTRIJK, "transport_logistics"),
        Partner("Textiel Vandewalle", "ordinary_enterprise", MENEN, "manufacturing"),
        Partner("Supermarkt De Markt", "ordinary_enterprise", AVELGEM, "trade_reuse"),
        Partner("Stadsdiensten Kortrijk, groen en netheid", "public_administration", KORTRIJK, "public_administration"),
    ),
    services=(
        Partner("OCMW Kortrijk", "social_service", KORTRIJK, source="social_service"),
        Partner("Werkwinkel Zuid-West-Vlaanderen", "employment_service", KORTRIJK, source="public_employment_service"),
        Partner("CAW De Brug", "social_service", MENEN, source="shelter_or_housing"),
        Partner("Centrum geestelijke gezondheid Largo", "social_service", KORTRIJK, source="mental_health_service"),
    ),
    administrations=(
        Partner("Departement Werk, dienst maatwerk", "public_administration", KORTRIJK),
        Partner("Stad Kortrijk", "public_administration", KORTRIJK),
    ),
    towns={KORTRIJK: 6, MENEN: 3, AVELGEM: 1},
    target_groups={
        "very_long_unemployed": 26,
        "low_qualified": 18,
        "mental_health": 16,
        "migrant_origin": 12,
        "physical_disability": 8,
        "older_worker": 8,
        "homeless": 4,
        "lone_parent": 4,
        "low_language": 4,
    },
    pathways={"transition": 62, "sheltered_long_term": 26, "activation": 12},
    programmes={"regional_recognition": 7, "municipal": 2, "esfplus_operation": 3},
    citizenships={"BE": 74, "MA": 6, "SY": 5, "AF": 4, "RO": 3, "FR": 4, "CD": 2, "UA": 2},
    payments=(Payment("wage_subsidy", "region", 98_500), Payment("support_subsidy", "region", 31_000)),
    placement="social_workshop_job",
    contract="permanent_inclusion",
    hours=(19, 30, 38),
    operation="ESF-VL-2023-0418",
    recognitions=("be_vl_vdab", "be_federal_33"),
    every=3,
    diligence=0.93,
    openings=0.16,
    room=0.3,
)

WORK_CARE = Member(
    node="de-zonnewei",
    name="De Zonnewei",
    names={"nl": "De Zonnewei, arbeidszorg", "fr": "De Zonnewei, travail de soins"},
    type="work_care_centre",
    town=DIEST,
    street="Demerdijk 3",
    sector="agriculture",
    language="nl",
    accompaniments=62,
    hosts=(),
    enterprises=(
        Partner("Boomkwekerij Hageland", "ordinary_enterprise", AARSCHOT, "agriculture"),
        Partner("Woonzorg Sint-Jan", "ordinary_enterprise", DIEST, "health_social"),
    ),
    services=(
        Partner("Psychiatrische thuiszorg Demerland", "social_service", DIEST, source="mental_health_service"),
        Partner("OCMW Diest", "social_service", DIEST, source="social_service"),
        Partner("Dagcentrum De Linde", "social_service", AARSCHOT, source="disability_service"),
        Partner("Huisartsenkring Hageland", "social_service", AARSCHOT, source="hospital_or_gp"),
    ),
    administrations=(
        Partner("Agentschap werk en zorg", "public_administration", DIEST),
        Partner("Stad Diest", "public_administration", DIEST),
    ),
    towns={DIEST: 5, AARSCHOT: 4, GEETBETS: 2},
    target_groups={
        "mental_health": 38,
        "intellectual_disability": 18,
        "extremely_vulnerable": 16,
        "chronic_illness": 12,
        "alcohol_dependence": 8,
        "gambling_or_other_addiction": 3,
        "other": 2,
    },
    pathways={"work_care": 66, "activation": 18, "observation": 16},
    programmes={"health": 6, "regional_recognition": 4},
    citizenships={"BE": 93, "MA": 2, "FR": 2, "RO": 2, "RS": 1},
    payments=(
        Payment("support_subsidy", "health_authority", 27_500),
        Payment("meal_childcare_costs", "municipality", 6_000),
    ),
    placement="work_care_place",
    contract="work_care_agreement",
    hours=(8, 12, 16),
    operation="WZ-2024-17",
    recognitions=("be_vl_vdab", "be_federal_33", "pending"),
    every=6,
    diligence=0.9,
    openings=0.07,
    room=0.46,
)

AGENCY = Member(
    node="agenzia-berica",
    name="Agenzia Berica per l'inserimento lavorativo",
    names={"it": "Agenzia Berica", "en": "Berica work-insertion agency"},
    type="insertion_agency",
    town=VICENZA,
    street="Contrà delle Risorgive 7",
    sector="health_social",
    language="it",
    accompaniments=112,
    hosts=(
        Partner("Cooperativa sociale Il Mulino", "social_coop_b", VICENZA, "cleaning_support"),
        Partner("Cooperativa sociale Terra Fertile", "social_coop_b", THIENE, "agriculture"),
        Partner("Cooperativa sociale Officina Sette", "social_coop_b", SCHIO, "manufacturing"),
    ),
    enterprises=(
        Partner("Meccanica Astico", "ordinary_enterprise", THIENE, "manufacturing"),
        Partner("Tintoria Valleogra", "ordinary_enterprise", SCHIO, "manufacturing"),
        Partner("Albergo Altopiano", "ordinary_enterprise", ASIAGO, "hospitality"),
        Partner("Comune di Vicenza, verde pubblico", "public_administration", VICENZA, "public_administration"),
    ),
    services=(
        Partner("Servizio dipendenze, sede di Vicenza", "social_service", VICENZA, source="addiction_service"),
        Partner("Centro di salute mentale", "social_service", VICENZA, source="mental_health_service"),
        Partner("Comunità terapeutica Il Ponte", "social_service", THIENE, source="therapeutic_community"),
        Partner("Ufficio esecuzione penale esterna", "social_service", VICENZA, source="justice_service"),
        Partner("Servizi sociali del Comune di Schio", "social_service", SCHIO, source="social_service"),
        Partner("Centro antiviolenza Donna Chiama", "social_service", VICENZA, source="womens_shelter"),
    ),
    administrations=(
        Partner("Comune di Vicenza", "public_administration", VICENZA),
        Partner("Comune di Schio", "public_administration", SCHIO),
        Partner("Azienda socio-sanitaria Alto Vicentino", "public_administration", THIENE),
    ),
    towns={VICENZA: 6, SCHIO: 3, THIENE: 3, ASIAGO: 1},
    target_groups={
        "drug_dependence": 22,
        "mental_health": 20,
        "alcohol_dependence": 12,
        "prisoner_alternative_measure": 12,
        "intellectual_disability": 10,
        "physical_disability": 8,
        "violence_survivor": 6,
        "minor_family_difficulty": 5,
        "trafficking_survivor": 3,
    },
    pathways={"transition": 88, "observation": 7, "training": 5},
    programmes={"municipal": 5, "health": 3, "justice": 1, "esfplus_operation": 3},
    citizenships={"IT": 74, "RO": 6, "MA": 5, "AL": 4, "BD": 4, "NG": 4, "RS": 3},
    payments=(
        Payment("participant_allowance", "municipality", 50_000),
        Payment("agency_fee", "health_authority", 18_000),
        Payment("insurance", "agency", 1_200),
    ),
    placement="coop_placement",
    contract="internship_agreement",
    hours=(20, 25, 30),
    operation="FSE-VEN-2024-1177",
    recognitions=("it_l68_45", "it_l68_33_work", "it_l104"),
    every=3,
    diligence=0.97,
    openings=0.2,
    room=0.22,
)

ENTERPRISE = Member(
    node="le-relais-du-canal",
    name="Le Relais du Canal",
    names={"fr": "Le Relais du Canal, entreprise d'insertion"},
    type="insertion_enterprise",
    town=ROUBAIX,
    street="42 quai de la Filature",
    sector="water_waste_recycling",
    language="fr",
    accompaniments=146,
    hosts=(),
    enterprises=(
        Partner("Transports Delmotte", "ordinary_enterprise", TOURCOING, "transport_logistics"),
        Partner("Bâti Rénov Nord", "ordinary_enterprise", ROUBAIX, "construction"),
        Partner("Netto Service", "ordinary_enterprise", ROUBAIX, "cleaning_support"),
        Partner("Brasserie du Beffroi", "ordinary_enterprise", ORCHIES, "hospitality"),
    ),
    services=(
        Partner("Agence pour l'emploi de Roubaix", "employment_service", ROUBAIX, source="public_employment_service"),
        Partner("Mission locale du Val de Lys", "social_service", TOURCOING, source="youth_service"),
        Partner("Plan local pour l'insertion et l'emploi", "social_service", ROUBAIX, source="local_inclusion_plan"),
        Partner("Service pénitentiaire d'insertion", "social_service", ROUBAIX, source="justice_service"),
        Partner("Service social départemental", "social_service", TOURCOING, source="social_service"),
    ),
    administrations=(
        Partner("Direction départementale de l'emploi", "public_administration", ROUBAIX),
        Partner("Conseil départemental", "public_administration", TOURCOING),
    ),
    towns={ROUBAIX: 6, TOURCOING: 4, ORCHIES: 1},
    target_groups={
        "minimum_income": 24,
        "long_unemployed": 18,
        "low_qualified": 14,
        "young_neet": 12,
        "refugee_asylum": 10,
        "older_worker": 8,
        "deprived_area": 8,
        "ex_offender": 4,
        "care_leaver": 2,
    },
    pathways={"transition": 90, "training": 10},
    programmes={"regional_recognition": 6, "esfplus_operation": 4, "own_resources": 1},
    citizenships={"FR": 76, "DZ": 6, "MA": 4, "GN": 4, "AF": 4, "SN": 3, "RO": 2, "BE": 1},
    payments=(Payment("wage_subsidy", "state", 112_000), Payment("training_bonus", "eu_fund", 7_500)),
    placement="insertion_enterprise_job",
    contract="fixed_inclusion",
    hours=(26, 30, 35),
    operation="FSE-HDF-2023-00291",
    recognitions=("fr_rqth", "fr_oeth"),
    every=3,
    diligence=0.92,
    openings=0.19,
    room=0.22,
)

CUSTOMISED = Member(
    node="ateliers-de-la-senne",
    name="Ateliers de la Senne",
    names={"fr": "Ateliers de la Senne", "nl": "Zennewerkplaatsen"},
    type="customised_work_company",
    town=ANDERLECHT,
    street="Rue des Matériaux 88",
    sector="manufacturing",
    language="fr",
    accompaniments=84,
    hosts=(),
    enterprises=(
        Partner("Emballages Midi", "ordinary_enterprise", ANDERLECHT, "manufacturing"),
        Partner("Cuisine centrale du Canal", "ordinary_enterprise", MOLENBEEK, "hospitality"),
        Partner("Commune de Schaerbeek, propreté", "public_administration", SCHAERBEEK, "public_administration"),
    ),
    services=(
        Partner("Service bruxellois du handicap", "social_service", ANDERLECHT, source="disability_service"),
        Partner("Office régional de l'emploi", "employment_service", ANDERLECHT, source="public_employment_service"),
        Partner("École spécialisée Les Tilleuls", "social_service", SCHAERBEEK, source="school_or_training"),
        Partner("CPAS de Molenbeek", "social_service", MOLENBEEK, source="social_service"),
    ),
    administrations=(
        Partner("Commission communautaire, entreprises adaptées", "public_administration", ANDERLECHT),
        Partner("Commune d'Anderlecht", "public_administration", ANDERLECHT),
    ),
    towns={ANDERLECHT: 5, MOLENBEEK: 4, SCHAERBEEK: 3},
    target_groups={
        "intellectual_disability": 34,
        "physical_disability": 20,
        "sensory_disability": 14,
        "mental_health": 16,
        "chronic_illness": 8,
        "minority": 2,
    },
    pathways={"sheltered_long_term": 58, "transition": 28, "training": 8, "observation": 6},
    programmes={"regional_recognition": 8, "esfplus_operation": 2, "other": 1},
    citizenships={"BE": 72, "MA": 10, "CD": 5, "RO": 4, "FR": 4, "SY": 3, "GN": 2},
    payments=(
        Payment("wage_subsidy", "region", 121_000),
        Payment("travel_costs", "host", 5_600),
        Payment("social_contribution_relief", "state", 14_300),
    ),
    placement="social_workshop_job",
    contract="sheltered_status",
    hours=(19, 28, 38),
    operation="FSE-BXL-2024-062",
    recognitions=("be_federal_33", "be_aviq", "other"),
    every=6,
    diligence=0.95,
    openings=0.12,
    room=0.3,
)

MEMBERS = (WORKSHOP, WORK_CARE, AGENCY, ENTERPRISE, CUSTOMISED)
UMBRELLA = Partner("Federatie Koepel · Fédération Coupole", "umbrella", ANDERLECHT)
TRUSTEE = "Maison de la statistique sociale"
"""The second organisation, which lets only sums through."""

"""Documents of the standard, version 1, as types. Rendered from ``schema/`` by ``python3 deploy render``: do not edit.

A type says which fields there are; whether a document holds is for ``coupole.standard.validation`` to say.
"""

from __future__ import annotations

from typing import Any, Literal, NotRequired, TypedDict

ActionTypeCode = Literal[
    "orientation",
    "specific_training",
    "information_path",
    "on_the_job_training",
    "safety_training",
    "language_course",
    "basic_skills_course",
    "job_search_workshop",
    "driving_licence",
    "recognition_of_skills",
    "staff_training",
    "other",
]

AgreementTypeCode = Literal[
    "framework",
    "individual",
    "placement_convention",
    "public_procurement",
    "mandate",
    "recognition",
]

BarrierCode = Literal[
    "health",
    "addiction",
    "mental_health",
    "housing",
    "mobility",
    "language",
    "literacy_numeracy",
    "digital",
    "childcare_family",
    "debt",
    "administrative",
    "judicial",
    "qualification",
    "experience",
    "isolation",
    "discrimination",
]

CompetenceCode = Literal[
    "continuity",
    "punctuality",
    "work_rhythm",
    "productivity",
    "relational",
    "new_vocational_skill",
    "meet_commitments",
    "follow_rules",
    "accept_guidance",
    "teamwork",
    "conflict_handling",
    "concentration",
    "accuracy",
    "independence",
    "initiative",
    "stress_handling",
    "frustration_tolerance",
    "adaptability",
    "self_confidence",
    "physical_endurance",
    "tool_use",
    "planning",
    "problem_solving",
    "hygiene",
    "calculation",
]

ContractTypeCode = Literal[
    "permanent",
    "permanent_inclusion",
    "fixed_6m_plus",
    "fixed_under_6m",
    "fixed_inclusion",
    "temporary_agency",
    "on_call_day",
    "apprenticeship",
    "internship_agreement",
    "work_care_agreement",
    "worker_member",
    "self_employed",
    "sheltered_status",
    "volunteer_agreement",
    "other",
]

ContributionPayerCode = Literal[
    "municipality",
    "region",
    "state",
    "health_authority",
    "employment_service",
    "justice",
    "eu_fund",
    "foundation",
    "host",
    "agency",
]

ContributionTypeCode = Literal[
    "participant_allowance",
    "training_bonus",
    "travel_costs",
    "meal_childcare_costs",
    "wage_subsidy",
    "support_subsidy",
    "agency_fee",
    "social_contribution_relief",
    "equipment",
    "insurance",
]

DataStageCode = Literal[
    "entry",
    "update",
    "annual",
    "exit",
    "follow_up",
]

DegurbaCode = Literal[
    "1",
    "2",
    "3",
    "unknown",
]

DisabilityRecognitionCode = Literal[
    "none",
    "be_vl_vdab",
    "be_aviq",
    "be_federal_33",
    "it_l68_45",
    "it_l68_33_work",
    "it_l68_sensory",
    "it_l68_war_service",
    "it_l104",
    "fr_rqth",
    "fr_oeth",
    "de_gdb50",
    "de_equivalent",
    "pending",
    "other",
]

EducationLevelCode = Literal[
    "ED0",
    "ED1",
    "ED2",
    "ED3",
    "ED4",
    "ED5",
    "ED6",
    "ED7",
    "ED8",
    "ED9",
    "UNK",
]

EvaluationDecisionCode = Literal[
    "continue",
    "revise_objectives",
    "change_host",
    "move_to_enterprise",
    "extend",
    "suspend",
    "conclude",
    "stop",
]

EvaluationScaleCode = Literal[
    "1",
    "2",
    "3",
    "4",
    "5",
    "not_observed",
    "not_applicable",
]

EvaluationTypeCode = Literal[
    "initial",
    "periodic",
    "end_of_coop_phase",
    "follow_up",
    "final",
    "self",
]

ExitReasonCode = Literal[
    "objectives_met",
    "hired_elsewhere",
    "contract_ended",
    "person_chose",
    "absence",
    "conduct",
    "health",
    "relapse",
    "justice",
    "family",
    "moved",
    "host_stopped",
    "funding_ended",
    "reoriented",
    "not_eligible",
    "no_place",
    "death",
    "other",
]

FollowupStatusCode = Literal[
    "same_job",
    "same_employer_other_job",
    "other_job",
    "self_employed",
    "improved_job",
    "training",
    "seeking",
    "inactive",
    "back_in_insertion",
    "not_reached",
    "declined",
]

HouseholdTypeCode = Literal[
    "alone",
    "couple_no_children",
    "couple_children",
    "lone_parent",
    "with_parents",
    "institution",
    "other",
    "unknown",
]

HousingCode = Literal[
    "own_home",
    "rented",
    "social_housing",
    "family_home",
    "supported_housing",
    "roofless_street",
    "roofless_night_shelter",
    "hostel_homeless",
    "reception_migrants",
    "institution_exit",
    "insecure",
    "inadequate",
    "unknown",
]

IncomeSourceCode = Literal[
    "wage",
    "unemployment_benefit",
    "minimum_income",
    "sickness_disability",
    "training_allowance",
    "pension",
    "student_support",
    "family_support",
    "none",
    "unknown",
]

LabourStatusCode = Literal[
    "employed_ordinary",
    "employed_social",
    "self_employed",
    "unemployed_registered",
    "unemployed_unregistered",
    "inactive_student",
    "inactive_training",
    "inactive_unable",
    "inactive_care",
    "inactive_detained",
    "inactive_retired",
    "inactive_other",
    "unknown",
]

MeetingTypeCode = Literal[
    "team_monthly",
    "evaluation",
    "project_signing",
    "host_visit",
    "follow_up_contact",
    "coordination",
    "network",
]

ObjectiveDomainCode = Literal[
    "worker_role",
    "performance",
    "relations",
    "vocational",
    "self_management",
    "job_search",
    "language_basic_skills",
    "digital",
    "health",
    "housing",
    "mobility",
    "finance_admin",
    "family_care",
    "social_participation",
]

ObjectiveStatusCode = Literal[
    "open",
    "revised",
    "achieved",
    "partly_achieved",
    "not_achieved",
    "abandoned",
]

OccupationGroupCode = Literal[
    "1",
    "2",
    "3",
    "4",
    "5",
    "6",
    "7",
    "8",
    "9",
    "unknown",
]

OrganisationTypeCode = Literal[
    "umbrella",
    "insertion_agency",
    "social_workshop",
    "customised_work_company",
    "work_care_centre",
    "social_coop_a",
    "social_coop_b",
    "insertion_enterprise",
    "insertion_site",
    "insertion_intermediary",
    "training_centre",
    "sheltered_workshop",
    "ordinary_enterprise",
    "social_service",
    "public_administration",
    "employment_service",
    "other",
]

OutcomeCode = Literal[
    "job_permanent",
    "job_fixed_6m_plus",
    "public_job",
    "self_employment",
    "job_fixed_under_6m",
    "subsidised_job",
    "social_enterprise_job",
    "qualifying_training",
    "school",
    "qualification_gained",
    "other_insertion",
    "pension_or_benefit_settled",
    "job_seeking",
    "work_care",
    "inactive",
    "dropped_out",
    "unknown",
    "neutral_exit",
]

ParticipationLadderCode = Literal[
    "1",
    "2",
    "3",
    "4",
    "5",
    "6",
    "unknown",
]

PathwayCode = Literal[
    "transition",
    "sheltered_long_term",
    "work_care",
    "activation",
    "observation",
    "training",
]

PhaseCode = Literal[
    "referred",
    "drafting",
    "agreement",
    "planned",
    "preparation",
    "insertion_coop",
    "insertion_enterprise",
    "hired",
    "suspended",
    "concluded",
    "discontinued",
    "not_started",
]

PlacementTypeCode = Literal[
    "coop_placement",
    "social_workshop_job",
    "insertion_enterprise_job",
    "insertion_temp_agency",
    "work_care_place",
    "coop_internship",
    "enterprise_internship",
    "trial_placement",
    "enterprise_job",
    "public_sector_job",
    "training_centre",
    "dual_training",
    "voluntary_work",
]

RecordMissingCode = Literal[
    "not_asked",
    "declined",
    "not_known",
    "not_applicable",
    "withheld",
]

ReferralSourceCode = Literal[
    "social_service",
    "mental_health_service",
    "addiction_service",
    "therapeutic_community",
    "disability_service",
    "justice_service",
    "public_employment_service",
    "youth_service",
    "local_inclusion_plan",
    "shelter_or_housing",
    "womens_shelter",
    "hospital_or_gp",
    "school_or_training",
    "health_insurer",
    "member_organisation",
    "other_prescriber",
    "self_or_family",
    "unknown",
]

SectorCode = Literal[
    "agriculture",
    "mining",
    "manufacturing",
    "energy",
    "water_waste_recycling",
    "construction",
    "trade_reuse",
    "transport_logistics",
    "hospitality",
    "publishing_media",
    "ict",
    "finance",
    "real_estate",
    "professional",
    "cleaning_support",
    "public_administration",
    "education",
    "health_social",
    "arts_recreation",
    "other_services",
    "households",
    "unknown",
]

SexCode = Literal[
    "F",
    "M",
    "X",
    "U",
]

SupportIntensityCode = Literal[
    "low",
    "medium",
    "high",
    "not_indicated",
]

TargetGroupCode = Literal[
    "physical_disability",
    "sensory_disability",
    "intellectual_disability",
    "mental_health",
    "chronic_illness",
    "drug_dependence",
    "alcohol_dependence",
    "gambling_or_other_addiction",
    "minor_family_difficulty",
    "care_leaver",
    "prisoner_alternative_measure",
    "ex_offender",
    "violence_survivor",
    "trafficking_survivor",
    "homeless",
    "refugee_asylum",
    "migrant_origin",
    "minority",
    "low_language",
    "very_long_unemployed",
    "long_unemployed",
    "minimum_income",
    "lone_parent",
    "young_neet",
    "older_worker",
    "low_qualified",
    "deprived_area",
    "extremely_vulnerable",
    "other",
]

TeamRoleCode = Literal[
    "project_responsible",
    "host_operator",
    "coop_insertion_officer",
    "enterprise_tutor",
    "job_coach",
    "social_worker",
    "health_professional",
    "trainer",
    "participant",
    "family_member",
    "administration_contact",
]

UnemploymentDurationCode = Literal[
    "none",
    "lt6m",
    "6_11m",
    "12_23m",
    "24m_plus",
    "never_worked",
    "unknown",
]

WorkingTimeCode = Literal[
    "full_time",
    "part_time_half_plus",
    "part_time_under_half",
    "irregular",
    "unknown",
]


class OrganisationIdentifiers(TypedDict):
    """Part of a document: OrganisationIdentifiers."""

    scheme: str
    """Identifier scheme (ISO 6523 code): 0208 for the Belgian enterprise number."""
    value: str
    """The identifier in that scheme."""


OrganisationCapacity = TypedDict(
    "OrganisationCapacity",
    {
        # Who funds it; a federation may add codes of its own.
        "programme": "str",
        # Places in full-time equivalents.
        "places_fte": "NotRequired[float]",
        # Places counted in people.
        "places_heads": "int",
        # First day, included.
        "from": "str",
        # Last day, included; absent while it goes on.
        "to": "NotRequired[str]",
    },
)
"""Part of a document: OrganisationCapacity."""


class Organisation(TypedDict):
    """A workshop, agency, service, administration, enterprise or umbrella that plays a part."""

    id: str
    """Organisation: node, entity and ULID."""
    schema_version: str
    """The version of the standard the document was written by."""
    node: str
    """The node that owns the record."""
    revision: int
    """1 for the first version, one more with each change."""
    updated_at: str
    """When the version was written (UTC)."""
    deleted: Literal[False]
    """Always false: what remains of a deleted record is a tombstone, another form."""
    extensions: dict[str, dict[str, Any]]
    """What a workshop keeps beside the standard, by reverse domain (org.example). Never leaves the node by itself."""
    name: str
    """The name people know it by."""
    alternate_names: NotRequired[dict[str, str]]
    """Language (ISO 639) and name in that language."""
    types: list[OrganisationTypeCode]
    """What it is; several kinds may apply."""
    identifiers: NotRequired[list[OrganisationIdentifiers]]
    """Numbers it is registered under: enterprise number, SIRET, codice fiscale, VAT. Left out where it has none,
    or none is known.
    """
    country: str
    """Country of its seat (ISO 3166-1)."""
    nuts3: NotRequired[str]
    """NUTS 3 code of its seat."""
    municipality: NotRequired[str]
    """National code of the municipality."""
    postcode: NotRequired[str]
    """Postal code of its seat."""
    street: NotRequired[str]
    """Street address of its seat."""
    sectors: NotRequired[list[SectorCode]]
    """Fields of activity (NACE sections)."""
    member_of: NotRequired[str]
    """The umbrella it belongs to."""
    member_since: NotRequired[str]
    """First day of membership."""
    member_until: NotRequired[str]
    """Last day of membership."""
    capacity: NotRequired[list[OrganisationCapacity]]
    """Places it may fill, by programme and time."""
    coordinates_for: NotRequired[list[str]]
    """The co-operatives this agency works for."""


class ParticipantMissing(TypedDict):
    """Why a field is null: the name of the field and a code."""

    birth_date: NotRequired[RecordMissingCode]
    citizenships: NotRequired[RecordMissingCode]
    country_of_birth: NotRequired[RecordMissingCode]
    parents_born_abroad: NotRequired[RecordMissingCode]
    minority: NotRequired[RecordMissingCode]
    residence: NotRequired[RecordMissingCode]
    household: NotRequired[RecordMissingCode]
    family_involved: NotRequired[RecordMissingCode]


class ParticipantResidence(TypedDict):
    """Part of a document: ParticipantResidence."""

    country: str
    """Country of residence (ISO 3166-1)."""
    nuts3: str
    """NUTS 3 code."""
    municipality: NotRequired[str]
    """National code of the municipality."""
    degurba: NotRequired[DegurbaCode]
    """City, town or rural area."""


class ParticipantLanguages(TypedDict):
    """Part of a document: ParticipantLanguages."""

    tag: str
    """Language (BCP 47)."""
    cefr: NotRequired[Literal["A1", "A2", "B1", "B2", "C1", "C2"]]
    """Level in the European framework (CEFR)."""


class ParticipantConsents(TypedDict):
    """Part of a document: ParticipantConsents."""

    purpose: Literal["accompaniment", "exchange", "statistics", "follow_up_contact"]
    """What the person agreed to."""
    granted_on: str
    """Day the person agreed."""
    withdrawn_on: NotRequired[str]
    """Day the person took it back."""


class Participant(TypedDict):
    """The person who is accompanied. Names and numbers never leave the node."""

    id: str
    """Participant: node, entity and ULID."""
    schema_version: str
    """The version of the standard the document was written by."""
    node: str
    """The node that owns the record."""
    revision: int
    """1 for the first version, one more with each change."""
    updated_at: str
    """When the version was written (UTC)."""
    deleted: Literal[False]
    """Always false: what remains of a deleted record is a tombstone, another form."""
    extensions: dict[str, dict[str, Any]]
    """What a workshop keeps beside the standard, by reverse domain (org.example). Never leaves the node by itself."""
    missing: NotRequired[ParticipantMissing]
    """Why a field is null: the name of the field and a code."""
    local_id: str
    """The number the workshop gives the person."""
    pseudonym: NotRequired[str]
    """Keyed hash made by the node, for linking under an agreement."""
    family_name: NotRequired[str]
    """Stays at the node."""
    given_name: NotRequired[str]
    """Stays at the node."""
    national_identifier: NotRequired[str]
    """National identification number. Stays at the node."""
    birth_date: str | None
    """Year, year and month, or full date. Only the age band is counted."""
    sex: SexCode
    """As the person states it."""
    citizenships: list[str] | None
    """Countries (ISO 3166-1); XA for a stateless person."""
    country_of_birth: NotRequired[str | None]
    """Where the person was born (ISO 3166-1)."""
    parents_born_abroad: NotRequired[bool | None]
    """Whether a parent was born outside the country; used where no national definition of foreign background
    exists.
    """
    minority: NotRequired[bool | None]
    """By the national definition, if there is one; the person may decline."""
    residence: ParticipantResidence | None
    """Where the person lives."""
    household: NotRequired[HouseholdTypeCode | None]
    """Who the person lives with."""
    languages: NotRequired[list[ParticipantLanguages]]
    """Languages the person speaks."""
    family_involved: NotRequired[bool | None]
    """Whether the family takes part in the project."""
    consents: list[ParticipantConsents]
    """What the person agreed to, and since when. Nobody is asked to be counted; consent to statistics that was
    taken back, or an objection written so, leaves the person out of every figure but those that a law demands.
    """


class Actor(TypedDict):
    """Somebody who works with participants: responsible, operator, tutor, officer."""

    id: str
    """Actor: node, entity and ULID."""
    schema_version: str
    """The version of the standard the document was written by."""
    node: str
    """The node that owns the record."""
    revision: int
    """1 for the first version, one more with each change."""
    updated_at: str
    """When the version was written (UTC)."""
    deleted: Literal[False]
    """Always false: what remains of a deleted record is a tombstone, another form."""
    extensions: dict[str, dict[str, Any]]
    """What a workshop keeps beside the standard, by reverse domain (org.example). Never leaves the node by itself."""
    display_name: str
    """How colleagues call them."""
    organisation: str
    """Where they work."""
    roles: list[TeamRoleCode]
    """The parts they may play."""
    trained_on: NotRequired[str]
    """Day the insertion officer completed the training."""
    active_from: NotRequired[str]
    """First day of work."""
    active_to: NotRequired[str]
    """Last day of work."""


class AgreementCovers(TypedDict):
    """Either named files, or target groups of a programme."""

    accompaniments: NotRequired[list[str]]
    """The files it covers by name."""
    target_groups: NotRequired[list[TargetGroupCode]]
    """The groups it covers."""
    programme: NotRequired[str]
    """Who funds it; a federation may add codes of its own."""


class Agreement(TypedDict):
    """What the agency signed with an administration (step 3)."""

    id: str
    """Agreement: node, entity and ULID."""
    schema_version: str
    """The version of the standard the document was written by."""
    node: str
    """The node that owns the record."""
    revision: int
    """1 for the first version, one more with each change."""
    updated_at: str
    """When the version was written (UTC)."""
    deleted: Literal[False]
    """Always false: what remains of a deleted record is a tombstone, another form."""
    extensions: dict[str, dict[str, Any]]
    """What a workshop keeps beside the standard, by reverse domain (org.example). Never leaves the node by itself."""
    type: AgreementTypeCode
    """What was signed."""
    agency: str
    """The agency that signed."""
    administration: str
    """The administration that signed."""
    hosts: NotRequired[list[str]]
    """The co-operatives and enterprises it names."""
    signed_on: str
    """Day of signature."""
    valid_from: str
    """First day it holds."""
    valid_to: NotRequired[str]
    """Last day it holds; absent when open-ended."""
    covers: AgreementCovers
    """Either named files, or target groups of a programme."""
    places_funded: NotRequired[int]
    """Places it pays for."""
    evaluation_every_months: NotRequired[int]
    """How often it asks for an evaluation."""
    reference: NotRequired[str]
    """Number or name of the signed document."""
    document_hash: NotRequired[str]
    """SHA-256 of the signed document."""


class Referral(TypedDict):
    """A service sends a person to the agency (step 1)."""

    id: str
    """Referral: node, entity and ULID."""
    schema_version: str
    """The version of the standard the document was written by."""
    node: str
    """The node that owns the record."""
    revision: int
    """1 for the first version, one more with each change."""
    updated_at: str
    """When the version was written (UTC)."""
    deleted: Literal[False]
    """Always false: what remains of a deleted record is a tombstone, another form."""
    extensions: dict[str, dict[str, Any]]
    """What a workshop keeps beside the standard, by reverse domain (org.example). Never leaves the node by itself."""
    participant: str
    """The person who is sent."""
    source_type: ReferralSourceCode
    """What kind of service sends the person."""
    source_organisation: str
    """The service that follows the person."""
    source_actor: NotRequired[str]
    """Who at the service follows the person."""
    referred_on: str
    """Day the referral came in."""
    followed_since: NotRequired[str]
    """Since when the service follows the person."""
    requested_pathway: NotRequired[PathwayCode]
    """What the service asks for."""
    decision: Literal["accepted", "waiting", "refused", "withdrawn"]
    """What became of the referral."""
    decided_on: NotRequired[str]
    """Day of the decision."""
    refusal_reason: NotRequired[ExitReasonCode]
    """Why it was refused."""


class AccompanimentMissing(TypedDict):
    """Why a field is null: the name of the field and a code."""

    referral: NotRequired[RecordMissingCode]
    agreement: NotRequired[RecordMissingCode]
    current_plan: NotRequired[RecordMissingCode]


class AccompanimentProgrammes(TypedDict):
    """Part of a document: AccompanimentProgrammes."""

    programme: str
    """Who funds it; a federation may add codes of its own."""
    operation: str
    """The funded operation; a person counts once in each."""


AccompanimentPhaseHistory = TypedDict(
    "AccompanimentPhaseHistory",
    {
        # The phase.
        "phase": "PhaseCode",
        # First day, included.
        "from": "str",
        # Day of the change; absent for the phase that goes on.
        "to": "NotRequired[str]",
        # The meeting or evaluation that decided the change.
        "decided_in": "NotRequired[str]",
        # Why the project came to this phase: a suspension, a job that was lost. Stays at the node.
        "reason": "NotRequired[str]",
    },
)
"""Part of a document: AccompanimentPhaseHistory."""


class Accompaniment(TypedDict):
    """The individual project file: from the referral to the conclusion."""

    id: str
    """Accompaniment: node, entity and ULID."""
    schema_version: str
    """The version of the standard the document was written by."""
    node: str
    """The node that owns the record."""
    revision: int
    """1 for the first version, one more with each change."""
    updated_at: str
    """When the version was written (UTC)."""
    deleted: Literal[False]
    """Always false: what remains of a deleted record is a tombstone, another form."""
    extensions: dict[str, dict[str, Any]]
    """What a workshop keeps beside the standard, by reverse domain (org.example). Never leaves the node by itself."""
    missing: NotRequired[AccompanimentMissing]
    """Why a field is null: the name of the field and a code."""
    participant: str
    """The person accompanied."""
    agency: str
    """The organisation that answers for the project."""
    responsible: str
    """The professional who answers for the project."""
    pathway: PathwayCode
    """What the project aims at."""
    programmes: list[AccompanimentProgrammes]
    """The programmes and operations that fund the project."""
    referral: NotRequired[str | None]
    """The referral it began with."""
    agreement: NotRequired[str | None]
    """The agreement with the administration that covers it."""
    current_plan: NotRequired[str | None]
    """The version of the plan in force."""
    opened_on: str
    """Day the file was opened."""
    started_on: NotRequired[str]
    """First day of preparation or insertion: the entry date of ESF+."""
    hired_on: NotRequired[str]
    """Day of the hire."""
    closed_on: NotRequired[str]
    """Day the file was closed."""
    phase: PhaseCode
    """Where the project stands."""
    phase_history: list[AccompanimentPhaseHistory]
    """Every phase with its days, without gaps."""
    previous_accompaniment: NotRequired[str]
    """The file this one re-enters from."""


class StatusObservationMissing(TypedDict):
    """Why a field is null: the name of the field and a code."""

    labour_status: NotRequired[RecordMissingCode]
    without_work_since: NotRequired[RecordMissingCode]
    without_work_band: NotRequired[RecordMissingCode]
    registered_job_seeker_since: NotRequired[RecordMissingCode]
    insertion_register: NotRequired[RecordMissingCode]
    education_level: NotRequired[RecordMissingCode]
    in_education_or_training: NotRequired[RecordMissingCode]
    qualification_gained: NotRequired[RecordMissingCode]
    job_contract: NotRequired[RecordMissingCode]
    income_source: NotRequired[RecordMissingCode]
    housing: NotRequired[RecordMissingCode]
    participation_ladder: NotRequired[RecordMissingCode]
    disability: NotRequired[RecordMissingCode]


class StatusObservationQualificationGained(TypedDict):
    """Part of a document: StatusObservationQualificationGained."""

    isced: EducationLevelCode
    """Level of the qualification (ISCED 2011)."""
    eqf: NotRequired[int]
    """Level in the European Qualifications Framework."""
    credential: NotRequired[str]
    """Where the credential can be found (European Learning Model) or its number."""


class StatusObservationJobContract(TypedDict):
    """Part of a document: StatusObservationJobContract."""

    type: ContractTypeCode
    """The contract the person works under."""
    working_time: WorkingTimeCode
    """Full time or part time."""
    hours: NotRequired[float]
    """Contracted hours a week."""


class StatusObservationTargetGroups(TypedDict):
    """Part of a document: StatusObservationTargetGroups."""

    code: TargetGroupCode
    """Why the person is accompanied."""
    primary: bool
    """One of the groups is the main one."""


class StatusObservationDisability(TypedDict):
    """Part of a document: StatusObservationDisability."""

    limits: bool
    """Whether the person is limited in daily life or work."""
    recognitions: NotRequired[list[DisabilityRecognitionCode]]
    """Official recognitions of the disability."""
    support_intensity: NotRequired[SupportIntensityCode]
    """How much support is needed."""


class StatusObservationBarriers(TypedDict):
    """Part of a document: StatusObservationBarriers."""

    code: BarrierCode
    """What stands in the way of work."""
    state: Literal["present", "in_progress", "lifted"]
    """Whether it is still there."""


class StatusObservationEvidence(TypedDict):
    """Part of a document: StatusObservationEvidence."""

    kind: str
    """What was shown: a decision, an attestation."""
    held_on: str
    """Day it was shown."""


class StatusObservation(TypedDict):
    """The person’s situation at entry, at exit or in between: the ESF+ questionnaire lives here."""

    id: str
    """StatusObservation: node, entity and ULID."""
    schema_version: str
    """The version of the standard the document was written by."""
    node: str
    """The node that owns the record."""
    revision: int
    """1 for the first version, one more with each change."""
    updated_at: str
    """When the version was written (UTC)."""
    deleted: Literal[False]
    """Always false: what remains of a deleted record is a tombstone, another form."""
    extensions: dict[str, dict[str, Any]]
    """What a workshop keeps beside the standard, by reverse domain (org.example). Never leaves the node by itself."""
    missing: NotRequired[StatusObservationMissing]
    """Why a field is null: the name of the field and a code."""
    accompaniment: str
    """The individual project this belongs to."""
    stage: DataStageCode
    """When in the project it is observed."""
    observed_on: str
    """The day the situation is that of."""
    labour_status: LabourStatusCode | None
    """Employed, unemployed or inactive, and how."""
    without_work_since: NotRequired[str | None]
    """First day without work."""
    without_work_band: NotRequired[UnemploymentDurationCode | None]
    """When only the length is known."""
    registered_job_seeker_since: NotRequired[str | None]
    """Day of registration with the employment service."""
    insertion_register: NotRequired[str | None]
    """Where the person is registered: VDAB, Forem, France Travail, Centro per l’impiego."""
    education_level: NotRequired[EducationLevelCode | None]
    """Highest level completed (ISCED 2011)."""
    in_education_or_training: NotRequired[bool | None]
    """Whether the person is in education or training that day."""
    qualification_gained: NotRequired[StatusObservationQualificationGained | None]
    """What the person obtained through the project; null with missing = not_applicable when nothing was obtained."""
    job_contract: NotRequired[StatusObservationJobContract | None]
    """The job of a person who works."""
    income_source: NotRequired[IncomeSourceCode | None]
    """What the person mainly lives on."""
    housing: NotRequired[HousingCode | None]
    """How the person is housed (ETHOS)."""
    participation_ladder: NotRequired[ParticipationLadderCode | None]
    """Rung of the ladder, 1 to 6."""
    target_groups: NotRequired[list[StatusObservationTargetGroups]]
    """The reasons the person is accompanied, exactly one of them the main one."""
    disability: NotRequired[StatusObservationDisability | None]
    """Special category of data; the person may decline."""
    barriers: NotRequired[list[StatusObservationBarriers]]
    """What stands in the way of work, and how far it is lifted."""
    evidence: NotRequired[list[StatusObservationEvidence]]
    """What was shown to prove the situation. Stays at the node."""


TeamMembers = TypedDict(
    "TeamMembers",
    {
        # Who it is.
        "actor": "str",
        # The part played in the team.
        "role": "TeamRoleCode",
        # First day in the team.
        "from": "str",
        # Last day in the team.
        "to": "NotRequired[str]",
    },
)
"""Part of a document: TeamMembers."""


class Team(TypedDict):
    """Who accompanies the person (step 4): at least the responsible and an operator of the host."""

    id: str
    """Team: node, entity and ULID."""
    schema_version: str
    """The version of the standard the document was written by."""
    node: str
    """The node that owns the record."""
    revision: int
    """1 for the first version, one more with each change."""
    updated_at: str
    """When the version was written (UTC)."""
    deleted: Literal[False]
    """Always false: what remains of a deleted record is a tombstone, another form."""
    extensions: dict[str, dict[str, Any]]
    """What a workshop keeps beside the standard, by reverse domain (org.example). Never leaves the node by itself."""
    accompaniment: str
    """The individual project this belongs to."""
    members: list[TeamMembers]
    """Everybody in the team, with role and days."""


class Objective(TypedDict):
    """What the person works towards (step 5)."""

    id: str
    """Objective: node, entity and ULID."""
    schema_version: str
    """The version of the standard the document was written by."""
    node: str
    """The node that owns the record."""
    revision: int
    """1 for the first version, one more with each change."""
    updated_at: str
    """When the version was written (UTC)."""
    deleted: Literal[False]
    """Always false: what remains of a deleted record is a tombstone, another form."""
    extensions: dict[str, dict[str, Any]]
    """What a workshop keeps beside the standard, by reverse domain (org.example). Never leaves the node by itself."""
    accompaniment: str
    """The individual project this belongs to."""
    domain: ObjectiveDomainCode
    """What part of life or work it is about."""
    competence: NotRequired[CompetenceCode]
    """The work behaviour that is looked at."""
    esco_skill: NotRequired[str]
    """The skill in the European classification."""
    wording: NotRequired[str]
    """How the objective was put. Stays at the node."""
    baseline_level: NotRequired[EvaluationScaleCode]
    """Level when it was set."""
    target_level: NotRequired[EvaluationScaleCode]
    """Level to reach."""
    required_for_enterprise: bool
    """Whether the co-operative phase ends only when it is reached (step 7)."""
    set_on: str
    """Day it was agreed."""
    due_on: NotRequired[str]
    """Day it should be reached."""
    status: ObjectiveStatusCode
    """How it stands."""
    status_on: str
    """Day of that status."""
    decided_in: NotRequired[str]
    """The meeting or evaluation that decided the change."""
    replaced_by: NotRequired[str]
    """The objective that takes its place."""


class PlanSignedBy(TypedDict):
    """Part of a document: PlanSignedBy."""

    role: TeamRoleCode
    """In what role somebody signs."""
    actor: NotRequired[str]
    """The professional who signs; absent for the person and the family."""
    on: str
    """Day of the signature."""


class PlanCapacities(TypedDict):
    """Part of a document: PlanCapacities."""

    competence: CompetenceCode
    """The work behaviour that is looked at."""
    level: EvaluationScaleCode
    """How far the person masters it."""


class PlanOperatingStructure(TypedDict):
    """Where the person will work."""

    organisation: str | None
    """The host; null while it is being looked for."""
    side: Literal["social", "ordinary"]
    """Where the insertion takes place."""


class PlanEvaluationSchedule(TypedDict):
    """A rhythm or a list of days."""

    every_months: NotRequired[int]
    """Regular rhythm in months."""
    dates: NotRequired[list[str]]
    """The planned days."""


class PlanPlannedContributions(TypedDict):
    """Part of a document: PlanPlannedContributions."""

    type: ContributionTypeCode
    """What the money is for."""
    payer: ContributionPayerCode
    """Who pays."""
    amount_minor: int
    """Amount in the smallest unit of the currency (cents)."""
    currency: str
    """Currency (ISO 4217)."""
    per: Literal["once", "hour", "day", "month", "year"]
    """What the amount is for."""


class PlanPlannedActions(TypedDict):
    """Part of a document: PlanPlannedActions."""

    type: ActionTypeCode
    """Orientation, training, information …"""
    hours: NotRequired[float]
    """Hours planned."""


class Plan(TypedDict):
    """One version of the individual project (steps 2 and 5)."""

    id: str
    """Plan: node, entity and ULID."""
    schema_version: str
    """The version of the standard the document was written by."""
    node: str
    """The node that owns the record."""
    revision: int
    """1 for the first version, one more with each change."""
    updated_at: str
    """When the version was written (UTC)."""
    deleted: Literal[False]
    """Always false: what remains of a deleted record is a tombstone, another form."""
    extensions: dict[str, dict[str, Any]]
    """What a workshop keeps beside the standard, by reverse domain (org.example). Never leaves the node by itself."""
    accompaniment: str
    """The individual project this belongs to."""
    version: int
    """1, 2, 3 …"""
    replaces: NotRequired[str]
    """The version before."""
    drafted_on: str
    """Day it was drafted."""
    signed_on: NotRequired[str]
    """Day it was signed."""
    signed_by: NotRequired[list[PlanSignedBy]]
    """Who signed; the person always, the family if they wish."""
    capacities: list[PlanCapacities]
    """What the person can do at the start."""
    operating_structure: PlanOperatingStructure
    """Where the person will work."""
    objectives: list[str]
    """What the plan works towards."""
    evaluation_schedule: PlanEvaluationSchedule
    """A rhythm or a list of days."""
    meeting_every: str
    """Rhythm of the team meetings: P1M is monthly."""
    planned_contributions: list[PlanPlannedContributions]
    """What is to be paid; may be empty."""
    planned_actions: NotRequired[list[PlanPlannedActions]]
    """Orientation, training and information that is planned."""
    expected_end_on: NotRequired[str]
    """Day the plan should end."""


class TeamMeetingPresent(TypedDict):
    """Part of a document: TeamMeetingPresent."""

    actor: str
    """Who was there."""
    role: TeamRoleCode
    """The part played in the team."""


class TeamMeetingObjectiveChanges(TypedDict):
    """Part of a document: TeamMeetingObjectiveChanges."""

    objective: str
    """The objective that changes."""
    change: Literal["added", "revised", "achieved", "dropped"]
    """What happens to it."""


class TeamMeetingRatings(TypedDict):
    """Part of a document: TeamMeetingRatings."""

    objective: str
    """The objective that is rated."""
    level: EvaluationScaleCode
    """1 to 5; 3 is what an average job asks."""


class TeamMeeting(TypedDict):
    """The team meets, every month, and may change objectives (step 6)."""

    id: str
    """TeamMeeting: node, entity and ULID."""
    schema_version: str
    """The version of the standard the document was written by."""
    node: str
    """The node that owns the record."""
    revision: int
    """1 for the first version, one more with each change."""
    updated_at: str
    """When the version was written (UTC)."""
    deleted: Literal[False]
    """Always false: what remains of a deleted record is a tombstone, another form."""
    extensions: dict[str, dict[str, Any]]
    """What a workshop keeps beside the standard, by reverse domain (org.example). Never leaves the node by itself."""
    accompaniment: str
    """The individual project this belongs to."""
    type: MeetingTypeCode
    """What kind of meeting."""
    planned_on: NotRequired[str]
    """Day it is or was planned."""
    held_on: NotRequired[str]
    """Day it took place."""
    next_on: NotRequired[str]
    """Day agreed for the next one."""
    present: NotRequired[list[TeamMeetingPresent]]
    """Professionals who were there."""
    participant_present: NotRequired[bool]
    """Whether the person was there."""
    objective_changes: NotRequired[list[TeamMeetingObjectiveChanges]]
    """What the meeting decided about the objectives."""
    ratings: NotRequired[list[TeamMeetingRatings]]
    """Where the team sees each objective today. An evaluation with the service is a record of its own."""
    minutes: NotRequired[str]
    """What was said. Stays at the node."""
    cancelled_reason: NotRequired[str]
    """Why it did not take place. Stays at the node."""


class EvaluationMissing(TypedDict):
    """Why a field is null: the name of the field and a code."""

    with_organisation: NotRequired[RecordMissingCode]


class EvaluationRatings(TypedDict):
    """Part of a document: EvaluationRatings."""

    competence: NotRequired[CompetenceCode]
    """The work behaviour that is looked at."""
    objective: NotRequired[str]
    """The objective that is rated."""
    level: EvaluationScaleCode
    """1 to 5; 3 is what an average job asks."""
    rater_role: TeamRoleCode
    """In what role somebody rates."""


class EvaluationAttendance(TypedDict):
    """Continuity since the last evaluation."""

    days_due: int
    """Days the person should have come."""
    days_present: int
    """Days the person came."""


class Evaluation(TypedDict):
    """The project is evaluated with the service that referred the person (step 2)."""

    id: str
    """Evaluation: node, entity and ULID."""
    schema_version: str
    """The version of the standard the document was written by."""
    node: str
    """The node that owns the record."""
    revision: int
    """1 for the first version, one more with each change."""
    updated_at: str
    """When the version was written (UTC)."""
    deleted: Literal[False]
    """Always false: what remains of a deleted record is a tombstone, another form."""
    extensions: dict[str, dict[str, Any]]
    """What a workshop keeps beside the standard, by reverse domain (org.example). Never leaves the node by itself."""
    missing: NotRequired[EvaluationMissing]
    """Why a field is null: the name of the field and a code."""
    accompaniment: str
    """The individual project this belongs to."""
    type: EvaluationTypeCode
    """What kind of evaluation."""
    planned_on: str
    """Day it is or was planned."""
    held_on: NotRequired[str]
    """Day it took place."""
    with_organisation: NotRequired[str | None]
    """The social service that took part; null with missing = not_applicable when none did."""
    ratings: NotRequired[list[EvaluationRatings]]
    """One line for each competence or objective."""
    attendance: NotRequired[EvaluationAttendance]
    """Continuity since the last evaluation."""
    decision: NotRequired[EvaluationDecisionCode]
    """What follows from it."""
    next_planned_on: NotRequired[str]
    """Day of the next one."""


Placement = TypedDict(
    "Placement",
    {
        # Placement: node, entity and ULID.
        "id": "str",
        # The version of the standard the document was written by.
        "schema_version": "str",
        # The node that owns the record.
        "node": "str",
        # 1 for the first version, one more with each change.
        "revision": "int",
        # When the version was written (UTC).
        "updated_at": "str",
        # Always false: what remains of a deleted record is a tombstone, another form.
        "deleted": "Literal[False]",
        # What a workshop keeps beside the standard, by reverse domain (org.example). Never leaves the node by itself.
        "extensions": "dict[str, dict[str, Any]]",
        # The individual project this belongs to.
        "accompaniment": "str",
        # Co-operative, enterprise, training …
        "type": "PlacementTypeCode",
        # Where the person works.
        "host": "str",
        # Field of activity (NACE section).
        "sector": "NotRequired[SectorCode]",
        # The occupation (ESCO or ISCO).
        "occupation": "NotRequired[str]",
        # Major group (ISCO-08).
        "occupation_group": "NotRequired[OccupationGroupCode]",
        # What the person works under.
        "contract_type": "ContractTypeCode",
        # Full time or part time.
        "working_time": "NotRequired[WorkingTimeCode]",
        # Hours a week.
        "weekly_hours": "NotRequired[float]",
        # First day, included.
        "from": "str",
        # Last day, included; absent while it goes on.
        "to": "NotRequired[str]",
        # Whether this is the hire that three months of accompaniment follow.
        "hire": "bool",
        # Who guides the person at work.
        "tutor": "NotRequired[str]",
        # The agreement it rests on.
        "agreement": "NotRequired[str]",
        # Why it ended.
        "end_reason": "NotRequired[ExitReasonCode]",
    },
)
"""Where and how the person works (step 5); with hire, the job (step 8)."""


class Contribution(TypedDict):
    """Money that is planned or paid for the project (step 5)."""

    id: str
    """Contribution: node, entity and ULID."""
    schema_version: str
    """The version of the standard the document was written by."""
    node: str
    """The node that owns the record."""
    revision: int
    """1 for the first version, one more with each change."""
    updated_at: str
    """When the version was written (UTC)."""
    deleted: Literal[False]
    """Always false: what remains of a deleted record is a tombstone, another form."""
    extensions: dict[str, dict[str, Any]]
    """What a workshop keeps beside the standard, by reverse domain (org.example). Never leaves the node by itself."""
    accompaniment: str
    """The individual project this belongs to."""
    type: ContributionTypeCode
    """What the money is for."""
    payer: ContributionPayerCode
    """Who pays."""
    payee_role: Literal["participant", "host", "agency"]
    """Who receives it."""
    agreement: NotRequired[str]
    """The agreement it rests on."""
    period_from: str
    """First day it is for."""
    period_to: str
    """Last day it is for."""
    paid_on: NotRequired[str]
    """Day it was paid."""
    amount_minor: int
    """Amount in the smallest unit of the currency (cents)."""
    currency: str
    """Currency (ISO 4217)."""
    status: Literal["planned", "paid", "cancelled"]
    """Planned, paid or cancelled."""


class ActionQualification(TypedDict):
    """The qualification it led to."""

    isced: EducationLevelCode
    """Level of the qualification (ISCED 2011)."""
    eqf: NotRequired[int]
    """Level in the European Qualifications Framework."""
    credential: NotRequired[str]
    """Where the credential can be found (European Learning Model) or its number."""


Action = TypedDict(
    "Action",
    {
        # Action: node, entity and ULID.
        "id": "str",
        # The version of the standard the document was written by.
        "schema_version": "str",
        # The node that owns the record.
        "node": "str",
        # 1 for the first version, one more with each change.
        "revision": "int",
        # When the version was written (UTC).
        "updated_at": "str",
        # Always false: what remains of a deleted record is a tombstone, another form.
        "deleted": "Literal[False]",
        # What a workshop keeps beside the standard, by reverse domain (org.example). Never leaves the node by itself.
        "extensions": "dict[str, dict[str, Any]]",
        # The individual project this belongs to.
        "accompaniment": "NotRequired[str]",
        # For whom it is.
        "audience": "Literal['participant', 'staff']",
        # Who of the staff takes part.
        "actors": "NotRequired[list[str]]",
        # Orientation, training, information …
        "type": "ActionTypeCode",
        # Who gives it.
        "provider": "NotRequired[str]",
        # First day, included.
        "from": "str",
        # Last day, included.
        "to": "str",
        # Hours followed.
        "hours": "float",
        # Skills it teaches, in the European classification.
        "esco_skills": "NotRequired[list[str]]",
        # Field (ISCED-F 2013).
        "isced_field": "NotRequired[str]",
        # How it ended.
        "result": "NotRequired[Literal['completed', 'certified', 'dropped']]",
        # The qualification it led to.
        "qualification": "NotRequired[ActionQualification]",
    },
)
"""Orientation, training or information, for a participant or for staff (step 5)."""


class FollowUp(TypedDict):
    """How the person fares months after the hire or the exit (step 8)."""

    id: str
    """FollowUp: node, entity and ULID."""
    schema_version: str
    """The version of the standard the document was written by."""
    node: str
    """The node that owns the record."""
    revision: int
    """1 for the first version, one more with each change."""
    updated_at: str
    """When the version was written (UTC)."""
    deleted: Literal[False]
    """Always false: what remains of a deleted record is a tombstone, another form."""
    extensions: dict[str, dict[str, Any]]
    """What a workshop keeps beside the standard, by reverse domain (org.example). Never leaves the node by itself."""
    accompaniment: str
    """The individual project this belongs to."""
    reference: Literal["hire", "exit"]
    """What the months are counted from."""
    month: int
    """How many months after."""
    due_on: str
    """The day those months have passed."""
    checked_on: NotRequired[str]
    """Day it was checked."""
    status: NotRequired[FollowupStatusCode]
    """How the person fares."""
    placement: NotRequired[str]
    """The job it is about."""
    contract_type: NotRequired[ContractTypeCode]
    """What the person works under."""
    source: NotRequired[Literal["person", "employer", "register"]]
    """Who said so."""


class ClosureVerification(TypedDict):
    """What was verified before concluding after a hire (R9)."""

    stable_condition: bool
    """Whether the job is stable."""
    adequate_behaviour: bool
    """Whether the behaviour at work is adequate."""
    verified_on: str
    """Day it was verified."""
    verified_by: str
    """Who verified it."""


class Closure(TypedDict):
    """How and why the project ended (step 9)."""

    id: str
    """Closure: node, entity and ULID."""
    schema_version: str
    """The version of the standard the document was written by."""
    node: str
    """The node that owns the record."""
    revision: int
    """1 for the first version, one more with each change."""
    updated_at: str
    """When the version was written (UTC)."""
    deleted: Literal[False]
    """Always false: what remains of a deleted record is a tombstone, another form."""
    extensions: dict[str, dict[str, Any]]
    """What a workshop keeps beside the standard, by reverse domain (org.example). Never leaves the node by itself."""
    accompaniment: str
    """The individual project this belongs to."""
    closed_on: str
    """Day the project ended."""
    outcome: OutcomeCode
    """Where the person goes."""
    reason: ExitReasonCode
    """Why the project ends."""
    verification: NotRequired[ClosureVerification]
    """What was verified before concluding after a hire (R9)."""
    neutral: NotRequired[bool]
    """Death, moving away, long illness: counted as an exit, not in the rates."""
    referred_to: NotRequired[str]
    """The service the person goes to."""


class CoordinationMeetingAttendees(TypedDict):
    """Part of a document: CoordinationMeetingAttendees."""

    organisation: str
    """The co-operative invited."""
    actor: str
    """Who was invited."""
    present: bool
    """Whether they came."""


class CoordinationMeeting(TypedDict):
    """The insertion officers of the co-operatives meet every month."""

    id: str
    """CoordinationMeeting: node, entity and ULID."""
    schema_version: str
    """The version of the standard the document was written by."""
    node: str
    """The node that owns the record."""
    revision: int
    """1 for the first version, one more with each change."""
    updated_at: str
    """When the version was written (UTC)."""
    deleted: Literal[False]
    """Always false: what remains of a deleted record is a tombstone, another form."""
    extensions: dict[str, dict[str, Any]]
    """What a workshop keeps beside the standard, by reverse domain (org.example). Never leaves the node by itself."""
    agency: str
    """The agency that brings them together."""
    held_on: str
    """Day it took place."""
    attendees: list[CoordinationMeetingAttendees]
    """The co-operatives invited and whether they came."""
    accompaniments_reviewed: NotRequired[list[str]]
    """The files discussed; only their number leaves the node."""
    topics: NotRequired[list[str]]
    """What was discussed. Stays at the node."""
    training_planned: NotRequired[list[str]]
    """Actions for staff that were planned."""


class Tombstone(TypedDict):
    """What remains of a deleted record in a feed of changes."""

    id: str
    """The id the record had."""
    schema_version: str
    """The version of the standard the document was written by."""
    node: str
    """The node that owns the record."""
    revision: int
    """1 for the first version, one more with each change."""
    updated_at: str
    """When the version was written (UTC)."""
    deleted: Literal[True]
    """The record is gone."""


class DescriptorSoftware(TypedDict):
    """Part of a document: DescriptorSoftware."""

    name: str
    version: str


class DescriptorCatalogues(TypedDict):
    """Part of a document: DescriptorCatalogues."""

    id: str
    version: str


class DescriptorKeysKeys(TypedDict):
    """Part of a document: DescriptorKeysKeys."""

    kty: Literal["OKP"]
    crv: Literal["Ed25519"]
    x: str
    kid: str
    use: NotRequired[Literal["sig"]]
    alg: NotRequired[Literal["Ed25519"]]


class DescriptorKeys(TypedDict):
    """The public keys it signs with, a JSON Web Key Set; the one in use first."""

    keys: list[DescriptorKeysKeys]


class Descriptor(TypedDict):
    """How a member introduces itself, signed as kind 'descriptor' with one of its own keys. Served at /.well-
    known/coupole. Who receives it for the first time compares the fingerprint with the member, by phone or on
    paper.
    """

    type: Literal["descriptor"]
    form: Literal[1]
    """Version of this form."""
    node: str
    """Short name, the first part of every identifier the member gives."""
    name: str
    """Name of the organisation."""
    issuer: str
    """Address under which others reach the member; no path, no slash at the end."""
    software: DescriptorSoftware
    standard_versions: list[str]
    catalogues: list[DescriptorCatalogues]
    keys: DescriptorKeys
    """The public keys it signs with, a JSON Web Key Set; the one in use first."""
    country: str
    """ISO 3166-1."""
    languages: list[str]


class ReleaseNoise(TypedDict):
    """How every shown figure differs from the exact one. bound: a count is at most this far away. No count is
    shown that is above 0 and below hidden_below.
    """

    method: Literal["cell_key"]
    variance: int
    bound: int
    hidden_below: int


class ReleaseMargin(TypedDict):
    """Figures by one dimension; 'total' has the one code 'total'. values, states and bounds hold one list for each
    part, in it one entry for each code.
    """

    dimension: str
    codes: list[str]
    values: list[list[int]]
    """0 where withheld."""
    states: list[list[Literal["zero", "perturbed", "withheld"]]]
    """zero: nobody, or too few to be shown. perturbed: shown with noise. withheld: not shown."""
    bounds: NotRequired[list[list[int]]]
    """Only where a part is a sum: how far each exact figure can be from the shown one, 0 where withheld."""


class ReleaseIndicator(TypedDict):
    """Part of a document: ReleaseIndicator."""

    id: str
    state: Literal["reported", "withheld", "not_applicable", "not_reported"]
    reason: NotRequired[Literal["own_decision", "too_few_people", "not_counted", "not_settled"]]
    """Why there are no figures: the member keeps them; it accompanies too few people; its program does not count
    them; what decides them may still happen, and a later revision holds them.
    """
    parts: list[str]
    """What can be added up over members: count; num and den; n, sum and sumsq; band_1 and so on."""
    margins: list[ReleaseMargin]


class Release(TypedDict):
    """What one member says about one period: figures of one version of a catalogue, protected by the member
    itself, signed as kind 'release'. Whole numbers only, no null. Figures do not add up exactly, because each
    carries its own noise.
    """

    type: Literal["release"]
    form: Literal[1]
    """Version of this form."""
    node: str
    name: str
    """Name of the member."""
    catalogue: str
    version: str
    """Version of the catalogue."""
    standard: str
    """Version of the standard the member writes."""
    period: str
    first_on: str
    """First day of the period, included."""
    last_on: str
    """Last day of the period, included."""
    revision: int
    """1 for the first release of this period; a later one replaces it."""
    cause: Literal["first", "records_changed", "decision_changed", "method_changed", "settled"]
    """Why this revision was made: the first one; records came late or were corrected; the member decided otherwise
    about an indicator; program, catalogue or keys changed; figures that were not settled are now, and nothing
    else changed.
    """
    frozen_at: str
    noise: ReleaseNoise
    """How every shown figure differs from the exact one. bound: a count is at most this far away. No count is
    shown that is above 0 and below hidden_below.
    """
    floor: int
    """A member that accompanies fewer people shows no figure at all."""
    indicators: list[ReleaseIndicator]

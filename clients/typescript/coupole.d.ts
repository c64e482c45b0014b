// Documents of the Coupole standard, version 1. Rendered from schema/ by `python3 deploy render`: do not edit.

export type ActionTypeCode =
  | "orientation"
  | "specific_training"
  | "information_path"
  | "on_the_job_training"
  | "safety_training"
  | "language_course"
  | "basic_skills_course"
  | "job_search_workshop"
  | "driving_licence"
  | "recognition_of_skills"
  | "staff_training"
  | "other";

export type AgreementTypeCode =
  | "framework"
  | "individual"
  | "placement_convention"
  | "public_procurement"
  | "mandate"
  | "recognition";

export type BarrierCode =
  | "health"
  | "addiction"
  | "mental_health"
  | "housing"
  | "mobility"
  | "language"
  | "literacy_numeracy"
  | "digital"
  | "childcare_family"
  | "debt"
  | "administrative"
  | "judicial"
  | "qualification"
  | "experience"
  | "isolation"
  | "discrimination";

export type CompetenceCode =
  | "continuity"
  | "punctuality"
  | "work_rhythm"
  | "productivity"
  | "relational"
  | "new_vocational_skill"
  | "meet_commitments"
  | "follow_rules"
  | "accept_guidance"
  | "teamwork"
  | "conflict_handling"
  | "concentration"
  | "accuracy"
  | "independence"
  | "initiative"
  | "stress_handling"
  | "frustration_tolerance"
  | "adaptability"
  | "self_confidence"
  | "physical_endurance"
  | "tool_use"
  | "planning"
  | "problem_solving"
  | "hygiene"
  | "calculation";

export type ContractTypeCode =
  | "permanent"
  | "permanent_inclusion"
  | "fixed_6m_plus"
  | "fixed_under_6m"
  | "fixed_inclusion"
  | "temporary_agency"
  | "on_call_day"
  | "apprenticeship"
  | "internship_agreement"
  | "work_care_agreement"
  | "worker_member"
  | "self_employed"
  | "sheltered_status"
  | "volunteer_agreement"
  | "other";

export type ContributionPayerCode =
  | "municipality"
  | "region"
  | "state"
  | "health_authority"
  | "employment_service"
  | "justice"
  | "eu_fund"
  | "foundation"
  | "host"
  | "agency";

export type ContributionTypeCode =
  | "participant_allowance"
  | "training_bonus"
  | "travel_costs"
  | "meal_childcare_costs"
  | "wage_subsidy"
  | "support_subsidy"
  | "agency_fee"
  | "social_contribution_relief"
  | "equipment"
  | "insurance";

export type DataStageCode =
  | "entry"
  | "update"
  | "annual"
  | "exit"
  | "follow_up";

export type DegurbaCode =
  | "1"
  | "2"
  | "3"
  | "unknown";

export type DisabilityRecognitionCode =
  | "none"
  | "be_vl_vdab"
  | "be_aviq"
  | "be_federal_33"
  | "it_l68_45"
  | "it_l68_33_work"
  | "it_l68_sensory"
  | "it_l68_war_service"
  | "it_l104"
  | "fr_rqth"
  | "fr_oeth"
  | "de_gdb50"
  | "de_equivalent"
  | "pending"
  | "other";

export type EducationLevelCode =
  | "ED0"
  | "ED1"
  | "ED2"
  | "ED3"
  | "ED4"
  | "ED5"
  | "ED6"
  | "ED7"
  | "ED8"
  | "ED9"
  | "UNK";

export type EvaluationDecisionCode =
  | "continue"
  | "revise_objectives"
  | "change_host"
  | "move_to_enterprise"
  | "extend"
  | "suspend"
  | "conclude"
  | "stop";

export type EvaluationScaleCode =
  | "1"
  | "2"
  | "3"
  | "4"
  | "5"
  | "not_observed"
  | "not_applicable";

export type EvaluationTypeCode =
  | "initial"
  | "periodic"
  | "end_of_coop_phase"
  | "follow_up"
  | "final"
  | "self";

export type ExitReasonCode =
  | "objectives_met"
  | "hired_elsewhere"
  | "contract_ended"
  | "person_chose"
  | "absence"
  | "conduct"
  | "health"
  | "relapse"
  | "justice"
  | "family"
  | "moved"
  | "host_stopped"
  | "funding_ended"
  | "reoriented"
  | "not_eligible"
  | "no_place"
  | "death"
  | "other";

export type FollowupStatusCode =
  | "same_job"
  | "same_employer_other_job"
  | "other_job"
  | "self_employed"
  | "improved_job"
  | "training"
  | "seeking"
  | "inactive"
  | "back_in_insertion"
  | "not_reached"
  | "declined";

export type HouseholdTypeCode =
  | "alone"
  | "couple_no_children"
  | "couple_children"
  | "lone_parent"
  | "with_parents"
  | "institution"
  | "other"
  | "unknown";

export type HousingCode =
  | "own_home"
  | "rented"
  | "social_housing"
  | "family_home"
  | "supported_housing"
  | "roofless_street"
  | "roofless_night_shelter"
  | "hostel_homeless"
  | "reception_migrants"
  | "institution_exit"
  | "insecure"
  | "inadequate"
  | "unknown";

export type IncomeSourceCode =
  | "wage"
  | "unemployment_benefit"
  | "minimum_income"
  | "sickness_disability"
  | "training_allowance"
  | "pension"
  | "student_support"
  | "family_support"
  | "none"
  | "unknown";

export type LabourStatusCode =
  | "employed_ordinary"
  | "employed_social"
  | "self_employed"
  | "unemployed_registered"
  | "unemployed_unregistered"
  | "inactive_student"
  | "inactive_training"
  | "inactive_unable"
  | "inactive_care"
  | "inactive_detained"
  | "inactive_retired"
  | "inactive_other"
  | "unknown";

export type MeetingTypeCode =
  | "team_monthly"
  | "evaluation"
  | "project_signing"
  | "host_visit"
  | "follow_up_contact"
  | "coordination"
  | "network";

export type ObjectiveDomainCode =
  | "worker_role"
  | "performance"
  | "relations"
  | "vocational"
  | "self_management"
  | "job_search"
  | "language_basic_skills"
  | "digital"
  | "health"
  | "housing"
  | "mobility"
  | "finance_admin"
  | "family_care"
  | "social_participation";

export type ObjectiveStatusCode =
  | "open"
  | "revised"
  | "achieved"
  | "partly_achieved"
  | "not_achieved"
  | "abandoned";

export type OccupationGroupCode =
  | "1"
  | "2"
  | "3"
  | "4"
  | "5"
  | "6"
  | "7"
  | "8"
  | "9"
  | "unknown";

export type OrganisationTypeCode =
  | "umbrella"
  | "insertion_agency"
  | "social_workshop"
  | "customised_work_company"
  | "work_care_centre"
  | "social_coop_a"
  | "social_coop_b"
  | "insertion_enterprise"
  | "insertion_site"
  | "insertion_intermediary"
  | "training_centre"
  | "sheltered_workshop"
  | "ordinary_enterprise"
  | "social_service"
  | "public_administration"
  | "employment_service"
  | "other";

export type OutcomeCode =
  | "job_permanent"
  | "job_fixed_6m_plus"
  | "public_job"
  | "self_employment"
  | "job_fixed_under_6m"
  | "subsidised_job"
  | "social_enterprise_job"
  | "qualifying_training"
  | "school"
  | "qualification_gained"
  | "other_insertion"
  | "pension_or_benefit_settled"
  | "job_seeking"
  | "work_care"
  | "inactive"
  | "dropped_out"
  | "unknown"
  | "neutral_exit";

export type ParticipationLadderCode =
  | "1"
  | "2"
  | "3"
  | "4"
  | "5"
  | "6"
  | "unknown";

export type PathwayCode =
  | "transition"
  | "sheltered_long_term"
  | "work_care"
  | "activation"
  | "observation"
  | "training";

export type PhaseCode =
  | "referred"
  | "drafting"
  | "agreement"
  | "planned"
  | "preparation"
  | "insertion_coop"
  | "insertion_enterprise"
  | "hired"
  | "suspended"
  | "concluded"
  | "discontinued"
  | "not_started";

export type PlacementTypeCode =
  | "coop_placement"
  | "social_workshop_job"
  | "insertion_enterprise_job"
  | "insertion_temp_agency"
  | "work_care_place"
  | "coop_internship"
  | "enterprise_internship"
  | "trial_placement"
  | "enterprise_job"
  | "public_sector_job"
  | "training_centre"
  | "dual_training"
  | "voluntary_work";

export type RecordMissingCode =
  | "not_asked"
  | "declined"
  | "not_known"
  | "not_applicable"
  | "withheld";

export type ReferralSourceCode =
  | "social_service"
  | "mental_health_service"
  | "addiction_service"
  | "therapeutic_community"
  | "disability_service"
  | "justice_service"
  | "public_employment_service"
  | "youth_service"
  | "local_inclusion_plan"
  | "shelter_or_housing"
  | "womens_shelter"
  | "hospital_or_gp"
  | "school_or_training"
  | "health_insurer"
  | "member_organisation"
  | "other_prescriber"
  | "self_or_family"
  | "unknown";

export type SectorCode =
  | "agriculture"
  | "mining"
  | "manufacturing"
  | "energy"
  | "water_waste_recycling"
  | "construction"
  | "trade_reuse"
  | "transport_logistics"
  | "hospitality"
  | "publishing_media"
  | "ict"
  | "finance"
  | "real_estate"
  | "professional"
  | "cleaning_support"
  | "public_administration"
  | "education"
  | "health_social"
  | "arts_recreation"
  | "other_services"
  | "households"
  | "unknown";

export type SexCode =
  | "F"
  | "M"
  | "X"
  | "U";

export type SupportIntensityCode =
  | "low"
  | "medium"
  | "high"
  | "not_indicated";

export type TargetGroupCode =
  | "physical_disability"
  | "sensory_disability"
  | "intellectual_disability"
  | "mental_health"
  | "chronic_illness"
  | "drug_dependence"
  | "alcohol_dependence"
  | "gambling_or_other_addiction"
  | "minor_family_difficulty"
  | "care_leaver"
  | "prisoner_alternative_measure"
  | "ex_offender"
  | "violence_survivor"
  | "trafficking_survivor"
  | "homeless"
  | "refugee_asylum"
  | "migrant_origin"
  | "minority"
  | "low_language"
  | "very_long_unemployed"
  | "long_unemployed"
  | "minimum_income"
  | "lone_parent"
  | "young_neet"
  | "older_worker"
  | "low_qualified"
  | "deprived_area"
  | "extremely_vulnerable"
  | "other";

export type TeamRoleCode =
  | "project_responsible"
  | "host_operator"
  | "coop_insertion_officer"
  | "enterprise_tutor"
  | "job_coach"
  | "social_worker"
  | "health_professional"
  | "trainer"
  | "participant"
  | "family_member"
  | "administration_contact";

export type UnemploymentDurationCode =
  | "none"
  | "lt6m"
  | "6_11m"
  | "12_23m"
  | "24m_plus"
  | "never_worked"
  | "unknown";

export type WorkingTimeCode =
  | "full_time"
  | "part_time_half_plus"
  | "part_time_under_half"
  | "irregular"
  | "unknown";

export interface OrganisationIdentifiers {
  /** Identifier scheme (ISO 6523 code): 0208 for the Belgian enterprise number. */
  scheme: string;
  /** The identifier in that scheme. */
  value: string;
}

export interface OrganisationCapacity {
  /** Who funds it; a federation may add codes of its own. */
  programme: string;
  /** Places in full-time equivalents. */
  places_fte?: number;
  /** Places counted in people. */
  places_heads: number;
  /** First day, included. */
  from: string;
  /** Last day, included; absent while it goes on. */
  to?: string;
}

/** A workshop, agency, service, administration, enterprise or umbrella that plays a part. */
export interface Organisation {
  /** Organisation: node, entity and ULID. */
  id: string;
  /** The version of the standard the document was written by. */
  schema_version: string;
  /** The node that owns the record. */
  node: string;
  /** 1 for the first version, one more with each change. */
  revision: number;
  /** When the version was written (UTC). */
  updated_at: string;
  /** Always false: what remains of a deleted record is a tombstone, another form. */
  deleted: false;
  /** What a workshop keeps beside the standard, by reverse domain (org.example). Never leaves the node by itself. */
  extensions: Record<string, Record<string, unknown>>;
  /** The name people know it by. */
  name: string;
  /** Language (ISO 639) and name in that language. */
  alternate_names?: Record<string, string>;
  /** What it is; several kinds may apply. */
  types: OrganisationTypeCode[];
  /** Numbers it is registered under: enterprise number, SIRET, codice fiscale, VAT. Left out where it has none, or none is known. */
  identifiers?: OrganisationIdentifiers[];
  /** Country of its seat (ISO 3166-1). */
  country: string;
  /** NUTS 3 code of its seat. */
  nuts3?: string;
  /** National code of the municipality. */
  municipality?: string;
  /** Postal code of its seat. */
  postcode?: string;
  /** Street address of its seat. */
  street?: string;
  /** Fields of activity (NACE sections). */
  sectors?: SectorCode[];
  /** The umbrella it belongs to. */
  member_of?: string;
  /** First day of membership. */
  member_since?: string;
  /** Last day of membership. */
  member_until?: string;
  /** Places it may fill, by programme and time. */
  capacity?: OrganisationCapacity[];
  /** The co-operatives this agency works for. */
  coordinates_for?: string[];
}

/** Why a field is null: the name of the field and a code. */
export interface ParticipantMissing {
  birth_date?: RecordMissingCode;
  citizenships?: RecordMissingCode;
  country_of_birth?: RecordMissingCode;
  parents_born_abroad?: RecordMissingCode;
  minority?: RecordMissingCode;
  residence?: RecordMissingCode;
  household?: RecordMissingCode;
  family_involved?: RecordMissingCode;
}

export interface ParticipantResidence {
  /** Country of residence (ISO 3166-1). */
  country: string;
  /** NUTS 3 code. */
  nuts3: string;
  /** National code of the municipality. */
  municipality?: string;
  /** City, town or rural area. */
  degurba?: DegurbaCode;
}

export interface ParticipantLanguages {
  /** Language (BCP 47). */
  tag: string;
  /** Level in the European framework (CEFR). */
  cefr?: "A1" | "A2" | "B1" | "B2" | "C1" | "C2";
}

export interface ParticipantConsents {
  /** What the person agreed to. */
  purpose: "accompaniment" | "exchange" | "statistics" | "follow_up_contact";
  /** Day the person agreed. */
  granted_on: string;
  /** Day the person took it back. */
  withdrawn_on?: string;
}

/** The person who is accompanied. Names and numbers never leave the node. */
export interface Participant {
  /** Participant: node, entity and ULID. */
  id: string;
  /** The version of the standard the document was written by. */
  schema_version: string;
  /** The node that owns the record. */
  node: string;
  /** 1 for the first version, one more with each change. */
  revision: number;
  /** When the version was written (UTC). */
  updated_at: string;
  /** Always false: what remains of a deleted record is a tombstone, another form. */
  deleted: false;
  /** What a workshop keeps beside the standard, by reverse domain (org.example). Never leaves the node by itself. */
  extensions: Record<string, Record<string, unknown>>;
  /** Why a field is null: the name of the field and a code. */
  missing?: ParticipantMissing;
  /** The number the workshop gives the person. */
  local_id: string;
  /** Keyed hash made by the node, for linking under an agreement. */
  pseudonym?: string;
  /** Stays at the node. */
  family_name?: string;
  /** Stays at the node. */
  given_name?: string;
  /** National identification number. Stays at the node. */
  national_identifier?: string;
  /** Year, year and month, or full date. Only the age band is counted. */
  birth_date: string | null;
  /** As the person states it. */
  sex: SexCode;
  /** Countries (ISO 3166-1); XA for a stateless person. */
  citizenships: string[] | null;
  /** Where the person was born (ISO 3166-1). */
  country_of_birth?: string | null;
  /** Whether a parent was born outside the country; used where no national definition of foreign background exists. */
  parents_born_abroad?: boolean | null;
  /** By the national definition, if there is one; the person may decline. */
  minority?: boolean | null;
  /** Where the person lives. */
  residence: ParticipantResidence | null;
  /** Who the person lives with. */
  household?: HouseholdTypeCode | null;
  /** Languages the person speaks. */
  languages?: ParticipantLanguages[];
  /** Whether the family takes part in the project. */
  family_involved?: boolean | null;
  /** What the person agreed to, and since when. Nobody is asked to be counted; consent to statistics that was taken back, or an objection written so, leaves the person out of every figure but those that a law demands. */
  consents: ParticipantConsents[];
}

/** Somebody who works with participants: responsible, operator, tutor, officer. */
export interface Actor {
  /** Actor: node, entity and ULID. */
  id: string;
  /** The version of the standard the document was written by. */
  schema_version: string;
  /** The node that owns the record. */
  node: string;
  /** 1 for the first version, one more with each change. */
  revision: number;
  /** When the version was written (UTC). */
  updated_at: string;
  /** Always false: what remains of a deleted record is a tombstone, another form. */
  deleted: false;
  /** What a workshop keeps beside the standard, by reverse domain (org.example). Never leaves the node by itself. */
  extensions: Record<string, Record<string, unknown>>;
  /** How colleagues call them. */
  display_name: string;
  /** Where they work. */
  organisation: string;
  /** The parts they may play. */
  roles: TeamRoleCode[];
  /** Day the insertion officer completed the training. */
  trained_on?: string;
  /** First day of work. */
  active_from?: string;
  /** Last day of work. */
  active_to?: string;
}

/** Either named files, or target groups of a programme. */
export interface AgreementCovers {
  /** The files it covers by name. */
  accompaniments?: string[];
  /** The groups it covers. */
  target_groups?: TargetGroupCode[];
  /** Who funds it; a federation may add codes of its own. */
  programme?: string;
}

/** What the agency signed with an administration (step 3). */
export interface Agreement {
  /** Agreement: node, entity and ULID. */
  id: string;
  /** The version of the standard the document was written by. */
  schema_version: string;
  /** The node that owns the record. */
  node: string;
  /** 1 for the first version, one more with each change. */
  revision: number;
  /** When the version was written (UTC). */
  updated_at: string;
  /** Always false: what remains of a deleted record is a tombstone, another form. */
  deleted: false;
  /** What a workshop keeps beside the standard, by reverse domain (org.example). Never leaves the node by itself. */
  extensions: Record<string, Record<string, unknown>>;
  /** What was signed. */
  type: AgreementTypeCode;
  /** The agency that signed. */
  agency: string;
  /** The administration that signed. */
  administration: string;
  /** The co-operatives and enterprises it names. */
  hosts?: string[];
  /** Day of signature. */
  signed_on: string;
  /** First day it holds. */
  valid_from: string;
  /** Last day it holds; absent when open-ended. */
  valid_to?: string;
  /** Either named files, or target groups of a programme. */
  covers: AgreementCovers;
  /** Places it pays for. */
  places_funded?: number;
  /** How often it asks for an evaluation. */
  evaluation_every_months?: number;
  /** Number or name of the signed document. */
  reference?: string;
  /** SHA-256 of the signed document. */
  document_hash?: string;
}

/** A service sends a person to the agency (step 1). */
export interface Referral {
  /** Referral: node, entity and ULID. */
  id: string;
  /** The version of the standard the document was written by. */
  schema_version: string;
  /** The node that owns the record. */
  node: string;
  /** 1 for the first version, one more with each change. */
  revision: number;
  /** When the version was written (UTC). */
  updated_at: string;
  /** Always false: what remains of a deleted record is a tombstone, another form. */
  deleted: false;
  /** What a workshop keeps beside the standard, by reverse domain (org.example). Never leaves the node by itself. */
  extensions: Record<string, Record<string, unknown>>;
  /** The person who is sent. */
  participant: string;
  /** What kind of service sends the person. */
  source_type: ReferralSourceCode;
  /** The service that follows the person. */
  source_organisation: string;
  /** Who at the service follows the person. */
  source_actor?: string;
  /** Day the referral came in. */
  referred_on: string;
  /** Since when the service follows the person. */
  followed_since?: string;
  /** What the service asks for. */
  requested_pathway?: PathwayCode;
  /** What became of the referral. */
  decision: "accepted" | "waiting" | "refused" | "withdrawn";
  /** Day of the decision. */
  decided_on?: string;
  /** Why it was refused. */
  refusal_reason?: ExitReasonCode;
}

/** Why a field is null: the name of the field and a code. */
export interface AccompanimentMissing {
  referral?: RecordMissingCode;
  agreement?: RecordMissingCode;
  current_plan?: RecordMissingCode;
}

export interface AccompanimentProgrammes {
  /** Who funds it; a federation may add codes of its own. */
  programme: string;
  /** The funded operation; a person counts once in each. */
  operation: string;
}

export interface AccompanimentPhaseHistory {
  /** The phase. */
  phase: PhaseCode;
  /** First day, included. */
  from: string;
  /** Day of the change; absent for the phase that goes on. */
  to?: string;
  /** The meeting or evaluation that decided the change. */
  decided_in?: string;
  /** Why the project came to this phase: a suspension, a job that was lost. Stays at the node. */
  reason?: string;
}

/** The individual project file: from the referral to the conclusion. */
export interface Accompaniment {
  /** Accompaniment: node, entity and ULID. */
  id: string;
  /** The version of the standard the document was written by. */
  schema_version: string;
  /** The node that owns the record. */
  node: string;
  /** 1 for the first version, one more with each change. */
  revision: number;
  /** When the version was written (UTC). */
  updated_at: string;
  /** Always false: what remains of a deleted record is a tombstone, another form. */
  deleted: false;
  /** What a workshop keeps beside the standard, by reverse domain (org.example). Never leaves the node by itself. */
  extensions: Record<string, Record<string, unknown>>;
  /** Why a field is null: the name of the field and a code. */
  missing?: AccompanimentMissing;
  /** The person accompanied. */
  participant: string;
  /** The organisation that answers for the project. */
  agency: string;
  /** The professional who answers for the project. */
  responsible: string;
  /** What the project aims at. */
  pathway: PathwayCode;
  /** The programmes and operations that fund the project. */
  programmes: AccompanimentProgrammes[];
  /** The referral it began with. */
  referral?: string | null;
  /** The agreement with the administration that covers it. */
  agreement?: string | null;
  /** The version of the plan in force. */
  current_plan?: string | null;
  /** Day the file was opened. */
  opened_on: string;
  /** First day of preparation or insertion: the entry date of ESF+. */
  started_on?: string;
  /** Day of the hire. */
  hired_on?: string;
  /** Day the file was closed. */
  closed_on?: string;
  /** Where the project stands. */
  phase: PhaseCode;
  /** Every phase with its days, without gaps. */
  phase_history: AccompanimentPhaseHistory[];
  /** The file this one re-enters from. */
  previous_accompaniment?: string;
}

/** Why a field is null: the name of the field and a code. */
export interface StatusObservationMissing {
  labour_status?: RecordMissingCode;
  without_work_since?: RecordMissingCode;
  without_work_band?: RecordMissingCode;
  registered_job_seeker_since?: RecordMissingCode;
  insertion_register?: RecordMissingCode;
  education_level?: RecordMissingCode;
  in_education_or_training?: RecordMissingCode;
  qualification_gained?: RecordMissingCode;
  job_contract?: RecordMissingCode;
  income_source?: RecordMissingCode;
  housing?: RecordMissingCode;
  participation_ladder?: RecordMissingCode;
  disability?: RecordMissingCode;
}

export interface StatusObservationQualificationGained {
  /** Level of the qualification (ISCED 2011). */
  isced: EducationLevelCode;
  /** Level in the European Qualifications Framework. */
  eqf?: number;
  /** Where the credential can be found (European Learning Model) or its number. */
  credential?: string;
}

export interface StatusObservationJobContract {
  /** The contract the person works under. */
  type: ContractTypeCode;
  /** Full time or part time. */
  working_time: WorkingTimeCode;
  /** Contracted hours a week. */
  hours?: number;
}

export interface StatusObservationTargetGroups {
  /** Why the person is accompanied. */
  code: TargetGroupCode;
  /** One of the groups is the main one. */
  primary: boolean;
}

export interface StatusObservationDisability {
  /** Whether the person is limited in daily life or work. */
  limits: boolean;
  /** Official recognitions of the disability. */
  recognitions?: DisabilityRecognitionCode[];
  /** How much support is needed. */
  support_intensity?: SupportIntensityCode;
}

export interface StatusObservationBarriers {
  /** What stands in the way of work. */
  code: BarrierCode;
  /** Whether it is still there. */
  state: "present" | "in_progress" | "lifted";
}

export interface StatusObservationEvidence {
  /** What was shown: a decision, an attestation. */
  kind: string;
  /** Day it was shown. */
  held_on: string;
}

/** The person’s situation at entry, at exit or in between: the ESF+ questionnaire lives here. */
export interface StatusObservation {
  /** StatusObservation: node, entity and ULID. */
  id: string;
  /** The version of the standard the document was written by. */
  schema_version: string;
  /** The node that owns the record. */
  node: string;
  /** 1 for the first version, one more with each change. */
  revision: number;
  /** When the version was written (UTC). */
  updated_at: string;
  /** Always false: what remains of a deleted record is a tombstone, another form. */
  deleted: false;
  /** What a workshop keeps beside the standard, by reverse domain (org.example). Never leaves the node by itself. */
  extensions: Record<string, Record<string, unknown>>;
  /** Why a field is null: the name of the field and a code. */
  missing?: StatusObservationMissing;
  /** The individual project this belongs to. */
  accompaniment: string;
  /** When in the project it is observed. */
  stage: DataStageCode;
  /** The day the situation is that of. */
  observed_on: string;
  /** Employed, unemployed or inactive, and how. */
  labour_status: LabourStatusCode | null;
  /** First day without work. */
  without_work_since?: string | null;
  /** When only the length is known. */
  without_work_band?: UnemploymentDurationCode | null;
  /** Day of registration with the employment service. */
  registered_job_seeker_since?: string | null;
  /** Where the person is registered: VDAB, Forem, France Travail, Centro per l’impiego. */
  insertion_register?: string | null;
  /** Highest level completed (ISCED 2011). */
  education_level?: EducationLevelCode | null;
  /** Whether the person is in education or training that day. */
  in_education_or_training?: boolean | null;
  /** What the person obtained through the project; null with missing = not_applicable when nothing was obtained. */
  qualification_gained?: StatusObservationQualificationGained | null;
  /** The job of a person who works. */
  job_contract?: StatusObservationJobContract | null;
  /** What the person mainly lives on. */
  income_source?: IncomeSourceCode | null;
  /** How the person is housed (ETHOS). */
  housing?: HousingCode | null;
  /** Rung of the ladder, 1 to 6. */
  participation_ladder?: ParticipationLadderCode | null;
  /** The reasons the person is accompanied, exactly one of them the main one. */
  target_groups?: StatusObservationTargetGroups[];
  /** Special category of data; the person may decline. */
  disability?: StatusObservationDisability | null;
  /** What stands in the way of work, and how far it is lifted. */
  barriers?: StatusObservationBarriers[];
  /** What was shown to prove the situation. Stays at the node. */
  evidence?: StatusObservationEvidence[];
}

export interface TeamMembers {
  /** Who it is. */
  actor: string;
  /** The part played in the team. */
  role: TeamRoleCode;
  /** First day in the team. */
  from: string;
  /** Last day in the team. */
  to?: string;
}

/** Who accompanies the person (step 4): at least the responsible and an operator of the host. */
export interface Team {
  /** Team: node, entity and ULID. */
  id: string;
  /** The version of the standard the document was written by. */
  schema_version: string;
  /** The node that owns the record. */
  node: string;
  /** 1 for the first version, one more with each change. */
  revision: number;
  /** When the version was written (UTC). */
  updated_at: string;
  /** Always false: what remains of a deleted record is a tombstone, another form. */
  deleted: false;
  /** What a workshop keeps beside the standard, by reverse domain (org.example). Never leaves the node by itself. */
  extensions: Record<string, Record<string, unknown>>;
  /** The individual project this belongs to. */
  accompaniment: string;
  /** Everybody in the team, with role and days. */
  members: TeamMembers[];
}

/** What the person works towards (step 5). */
export interface Objective {
  /** Objective: node, entity and ULID. */
  id: string;
  /** The version of the standard the document was written by. */
  schema_version: string;
  /** The node that owns the record. */
  node: string;
  /** 1 for the first version, one more with each change. */
  revision: number;
  /** When the version was written (UTC). */
  updated_at: string;
  /** Always false: what remains of a deleted record is a tombstone, another form. */
  deleted: false;
  /** What a workshop keeps beside the standard, by reverse domain (org.example). Never leaves the node by itself. */
  extensions: Record<string, Record<string, unknown>>;
  /** The individual project this belongs to. */
  accompaniment: string;
  /** What part of life or work it is about. */
  domain: ObjectiveDomainCode;
  /** The work behaviour that is looked at. */
  competence?: CompetenceCode;
  /** The skill in the European classification. */
  esco_skill?: string;
  /** How the objective was put. Stays at the node. */
  wording?: string;
  /** Level when it was set. */
  baseline_level?: EvaluationScaleCode;
  /** Level to reach. */
  target_level?: EvaluationScaleCode;
  /** Whether the co-operative phase ends only when it is reached (step 7). */
  required_for_enterprise: boolean;
  /** Day it was agreed. */
  set_on: string;
  /** Day it should be reached. */
  due_on?: string;
  /** How it stands. */
  status: ObjectiveStatusCode;
  /** Day of that status. */
  status_on: string;
  /** The meeting or evaluation that decided the change. */
  decided_in?: string;
  /** The objective that takes its place. */
  replaced_by?: string;
}

export interface PlanSignedBy {
  /** In what role somebody signs. */
  role: TeamRoleCode;
  /** The professional who signs; absent for the person and the family. */
  actor?: string;
  /** Day of the signature. */
  on: string;
}

export interface PlanCapacities {
  /** The work behaviour that is looked at. */
  competence: CompetenceCode;
  /** How far the person masters it. */
  level: EvaluationScaleCode;
}

/** Where the person will work. */
export interface PlanOperatingStructure {
  /** The host; null while it is being looked for. */
  organisation: string | null;
  /** Where the insertion takes place. */
  side: "social" | "ordinary";
}

/** A rhythm or a list of days. */
export interface PlanEvaluationSchedule {
  /** Regular rhythm in months. */
  every_months?: number;
  /** The planned days. */
  dates?: string[];
}

export interface PlanPlannedContributions {
  /** What the money is for. */
  type: ContributionTypeCode;
  /** Who pays. */
  payer: ContributionPayerCode;
  /** Amount in the smallest unit of the currency (cents). */
  amount_minor: number;
  /** Currency (ISO 4217). */
  currency: string;
  /** What the amount is for. */
  per: "once" | "hour" | "day" | "month" | "year";
}

export interface PlanPlannedActions {
  /** Orientation, training, information … */
  type: ActionTypeCode;
  /** Hours planned. */
  hours?: number;
}

/** One version of the individual project (steps 2 and 5). */
export interface Plan {
  /** Plan: node, entity and ULID. */
  id: string;
  /** The version of the standard the document was written by. */
  schema_version: string;
  /** The node that owns the record. */
  node: string;
  /** 1 for the first version, one more with each change. */
  revision: number;
  /** When the version was written (UTC). */
  updated_at: string;
  /** Always false: what remains of a deleted record is a tombstone, another form. */
  deleted: false;
  /** What a workshop keeps beside the standard, by reverse domain (org.example). Never leaves the node by itself. */
  extensions: Record<string, Record<string, unknown>>;
  /** The individual project this belongs to. */
  accompaniment: string;
  /** 1, 2, 3 … */
  version: number;
  /** The version before. */
  replaces?: string;
  /** Day it was drafted. */
  drafted_on: string;
  /** Day it was signed. */
  signed_on?: string;
  /** Who signed; the person always, the family if they wish. */
  signed_by?: PlanSignedBy[];
  /** What the person can do at the start. */
  capacities: PlanCapacities[];
  /** Where the person will work. */
  operating_structure: PlanOperatingStructure;
  /** What the plan works towards. */
  objectives: string[];
  /** A rhythm or a list of days. */
  evaluation_schedule: PlanEvaluationSchedule;
  /** Rhythm of the team meetings: P1M is monthly. */
  meeting_every: string;
  /** What is to be paid; may be empty. */
  planned_contributions: PlanPlannedContributions[];
  /** Orientation, training and information that is planned. */
  planned_actions?: PlanPlannedActions[];
  /** Day the plan should end. */
  expected_end_on?: string;
}

export interface TeamMeetingPresent {
  /** Who was there. */
  actor: string;
  /** The part played in the team. */
  role: TeamRoleCode;
}

export interface TeamMeetingObjectiveChanges {
  /** The objective that changes. */
  objective: string;
  /** What happens to it. */
  change: "added" | "revised" | "achieved" | "dropped";
}

export interface TeamMeetingRatings {
  /** The objective that is rated. */
  objective: string;
  /** 1 to 5; 3 is what an average job asks. */
  level: EvaluationScaleCode;
}

/** The team meets, every month, and may change objectives (step 6). */
export interface TeamMeeting {
  /** TeamMeeting: node, entity and ULID. */
  id: string;
  /** The version of the standard the document was written by. */
  schema_version: string;
  /** The node that owns the record. */
  node: string;
  /** 1 for the first version, one more with each change. */
  revision: number;
  /** When the version was written (UTC). */
  updated_at: string;
  /** Always false: what remains of a deleted record is a tombstone, another form. */
  deleted: false;
  /** What a workshop keeps beside the standard, by reverse domain (org.example). Never leaves the node by itself. */
  extensions: Record<string, Record<string, unknown>>;
  /** The individual project this belongs to. */
  accompaniment: string;
  /** What kind of meeting. */
  type: MeetingTypeCode;
  /** Day it is or was planned. */
  planned_on?: string;
  /** Day it took place. */
  held_on?: string;
  /** Day agreed for the next one. */
  next_on?: string;
  /** Professionals who were there. */
  present?: TeamMeetingPresent[];
  /** Whether the person was there. */
  participant_present?: boolean;
  /** What the meeting decided about the objectives. */
  objective_changes?: TeamMeetingObjectiveChanges[];
  /** Where the team sees each objective today. An evaluation with the service is a record of its own. */
  ratings?: TeamMeetingRatings[];
  /** What was said. Stays at the node. */
  minutes?: string;
  /** Why it did not take place. Stays at the node. */
  cancelled_reason?: string;
}

/** Why a field is null: the name of the field and a code. */
export interface EvaluationMissing {
  with_organisation?: RecordMissingCode;
}

export interface EvaluationRatings {
  /** The work behaviour that is looked at. */
  competence?: CompetenceCode;
  /** The objective that is rated. */
  objective?: string;
  /** 1 to 5; 3 is what an average job asks. */
  level: EvaluationScaleCode;
  /** In what role somebody rates. */
  rater_role: TeamRoleCode;
}

/** Continuity since the last evaluation. */
export interface EvaluationAttendance {
  /** Days the person should have come. */
  days_due: number;
  /** Days the person came. */
  days_present: number;
}

/** The project is evaluated with the service that referred the person (step 2). */
export interface Evaluation {
  /** Evaluation: node, entity and ULID. */
  id: string;
  /** The version of the standard the document was written by. */
  schema_version: string;
  /** The node that owns the record. */
  node: string;
  /** 1 for the first version, one more with each change. */
  revision: number;
  /** When the version was written (UTC). */
  updated_at: string;
  /** Always false: what remains of a deleted record is a tombstone, another form. */
  deleted: false;
  /** What a workshop keeps beside the standard, by reverse domain (org.example). Never leaves the node by itself. */
  extensions: Record<string, Record<string, unknown>>;
  /** Why a field is null: the name of the field and a code. */
  missing?: EvaluationMissing;
  /** The individual project this belongs to. */
  accompaniment: string;
  /** What kind of evaluation. */
  type: EvaluationTypeCode;
  /** Day it is or was planned. */
  planned_on: string;
  /** Day it took place. */
  held_on?: string;
  /** The social service that took part; null with missing = not_applicable when none did. */
  with_organisation?: string | null;
  /** One line for each competence or objective. */
  ratings?: EvaluationRatings[];
  /** Continuity since the last evaluation. */
  attendance?: EvaluationAttendance;
  /** What follows from it. */
  decision?: EvaluationDecisionCode;
  /** Day of the next one. */
  next_planned_on?: string;
}

/** Where and how the person works (step 5); with hire, the job (step 8). */
export interface Placement {
  /** Placement: node, entity and ULID. */
  id: string;
  /** The version of the standard the document was written by. */
  schema_version: string;
  /** The node that owns the record. */
  node: string;
  /** 1 for the first version, one more with each change. */
  revision: number;
  /** When the version was written (UTC). */
  updated_at: string;
  /** Always false: what remains of a deleted record is a tombstone, another form. */
  deleted: false;
  /** What a workshop keeps beside the standard, by reverse domain (org.example). Never leaves the node by itself. */
  extensions: Record<string, Record<string, unknown>>;
  /** The individual project this belongs to. */
  accompaniment: string;
  /** Co-operative, enterprise, training … */
  type: PlacementTypeCode;
  /** Where the person works. */
  host: string;
  /** Field of activity (NACE section). */
  sector?: SectorCode;
  /** The occupation (ESCO or ISCO). */
  occupation?: string;
  /** Major group (ISCO-08). */
  occupation_group?: OccupationGroupCode;
  /** What the person works under. */
  contract_type: ContractTypeCode;
  /** Full time or part time. */
  working_time?: WorkingTimeCode;
  /** Hours a week. */
  weekly_hours?: number;
  /** First day, included. */
  from: string;
  /** Last day, included; absent while it goes on. */
  to?: string;
  /** Whether this is the hire that three months of accompaniment follow. */
  hire: boolean;
  /** Who guides the person at work. */
  tutor?: string;
  /** The agreement it rests on. */
  agreement?: string;
  /** Why it ended. */
  end_reason?: ExitReasonCode;
}

/** Money that is planned or paid for the project (step 5). */
export interface Contribution {
  /** Contribution: node, entity and ULID. */
  id: string;
  /** The version of the standard the document was written by. */
  schema_version: string;
  /** The node that owns the record. */
  node: string;
  /** 1 for the first version, one more with each change. */
  revision: number;
  /** When the version was written (UTC). */
  updated_at: string;
  /** Always false: what remains of a deleted record is a tombstone, another form. */
  deleted: false;
  /** What a workshop keeps beside the standard, by reverse domain (org.example). Never leaves the node by itself. */
  extensions: Record<string, Record<string, unknown>>;
  /** The individual project this belongs to. */
  accompaniment: string;
  /** What the money is for. */
  type: ContributionTypeCode;
  /** Who pays. */
  payer: ContributionPayerCode;
  /** Who receives it. */
  payee_role: "participant" | "host" | "agency";
  /** The agreement it rests on. */
  agreement?: string;
  /** First day it is for. */
  period_from: string;
  /** Last day it is for. */
  period_to: string;
  /** Day it was paid. */
  paid_on?: string;
  /** Amount in the smallest unit of the currency (cents). */
  amount_minor: number;
  /** Currency (ISO 4217). */
  currency: string;
  /** Planned, paid or cancelled. */
  status: "planned" | "paid" | "cancelled";
}

/** The qualification it led to. */
export interface ActionQualification {
  /** Level of the qualification (ISCED 2011). */
  isced: EducationLevelCode;
  /** Level in the European Qualifications Framework. */
  eqf?: number;
  /** Where the credential can be found (European Learning Model) or its number. */
  credential?: string;
}

/** Orientation, training or information, for a participant or for staff (step 5). */
export interface Action {
  /** Action: node, entity and ULID. */
  id: string;
  /** The version of the standard the document was written by. */
  schema_version: string;
  /** The node that owns the record. */
  node: string;
  /** 1 for the first version, one more with each change. */
  revision: number;
  /** When the version was written (UTC). */
  updated_at: string;
  /** Always false: what remains of a deleted record is a tombstone, another form. */
  deleted: false;
  /** What a workshop keeps beside the standard, by reverse domain (org.example). Never leaves the node by itself. */
  extensions: Record<string, Record<string, unknown>>;
  /** The individual project this belongs to. */
  accompaniment?: string;
  /** For whom it is. */
  audience: "participant" | "staff";
  /** Who of the staff takes part. */
  actors?: string[];
  /** Orientation, training, information … */
  type: ActionTypeCode;
  /** Who gives it. */
  provider?: string;
  /** First day, included. */
  from: string;
  /** Last day, included. */
  to: string;
  /** Hours followed. */
  hours: number;
  /** Skills it teaches, in the European classification. */
  esco_skills?: string[];
  /** Field (ISCED-F 2013). */
  isced_field?: string;
  /** How it ended. */
  result?: "completed" | "certified" | "dropped";
  /** The qualification it led to. */
  qualification?: ActionQualification;
}

/** How the person fares months after the hire or the exit (step 8). */
export interface FollowUp {
  /** FollowUp: node, entity and ULID. */
  id: string;
  /** The version of the standard the document was written by. */
  schema_version: string;
  /** The node that owns the record. */
  node: string;
  /** 1 for the first version, one more with each change. */
  revision: number;
  /** When the version was written (UTC). */
  updated_at: string;
  /** Always false: what remains of a deleted record is a tombstone, another form. */
  deleted: false;
  /** What a workshop keeps beside the standard, by reverse domain (org.example). Never leaves the node by itself. */
  extensions: Record<string, Record<string, unknown>>;
  /** The individual project this belongs to. */
  accompaniment: string;
  /** What the months are counted from. */
  reference: "hire" | "exit";
  /** How many months after. */
  month: number;
  /** The day those months have passed. */
  due_on: string;
  /** Day it was checked. */
  checked_on?: string;
  /** How the person fares. */
  status?: FollowupStatusCode;
  /** The job it is about. */
  placement?: string;
  /** What the person works under. */
  contract_type?: ContractTypeCode;
  /** Who said so. */
  source?: "person" | "employer" | "register";
}

/** What was verified before concluding after a hire (R9). */
export interface ClosureVerification {
  /** Whether the job is stable. */
  stable_condition: boolean;
  /** Whether the behaviour at work is adequate. */
  adequate_behaviour: boolean;
  /** Day it was verified. */
  verified_on: string;
  /** Who verified it. */
  verified_by: string;
}

/** How and why the project ended (step 9). */
export interface Closure {
  /** Closure: node, entity and ULID. */
  id: string;
  /** The version of the standard the document was written by. */
  schema_version: string;
  /** The node that owns the record. */
  node: string;
  /** 1 for the first version, one more with each change. */
  revision: number;
  /** When the version was written (UTC). */
  updated_at: string;
  /** Always false: what remains of a deleted record is a tombstone, another form. */
  deleted: false;
  /** What a workshop keeps beside the standard, by reverse domain (org.example). Never leaves the node by itself. */
  extensions: Record<string, Record<string, unknown>>;
  /** The individual project this belongs to. */
  accompaniment: string;
  /** Day the project ended. */
  closed_on: string;
  /** Where the person goes. */
  outcome: OutcomeCode;
  /** Why the project ends. */
  reason: ExitReasonCode;
  /** What was verified before concluding after a hire (R9). */
  verification?: ClosureVerification;
  /** Death, moving away, long illness: counted as an exit, not in the rates. */
  neutral?: boolean;
  /** The service the person goes to. */
  referred_to?: string;
}

export interface CoordinationMeetingAttendees {
  /** The co-operative invited. */
  organisation: string;
  /** Who was invited. */
  actor: string;
  /** Whether they came. */
  present: boolean;
}

/** The insertion officers of the co-operatives meet every month. */
export interface CoordinationMeeting {
  /** CoordinationMeeting: node, entity and ULID. */
  id: string;
  /** The version of the standard the document was written by. */
  schema_version: string;
  /** The node that owns the record. */
  node: string;
  /** 1 for the first version, one more with each change. */
  revision: number;
  /** When the version was written (UTC). */
  updated_at: string;
  /** Always false: what remains of a deleted record is a tombstone, another form. */
  deleted: false;
  /** What a workshop keeps beside the standard, by reverse domain (org.example). Never leaves the node by itself. */
  extensions: Record<string, Record<string, unknown>>;
  /** The agency that brings them together. */
  agency: string;
  /** Day it took place. */
  held_on: string;
  /** The co-operatives invited and whether they came. */
  attendees: CoordinationMeetingAttendees[];
  /** The files discussed; only their number leaves the node. */
  accompaniments_reviewed?: string[];
  /** What was discussed. Stays at the node. */
  topics?: string[];
  /** Actions for staff that were planned. */
  training_planned?: string[];
}

/** What remains of a deleted record in a feed of changes. */
export interface Tombstone {
  /** The id the record had. */
  id: string;
  /** The version of the standard the document was written by. */
  schema_version: string;
  /** The node that owns the record. */
  node: string;
  /** 1 for the first version, one more with each change. */
  revision: number;
  /** When the version was written (UTC). */
  updated_at: string;
  /** The record is gone. */
  deleted: true;
}

export interface DescriptorSoftware {
  name: string;
  version: string;
}

export interface DescriptorCatalogues {
  id: string;
  version: string;
}

export interface DescriptorKeysKeys {
  kty: "OKP";
  crv: "Ed25519";
  x: string;
  kid: string;
  use?: "sig";
  alg?: "Ed25519";
}

/** The public keys it signs with, a JSON Web Key Set; the one in use first. */
export interface DescriptorKeys {
  keys: DescriptorKeysKeys[];
}

/** How a member introduces itself, signed as kind 'descriptor' with one of its own keys. Served at /.well-known/coupole. Who receives it for the first time compares the fingerprint with the member, by phone or on paper. */
export interface Descriptor {
  type: "descriptor";
  /** Version of this form. */
  form: 1;
  /** Short name, the first part of every identifier the member gives. */
  node: string;
  /** Name of the organisation. */
  name: string;
  /** Address under which others reach the member; no path, no slash at the end. */
  issuer: string;
  software: DescriptorSoftware;
  standard_versions: string[];
  catalogues: DescriptorCatalogues[];
  /** The public keys it signs with, a JSON Web Key Set; the one in use first. */
  keys: DescriptorKeys;
  /** ISO 3166-1. */
  country: string;
  languages: string[];
}

/** How every shown figure differs from the exact one. bound: a count is at most this far away. No count is shown that is above 0 and below hidden_below. */
export interface ReleaseNoise {
  method: "cell_key";
  variance: number;
  bound: number;
  hidden_below: number;
}

/** Figures by one dimension; 'total' has the one code 'total'. values, states and bounds hold one list for each part, in it one entry for each code. */
export interface ReleaseMargin {
  dimension: string;
  codes: string[];
  /** 0 where withheld. */
  values: number[][];
  /** zero: nobody, or too few to be shown. perturbed: shown with noise. withheld: not shown. */
  states: (("zero" | "perturbed" | "withheld")[])[];
  /** Only where a part is a sum: how far each exact figure can be from the shown one, 0 where withheld. */
  bounds?: number[][];
}

export interface ReleaseIndicator {
  id: string;
  state: "reported" | "withheld" | "not_applicable" | "not_reported";
  /** Why there are no figures: the member keeps them; it accompanies too few people; its program does not count them; what decides them may still happen, and a later revision holds them. */
  reason?: "own_decision" | "too_few_people" | "not_counted" | "not_settled";
  /** What can be added up over members: count; num and den; n, sum and sumsq; band_1 and so on. */
  parts: string[];
  margins: ReleaseMargin[];
}

/** What one member says about one period: figures of one version of a catalogue, protected by the member itself, signed as kind 'release'. Whole numbers only, no null. Figures do not add up exactly, because each carries its own noise. */
export interface Release {
  type: "release";
  /** Version of this form. */
  form: 1;
  node: string;
  /** Name of the member. */
  name: string;
  catalogue: string;
  /** Version of the catalogue. */
  version: string;
  /** Version of the standard the member writes. */
  standard: string;
  period: string;
  /** First day of the period, included. */
  first_on: string;
  /** Last day of the period, included. */
  last_on: string;
  /** 1 for the first release of this period; a later one replaces it. */
  revision: number;
  /** Why this revision was made: the first one; records came late or were corrected; the member decided otherwise about an indicator; program, catalogue or keys changed; figures that were not settled are now, and nothing else changed. */
  cause: "first" | "records_changed" | "decision_changed" | "method_changed" | "settled";
  frozen_at: string;
  /** How every shown figure differs from the exact one. bound: a count is at most this far away. No count is shown that is above 0 and below hidden_below. */
  noise: ReleaseNoise;
  /** A member that accompanies fewer people shows no figure at all. */
  floor: number;
  indicators: ReleaseIndicator[];
}

/** The documents by the name of their schema. */
export interface Documents {
  organisation: Organisation;
  participant: Participant;
  actor: Actor;
  agreement: Agreement;
  referral: Referral;
  accompaniment: Accompaniment;
  status_observation: StatusObservation;
  team: Team;
  objective: Objective;
  plan: Plan;
  team_meeting: TeamMeeting;
  evaluation: Evaluation;
  placement: Placement;
  contribution: Contribution;
  action: Action;
  follow_up: FollowUp;
  closure: Closure;
  coordination_meeting: CoordinationMeeting;
  tombstone: Tombstone;
  descriptor: Descriptor;
  release: Release;
}

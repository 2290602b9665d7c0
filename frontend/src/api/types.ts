/** Names for what the API document describes. The only file that looks into its schemas. */
import type { components } from './schema';

type Schemas = components['schemas'];

export type Session = Schemas['Session'];
export type Maintenance = Schemas['Maintenance'];
export type MaintenanceForm = Schemas['MaintenanceToBe'];
export type SessionUser = Schemas['SessionUser'];
export type Desktop = Schemas['Desktop'];
export type Domain = Schemas['Domain'];
export type DomainState = Schemas['DomainState'];
export type PendingRequest = Schemas['PendingRequest'];
export type Request = Schemas['Request'];
export type DomainSettingsChange = Schemas['DomainSettingsChange'];
export type SiteSettings = Schemas['SiteSettings'];
export type Device = Schemas['Device'];
export type DevicesOfKind = Schemas['DevicesOfKind'];
export type DeviceOption = Schemas['DeviceOption'];
export type Backup = Schemas['Backup'];
export type Snapshot = Schemas['Snapshot'];
export type StorageFolder = Schemas['StorageFolder'];
export type UnknownMachine = Schemas['UnknownMachine'];
export type Volume = Schemas['Volume'];
export type VolumeKind = Schemas['VolumeKind'];
export type Cd = Schemas['Cd'];
export type Message = Schemas['Message'];
export type Messages = Schemas['Messages'];
export type SystemHealth = Schemas['SystemHealth'];
export type HealthCheck = Schemas['HealthCheck'];
export type LaneHealth = Schemas['LaneHealth'];
export type BackEnd = Schemas['BackEnd'];
export type RequestState = Schemas['RequestState'];
export type Opened = Schemas['Opened'];
export type DisplayTicket = Schemas['DisplayTicket'];
export type LibraryImage = Schemas['LibraryImage'];
export type UploadedImage = Schemas['UploadedImage'];
export type HistoryEntry = Schemas['HistoryEntry'];
export type Command = Schemas['Command'];
export type Node = Schemas['Node'];

export type When = Schemas['When'];
export type Schedule = Schemas['Schedule'];
export type ScheduleRun = Schemas['ScheduleRun'];
export type ScheduleForm = Schemas['ScheduleToBe'];

export type User = Schemas['User'];
export type UserDetails = Schemas['UserDetails'];
export type NewUser = Schemas['NewUser'];
export type UserSource = Schemas['AccountSource'];
export type UploadLine = Schemas['UploadLine'];
export type UploadOutcome = Schemas['UploadOutcome'];
export type MemberLine = Schemas['MemberLine'];
export type MemberOutcome = Schemas['MemberOutcome'];
export type GroupUpload = Schemas['GroupUpload'];
export type GroupChange = Schemas['GroupChange'];
export type LimitSet = Schemas['LimitSet'];
export type UserGrant = Schemas['UserGrant'];
export type UserSignIn = Schemas['UserSignIn'];
export type UserGroup = Schemas['Group'];
export type GroupGrant = Schemas['GroupGrant'];
export type NewGroup = Schemas['NewGroup'];
export type Reach = Schemas['Reach'];
export type AccessRules = Schemas['Access'];
export type AccessRule = Schemas['AccessRule'];
export type AccessRuleForm = Schemas['NewAccessRule'];
export type AccessReason = Schemas['AccessReason'];
export type RuleKind = Schemas['RuleKind'];
/** Those about people, and those about the programs they use. */
export type RuleList = 'people' | 'clients';
export type AuditEntry = Schemas['AuditEntry'];
export type AuditOutcome = Schemas['AuditOutcome'];

export const userSources = ['local', 'ldap', 'oidc'] as const satisfies readonly UserSource[];

export const auditOutcomes = [
  'done',
  'refused',
  'failed',
  'cancelled',
] as const satisfies readonly AuditOutcome[];

export type WaysToSignIn = Schemas['WaysToSignIn'];
export type OwnSession = Schemas['SessionItem'];
export type ApiToken = Schemas['Token'];
export type NewToken = Schemas['NewToken'];
export type MadeToken = Schemas['MadeToken'];
export type SecondFactor = Schemas['SecondFactor'];
export type SecondFactorEnrolment = Schemas['SecondFactorEnrolment'];
export type OwnAccount = Schemas['OwnAccount'];

export type ClientNetwork = Schemas['ClientNetwork'];
export type ClientNetworkForm = Schemas['ClientNetworkToBe'];
export type ClientWhereabouts = Schemas['ClientWhereabouts'];

export type LimitUse = Schemas['LimitUse'];
export type LimitsReport = Schemas['LimitsReport'];

export type BookingEntry = Schemas['Entry'];
export type BookingForm = Schemas['BookingToBe'];
export type BookingChange = Schemas['EntryChange'];
export type BookingAnswer = Schemas['BookingAnswer'];

/** Which days of a booking are meant, by one of them. */
export const bookedDays = ['this', 'following', 'following_of_weekday', 'all'] as const;
export type BookedDays = (typeof bookedDays)[number];

export const machineGroups = [
  'all',
  'active',
  'hibernated',
  'disconnected',
  'autostart',
  'pools',
] as const satisfies readonly Schemas['Machines'][];

export const volumeKinds = ['sys', 'data', 'tmp', 'swap'] as const satisfies readonly VolumeKind[];

export const domainStates = [
  'creating',
  'shutdown',
  'starting',
  'active',
  'paused',
  'hibernated',
  'shutting_down',
  'down',
  'removing',
  'broken',
  'base',
] as const satisfies readonly DomainState[];

export const requestStates = [
  'requested',
  'waiting',
  'working',
  'done',
  'failed',
  'cancelled',
] as const satisfies readonly RequestState[];

/** Neither done, failed nor cancelled. */
export function isPending(request: Pick<Request, 'state'>): boolean {
  return (
    request.state === 'requested' || request.state === 'waiting' || request.state === 'working'
  );
}

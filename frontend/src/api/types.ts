/** Names for what the API document describes. The only file that looks into its schemas. */
import type { components } from './schema';
import type * as coming from './coming';

type Schemas = components['schemas'];

export type Session = Schemas['Session'];
export type SessionUser = Schemas['SessionUser'];
export type Desktop = Schemas['Desktop'];
export type Domain = Schemas['Domain'];
export type DomainState = Schemas['DomainState'];
export type PendingRequest = Schemas['PendingRequest'];
export type Request = coming.Request;
export type RequestDetails = coming.RequestDetails;
export type Message = coming.Message;
export type Messages = coming.Messages;
export type RequestStep = coming.RequestStep;
export type AttemptError = coming.AttemptError;
export type Health = coming.Health;
export type HealthCheck = coming.HealthCheck;
export type LaneHealth = coming.LaneHealth;
export type BackEnd = coming.BackEnd;
export type RequestState = Schemas['RequestState'];
export type Opened = Omit<Schemas['Opened'], 'requests'> & { requests: Request[] };
export type DisplayTicket = Schemas['DisplayTicket'];
export type LibraryImage = Schemas['LibraryImage'];
export type UploadedImage = Schemas['UploadedImage'];
export type HistoryEntry = Schemas['HistoryEntry'];
export type Command = Schemas['Command'];
export type Node = Schemas['Node'];

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

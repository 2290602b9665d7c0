/** What the API document is about to say; goes as soon as it says it. */
import type { components } from './schema';

type Schemas = components['schemas'];
type Problems = Record<400 | 401 | 403 | 404 | 409, { content: object }>;
interface Json<T> {
  content: { 'application/json': T };
}

export interface WaitsFor {
  reason: 'time' | 'request' | 'retry' | 'lane' | 'lock' | 'back_end';
  text: string;
  until: string | null;
  request_id: number | null;
}

export interface Position {
  ahead: number;
  expected_start_at: string | null;
}

export type Request = Schemas['Request'] & {
  can_cancel: boolean;
  can_retry: boolean;
  waits_for: WaitsFor | null;
  position: Position | null;
  cancel_asked_at: string | null;
  trace_id: string | null;
};

export interface RequestStep {
  at: string;
  attempt: number;
  percent: number;
  text: string;
  took_ms: number | null;
}

export interface AttemptError {
  at: string;
  code: string;
  message: string;
}

export type RequestDetails = Request & {
  steps: RequestStep[] | null;
  attempt_errors: AttemptError[] | null;
  caller_address: string | null;
  back_end: string | null;
};

export interface Message {
  id: number;
  at: string;
  request_id: number;
  command: string;
  state: Schemas['RequestState'];
  domain_id: string | null;
  domain_name: string | null;
  error_code: string | null;
  text: string;
  read_at: string | null;
}

export interface Messages {
  unread: number;
  messages: Message[];
}

export interface HealthCheck {
  id: string;
  state: 'ok' | 'warning' | 'failed';
  title: string;
  detail: string;
  remedy: string | null;
}

export interface LaneHealth {
  lane: Schemas['Lane'];
  requested: number;
  waiting: number;
  working: number;
  limit: number;
  oldest_seconds: number;
  usual_seconds: number | null;
}

export interface BackEnd {
  id: string;
  host: string;
  process: number;
  version: string;
  started_at: string;
  seen_at: string;
  is_alive: boolean;
}

export interface Health {
  state: 'ok' | 'warning' | 'failed';
  at: string;
  checks: HealthCheck[];
  lanes: LaneHealth[];
  back_ends: BackEnd[];
}

declare module './schema' {
  interface paths {
    '/api/requests/{id}/retry': {
      post: { parameters: { path: { id: number } }; responses: { 202: Json<Request> } & Problems };
    };
    '/api/messages': {
      get: {
        parameters: { query?: { before?: number; limit?: number } };
        responses: { 200: Json<Messages> } & Problems;
      };
    };
    '/api/messages/{id}/read': {
      post: { parameters: { path: { id: number } }; responses: { 204: { content: never } } };
    };
    '/api/messages/read': {
      post: { parameters: { path?: never }; responses: { 204: { content: never } } };
    };
    '/api/health': { get: { responses: { 200: Json<Health> } & Problems } };
  }
}

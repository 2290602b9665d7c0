import type { MockBroker } from './broker';
import type { Account, Answer } from './things';

/** What somebody signed in asks for. */
export interface Call {
  user: Account;
  method: string;
  /** What stands behind the area in the address, and behind the verb. */
  id: string;
  verb: string;
  name: string;
  fields: Record<string, unknown>;
  query: URLSearchParams;
}

/** An area's answers, by method and address; `:id` stands for any, `*` for whatever else is below the area. */
export type Routes = Record<string, (broker: MockBroker, call: Call) => Answer>;

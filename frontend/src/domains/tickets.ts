import { displayTicket } from '@/api/domains';
import type { DisplayTicket } from '@/api/types';

/** A ticket that was got while the desktop was being opened, for the viewer that comes next. */
const waiting = new Map<string, DisplayTicket>();
const marginMs = 5000;

export async function prepareTicket(domainId: string): Promise<void> {
  waiting.set(domainId, await displayTicket(domainId));
}

/** Each ticket is good for one connection only. */
export async function takeTicket(domainId: string): Promise<DisplayTicket> {
  const ticket = waiting.get(domainId);
  waiting.delete(domainId);
  if (ticket && Date.parse(ticket.expires_at) - Date.now() > marginMs) return ticket;
  return displayTicket(domainId);
}

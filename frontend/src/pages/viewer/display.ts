import RFB from '@novnc/novnc';
import { Problem } from '@/api/problem';
import type { DisplayTicket } from '@/api/types';

export type Phase =
  | { kind: 'connecting' }
  | { kind: 'connected' }
  /** The connection went; the next try comes by itself. */
  | { kind: 'again'; attempt: number }
  /** So many tries in vain that a person should decide. */
  | { kind: 'given_up'; problem: unknown };

interface Options {
  screen: HTMLElement;
  takeTicket: () => Promise<DisplayTicket>;
  onPhase: (phase: Phase) => void;
  /** Whether the desktop still has a screen, asked anew: one that went off isn't knocked at. */
  hasScreen: () => Promise<boolean>;
}

// A desktop that went off takes its display with it a moment before the server is told: the first wait is longer than that.
export const waitsMs = [1000, 1000, 1500, 3000, 6000, 10_000];

/** Joins a display to an element and joins it again, with a new ticket, when the connection breaks. */
export class Display {
  private rfb: RFB | null = null;
  private timer: ReturnType<typeof setTimeout> | undefined;
  private attempt = 0;
  private closed = false;

  constructor(private readonly options: Options) {}

  async connect(): Promise<void> {
    clearTimeout(this.timer);
    this.options.onPhase(
      this.attempt === 0 ? { kind: 'connecting' } : { kind: 'again', attempt: this.attempt },
    );
    let ticket: DisplayTicket;
    try {
      ticket = await this.options.takeTicket();
    } catch (problem) {
      this.lost(problem);
      return;
    }
    if (!this.closed) this.join(ticket);
  }

  /** By hand, after it had been given up. */
  retry(): void {
    this.attempt = 0;
    void this.connect();
  }

  close(): void {
    this.closed = true;
    clearTimeout(this.timer);
    this.rfb?.disconnect();
    this.rfb = null;
  }

  focus(): void {
    this.rfb?.focus({ preventScroll: true });
  }

  /** Takes the keyboard away from the guest; keys it still thinks pressed are let go. */
  leave(): void {
    this.rfb?.blur();
    // noVNC lets all keys go when the window loses the focus, and offers no call for it
    window.dispatchEvent(new Event('blur'));
  }

  sendCtrlAltDel(): void {
    this.rfb?.sendCtrlAltDel();
  }

  private join(ticket: DisplayTicket): void {
    const url = new URL(ticket.url, window.location.href);
    url.protocol = url.protocol === 'https:' ? 'wss:' : 'ws:';
    const rfb = new RFB(this.options.screen, url.href, {
      wsProtocols: ['binary', `ticket.${ticket.ticket}`],
    });
    rfb.scaleViewport = true;
    rfb.showDotCursor = true;
    rfb.background = 'transparent';
    rfb.addEventListener('connect', () => {
      this.attempt = 0;
      this.options.onPhase({ kind: 'connected' });
    });
    rfb.addEventListener('disconnect', () => {
      if (this.rfb !== rfb) return;
      this.rfb = null;
      this.lost(new Problem(0, 'display_lost', ''));
    });
    this.rfb = rfb;
  }

  private lost(problem: unknown): void {
    if (this.closed) return;
    const wait = waitsMs[this.attempt];
    if (wait === undefined) {
      this.options.onPhase({ kind: 'given_up', problem });
      return;
    }
    this.attempt += 1;
    this.options.onPhase({ kind: 'again', attempt: this.attempt });
    this.timer = setTimeout(() => void this.connectAgain(wait), wait);
  }

  /** A desktop without a screen is looked at again; whoever shows it closes this when he is told so. */
  private async connectAgain(wait: number): Promise<void> {
    // whether the server can't be reached is for connect to find out
    const there = await this.options.hasScreen().catch(() => true);
    if (this.closed) return;
    if (there) void this.connect();
    else this.timer = setTimeout(() => void this.connectAgain(wait), wait);
  }
}

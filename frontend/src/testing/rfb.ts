/** Stands in for noVNC's RFB: remembers what was asked of it and lets a test play the server. */
export default class FakeRfb extends EventTarget {
  static all: FakeRfb[] = [];
  readonly sent: string[] = [];
  scaleViewport = false;
  showDotCursor = false;
  background = '';

  constructor(
    readonly target: HTMLElement,
    readonly url: string,
    readonly options: { wsProtocols?: string[] } = {},
  ) {
    super();
    FakeRfb.all.push(this);
  }

  static get last(): FakeRfb {
    const last = FakeRfb.all.at(-1);
    if (!last) throw new Error('no RFB was made');
    return last;
  }

  connect() {
    this.dispatchEvent(new CustomEvent('connect', { detail: {} }));
  }

  break() {
    this.dispatchEvent(new CustomEvent('disconnect', { detail: { clean: false } }));
  }

  disconnect() {
    this.sent.push('disconnect');
  }

  focus() {
    this.sent.push('focus');
  }

  blur() {
    this.sent.push('blur');
  }

  sendCtrlAltDel() {
    this.sent.push('ctrl_alt_del');
  }
}

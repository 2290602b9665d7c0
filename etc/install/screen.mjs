// As much of RFB 3.8 (RFC 6143) as it takes to look at a screen and to type:
// no authentication, raw rectangles, 32 bits per pixel, sizes that change.
import { once } from 'node:events';
import { deflateSync } from 'node:zlib';

// Comes instead of a rectangle when the guest's screen has another size from now on.
const newSize = -223;

export class Screen {
  #socket;
  #received = Buffer.alloc(0);
  #ended = null;
  #wake = () => {};
  #pixels;

  // A screen behind a WebSocket, once both sides have greeted each other.
  static async open(socket, deadline) {
    const screen = new Screen(socket);
    await screen.#greet(deadline);
    return screen;
  }

  constructor(socket) {
    this.#socket = socket;
    socket.binaryType = 'nodebuffer';
    socket.on('message', (data) => {
      this.#received = Buffer.concat([this.#received, data]);
      this.#wake();
    });
    socket.on('error', (error) => this.#end(error.message));
    socket.on('close', (code) => this.#end(`closed (${code})`));
  }

  #end(reason) {
    this.#ended ??= reason;
    this.#wake();
  }

  async #take(count, deadline) {
    while (this.#received.length < count) {
      if (this.#ended) throw new Error(`the display ended: ${this.#ended}`);
      await new Promise((resolve, reject) => {
        const timer = setTimeout(() => reject(new Error('the display is silent')), Math.max(0, deadline - performance.now()));
        this.#wake = () => {
          clearTimeout(timer);
          resolve();
        };
      });
    }
    const taken = this.#received.subarray(0, count);
    this.#received = this.#received.subarray(count);
    return taken;
  }

  async #greet(deadline) {
    await this.#take(12, deadline);
    this.#socket.send(Buffer.from('RFB 003.008\n'));
    const [types] = await this.#take(1, deadline);
    if (types === 0) {
      const length = (await this.#take(4, deadline)).readUInt32BE();
      throw new Error(`the display refuses: ${await this.#take(length, deadline)}`);
    }
    if (!(await this.#take(types, deadline)).includes(1)) throw new Error('the display wants a password');
    this.#socket.send(Buffer.from([1]));
    if ((await this.#take(4, deadline)).readUInt32BE() !== 0) throw new Error('the display refuses');
    this.#socket.send(Buffer.from([1])); // others may look, too
    const init = await this.#take(24, deadline);
    this.#resize(init.readUInt16BE(0), init.readUInt16BE(2));
    await this.#take(init.readUInt32BE(20), deadline);
    // Red, green, blue in the first three bytes of each pixel.
    const format = Buffer.from([0, 0, 0, 0, 32, 24, 0, 1, 0, 255, 0, 255, 0, 255, 0, 8, 16, 0, 0, 0]);
    this.#socket.send(format);
    const encodings = Buffer.alloc(12);
    encodings[0] = 2;
    encodings[3] = 2;
    encodings.writeInt32BE(0, 4);
    encodings.writeInt32BE(newSize, 8);
    this.#socket.send(encodings);
  }

  #resize(width, height) {
    this.width = width;
    this.height = height;
    this.#pixels = Buffer.alloc(width * height * 4);
  }

  // The whole screen as it is now.
  async look(deadline) {
    const ask = Buffer.alloc(10);
    ask[0] = 3;
    ask.writeUInt16BE(this.width, 6);
    ask.writeUInt16BE(this.height, 8);
    this.#socket.send(ask);
    for (;;) {
      const [kind] = await this.#take(1, deadline);
      if (kind === 0) break;
      if (kind === 2) continue; // bell
      if (kind !== 3) throw new Error(`the display sent message ${kind}`);
      const cut = await this.#take(7, deadline);
      await this.#take(cut.readUInt32BE(3), deadline);
    }
    const count = (await this.#take(3, deadline)).readUInt16BE(1);
    for (let i = 0; i < count; i++) {
      const head = await this.#take(12, deadline);
      const [x, y, width, height] = [0, 2, 4, 6].map((at) => head.readUInt16BE(at));
      if (head.readInt32BE(8) === newSize) {
        this.#resize(width, height);
        continue;
      }
      const data = await this.#take(width * height * 4, deadline);
      for (let row = 0; row < height; row++) {
        data.copy(this.#pixels, ((y + row) * this.width + x) * 4, row * width * 4, (row + 1) * width * 4);
      }
    }
    return new Image(this.width, this.height, Buffer.from(this.#pixels));
  }

  // Presses and releases the keys of an ASCII text; of capitals and most signs a guest
  // would want to see Shift, too.
  type(text) {
    for (const character of text) {
      for (const down of [1, 0]) {
        const event = Buffer.from([4, down, 0, 0, 0, 0, 0, 0]);
        event.writeUInt32BE(character === '\n' ? 0xff0d : character.charCodeAt(0), 4);
        this.#socket.send(event);
      }
    }
  }

  async close() {
    this.#socket.close();
    await once(this.#socket, 'close');
  }
}

export class Image {
  constructor(width, height, pixels) {
    Object.assign(this, { width, height, pixels });
  }

  // How much of it, 0 to 1, has about this colour.
  share([red, green, blue]) {
    let count = 0;
    for (let at = 0; at < this.pixels.length; at += 4) {
      const difference = Math.max(
        Math.abs(this.pixels[at] - red),
        Math.abs(this.pixels[at + 1] - green),
        Math.abs(this.pixels[at + 2] - blue),
      );
      if (difference <= 8) count++;
    }
    return count / (this.width * this.height);
  }

  commonest() {
    const counts = new Map();
    for (let at = 0; at < this.pixels.length; at += 4) {
      const colour = `${this.pixels[at]},${this.pixels[at + 1]},${this.pixels[at + 2]}`;
      counts.set(colour, (counts.get(colour) ?? 0) + 1);
    }
    return [...counts].sort((a, b) => b[1] - a[1])[0]?.[0] ?? 'nothing';
  }

  png() {
    const rows = Buffer.alloc((this.width * 3 + 1) * this.height);
    for (let y = 0, to = 0; y < this.height; y++) {
      to++; // filter: none
      for (let x = 0; x < this.width; x++, to += 3) {
        this.pixels.copy(rows, to, (y * this.width + x) * 4, (y * this.width + x) * 4 + 3);
      }
    }
    const header = Buffer.alloc(13);
    header.writeUInt32BE(this.width, 0);
    header.writeUInt32BE(this.height, 4);
    header.set([8, 2, 0, 0, 0], 8); // 8 bits of red, green, blue
    return Buffer.concat([
      Buffer.from('\x89PNG\r\n\x1a\n', 'latin1'),
      chunk('IHDR', header),
      chunk('IDAT', deflateSync(rows)),
      chunk('IEND', Buffer.alloc(0)),
    ]);
  }
}

function chunk(kind, data) {
  const body = Buffer.concat([Buffer.from(kind), data]);
  const out = Buffer.alloc(body.length + 8);
  out.writeUInt32BE(data.length, 0);
  body.copy(out, 4);
  out.writeUInt32BE(crc32(body), body.length + 4);
  return out;
}

// Node's own is younger than Node 20.
function crc32(bytes) {
  let crc = ~0;
  for (const byte of bytes) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit++) crc = (crc >>> 1) ^ (crc & 1 ? 0xedb88320 : 0);
  }
  return ~crc >>> 0;
}

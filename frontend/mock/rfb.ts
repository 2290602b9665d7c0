import type { WebSocket } from 'ws';

const width = 800;
const height = 600;

/**
 * An RFB 3.8 server without security that shows one picture: sky, ground and a window. A typed key
 * changes the window's colour, so that one sees that keys arrive.
 */
export function servePicture(socket: WebSocket): void {
  let received = Buffer.alloc(0);
  let step: 'version' | 'security' | 'init' | 'messages' = 'version';
  let colour: [number, number, number] = [245, 247, 250];
  socket.send(Buffer.from('RFB 003.008\n'));

  socket.on('message', (data: Buffer) => {
    received = Buffer.concat([received, data]);
    for (let used = consume(); used > 0; used = consume()) received = received.subarray(used);
  });

  /** Handles one message if it is there whole; answers its length, or 0. */
  function consume(): number {
    switch (step) {
      case 'version':
        if (received.length < 12) return 0;
        step = 'security';
        socket.send(Buffer.from([1, 1])); // one kind of security: none
        return 12;
      case 'security':
        if (received.length < 1) return 0;
        step = 'init';
        socket.send(Buffer.from([0, 0, 0, 0]));
        return 1;
      case 'init':
        if (received.length < 1) return 0;
        step = 'messages';
        socket.send(serverInit());
        return 1;
      case 'messages':
        return message();
    }
  }

  function message(): number {
    const type = received[0];
    if (type === undefined) return 0;
    const length =
      type === 2
        ? received.length < 4
          ? Infinity
          : 4 + 4 * received.readUInt16BE(2)
        : type === 6
          ? received.length < 8
            ? Infinity
            : 8 + Math.abs(received.readInt32BE(4))
          : ({ 0: 20, 3: 10, 4: 8, 5: 6 }[type] ?? 1);
    if (received.length < length) return 0;
    if (type === 4 && received[1] === 1) {
      colour = [received[7] ?? 0, 120, 140];
      socket.send(update(colour));
    }
    // a full picture when asked for one; changes come with the keys
    if (type === 3 && received[1] === 0) socket.send(update(colour));
    return length;
  }
}

function serverInit(): Buffer {
  const name = Buffer.from('mock');
  const init = Buffer.alloc(24 + name.length);
  init.writeUInt16BE(width, 0);
  init.writeUInt16BE(height, 2);
  // 32 bits per pixel, depth 24, little endian, true colour, red at 16, green at 8, blue at 0
  init.set([32, 24, 0, 1, 0, 255, 0, 255, 0, 255, 16, 8, 0], 4);
  init.writeUInt32BE(name.length, 20);
  name.copy(init, 24);
  return init;
}

function update(window: readonly [number, number, number]): Buffer {
  const head = Buffer.alloc(16);
  head.writeUInt16BE(1, 2);
  head.writeUInt16BE(width, 8);
  head.writeUInt16BE(height, 10);
  const pixels = Buffer.alloc(width * height * 4);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const inWindow = x > 200 && x < 600 && y > 140 && y < 420;
      const title = inWindow && y < 170;
      const [r, g, b] = title
        ? [40, 60, 80]
        : inWindow
          ? window
          : y > 560
            ? [24, 32, 44]
            : [30 + y / 8, 96 + y / 10, 130];
      // noVNC asks for red at 0, green at 8, blue at 16
      pixels.set([r, g, b, 255], (y * width + x) * 4);
    }
  }
  return Buffer.concat([head, pixels]);
}

// Whether a display on a Unix socket shows the Debian desktop with its terminal: exit
// code 0 or 1. What it shows is told on standard output.
//
//   node shows-desktop.mjs SOCKET
import { EventEmitter } from 'node:events';
import { connect } from 'node:net';
import { Screen } from './screen.mjs';

// What a WebSocket is to a screen.
class Wire extends EventEmitter {
  constructor(path) {
    super();
    this.stream = connect(path);
    this.stream.on('data', (data) => this.emit('message', data));
    this.stream.on('error', (error) => this.emit('error', error));
    this.stream.on('close', () => this.emit('close', ''));
  }

  send(data) {
    this.stream.write(data);
  }

  close() {
    this.stream.end();
  }
}

const deadline = performance.now() + 20_000;
const screen = await Screen.open(new Wire(process.argv[2]), deadline);
const image = await screen.look(deadline);
await screen.close();
console.log(`${image.width}x${image.height}, most of it is ${image.commonest()}`);
process.exit(image.share([0x2b, 0x5b, 0x84]) > 0.3 && image.share([255, 255, 255]) > 0.2 ? 0 : 1);

import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import type { Connect, Plugin, PreviewServer, ViteDevServer } from 'vite';
import { WebSocketServer } from 'ws';
import { bodyOf } from './body';
import { MockBroker } from './broker';
import { servePicture } from './rfb';

/** `npm run mock`: the portal with a broker in memory. Sign in as admin or ana, password "broker". */
export function mockServer(): Plugin {
  return {
    name: 'broker-mock',
    configureServer: serve,
    configurePreviewServer: serve,
  };
}

function serve(server: ViteDevServer | PreviewServer): void {
  const broker = new MockBroker();
  server.middlewares.use(middleware(broker));
  const displays = new WebSocketServer({ noServer: true, handleProtocols: () => 'binary' });
  server.httpServer?.on('upgrade', (request: IncomingMessage, socket: Duplex, head: Buffer) => {
    if (request.url !== '/api/display') return;
    displays.handleUpgrade(request, socket, head, servePicture);
  });
}

function middleware(broker: MockBroker): Connect.NextHandleFunction {
  return (request, response, next) => {
    const url = new URL(request.url ?? '/', 'http://mock');
    if (!url.pathname.startsWith('/api/')) {
      next();
      return;
    }
    if (url.pathname === '/api/events') {
      stream(broker, request, response);
      return;
    }
    void read(request).then((body) => {
      const answer = broker.handle(request.method ?? 'GET', url, body);
      response.writeHead(answer.status, { 'Content-Type': 'application/json', ...answer.headers });
      response.end(answer.body === undefined ? '' : JSON.stringify(answer.body));
    });
  };
}

function stream(broker: MockBroker, request: IncomingMessage, response: ServerResponse): void {
  response.writeHead(200, { 'Content-Type': 'text/event-stream', 'Cache-Control': 'no-store' });
  const send = (event: string, data: unknown) =>
    response.write(`event: ${event}\ndata: ${JSON.stringify(data)}\n\n`);
  send('hello', { server_time: new Date().toISOString() });
  const stop = broker.listen(({ kind, data }) => send(kind, data));
  request.on('close', stop);
}

async function read(request: IncomingMessage): Promise<unknown> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  const body = Buffer.concat(chunks);
  if (request.headers['content-type'] === 'application/octet-stream') {
    return { length: body.length };
  }
  const text = body.toString('utf8');
  return bodyOf(text, request.headers['content-type']);
}

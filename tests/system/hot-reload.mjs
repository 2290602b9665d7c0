// What a browser on Vite's port is told when a file of the portal changes: not to load
// the page anew, but to take that file's new version.
//
//   node hot-reload.mjs URL FOLDER_OF_PORTAL FILE
import { readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';

const [url, portal, file] = process.argv.slice(2);
const WebSocket = createRequire(join(portal, 'package.json'))('ws');
const text = async (path) => (await fetch(url + path)).text();

const token = /wsToken = "([^"]+)"/.exec(await text('/@vite/client'))[1];
const before = await text(`/${file}`);
const socket = new WebSocket(`${url.replace(/^http/, 'ws')}/?token=${token}`, 'vite-hmr');
const updates = [];
socket.on('message', (data) => {
  const message = JSON.parse(data);
  if (message.type === 'connected') {
    const source = join(portal, file);
    writeFileSync(source, readFileSync(source, 'utf8') + '\nconsole.log("changed");\n');
  }
  if (message.type === 'full-reload')
    throw new Error('the browser was told to load the whole page anew');
  if (message.type === 'update') {
    updates.push(...message.updates.map((update) => update.path));
    if (updates.includes(`/${file}`)) socket.close();
  }
});
socket.on('close', async () => {
  clearTimeout(silence);
  const after = await text(`/${file}?t=${Date.now()}`);
  if (before.includes('"changed"') || !after.includes('"changed"'))
    throw new Error('the new version is not served');
});
const silence = setTimeout(() => {
  throw new Error(
    `the browser was not told of ${file}; it was told of: ${updates.join(', ') || 'nothing'}`,
  );
}, 20_000);

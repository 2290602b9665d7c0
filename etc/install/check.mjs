// A student's path through the running demo, without a person: sign-in, open,
// the guest's web page, its screen through the display gateway, a key typed.
// One line per step with its time; ends with an error that names the step.
//
//   node check.mjs <password-of-student
//   URL            where the front end answers
//   NAMESPACE_PID  process in whose network namespace the guests are; empty: here
//   PICTURE        the PNG to write: the guest's screen
//   BASE           the base to open; default: called like the guest
//   GUEST          what it is a clone of: tiny (default), desktop, or simulated, which
//                  has a screen, but no address and no system
import { execFile } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { promisify } from 'node:util';
import { Api, until } from './api.mjs';
import { Screen } from './screen.mjs';

const { URL: address, NAMESPACE_PID: namespace, PICTURE: picture, GUEST: guestName = 'tiny' } = process.env;
const baseName = process.env.BASE ?? guestName;
const isSimulated = guestName === 'simulated';
const WebSocket = createRequire(new URL('../../frontend/package.json', import.meta.url))('ws');
const run = promisify(execFile);

// What each guest paints its screen with, in text mode as QEMU shows VGA's colours, and
// what typing makes of it. A colour is believed when it covers so much.
const guests = {
  tiny: {
    hasWebPage: true,
    colour: { name: 'magenta', rgb: [168, 0, 168], share: 0.8 },
    typed: { text: 'g', colour: { name: 'green', rgb: [0, 168, 0], share: 0.8 } },
  },
  desktop: {
    colour: { name: 'the blue of its background', rgb: [0x2b, 0x5b, 0x84], share: 0.3 },
    // once it is there, the terminal gets what is typed
    window: { name: 'the white of a terminal', rgb: [255, 255, 255], share: 0.2 },
    typed: { text: 'xsetroot -solid red\n', colour: { name: 'red', rgb: [255, 0, 0], share: 0.3 } },
  },
  simulated: {},
};
const guest = guests[guestName];

const api = new Api(address);

async function step(text, seconds, act) {
  const begun = performance.now();
  const line = (more) => console.log(`${((performance.now() - begun) / 1000).toFixed(1).padStart(9)} s  ${text}${more}`);
  try {
    const result = await act(begun + seconds * 1000);
    line('');
    return result;
  } catch (error) {
    line(': FAILED');
    console.error(`demo --check failed at "${text}": ${error.message}`);
    process.exit(1);
  }
}

const password = readFileSync(0, 'utf8').trim();

await step('signed in as student', 20, () => api.signIn('student', password));

const base = await step('the base is offered', 10, async () => {
  const { desktops } = await api.call('GET', '/api/desktops');
  const entry = desktops.find((desktop) => desktop.base?.name === baseName);
  if (!entry) throw new Error(`offered are: ${desktops.map((desktop) => desktop.base?.name).join(', ') || 'none'}`);
  return entry.base;
});

const opened = await step('opened', 10, () => api.call('POST', `/api/bases/${base.id}/open`));
const wasRunning = opened.domain.state === 'active';
for (const request of opened.requests) {
  await step(`  ${request.command} done`, 90, (deadline) => api.ended(request.id, deadline));
}

const domain = await step(isSimulated ? 'running' : 'running, with an address', 150, (deadline) =>
  until(deadline, 'no address', async () => {
    const seen = await api.call('GET', `/api/domains/${opened.domain.id}`);
    return seen.state === 'active' && (seen.address || isSimulated) ? seen : undefined;
  }),
);

if (guest.hasWebPage) await step(`the guest's web page answers at ${domain.address}`, 60, (deadline) =>
  until(deadline, 'no answer', async () => {
    const curl = ['curl', '-sf', '-m', '2', `http://${domain.address}/health`];
    const [program, ...rest] = namespace ? ['nsenter', '--net', '--target', namespace, '--', ...curl] : curl;
    const { stdout } = await run(program, rest);
    return stdout.trim() === 'ok' ? true : undefined;
  }),
);

const screen = await step('the display is open', 20, async (deadline) => {
  const { ticket, url } = await api.call('POST', `/api/domains/${domain.id}/display-ticket`);
  return Screen.open(
    new WebSocket(new URL(url, address.replace(/^http/, 'ws')), ['binary', `ticket.${ticket}`], {
      headers: { Cookie: api.cookies, Origin: address },
    }),
    deadline,
  );
});

const shows = (colour) => (deadline) =>
  until(deadline, `the screen is not ${colour.name}`, async () => {
    const image = await screen.look(deadline);
    if (image.share(colour.rgb) > colour.share) return image;
    throw new Error(`most of it is ${image.commonest()}`);
  });

let image;
if (isSimulated) image = await step('the screen is painted', 20, (deadline) => screen.look(deadline));
for (const colour of [guest.colour, guest.window]) {
  if (colour) image = await step(`the screen shows ${colour.name}`, 180, shows(colour));
}
writeFileSync(picture, image.png());
// Who was working is not disturbed.
if (guest.typed && !wasRunning) {
  await step(`what is typed makes it ${guest.typed.colour.name}`, 30, (deadline) => {
    screen.type(guest.typed.text);
    return shows(guest.typed.colour)(deadline);
  });
}
screen.close();

if (!wasRunning) {
  await step('shut down', 60, async (deadline) => {
    await api.call('POST', '/api/requests', { command: 'shutdown_domain', args: { domain: domain.id } });
    await until(deadline, 'still running', async () => {
      const { state } = await api.call('GET', `/api/domains/${domain.id}`);
      return state === 'shutdown' ? true : undefined;
    });
  });
}
console.log(`The guest's screen: ${picture}`);

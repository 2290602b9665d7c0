// Uploads an image as an administrator does in the portal, makes a machine of it and
// removes both.
//
//   node upload.mjs URL ADMINISTRATOR FILE NODE <password-of-the-administrator
import { readFileSync } from 'node:fs';
import { Api } from '../../etc/install/api.mjs';

const [address, name, file, node] = process.argv.slice(2);
const api = new Api(address);
const done = async (command, args) => {
  const { id } = await api.call('POST', '/api/requests', { command, args });
  return api.ended(id, performance.now() + 60_000);
};

await api.signIn(name, readFileSync(0, 'utf8').trim());
const image = await api.call('PUT', '/api/library/uploaded.img', readFileSync(file));
console.log(`uploaded: ${image.format}, ${image.size_bytes} bytes, import: ${image.import}`);
const { domain_id: domain } = await done('import_domain', {
  file: 'uploaded.img',
  name: 'uploaded',
  node,
  memory_mib: 128,
});
await api.call('DELETE', '/api/library/uploaded.img');
await done('remove_domain', { domain });

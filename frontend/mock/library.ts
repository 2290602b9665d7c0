/** Images in the library. */
import type { LibraryImage } from '../src/api/types';
import type { MockBroker } from './broker';
import type { Routes } from './routes';
import { minutesAgo, now, ok, problem, type Answer } from './things';

export const libraryRoutes: Routes = {
  'GET library': (broker) => ok({ images: broker.images }),
  'PUT library/:id': (broker, { id, fields }) =>
    upload(broker, decodeURIComponent(id), Number(fields.length)),
  'DELETE library/:id': (broker, { id }) => {
    broker.images = broker.images.filter(({ file }) => file !== decodeURIComponent(id));
    broker.emit('image', {});
    return { status: 204 };
  },
};

function upload(broker: MockBroker, file: string, length: number): Answer {
  if (broker.images.some((known) => known.file === file)) {
    return problem(409, 'exists', `There is a ${file} already. Remove it first.`);
  }
  if (!/\.(qcow2|img|raw|vmdk|vdi|ova|iso)$/.test(file)) {
    return problem(422, 'not_importable', 'It is no disk image.');
  }
  const added = image(file, length, null, true);
  broker.images.push(added);
  broker.emit('image', {});
  return { status: 201, body: added };
}

function image(
  file: string,
  size_bytes: number,
  refusal: string | null = null,
  is_upload = false,
): LibraryImage {
  const format = refusal === null ? (file.split('.').at(-1) ?? 'raw') : null;
  return {
    file,
    node: 'local',
    size_bytes,
    format,
    capacity_bytes: format === null ? null : 10 * 2 ** 30,
    import: format === null ? null : format === 'qcow2' ? 'copy' : 'convert',
    is_upload,
    changed_at: is_upload ? now() : minutesAgo(6000),
    problem: refusal,
  };
}

export function seededImages(): LibraryImage[] {
  return [
    image('debian-12-desktop.qcow2', 1_640_000_000),
    image('debian-12-netinst.iso', 659_000_000),
    image('tiny.qcow2', 15_900_000),
    image('router.vmdk', 412_000_000, null, true),
    image('with-backing-file.qcow2', 820_000, 'It names a backing file; such images are refused.'),
  ];
}

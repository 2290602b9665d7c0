import { fireEvent, screen, waitFor, within } from '@testing-library/react';
import { beforeEach, describe, expect, it } from 'vitest';
import { found } from '@/testing/found';
import { showPortal, stubBroker } from '@/testing/portal';
import { personOf } from '../../../mock/people';
import { Uploads, uploads } from './uploads';

const rowOf = (file: string) =>
  screen.getAllByTestId('library-row').find((r) => r.dataset.file === file);
const uploadOf = (file: string) =>
  screen.getAllByTestId('upload').find((u) => u.dataset.file === file);
const fileOf = (name: string, bytes = 4000) => new File([new Uint8Array(bytes)], name);

beforeEach(() => {
  for (const { id } of uploads.all()) uploads.drop(id);
});

async function showLibrary() {
  const broker = stubBroker().signInAs('admin');
  const portal = await showPortal('/admin/library');
  await screen.findByTestId('library-table');
  const drop = (...files: File[]) => {
    fireEvent.drop(window, { dataTransfer: { types: ['Files'], files } });
  };
  return { broker, drop, ...portal };
}

describe('the library', () => {
  it('tells what was found in each image, and why one is refused', async () => {
    await showLibrary();
    expect(rowOf('tiny.qcow2')).toHaveTextContent('qcow2, a disk of 10 GiB; it is taken as it is');
    expect(rowOf('router.vmdk')).toHaveTextContent('it is converted when imported');
    const refused = within(found(rowOf('with-backing-file.qcow2')));
    expect(refused.getByText(/names a backing file/)).toBeVisible();
    expect(refused.queryByTestId('library-import')).toBeNull();
  });

  it('is open to who may make machines; who looks after hosts only looks', async () => {
    const broker = stubBroker().signInAs('ana');
    const { grants } = personOf(broker.people, 2);
    grants.operate = 'all';
    const { unmount } = await showPortal('/admin/library');
    await screen.findByTestId('library-table');
    expect(screen.getByRole('link', { name: 'Library' })).toBeVisible();
    expect(screen.queryByTestId('upload-drop')).toBeNull();
    expect(screen.queryByTestId('library-import')).toBeNull();
    unmount();
    delete grants.operate;
    grants.create_machine = 'own';
    await showPortal('/admin/library');
    expect(await screen.findAllByTestId('library-import')).not.toHaveLength(0);
    expect(screen.getByTestId('upload-drop')).toBeVisible();
  });

  it('takes what is dropped anywhere, says what it is, and imports it', async () => {
    const { broker, drop, user } = await showLibrary();
    drop(fileOf('lab.qcow2'));
    await waitFor(() => {
      expect(uploadOf('lab.qcow2')).toHaveAttribute('data-state', 'done');
    });
    expect(uploadOf('lab.qcow2')).toHaveTextContent('qcow2, a disk of 10 GiB');
    await waitFor(() => {
      expect(rowOf('lab.qcow2')).toBeVisible();
    });
    await user.click(screen.getByTestId('upload-import'));
    expect(await screen.findByTestId('import-name')).toHaveValue('lab');
    await user.click(screen.getByTestId('import-submit'));
    await waitFor(() => {
      expect(broker.requests.at(-1)?.args).toMatchObject({ file: 'lab.qcow2', name: 'lab' });
    });
  });

  it('takes machines that were exported', async () => {
    const { drop } = await showLibrary();
    const choose = screen.getByTestId('upload-drop').querySelector('input');
    expect(choose?.accept.split(',')).toContain('.ova');
    drop(fileOf('exported.ova'));
    await waitFor(() => {
      expect(uploadOf('exported.ova')).toHaveTextContent('ova, a disk of 10 GiB; it is converted');
    });
  });

  it('says why an upload was refused', async () => {
    const { drop } = await showLibrary();
    drop(fileOf('notes.txt'));
    await waitFor(() => {
      expect(uploadOf('notes.txt')).toHaveTextContent('It is no disk image.');
    });
  });

  it('forgets an upload that is cancelled', async () => {
    const { broker, drop, user } = await showLibrary();
    broker.uploadMs = 60_000;
    drop(fileOf('big.raw', 9000));
    const upload = await screen.findByTestId('upload');
    expect(upload).toHaveTextContent('4.5 kB of 9 kB');
    await user.click(within(upload).getByLabelText('Cancel the upload of big.raw'));
    expect(screen.queryByTestId('upload')).toBeNull();
    expect(rowOf('big.raw')).toBeUndefined();
  });

  it('deletes what was uploaded, after a question; what lies on the host stays', async () => {
    const { user } = await showLibrary();
    expect(within(found(rowOf('tiny.qcow2'))).queryByTestId('library-delete')).toBeNull();
    await user.click(within(found(rowOf('router.vmdk'))).getByTestId('library-delete'));
    await user.click(await screen.findByTestId('confirm'));
    await waitFor(() => {
      expect(rowOf('router.vmdk')).toBeUndefined();
    });
  });
});

describe('uploads', () => {
  it('go one after the other, with the speed of the last seconds', async () => {
    let clock = 0;
    let tell: (sent: number) => void = () => undefined;
    let end: () => void = () => undefined;
    const sent: string[] = [];
    const queue = new Uploads(
      (file, onSent) => {
        sent.push(file.name);
        tell = onSent;
        return new Promise((resolve) => {
          end = () => {
            const { name, size } = file;
            resolve({
              file: name,
              size_bytes: size,
              format: 'raw',
              capacity_bytes: size,
              import: 'convert',
            });
          };
        });
      },
      () => clock,
    );
    queue.add([fileOf('a.raw'), fileOf('b.raw')], () => undefined);
    expect(queue.all().map(({ state }) => state)).toEqual(['sending', 'queued']);
    clock = 1000;
    tell(1000);
    expect(queue.all()[0]?.bytesPerSecond).toBe(1000);
    clock = 8000;
    tell(1500);
    clock = 9000;
    tell(3500);
    expect(queue.all()[0]?.bytesPerSecond).toBe(2000);
    end();
    await waitFor(() => {
      expect(queue.all().map(({ state }) => state)).toEqual(['done', 'sending']);
    });
    expect(sent).toEqual(['a.raw', 'b.raw']);
  });
});

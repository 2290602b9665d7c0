import { screen, waitFor, within } from '@testing-library/react';
import { describe, expect, it } from 'vitest';
import { MockBroker } from '../../../mock/broker';
import { found } from '@/testing/found';
import { showPortal, stubBroker } from '@/testing/portal';
import { nameFrom } from './ImportDialog';
import { rowsOf } from './tree';

const rowOf = async (name: string) => {
  await screen.findByTestId('machines-table');
  return waitFor(() => {
    const row = screen.getAllByTestId('machine-row').find((r) => r.dataset.name === name);
    if (!row) throw new Error(`no row of ${name}`);
    return row;
  });
};

const namesShown = () => screen.getAllByTestId('machine-row').map((row) => row.dataset.name);

describe('machines', () => {
  it('are for administrators', async () => {
    stubBroker().signInAs('ana');
    await showPortal('/admin/machines');
    expect(await screen.findByText('This page is for administrators')).toBeVisible();
  });

  it('are found by the filter in the address, with their bases', async () => {
    stubBroker().signInAs('admin');
    await showPortal('/admin/machines?q=networks-lab-ana');
    const base = await rowOf('networks-lab');
    expect(base).toHaveAttribute('data-context', 'true');
    expect(namesShown()).toEqual(['networks-lab', 'networks-lab-ana']);
  });

  it('keep the filter in the address', async () => {
    stubBroker().signInAs('admin');
    const { user, router } = await showPortal('/admin/machines');
    await user.type(await screen.findByTestId('machines-filter'), 'build');
    await waitFor(() => {
      expect(namesShown()).toEqual(['build-server']);
    });
    expect(router.state.location.search).toBe('?q=build');
  });

  it('become a base, are published and cloned', async () => {
    const broker = stubBroker().signInAs('admin');
    const { user } = await showPortal('/admin/machines');
    const menu = async () => {
      const row = await rowOf('build-server');
      await user.click(within(row).getByTestId('machine-menu'));
    };
    await menu();
    await user.click(await screen.findByTestId('action-prepare_base'));
    await user.click(await screen.findByTestId('confirm'));
    await waitFor(async () => {
      expect(await rowOf('build-server')).toHaveAttribute('data-state', 'base');
    });
    await menu();
    await user.click(await screen.findByTestId('action-publish'));
    await waitFor(async () => {
      expect(await rowOf('build-server')).toHaveAttribute('data-public', 'true');
    });
    await menu();
    await user.click(await screen.findByTestId('action-clone'));
    await user.type(await screen.findByTestId('clone-name'), 'copy');
    await user.click(screen.getByTestId('clone-submit'));
    await waitFor(async () => {
      expect(await rowOf('copy')).toHaveAttribute('data-state', 'shutdown');
    });
    expect(broker.find('copy').base_id).toBe(broker.find('build-server').id);
  });

  it('offer only what the server says may be done', async () => {
    stubBroker().signInAs('admin');
    const { user } = await showPortal('/admin/machines');
    await user.click(within(await rowOf('debian-desktop-ana')).getByTestId('machine-menu'));
    expect(await screen.findByTestId('action-shutdown_domain')).toBeVisible();
    expect(screen.queryByTestId('action-start_domain')).toBeNull();
    expect(screen.queryByTestId('action-remove_domain')).toBeNull();
  });

  it('come from images of the library', async () => {
    const broker = stubBroker().signInAs('admin');
    const { user } = await showPortal('/admin/machines');
    await user.click(await screen.findByTestId('import-image'));
    const images = await screen.findAllByTestId('library-image');
    expect(images.find((i) => i.dataset.file === 'with-backing-file.qcow2')).toBeDisabled();
    await user.click(images.find((i) => i.dataset.file === 'tiny.qcow2') ?? document.body);
    expect(screen.getByTestId('import-name')).toHaveValue('tiny');
    await user.click(screen.getByTestId('import-submit'));
    await waitFor(async () => {
      expect(await rowOf('tiny')).toHaveAttribute('data-state', 'shutdown');
    });
    const { args } = broker.requests.at(-1) ?? {};
    expect(args).toEqual({ file: 'tiny.qcow2', name: 'tiny', memory_mib: 512, vcpus: 1 });
  });

  it('are installed from a CD of the library, on an empty disk', async () => {
    const broker = stubBroker().signInAs('admin');
    const { user } = await showPortal('/admin/machines');
    await user.click(await screen.findByTestId('import-image'));
    expect(screen.queryByTestId('import-disk')).toBeNull();
    const images = await screen.findAllByTestId('library-image');
    await user.click(found(images.find((i) => i.dataset.file === 'debian-12-netinst.iso')));
    const size = await screen.findByTestId('import-disk');
    await user.clear(size);
    await user.type(size, '8');
    await user.click(screen.getByTestId('import-submit'));
    await waitFor(() => {
      expect(broker.requests.at(-1)?.args).toMatchObject({ disk_mib: 8192 });
    });
  });

  it('show the refusal of an import where it was asked for', async () => {
    stubBroker().signInAs('admin');
    const { user } = await showPortal('/admin/machines');
    await user.click(await screen.findByTestId('import-image'));
    await user.click((await screen.findAllByTestId('library-image'))[0] ?? document.body);
    await user.clear(screen.getByTestId('import-name'));
    await user.type(screen.getByTestId('import-name'), 'maths');
    await user.click(screen.getByTestId('import-submit'));
    expect(await screen.findByText('There is a machine called maths already.')).toBeVisible();
  });
});

describe('the tree', () => {
  it('folds clones away, but not while it is filtered', () => {
    const { domains } = new MockBroker().signInAs('admin');
    const names = (filter: { text: string; state: string }) =>
      rowsOf(domains, filter, () => true).map((row) => row.domain.name);
    expect(names({ text: '', state: '' })).not.toContain('debian-desktop-ana');
    expect(names({ text: '', state: 'active' })).toContain('debian-desktop-ana');
  });

  it('shows a clone whose base is not in the list', () => {
    const { domains } = new MockBroker().signInAs('admin');
    const own = domains.filter((domain) => domain.owner.name === 'ana');
    const rows = rowsOf(own, { text: '', state: '' }, () => false);
    expect(rows.map((row) => row.depth)).toEqual([0, 0]);
  });
});

describe("a machine's name", () => {
  it.each([
    ['tiny.qcow2', 'tiny'],
    ['Debian 12_Desktop.qcow2', 'debian-12-desktop'],
    ['-.img', ''],
  ])('%s gives %s', (file, name) => {
    expect(nameFrom(file)).toBe(name);
  });
});

import { screen, waitFor, within } from '@testing-library/react';
import { describe, expect, it } from 'vitest';
import { found } from '@/testing/found';
import { showPortal, stubBroker } from '@/testing/portal';

const rowOf = async (name: string) => {
  const rows = await screen.findAllByTestId('backup-row');
  return within(found(rows.find((row) => row.dataset.name === name)));
};

describe('backups', () => {
  it('are listed, also of machines that are gone, and narrowed', async () => {
    stubBroker().signInAs('admin');
    const { user } = await showPortal('/admin/machines');
    await user.click(await screen.findByTestId('to-backups'));
    expect((await rowOf('old-server')).getByText('The machine is gone')).toBeVisible();
    expect((await rowOf('build-server')).getByRole('link')).toBeVisible();
    await user.type(screen.getByTestId('backups-filter'), 'old');
    await waitFor(() => {
      expect(screen.getAllByTestId('backup-row')).toHaveLength(1);
    });
    expect(screen.getByText('1 backup, 4.2 GB')).toBeVisible();
  });

  it('become new machines, and take the place of the old one only once its name was typed', async () => {
    const broker = stubBroker().signInAs('admin');
    const { user } = await showPortal('/admin/backups');
    await user.click((await rowOf('build-server')).getByTestId('backup-restore'));
    await user.type(await screen.findByTestId('restore-name'), 'from-backup');
    await user.click(screen.getByTestId('restore-submit'));
    await waitFor(() => {
      expect(broker.find('from-backup')).toBeDefined();
    });

    await user.click((await rowOf('build-server')).getByTestId('backup-restore'));
    await user.click(await screen.findByTestId('restore-how'));
    await user.click(await screen.findByRole('option', { name: 'In place of build-server' }));
    expect(screen.getByText(/Everything that was done in it since is lost/)).toBeVisible();
    expect(screen.getByTestId('restore-submit')).toBeDisabled();
    await user.type(screen.getByTestId('confirm-name'), 'build-server');
    await user.click(screen.getByTestId('restore-submit'));
    await waitFor(() => {
      expect(broker.requests.at(-1)?.args).toMatchObject({ over: broker.find('build-server').id });
    });
  });

  it('of what is gone can only become new machines', async () => {
    stubBroker().signInAs('admin');
    const { user } = await showPortal('/admin/backups');
    await user.click((await rowOf('old-server')).getByTestId('backup-restore'));
    expect(await screen.findByTestId('restore-name')).toBeVisible();
    expect(screen.queryByTestId('restore-how')).toBeNull();
  });

  it('are taken on the page of their machine, and deleted after a question', async () => {
    const broker = stubBroker().signInAs('admin');
    const { id } = broker.find('networks-lab-ana');
    const { user } = await showPortal(`/machines/${id}/backups`);
    expect(await screen.findByTestId('backups-none')).toBeVisible();
    await user.click(screen.getByTestId('backup-whole'));
    await user.click(screen.getByTestId('backup-take'));
    await user.click((await rowOf('networks-lab-ana')).getByTestId('backup-remove'));
    expect(broker.requests.at(-1)?.args).toEqual({ domain: id, whole: true });
    await user.click(await screen.findByTestId('confirm'));
    await waitFor(() => {
      expect(screen.queryByTestId('backup-row')).toBeNull();
    });
  });

  it('of a machine that runs wait until it is off', async () => {
    const broker = stubBroker().signInAs('admin');
    await showPortal(`/machines/${broker.find('debian-desktop-ana').id}/backups`);
    expect(await screen.findByTestId('backup-take')).toBeDisabled();
    expect(screen.getByText(/Shut it down first/)).toBeVisible();
  });
});

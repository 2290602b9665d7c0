import { screen, waitFor, within } from '@testing-library/react';
import { describe, expect, it } from 'vitest';
import { found } from '@/testing/found';
import { showPortal, stubBroker } from '@/testing/portal';

const diskAt = (target: string) => {
  const all = screen.getAllByTestId('disk');
  return within(found(all.find((li) => li.dataset.target === target)));
};

describe("a machine's disks and CDs", () => {
  it('are shown with what they are for, what they take and what they lie on', async () => {
    const broker = stubBroker().signInAs('admin');
    await showPortal(`/machines/${broker.find('networks-lab-ana').id}/disks`);
    await screen.findByTestId('disks');
    const disk = diskAt('vda');
    expect(disk.getByText('System · 10 GiB')).toBeVisible();
    expect(disk.getByText(/2.1 GiB on the host/)).toBeVisible();
    expect(disk.getByRole('link', { name: 'networks-lab' })).toBeVisible();
  });

  it('are shown to its owner, who changes nothing and sees no files of the host', async () => {
    const broker = stubBroker().signInAs('ana');
    await showPortal(`/machines/${broker.find('debian-desktop-ana').id}/disks`);
    expect(await screen.findByTestId('disks')).not.toHaveTextContent('/var/lib');
    for (const button of ['disk-add', 'disk-grow', 'disk-remove', 'cd']) {
      expect(screen.queryByTestId(button)).toBeNull();
    }
  });

  it('are added, grown, and removed once its name was typed', async () => {
    const broker = stubBroker().signInAs('admin');
    const { id } = broker.find('build-server');
    const { user } = await showPortal(`/machines/${id}/disks`);
    await user.click(await screen.findByTestId('disk-add'));
    const size = async (text: string) => {
      const field = await screen.findByTestId('disk-size');
      await user.clear(field);
      await user.type(field, text);
      await user.click(screen.getByTestId('disk-submit'));
    };
    await size('2.5');
    await waitFor(() => {
      expect(screen.getAllByTestId('disk')).toHaveLength(2);
    });
    expect(broker.requests.at(-1)?.args).toEqual({ domain: id, size_mib: 2560, kind: 'data' });

    await user.click(diskAt('vdb').getByTestId('disk-grow'));
    await size('1');
    expect(await screen.findByText('It has to be larger than now.')).toBeVisible();
    await size('4');
    await waitFor(() => {
      expect(broker.requests.at(-1)?.args).toEqual({ domain: id, target: 'vdb', size_mib: 4096 });
    });

    expect(diskAt('vda').queryByTestId('disk-remove')).toBeNull();
    await user.click(diskAt('vdb').getByTestId('disk-remove'));
    const question = within(await screen.findByRole('dialog'));
    expect(question.getByTestId('confirm')).toBeDisabled();
    await user.type(question.getByTestId('confirm-name'), 'build-server');
    await user.click(question.getByTestId('confirm'));
    await waitFor(() => {
      expect(screen.getAllByTestId('disk')).toHaveLength(1);
    });
  });

  it('are moved into another folder of the host while the machine is off', async () => {
    const broker = stubBroker().signInAs('admin');
    const { id } = broker.find('build-server');
    const { user } = await showPortal(`/machines/${id}/disks`);
    await user.click(await screen.findByTestId('disk-move'));
    expect(await screen.findByTestId('move-submit')).toBeDisabled();
    await user.click(screen.getByTestId('move-storage'));
    await user.click(await screen.findByRole('option', { name: /^fast/ }));
    await user.click(screen.getByTestId('move-submit'));
    await waitFor(() => {
      expect(screen.getByTestId('disks')).toHaveTextContent('fast: /var/lib');
    });
    expect(broker.requests.at(-1)?.args).toEqual({ domain: id, target: 'vda', storage: 'fast' });
  });

  it('say why they stay as they are while it is hibernated', async () => {
    const broker = stubBroker().signInAs('admin');
    await showPortal(`/machines/${broker.find('networks-lab-ana').id}/disks`);
    expect(await screen.findByTestId('disks-note')).toHaveTextContent(/It is hibernated/);
    expect(screen.queryByTestId('disk-add')).toBeNull();
  });

  it('get a CD of the library on its host', async () => {
    const broker = stubBroker().signInAs('admin');
    const { id } = broker.find('debian-desktop-ana');
    const { user } = await showPortal(`/machines/${id}/disks`);
    expect(await screen.findByTestId('disks-note')).toHaveTextContent(/changed at once/);
    await user.click(await screen.findByTestId('cd'));
    const choices = await screen.findAllByRole('option');
    expect(choices.map((li) => li.textContent)).toEqual(['debian-12-netinst.iso']);
    await user.click(found(choices[0]));
    await waitFor(() => {
      expect(screen.getByTestId('cd')).toHaveValue('debian-12-netinst.iso');
    });
    expect(broker.requests.at(-1)?.args).toEqual({
      domain: id,
      target: 'hda',
      file: 'debian-12-netinst.iso',
    });
    await user.click(screen.getByRole('button', { name: 'Take the CD out of hda' }));
    await waitFor(() => {
      expect(broker.requests.at(-1)?.args).toEqual({ domain: id, target: 'hda' });
    });
  });
});

import { screen, waitFor, within } from '@testing-library/react';
import { describe, expect, it } from 'vitest';
import { found } from '@/testing/found';
import { showPortal, stubBroker } from '@/testing/portal';

describe('a host', () => {
  it('tells where its disk images lie and how much room is left', async () => {
    stubBroker().signInAs('admin');
    const { user } = await showPortal('/admin/health');
    await user.click(await screen.findByRole('link', { name: 'local' }));
    const folders = await screen.findAllByTestId('storage-folder');
    expect(folders.map((li) => li.dataset.name)).toEqual(['default', 'fast', 'archive']);
    expect(found(folders[0])).toHaveTextContent('2.1 GB of 500 GB left');
    expect(found(folders[2])).toHaveTextContent('Nothing is mounted there.');
  });

  it('is looked over for files that nobody needs, which are deleted after a question', async () => {
    const broker = stubBroker().signInAs('admin');
    const { user } = await showPortal('/admin/nodes/1');
    await user.click(await screen.findByTestId('unused-look'));
    expect(await screen.findByTestId('unused-count')).toHaveTextContent('2 files, 3 GB');
    const [first] = screen.getAllByTestId('unused-file');
    await user.click(within(found(first)).getByTestId('unused-remove'));
    await user.click(await screen.findByTestId('confirm'));
    await waitFor(() => {
      expect(screen.getAllByTestId('unused-file')).toHaveLength(1);
    });
    expect(broker.requests.at(-1)).toMatchObject({
      command: 'remove_unused_volumes',
      args: { node: 'local', storage: 'default', files: ['left-over.qcow2'] },
    });
  });

  it('has machines that Broker does not know, which are taken over with another name', async () => {
    const broker = stubBroker().signInAs('admin');
    const { user } = await showPortal('/admin/nodes/1');
    expect(await screen.findByText('It has a PCI card of the host.')).toBeVisible();
    await user.click(screen.getByTestId('unknown-adopt'));
    await user.click(await screen.findByTestId('adopt-submit'));
    expect(await screen.findByText('Give it a name.')).toBeVisible();
    await user.type(screen.getByTestId('adopt-name'), 'by-hand');
    await user.click(screen.getByTestId('adopt-submit'));
    await waitFor(() => {
      expect(screen.getAllByTestId('unknown-machine')).toHaveLength(1);
    });
    expect(broker.requests.at(-1)?.args).toEqual({ node: 'local', machine: 'a1', name: 'by-hand' });
  });

  it('that does not exist is said not to', async () => {
    stubBroker().signInAs('admin');
    await showPortal('/admin/nodes/77');
    expect(await screen.findByText('There is no such host')).toBeVisible();
  });
});

import { screen, waitFor, within } from '@testing-library/react';
import { describe, expect, it } from 'vitest';
import { found } from '@/testing/found';
import { showPortal, stubBroker } from '@/testing/portal';

describe('a machine', () => {
  it('tells what it is, what is done to it and what was, on a page of its own', async () => {
    const broker = stubBroker().signInAs('admin');
    const { id } = broker.find('debian-desktop-ana');
    await showPortal(`/machines/${id}`);
    const machine = within(await screen.findByTestId('machine'));
    expect(machine.getByText('192.168.122.54')).toBeVisible();
    expect(await machine.findByText('Make a clone')).toBeVisible();
    expect(machine.getByTestId('machine-pending')).toHaveTextContent(
      /^Shut downIt waits for its time: /,
    );
    expect(machine.getByTestId('time-left')).toHaveTextContent(/^1h 3\dm left$/);
    expect(machine.getByRole('link', { name: 'debian-desktop' })).toHaveAttribute(
      'href',
      `/machines/${broker.find('debian-desktop').id}`,
    );
  });

  it('tells what is being done to it, for whom and since when', async () => {
    const broker = stubBroker().signInAs('admin');
    const { id } = broker.find('debian-desktop-ana');
    const request = found(broker.requests.find((r) => r.domain_id === id && r.user !== null));
    Object.assign(request, { state: 'working', ended_at: null });
    await showPortal(`/machines/${id}`);
    const holder = await screen.findByTestId('machine-holder');
    expect(holder).toHaveTextContent(/^Held by ana since .*: Make a clone$/);
    expect(holder).toHaveAttribute('href', `/requests/${request.id}`);
  });

  it('has its parts at addresses of their own', async () => {
    const broker = stubBroker().signInAs('admin');
    const { id } = broker.find('debian-desktop-ana');
    const { user, router } = await showPortal(`/machines/${id}/history`);
    await screen.findByTestId('machine-history');
    await user.click(screen.getByTestId('tab-settings'));
    expect(router.state.location.pathname).toBe(`/machines/${id}/settings`);
    // who goes by keyboard goes on at the tab
    expect(screen.getByTestId('tab-settings')).toHaveFocus();
    await router.navigate(`/machines/${id}/base`);
    await waitFor(() => {
      expect(router.state.location.pathname).toBe(`/machines/${id}`);
    });
  });

  it('shows its owner only what he may do', async () => {
    const broker = stubBroker().signInAs('ana');
    await showPortal(`/machines/${broker.find('debian-desktop-ana').id}`);
    await screen.findByTestId('machine');
    expect(screen.queryByTestId('tab-base')).toBeNull();
    expect(screen.getByRole('link', { name: 'My desktops' })).toHaveAttribute('href', '/');
  });

  it('tells what it did, for how long and why, and goes on telling', async () => {
    const broker = stubBroker().signInAs('admin');
    const domain = broker.find('debian-desktop-ana');
    await showPortal(`/machines/${domain.id}/history`);
    const history = within(await screen.findByTestId('machine-history'));
    const entries = () => history.getAllByRole('listitem');
    expect(entries().map((li) => li.dataset.state)).toEqual(['active', 'shutdown']);
    expect(entries()[0]).toHaveTextContent(/Running.*Start · ana/);
    expect(entries()[1]).toHaveTextContent(/Offfor 5m.*Make a clone · ana/);
    expect(within(found(entries()[0])).getByRole('link')).toHaveAttribute('href', '/requests/4');
    broker.setState(domain, 'paused');
    await waitFor(() => {
      expect(entries()[0]).toHaveTextContent(/Paused.*Seen on its host/);
    });
  });

  it('becomes a base as it is asked to', async () => {
    const broker = stubBroker().signInAs('admin');
    const { id } = broker.find('build-server');
    const { user } = await showPortal(`/machines/${id}/base`);
    await user.click(await screen.findByTestId('prepare-publish'));
    await user.click(screen.getByTestId('prepare'));
    await user.click(await screen.findByTestId('confirm'));
    expect(await screen.findByTestId('clones')).toBeVisible();
    expect(broker.requests.at(-1)?.args).toEqual({ domain: id, publish: true });
  });

  it('that is a base shows its clones and moves them to another one', async () => {
    const broker = stubBroker().signInAs('admin');
    const { id } = broker.find('networks-lab');
    const { user } = await showPortal(`/machines/${id}/base`);
    expect(await screen.findByTestId('clones')).toHaveTextContent('networks-lab-ana');
    await user.click(screen.getByTestId('rebase-base'));
    await user.click(await screen.findByRole('option', { name: 'Archive 2024' }));
    await user.click(screen.getByTestId('rebase'));
    const question = within(await screen.findByRole('dialog'));
    expect(question.getByText(/what people installed or saved in them is lost/)).toBeVisible();
    await user.click(question.getByTestId('confirm'));
    await waitFor(() => {
      expect(broker.find('networks-lab-ana').base_id).toBe(broker.find('archive').id);
    });
  });

  it('of oneself is made as new, after a question that says what is lost', async () => {
    const broker = stubBroker().signInAs('ana');
    const { id } = broker.find('networks-lab-ana');
    const { user } = await showPortal(`/machines/${id}/base`);
    await user.click(await screen.findByTestId('deed-restore_domain'));
    await user.click(await screen.findByTestId('confirm'));
    await waitFor(() => {
      expect(broker.requests.at(-1)).toMatchObject({ command: 'restore_domain', domain_id: id });
    });
    expect(screen.queryByTestId('rebase')).toBeNull();
  });

  it('gets how long it may run from an administrator', async () => {
    const broker = stubBroker().signInAs('admin');
    const domain = broker.find('debian-desktop-ana');
    const { user } = await showPortal(`/machines/${domain.id}/settings`);
    await user.type(await screen.findByTestId('run-timeout'), '90');
    await user.click(screen.getByTestId('shutdown-disconnected'));
    await user.click(screen.getByTestId('running-save'));
    await waitFor(() => {
      expect(broker.find(domain.name).settings).toMatchObject({
        run_timeout_seconds: 5400,
        shutdown_disconnected: true,
        disconnect_grace_seconds: null,
      });
    });
    expect(screen.getByTestId('running-save')).toBeDisabled();
  });

  it('shows its hardware and changes it by the form that its host describes', async () => {
    const broker = stubBroker().signInAs('admin');
    const { id } = broker.find('debian-desktop-ana');
    const { user } = await showPortal(`/machines/${id}/hardware`);
    const kindOf = (kind: string) => {
      const all = screen.getAllByTestId('hardware-kind');
      return within(found(all.find((li) => li.dataset.kind === kind)));
    };
    await screen.findByTestId('hardware');
    expect(
      kindOf('network').getByText('Virtio: fastest · Address: 52:54:00:1a:2b:3c'),
    ).toBeVisible();
    await user.click(kindOf('network').getByTestId('hardware-add'));
    await user.click(await screen.findByTestId('option-model'));
    await user.click(await screen.findByRole('option', { name: /Intel 82574/ }));
    await user.click(screen.getByTestId('device-submit'));
    await waitFor(() => {
      expect(kindOf('network').getAllByTestId('hardware-change')).toHaveLength(2);
    });
    expect(broker.requests.at(-1)).toMatchObject({
      command: 'add_hardware',
      args: { domain: id, kind: 'network', options: { model: 'e1000e' } },
    });
    expect(await screen.findByTestId('needs-restart')).toBeVisible();
    expect(screen.getByTestId('deed-shutdown_start')).toBeVisible();
  });

  it('shows its hardware to its owner, who may not change it', async () => {
    const broker = stubBroker().signInAs('ana');
    await showPortal(`/machines/${broker.find('debian-desktop-ana').id}/hardware`);
    expect(await screen.findByTestId('hardware')).toBeVisible();
    expect(screen.queryByTestId('hardware-change')).toBeNull();
    expect(screen.queryByTestId('hardware-add')).toBeNull();
  });

  it('that is a base says how full its pool is, and gets one of another size', async () => {
    const broker = stubBroker().signInAs('admin');
    const { id } = broker.find('maths');
    const { user } = await showPortal(`/machines/${id}/base`);
    expect(await screen.findByTestId('pool')).toHaveTextContent(
      '8 in use4 free and running5 free and off3 still to be made',
    );
    const running = screen.getByTestId('pool-start');
    await user.clear(running);
    await user.type(running, '21');
    await user.click(screen.getByTestId('pool-save'));
    expect(await screen.findByText('Not more than there are clones.')).toBeVisible();
    await user.clear(running);
    await user.type(running, '6');
    await user.click(screen.getByTestId('pool-save'));
    await waitFor(() => {
      expect(broker.find('maths').pool).toMatchObject({ clones: 20, start: 6 });
    });
  });

  it('that is off is copied by its owner', async () => {
    const broker = stubBroker().signInAs('ana');
    const { id } = broker.find('networks-lab-ana');
    const { user } = await showPortal(`/machines/${id}`);
    await user.click(await screen.findByTestId('machine-menu'));
    await user.click(await screen.findByTestId('action-copy'));
    await user.type(await screen.findByTestId('copy-name'), 'second-lab');
    await user.click(screen.getByTestId('copy-submit'));
    await waitFor(() => {
      expect(broker.find('second-lab')).toMatchObject({
        state: 'shutdown',
        owner: { name: 'ana' },
      });
    });
    expect(broker.requests.at(-1)?.args).toEqual({ source: id, name: 'second-lab' });
  });

  it('is shared by its owner, and no more', async () => {
    const broker = stubBroker().signInAs('ana');
    const { id, name } = broker.find('debian-desktop-ana');
    const { user } = await showPortal(`/machines/${id}/settings`);
    await user.type(await screen.findByTestId('share-name'), 'nobody');
    await user.click(screen.getByTestId('share-submit'));
    expect(await screen.findByText('There is no account of that name.')).toBeVisible();
    await user.clear(screen.getByTestId('share-name'));
    await user.type(screen.getByTestId('share-name'), 'new');
    await user.click(screen.getByTestId('share-submit'));
    await waitFor(() => {
      expect(broker.find(name).shared_with).toEqual([{ id: 3, name: 'new' }]);
    });
    await user.click(await screen.findByTestId('unshare'));
    await waitFor(() => {
      expect(broker.find(name).shared_with).toEqual([]);
    });
  });
});

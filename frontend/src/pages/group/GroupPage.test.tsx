import { screen, waitFor, within } from '@testing-library/react';
import { describe, expect, it } from 'vitest';
import { found } from '@/testing/found';
import { showPortal, stubBroker } from '@/testing/portal';

const members = () => screen.queryAllByTestId('member').map((row) => row.dataset.name);

async function showGroup(part = '', id = 1) {
  const broker = stubBroker().signInAs('admin');
  const portal = await showPortal(`/admin/groups/${id}${part}`);
  await screen.findByTestId('group');
  return { broker, group: found(broker.groups.find((g) => g.id === id)), ...portal };
}

describe('groups', () => {
  it('are listed with how many are in them and who says so', async () => {
    stubBroker().signInAs('admin');
    await showPortal('/admin/groups');
    await screen.findByTestId('groups-table');
    const rows = screen.getAllByTestId('group-row');
    expect(rows.map((row) => row.dataset.name)).toEqual(['teachers', 'physics']);
    expect(within(found(rows[1])).getByText('Directory')).toBeVisible();
  });

  it('are made', async () => {
    stubBroker().signInAs('admin');
    const { user } = await showPortal('/admin/groups');
    await user.click(await screen.findByTestId('group-add'));
    await user.type(await screen.findByTestId('group-name'), 'chemists');
    await user.click(screen.getByTestId('group-submit'));
    expect(await screen.findByTestId('group')).toHaveAttribute('data-name', 'chemists');
  });

  it('of the directory are found by a part of their name', async () => {
    const broker = stubBroker().signInAs('admin');
    const { user } = await showPortal('/admin/groups');
    await user.click(await screen.findByTestId('group-register'));
    await user.type(await screen.findByTestId('group-external'), 'chem');
    await user.click(await screen.findByRole('option', { name: /chemistry/ }));
    expect(screen.getByTestId('group-name')).toHaveValue('chemistry');
    await user.click(screen.getByTestId('group-submit'));
    await screen.findByTestId('members-told');
    expect(broker.groups.at(-1)).toMatchObject({
      name: 'chemistry',
      source: 'ldap',
      external_id: 'cn=chemistry,ou=groups,dc=example,dc=org',
    });
  });
});

describe('a group', () => {
  it('gets members by their names and loses them', async () => {
    const { group, user } = await showGroup();
    await user.type(screen.getByTestId('member-name'), 'an');
    await user.click(await screen.findByRole('option', { name: /ana/ }));
    await user.click(screen.getByTestId('member-add'));
    await waitFor(() => {
      expect(members()).toEqual(['ana']);
    });
    expect(group.members).toEqual(new Set([2]));
    expect(screen.getByText('ana is in the group now.')).toBeInTheDocument();
    await user.click(screen.getByTestId('member-remove'));
    await waitFor(() => {
      expect(members()).toEqual([]);
    });
    expect(group.members.size).toBe(0);
  });

  it('refuses a name that nobody has', async () => {
    const { user } = await showGroup();
    // the first one chooses, the second one adds
    await user.type(screen.getByTestId('member-name'), 'nobody{Enter}{Enter}');
    expect(await screen.findByText('There is no account of that name.')).toBeVisible();
  });

  it('of a directory is only read, and says why', async () => {
    await showGroup('', 2);
    expect(screen.getByTestId('members-told')).toHaveTextContent('The directory says who is in it');
    expect(screen.queryByTestId('member-name')).toBeNull();
    await waitFor(() => {
      expect(members()).toEqual(['ana']);
    });
    expect(screen.queryByTestId('member-remove')).toBeNull();
  });

  it('gives its members something; what it says nothing of stays unset', async () => {
    const { group, user } = await showGroup('/grants');
    await screen.findByTestId('grants');
    const row = (grant: string) =>
      found(screen.getAllByTestId('grant-row').find(({ dataset }) => dataset.grant === grant));
    expect(row('rename')).toHaveAttribute('data-set', '');
    await user.click(within(row('rename')).getByTestId('grant-reach'));
    await user.click(await screen.findByRole('option', { name: 'What is theirs' }));
    await waitFor(() => {
      expect(group.grants.rename).toBe('own');
    });
    await user.click(within(row('rename')).getByTestId('grant-reset'));
    await waitFor(() => {
      expect(row('rename')).toHaveAttribute('data-set', '');
    });
  });

  it('has a purpose and limits', async () => {
    const { group, user } = await showGroup('/settings');
    await user.type(await screen.findByTestId('limit-disk_gib'), '40');
    await user.click(screen.getByTestId('limits-save'));
    await waitFor(() => {
      expect(group.limits.disk_gib).toBe(40);
    });
    await user.type(screen.getByTestId('group-description'), ' And more.');
    await user.click(screen.getByTestId('group-save'));
    await waitFor(() => {
      expect(group.description).toMatch(/And more\.$/);
    });
  });

  it('is removed after a question', async () => {
    const { broker, user, router } = await showGroup();
    await user.click(screen.getByTestId('group-remove'));
    await user.click(await screen.findByTestId('confirm'));
    await waitFor(() => {
      expect(router.state.location.pathname).toBe('/admin/groups');
    });
    expect(broker.groups.map(({ name }) => name)).toEqual(['physics']);
  });
});

import { fireEvent, screen, waitFor, within } from '@testing-library/react';
import { describe, expect, it } from 'vitest';
import { found } from '@/testing/found';
import { showPortal, stubBroker } from '@/testing/portal';
import { personOf } from '../../../mock/people';

const rowOf = (grant: string) =>
  found(screen.getAllByTestId('grant-row').find((row) => row.dataset.grant === grant));

async function showUser(part = '', id = 2) {
  const broker = stubBroker().signInAs('admin');
  const portal = await showPortal(`/admin/users/${id}${part}`);
  await screen.findByTestId('user');
  const choose = async (deed: string) => {
    await portal.user.click(screen.getByTestId('user-menu'));
    await portal.user.click(await screen.findByTestId(`user-${deed}`));
  };
  return { broker, choose, ...portal };
}

describe('a user', () => {
  it('is shown with his groups, machines and limits', async () => {
    await showUser();
    expect(screen.getByRole('link', { name: 'physics' })).toHaveAttribute(
      'href',
      '/admin/groups/2',
    );
    expect(within(screen.getByTestId('user-machines')).getAllByRole('listitem')).toHaveLength(2);
    expect(await screen.findByTestId('limit-start_limit')).toBeVisible();
  });

  it('tells of when it is what a directory told', async () => {
    const broker = stubBroker().signInAs('admin');
    personOf(broker.people, 2).fields = { source: 'ldap', facts_at: '2020-11-01T10:00:00Z' };
    await showPortal('/admin/users/2');
    const told = await screen.findByText('Groups and attributes as of');
    expect(told.parentElement).toHaveTextContent(/Nov.* 2020/);
  });

  it('is disabled after a question, and enabled again', async () => {
    const { broker, choose, user } = await showUser();
    await choose('disable');
    await user.click(await screen.findByTestId('confirm'));
    expect(await screen.findByText('Disabled')).toBeVisible();
    expect(personOf(broker.people, 2).fields.is_disabled).toBe(true);
    await choose('enable');
    await waitFor(() => {
      expect(screen.queryByText('Disabled')).toBeNull();
    });
  });

  it('gets a password that has to be changed', async () => {
    const { broker, choose, user } = await showUser();
    await choose('password');
    await user.type(await screen.findByTestId('set-password'), 'a quite different one');
    await user.click(screen.getByTestId('set-password-submit'));
    await screen.findByText(/has a new password/);
    expect(broker.accounts[1]).toMatchObject({
      password: 'a quite different one',
      must_change_password: true,
    });
  });

  it('gets an end, by the clock of whoever sets it, and loses it again', async () => {
    const { broker, choose, user } = await showUser();
    await choose('expiry');
    fireEvent.change(await screen.findByTestId('expiry-at'), {
      target: { value: '2027-06-30T18:00' },
    });
    await user.click(screen.getByTestId('expiry-submit'));
    await waitFor(() => {
      expect(personOf(broker.people, 2).fields.expires_at).toBe(
        new Date('2027-06-30T18:00').toISOString(),
      );
    });
    expect(await screen.findByText(/Jun.* 2027/)).toBeVisible();
    await choose('expiry');
    const field = await screen.findByTestId('expiry-at');
    expect(field).toHaveValue('2027-06-30T18:00');
    await user.clear(field);
    await user.click(screen.getByTestId('expiry-submit'));
    await waitFor(() => {
      expect(personOf(broker.people, 2).fields.expires_at).toBeNull();
    });
  });

  it('that owns machines is removed once it is said who gets them', async () => {
    const { broker, choose, user, router } = await showUser();
    await choose('remove');
    expect(await screen.findByTestId('remove-submit')).toBeDisabled();
    await user.type(screen.getByTestId('remove-heir'), 'admin{Enter}');
    await user.click(screen.getByTestId('remove-submit'));
    await waitFor(() => {
      expect(router.state.location.pathname).toBe('/admin/users');
    });
    expect(broker.requests.at(-1)).toMatchObject({
      command: 'remove_user',
      args: { user: 2, heir: 1 },
    });
  });

  it('that owns machines stays as long as the reader may not give them to others', async () => {
    const broker = stubBroker().signInAs('admin');
    const reader = { ...found(broker.accounts[1]), id: 9, name: 'desk' };
    broker.accounts.push(reader);
    personOf(broker.people, 9).grants = { manage_users: 'all' };
    broker.signInAs('desk');
    const { user } = await showPortal('/admin/users/2');
    await user.click(await screen.findByTestId('user-menu'));
    await user.click(await screen.findByTestId('user-remove'));
    expect(await screen.findByText(/you may not give them to somebody else/)).toBeVisible();
    expect(screen.queryByTestId('remove-heir')).toBeNull();
    expect(screen.getByTestId('remove-submit')).toBeDisabled();
  });

  it('who is the reader himself is offered nothing by which he would lock himself out', async () => {
    const { user } = await showUser('', 1);
    await user.click(screen.getByTestId('user-menu'));
    await screen.findByTestId('user-password');
    for (const deed of ['disable', 'remove', 'end_admin']) {
      expect(screen.queryByTestId(`user-${deed}`)).toBeNull();
    }
  });

  it('has limits, of which an empty field says nothing', async () => {
    const { broker, user } = await showUser();
    await user.type(await screen.findByTestId('limit-start_limit'), '3');
    await user.click(screen.getByTestId('limits-save'));
    await screen.findByText(/of 3 in use/);
    expect(personOf(broker.people, 2).limits).toEqual({
      start_limit: 3,
      clone_limit: null,
      disk_gib: null,
      memory_gib: null,
    });
  });

  it('is not there: the page says so', async () => {
    stubBroker().signInAs('admin');
    await showPortal('/admin/users/99');
    expect(await screen.findByRole('alert')).toHaveTextContent('no account of that name');
  });
});

describe('what a user may do', () => {
  it('says how far it goes and where that comes from', async () => {
    await showUser('/grants');
    await screen.findByTestId('grants');
    const hardware = rowOf('change_hardware');
    expect(hardware).toHaveAttribute('data-reach', 'own');
    expect(within(hardware).getByText('Group physics')).toBeVisible();
    expect(within(rowOf('view')).getByText('Everybody has it')).toBeVisible();
    expect(within(rowOf('rename')).getByText('Nobody has it by default')).toBeVisible();
  });

  it('is set, told to who cannot see it, and set back to what is usual', async () => {
    const { broker, user } = await showUser('/grants');
    await screen.findByTestId('grants');
    await user.click(within(rowOf('shutdown')).getByTestId('grant-reach'));
    await user.click(await screen.findByRole('option', { name: 'Also all clones' }));
    await waitFor(() => {
      expect(rowOf('shutdown')).toHaveAttribute('data-set', 'all_clones');
    });
    expect(screen.getByText(/^Changed: Shut down, also by force: Also all clones/)).toBeTruthy();
    expect(personOf(broker.people, 2).grants).toEqual({ shutdown: 'all_clones' });
    await user.click(within(rowOf('shutdown')).getByTestId('grant-reset'));
    await waitFor(() => {
      expect(rowOf('shutdown')).toHaveAttribute('data-reach', 'own');
    });
    expect(personOf(broker.people, 2).grants).toEqual({});
  });

  it('goes everywhere or nowhere when it is about no machine', async () => {
    const { user } = await showUser('/grants');
    await screen.findByTestId('grants');
    await user.click(within(rowOf('read_audit')).getByTestId('grant-reach'));
    const options = await screen.findAllByRole('option');
    expect(options.map(({ textContent }) => textContent)).toEqual(['No', 'Yes']);
  });

  it('cannot be given further than the reader has it', async () => {
    const broker = stubBroker().signInAs('ana');
    personOf(broker.people, 2).grants = { grant: 'all', start: 'clones' };
    const { user } = await showPortal('/admin/users/3/grants');
    await screen.findByTestId('grants');
    await user.click(within(rowOf('start')).getByTestId('grant-reach'));
    const beyond = (await screen.findAllByRole('option')).filter((option) =>
      option.hasAttribute('data-combobox-disabled'),
    );
    expect(beyond.map(({ textContent }) => textContent)).toEqual(['Also all clones', 'Everything']);
  });

  it('is only looked at by those who may not change it', async () => {
    const broker = stubBroker().signInAs('ana');
    personOf(broker.people, 2).grants = { manage_users: 'all' };
    await showPortal('/admin/users/3/grants');
    expect(await screen.findByText('You can look at this, but not change it.')).toBeVisible();
    expect(screen.queryByTestId('grant-reach')).toBeNull();
  });
});

describe('how a user signs in', () => {
  it('lists sessions and tokens, which are ended', async () => {
    const { broker, user } = await showUser('/sign-ins');
    await user.click(await screen.findByTestId('session-end'));
    await screen.findByText('Signed in nowhere.');
    await user.click(screen.getByTestId('token-remove'));
    await screen.findByText('No program acts for this person.');
    expect(personOf(broker.people, 2).signIn).toMatchObject({ sessions: [], tokens: [] });
  });

  it('loses its second factor after a question', async () => {
    const { broker, user } = await showUser('/sign-ins');
    await user.click(await screen.findByTestId('factor-remove'));
    await user.click(await screen.findByTestId('confirm'));
    await waitFor(() => {
      expect(screen.queryByTestId('factor-remove')).toBeNull();
    });
    expect(personOf(broker.people, 2).signIn.second_factor_since).toBeNull();
  });
});

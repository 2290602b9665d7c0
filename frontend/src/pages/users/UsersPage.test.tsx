import { screen, waitFor, within } from '@testing-library/react';
import { describe, expect, it } from 'vitest';
import { userPageSize } from '@/api/users';
import { showPortal, stubBroker } from '@/testing/portal';
import { personOf } from '../../../mock/people';
import { account } from '../../../mock/things';
import { filterOf } from './filter';

const names = () => screen.getAllByTestId('user-row').map((row) => row.dataset.name);

describe('users', () => {
  it('are listed with what is out of the ordinary about them', async () => {
    const broker = stubBroker().signInAs('admin');
    personOf(broker.people, 2).fields = { source: 'ldap', is_disabled: true };
    await showPortal('/admin/users');
    const table = within(await screen.findByTestId('users-table'));
    expect(names()).toEqual(['admin', 'ana', 'new']);
    expect(table.getAllByText('Administrator')).toHaveLength(2);
    expect(table.getByText('Disabled')).toBeVisible();
    expect(table.getByText('Directory')).toBeVisible();
    expect(screen.getByText('3 users')).toBeVisible();
  });

  it('are found by a part of the name and by what they are, which the address keeps', async () => {
    stubBroker().signInAs('admin');
    const { user, router } = await showPortal('/admin/users');
    await user.type(await screen.findByTestId('users-text'), 'puig');
    await waitFor(() => {
      expect(names()).toEqual(['ana']);
    });
    await user.clear(screen.getByTestId('users-text'));
    await user.click(screen.getByTestId('users-kind'));
    await user.click(await screen.findByRole('option', { name: 'Administrators' }));
    await waitFor(() => {
      expect(names()).toEqual(['admin']);
    });
    expect(router.state.location.search).toBe('?kind=admin');
  });

  it('that nobody is called say so', async () => {
    stubBroker().signInAs('admin');
    const { user } = await showPortal('/admin/users?text=nobody');
    await user.click(await screen.findByText('Show everybody'));
    expect(await screen.findAllByTestId('user-row')).toHaveLength(3);
  });

  it('come a page at a time', async () => {
    const broker = stubBroker().signInAs('admin');
    for (let id = 10; id < 10 + userPageSize; id++) {
      broker.accounts.push(account(id, `student-${id}`, `Student ${id}`, false));
    }
    const { user } = await showPortal('/admin/users');
    await user.click(await screen.findByTestId('users-more'));
    await waitFor(() => {
      expect(names()).toHaveLength(userPageSize + 3);
    });
    expect(screen.queryByTestId('users-more')).toBeNull();
  });

  it('are made, and their page is shown', async () => {
    const broker = stubBroker().signInAs('admin');
    const { user, router } = await showPortal('/admin/users');
    await user.click(await screen.findByTestId('user-add'));
    await user.type(await screen.findByTestId('user-name'), 'berta');
    await user.type(screen.getByTestId('user-password'), 'four friendly words here');
    await user.click(screen.getByTestId('user-submit'));
    expect(await screen.findByTestId('user')).toHaveAttribute('data-name', 'berta');
    expect(router.state.location.pathname).toBe('/admin/users/4');
    expect(broker.accounts.at(-1)).toMatchObject({ name: 'berta', is_admin: false });
  });

  it('of a name that is taken are refused in the form', async () => {
    stubBroker().signInAs('admin');
    const { user } = await showPortal('/admin/users');
    await user.click(await screen.findByTestId('user-add'));
    await user.type(await screen.findByTestId('user-name'), 'ana');
    await user.type(screen.getByTestId('user-password'), 'four friendly words here');
    await user.click(screen.getByTestId('user-submit'));
    expect(await screen.findByText('There is already an account called ana.')).toBeVisible();
  });

  it('are shown to who may change grants, who makes none', async () => {
    const broker = stubBroker().signInAs('ana');
    personOf(broker.people, 2).grants = { grant: 'all' };
    await showPortal('/admin/users');
    await screen.findByTestId('users-table');
    expect(screen.queryByTestId('user-add')).toBeNull();
    expect(screen.getByRole('link', { name: 'People' })).toHaveAttribute('aria-current', 'page');
  });
});

describe('the filter', () => {
  it.each([
    ['', {}],
    ['text=%20a&source=ldap&kind=disabled', { q: 'a', source: 'ldap', disabled: true }],
    ['source=nonsense&kind=other', {}],
  ])('of "%s" is %o', (address, filter) => {
    expect(filterOf(new URLSearchParams(address))).toEqual(filter);
  });
});

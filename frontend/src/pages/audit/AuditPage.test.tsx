import { screen, waitFor, within } from '@testing-library/react';
import { describe, expect, it } from 'vitest';
import { auditPageSize } from '@/api/audit';
import { found } from '@/testing/found';
import { showPortal, stubBroker } from '@/testing/portal';
import { auditEntry } from '../../../mock/audit';
import { filterOf } from './filter';

const rows = () => screen.getAllByTestId('audit-row');
const ids = () => rows().map((row) => row.dataset.id);

async function showAudit(query = '') {
  const broker = stubBroker().signInAs('admin');
  const portal = await showPortal(`/admin/audit${query}`);
  await screen.findByTestId('audit-table');
  return { broker, ...portal };
}

describe('the audit', () => {
  it('says who did what to what and what came of it, newest first', async () => {
    await showAudit();
    expect(ids()).toEqual(['5', '4', '3', '2', '1']);
    const refused = within(found(rows()[2]));
    expect(refused.getByText('Remove')).toBeVisible();
    expect(refused.getByText('debian-desktop')).toBeVisible();
    expect(refused.getByText('Refused')).toBeVisible();
    expect(within(found(rows()[0])).getAllByText('Nobody signed in')).not.toHaveLength(0);
  });

  it('is narrowed by the address, which the filters write', async () => {
    const { user, router } = await showAudit('?outcome=refused');
    expect(ids()).toEqual(['5', '3']);
    await user.type(screen.getByTestId('audit-user'), 'ana{Enter}');
    await waitFor(() => {
      expect(ids()).toEqual(['3']);
    });
    expect(router.state.location.search).toBe('?outcome=refused&user=ana');
    expect(screen.getByTestId('audit-export')).toHaveAttribute(
      'href',
      '/api/audit/export?user=ana&outcome=refused',
    );
  });

  it('suggests people by a part of their name', async () => {
    const { user } = await showAudit();
    await user.type(screen.getByTestId('audit-user'), 'Pui');
    await user.click(await screen.findByRole('option', { name: /ana/ }));
    await waitFor(() => {
      expect(ids()).toEqual(['3']);
    });
  });

  it('tells all that was noted of one deed', async () => {
    const { user } = await showAudit('?action=start_domain');
    await user.click(screen.getByTestId('audit-details'));
    const entry = within(await screen.findByTestId('audit-entry'));
    expect(entry.getByText('host_refused')).toBeVisible();
    expect(entry.getByText(/"request": 5/)).toBeVisible();
  });

  it('that has nothing like that says so, and shows everything again', async () => {
    stubBroker().signInAs('admin');
    const { user } = await showPortal('/admin/audit?text=nobody');
    await user.click(await screen.findByText('Show everything'));
    expect(await screen.findAllByTestId('audit-row')).toHaveLength(5);
  });

  it('comes a page at a time', async () => {
    const broker = stubBroker().signInAs('admin');
    for (let id = 6; id <= auditPageSize + 5; id++) broker.audit.push(auditEntry({ id }));
    const { user } = await showPortal('/admin/audit');
    await user.click(await screen.findByTestId('audit-older'));
    await waitFor(() => {
      expect(rows()).toHaveLength(auditPageSize + 5);
    });
    expect(screen.queryByTestId('audit-older')).toBeNull();
  });

  it('is closed to those who may not read it', async () => {
    stubBroker().signInAs('ana');
    await showPortal('/admin/audit');
    expect(await screen.findByText('This page is for administrators')).toBeVisible();
  });
});

describe('the filter', () => {
  it('takes days as the reader means them, the last one included', () => {
    const { from, until } = filterOf(new URLSearchParams('from=2026-11-20&until=2026-11-20'));
    expect(new Date(found(from))).toEqual(new Date(2026, 10, 20));
    expect(new Date(found(until))).toEqual(new Date(2026, 10, 21));
  });

  it.each(['from=yesterday', 'outcome=nonsense', 'user=%20', ''])('of "%s" is none', (address) => {
    expect(filterOf(new URLSearchParams(address))).toEqual({});
  });
});

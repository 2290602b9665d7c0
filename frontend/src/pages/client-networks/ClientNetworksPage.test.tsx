import { screen, waitFor, within } from '@testing-library/react';
import { describe, expect, it } from 'vitest';
import { found } from '@/testing/found';
import { showPortal, stubBroker } from '@/testing/portal';

const rowOf = async (name: string) => {
  const rows = await screen.findAllByTestId('network-row');
  return within(found(rows.find((row) => row.dataset.name === name)));
};

describe('client networks', () => {
  it('say in which of them the reader is', async () => {
    stubBroker().signInAs('admin');
    await showPortal('/admin/client-networks');
    expect(await screen.findByTestId('network-here')).toHaveTextContent(
      'You are at 192.0.2.7, in the network Classroom.',
    );
    expect((await rowOf('Classroom')).getByText('You are here')).toBeVisible();
  });

  it('say so when the reader is in none', async () => {
    const broker = stubBroker().signInAs('admin');
    broker.networks = [];
    await showPortal('/admin/client-networks');
    expect(await screen.findByTestId('network-here')).toHaveTextContent(/in none of these/);
    expect(await screen.findByText('There are no networks')).toBeVisible();
  });

  it('are moved, which is told to those who see no rows', async () => {
    const broker = stubBroker().signInAs('admin');
    const { user } = await showPortal('/admin/client-networks');
    expect((await rowOf('This machine')).getByTestId('network-up')).toBeDisabled();
    await user.click((await rowOf('This machine')).getByTestId('network-down'));
    expect(await screen.findByText('This machine is number 2 now.')).toBeInTheDocument();
    expect(broker.networks.map(({ name }) => name)).toEqual([
      'Classroom',
      'This machine',
      'Everywhere else',
    ]);
  });

  it('are added with addresses, one on each line', async () => {
    const broker = stubBroker().signInAs('admin');
    const { user } = await showPortal('/admin/client-networks');
    await rowOf('Classroom');
    await user.click(screen.getByTestId('network-add'));
    await user.click(await screen.findByTestId('network-submit'));
    expect(screen.getByText('Which addresses are in it?')).toBeVisible();
    await user.type(screen.getByTestId('network-name'), 'Library');
    await user.type(screen.getByTestId('network-addresses'), '10.1.0.0/16{enter}2001:db8::/32');
    await user.click(screen.getByTestId('network-bases-none'));
    await user.click(screen.getByTestId('network-submit'));
    expect((await rowOf('Library')).getByText('None')).toBeVisible();
    expect(broker.networks[0]).toMatchObject({
      name: 'Library',
      addresses: ['10.1.0.0/16', '2001:db8::/32'],
      bases: 'none',
    });
  });

  it('open single bases to people without an account', async () => {
    const broker = stubBroker().signInAs('admin');
    const { user } = await showPortal('/admin/client-networks');
    await user.click((await rowOf('Classroom')).getByTestId('network-menu'));
    await user.click(await screen.findByTestId('network-bases'));
    await user.click(
      await screen.findByRole('combobox', { name: 'Statistics with R, from Classroom' }),
    );
    await user.click(
      await screen.findByRole('option', { name: 'Allowed, also without an account' }),
    );
    expect(
      await (await rowOf('Classroom')).findByText('1 allowed, 1 without an account'),
    ).toBeVisible();
    expect(broker.networks[1]?.said).toEqual([
      {
        base_id: broker.find('maths').id,
        base_name: 'maths',
        is_allowed: true,
        is_anonymous: true,
      },
    ]);
  });

  it('are removed after a question', async () => {
    const broker = stubBroker().signInAs('admin');
    const { user } = await showPortal('/admin/client-networks');
    await user.click((await rowOf('Classroom')).getByTestId('network-menu'));
    await user.click(await screen.findByTestId('network-remove'));
    await user.click(await screen.findByTestId('confirm'));
    await waitFor(() => {
      expect(broker.networks).toHaveLength(2);
    });
    expect(await screen.findByTestId('network-here')).toHaveTextContent(/in none of these/);
  });
});

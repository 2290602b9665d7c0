import { screen, within } from '@testing-library/react';
import { describe, expect, it } from 'vitest';
import { found } from '@/testing/found';
import { showPortal, stubBroker } from '@/testing/portal';

describe('health', () => {
  it('tells what is wrong first, and what to do about it', async () => {
    stubBroker().signInAs('admin');
    await showPortal('/admin/health');
    expect(await screen.findByText("Something doesn't work")).toBeVisible();
    const checks = screen.getAllByTestId('health-check').map((check) => check.dataset.state);
    expect(checks).toEqual(['failed', 'warning', 'ok', 'ok', 'ok']);
    expect(screen.getByText(/give the pool a bigger disk/)).toBeVisible();
  });

  it('shows each lane with its queue, the daemons and the hosts', async () => {
    stubBroker().signInAs('admin');
    await showPortal('/admin/health');
    const lanes = await screen.findAllByTestId('lane');
    const power = lanes.find((lane) => lane.dataset.lane === 'power');
    expect(power).toHaveTextContent('4 of 4 at work');
    expect(power).toHaveTextContent('12 in the queue');
    expect(power).toHaveTextContent('the oldest for 41s');
    const dead = screen.getAllByTestId('back-end').find((one) => one.dataset.alive === 'false');
    expect(dead).toHaveTextContent('Gone');
    const nodes = await screen.findAllByTestId('node');
    const attic = nodes.find((node) => node.dataset.name === 'attic');
    expect(within(found(attic)).getByText('No route to host.')).toBeVisible();
  });
});

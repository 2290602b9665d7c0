import { screen, waitFor } from '@testing-library/react';
import { describe, expect, it } from 'vitest';
import { showPortal, stubBroker } from '@/testing/portal';

const outcomes = () => screen.getAllByTestId('upload-line').map((line) => line.dataset.outcome);

async function showUpload(what = '') {
  const broker = stubBroker().signInAs('admin');
  const portal = await showPortal(`/admin/upload${what}`);
  await screen.findByTestId('upload-text');
  return { broker, ...portal };
}

describe('a list of people', () => {
  it('is looked at line by line before anything is done', async () => {
    const { broker, user } = await showUpload();
    await user.type(
      screen.getByTestId('upload-text'),
      'name{Enter}berta{Enter}ana{Enter}two words',
    );
    await user.click(screen.getByTestId('upload-check'));
    await screen.findByTestId('upload-lines');
    // what has to be mended comes first
    expect(outcomes()).toEqual(['refused', 'made', 'there']);
    expect(screen.getByText('A sign-in name has no spaces.')).toBeVisible();
    expect(screen.getByTestId('upload-do')).toBeDisabled();
    expect(broker.accounts).toHaveLength(3);
  });

  it('is done, and passwords that were made up are shown once, to be kept', async () => {
    const { broker, user } = await showUpload();
    await user.type(screen.getByTestId('upload-text'), 'berta{Enter}carles');
    await user.click(screen.getByTestId('upload-check'));
    await user.click(await screen.findByTestId('upload-do'));
    expect(await screen.findByTestId('upload-passwords')).toHaveTextContent(
      'berta made-up-for-berta carles made-up-for-carles',
    );
    expect(screen.getByTestId('upload-download')).toHaveAttribute('download', 'passwords.csv');
    expect(broker.accounts.map(({ name }) => name)).toContain('carles');
  });

  it('comes from a file, too; what was told of another list is gone', async () => {
    const { user } = await showUpload();
    await user.type(screen.getByTestId('upload-text'), 'two words');
    await user.click(screen.getByTestId('upload-check'));
    await screen.findByTestId('upload-lines');
    await user.upload(
      screen.getByTestId('upload-file'),
      new File(['name,display_name\r\nberta,Berta Roca\r\n'], 'class.csv', { type: 'text/csv' }),
    );
    await waitFor(() => {
      expect(screen.queryByTestId('upload-lines')).toBeNull();
    });
    await user.click(screen.getByTestId('upload-check'));
    await screen.findByTestId('upload-lines');
    expect(outcomes()).toEqual(['made']);
  });
});

describe("a list of groups' members", () => {
  it('tells of each group what would change, and changes them all at once', async () => {
    const { broker, user } = await showUpload('/members');
    const teachers = () => broker.groups.find(({ name }) => name === 'teachers')?.members;
    await user.type(
      screen.getByTestId('upload-text'),
      'name,group{Enter}ana,teachers{Enter}new,chemistry',
    );
    await user.click(screen.getByTestId('upload-check'));
    await screen.findByTestId('upload-lines');
    expect(outcomes()).toEqual(['added', 'added']);
    const made = screen.getAllByTestId('upload-changed-group').map((row) => row.textContent);
    expect(made[0]).toContain('In: ana');
    expect(made[1]).toContain('New');
    expect(teachers()?.size).toBe(0);
    await user.click(screen.getByTestId('upload-do'));
    await screen.findByText('Done');
    expect(teachers()).toEqual(new Set([2]));
    expect(broker.groups.map(({ name }) => name)).toContain('chemistry');
  });

  it('that is complete says who is taken out, and which groups go', async () => {
    const { broker, user } = await showUpload('/members?group=1');
    broker.groups.find(({ id }) => id === 1)?.members.add(3);
    await user.type(screen.getByTestId('upload-text'), 'ana{Enter}nobody');
    await user.click(screen.getByTestId('upload-flush'));
    await user.click(screen.getByTestId('upload-check'));
    await screen.findByText('There is no user nobody.');
    expect(screen.getByTestId('upload-do')).toBeDisabled();
    await user.clear(screen.getByTestId('upload-text'));
    await user.type(screen.getByTestId('upload-text'), 'ana');
    await user.click(screen.getByTestId('upload-check'));
    expect(await screen.findByText('Out: new')).toBeVisible();
    await user.click(screen.getByTestId('upload-do'));
    await waitFor(() => {
      expect(broker.groups.find(({ id }) => id === 1)?.members).toEqual(new Set([2]));
    });
  });
});

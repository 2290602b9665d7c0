import { screen, waitFor } from '@testing-library/react';
import { describe, expect, it } from 'vitest';
import { showPortal, stubBroker } from '@/testing/portal';

const outcomes = () => screen.getAllByTestId('upload-line').map((line) => line.dataset.outcome);

async function showUpload() {
  const broker = stubBroker().signInAs('admin');
  const portal = await showPortal('/admin/upload');
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

import { Button, Group, Modal, Stack, Text } from '@mantine/core';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useDeleteBooking } from '@/api/bookings';
import type { BookedDays, BookingEntry } from '@/api/types';
import { Facts } from '@/components/Facts';
import { FormFooter } from '@/components/FormFooter';
import { useFormat } from '@/i18n/format';
import { ModeChoice } from './ModeChoice';
import { useEntryWords } from './useEntryWords';

interface Props {
  entry: BookingEntry | null;
  onClose: () => void;
  onChange: (entry: BookingEntry) => void;
}

/** What a booking says, and for whoever made it the way to change it. */
export function EntryDialog({ entry, onClose, onChange }: Props) {
  const { t } = useTranslation('common');
  const words = useEntryWords();
  return (
    <Modal
      opened={entry !== null}
      onClose={onClose}
      title={entry && words.title(entry)}
      closeButtonProps={{ 'aria-label': t('close') }}
    >
      {entry !== null && <Details entry={entry} onClose={onClose} onChange={onChange} />}
    </Modal>
  );
}

function Details({ entry, onClose, onChange }: Props & { entry: BookingEntry }) {
  const { t } = useTranslation('bookings');
  const format = useFormat();
  const words = useEntryWords();
  const [removing, setRemoving] = useState(false);
  if (removing) return <Removal entry={entry} onClose={onClose} />;
  const forWhom = ({ for_groups, for_users, is_for_me }: BookingEntry) => {
    const whom = [...(for_groups ?? []), ...(for_users ?? [])];
    if (whom.length > 0) return format.list(whom);
    if (for_users !== null) return t('details.for_owner');
    return t(is_for_me ? 'details.for_you' : 'details.for_others');
  };
  return (
    <Stack data-testid="booking-details">
      <Facts
        facts={[
          [t('details.when'), `${words.day(entry)}, ${words.times(entry)}`],
          [t('details.there'), words.there(entry)],
          [t('details.owner'), entry.owner],
        ]}
      />
      {entry.title === null ? (
        <Text size="sm">{t('details.closed')}</Text>
      ) : (
        <Facts
          facts={[
            [t('details.for'), forWhom(entry)],
            [
              t('details.bases'),
              entry.on_bases.length === 0
                ? t('details.all_bases')
                : format.list(entry.on_bases.map(({ name }) => name)),
            ],
            [t('details.description'), entry.description],
          ]}
        />
      )}
      {entry.visibility === 'private' && entry.title !== null && (
        <Text size="sm" c="dimmed">
          {t('details.private')}
        </Text>
      )}
      {entry.may_change && (
        <Group justify="flex-end">
          <Button
            variant="default"
            onClick={() => {
              setRemoving(true);
            }}
            data-testid="booking-remove"
          >
            {t('details.remove')}
          </Button>
          <Button
            onClick={() => {
              onChange(entry);
            }}
            data-testid="booking-change"
          >
            {t('details.change')}
          </Button>
        </Group>
      )}
    </Stack>
  );
}

function Removal({ entry, onClose }: { entry: BookingEntry; onClose: () => void }) {
  const { t } = useTranslation('bookings');
  const remove = useDeleteBooking();
  const [which, setWhich] = useState<BookedDays>('this');
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        remove.mutate({ id: entry.id, which }, { onSuccess: onClose });
      }}
    >
      <Stack>
        <Text size="sm">{t('remove.text')}</Text>
        <ModeChoice value={which} onChange={setWhich} />
        <FormFooter
          problem={remove.error}
          busy={remove.isPending}
          submit={t('remove.submit')}
          onCancel={onClose}
          testId="booking-remove-submit"
        />
      </Stack>
    </form>
  );
}

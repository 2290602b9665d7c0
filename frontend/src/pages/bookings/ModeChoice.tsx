import { Radio, Stack } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { bookedDays, type BookedDays } from '@/api/types';

/** Which days of a booking are meant, beside the one that was chosen. */
export function ModeChoice({
  value,
  onChange,
}: {
  value: BookedDays;
  onChange: (mode: BookedDays) => void;
}) {
  const { t } = useTranslation('bookings');
  return (
    <Radio.Group
      label={t('mode.title')}
      value={value}
      onChange={(mode) => {
        onChange(mode);
      }}
    >
      <Stack gap="xs" mt="xs">
        {bookedDays.map((mode) => (
          <Radio
            key={mode}
            value={mode}
            label={t(`mode.${mode}`)}
            data-testid={`booking-mode-${mode}`}
          />
        ))}
      </Stack>
    </Radio.Group>
  );
}

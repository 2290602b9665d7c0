import { Autocomplete, Text } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useState, type ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { useMay } from '@/api/session';
import { userSearchQuery } from '@/api/users';
import './area';

/**
 * A field for somebody's sign-in name. Who may see the accounts is shown those that a part of the
 * name finds; what is typed counts once the field is left, Enter is pressed or one is chosen.
 */
export function PersonInput({
  label,
  silent = false,
  className,
  value,
  onChoose,
  error,
  testId,
}: {
  label: string;
  /** The label stands in the field instead of above it. */
  silent?: boolean;
  className?: string | undefined;
  value: string;
  onChoose: (name: string) => void;
  error?: ReactNode;
  testId: string;
}) {
  const { t } = useTranslation('people');
  const may = useMay();
  const isShown = ['manage_users', 'manage_groups', 'grant'].some(may);
  const [typed, setTyped] = useState<string | null>(null);
  const [asked] = useDebouncedValue((typed ?? '').trim(), 200);
  const { data } = useQuery({
    ...userSearchQuery(asked),
    enabled: isShown && asked !== '',
    placeholderData: keepPreviousData,
  });
  const people = asked === '' ? [] : (data ?? []);
  const choose = (name: string) => {
    setTyped(null);
    if (name.trim() !== value) onChoose(name.trim());
  };
  return (
    <Autocomplete
      className={className}
      {...(silent ? { 'aria-label': label, placeholder: label } : { label })}
      {...(isShown && !silent ? { placeholder: t('person.type') } : {})}
      data={people.map(({ name }) => name)}
      filter={({ options }) => options}
      limit={8}
      renderOption={({ option }) => (
        <span>
          {option.value}
          <Text size="xs" c="dimmed">
            {people.find(({ name }) => name === option.value)?.display_name}
          </Text>
        </span>
      )}
      value={typed ?? value}
      onChange={setTyped}
      onOptionSubmit={choose}
      onBlur={() => {
        if (typed !== null) choose(typed);
      }}
      onKeyDown={(event) => {
        if (event.key !== 'Enter' || typed === null) return;
        // it chooses; the form is for the next one
        event.preventDefault();
        choose(typed);
      }}
      clearable
      onClear={() => {
        choose('');
      }}
      error={error}
      autoComplete="off"
      data-testid={testId}
    />
  );
}

import { Alert, Skeleton, Stack, Text, TextInput } from '@mantine/core';
import { IconAlertTriangle, IconCircleCheck, IconCircleX } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { useDebouncedValue } from '@mantine/hooks';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { whyQuery } from '@/api/access';
import type { Domain } from '@/api/types';
import { useProblemText } from '@/components/problemText';
import { useFormat } from '@/i18n/format';
import { PersonInput } from '@/people/PersonInput';
import classes from './Access.module.css';
import { reasonOf } from './WhoMay';

/** Why somebody can't, or can: each question on the way to a desktop with its answer. */
export function WhyNot({ domain, hasClientRules }: { domain: Domain; hasClientRules: boolean }) {
  const { t } = useTranslation('machine');
  const [person, setPerson] = useState('');
  const [program, setProgram] = useState('');
  const [asked] = useDebouncedValue(program.trim(), 300);
  const problemText = useProblemText();
  const format = useFormat();
  const { data: why, error } = useQuery(whyQuery(domain.id, person, asked));
  const isAsked = person !== '';
  return (
    <Stack gap="sm">
      <Text size="sm" c="dimmed">
        {t('access.why.rule')}
      </Text>
      <PersonInput
        label={t('access.why.person')}
        value={person}
        onChoose={setPerson}
        testId="why-person"
      />
      {hasClientRules && (
        <TextInput
          label={t('access.why.program')}
          description={t('access.why.program_rule')}
          value={program}
          onChange={(event) => {
            setProgram(event.currentTarget.value);
          }}
          data-testid="why-program"
        />
      )}
      <div aria-live="polite">
        {isAsked && error !== null && <Alert color="red">{problemText(error)}</Alert>}
        {isAsked && error === null && why === undefined && <Skeleton height={80} />}
        {isAsked && why !== undefined && (
          <div data-testid="why" data-allowed={why.is_allowed}>
            <Text fw={600} mb="xs">
              {t(why.is_allowed ? 'access.why.yes' : 'access.why.no', { name: why.user })}
            </Text>
            <ol className={classes.steps}>
              {why.reasons.map(({ step, is_allowed, text }) => (
                <li key={step} data-testid="why-step" data-step={step} data-allowed={is_allowed}>
                  {is_allowed ? (
                    <IconCircleCheck size={22} className={classes.yes} aria-hidden />
                  ) : (
                    <IconCircleX size={22} className={classes.no} aria-hidden />
                  )}
                  <div>
                    <Text size="sm">{t(`access.step.${step}.${is_allowed ? 'yes' : 'no'}`)}</Text>
                    <Text size="xs" c="dimmed">
                      {reasonOf(text)}
                    </Text>
                  </div>
                </li>
              ))}
            </ol>
            {why.facts_at !== null && (
              <Text size="xs" c="dimmed" data-testid="why-facts">
                {t('access.why.facts', { when: format.dateTime(why.facts_at) })}
              </Text>
            )}
            {why.facts_are_old && (
              <Alert
                mt="xs"
                color="yellow"
                icon={<IconAlertTriangle aria-hidden />}
                data-testid="why-facts-old"
              >
                {t('access.why.facts_old')}
              </Alert>
            )}
          </div>
        )}
      </div>
    </Stack>
  );
}

import { Button, Select, Switch, Text } from '@mantine/core';
import {
  IconArrowDown,
  IconArrowUp,
  IconDeviceLaptop,
  IconPlus,
  IconTag,
  IconTrash,
  IconUser,
  IconUsersGroup,
  type TablerIcon,
} from '@tabler/icons-react';
import { useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useChangeRules, type Rules } from '@/api/access';
import type { AccessRule, AccessRules, Domain, RuleKind, RuleList } from '@/api/types';
import { useShowProblem } from '@/components/problemText';
import { RowAction } from '@/components/RowAction';
import { Tag } from '@/domains/StateBadge';
import classes from './Access.module.css';
import { RuleDialog } from './RuleDialog';
import { moved, removed, set, withDefault } from './rules';
import { useRuleText } from './ruleText';

const icons: Record<RuleKind, TablerIcon> = {
  group: IconUsersGroup,
  user: IconUser,
  attribute: IconTag,
  header: IconDeviceLaptop,
  everybody: IconUsersGroup,
};

interface Props {
  domain: Domain;
  access: AccessRules;
  list: RuleList;
}

/** One of the two lists of rules, in the order in which they are asked. */
export function RuleTable({ domain, access, list }: Props) {
  const { t } = useTranslation('machine');
  const { mutate } = useChangeRules(domain.id);
  const ruleText = useRuleText();
  const showProblem = useShowProblem();
  const [adding, setAdding] = useState(false);
  const [said, setSaid] = useState('');
  const add = useRef<HTMLButtonElement>(null);
  const rules = access[list].filter(({ kind }) => kind !== 'everybody');
  const last = access[list].find(({ kind }) => kind === 'everybody');

  const change = (how: (rules: Rules) => Rules, news: string) => {
    mutate(how, {
      onSuccess: () => {
        setSaid(news);
      },
      onError: showProblem,
    });
  };

  return (
    <div data-testid={`rules-${list}`}>
      <Text size="sm" c="dimmed" mb="sm">
        {t(`access.${list}.rule`)}
      </Text>
      <p className="visually-hidden" role="status">
        {said}
      </p>
      {rules.length === 0 && (
        <Text size="sm" mb="sm" data-testid="rules-none">
          {t(`access.${list}.none`)}
        </Text>
      )}
      <ol className={classes.rules}>
        {rules.map((rule, at) => {
          const name = ruleText(rule);
          const number = at + 1;
          return (
            <Rule
              key={`${rule.kind} ${rule.id} ${rule.name} ${rule.value}`}
              rule={rule}
              number={number}
              isFirst={at === 0}
              isEnd={number === rules.length}
              onMove={(by) => {
                change(
                  moved(list, at, by),
                  t('access.moved', { name, number: number + by, count: rules.length }),
                );
              }}
              onSet={(fields) => {
                change(set(list, at, fields), t('access.changed', { name }));
              }}
              onRemove={() => {
                change(removed(list, at), t('access.removed', { name }));
                // its button goes with it
                add.current?.focus();
              }}
            />
          );
        })}
      </ol>
      <div className={classes.end}>
        {rules.length > 0 && (
          <Select
            label={t(`access.${list}.default`)}
            data={[
              { value: 'allowed', label: t('access.allowed') },
              { value: 'denied', label: t('access.denied') },
              // a list about programs always says it
              ...(list === 'people' ? [{ value: 'unsaid', label: t('access.unsaid') }] : []),
            ]}
            value={last === undefined ? 'unsaid' : last.allowed ? 'allowed' : 'denied'}
            onChange={(value) => {
              const allowed = value === 'unsaid' ? null : value === 'allowed';
              change(withDefault(list, allowed), t('access.default_changed'));
            }}
            allowDeselect={false}
            data-testid="rules-default"
          />
        )}
        <Button
          ref={add}
          variant="light"
          leftSection={<IconPlus size={18} aria-hidden />}
          onClick={() => {
            setAdding(true);
          }}
          data-testid="rule-add"
        >
          {t('access.add')}
        </Button>
      </div>
      <RuleDialog
        domain={domain}
        access={access}
        list={list}
        opened={adding}
        onClose={() => {
          setAdding(false);
        }}
      />
    </div>
  );
}

function Rule({
  rule,
  number,
  isFirst,
  isEnd,
  onMove,
  onSet,
  onRemove,
}: {
  rule: AccessRule;
  number: number;
  isFirst: boolean;
  isEnd: boolean;
  onMove: (by: -1 | 1) => void;
  onSet: (fields: { allowed?: boolean; last?: boolean }) => void;
  onRemove: () => void;
}) {
  const { t } = useTranslation('machine');
  const name = useRuleText()(rule);
  const Icon = icons[rule.kind];
  return (
    <li
      className={classes.rule}
      data-testid="rule"
      data-kind={rule.kind}
      data-name={rule.name}
      data-allowed={rule.allowed}
    >
      <span className={classes.number} aria-hidden>
        {number}
      </span>
      <Icon size={18} aria-hidden className={classes.icon} />
      <span className={classes.name}>{name}</span>
      <Tag
        tone={rule.allowed ? 'good' : 'bad'}
        text={t(rule.allowed ? 'access.allowed' : 'access.denied')}
      />
      <span className={classes.switches}>
        <Switch
          size="sm"
          label={t('access.allow')}
          aria-label={t('access.allow_named', { name })}
          checked={rule.allowed}
          onChange={(event) => {
            onSet({ allowed: event.currentTarget.checked });
          }}
          data-testid="rule-allowed"
        />
        <Switch
          size="sm"
          label={t('access.last')}
          aria-label={t('access.last_named', { name })}
          // who is denied is denied, whatever comes after
          disabled={!rule.allowed}
          checked={rule.last || !rule.allowed}
          onChange={(event) => {
            onSet({ last: event.currentTarget.checked });
          }}
          data-testid="rule-last"
        />
      </span>
      <span className={classes.buttons}>
        <RowAction
          label={t('access.up')}
          name={t('access.up_named', { name })}
          icon={IconArrowUp}
          blocked={isFirst}
          onClick={() => {
            onMove(-1);
          }}
          testId="rule-up"
        />
        <RowAction
          label={t('access.down')}
          name={t('access.down_named', { name })}
          icon={IconArrowDown}
          blocked={isEnd}
          onClick={() => {
            onMove(1);
          }}
          testId="rule-down"
        />
        <RowAction
          label={t('access.remove')}
          name={t('access.remove_named', { name })}
          icon={IconTrash}
          danger
          onClick={onRemove}
          testId="rule-remove"
        />
      </span>
    </li>
  );
}

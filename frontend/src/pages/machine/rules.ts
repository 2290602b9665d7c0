import type { Rules } from '@/api/access';
import type { AccessRuleForm, RuleList } from '@/api/types';

/** What can be done to a list of rules; the default, if there is one, stays at its end. */
type Change = (rules: Rules) => Rules;

const isDefault = ({ kind }: AccessRuleForm) => kind === 'everybody';

function changed(
  list: RuleList,
  change: (rules: readonly AccessRuleForm[]) => readonly AccessRuleForm[],
): Change {
  return (rules) => ({ ...rules, [list]: change(rules[list]) });
}

/** Before the default. */
export function added(list: RuleList, rule: AccessRuleForm): Change {
  return changed(list, (rules) => [
    ...rules.filter((one) => !isDefault(one)),
    rule,
    ...rules.filter(isDefault),
  ]);
}

export function removed(list: RuleList, at: number): Change {
  return changed(list, (rules) => rules.filter((_, i) => i !== at));
}

/** One place up (-1) or down (1). */
export function moved(list: RuleList, at: number, by: -1 | 1): Change {
  return changed(list, (rules) => {
    const [rule, other] = [rules[at], rules[at + by]];
    if (rule === undefined || other === undefined || isDefault(rule) || isDefault(other)) {
      return rules;
    }
    return rules.map((one, i) => (i === at ? other : i === at + by ? rule : one));
  });
}

export function set(
  list: RuleList,
  at: number,
  fields: Partial<Pick<AccessRuleForm, 'allowed' | 'last'>>,
): Change {
  return changed(list, (rules) => rules.map((one, i) => (i === at ? { ...one, ...fields } : one)));
}

/** What holds for whomever no rule is about; null when nothing is said. */
export function withDefault(list: RuleList, allowed: boolean | null): Change {
  return changed(list, (rules) => [
    ...rules.filter((one) => !isDefault(one)),
    ...(allowed === null ? [] : [{ kind: 'everybody' as const, allowed, last: false }]),
  ]);
}

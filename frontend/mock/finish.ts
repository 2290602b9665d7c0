/** What a request leaves behind when it is done. */
import type { Domain, Request } from '../src/api/types';
import type { MockBroker } from './broker';
import { changeBackups } from './backups';
import { changeHardware } from './hardware';
import { unusedFiles } from './health';
import { changeSnapshots } from './snapshots';
import { now } from './things';
import { changeContent } from './volumes';

export function finish(broker: MockBroker, request: Request, domain: Domain | null): void {
  const { command: word, args: asked } = request;
  const args = (asked ?? {}) as Record<string, unknown>;
  changeBackups(broker, request, domain);
  if (word === 'list_unused_volumes') request.result = unusedFiles;
  if (domain === null) return;
  switch (word) {
    case 'start_domain':
    case 'resume_domain':
      broker.setState(domain, 'active');
      break;
    case 'hibernate_domain':
      broker.setState(domain, 'hibernated');
      break;
    case 'pause_domain':
      broker.setState(domain, 'paused');
      break;
    case 'clone':
    case 'copy_domain':
    case 'import_domain':
    case 'shutdown_domain':
    case 'force_shutdown_domain':
      broker.setState(domain, 'shutdown');
      break;
    case 'prepare_base':
      broker.change(domain, {
        state: 'base',
        state_since: now(),
        is_base: true,
        is_public: args.publish === true,
      });
      break;
    case 'remove_base':
      broker.change(domain, {
        state: 'shutdown',
        state_since: now(),
        is_base: false,
        is_public: false,
      });
      break;
    case 'add_hardware':
    case 'change_hardware':
    case 'remove_hardware':
      changeHardware(broker.hardware, domain, word, args);
      broker.change(domain, { needs_restart: domain.state === 'active' });
      break;
    case 'add_disk':
    case 'grow_disk':
    case 'remove_disk':
    case 'move_volume':
    case 'change_cd':
      changeContent(broker, domain, word, args);
      break;
    case 'take_snapshot':
    case 'revert_snapshot':
    case 'remove_snapshot':
      changeSnapshots(broker, domain, word, args);
      break;
    case 'spinoff_domain':
    case 'detach_domain':
      broker.change(domain, { base_id: null, base_name: null });
      break;
    case 'rebase_domain':
      rebase(broker, domain, String(args.base));
      break;
    case 'rebase_clones':
      for (const clone of broker.domains.filter((d) => d.base_id === domain.id)) {
        rebase(broker, clone, String(args.base));
      }
      break;
    case 'remove_domain':
      broker.domains = broker.domains.filter((d) => d !== domain);
      broker.emit('domain', { domain_id: domain.id });
      break;
  }
}

function rebase(broker: MockBroker, clone: Domain, base: string): void {
  const to = broker.domains.find((d) => d.id === base);
  broker.change(clone, { base_id: base, base_name: to?.name ?? null });
}

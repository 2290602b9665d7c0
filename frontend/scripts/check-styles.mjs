// Every component of Mantine that is used has its sheet in mantine.css.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const sheets = readFileSync('src/app/mantine.css', 'utf8');
const missing = new Set();

for (const name of readdirSync('src', { recursive: true, encoding: 'utf8' })) {
  if (!name.endsWith('.tsx')) continue;
  const source = readFileSync(join('src', name), 'utf8');
  for (const [, names] of source.matchAll(/import \{([^}]*)\} from '@mantine\/core'/g)) {
    for (const component of (names ?? '').split(',').map((word) => word.trim())) {
      const sheet = `@mantine/core/styles/${component}.layer.css`;
      if (existsSync(join('node_modules', sheet)) && !sheets.includes(`'${sheet}'`))
        missing.add(`src/app/mantine.css: ${sheet} is missing, ${name} uses it`);
    }
  }
}

for (const problem of missing) console.error(problem);
console.log(`styles: ${missing.size} missing`);
process.exit(missing.size === 0 ? 0 : 1);

// The three languages of every texts.*.json have the same keys and the same {{placeholders}}.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const languages = ['en', 'ca', 'es'];
const problems = [];

/** @param {unknown} node @param {string} prefix @returns {Map<string, string>} */
function flatten(node, prefix = '') {
  const texts = new Map();
  for (const [key, value] of Object.entries(/** @type {object} */ (node))) {
    const path = prefix === '' ? key : `${prefix}.${key}`;
    if (typeof value === 'string') texts.set(path, value);
    else for (const [k, v] of flatten(value, path)) texts.set(k, v);
  }
  return texts;
}

/** @param {string} text */
const placeholders = (text) =>
  [...text.matchAll(/{{\s*(\w+)/g)]
    .map((m) => m[1])
    .sort()
    .join(',');

const files = readdirSync('src', { recursive: true, encoding: 'utf8' })
  .filter((name) => name.endsWith('texts.en.json'))
  .map((name) => join('src', name))
  .sort();
if (files.length === 0) problems.push('no src/**/texts.en.json found');

for (const file of files) {
  const english = flatten(JSON.parse(readFileSync(file, 'utf8')));
  for (const language of languages.slice(1)) {
    const other = file.replace('texts.en.json', `texts.${language}.json`);
    if (!existsSync(other)) {
      problems.push(`${other} is missing`);
      continue;
    }
    const texts = flatten(JSON.parse(readFileSync(other, 'utf8')));
    for (const [key, text] of english) {
      const translated = texts.get(key);
      if (translated === undefined) problems.push(`${other}: "${key}" is missing`);
      else if (translated.trim() === '') problems.push(`${other}: "${key}" is empty`);
      else if (placeholders(translated) !== placeholders(text))
        problems.push(`${other}: "${key}" has other placeholders than English`);
    }
    for (const key of texts.keys())
      if (!english.has(key)) problems.push(`${other}: "${key}" does not exist in English`);
  }
}

for (const problem of problems) console.error(problem);
console.log(
  `texts: ${files.length} areas, ${languages.length} languages, ${problems.length} problems`,
);
process.exit(problems.length === 0 ? 0 : 1);

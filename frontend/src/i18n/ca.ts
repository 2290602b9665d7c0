/** One file for the browser, with the texts of all areas. */
export default import.meta.glob<Record<string, unknown>>('/src/**/texts.ca.json', {
  eager: true,
  import: 'default',
});

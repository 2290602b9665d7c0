/** One file for the browser, with the texts of all areas. */
export default import.meta.glob<Record<string, unknown>>('/src/**/texts.es.json', {
  eager: true,
  import: 'default',
});

import {
  Alert,
  convertCssVariables,
  createTheme,
  defaultCssVariablesResolver,
  mergeMantineTheme,
  DEFAULT_THEME,
  Drawer,
  Menu,
  Modal,
  type CSSVariablesResolver,
  type MantineColorsTuple,
} from '@mantine/core';

const sea: MantineColorsTuple = [
  '#e9f6f7',
  '#d3eaec',
  '#a6d5d9',
  '#76bfc5',
  '#50adb5',
  '#38a1aa',
  '#299ba5',
  '#1a7f88',
  '#146f78',
  '#085d66',
];

/** Mantine's greys with a touch of the sea, so that they go with the surfaces below. */
const dark: MantineColorsTuple = [
  '#dde3e8',
  '#b8c1c9',
  '#9aa5b0',
  '#6f7b87',
  '#3a434b',
  '#313940',
  '#262d33',
  '#1c2125',
  '#171b1f',
  '#121518',
];

export const theme = createTheme({
  primaryColor: 'sea',
  primaryShade: { light: 8, dark: 7 },
  colors: { sea, dark },
  autoContrast: true,
  defaultRadius: 'md',
  cursorType: 'pointer',
  respectReducedMotion: true,
  fontFamily:
    "'Inter Variable', system-ui, -apple-system, 'Segoe UI', Roboto, Cantarell, sans-serif",
  headings: {
    fontFamily:
      "'Inter Variable', system-ui, -apple-system, 'Segoe UI', Roboto, Cantarell, sans-serif",
    fontWeight: '650',
  },
  components: {
    // a title in the colour of a warning can hardly be read on its background
    Alert: Alert.extend({ styles: { title: { color: 'var(--mantine-color-text)' } } }),
    // Mantine locks scrolling by a style element, which our policy refuses.
    Modal: Modal.extend({ defaultProps: { lockScroll: false, centered: true, radius: 'lg' } }),
    Drawer: Drawer.extend({ defaultProps: { lockScroll: false } }),
    // a menu may hold nothing but its entries
    Menu: Menu.extend({ defaultProps: { withInitialFocusPlaceholder: false } }),
  },
});

const ours: CSSVariablesResolver = () => ({
  variables: {},
  light: {
    '--mantine-color-scheme': 'light',
    '--mantine-color-body': '#f6f8f9',
    '--mantine-color-text': '#1a2329',
    '--mantine-color-dimmed': '#56616b',
    '--broker-surface': '#ffffff',
    '--broker-line': '#e1e6ea',
    '--broker-track': '#e9edf0',
    '--broker-bad': '#c92a2a',
    '--broker-shadow': '0 1px 2px rgb(16 32 40 / 5%), 0 6px 20px rgb(16 32 40 / 6%)',
  },
  dark: {
    '--mantine-color-scheme': 'dark',
    '--mantine-color-body': '#14181b',
    '--mantine-color-text': '#e4e9ed',
    '--mantine-color-dimmed': '#a0abb5',
    '--broker-surface': '#1c2125',
    '--broker-line': '#2c333a',
    '--broker-track': '#2a3137',
    '--broker-bad': '#ff8787',
    '--broker-shadow': '0 1px 2px rgb(0 0 0 / 30%), 0 6px 20px rgb(0 0 0 / 25%)',
  },
});

/**
 * Gives the page Mantine's variables as a constructed sheet. Mantine itself would write a style
 * element, which needs 'unsafe-inline' or a nonce in the Content-Security-Policy; this needs neither.
 */
export function applyTheme(): void {
  const whole = mergeMantineTheme(DEFAULT_THEME, theme);
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(
    convertCssVariables(defaultCssVariablesResolver(whole)) + convertCssVariables(ours(whole)),
  );
  document.adoptedStyleSheets.push(sheet);
}

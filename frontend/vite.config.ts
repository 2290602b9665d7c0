import { fileURLToPath } from 'node:url';
import react from '@vitejs/plugin-react';
import { defineConfig } from 'vitest/config';
import { mockServer } from './mock/plugin';

const server = process.env.BROKER_DEV_SERVER ?? 'http://127.0.0.1:8080';

export default defineConfig(({ mode }) => ({
  plugins: [react(), ...(mode === 'mock' ? [mockServer()] : [])],
  resolve: { alias: { '@': fileURLToPath(new URL('./src', import.meta.url)) } },
  server: {
    ...(mode === 'mock'
      ? {}
      : { proxy: { '/api': { target: server, ws: true }, '/openapi': { target: server } } }),
  },
  build: {
    // noVNC awaits at the top level of a module
    target: 'es2022',
    // inlined files would need data: in font-src and script-src
    assetsInlineLimit: 0,
  },
  test: {
    environment: 'jsdom',
    setupFiles: ['./src/testing/setup.ts'],
    css: false,
    testTimeout: 30_000,
    restoreMocks: true,
    unstubGlobals: true,
  },
}));

import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    testTimeout: 120_000,
    hookTimeout: 120_000,
    maxWorkers: 2,
    // Processes, browsers and sockets share two cores there; what fails three times is broken.
    retry: process.env.CI ? 2 : 0,
    reporters: process.env.CI ? ['default', './test/support/closing-line.ts'] : ['default'],
  },
});

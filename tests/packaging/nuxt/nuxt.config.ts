export default defineNuxtConfig({
  compatibilityDate: '2026-01-01',
  telemetry: false,
  devtools: { enabled: false },
  app: { head: { title: 'ai-stream-handler in Nuxt', link: [{ rel: 'icon', href: 'data:,' }] } },
  // Says what differs, if the browser's first rendering is not the server's.
  vite: { define: { __VUE_PROD_HYDRATION_MISMATCH_DETAILS__: 'true' } },
})

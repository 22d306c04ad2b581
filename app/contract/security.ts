/**
 * Headers that every answer carries, whoever gives it: the app on its own answers, the gateway on those that it gives
 * in the app's place. Only JSON and the API page are served, so nothing may be loaded, framed or guessed.
 */
export const securityHeaders = {
  "Strict-Transport-Security": "max-age=31536000",
  "X-Content-Type-Options": "nosniff",
  "X-Frame-Options": "DENY",
  "Referrer-Policy": "no-referrer",
  "Content-Security-Policy": "default-src 'none';frame-ancestors 'none';base-uri 'none'",
} as const

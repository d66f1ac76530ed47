// One fallback page for every address: the app is the same for all, and its data is on the device.
// No server-side rendering, so a server only ever sees file names.
export const ssr = false;
export const prerender = false;

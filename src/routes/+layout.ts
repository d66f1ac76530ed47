// One fallback page for every address: the app is the same for all, and what it shows lives on the
// device. Nothing is rendered on a server, so a server never sees more than the file names.
export const ssr = false;
export const prerender = false;

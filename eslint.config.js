import svelte from 'eslint-plugin-svelte';
import { defineConfig } from 'eslint/config';
import typescript from 'typescript-eslint';
import { fetchAdapters, layers, wiring } from './src/setup/layers.js';
import svelteConfig from './svelte.config.js';

/** @typedef {import('./src/setup/layers.js').Layer} Layer */

/** Ambient time, randomness and I/O: inner layers take them as arguments or through ports. */
const ambientGlobals = [
	...['performance', 'crypto', 'fetch', 'XMLHttpRequest', 'WebSocket', 'EventSource', 'Worker'],
	...['setTimeout', 'setInterval', 'setImmediate', 'clearTimeout', 'clearInterval'],
	...['requestAnimationFrame', 'requestIdleCallback', 'queueMicrotask', 'process', 'Buffer'],
	...['window', 'self', 'globalThis', 'document', 'navigator', 'location', 'localStorage'],
	...['sessionStorage', 'indexedDB', 'caches', 'console', 'BroadcastChannel', 'MediaRecorder'],
].map((name) => ({ name, message: 'No ambient I/O in this layer: take it through a port.' }));

const ambientProperties = [
	{ object: 'Date', property: 'now', message: 'Take the time as an argument.' },
	{ object: 'Math', property: 'random', message: 'Take randomness as an argument.' },
	{ object: 'AbortSignal', property: 'timeout', message: 'Take the deadline from the clock port.' },
];

const ambientSyntax = [
	{
		selector: "NewExpression[callee.name='Date'][arguments.length=0]",
		message: 'Take the time as an argument.',
	},
];

const bareFetch = { name: 'fetch', message: `A fetch needs a deadline: use ${fetchAdapters[0]}.` };

/** What only a page or a worker has, or only Node. */
const oneSided = [
	...['window', 'self', 'document', 'navigator', 'location', 'postMessage', 'importScripts'],
	...['Worker', 'localStorage', 'sessionStorage', 'indexedDB', 'caches', 'BroadcastChannel'],
	...['requestAnimationFrame', 'XMLHttpRequest', 'process', 'Buffer', 'setImmediate', 'require'],
].map((name) => ({ name, message: 'Not in browsers and Node alike.' }));

const bareFetchOf = ['window', 'self', 'globalThis'].map((object) => ({
	object,
	property: 'fetch',
	message: bareFetch.message,
}));

const namedExportsOnly = [
	{ selector: 'ExportDefaultDeclaration', message: 'No default exports.' },
	{ selector: "ExportSpecifier[exported.name='default']", message: 'No default exports.' },
	{ selector: 'ExportAllDeclaration', message: 'No barrels.' },
];

const parents = { regex: '^\\.\\.(/|$)', message: 'Never ../: use #layer/file.ts.' };

/** @param {string} text */
const escaped = (text) => text.replace(/[.*+?^${}()|[\]\\/]/g, '\\$&');

/**
 * Imports allowed in the files of a layer, or of one folder of it.
 * @param {Layer} layer
 * @param {string[]} neighbours folders of the same layer
 * @returns {import('eslint').Linter.RuleEntry}
 */
function importsOf({ name, imports, types, packages }, neighbours) {
	const allowed = [
		'\\.\\/',
		...[...imports, ...types].map((other) => `#${other}\\/`),
		...neighbours.map((room) => `#${name}\\/${room}\\/[^/]+$`),
		...packages.map((prefix) => escaped(prefix) + (/[:/]$/.test(prefix) ? '' : '(\\/|$)')),
		...(name === 'routes' ? ['#app\\.css$'] : []),
	];
	const outside = { regex: `^(?!\\.\\.|${allowed.join('|')})`, message: `Not for ${name}.` };
	const typesOnly = types.map((other) => ({
		regex: `^#${other}\\/`,
		message: `${name} may use ${other} for types only.`,
		allowTypeImports: true,
	}));
	return ['error', { patterns: [outside, parents, ...typesOnly] }];
}

/**
 * The rules of a layer and of its folders, from the table.
 * @param {Layer} layer
 * @returns {import('eslint').Linter.Config[]}
 */
function rulesOf(layer) {
	const { name, paths, rooms = {}, ambient } = layer;
	const whole = {
		name: `layer ${name}`,
		files: paths
			.filter((path) => /(\/|\.ts)$/.test(path))
			.map((path) => (path.endsWith('/') ? `${path}**/*.{ts,js,svelte}` : path)),
		rules: {
			'@typescript-eslint/no-restricted-imports': importsOf(layer, []),
			'no-restricted-globals': ['error', ...(ambient ? [bareFetch] : ambientGlobals)],
			'no-restricted-properties': ['error', ...(ambient ? bareFetchOf : ambientProperties)],
			'no-restricted-syntax': [
				'error',
				...(name === 'shell' ? [] : namedExportsOnly),
				...(ambient ? [] : ambientSyntax),
			],
		},
	};
	const folders = Object.entries(rooms).map(([room, neighbours]) => ({
		name: `folder ${name}/${room}`,
		files: [`${paths[0]}${room}${room && '/'}*.{ts,js,svelte}`],
		rules: { '@typescript-eslint/no-restricted-imports': importsOf(layer, neighbours) },
	}));
	return [whole, ...folders];
}

/** What a page shows comes a moment later; that nothing is there is a look that may be right. */
const firstLooks = [
	{
		selector:
			':matches(ExpressionStatement) > CallExpression[callee.property.name=/^to/]:not([arguments.0.value=0]):not([arguments.0.elements.length=0])' +
			" > MemberExpression > CallExpression[callee.name='expect'] > AwaitExpression > CallExpression" +
			'[callee.property.name=/^(count|getAttribute|innerText|inputValue|isChecked|isDisabled|textContent|title)$/]',
		message: 'Use expect.poll.',
	},
];

export default defineConfig(
	{ ignores: ['build/', '**/.svelte-kit/', 'node_modules/', 'data/', 'platform.d.ts'] },
	typescript.configs.strictTypeChecked,
	svelte.configs.recommended,
	{
		linterOptions: { reportUnusedDisableDirectives: 'error' },
		languageOptions: {
			parserOptions: {
				projectService: true,
				tsconfigRootDir: import.meta.dirname,
				extraFileExtensions: ['.svelte'],
			},
		},
		rules: {
			eqeqeq: 'error',
			'@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true }],
			'@typescript-eslint/no-confusing-void-expression': ['error', { ignoreArrowShorthand: true }],
			'@typescript-eslint/consistent-type-imports': 'error',
		},
	},
	{
		files: ['**/*.svelte', '**/*.svelte.ts'],
		languageOptions: { parserOptions: { parser: typescript.parser, svelteConfig } },
		// Kit's resolve() adds a base path; the app is always at the root of its origin.
		rules: { 'svelte/no-navigation-without-resolve': 'off' },
	},
	{
		files: ['**/*.js'],
		// The rule ignores JSDoc casts.
		rules: { '@typescript-eslint/no-unsafe-assignment': 'off' },
	},
	...layers.flatMap(rulesOf),
	{
		name: 'what browsers and Node both have',
		files: ['src/web/**'],
		rules: { 'no-restricted-globals': ['error', bareFetch, ...oneSided] },
	},
	{
		name: 'fetch adapters',
		files: fetchAdapters,
		rules: { 'no-restricted-globals': 'off', 'no-restricted-properties': 'off' },
	},
	{
		name: 'the way from the wiring to the screens',
		files: wiring.importers,
		rules: { '@typescript-eslint/no-restricted-imports': ['error', { patterns: [parents] }] },
	},
	{
		name: 'tests',
		files: ['tests/**/*.ts'],
		rules: {
			'@typescript-eslint/no-non-null-assertion': 'off',
			'@typescript-eslint/no-restricted-imports': [
				'error',
				{ patterns: [{ regex: '^\\.\\.?/.*src/', message: 'Use #layer/file.ts.' }] },
			],
			'no-restricted-syntax': ['error', ...namedExportsOnly],
		},
	},
	{
		name: 'a screen is polled, not looked at once',
		files: ['tests/{e2e,faults}/**/*.test.ts'],
		rules: { 'no-restricted-syntax': ['error', ...namedExportsOnly, ...firstLooks] },
	},
);

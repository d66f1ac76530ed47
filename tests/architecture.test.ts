import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';
import { describe, expect, test } from 'vitest';
import { layerOf, layers, maxFiles, maxLines, mayImport, roomOf } from '#setup/layers.js';
import { soakPartsOf } from './soak.ts';

const root = fileURLToPath(new URL('..', import.meta.url));

function filesUnder(folder: string): string[] {
	return readdirSync(`${root}${folder}`, { recursive: true, withFileTypes: true })
		.filter((entry) => entry.isFile())
		.map((entry) => `${entry.parentPath}/${entry.name}`.slice(root.length).replaceAll('\\', '/'));
}

interface Import {
	specifier: string;
	typeOnly: boolean;
}

/** The scripts of a component and the dynamic imports in its markup, as one module. */
function scriptOf(file: string, text: string): string {
	if (!file.endsWith('.svelte')) return text;
	const scripts = [...text.matchAll(/<script[^>]*>([\s\S]*?)<\/script>/g)].map((match) => match[1]);
	const markup = text.replaceAll(/<script[^>]*>[\s\S]*?<\/script>/g, '');
	return [...scripts, ...(markup.match(/import\(\s*['"][^'"]+['"]\s*\)/g) ?? [])].join('\n;');
}

/** Every module a file imports: static, re-exported, dynamic, and workers by URL. */
function importsOf(file: string, text: string): Import[] {
	const source = ts.createSourceFile(file, scriptOf(file, text), ts.ScriptTarget.Latest, true);
	const found: Import[] = [];
	const visit = (node: ts.Node): void => {
		if (ts.isImportDeclaration(node) && ts.isStringLiteral(node.moduleSpecifier)) {
			const clause = node.importClause;
			const named = clause?.namedBindings;
			const typeOnly =
				clause?.phaseModifier === ts.SyntaxKind.TypeKeyword ||
				(clause?.name === undefined &&
					named !== undefined &&
					ts.isNamedImports(named) &&
					named.elements.length > 0 &&
					named.elements.every((element) => element.isTypeOnly));
			found.push({ specifier: node.moduleSpecifier.text, typeOnly });
		} else if (
			ts.isExportDeclaration(node) &&
			node.moduleSpecifier &&
			ts.isStringLiteral(node.moduleSpecifier)
		) {
			found.push({ specifier: node.moduleSpecifier.text, typeOnly: node.isTypeOnly });
		} else if (
			ts.isCallExpression(node) &&
			node.expression.kind === ts.SyntaxKind.ImportKeyword &&
			node.arguments[0] &&
			ts.isStringLiteral(node.arguments[0])
		) {
			found.push({ specifier: node.arguments[0].text, typeOnly: false });
		} else if (ts.isImportTypeNode(node) && ts.isLiteralTypeNode(node.argument)) {
			const { literal } = node.argument;
			if (ts.isStringLiteral(literal)) found.push({ specifier: literal.text, typeOnly: true });
		}
		ts.forEachChild(node, visit);
	};
	visit(source);
	return found;
}

const sources = filesUnder('src');
const code = sources.filter((file) => /\.(ts|js|svelte)$/.test(file));

describe('the architecture', () => {
	test('every file of src belongs to a layer', () => {
		const ours = /\.(ts|js|svelte|html|css)$/;
		expect(sources.filter((file) => ours.test(file) && layerOf(file) === undefined)).toEqual([]);
	});

	test('no file imports what the table does not allow', () => {
		const broken: string[] = [];
		for (const file of code) {
			const layer = layerOf(file);
			if (!layer) continue;
			for (const { specifier, typeOnly } of importsOf(file, readFileSync(root + file, 'utf8'))) {
				const answer = mayImport(layer, file, specifier);
				if (answer === 'no' || (answer === 'types' && !typeOnly))
					broken.push(`${file} imports ${specifier}`);
			}
		}
		expect(broken).toEqual([]);
	});

	const roomsOf = layers.flatMap((layer) => (layer.rooms ? [{ layer, rooms: layer.rooms }] : []));

	test('every folder of a layer is in the table, and the table has no other', () => {
		for (const { layer, rooms } of roomsOf) {
			const inside = code.filter((file) => layerOf(file) === layer);
			const folders = new Set(inside.map((file) => roomOf(layer, file)));
			expect([layer.name, [...folders].toSorted()]).toEqual([
				layer.name,
				Object.keys(rooms).toSorted(),
			]);
		}
	});

	test('a folder imports only folders above it in the table, and every entry is used', () => {
		const wrong: string[] = [];
		for (const { layer, rooms } of roomsOf) {
			const [path = ''] = layer.paths;
			const used = new Set<string>();
			for (const file of code.filter((one) => layerOf(one) === layer)) {
				for (const { specifier } of importsOf(file, readFileSync(root + file, 'utf8'))) {
					if (!specifier.startsWith(`#${layer.name}/`)) continue;
					used.add(`${roomOf(layer, file)} → ${roomOf(layer, specifier.replace('#', 'src/'))}`);
				}
			}
			const above: string[] = [];
			for (const [room, neighbours] of Object.entries(rooms)) {
				for (const other of neighbours) {
					if (!above.includes(other)) wrong.push(`${path}${room}: ${other} is not above it`);
					if (!used.delete(`${room} → ${other}`)) wrong.push(`${path}${room} → ${other}: unused`);
				}
				above.push(room);
			}
			wrong.push(...[...used].map((arrow) => `${path}${arrow}: not in the table`));
		}
		expect(wrong).toEqual([]);
	});

	test(`no folder of src has more than ${String(maxFiles)} files`, () => {
		const counts = Map.groupBy(sources, (file) => file.split('/').slice(0, -1).join('/'));
		const full = [...counts].filter(([, files]) => files.length > maxFiles);
		expect(full.map(([folder, files]) => `${folder}: ${String(files.length)}`)).toEqual([]);
	});

	test('no exported type has two declarations', () => {
		const places = new Map<string, string[]>();
		for (const file of code) {
			const declared = /^export (?:abstract )?(?:class|interface|type|enum) (\w+)/gm;
			for (const [, name = ''] of readFileSync(root + file, 'utf8').matchAll(declared))
				places.set(name, [...(places.get(name) ?? []), file]);
		}
		expect([...places].filter(([, files]) => files.length > 1)).toEqual([]);
	});

	test('RG1 only rights.ts compares roles', () => {
		const role = "'(?:owner|viewer|camera|recovery|live|view-only)'";
		const compares = new RegExp(
			[
				`\\broles(?: \\?\\? \\[\\]\\))?\\??\\.(?:includes|indexOf|some|every|has|find|filter)\\(`,
				`\\.(?:includes|indexOf|has)\\(${role}\\)`,
				`\\broles\\b[^;,\\n]*\\[${role}`,
			].join('|'),
		);
		expect(compares.test("if (before?.roles.includes('camera'))")).toBe(true);
		expect(compares.test("const roles: Role[] = ['viewer', 'owner'];")).toBe(true);
		const rights = 'src/domain/home/rights.ts';
		const found = code.filter((file) => compares.test(readFileSync(root + file, 'utf8')));
		expect(found).toEqual([rights]);
	});

	test('the layers form no cycle', () => {
		const reach = (name: string, seen: string[]): string[] => {
			const layer = layers.find((one) => one.name === name);
			return (layer?.imports ?? []).flatMap((next) =>
				next === name || seen.includes(next) ? [next] : reach(next, [...seen, name]),
			);
		};
		expect(layers.flatMap(({ name }) => reach(name, []))).toEqual([]);
	});

	test('every file pattern of the soak matches a test', () => {
		const tests = filesUnder('tests').filter((file) => file.endsWith('.test.ts'));
		const patterns = soakPartsOf([]).flatMap(({ files }) => files);
		expect(patterns.filter((one) => !tests.some((file) => file.includes(one)))).toEqual([]);
	});

	test(`no file is longer than ${String(maxLines)} lines`, () => {
		const long = [...code, ...filesUnder('tests').filter((file) => file.endsWith('.ts'))].filter(
			(file) => readFileSync(root + file, 'utf8').split('\n').length > maxLines,
		);
		expect(long).toEqual([]);
	});
});

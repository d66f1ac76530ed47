import { getHeapStatistics } from 'node:v8';
import { Counter, Gauge, Registry } from 'prom-client';
import type { MetricEvent } from '#relay-core/relay.ts';

const EVENT_HELP: Readonly<Record<MetricEvent, string>> = {
	'text-in': 'Text frames received',
	'text-out': 'Text frames sent',
	'part-in': 'Live parts received',
	'part-out': 'Live parts sent to watchers',
	'part-skipped': 'Live parts skipped for slow watchers',
	proof: 'Login proofs verified',
	refused: 'Sessions refused',
	malformed: 'Sockets closed for invalid frames',
	'too-much': 'Sockets closed for exceeding a limit',
};

/**
 * Prometheus metrics. prom-client's default process metrics read /proc, but `live` opens no files.
 */
export class Metrics {
	readonly #registry = new Registry();
	readonly #counters = new Map<MetricEvent, Counter>();

	/** `now`: gauges read at each scrape. */
	constructor(now: Readonly<Record<string, { help: string; value(): number }>>) {
		for (const [event, help] of Object.entries(EVENT_HELP) as [MetricEvent, string][]) {
			const name = `spycam_${event.replaceAll('-', '_')}_total`;
			this.#counters.set(event, new Counter({ name, help, registers: [this.#registry] }));
		}
		const values = {
			...now,
			heap_bytes: { help: 'Heap in use', value: () => getHeapStatistics().used_heap_size },
			cpu_seconds: {
				help: 'Processor time, user and system',
				value: () => process.cpuUsage().user / 1e6 + process.cpuUsage().system / 1e6,
			},
		};
		for (const [name, { help, value }] of Object.entries(values)) {
			new Gauge({
				name: `spycam_${name}`,
				help,
				registers: [this.#registry],
				collect() {
					this.set(value());
				},
			});
		}
	}

	count(event: MetricEvent, by = 1): void {
		this.#counters.get(event)?.inc(by);
	}

	text(): Promise<string> {
		return this.#registry.metrics();
	}
}

import { getHeapStatistics } from 'node:v8';
import { Counter, Gauge, Registry } from 'prom-client';
import type { MetricEvent } from '#relay/session/relay-context.ts';

const EVENT_HELP: Readonly<Record<MetricEvent, string>> = {
	'text-in': 'Text frames that came',
	'text-out': 'Text frames that went',
	'part-in': 'Live parts that came',
	'part-out': 'Live parts that went to watchers',
	'part-skipped': 'Live parts left out for watchers that are too slow',
	proof: 'Proofs that were looked at',
	refused: 'Conversations that were refused',
	malformed: 'Sockets closed for what is no frame of ours',
	'too-much': 'Sockets closed for being too much',
};

/** What Prometheus reads. prom-client's own process metrics read /proc, and live opens no file. */
export class Metrics {
	readonly #registry = new Registry();
	readonly #counters = new Map<MetricEvent, Counter>();

	/** `now`: values that are looked up when somebody asks. */
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

/** Sets an entry as the newest, and forgets the oldest ones beyond `max`. */
export function remember<K, T>(map: Map<K, T>, key: K, value: T, max: number): void {
	map.delete(key);
	map.set(key, value);
	for (const oldest of map.keys()) {
		if (map.size <= max) break;
		map.delete(oldest);
	}
}

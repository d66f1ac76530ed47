/** The least a server can do with an upload: collect it, append it to a file, fdatasync, answer. */
import { open } from 'node:fs/promises';
import { createServer } from 'node:http';

const [socket = '', file = ''] = process.argv.slice(2);
const handle = await open(file, 'a');
const server = createServer((asked, answer) => {
	const chunks: Buffer[] = [];
	asked.on('data', (chunk: Buffer) => chunks.push(chunk));
	asked.once('end', () => {
		void (async () => {
			await handle.writev(chunks);
			await handle.datasync();
			answer.end('{}');
		})();
	});
});
server.listen(socket, () => process.send?.('listening'));

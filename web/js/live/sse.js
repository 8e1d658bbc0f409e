/**
 * Server-sent events from a request that may be refused with a reason: `EventSource` does not tell what a server answered.
 */

/**
 * Reads events until the answer ends.
 * @param {ReadableStream<Uint8Array>} body
 * @param {(event: string, data: any) => void} onEvent data as JSON
 */
export async function readEvents(body, onEvent) {
  const reader = body.pipeThrough(new TextDecoderStream()).getReader();
  let rest = '';
  for (;;) {
    const { value, done } = await reader.read();
    if (done) return;
    const messages = (rest + value).split('\n\n');
    rest = messages.pop() ?? '';
    for (const message of messages) readMessage(message, onEvent);
  }
}

function readMessage(message, onEvent) {
  let event = 'message';
  let data = '';
  for (const line of message.split('\n')) {
    if (line.startsWith('event: ')) event = line.slice(7);
    else if (line.startsWith('data: ')) data = line.slice(6);
  }
  if (data) onEvent(event, JSON.parse(data));
}

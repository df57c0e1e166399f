// The floor: a WebSocket server of Deno's that sends every frame back, and nothing else.
Deno.serve({
  hostname: "127.0.0.1",
  port: 0,
  onListen: ({ port }) => console.log(JSON.stringify({ type: "listening", port })),
}, (request) => {
  const { socket, response } = Deno.upgradeWebSocket(request);
  socket.binaryType = "arraybuffer";
  socket.onmessage = ({ data }) => socket.send(data);
  return response;
});
// Whoever started this ends it by closing its standard input.
await Deno.stdin.readable.pipeTo(new WritableStream());
Deno.exit(0);

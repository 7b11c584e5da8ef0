Bun.serve({ port: 3000, fetch: () => new Response("bun\n") });
process.on("SIGTERM", () => process.exit(0));

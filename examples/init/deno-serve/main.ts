Deno.serve({ port: 8000 }, (request) => new URL(request.url).pathname === "/health" ? new Response("ok") : new Response("deno\n"));
Deno.addSignalListener("SIGTERM", () => Deno.exit());
